"""What is given out after publishing: the page's links and text, the sets drawn in the worker."""

import hashlib
import io
import zipfile
from typing import Any

import pytest
from django.urls import reverse

from orgs.models import AuditEntry
from progress import exports, tasks
from progress.models import Bulletin, BulletinFile

from tests import world
from tests.progress.conftest import DAY, Scene

pytestmark = pytest.mark.django_db


def get(user: Any, *, htmx: bool = False, **query: str) -> Any:
    headers = {"HX-Request": "true"} if htmx else {}
    return world.client(user).get(reverse("bulletin_outputs", args=[DAY]), query, headers=headers)


def test_every_form_is_one_link_and_the_text_is_the_one_that_is_given_out(
    scene: Scene, published: Bulletin
) -> None:
    html = get(scene.cast.staff).content.decode()
    for words in ("下载图片：省辖市", "下载图片：省管高校", "表格", "PDF", "Word", "复制文字"):
        assert words in html, words
    text = exports.give_out(
        world.actor(scene.cast.staff), bulletin=published, unit=scene.cast.province, format="txt"
    )
    assert text[0].content.decode() in html
    links = [part.split('"')[0].replace("&amp;", "&") for part in html.split('href="')[1:]]
    files = [link for link in links if "/files/" in link]
    assert len(files) == 5
    for link in files:
        assert world.client(scene.cast.staff).get(link).status_code == 200, link


def whole_set(user: Any, **query: str) -> Any:
    return world.client(user).get(reverse("bulletin_set", args=[DAY]), query)


def test_the_whole_set_is_one_click_on_the_published_page(scene: Scene, published: Bulletin) -> None:
    staff = scene.cast.staff
    page = world.client(staff).get(reverse("bulletin", args=[DAY])).content.decode()
    link = f"{reverse('bulletin_set', args=[DAY])}?campaign=henan-2018&amp;unit=HN&amp;revision=1"
    assert f'href="{link}" download>下载全部文件</a>' in page and link in get(staff).content.decode()
    answer = world.client(staff).get(link.replace("&amp;", "&"))
    assert answer["Content-Type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        packed = {name: hashlib.sha256(archive.read(name)).hexdigest() for name in archive.namelist()}
    assert len(packed) == 6  # two classes, two pictures
    assert packed == dict(BulletinFile.objects.values_list("name", "sha256"))
    assert whole_set(staff, unit="HN").content == answer.content, "the stored files, the same again"


def test_the_whole_set_keeps_to_what_its_files_keep_to(scene: Scene, done: Bulletin) -> None:
    assert whole_set(scene.cast.city_admin).status_code == 404, "not published"
    assert "下载全部文件" not in (
        world.client(scene.cast.staff).get(reverse("bulletin", args=[DAY])).content.decode()
    )
    assert whole_set(scene.cast.staff).status_code == 200, "a preview, for the province"
    assert not BulletinFile.objects.exists()
    done.checks[0] |= {"ok": False, "detail": "合计不符"}
    done.save(update_fields=["checks"])
    refused = whole_set(scene.cast.staff)
    assert refused.status_code == 409 and "合计不符" in refused.content.decode()


def test_the_bulletins_page_loads_the_part_alone(scene: Scene, published: Bulletin) -> None:
    page = world.client(scene.cast.staff).get(reverse("bulletin", args=[DAY])).content.decode()
    part = f"{reverse('bulletin_outputs', args=[DAY])}?campaign=henan-2018&amp;unit=HN&amp;revision=1"
    assert f'hx-get="{part}"' in page
    part = get(scene.cast.staff, htmx=True).content.decode()
    assert "复制文字" in part
    assert "<html" not in part


def test_a_class_table_outside_the_scope_offers_no_files(scene: Scene, published: Bulletin) -> None:
    page = world.client(scene.cast.county_admin).get(reverse("bulletin", args=[DAY]), {"unit": "HN"})
    assert page.status_code == 200
    assert "下载和转发" not in page.content.decode()
    assert get(scene.cast.county_admin, unit="HN").status_code == 404


def test_before_publication_the_province_sees_previews_that_say_so(scene: Scene, done: Bulletin) -> None:
    assert "预览稿" in get(scene.cast.staff).content.decode()
    assert get(scene.cast.city_admin).status_code == 404


def test_a_failed_check_is_told_instead_of_links(scene: Scene, done: Bulletin) -> None:
    done.checks[0] |= {"ok": False, "detail": "合计不符"}
    done.save(update_fields=["checks"])
    html = get(scene.cast.staff).content.decode()
    assert "自检没有通过，不能对外提供：合计不符" in html
    assert "下载图片" not in html


def test_the_worker_draws_the_provinces_set_and_each_citys_once(scene: Scene, published: Bulletin) -> None:
    tasks.give_out_published()
    kept = list(BulletinFile.objects.order_by("pk").values_list("unit__code", "format", "sha256"))
    assert [code for code, _, _ in kept] == ["HN"] * 6 + ["HN01"] * 5 + ["HN02"] * 5  # two pictures of HN
    assert {form for _, form, _ in kept} == set(exports.Format.values)
    entry = AuditEntry.objects.filter(action="progress.give_out").first()
    assert (entry.actor, entry.door) == (scene.cast.staff, "task")
    tasks.give_out_published()
    assert list(BulletinFile.objects.order_by("pk").values_list("unit__code", "format", "sha256")) == kept


def test_nothing_is_drawn_of_a_bulletin_not_published_or_long_past(scene: Scene, done: Bulletin) -> None:
    tasks.give_out_published()
    assert not BulletinFile.objects.exists()
    Bulletin.objects.update(state="published")
    scene.clock.forward(days=2)
    tasks.give_out_published()
    assert not BulletinFile.objects.exists()


def test_one_file_that_cannot_be_drawn_does_not_keep_back_the_others(
    scene: Scene, published: Bulletin, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    give_out = exports.give_out

    def without_pdf(*args: Any, **values: Any) -> Any:
        if values["format"] == "pdf":
            raise OSError("no fonts")
        return give_out(*args, **values)

    with monkeypatch.context() as patched:
        patched.setattr(exports, "give_out", without_pdf)
        tasks.give_out_published()
    assert set(BulletinFile.objects.values_list("format", flat=True)) == {"xlsx", "docx", "png", "txt"}
    assert "no fonts" in caplog.text
    tasks.give_out_published()
    assert BulletinFile.objects.filter(format="pdf").count() == 3


def test_publishing_on_the_page_has_the_files_drawn(
    scene: Scene, done: Bulletin, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        url = reverse("bulletin_publish", args=[DAY])
        seen = {"revision": 1, "computed_at": done.computed_at.isoformat()}
        world.client(scene.cast.staff).post(url, seen)
    assert BulletinFile.objects.filter(unit=scene.cast.province).count() == 6
