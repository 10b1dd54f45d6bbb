"""Cadres of a branch: entered with its members, gone with them; teachers beside them."""

from typing import Any

import pytest

from zhtj.imports import actions as imports
from zhtj.imports import pipeline

import cadres.actions
from cadres.models import Cadre, EndReason
from members.imports import COLUMNS
from members.models import Member
from orgs.models import CorrectionRequest

from tests import workbooks, world
from tests.cadres.conftest import good_cells
from tests.cast import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_gate(settings: Any) -> None:
    settings.ZHTJ_ENTRY_GATE = ""


def row(name: str, **more: str) -> dict[str, str]:
    return {
        "full_name": name,
        "national_id": world.national_id(),
        "ethnicity": "汉族",
        "political_status": "共青团员",
        "joined_on": "2015-05",
        "application_form": "有",
        "is_cadre": "否",
    } | more


def sheet(*rows: dict[str, str]) -> bytes:
    names = {column.field: column.header for column in COLUMNS if any(column.field in one for one in rows)}
    return workbooks.xlsx([list(names.values()), *([one.get(name) for name in names] for one in rows)])


def imported(cast: Cast, *rows: dict[str, str]) -> Any:
    actor = world.actor(cast.secretary)
    batch = imports.upload(actor, kind="members", unit=cast.branch, file_name="团员.xlsx", data=sheet(*rows))
    pipeline.check(batch.pk)
    batch.refresh_from_db()
    imports.ask_commit(actor, batch=batch)
    pipeline.commit(batch.pk)
    batch.refresh_from_db()
    return batch


def held(cast: Cast) -> list[tuple[str, str]]:
    posts = Cadre.objects.filter(unit=cast.branch, until_at=None).order_by("person__full_name")
    return list(posts.values_list("person__full_name", "post"))


def test_a_row_that_says_yes_makes_the_post_and_leaving_ends_it(cast: Cast) -> None:
    rows = [
        row("甲乙", is_cadre="是", post="书记"),
        row("丙丁", is_cadre="是", post="组织委员"),
        row("戊己"),
    ]
    batch = imported(cast, *rows)
    assert batch.state == "committed"
    assert held(cast) == [("丙丁", "组织委员"), ("甲乙", "书记")]
    post = Cadre.objects.get(person__full_name="甲乙")
    member = Member.objects.get(person=post.person)
    assert (post.batch_id, post.batch_row) == (batch.pk, 2)
    assert post.from_at == member.from_at  # one moment, one transaction
    secretary = world.client(cast.secretary)
    page = f"/cadres/unit/{cast.branch.pk}/"
    assert "甲乙" in secretary.get(page).content.decode()
    secretary.post("/members/withdraw/", {"member": [member.pk], "confirm": "1", "reason": "left"})
    post.refresh_from_db()
    member.refresh_from_db()
    assert (post.end_reason, post.until_at) == (EndReason.MEMBER_LEFT, member.until_at)
    assert held(cast) == [("丙丁", "组织委员")]
    shown = secretary.get(page).content.decode()
    assert "以前任职的" in shown and "团员已转出" in shown and "/return/" not in shown


def test_saying_no_later_ends_the_post_and_keeps_the_member(cast: Cast) -> None:
    rows = [row("甲乙", is_cadre="是", post="书记"), row("丙丁"), row("戊己")]
    imported(cast, *rows)
    imported(cast, rows[0] | {"is_cadre": "否", "post": ""})
    assert held(cast) == []
    assert Member.objects.filter(person__full_name="甲乙", until_at=None).exists()


def test_without_the_post_there_is_no_member_either(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("the post could not be written")

    monkeypatch.setattr(cadres.actions, "appoint_cadres", fail)
    typed = row("甲乙", is_cadre="是", post="书记")
    with pytest.raises(RuntimeError):
        world.client(cast.secretary).post(f"/members/enter/{cast.branch.pk}/", typed)
    assert not Member.objects.filter(person__full_name="甲乙").exists()


def test_a_teacher_over_28_is_a_cadre_without_being_a_member_and_without_a_warning(cast: Cast) -> None:
    url = f"/cadres/unit/{cast.branch.pk}/enter/"
    answer = world.client(cast.secretary).post(url, good_cells(full_name="王老师", post="书记"), follow=True)
    assert [message.level_tag for message in answer.context["messages"]] == ["success"]
    assert held(cast) == [("王老师", "书记")]
    assert not Member.objects.filter(person__full_name="王老师").exists()


def test_several_posts_each_in_its_own_unit_and_ending_one_leaves_the_others(cast: Cast) -> None:
    imported(cast, row("甲乙", is_cadre="是", post="书记"), row("丙丁"), row("戊己"))
    person = Cadre.objects.get(person__full_name="甲乙").person
    elsewhere = world.cadre(cast.committee, "委员", person)
    member = Member.objects.get(person=person)
    left = {"member": [member.pk], "confirm": "1", "reason": "left"}
    world.client(cast.secretary).post("/members/withdraw/", left)
    elsewhere.refresh_from_db()
    assert (held(cast), elsewhere.until_at) == ([], None)


def test_from_the_read_only_record_a_request_reaches_the_keeper_who_grants_it(cast: Cast) -> None:
    imported(cast, row("甲乙"), row("丙丁"), row("戊己"))
    person = Member.objects.get(person__full_name="甲乙").person
    post = world.cadre(cast.county, "委员", person)
    county = world.client(cast.county_admin)
    address = f"/members/people/{person.pk}/correct/"
    for page in (f"/cadres/{post.pk}/", f"/cadres/{post.pk}/keep/"):
        assert f'href="{address}"' in county.get(page).content.decode()
    assert "只填写需要更正的项目" in county.get(address).content.decode()
    answer = county.post(address, {"ethnicity": "回族", "reason": "户口本为回族"}, follow=True)
    assert answer.status_code == 200, answer
    asked = CorrectionRequest.objects.get()
    keeper = world.client(cast.secretary)
    keeper.post(f"/members/corrections/{asked.pk}/", {"act": "grant", "decision": ""})
    person.refresh_from_db()
    assert person.ethnicity == "回族"
