"""人员来历: what an auditor learns of one person, and only inside the own scope."""

from typing import Any

import pytest

from zhtj.desk import origin
from zhtj.lib import days

from members import actions
from members.rules import EntryReader
from orgs.scopes import scope_of

from tests import world
from tests.cast import Cast
from tests.members.conftest import good_cells

pytestmark = pytest.mark.django_db


def test_every_period_and_whoever_looked_at_the_id_is_told(cast: Cast) -> None:
    id_text = world.national_id()
    person = world.person("同名同姓", id_text=id_text)
    member = world.member(cast.branch, person, batch_id=7, batch_row=12)
    world.cadre(cast.committee, "委员", person)
    world.grant(cast.county_admin, cast.county, "ids_reveal")
    actions.reveal_id(world.actor(cast.county_admin), member=member, purpose="核对重名")
    (traced,) = origin.trace(scope_of(cast.auditor), "同名同姓")
    assert [(period.unit, period.what, period.row) for period in traced.periods] == [
        (cast.branch, "团员", 12),
        (cast.committee, "委员", None),
    ]
    assert [(line.entry.action, line.changes[0].after) for line in traced.lines] == [
        ("members.reveal_id", "核对重名")
    ]
    page = world.client(cast.auditor).post("/audit/people/", {"name": "同名同姓"}).content.decode()
    assert "批次 7 第 12 行" in page and "查看完整身份证号码" in page and id_text not in page


def test_outside_the_scope_nobody_of_that_name_exists(cast: Cast) -> None:
    world.member(cast.other_branch, world.person("同名同姓"))
    auditor = world.account(cast.city, "auditor")
    assert origin.trace(scope_of(auditor), "同名同姓") == []
    assert origin.trace(scope_of(auditor), "") == []
    assert origin.trace(scope_of(cast.city_admin), "同名同姓") == []  # sees members, but audits nothing
    page = world.client(auditor).post("/audit/people/", {"name": "同名同姓"}).content.decode()
    assert "没有叫这个名字" in page


def test_who_typed_in_corrected_or_recognised_somebody_is_told(cast: Cast, settings: Any) -> None:
    settings.ZHTJ_ENTRY_GATE = ""
    secretary, today = world.actor(cast.secretary), days.today()
    read = EntryReader(today).read
    cells = good_cells(full_name="欧阳单录")
    actions.enter_member(secretary, branch=cast.branch, entry=read(cells), today=today)
    changed = read(cells | {"ethnicity": "回族"})
    actions.enter_member(world.actor(cast.committee_admin), branch=cast.branch, entry=changed, today=today)
    names = ("欧阳甲", "欧阳乙")
    entries = [read(good_cells(full_name=name)) for name in names]
    listed = actions.put_under_review(secretary, branch=cast.branch, entries=entries, today=today)
    ids = [youth.pk for youth in listed]
    actions.recognise_all(secretary, unit=cast.branch, youth_ids=ids, today=today)
    scope = scope_of(cast.auditor)
    told = {
        name: [(line.entry.action, line.entry.actor) for line in origin.trace(scope, name)[0].lines]
        for name in ("欧阳单录", *names)
    }
    assert told["欧阳单录"] == [
        ("members.enter", cast.committee_admin),
        ("members.enter", cast.secretary),
    ]
    assert told["欧阳甲"] == told["欧阳乙"] == [("members.recognise", cast.secretary)]


def test_the_api_tells_the_same_of_everybody_of_that_name(cast: Cast) -> None:
    member = world.member(cast.branch, world.person("王晓芳"))
    browser = world.client(cast.auditor)
    answer = browser.post("/api/audit/people/", {"name": "王晓芳"}, "application/json")
    (told,) = answer.json()["results"]
    assert (told["person"], told["national_id"]) == (member.person_id, member.person.masked_id)
    assert [(period["unit"], period["what"]) for period in told["periods"]] == [("HN01010101", "团员")]
    assert browser.post("/api/audit/people/", {"name": "王"}, "application/json").json() == {"results": []}
    assert browser.post("/api/audit/chain/").json()["ok"] is True
