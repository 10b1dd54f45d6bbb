"""Members and cadres over the API."""

import json
from typing import Any

import pytest

from members.models import Member

from tests import world
from tests.cast import Cast
from tests.members.conftest import good_cells

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_gate(settings: Any) -> None:
    settings.ZHTJ_ENTRY_GATE = ""


def send(client: Any, cells: Any) -> Any:
    return client.post("/api/members/", json.dumps(cells), content_type="application/json")


def test_a_member_is_created_shown_masked_and_then_unchanged(cast: Cast) -> None:
    client = world.client(cast.secretary)
    cells = good_cells(mobile=13812345678, is_cadre=False)
    created = send(client, cells)
    assert created.status_code == 201
    body = created.json()
    assert body["branch"] == cast.branch.code
    assert body["national_id"] == cells["national_id"][:3] + "*" * 11 + cells["national_id"][14:]
    assert send(client, cells).status_code == 200
    assert client.get(f"/api/members/{body['id']}/").json()["full_name"] == "张三"
    assert Member.objects.count() == 1


def test_a_refusal_has_the_one_error_shape(cast: Cast) -> None:
    answer = send(world.client(cast.secretary), good_cells(mobile="1", ethnicity=["汉族"], qq={"a": 1}))
    assert answer.status_code == 422
    body = answer.json()
    assert set(body) == {"code", "message", "problems"}
    assert sorted(p["code"] for p in body["problems"]) == ["ethnicity.unknown", "mobile.format", "qq.format"]


@pytest.mark.parametrize("body", ["[]", "1", '"x"', "{", "null"])
def test_a_body_of_another_shape_is_a_bad_request(cast: Cast, body: str) -> None:
    client = world.client(cast.secretary)
    assert client.post("/api/members/", body, content_type="application/json").status_code == 400


@pytest.mark.parametrize("value", [None, True, 1.5, 10**30, "\x00", [], {}, [[["x"]]]])
def test_any_value_in_any_field_is_a_named_problem(cast: Cast, value: Any) -> None:
    answer = send(world.client(cast.secretary), dict.fromkeys(good_cells(), value))
    assert answer.status_code == 422
    assert all(p["code"] and p["field"] for p in answer.json()["problems"])


def test_the_branch_is_named_by_whoever_enters_for_several(cast: Cast) -> None:
    client = world.client(cast.committee_admin)
    assert [p["code"] for p in send(client, good_cells()).json()["problems"]] == ["branch.missing"]
    assert send(client, good_cells(branch="高一2班团支部")).json()["branch"] == cast.second_branch.code


def test_attesting_over_the_api(cast: Cast) -> None:
    client = world.client(cast.secretary)
    cells = good_cells(application_form=None)
    assert [p["code"] for p in send(client, cells).json()["problems"]] == ["identity.evidence_unattested"]
    assert send(client, cells | {"attest_evidence": True}).status_code == 201


def test_lists_hold_the_scope_in_the_order_of_the_tree(cast: Cast) -> None:
    for branch, count in ((cast.third_branch, 2), (cast.branch, 2), (cast.other_branch, 1)):
        world.members(branch, count)
    client = world.client(cast.committee_admin)
    first = client.get("/api/members/?page_size=3").json()
    rest = client.get(first["next"]).json()
    assert [m["branch"] for m in first["results"] + rest["results"]] == [cast.branch.code] * 2 + [
        cast.third_branch.code
    ] * 2
    assert rest["next"] is None


def test_cadres_are_listed_inside_the_scope(cast: Cast) -> None:
    world.cadre(cast.committee, "书记")
    world.cadre(cast.other_committee, "书记")
    posts = world.client(cast.county_admin).get("/api/cadres/").json()["results"]
    assert [(p["unit"], p["post"]) for p in posts] == [(cast.committee.code, "书记")]


def test_who_may_not_enter_gets_403_and_who_is_not_signed_in_401(cast: Cast) -> None:
    assert send(world.client(cast.viewer), good_cells()).status_code == 403
    assert send(world.client(), good_cells()).status_code == 401
