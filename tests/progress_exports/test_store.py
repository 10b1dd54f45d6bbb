"""What is given out: only what is published and sound, drawn once, kept, served unchanged."""

import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import close_old_connections, connections

from zhtj.lib.problems import Refused

from orgs.models import AuditEntry
from orgs.scopes import Actor, actor_for
from progress import exports, queries
from progress.exports import drawing, store
from progress.models import Bulletin, BulletinFile, BulletinState

from tests import world
from tests.progress.conftest import DAY, Scene

pytestmark = pytest.mark.django_db


def refusal(call: Any, *args: Any, **values: Any) -> str:
    """The code and sentence of the one problem."""
    with pytest.raises(Refused) as refused:
        call(*args, **values)
    (problem,) = refused.value.problems
    return f"{problem.code} {problem.message}{problem.mend}"


def give(scene: Scene, bulletin: Bulletin, format: str = "txt", **values: Any) -> list[exports.File]:
    asked = {"bulletin": bulletin, "unit": scene.cast.province, "format": format} | values
    return exports.give_out(actor_for(scene.cast.staff), **asked)


# --- from the real lines ----------------------------------------------------------------------


def test_the_document_holds_the_lines_as_shown_and_the_settings_of_the_day(
    scene: Scene, published: Bulletin
) -> None:
    document = exports.document_of(published, scene.cast.province)
    lines = queries.report(None, published, scene.cast.province)
    assert [(line.unit, line.stage, line.domain, line.entered) for line in document.lines] == [
        (line["unit"], line["stage"], line["domain"], line["entered"]) for line in lines
    ]
    head = document.head
    assert (head.day_number, head.number, head.revision) == (24, "第24期", 1)
    assert (head.unit, head.unit_name, f"{head.cutoff:%Y-%m-%d %H:%M}") == (
        "HN",
        "河南团省委",
        "2018-11-24 08:00",
    )
    assert [stage.key for stage in head.stages][:3] == ["organ_cadres", "grassroots_cadres", "members_school"]
    assert document.groups() == ["city", "university"]


def test_a_name_changed_afterwards_is_not_the_name_of_that_day(scene: Scene, published: Bulletin) -> None:
    unit = scene.cast.city
    unit.short_name = "改名后团市委"
    unit.save(update_fields=["short_name"])
    document = exports.document_of(published, unit)
    assert document.head.unit_name == "郑州团市委"


def test_every_level_has_its_own_files(scene: Scene, published: Bulletin) -> None:
    for unit in (
        scene.cast.province,
        scene.cast.city,
        scene.cast.county,
        scene.cast.committee,
        scene.cast.branch,
    ):
        for format in exports.Format.values:
            files = exports.render(published, unit, format)
            assert files
            assert all(file.content and file.name.endswith(f".{format}") for file in files)


def test_file_names_tell_day_unit_and_class_and_hold_nothing_dangerous(
    scene: Scene, published: Bulletin
) -> None:
    province = scene.cast.province
    assert [file.name for file in exports.render(published, province, "png")] == [
        "日通报20181124-HN-01-省辖市.png",
        "日通报20181124-HN-02-省管高校.png",
    ]
    assert [file.name for file in exports.render(published, province, "pdf", "city")] == [
        "日通报20181124-HN-省辖市.pdf"
    ]
    province.code = "../../etc\x00"
    assert drawing._stem(published, province) == "日通报20181124-etc"
    province.code = "／／"
    assert drawing._stem(published, province) == f"日通报20181124-unit{province.pk}"


def test_the_links_to_the_pictures_are_known_without_drawing(
    scene: Scene, published: Bulletin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drawing, "pictures", None)
    assert exports.picture_labels(published, scene.cast.province) == ["省辖市", "省管高校"]


# --- who may have what -------------------------------------------------------------------------


