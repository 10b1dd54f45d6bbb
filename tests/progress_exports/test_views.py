"""Downloads through the door: who gets what, headers, refusals."""

from typing import Any

import pytest
from django.urls import reverse

from progress.models import Bulletin, BulletinFile

from tests import world
from tests.progress.conftest import DAY, Scene

pytestmark = pytest.mark.django_db


def get(user: Any, format: str = "txt", **query: str) -> Any:
    return world.client(user).get(reverse("bulletin_file", args=[DAY, format]), query)


@pytest.mark.parametrize(
    ("who", "status"),
    [
        (None, 302),
        ("stranger", 403),
        ("outsider", 404),
        ("secretary", 404),
        ("viewer", 200),
        ("city_admin", 200),
        ("staff", 200),
        ("province_admin", 200),
    ],
)
def test_a_citys_file_is_for_those_who_see_the_city(
    scene: Scene, published: Bulletin, who: str | None, status: int
) -> None:
    user = getattr(scene.cast, who) if who else None
    assert get(user, unit="HN01").status_code == status


def test_without_a_unit_the_file_is_that_of_the_unit_one_acts_for(scene: Scene, published: Bulletin) -> None:
    answer = get(scene.cast.city_admin)
    assert "郑州团市委" in answer.content.decode()
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''")


@pytest.mark.parametrize(
    ("format", "content_type"),
    [("pdf", "application/pdf"), ("png", "image/png"), ("txt", "text/plain; charset=utf-8")],
)
def test_a_file_bears_its_type_hash_and_stored_bytes(
    scene: Scene, published: Bulletin, format: str, content_type: str
) -> None:
    answer = get(scene.cast.staff, format)
    stored = BulletinFile.objects.order_by("number").first()
    assert stored is not None
    assert answer.content == bytes(stored.content)
    assert answer["ETag"] == f'"{stored.sha256}"'
    assert answer["Content-Type"] == content_type
    assert get(scene.cast.staff, format).content == answer.content


def test_pictures_are_asked_for_by_number(scene: Scene, published: Bulletin) -> None:
    first, second = (get(scene.cast.staff, "png", number=n) for n in ("1", "2"))
    assert first.content != second.content
    assert get(scene.cast.staff, "png").content == first.content
    for number in ("0", "3", "-1", "x", "", "²", "9" * 5000):
        assert get(scene.cast.staff, "png", number=number).status_code == 404


@pytest.mark.parametrize(
    "query",
    [
        {"unit": "NOPE"},
        {"unit": "HN\x00"},
        {"class": "<b>"},
        {"class": "city\x00"},
        {"revision": "2"},
        {"revision": "x"},
        {"revision": "9" * 30},
    ],
)
def test_what_is_not_there_is_not_found(scene: Scene, published: Bulletin, query: dict[str, str]) -> None:
    assert get(scene.cast.staff, **query).status_code == 404
    assert get(scene.cast.staff, **query | dict.fromkeys(query, "")).status_code == 200


def test_an_unknown_format_or_day_is_not_found(scene: Scene, published: Bulletin) -> None:
    assert get(scene.cast.staff, "exe").status_code == 404
    url = reverse("bulletin_file", args=[DAY, "txt"]).replace("2018-11-24", "2018-11-25")
    assert world.client(scene.cast.staff).get(url).status_code == 404


def test_before_publication_only_the_province_gets_a_preview(scene: Scene, done: Bulletin) -> None:
    assert get(scene.cast.staff).content.decode().startswith("〔预览稿，尚未发布〕")
    assert get(scene.cast.city_admin).status_code == 404
    assert not BulletinFile.objects.exists()


def test_a_failed_check_gives_a_page_that_says_why(scene: Scene, done: Bulletin) -> None:
    done.checks[0] |= {"ok": False, "detail": "合计不符"}
    done.save(update_fields=["checks"])
    answer = get(scene.cast.staff, "pdf")
    assert answer.status_code == 409
    assert "自检没有通过，不能对外提供：合计不符" in answer.content.decode()


def test_a_class_the_unit_does_not_have_is_told(scene: Scene, published: Bulletin) -> None:
    answer = get(scene.cast.staff, "png", **{"class": "direct_county"})
    assert answer.status_code == 409
    assert "可选：省辖市、省管高校" in answer.content.decode()


def test_files_are_only_read(scene: Scene, published: Bulletin) -> None:
    assert world.client(scene.cast.staff).post(reverse("bulletin_file", args=[DAY, "txt"])).status_code == 405
