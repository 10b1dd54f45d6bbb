"""Planting in the tree as the database keeps it: places, room, codes, classes and domains."""

import pytest

from zhtj.lib import days

from orgs import numbering, tree
from orgs.kinds import Domain, Industry, UnitClass
from orgs.kinds import UnitKind as K
from orgs.models import OrgUnit, UnitPlacement
from orgs.tree import NewUnit, room
from orgs.tree.forest import numbered_code

from tests import world
from tests.orgs.trees import committee, drawn, graft

pytestmark = pytest.mark.django_db


# --- planting ---


def test_a_forest_of_several_levels_stands_in_its_order_under_its_parent():
    province = world.province("河南团省委")
    created = graft(province, committee("一中团委", "一班", "二班"), NewUnit("机关团支部", K.BRANCH))
    assert [unit.short_name for unit in created] == ["一中团委", "一班", "二班", "机关团支部"]
    assert drawn(province) == ["河南团省委", "  一中团委", "    一班", "    二班", "  机关团支部"]
    assert tree.faults(province.tree_id) == []


def test_a_later_child_stands_last_and_moves_nobody():
    province = world.province()
    first, *_ = graft(province, committee("一中团委", "一班"), committee("二中团委"))
    before = dict(OrgUnit.objects.values_list("pk", "lft"))
    graft(first, NewUnit("二班", K.BRANCH))
    after = dict(OrgUnit.objects.values_list("pk", "lft"))
    assert {pk: lft for pk, lft in after.items() if pk in before} == before
    assert drawn(province)[1:] == ["  一中团委", "    一班", "    二班", "  二中团委"]


def test_two_provinces_are_two_trees():
    henan, hebei = world.province("河南团省委"), world.province("河北团省委")
    assert henan.tree_id != hebei.tree_id
    graft(henan, NewUnit("机关团支部", K.BRANCH))
    assert list(hebei.get_descendants()) == []


def test_forests_under_several_parents_are_planted_at_once():
    province = world.province()
    one, two = graft(province, committee("一中团委"), committee("二中团委"))
    created = tree.graft_many(
        [
            (one, [NewUnit("一班", K.BRANCH)]),
            (two, [NewUnit("一班", K.BRANCH)]),
            (one, [NewUnit("二班", K.BRANCH)]),
        ],
        at=days.now(),
    )
    assert sorted(unit.short_name for unit in created) == ["一班", "一班", "二班"]
    assert drawn(province)[1:] == ["  一中团委", "    一班", "    二班", "  二中团委", "    一班"]


def test_mptt_sees_descendants_ancestors_and_leaves(cast):
    assert list(cast.committee.get_descendants()) == [cast.branch, cast.second_branch, cast.third_branch]
    assert list(cast.branch.get_ancestors()) == [cast.province, cast.city, cast.county, cast.committee]
    assert cast.county.get_descendant_count() == 6
    assert [unit.short_name for unit in cast.county.get_leafnodes()] == [
        "高一1班团支部",
        "高一2班团支部",
        "高一3班团支部",
        "小寨村团支部",
    ]
    assert cast.branch.is_leaf_node()
    assert not cast.committee.is_leaf_node()


def test_neither_save_nor_delete_touches_the_tree(cast):
    with pytest.raises(TypeError):
        OrgUnit(short_name="某团支部", kind=K.BRANCH, parent=cast.committee).save()
    cast.branch.parent = cast.town
    for how in ({}, {"update_fields": ["parent"]}, {"update_fields": ["lft", "phone"]}):
        with pytest.raises(TypeError):
            cast.branch.save(**how)
    with pytest.raises(TypeError):
        cast.branch.delete()


# --- room ---


def test_a_full_parent_is_doubled_and_everybody_keeps_their_place(narrow):
    province = world.province()
    one, *_ = graft(province, committee("一中团委"), committee("二中团委", "甲班"))
    width = one.rght - one.lft + 1
    for number in range(40):
        graft(one, NewUnit(f"{number}班", K.BRANCH))
    one.refresh_from_db()
    assert (one.rght - one.lft + 1) / width in (16, 32)
    assert [unit.short_name for unit in one.get_children()] == [f"{number}班" for number in range(40)]
    assert drawn(province)[-2:] == ["  二中团委", "    甲班"]
    assert tree.faults(province.tree_id) == []


def test_several_parents_that_are_full_and_inside_each_other_are_filled_at_once(narrow):
    province = world.province()
    outer, *_ = graft(province, committee("大学团委"))
    inner, *_ = graft(outer, committee("学院团委"))
    forest = [NewUnit(f"{number}班", K.BRANCH) for number in range(30)]
    created = tree.graft_many([(inner, forest), (outer, forest), (province, forest)], at=days.now())
    assert len(created) == 90
    assert tree.faults(province.tree_id) == []
    assert {(unit.lft, unit.rght) for unit in created} <= set(OrgUnit.objects.values_list("lft", "rght"))


