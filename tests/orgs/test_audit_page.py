"""The audit page: the own scope only, by unit, person, actor and time, before and after, the chain."""

import ast
import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.urls import reverse

from orgs import actions, audit, sealing, trail, trail_words
from orgs.models import AuditEntry

from tests import world
from tests.cast import Cast
from tests.conftest import Clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def trodden(cast: Cast, clock: Clock) -> Cast:
    """A card edited in the county, one in another city, a person written to, a day later a unit made."""
    actions.edit_card(world.actor(cast.county_admin), unit=cast.town, phone="0371-11111111")
    actions.edit_card(world.actor(cast.county_admin), unit=cast.town, phone="0371-22222222")
    actions.edit_card(world.actor(cast.outsider), unit=cast.other_committee, phone="0378-33333333")
    audit.record(world.actor(cast.secretary), "members.enter", unit=cast.branch, person=world.person("赵云"))
    audit.record(world.actor(cast.outsider), "orgs.change_password", after={"user": "outsider"})
    clock.forward(days=1)
    audit.record(world.actor(cast.city_admin), "orgs.switch_unit", unit=cast.city)
    return cast


def seen(cast: Cast, reader: Any, /, **query: str) -> list[str]:
    """`action@unit` of the lines the page shows."""
    answer = world.client(reader).get(reverse("audit_list"), query)
    assert answer.status_code == 200
    lines = answer.context["lines"]
    return [f"{line.entry.action}@{line.entry.unit.code if line.entry.unit else '-'}" for line in lines]


CARD = "orgs.edit_card@HN010102"


def test_an_auditor_sees_the_own_scope_and_nothing_else(trodden: Cast) -> None:
    county_auditor = world.account(trodden.county, "auditor")
    assert seen(trodden, county_auditor) == ["members.enter@HN01010101", CARD, CARD]
    everything = seen(trodden, trodden.auditor)
    assert len(everything) == 6 and "orgs.change_password@-" in everything
    assert "orgs.change_password@-" in seen(trodden, world.account(trodden.other_city, "auditor"))


QUERIES: list[tuple[dict[str, str], list[str]]] = [
    ({"unit": "HN010102"}, [CARD, CARD]),
    ({"unit": "HN0101"}, ["members.enter@HN01010101", CARD, CARD]),
    ({"person": "赵云"}, ["members.enter@HN01010101"]),
    ({"actor": "outsider"}, ["orgs.change_password@-", "orgs.edit_card@HN0201"]),
    ({"action": "orgs.switch_unit"}, ["orgs.switch_unit@HN01"]),
    ({"since": "2018-11-24"}, ["orgs.switch_unit@HN01"]),
    ({"until": "2018-11-22"}, []),
    ({"since": "2018-11-24", "until": "2018-11-24"}, ["orgs.switch_unit@HN01"]),
    ({"actor": "nobody"}, []),
]


@pytest.mark.parametrize(("query", "expected"), QUERIES)
def test_entries_are_found_by_unit_person_actor_action_and_day(
    trodden: Cast, query: dict[str, str], expected: list[str]
) -> None:
    assert seen(trodden, trodden.auditor, **query) == expected


@pytest.mark.parametrize(("query", "expected"), QUERIES)
def test_the_api_finds_the_same(trodden: Cast, query: dict[str, str], expected: list[str]) -> None:
    answer = world.client(trodden.auditor).get(reverse("api_audit"), query).json()
    assert [f"{row['action']}@{row['unit'] or '-'}" for row in answer["results"]] == expected
    assert answer["next"] is None


def test_the_api_says_who_and_what_before_and_after_and_refuses_what_it_cannot_read(trodden: Cast) -> None:
    client = world.client(world.account(trodden.county, "auditor"))
    rows = client.get(reverse("api_audit"), {"unit": "HN010102"}).json()["results"]
    assert rows[0]["actor"] == "county_admin" and rows[0]["what"] == "修改组织信息"
    assert rows[0]["changes"] == [
        {"label": "联系电话", "before": "0371-11111111", "after": "0371-22222222"},
    ]
    assert rows[0]["door"] == "page" and rows[0]["at"].endswith("+08:00")
    assert client.get(reverse("api_audit"), {"unit": "HN02"}).status_code == 404
    answer = client.get(reverse("api_audit"), {"since": "x", "before": "x"})
    assert answer.status_code == 400
    assert [problem["field"] for problem in answer.json()["problems"]] == ["since", "before"]


