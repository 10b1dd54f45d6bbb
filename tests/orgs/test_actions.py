"""Writing units, accounts and grants: who may, what is refused, what is left behind."""

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from zhtj.lib import days, masks
from zhtj.lib.problems import Refused

from orgs import actions, queries
from orgs.kinds import UnitKind as K
from orgs.models import AuditEntry, OrgUnit, UnitPlacement, User
from orgs.scopes import scope_of
from orgs.tree import NewUnit

from tests import world

pytestmark = pytest.mark.django_db


def codes_of(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [problem.code for problem in refused.value.problems]


# --- creating ---


def test_a_unit_is_created_under_the_own_unit_a_child_and_deeper(cast):
    admin = world.actor(cast.county_admin)
    for number, parent in enumerate((cast.county, cast.committee)):
        unit = actions.create_unit(admin, parent=parent, new=NewUnit(f"甲{number}团支部", K.BRANCH))
        assert unit.parent_id == parent.pk
    entry = AuditEntry.objects.filter(action="orgs.create_units").latest("id")
    assert (entry.actor, entry.unit, entry.after["names"]) == (
        cast.county_admin,
        cast.committee,
        ["甲1团支部"],
    )


@pytest.mark.parametrize("parent", ["city", "other_committee", "province"])
def test_nothing_is_created_above_or_beside(cast, parent):
    with pytest.raises(PermissionDenied):
        actions.create_unit(
            world.actor(cast.county_admin), parent=getattr(cast, parent), new=NewUnit("甲团支部", K.BRANCH)
        )


@pytest.mark.parametrize("user", ["secretary", "viewer", "staff", "settings_admin", "auditor", "stranger"])
def test_who_manages_no_units_creates_none(cast, user):
    with pytest.raises(PermissionDenied):
        actions.create_unit(
            world.actor(getattr(cast, user)), parent=cast.committee, new=NewUnit("甲团支部", K.BRANCH)
        )


def test_what_was_typed_is_normalised_and_every_fault_is_said_at_once(cast):
    admin = world.actor(cast.committee_admin)
    unit = actions.create_unit(
        admin, parent=cast.committee, new=NewUnit(" 高一９班团支部 ", "团支部", secretary_name="王 小明")
    )
    assert (unit.short_name, unit.kind, unit.secretary_name) == ("高一9班团支部", K.BRANCH, "王小明")
    bad = NewUnit("", "小队", code="有 空格", email="@", children=[NewUnit("乙", "团支部", phone="无")])
    with pytest.raises(Refused) as refused:
        actions.create_unit(admin, parent=cast.committee, new=bad)
    assert sorted(codes_of(refused)) == [
        "code.format",
        "email.format",
        "kind.unknown",
        "phone.format",
        "short_name.missing",
    ]


def test_creating_a_unit_takes_a_fixed_number_of_statements(cast, django_assert_max_num_queries):
    admin = world.actor(cast.committee_admin)
    for count in (1, 40):
        forest = [NewUnit(f"{count}-{number}团支部", K.BRANCH) for number in range(count)]
        with django_assert_max_num_queries(20):
            actions.create_units(admin, parent=cast.committee, forest=forest)


# --- card, name, industry, place ---


def test_a_card_is_changed_and_the_change_recorded(cast):
    admin = world.actor(cast.secretary)
    actions.edit_card(admin, unit=cast.branch, phone="0371-65902921", full_name="共青团一中高一1班支部委员会")
    entry = AuditEntry.objects.get(action="orgs.edit_card")
    assert entry.before == {"phone": "", "full_name": ""}
    actions.edit_card(admin, unit=cast.branch, phone="", email="")
    cast.branch.refresh_from_db()
    assert (cast.branch.phone, cast.branch.full_name) == ("", "共青团一中高一1班支部委员会")


def test_a_card_that_does_not_change_leaves_no_trace(cast):
    actions.edit_card(world.actor(cast.secretary), unit=cast.branch, phone="", secretary_name="")
    assert not AuditEntry.objects.filter(action="orgs.edit_card").exists()


def test_faults_of_a_card_are_said_together_and_nothing_is_stored(cast):
    with pytest.raises(Refused) as refused:
        actions.edit_card(
            world.actor(cast.committee_admin),
            unit=cast.committee,
            phone="没有",
            secretary_mobile="123",
            admin_posts_planned_count=-1,
            full_name="中国共产主义青年团某委员会",
        )
    assert codes_of(refused) == ["phone.format", "secretary_mobile.format", "post_count.format"]
    cast.committee.refresh_from_db()
    assert cast.committee.full_name == ""


def test_the_card_of_a_closed_unit_stays_and_the_refusal_says_how_to_go_on(cast):
    OrgUnit.objects.filter(pk=cast.branch.pk).update(closed_at=days.now())
    with pytest.raises(Refused) as refused:
        actions.edit_card(world.actor(cast.committee_admin), unit=cast.branch, phone="0371-65902921")
    assert codes_of(refused) == ["change.closed"] and "恢复" in refused.value.problems[0].mend


def test_the_secretarys_id_lies_sealed_and_shows_its_ends(cast):
    admin, number = world.actor(cast.committee_admin), world.national_id(60_012)
    actions.edit_card(admin, unit=cast.committee, secretary_id=f" {number} ")
    committee = OrgUnit.objects.get(pk=cast.committee.pk)
    assert committee.secretary_id == number and number.encode() not in bytes(committee.secretary_id_sealed)
    entry = AuditEntry.objects.get(action="orgs.edit_card")
    assert entry.after == {"secretary_id": masks.mask_id(number)} and entry.before == {"secretary_id": ""}
    actions.edit_card(admin, unit=committee, secretary_id=number)
    assert AuditEntry.objects.filter(action="orgs.edit_card").count() == 1, "the same again is no change"
    for wrong, code in (("123", "format"), (number[:-1] + ("1" if number[-1] != "1" else "2"), "checksum")):
        with pytest.raises(Refused) as refused:
            actions.edit_card(admin, unit=committee, secretary_id=wrong)
        assert codes_of(refused) == [f"national_id.{code}"]
        assert refused.value.problems[0].field == "secretary_id" and wrong not in str(refused.value)
    actions.edit_card(admin, unit=committee, secretary_id="")
    committee.refresh_from_db()
    assert committee.secretary_id_sealed is None


def test_the_card_page_shows_the_id_masked_and_leaves_it_alone(cast):
    number = world.national_id(60_013)
    actions.edit_card(world.actor(cast.secretary), unit=cast.branch, secretary_id=number)
    browser, url = world.client(cast.secretary), reverse("unit_edit", args=[cast.branch.pk])
    page = browser.get(url).content.decode()
    assert masks.mask_id(number) in page and number not in page
    sent = {"phone": "0371-65902921", "secretary_id": masks.mask_id(number)}
    assert browser.post(url, sent).status_code == 302
    cast.branch.refresh_from_db()
    assert (cast.branch.phone, cast.branch.secretary_id) == ("0371-65902921", number)
    detail = reverse("unit_detail", args=[cast.branch.pk])
    assert masks.mask_id(number) in browser.get(detail).content.decode()
    assert masks.mask_id(number) not in world.client(cast.viewer).get(detail).content.decode()


def test_only_schools_are_asked_whether_they_are_private(cast):
    browser = world.client(cast.county_admin)
    for unit, asked in ((cast.committee, True), (cast.town, False)):
        page = browser.get(reverse("unit_edit", args=[unit.pk])).content.decode()
        assert ("民办学校" in page) is asked
    browser.post(reverse("unit_edit", args=[cast.committee.pk]), {"is_private_school": "on"})
    cast.committee.refresh_from_db()
    assert cast.committee.is_private_school


def test_a_branch_has_no_post_counts_and_nobody_edits_beside(cast):
    with pytest.raises(TypeError):
        actions.edit_card(world.actor(cast.secretary), unit=cast.branch, admin_posts_planned_count=1)
    with pytest.raises(PermissionDenied):
        actions.edit_card(world.actor(cast.outsider), unit=cast.branch, phone="1234567")


def test_the_superior_renames_a_unit_and_its_former_name_is_kept(cast, clock):
    clock.forward(days=1)
    actions.rename_unit(world.actor(cast.committee_admin), unit=cast.branch, short_name="高二1班团支部")
    names = UnitPlacement.objects.filter(unit=cast.branch).order_by("id").values_list("short_name", flat=True)
    assert list(names) == ["高一1班团支部", "高二1班团支部"]
    for user, name, error in [
        (cast.secretary, "高三1班团支部", PermissionDenied),
        (cast.committee_admin, cast.second_branch.short_name, Refused),
        (cast.committee_admin, " ", Refused),
    ]:
        with pytest.raises(error):
            actions.rename_unit(world.actor(user), unit=cast.branch, short_name=name)


def test_the_superior_changes_an_industry(cast):
    actions.change_industry(world.actor(cast.county_admin), unit=cast.committee, industry="国有企业")
    cast.branch.refresh_from_db()
    assert cast.branch.domain == "state_enterprise"
    with pytest.raises(Refused) as refused:
        actions.change_industry(world.actor(cast.city_admin), unit=cast.county, industry="农村")
    assert codes_of(refused) == ["industry.not_at_this_kind"]
    with pytest.raises(Refused):
        actions.change_industry(world.actor(cast.county_admin), unit=cast.committee, industry="种地")


def test_an_industry_that_something_below_depends_on_is_not_taken_away(cast):
    with pytest.raises(Refused) as refused:
        actions.change_industry(world.actor(cast.county_admin), unit=cast.committee, industry="")
    assert codes_of(refused) == ["industry.missing"]


def test_a_unit_moves_only_inside_the_reach_of_who_moves_it(cast):
    with pytest.raises(PermissionDenied):
        actions.move_unit(world.actor(cast.city_admin), unit=cast.town, new_parent=cast.other_city)
    moved = actions.move_unit(world.actor(cast.province_admin), unit=cast.town, new_parent=cast.other_city)
    assert moved.parent_id == cast.other_city.pk
    entry = AuditEntry.objects.get(action="orgs.move_unit")
    assert (entry.before, entry.after) == ({"parent": "HN0101"}, {"parent": "HN02"})


# --- accounts and grants ---


def test_a_superior_makes_an_account_and_grants_it(cast):
    admin = world.actor(cast.county_admin)
    user = actions.create_account(admin, username="wang", display_name="王小明", password=world.PASSWORD)
    assert user.must_change_password
    assert user.check_password(world.PASSWORD)
    actions.grant(admin, user=user, unit=cast.town, role="unit_admin")
    actions.grant(admin, user=user, unit=cast.town, role="unit_admin")
    assert scope_of(user).may("units.create", cast.town)
    assert AuditEntry.objects.filter(action="orgs.grant").count() == 1
    actions.revoke(admin, user=user, unit=cast.town, role="unit_admin")
    assert not scope_of(user).has("units.see")


def test_a_unit_has_at_most_two_administrators(cast):
    admin = world.actor(cast.county_admin)
    second, third = world.account(username="second"), world.account(username="third")
    actions.grant(admin, user=second, unit=cast.town, role="unit_admin")
    actions.grant(admin, user=third, unit=cast.town, role="unit_admin")
    with pytest.raises(Refused) as refused:
        actions.grant(admin, user=cast.stranger, unit=cast.town, role="unit_admin")
    assert codes_of(refused) == ["unit.enough_admins"]
    actions.grant(admin, user=cast.stranger, unit=cast.town, role="viewer")


def test_nobody_grants_on_the_own_unit_or_beside_and_no_unknown_role(cast):
    admin = world.actor(cast.county_admin)
    for unit in (cast.county, cast.city, cast.other_committee):
        with pytest.raises(PermissionDenied):
            actions.grant(admin, user=cast.stranger, unit=unit, role="viewer")
    with pytest.raises(ValueError, match="no such role"):
        actions.grant(admin, user=cast.stranger, unit=cast.town, role="emperor")


def test_a_taken_name_and_a_weak_password_are_refused_together(cast):
    with pytest.raises(Refused) as refused:
        actions.create_account(
            world.actor(cast.county_admin), username="viewer", display_name="王", password="12345678"
        )
    assert set(codes_of(refused)) == {"username.taken", "password.weak"}
    with pytest.raises(PermissionDenied):
        actions.create_account(
            world.actor(cast.viewer), username="wang", display_name="王", password=world.PASSWORD
        )


def test_one_acts_only_for_units_one_holds(cast):
    world.grant(cast.secretary, cast.village, "unit_admin")
    actions.switch_unit(world.actor(cast.secretary), cast.village)
    assert scope_of(User.objects.get(pk=cast.secretary.pk)).unit_id == cast.village.pk
    with pytest.raises(PermissionDenied):
        actions.switch_unit(world.actor(cast.secretary), cast.second_branch)


# --- reading ---


def test_the_way_up_is_told_from_the_top_and_only_as_far_as_it_may_be_seen(cast):
    assert queries.unit_path(cast.branch) == [cast.province, cast.city, cast.county, cast.committee]
    assert queries.unit_path(cast.province) == []
    scope = scope_of(cast.county_admin)
    assert queries.visible_path(scope, cast.branch) == [cast.county, cast.committee]
    assert queries.paths([cast.branch, cast.city, cast.province]) == {
        cast.branch.pk: "郑州团市委 / 中原团区委 / 第一中学团委",
        cast.city.pk: "",
        cast.province.pk: "",
    }


def test_the_region_of_a_unit_is_the_provinces_child_above_it(cast):
    assert queries.region_of(cast.village) == queries.region_of(cast.city) == cast.city
    assert queries.region_of(cast.province) is None


def test_a_search_finds_by_parts_of_names_and_the_beginning_of_codes(cast):
    scope = scope_of(cast.city_admin)
    assert list(queries.find(scope, "高一")) == [cast.branch, cast.second_branch, cast.third_branch]
    assert list(queries.find(scope, "hn010102")) == [cast.town, cast.village]
    assert list(queries.find(scope, "开封")) == []


def test_a_text_means_a_code_before_a_full_name_before_a_short_name(cast):
    OrgUnit.objects.filter(pk=cast.second_branch.pk).update(full_name="HN01010101")
    OrgUnit.objects.filter(pk=cast.third_branch.pk).update(full_name="高一1班团支部")
    finder = queries.UnitFinder(cast.committee)
    assert finder.find("HN01010101") == [cast.branch]
    assert finder.find("高一1班团支部") == [cast.third_branch]
    assert finder.find("高一2班团支部") == [cast.second_branch]
    assert finder.find("第一中学团委") == [cast.committee]
    assert finder.find("小寨村团支部") == finder.find("") == []
    deep = queries.UnitFinder(cast.province, deep=True)
    assert deep.find("小寨村团支部") == [cast.village]
    assert queries.UnitFinder(cast.county).find("小寨村团支部") == []


def test_what_one_may_create_under(cast):
    scope = scope_of(cast.county_admin)
    assert queries.may_create_under(scope, cast.county)
    assert not queries.may_create_under(scope, cast.branch)
    assert not queries.may_create_under(scope, cast.city)
    assert not queries.may_create_under(scope_of(cast.viewer), cast.county)
    OrgUnit.objects.filter(pk=cast.town.pk).update(closed_at=cast.town.created_at)
    cast.town.refresh_from_db()
    with pytest.raises(PermissionDenied):
        queries.require_create_under(scope, cast.town)
