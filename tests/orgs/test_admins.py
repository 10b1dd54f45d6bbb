"""Administrators: codes, registration, reset, dismissal."""

import pytest
from django.core.exceptions import PermissionDenied

from zhtj.lib import days
from zhtj.lib.problems import Refused

from orgs import actions, admins
from orgs.kinds import UnitKind
from orgs.models import AccessCode, AuditEntry

from tests import world

pytestmark = pytest.mark.django_db
GOOD = {"display_name": "王芳", "password": "Xin-Mi-Ma-2018"}


@pytest.fixture
def place(db):
    """A committee with an administrator and one branch without."""
    province = world.province()
    city = world.unit(province, UnitKind.CITY_COMMITTEE)
    committee = world.unit(city, UnitKind.COMMITTEE)
    branch = world.branch(committee)
    return city, committee, branch, world.actor(world.account(committee))


def codes_of(refused) -> list[str]:
    return [problem.code for problem in refused.value.problems]


def test_a_superior_issues_a_code_and_its_holder_becomes_administrator(place) -> None:
    _, _, branch, superior = place
    [code] = admins.issue_codes(superior, units=[branch])
    text = admins.plain_code(code)
    user = admins.register(code_text=text, username="wangfang", now=days.now(), **GOOD)
    assert list(admins.admins(branch)) == [user]
    assert user.check_password(GOOD["password"]) and user.acting_unit == branch
    assert world.actor(user).scope.may("members.enter", branch)
    assert [e.action for e in AuditEntry.objects.order_by("id")] == ["orgs.issue_code", "orgs.register_admin"]


def test_the_code_has_eight_signs_and_lies_sealed(place) -> None:
    _, _, branch, superior = place
    [code] = admins.issue_codes(superior, units=[branch])
    text = admins.plain_code(code)
    assert len(text) == 8 and set(text) <= set(admins.CODE_SIGNS)
    assert text.encode() not in bytes(AccessCode.objects.get().code_sealed)


def test_upper_and_lower_case_are_told_apart(place) -> None:
    _, _, branch, superior = place
    [code] = admins.issue_codes(superior, units=[branch])
    with pytest.raises(Refused) as refused:
        admins.look_up(admins.plain_code(code).swapcase(), "register", now=days.now())
    assert codes_of(refused) == ["code.unknown"]


@pytest.mark.parametrize(("days_later", "expected"), [(19.999, None), (20, "code.expired")])
def test_a_registration_code_is_valid_for_twenty_days(place, clock, days_later, expected) -> None:
    _, _, branch, superior = place
    [code] = admins.issue_codes(superior, units=[branch])
    clock.forward(days=days_later)
    if expected is None:
        assert admins.look_up(admins.plain_code(code), "register", now=days.now()) == code
        return
    with pytest.raises(Refused) as refused:
        admins.look_up(admins.plain_code(code), "register", now=days.now())
    assert codes_of(refused) == [expected]


def test_a_code_makes_one_administrator_only(place) -> None:
    _, _, branch, superior = place
    text = admins.plain_code(admins.issue_codes(superior, units=[branch])[0])
    admins.register(code_text=text, username="first", now=days.now(), **GOOD)
    with pytest.raises(Refused) as refused:
        admins.register(code_text=text, username="second", now=days.now(), **GOOD)
    assert codes_of(refused) == ["code.used"]


def test_a_newer_code_withdraws_the_older(place) -> None:
    _, _, branch, superior = place
    older = admins.plain_code(admins.issue_codes(superior, units=[branch])[0])
    admins.issue_codes(superior, units=[branch])
    with pytest.raises(Refused) as refused:
        admins.look_up(older, "register", now=days.now())
    assert codes_of(refused) == ["code.unknown"]


def test_two_administrators_are_the_most_and_the_refusal_names_the_unit(place) -> None:
    _, _, branch, superior = place
    world.account(branch)
    [code] = admins.issue_codes(superior, units=[branch])  # one more may come
    world.account(branch)
    with pytest.raises(Refused) as refused:
        admins.issue_codes(superior, units=[branch])
    assert codes_of(refused) == ["unit.enough_admins"] and branch.short_name in str(refused.value)
    with pytest.raises(Refused) as refused:
        admins.register(code_text=admins.plain_code(code), username="third", now=days.now(), **GOOD)
    assert codes_of(refused) == ["unit.enough_admins"]