def test_what_cannot_be_read_is_as_if_not_asked_and_a_foreign_unit_is_not_found(trodden: Cast) -> None:
    assert len(seen(trodden, trodden.auditor, since="x", before="x", action="x")) == 6
    assert seen(trodden, trodden.auditor, person="字" * 99) == []
    client = world.client(world.account(trodden.county, "auditor"))
    assert client.get(reverse("audit_list"), {"unit": "HN02"}).status_code == 404


def test_each_field_is_shown_before_and_after(trodden: Cast) -> None:
    page = world.client(trodden.auditor).get(reverse("audit_list"), {"unit": "HN010102"}).content.decode()
    assert "<del>0371-11111111</del> → <ins>0371-22222222</ins>" in page and "联系电话" in page
    assert trail.changes_of({"is_private_school": True}, {"is_private_school": False}) == [
        trail.Change("是否民办学校", "是", "否")
    ]


WORDS: list[tuple[dict[str, Any], str]] = [
    ({"kind": "branch"}, "团支部"),
    ({"kind": "members"}, "团员"),
    ({"kind": "youths"}, "身份摸底青年"),
    ({"domain": "state_enterprise"}, "国有企业"),
    ({"role": "ids_reveal"}, "查看完整身份证号码"),
    ({"political_status": "league_member"}, "共青团员"),
    ({"names": ["一班", "二班"]}, "一班、二班"),
    ({"changes": {"domain": "school"}}, "领域：学校"),
    ({"phone": None}, ""),
]


@pytest.mark.parametrize(("after", "shown"), WORDS)
def test_a_stored_value_is_shown_in_words(after: dict[str, Any], shown: str) -> None:
    (change,) = trail.changes_of({}, after)
    assert change.after == shown and change.label not in after


def test_no_shared_machine_keeps_the_trail(trodden: Cast) -> None:
    browser = world.client(trodden.auditor)
    for page in (browser.get(reverse("audit_list")), browser.post(reverse("audit_chain"))):
        assert page.status_code == 200 and "no-store" in page.headers["Cache-Control"]


def test_pages_follow_each_other(cast: Cast) -> None:
    for _ in range(trail.PAGE_SIZE + 1):
        audit.record(world.actor(cast.secretary), "orgs.switch_unit", unit=cast.branch)
    client = world.client(cast.auditor)
    first = client.get(reverse("audit_list"))
    assert len(first.context["lines"]) == trail.PAGE_SIZE
    second = client.get(reverse("audit_list"), {"before": first.context["before"]})
    assert len(second.context["lines"]) == 1 and second.context["before"] is None


def test_the_chain_is_verified_on_request_and_a_changed_entry_is_told(trodden: Cast) -> None:
    sealing.seal_entries()
    client = world.client(trodden.auditor)
    assert "6 条记录" in client.post(reverse("audit_chain")).content.decode()
    AuditEntry.objects.filter(seal_number=3).update(action="orgs.grant")
    assert "在第 3 条断开" in client.post(reverse("audit_chain")).content.decode()


def test_every_action_written_anywhere_has_its_words() -> None:
    root = Path(settings.BASE_DIR)
    written = set()
    for path in root.glob("*/**/*.py"):
        if path.relative_to(root).parts[0] not in ("orgs", "cadres", "members", "progress", "zhtj"):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            is_record = isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "record"
            if is_record and len(node.args) > 1 and isinstance(node.args[1], ast.Constant):
                written.add(node.args[1].value)
    assert written - set(trail_words.ACTIONS) == set(), "name them in orgs/trail_words.py"


def test_a_day_is_a_day_in_shanghai(cast: Cast, clock: Clock) -> None:
    clock.set(dt.datetime(2018, 11, 24, 0, 30))
    audit.record(world.actor(cast.secretary), "orgs.switch_unit", unit=cast.branch)
    assert len(seen(cast, cast.auditor, since="2018-11-24")) == 1
    assert not seen(cast, cast.auditor, until="2018-11-23")


def test_the_unit_is_picked_from_those_the_auditor_may_look_into(trodden: Cast) -> None:
    page = world.client(trodden.auditor).get(reverse("audit_list")).content.decode()
    picker = f"{reverse('unit_pick')}?may=audit.see"
    assert f'data-pick="{picker}"' in page
    county = world.client(world.account(trodden.county, "auditor"))
    offered = county.get(picker, headers={"HX-Request": "true"}).content.decode()
    assert f'data-code="{trodden.county.code}"' in offered
    assert f'data-code="{trodden.city.code}"' not in offered
