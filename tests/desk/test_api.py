"""Units, health, codes and administrators over the API: what the pages can do, with the same codes."""

from typing import Any

import pytest
from django.urls import reverse

from zhtj.desk import health

from orgs import admins
from orgs.models import AccessCode, AuditEntry

from tests import world
from tests.cast import Cast

pytestmark = pytest.mark.django_db
JSON = "application/json"


def codes(answer: Any) -> list[str]:
    assert answer.status_code == 422
    return [problem["code"] for problem in answer.json()["problems"]]


def test_a_card_is_completed_field_by_field(cast: Cast) -> None:
    client, url = world.client(cast.committee_admin), reverse("api_unit", args=[cast.committee.pk])
    answer = client.patch(url, {"phone": "0371-65902921", "admin_posts_planned_count": 3}, JSON)
    assert answer.status_code == 200 and answer.json()["phone"] == "0371-65902921"
    assert client.patch(url, {"phone": ""}, JSON).json()["admin_posts_planned_count"] == 3
    entry = AuditEntry.objects.filter(action="orgs.edit_card").latest("id")
    assert (entry.door, entry.before, entry.after) == ("api", {"phone": "0371-65902921"}, {"phone": ""})


BAD_CARDS: list[tuple[str, dict[str, Any], list[str]]] = [
    ("committee", {"phone": "没有", "email": "@"}, ["email.format", "phone.format"]),
    ("committee", {"secretary_id": "410102"}, ["national_id.format"]),
    ("committee", {"admin_posts_planned_count": 10_000}, ["post_count.format"]),
    ("branch", {"admin_posts_planned_count": 1}, ["post_count.not_at_this_kind"]),
]


@pytest.mark.parametrize(("place", "sent", "expected"), BAD_CARDS)
def test_a_bad_card_is_refused_with_all_its_codes(
    cast: Cast, place: str, sent: dict[str, Any], expected: list[str]
) -> None:
    url = reverse("api_unit", args=[getattr(cast, place).pk])
    assert sorted(codes(world.client(cast.county_admin).patch(url, sent, JSON))) == expected


def test_the_health_list_says_what_the_page_says_and_goes_on_behind_its_cursor(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "PAGE_SIZE", 2)
    client, found, after = world.client(cast.county_admin), [], ""
    while True:
        answer = client.get(reverse("api_health"), {"code": "unit.no_admin", "after": after}).json()
        found += [row["code"] for row in answer["results"]]
        if not (after := answer["next"]):
            break
    page = client.get(reverse("health"), {"code": "unit.no_admin"}).context["page"]
    assert found == ["HN01010102", "HN01010103", "HN010102"]
    assert [unit.code for unit, _ in page.rows] == found[:2]
    (row, *_) = client.get(reverse("api_health"), {"code": "unit.no_admin"}).json()["results"]
    wanted = {"code": "unit.no_admin", "message": "没有管理员", "mend": "发放注册码"}
    assert wanted | {"url": reverse("unit_admins", args=[cast.second_branch.pk])} in row["problems"]


@pytest.mark.parametrize(
    ("query", "status"), [({"unit": "x"}, 400), ({"code": "x"}, 400), ({"near": "1"}, 200)]
)
def test_a_health_list_asked_for_badly_is_a_bad_request(
    cast: Cast, query: dict[str, str], status: int
) -> None:
    assert world.client(cast.county_admin).get(reverse("api_health"), query).status_code == status


def test_the_queue_of_small_units_names_partners_and_a_merge_is_previewed_then_done(cast: Cast) -> None:
    world.members(cast.branch, 2)
    world.members(cast.second_branch, 5)
    client = world.client(cast.committee_admin)
    rows = {row["code"]: row for row in client.get(reverse("api_small_units")).json()["results"]}
    assert rows.keys() == {cast.branch.code, cast.third_branch.code}
    assert rows[cast.branch.code]["partners"][0] | {"result": 7} == rows[cast.branch.code]["partners"][0]
    url = reverse("api_unit_merge", args=[cast.branch.pk])
    seen = client.get(url, {"unit": cast.second_branch.pk}).json()
    assert (seen["result"], seen["problems"]) == (7, [])
    assert client.post(url, {"unit": cast.second_branch.pk}, JSON).json()["members"] == 2
    rows = client.get(reverse("api_small_units")).json()["results"]
    assert [row["code"] for row in rows] == [cast.third_branch.code]


def test_codes_for_all_children_hand_over_and_roles(cast: Cast) -> None:
    client = world.client(cast.committee_admin)
    issued = client.post(reverse("api_unit_codes", args=[cast.committee.pk])).json()["codes"]
    assert [line["unit"] for line in issued] == [cast.second_branch.code, cast.third_branch.code]
    assert client.post(reverse("api_unit_codes", args=[cast.committee.pk])).json()["codes"] == []
    who = {"username": "secretary"}
    url = reverse("api_admin_hand_over", args=[cast.branch.pk])
    assert len(client.post(url, who, JSON).json()["code"]) == admins.CODE_LENGTH
    role = {"username": "stranger", "role": "viewer"}
    assert client.post(reverse("api_role_grant", args=[cast.branch.pk]), role, JSON).status_code == 204
    seen = client.get(reverse("api_unit_admins", args=[cast.branch.pk])).json()
    assert [admin["username"] for admin in seen["admins"]] == ["secretary"]
    assert [(line["username"], line["role"]) for line in seen["roles"]] == [("stranger", "viewer")]
    assert [code["purpose"] for code in seen["codes"]] == ["register"]
    assert AccessCode.objects.filter(unit=cast.branch).get().user == cast.secretary
    assert client.post(reverse("api_role_revoke", args=[cast.branch.pk]), role, JSON).status_code == 204
    assert client.get(reverse("api_unit_admins", args=[cast.branch.pk])).json()["roles"] == []


def test_a_role_the_account_may_not_hand_out_is_forbidden(cast: Cast) -> None:
    entry = {"username": "stranger", "role": "ids_reveal"}
    url = reverse("api_role_grant", args=[cast.branch.pk])
    assert world.client(cast.committee_admin).post(url, entry, JSON).status_code == 403
    assert world.client(cast.province_admin).post(url, entry, JSON).status_code == 204
