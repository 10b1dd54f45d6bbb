"""Changing the tree: what is refused, moving, the periods beside it, mending."""

import datetime as dt

import pytest
from django.db import transaction

from zhtj.lib import days
from zhtj.lib.problems import Refused

from orgs import history, tree
from orgs.kinds import Domain, Industry, UnitClass
from orgs.kinds import UnitKind as K
from orgs.models import OrgUnit, UnitPlacement
from orgs.tree import NewUnit
from orgs.tree.clashes import naming_clashes

from tests import world
from tests.orgs.trees import codes_of, committee, drawn, graft

pytestmark = pytest.mark.django_db


# --- refusals ---


@pytest.mark.parametrize(
    ("forest", "codes"),
    [
        ([NewUnit("甲", K.WORKING_COMMITTEE, industry=Industry.RURAL)], ["kind.not_under_this_parent"]),
        ([NewUnit("甲", K.CITY_COMMITTEE)], ["kind.not_under_this_parent"]),
        (
            [NewUnit("甲", K.GENERAL_BRANCH, children=[NewUnit("乙", K.GENERAL_BRANCH)])],
            ["kind.not_under_this_parent"],
        ),
        ([NewUnit("甲", K.BRANCH, children=[NewUnit("乙", K.BRANCH)])], ["kind.not_under_this_parent"]),
        ([NewUnit("高一1班团支部", K.BRANCH)], ["short_name.taken"]),
        ([NewUnit("甲", K.BRANCH), NewUnit("甲", K.BRANCH)], ["short_name.taken"]),
        ([NewUnit("甲", K.BRANCH, code="HN02")], ["code.taken"]),
        ([NewUnit("甲", K.BRANCH, code="Z"), NewUnit("乙", K.BRANCH, code="Z")], ["code.taken"]),
        ([NewUnit("甲", K.CITY_COMMITTEE, code="HN02"), NewUnit("乙", K.BRANCH)], 2),
    ],
)
def test_what_may_not_stand_is_refused_whole(cast, forest, codes):
    before = OrgUnit.objects.count()
    with pytest.raises(Refused) as refused:
        graft(cast.committee, *forest)
    found = codes_of(refused)
    assert found == codes if isinstance(codes, list) else len(found) == codes
    assert OrgUnit.objects.count() == before


@pytest.mark.parametrize("kind", [K.COMMITTEE, K.WORKING_COMMITTEE, K.GENERAL_BRANCH])
def test_an_industry_is_needed_where_the_parent_has_none(cast, kind):
    with pytest.raises(Refused) as refused:
        graft(cast.county, NewUnit("甲", kind))
    assert codes_of(refused) == ["industry.missing"]
    graft(cast.county, NewUnit("甲", kind, industry=Industry.RURAL), NewUnit("乙", K.BRANCH))


def test_a_leading_organ_is_born_without_an_industry(cast):
    with pytest.raises(Refused) as refused:
        graft(cast.city, NewUnit("新密团县委", K.COUNTY_COMMITTEE, industry=Industry.RURAL))
    assert codes_of(refused) == ["industry.not_at_this_kind"]


def test_the_tenth_level_may_stand_and_the_eleventh_not():
    parent = world.province()
    for level in range(1, 10):
        (parent,) = graft(parent, committee(f"第{level}层团委"))
    assert parent.level == 9
    with pytest.raises(Refused) as refused:
        graft(parent, NewUnit("甲", K.BRANCH))
    assert codes_of(refused) == ["unit.too_deep"]


def test_nothing_is_planted_under_a_closed_unit(cast):
    OrgUnit.objects.filter(pk=cast.town.pk).update(closed_at=days.now())
    with pytest.raises(Refused) as refused:
        graft(cast.town, NewUnit("甲", K.BRANCH))
    assert codes_of(refused) == ["parent.unknown"]


def test_only_a_province_is_a_root():
    with pytest.raises(Refused):
        graft(None, committee("一中团委"))


def test_a_name_becomes_free_when_its_unit_is_closed(cast):
    OrgUnit.objects.filter(pk=cast.branch.pk).update(closed_at=days.now())
    graft(cast.committee, NewUnit(cast.branch.short_name, K.BRANCH))


def test_a_clash_the_rules_could_not_see_is_named_by_the_constraint(cast):
    with naming_clashes(), transaction.atomic():
        pass
    twin = {"parent": cast.town, "short_name": cast.village.short_name}
    for changed, code in [(twin, "short_name.taken"), ({"code": cast.village.code}, "code.taken")]:
        with pytest.raises(Refused) as refused, naming_clashes(), transaction.atomic():
            OrgUnit.objects.filter(pk=cast.branch.pk).update(**changed)
        assert codes_of(refused) == [code]


# --- moving ---


def test_a_unit_moves_with_all_below_it(cast):
    moved = tree.move(cast.county, cast.other_city, at=days.now()).unit
    assert moved.parent == cast.other_city
    assert moved.level == 2
    assert list(cast.city.get_descendants()) == []
    cast.other_city.refresh_from_db()
    assert [unit.short_name for unit in cast.other_city.get_descendants()][-7:] == [
        "中原团区委",
        "第一中学团委",
        "高一1班团支部",
        "高一2班团支部",
        "高一3班团支部",
        "须水镇团委",
        "小寨村团支部",
    ]
    assert tree.faults(cast.province.tree_id) == []


