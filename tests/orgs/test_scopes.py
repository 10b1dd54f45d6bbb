"""Who may do what where: the table of the design (domain, section 3), cell by cell."""

import pytest
from django.core.exceptions import PermissionDenied

from members.models import Member
from orgs import queries, tree
from orgs.kinds import UnitKind as K
from orgs.models import OrgUnit
from orgs.scopes import CAPABILITIES, NOTHING, PROVINCE_ONLY, ROLES, Scope, reach_of, scope_of

from tests import world

pytestmark = pytest.mark.django_db

# capability → for an admin of each unit: where it holds.
# o own unit, c a child above branch level, b a child that is a branch, d deeper above branch level,
# e a branch deeper down. Nowhere else: not above, not beside.
#                        province  city     county   committee  branch
TABLE = {
    "units.see":          ("ocbde", "ocbde", "ocbde", "ocbde", "o"),
    "progress.see":       ("ocbde", "ocbde", "ocbde", "ocbde", "o"),
    "members.see":        ("ocbde", "ocbde", "ocbde", "ocbde", "o"),
    "cadres.see":         ("ocbde", "ocbde", "ocbde", "ocbde", "o"),
    "roster.print":       ("ocbde", "ocbde", "ocbde", "ocbde", "o"),
    "units.edit_card":    ("ocbde", "ocbde", "ocbde", "ocbde", "o"),
    "members.enter":      ("b", "b", "b", "b", "o"),
    "cadres.enter":       ("ob", "ob", "ob", "ob", "o"),
    "cadres.preload":     ("oL", "", "", "", ""),
    "units.create":       ("ocbde", "ocbde", "ocbde", "ocbde", ""),
    "units.manage":       ("cbde", "cbde", "cbde", "cbde", ""),
    "admins.manage":      ("cbde", "cbde", "cbde", "cbde", ""),
    "roles.apart":        ("ocbde", "", "", "", ""),
    "baselines.enter":    ("cbde", "cbde", "cbde", "", ""),
    "superior.ask":       ("", "o", "o", "o", "o"),
    "approvals.decide":   ("cbde", "cbde", "cbde", "cbde", ""),
    "supervision.run":    ("cbde", "cbde", "cbde", "", ""),
    "campaign.settings":  ("ocbde", "", "", "", ""),
    "admission.settings": ("ocbde", "", "", "", ""),
    "openings.decide":    ("ocbde", "", "", "", ""),
    "bulletin.publish":   ("ocbde", "", "", "", ""),
    "interviews.propose": ("ocbde", "", "", "", ""),
    "audit.see":          ("", "", "", "", ""),
    "ids.reveal":         ("", "", "", "", ""),
}  # fmt: skip
HOLDERS = ("province", "city", "county", "committee", "branch")

ROLES_BESIDE = {
    "provincial_staff": {
        "units.see",
        "progress.see",
        "bulletin.publish",
        "openings.decide",
        "interviews.propose",
        "supervision.run",
    },
    "settings_admin": {"units.see", "campaign.settings", "admission.settings"},
    "auditor": {"units.see", "audit.see"},
    "viewer": {"units.see", "progress.see"},
    "ids_reveal": {"ids.reveal"},
}


@pytest.fixture
def wide_cast(cast):
    """The cast, with branches and a nested committee so that every cell of the table has units."""
    world.unit(cast.committee, K.COMMITTEE, "国际部团委", children=[tree.NewUnit("国一班", K.BRANCH)])
    for parent in (cast.province, cast.city, cast.county):
        world.branch(parent, f"{parent.short_name}机关团支部")
    return cast


def relation(holder: OrgUnit, unit: OrgUnit, by_id: dict[int, OrgUnit]) -> str:
    """The letter of the table for `unit` seen from `holder`; "" outside."""
    if unit.pk == holder.pk:
        return "o"
    steps, above = 1, unit
    while above.parent_id is not None and above.parent_id != holder.pk:
        above, steps = by_id[above.parent_id], steps + 1
    if above.parent_id is None:
        return ""
    return ("b" if steps == 1 else "e") if unit.is_branch else ("c" if steps == 1 else "d")