def test_a_tree_at_the_end_of_the_numbers_overflows_and_nothing_is_written(narrow, monkeypatch):
    monkeypatch.setattr(numbering, "LIMIT", 1000)
    province = world.province()
    with pytest.raises(numbering.Overflow):
        graft(province, *(NewUnit(f"{number}班", K.BRANCH) for number in range(600)))
    assert OrgUnit.objects.count() == 1


def test_a_tree_whose_numbers_are_used_up_by_moves_is_numbered_anew(narrow, monkeypatch):
    """Two units that take turns in leaving and coming back step ever further up the numbers."""
    monkeypatch.setattr(numbering, "LIMIT", 700)
    anew = []
    close_ranks = room.close_ranks
    monkeypatch.setattr(room, "close_ranks", lambda tree_id: anew.append(tree_id) or close_ranks(tree_id))
    province = world.province()
    home, away, one, two, *_ = graft(
        province,
        committee("一中团委"),
        committee("二中团委"),
        committee("甲团委"),
        committee("乙团委"),
    )
    for wanderer in [one, two] * 30:
        tree.move(wanderer, away, at=days.now())
        tree.move(wanderer, home, at=days.now())
    assert anew
    assert tree.faults(province.tree_id) == []
    assert drawn(province)[1:] == ["  一中团委", "    甲团委", "    乙团委", "  二中团委"]


# --- codes, classes, domains ---


def test_codes_left_blank_are_the_parents_code_and_a_running_number():
    province = world.province(code="HN")
    created = graft(province, committee("一中团委", "一班", "二班"), committee("二中团委", code="X-1"))
    assert [unit.code for unit in created] == ["HN001", "HN001001", "HN001002", "X-1"]
    assert graft(created[0], NewUnit("三班", K.BRANCH))[0].code == "HN001003"


def test_a_number_used_before_is_passed_over():
    province = world.province(code="HN")
    one, two, *_ = graft(
        province, committee("一中团委"), committee("二中团委"), committee("三中团委", code="HN004")
    )
    (branch,) = graft(one, NewUnit("一班", K.BRANCH))
    tree.move(branch, two, at=days.now())
    assert graft(one, NewUnit("一班", K.BRANCH))[0].code == "HN001002"
    assert graft(province, committee("四中团委"))[0].code == "HN005"


def test_the_thousandth_child_and_the_longest_codes_stay_apart():
    assert numbered_code("HN", 999) == "HN999"
    assert numbered_code("HN", 1000) == "HN-1000"
    long = [numbered_code("A" * 31 + last, number) for last in "XY" for number in (1, 2, 1000)]
    assert len(set(long)) == 6
    assert max(map(len, long)) == 32


def test_the_provinces_children_get_a_class_and_others_none():
    created = graft(
        world.province(),
        NewUnit("郑州团市委", K.CITY_COMMITTEE, children=[NewUnit("中原团区委", K.COUNTY_COMMITTEE)]),
        NewUnit("巩义团市委", K.COUNTY_COMMITTEE),
        committee("郑州大学团委", industry=Industry.UNIVERSITY),
        committee("省直机关团委", industry=Industry.GOVERNMENT),
    )
    assert [unit.unit_class for unit in created] == [
        UnitClass.CITY,
        "",
        UnitClass.DIRECT_COUNTY,
        UnitClass.UNIVERSITY,
        UnitClass.DIRECT_UNIT,
    ]


def test_a_branch_inherits_the_domain_unless_it_states_an_industry():
    created = graft(
        world.province(),
        NewUnit(
            "一中团委",
            K.COMMITTEE,
            industry=Industry.HIGH_SCHOOL,
            children=[
                NewUnit("一班", K.BRANCH),
                NewUnit("社区", K.BRANCH, industry=Industry.COMMUNITY),
                NewUnit("教工团总支", K.GENERAL_BRANCH, children=[NewUnit("二班", K.BRANCH)]),
            ],
        ),
        NewUnit("机关团支部", K.BRANCH),
    )
    school = Domain.SCHOOL
    assert [unit.domain for unit in created] == [school, school, Domain.COMMUNITY, school, school, ""]


def test_another_industry_changes_the_domain_of_all_that_inherit_it(cast, clock):
    own = world.branch(cast.committee, "社区团支部", industry=Industry.COMMUNITY)
    clock.forward(days=1)
    tree.set_industry(cast.committee, Industry.STATE_ENTERPRISE, at=days.now())
    domains = dict(OrgUnit.objects.filter(parent=cast.committee).values_list("short_name", "domain"))
    assert domains.pop(own.short_name) == Domain.COMMUNITY
    assert set(domains.values()) == {Domain.STATE_ENTERPRISE}
    assert cast.committee.domain == Domain.STATE_ENTERPRISE
    assert UnitPlacement.objects.filter(unit=cast.branch).count() == 2
    assert UnitPlacement.objects.filter(unit=own).count() == 1