@pytest.mark.parametrize("format", ["xlsx", "pdf", "docx", "png", "txt"])
def test_a_file_is_drawn_once_and_served_unchanged(
    scene: Scene, published: Bulletin, format: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = give(scene, published, format)
    monkeypatch.setattr(store, "render", None)  # fonts, templates, libraries: nothing of it is needed again
    again = give(scene, published, format)
    assert again == first
    kept = BulletinFile.objects.order_by("number")
    assert [(file.name, bytes(file.content)) for file in kept] == [(f.name, f.content) for f in first]
    assert [file.sha256 for file in kept] == [file.sha256 for file in first]
    entries = AuditEntry.objects.filter(action="progress.give_out")
    assert entries.count() == 1
    assert entries.get().after["files"] == [{"name": file.name, "sha256": file.sha256} for file in first]


def test_a_finished_bulletin_is_not_given_out_before_a_person_publishes_it(
    scene: Scene, done: Bulletin
) -> None:
    told = refusal(give, scene, done)
    assert told.startswith("bulletin.not_published 2018-11-24的通报还没有发布")
    assert not BulletinFile.objects.exists()
    done.state = BulletinState.PUBLISHED
    assert give(scene, done)


def test_the_province_previews_it_marked_and_unkept(scene: Scene, done: Bulletin) -> None:
    staff = actor_for(scene.cast.staff)
    (file,) = exports.preview(staff, bulletin=done, unit=scene.cast.province, format="txt")
    assert file.content.decode().startswith("〔预览稿，尚未发布〕")
    assert not BulletinFile.objects.exists()
    with pytest.raises(PermissionDenied):
        exports.preview(actor_for(scene.cast.city_admin), bulletin=done, unit=scene.cast.city, format="txt")


@pytest.mark.parametrize("state", [BulletinState.DONE, BulletinState.PUBLISHED])
def test_nothing_is_given_out_of_a_bulletin_whose_checks_failed(
    scene: Scene, done: Bulletin, state: BulletinState
) -> None:
    done.checks[0] |= {"ok": False, "detail": "1 个组织的上下级合计不符：郑州团市委"}
    done.state = state
    done.save(update_fields=["checks", "state"])
    for format in exports.Format.values:
        told = refusal(exports.render, done, scene.cast.province, format)
        assert told == (
            "bulletin.not_given_out 2018-11-24的通报自检没有通过，不能对外提供："
            "1 个组织的上下级合计不符：郑州团市委。请省级团委查明原因，改正后重新计算。"
        )
    if state == BulletinState.PUBLISHED:
        refusal(give, scene, done)
    assert not BulletinFile.objects.exists()


def test_nothing_is_given_out_of_a_bulletin_still_being_computed(scene: Scene, done: Bulletin) -> None:
    done.state = BulletinState.STARTED
    assert refusal(exports.render, done, scene.cast.province, "txt").startswith("bulletin.not_computed")


def test_a_unit_or_class_the_bulletin_does_not_know_is_refused_by_name(
    scene: Scene, published: Bulletin
) -> None:
    late = world.unit(scene.cast.province, "city_committee", "新乡团市委")
    assert "没有“新乡团市委”" in refusal(give, scene, published, unit=late)
    told = refusal(give, scene, published, unit_class="direct_unit")
    assert "“河南团省委”没有“省直属单位”这一类下级。可选：省辖市、省管高校。" in told
    assert refusal(give, scene, published, unit_class="<b>").startswith("bulletin.class_absent")
    assert "省辖市居前" in give(scene, published, unit_class="city")[0].content.decode()
    with pytest.raises(ValueError, match="exe"):
        give(scene, published, "exe")


def test_files_are_for_those_who_see_the_unit(scene: Scene, published: Bulletin) -> None:
    asked: dict[str, Any] = {"bulletin": published, "unit": scene.cast.city, "format": "txt"}
    assert exports.give_out(actor_for(scene.cast.viewer), **asked)
    for actor in (actor_for(scene.cast.outsider), actor_for(scene.cast.stranger), Actor(None)):
        with pytest.raises(PermissionDenied):
            exports.give_out(actor, **asked)


def test_a_correction_has_files_of_its_own_and_the_old_ones_stay(scene: Scene, published: Bulletin) -> None:
    (first,) = give(scene, published)
    second = scene.compute(DAY, recompute=True, reason="补录")
    second.state = BulletinState.PUBLISHED
    second.save(update_fields=["state"])
    (corrected,) = give(scene, second)
    assert "更正第1次" in corrected.content.decode()
    assert corrected.name == "日通报20181124-更正1-HN.txt"
    assert give(scene, published) == [first]


def test_stored_files_cost_two_queries(
    scene: Scene, published: Bulletin, django_assert_max_num_queries: Any
) -> None:
    actor = actor_for(scene.cast.staff)
    asked: dict[str, Any] = {"bulletin": published, "unit": scene.cast.province, "format": "txt"}
    with django_assert_max_num_queries(20):
        exports.give_out(actor, **asked)
    with django_assert_max_num_queries(2):
        exports.give_out(actor, **asked)


def test_a_drawing_that_fails_leaves_nothing_behind(
    scene: Scene, published: Bulletin, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object) -> None:
        raise OSError("no fonts")

    with monkeypatch.context() as patched:
        patched.setattr(store, "render", fail)
        with pytest.raises(OSError, match="no fonts"):
            give(scene, published)
    assert not BulletinFile.objects.exists()
    assert not AuditEntry.objects.filter(action="progress.give_out").exists()
    assert give(scene, published)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_however_many_ask_at_once_it_is_drawn_once(
    scene: Scene, published: Bulletin, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn, together = [], threading.Barrier(6)

    def count(*args: Any) -> list[exports.File]:
        drawn.append(args)
        return drawing.render(*args)

    def ask(_: int) -> list[exports.File]:
        close_old_connections()
        together.wait(timeout=30)
        try:
            return give(scene, published, "png")
        finally:
            connections.close_all()

    monkeypatch.setattr(store, "render", count)
    with ThreadPoolExecutor(6) as pool:
        given = list(pool.map(ask, range(6)))
    assert len(drawn) == 1
    assert all(files == given[0] for files in given)
    assert BulletinFile.objects.count() == len(given[0]) == 2
    assert AuditEntry.objects.filter(action="progress.give_out").count() == 1


def test_the_number_of_a_bulletin_stays_when_the_campaign_is_given_another_beginning(
    scene: Scene, published: Bulletin
) -> None:
    before = exports.document_of(published, scene.cast.province).head
    scene.campaign.starts_on -= dt.timedelta(days=7)
    scene.campaign.save()
    head = exports.document_of(Bulletin.objects.get(pk=published.pk), scene.cast.province).head
    assert (head.number, head.day_number) == (before.number, before.day_number) == ("第24期", 24)