def test_everything_wrong_with_a_registration_is_said_at_once_and_the_code_stays_open(place) -> None:
    _, _, branch, superior = place
    text = admins.plain_code(admins.issue_codes(superior, units=[branch])[0])
    with pytest.raises(Refused) as refused:
        admins.register(code_text=text, username="王 芳", display_name="王芳", password="123", now=days.now())
    assert codes_of(refused)[0] == "username.format" and "password.weak" in codes_of(refused)
    assert admins.look_up(text, "register", now=days.now())


def test_a_taken_username_is_refused_whatever_its_case(place) -> None:
    _, _, branch, superior = place
    world.account(username="wangfang")
    text = admins.plain_code(admins.issue_codes(superior, units=[branch])[0])
    with pytest.raises(Refused) as refused:
        admins.register(code_text=text, username="WangFang", now=days.now(), **GOOD)
    assert codes_of(refused) == ["username.taken"]


def test_nobody_issues_for_the_own_unit_or_outside(place) -> None:
    city, committee, _, superior = place
    for unit in (committee, city):
        with pytest.raises(PermissionDenied):
            admins.issue_codes(superior, units=[unit])


def test_a_reset_code_lives_two_days_and_sets_a_new_password(place, clock) -> None:
    _, _, branch, superior = place
    user = world.account(branch)
    late = admins.plain_code(admins.issue_reset_code(superior, user=user, unit=branch))
    clock.forward(days=2)
    with pytest.raises(Refused) as refused:
        admins.reset_password(code_text=late, password="Hao-De-Mi-Ma-9", now=days.now())
    assert codes_of(refused) == ["code.expired"]
    text = admins.plain_code(admins.issue_reset_code(superior, user=user, unit=branch))
    admins.reset_password(code_text=text, password="Hao-De-Mi-Ma-9", now=days.now())
    user.refresh_from_db()
    assert user.check_password("Hao-De-Mi-Ma-9")


@pytest.mark.parametrize("role", ["unit_admin", "viewer"])
def test_a_password_is_not_reset_by_who_manages_only_some_of_the_units_of_an_account(place, role) -> None:
    city, _, branch, superior = place
    elsewhere = world.unit(city.parent, UnitKind.CITY_COMMITTEE)
    secretary = world.account(branch)
    world.grant(secretary, elsewhere, role)
    with pytest.raises(Refused) as refused:
        admins.issue_reset_code(superior, user=secretary, unit=branch)
    assert codes_of(refused) == ["admin.also_elsewhere"]
    assert elsewhere.short_name not in str(refused.value)
    province = world.actor(world.account(city.parent))
    assert admins.issue_reset_code(province, user=secretary, unit=branch).user == secretary


@pytest.mark.parametrize("way", ["grant", "code"])
def test_a_reset_code_ends_when_its_account_is_given_more(place, way) -> None:
    city, committee, branch, superior = place
    secretary, county = world.account(branch), world.account(city)
    text = admins.plain_code(admins.issue_reset_code(superior, user=secretary, unit=branch))
    if way == "grant":
        actions.grant(world.actor(county), user=secretary, unit=committee, role="viewer")
    else:
        admins_code = admins.issue_codes(superior, units=[world.branch(committee)])[0]
        own = world.actor(secretary)
        admins.take_on_unit(own, code_text=admins.plain_code(admins_code), now=days.now())
    with pytest.raises(Refused) as refused:
        admins.reset_password(code_text=text, password=GOOD["password"], now=days.now())
    assert codes_of(refused) == ["code.unknown"]


def test_a_dismissed_administrator_sees_nothing_any_more(place) -> None:
    _, _, branch, superior = place
    user = world.account(branch)
    admins.dismiss_admin(superior, user=user, unit=branch)
    user.refresh_from_db()
    assert not world.actor(user).scope.has("units.see") and user.acting_unit is None
    with pytest.raises(Refused) as refused:
        admins.dismiss_admin(superior, user=user, unit=branch)
    assert codes_of(refused) == ["admin.unknown"]