def test_moving_changes_level_class_and_inherited_domain(cast):
    group = world.unit(cast.town, K.GENERAL_BRANCH, "青年团总支")
    branch = world.branch(group, "青年团支部")
    assert branch.domain == Domain.RURAL
    tree.move(group, cast.committee, at=days.now())
    branch.refresh_from_db()
    assert (branch.level, branch.domain) == (5, Domain.SCHOOL)
    moved = tree.move(cast.town, cast.province, at=days.now()).unit
    assert (moved.level, moved.unit_class) == (1, UnitClass.DIRECT_UNIT)
    assert tree.move(moved, cast.county, at=days.now()).unit.unit_class == ""


@pytest.mark.parametrize(
    ("unit", "under", "code"),
    [
        ("county", "committee", "parent.cycle"),
        ("county", "county", "parent.cycle"),
        ("committee", "village", "kind.not_under_this_parent"),
        ("city", "other_city", "kind.not_under_this_parent"),
    ],
)
def test_a_move_that_makes_no_sense_is_refused(cast, unit, under, code):
    with pytest.raises(Refused) as refused:
        tree.move(getattr(cast, unit), getattr(cast, under), at=days.now())
    assert code in codes_of(refused)


def test_a_move_is_refused_for_a_name_an_industry_a_depth_or_another_province(cast):
    twin = world.branch(cast.town, cast.branch.short_name)
    inheriting = world.unit(cast.committee, K.GENERAL_BRANCH, "教工团总支")
    deep = cast.committee
    for level in range(4, 10):
        deep = world.unit(deep, K.COMMITTEE, f"第{level}层团委")
    elsewhere = world.province("河北团省委")
    for unit, under, code in [
        (twin, cast.committee, "short_name.taken"),
        (inheriting, cast.county, "industry.missing"),
        (cast.town, deep.parent, "unit.too_deep"),
        (cast.town, elsewhere, "parent.out_of_scope"),
    ]:
        with pytest.raises(Refused) as refused:
            tree.move(unit, under, at=days.now())
        assert codes_of(refused) == [code]


def test_moving_where_it_already_stands_changes_nothing(cast):
    tree.move(cast.town, cast.county, at=days.now())
    assert UnitPlacement.objects.filter(unit=cast.town).count() == 1


# --- periods ---


def test_every_new_unit_has_one_open_placement(cast):
    placed = UnitPlacement.objects.filter(until_at=None)
    assert placed.count() == OrgUnit.objects.count()
    placement = placed.get(unit=cast.branch)
    assert (placement.parent_id, placement.short_name, placement.domain) == (
        cast.committee.pk,
        "高一1班团支部",
        Domain.SCHOOL,
    )
    assert placement.from_at == cast.branch.created_at


def test_the_tree_of_a_past_moment_is_drawn_from_the_placements(cast, clock):
    clock.forward(days=1)
    tree.move(cast.town, cast.city, at=days.now())
    tree.rename(cast.city, "郑州市团委", at=days.now())
    clock.forward(days=1)

    def lines(moment: dt.datetime) -> list[str]:
        past = history.tree_as_of(cast.province, moment)
        names = {unit.place: unit.short_name for unit in past.units}
        names |= zip(past.branches.place, past.branches.short_name, strict=True)
        return [names[place] for place in sorted(names)]

    yesterday = days.now() - dt.timedelta(days=1, hours=1)
    assert lines(yesterday)[1:8] == [
        "郑州团市委",
        "中原团区委",
        "第一中学团委",
        "高一1班团支部",
        "高一2班团支部",
        "高一3班团支部",
        "须水镇团委",
    ]
    assert lines(days.now())[1] == "郑州市团委"
    town = next(u for u in history.tree_as_of(cast.province, days.now()).units if u.unit_id == cast.town.pk)
    assert town.level == 2


# --- mending ---


def test_broken_numbers_are_found_and_mended_from_the_pointers(cast):
    tree_id = cast.province.tree_id
    before = drawn(cast.province)
    OrgUnit.objects.filter(pk=cast.village.pk).update(lft=3, rght=4)
    OrgUnit.objects.filter(pk=cast.committee.pk).update(level=7)
    OrgUnit.objects.filter(pk=cast.other_branch.pk).update(tree_id=tree_id + 5)
    assert {fault.short_name for fault in tree.faults(tree_id)} >= {
        "小寨村团支部",
        "第一中学团委",
        "开高高一1班团支部",
    }
    assert tree.repair(tree_id) > 0
    assert tree.faults(tree_id) == []
    assert drawn(cast.province) == before
    assert tree.repair(tree_id) == 0


def test_a_ring_of_pointers_is_reported_and_left_alone(cast):
    OrgUnit.objects.filter(pk=cast.county.pk).update(parent=cast.town)
    tree.repair(cast.province.tree_id)
    faulty = {fault.short_name for fault in tree.faults(cast.province.tree_id)}
    assert {"中原团区委", "须水镇团委", "小寨村团支部"} <= faulty
    assert OrgUnit.objects.get(pk=cast.county.pk).parent_id == cast.town.pk


def test_a_second_root_under_one_number_gets_a_tree_of_its_own(cast):
    other = world.province("河北团省委")
    OrgUnit.objects.filter(pk=other.pk).update(tree_id=cast.province.tree_id)
    tree.repair(cast.province.tree_id)
    other.refresh_from_db()
    assert other.tree_id != cast.province.tree_id
    assert tree.faults(cast.province.tree_id) == tree.faults(other.tree_id) == []
