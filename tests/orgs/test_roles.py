"""Roles other than administrator: who hands them out, on what, never to oneself; hand-over of a unit."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from zhtj.lib import days
from zhtj.lib.problems import Refused

from orgs import actions, admins
from orgs.models import AccessCode, AuditEntry, User
from orgs.scopes import ROLE_WORDS, ROLES

from tests import world
from tests.cast import Cast

pytestmark = pytest.mark.django_db
GOOD = {"display_name": "王芳", "password": "Xin-Mi-Ma-2018"}

# giver, role, unit → what comes of it: a code of a refusal, 403, or "" for done.
GRANTS = [
    ("county_admin", "viewer", "committee", ""),
    ("county_admin", "auditor", "committee", ""),
    ("county_admin", "unit_admin", "town", ""),
    ("county_admin", "viewer", "county", "403"),
    ("county_admin", "ids_reveal", "committee", "403"),
    ("province_admin", "ids_reveal", "committee", ""),
    ("province_admin", "ids_reveal", "province", ""),
    ("province_admin", "provincial_staff", "province", ""),
    ("province_admin", "auditor", "province", ""),
    ("province_admin", "unit_admin", "province", "403"),
    ("province_admin", "provincial_staff", "city", "role.of_province"),
    ("province_admin", "settings_admin", "committee", "role.of_province"),
    ("viewer", "viewer", "committee", "403"),
    ("outsider", "viewer", "committee", "403"),
]


@pytest.mark.parametrize(("giver", "role", "place", "expected"), GRANTS)
def test_a_role_is_handed_out_by_whom_the_table_says(
    cast: Cast, giver: str, role: str, place: str, expected: str
) -> None:
    actor, unit = world.actor(getattr(cast, giver)), getattr(cast, place)
    try:
        actions.grant(actor, user=cast.stranger, unit=unit, role=role)
        found = ""
    except PermissionDenied:
        found = "403"
    except Refused as refused:
        (found,) = [problem.code for problem in refused.problems]
    assert found == expected
    assert world.actor(cast.stranger).scope.has("units.see") is (expected == "" and role != "ids_reveal")


@pytest.mark.parametrize("role", ["viewer", "auditor", "ids_reveal"])
def test_nobody_gives_or_takes_a_role_of_the_own_account(cast: Cast, role: str) -> None:
    actor = world.actor(cast.province_admin)
    for deed in (actions.grant, actions.revoke):
        with pytest.raises(Refused) as refused:
            deed(actor, user=cast.province_admin, unit=cast.county, role=role)
        assert [problem.code for problem in refused.value.problems] == ["role.oneself"]


def test_the_page_offers_gives_and_takes_roles_and_says_what_each_may_do(cast: Cast) -> None:
    client = world.client(cast.county_admin)
    here = reverse("unit_admins", args=[cast.committee.pk])
    page = client.get(here)
    assert [value for value, _ in page.context["form"].fields["role"].choices] == ["auditor", "viewer"]
    assert "查看审计记录" in page.content.decode()
    entry = {"username": "stranger", "role": "viewer"}
    assert client.post(reverse("role_grant", args=[cast.committee.pk]), entry)["Location"] == here
    assert "stranger" in client.get(here).content.decode()
    client.post(reverse("role_revoke", args=[cast.committee.pk]), entry)
    assert "stranger" not in client.get(here).content.decode()
    assert [e.action for e in AuditEntry.objects.order_by("id")] == ["orgs.grant", "orgs.revoke"]


BAD: list[tuple[dict[str, str], str]] = [
    ({"username": "nobody", "role": "viewer"}, "没有账号“nobody”"),
    ({"username": "\x00", "role": "viewer"}, "没有账号"),
    ({"username": "stranger", "role": "ids_reveal"}, "请从列表中选择一项"),
    ({"username": "county_admin", "role": "viewer"}, "不能给自己授权"),
    ({}, "请填写这一项"),
]


@pytest.mark.parametrize(("entry", "words"), BAD)
def test_a_role_that_cannot_be_given_is_refused_beside_its_field(
    cast: Cast, entry: dict[str, str], words: str
) -> None:
    answer = world.client(cast.county_admin).post(reverse("role_grant", args=[cast.committee.pk]), entry)
    assert answer.status_code == 200 and words in answer.content.decode()
    assert not AuditEntry.objects.exists()


def test_the_province_hands_out_its_roles_on_its_own_page_but_not_its_administrators(cast: Cast) -> None:
    client = world.client(cast.province_admin)
    page = client.get(reverse("unit_admins", args=[cast.province.pk]))
    assert set(dict(page.context["form"].fields["role"].choices)) == ROLES.keys() - {"unit_admin"}
    assert "本级的管理员由上级团组织办理" in page.content.decode()
    assert client.post(reverse("code_issue", args=[cast.province.pk])).status_code == 403
    assert (
        world.client(cast.county_admin).get(reverse("unit_admins", args=[cast.county.pk])).status_code == 403
    )


def test_every_role_has_its_word() -> None:
    assert ROLES.keys() == ROLE_WORDS.keys()


# --- hand-over --------------------------------------------------------------------------------


def handed(cast: Cast) -> str:
    """A hand-over code for the place of the secretary, beside whom there is a second administrator."""
    world.account(cast.branch, username="second")
    code = admins.issue_handover_code(
        world.actor(cast.committee_admin), user=cast.secretary, unit=cast.branch
    )
    return admins.plain_code(code)


def names(cast: Cast) -> list[str]:
    return [user.username for user in admins.admins(cast.branch)]


def test_a_full_unit_is_handed_over_in_one_step(cast: Cast) -> None:
    text = handed(cast)
    assert names(cast) == ["secretary", "second"]
    admins.register(code_text=text, username="wangfang", now=days.now(), **GOOD)
    assert names(cast) == ["second", "wangfang"]
    entry = AuditEntry.objects.get(action="orgs.hand_over")
    assert (entry.before, entry.after) == ({"user": "secretary"}, {"user": "wangfang"})
    cast.secretary.refresh_from_db()
    assert cast.secretary.acting_unit is None and cast.secretary.is_active


def test_an_account_that_exists_takes_over_a_further_unit_and_may_switch(cast: Cast) -> None:
    text = handed(cast)
    unit = admins.take_on_unit(world.actor(cast.village_admin), code_text=text, now=days.now())
    assert unit == cast.branch and names(cast) == ["village_admin", "second"]
    client = world.client(User.objects.get(pk=cast.village_admin.pk))
    assert cast.village.short_name in client.get(reverse("home")).content.decode()
    assert client.post(reverse("switch_unit"), {"unit": cast.village.pk}).status_code == 302
    cast.village_admin.refresh_from_db()
    assert cast.village_admin.acting_unit == cast.village


def test_a_handover_does_not_lift_the_limit_of_two_once_the_other_has_gone(cast: Cast) -> None:
    text = handed(cast)
    superior = world.actor(cast.committee_admin)
    admins.dismiss_admin(superior, user=cast.secretary, unit=cast.branch)
    world.account(cast.branch, username="third")
    with pytest.raises(Refused) as refused:
        admins.register(code_text=text, username="wangfang", now=days.now(), **GOOD)
    assert [problem.code for problem in refused.value.problems] == ["unit.enough_admins"]
    assert names(cast) == ["second", "third"]


def test_who_administers_a_unit_already_cannot_use_its_code(cast: Cast) -> None:
    (code,) = admins.issue_codes(world.actor(cast.committee_admin), units=[cast.branch])
    with pytest.raises(Refused) as refused:
        admins.take_on_unit(world.actor(cast.secretary), code_text=admins.plain_code(code), now=days.now())
    assert [problem.code for problem in refused.value.problems] == ["admin.already"]


@pytest.mark.parametrize("who", ["stranger", "county_admin"])
def test_only_an_administrator_of_the_unit_is_handed_over_from(cast: Cast, who: str) -> None:
    with pytest.raises(Refused) as refused:
        admins.issue_handover_code(
            world.actor(cast.committee_admin), user=getattr(cast, who), unit=cast.branch
        )
    assert [problem.code for problem in refused.value.problems] == ["admin.unknown"]
    assert not AccessCode.objects.exists()


def test_the_handover_from_the_page_shows_whose_place_it_is(cast: Cast) -> None:
    client = world.client(cast.committee_admin)
    here: Any = reverse("unit_admins", args=[cast.branch.pk])
    client.post(reverse("admin_hand_over", args=[cast.branch.pk]), {"user": cast.secretary.pk})
    page = client.get(here).content.decode()
    assert "移交码" in page and admins.plain_code(AccessCode.objects.get()) in page


# who asks, whose password, on which unit → what comes of it: 200, 403, 404 or a code of a refusal
RESETS = [
    ("county_admin", "viewer", "committee", "200"),
    ("county_admin", "auditor", "committee", "200"),
    ("county_admin", "ids_reveal", "committee", "admin.also_elsewhere"),  # only the province hands it out
    ("province_admin", "ids_reveal", "committee", "200"),
    ("province_admin", "provincial_staff", "province", "200"),
    ("province_admin", "settings_admin", "province", "200"),
    ("province_admin", "unit_admin", "province", "admin.also_elsewhere"),
    ("committee_admin", "viewer", "committee", "403"),
    ("outsider", "viewer", "committee", "404"),
]


@pytest.mark.parametrize(("giver", "role", "place", "expected"), RESETS)
def test_a_password_is_reset_by_whoever_hands_out_the_roles(
    cast: Cast, giver: str, role: str, place: str, expected: str
) -> None:
    unit = getattr(cast, place)
    holder = world.account(unit, role)
    client = world.client(getattr(cast, giver))
    answer = client.post(
        reverse("api_admin_reset", args=[unit.pk]), {"username": holder.username}, "application/json"
    )
    found = str(answer.status_code)
    if found == "422":
        (found,) = [problem["code"] for problem in answer.json()["problems"]]
    assert found == expected
    client.post(reverse("admin_reset", args=[unit.pk]), {"user": holder.pk})
    codes = AccessCode.objects.filter(purpose="reset", user=holder, withdrawn_at=None)
    if expected == "200":
        shown = client.get(reverse("unit_admins", args=[unit.pk])).content.decode()
        assert admins.plain_code(codes.get()) in shown
    else:
        assert not codes.exists()


def test_a_fellow_administrator_of_the_province_does_not_see_its_reset_code(cast: Cast) -> None:
    fellow = world.account(cast.province)
    code = admins.first_reset(world.actor(cast.province_admin), user=fellow, province=cast.province)
    page = world.client(cast.province_admin).get(reverse("unit_admins", args=[cast.province.pk]))
    assert admins.plain_code(code) not in page.content.decode()