@pytest.mark.parametrize("capability", TABLE)
def test_the_table_holds_for_every_unit_by_query_and_by_question(wide_cast, capability):
    by_id = {unit.pk: unit for unit in OrgUnit.objects.all()}
    for unit in by_id.values():
        if unit.is_branch:
            world.member(unit)
    admins = {
        "province": wide_cast.province_admin,
        "city": wide_cast.city_admin,
        "county": wide_cast.county_admin,
        "committee": wide_cast.committee_admin,
        "branch": wide_cast.secretary,
    }
    for holder, letters in zip(HOLDERS, TABLE[capability], strict=True):
        scope = scope_of(admins[holder])
        own = getattr(wide_cast, holder)
        expected = {
            unit.pk
            for unit in by_id.values()
            if (where := relation(own, unit, by_id))
            and (where in letters or ("L" in letters and unit.is_leading_organ))
        }
        assert set(queries.units(scope, capability).values_list("pk", flat=True)) == expected, holder
        branches = Member.objects.filter(scope.q("branch", capability)).values_list("branch_id", flat=True)
        assert set(branches) == {pk for pk in expected if by_id[pk].is_branch}, holder
        assert scope.has(capability) == bool(letters), holder
        for unit in (wide_cast.province, wide_cast.county, wide_cast.branch, wide_cast.other_branch):
            assert scope.may(capability, unit) == (unit.pk in expected), (holder, unit)


def test_the_table_names_every_capability():
    assert TABLE.keys() == CAPABILITIES.keys()


def test_the_other_roles_hold_what_the_design_gives_them():
    assert {role: set(held) for role, held in ROLES.items() if role != "unit_admin"} == ROLES_BESIDE
    assert "ids.reveal" not in ROLES["unit_admin"]


def test_nobody_elses_unit_is_in_reach_of_any_capability(cast):
    for user in (cast.city_admin, cast.county_admin, cast.committee_admin, cast.secretary, cast.viewer):
        scope = scope_of(user)
        for capability in CAPABILITIES:
            reached = queries.units(scope, capability)
            foreign = [cast.other_city.pk, cast.other_branch.pk, cast.province.pk]
            assert not reached.filter(pk__in=foreign).exists()


def test_another_province_is_another_world(cast):
    elsewhere = world.province("河北团省委")
    branch = world.branch(elsewhere, "机关团支部")
    scope = scope_of(cast.province_admin)
    assert not any(scope.may(capability, unit) for capability in CAPABILITIES for unit in (elsewhere, branch))


def test_no_grant_means_nothing(cast):
    for scope in (NOTHING, scope_of(cast.stranger)):
        assert list(queries.units(scope)) == []
        assert not any(scope.has(capability) for capability in CAPABILITIES)


def test_a_disabled_account_has_no_scope(cast):
    cast.city_admin.is_active = False
    assert scope_of(cast.city_admin) == NOTHING


def test_an_unknown_capability_raises(cast):
    scope = scope_of(cast.city_admin)
    for ask in (lambda: scope.has("members.eat"), lambda: scope.q("branch", "members.eat")):
        with pytest.raises(KeyError):
            ask()


def test_several_grants_add_up(cast):
    world.grant(cast.secretary, cast.other_committee, "unit_admin")
    world.grant(cast.secretary, cast.province, "viewer")
    scope = scope_of(cast.secretary)
    assert scope.may("members.enter", cast.branch)
    assert scope.may("members.enter", cast.other_branch)
    assert scope.may("units.see", cast.village)
    assert not scope.may("members.enter", cast.village)


def test_a_staff_role_on_a_city_gives_nothing_of_the_province(cast):
    user = world.account(cast.city, "provincial_staff")
    scope = scope_of(user)
    assert scope.has("units.see")
    assert not scope.has("bulletin.publish")
    assert reach_of("bulletin.publish") == PROVINCE_ONLY


def test_require_names_the_unit_and_what_is_missing(cast):
    with pytest.raises(PermissionDenied, match=r"第一中学团委.*录入、更正团员"):
        scope_of(cast.county_admin).require("members.enter", cast.committee)


def test_the_unit_acted_for_is_one_that_is_held(cast):
    assert scope_of(cast.city_admin).unit_id == cast.city.pk
    cast.city_admin.acting_unit = cast.other_city
    assert scope_of(cast.city_admin).unit_id == cast.city.pk


def test_a_scope_follows_its_unit_when_it_moves(cast):
    """Places are looked up in the statement itself, never carried over from an earlier one."""
    scope = scope_of(cast.county_admin)
    inside = set(queries.units(scope).values_list("pk", flat=True))
    late = queries.units(scope)
    tree.move(cast.county, cast.other_city, at=cast.county.created_at)
    assert set(late.values_list("pk", flat=True)) == inside
    assert not scope_of(cast.city_admin).may("units.see", cast.branch)
    assert scope_of(cast.outsider).may("units.see", cast.branch)


def test_a_list_by_scope_is_one_query_in_the_order_of_the_tree(cast, django_assert_num_queries):
    scope = scope_of(cast.county_admin)
    with django_assert_num_queries(1):
        names = [unit.short_name for unit in queries.units(scope)]
    assert names[:3] == ["中原团区委", "第一中学团委", "高一1班团支部"]


def test_an_empty_scope_filters_without_a_grant():
    assert list(Member.objects.filter(Scope().q("branch"))) == []
