"""The tree as the database keeps it: planting, moving, mending; periods and domains beside it."""

import datetime as dt

import pytest
from django.db import transaction

from zhtj.lib import days
from zhtj.lib.problems import Refused

from orgs import history, numbering, tree
from orgs.kinds import Domain, Industry, UnitClass
from orgs.kinds import UnitKind as K
from orgs.models import OrgUnit, UnitPlacement
from orgs.tree import NewUnit, room
from orgs.tree.clashes import naming_clashes
from orgs.tree.forest import numbered_code

from tests import world

pytestmark = pytest.mark.django_db


def codes_of(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [problem.code for problem in refused.value.problems]


def drawn(root: OrgUnit) -> list[str]:
    """The tree under `root` as indented lines, in its order."""
    units = OrgUnit.objects.filter(tree_id=root.tree_id)
    return [f"{'  ' * unit.level}{unit.short_name}" for unit in units]


def graft(parent: OrgUnit | None, *forest: NewUnit) -> list[OrgUnit]:
    return tree.graft(parent, forest, at=days.now())


def committee(name: str, *branches: str, **card: object) -> NewUnit:
    card = {"industry": Industry.HIGH_SCHOOL} | card
    return NewUnit(name, K.COMMITTEE, children=[NewUnit(branch, K.BRANCH) for branch in branches], **card)


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
    moved = tree.move(cast.county, cast.other_city, at=days.now())
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
    moved = tree.move(cast.town, cast.province, at=days.now())
    assert (moved.level, moved.unit_class) == (1, UnitClass.DIRECT_UNIT)
    assert tree.move(moved, cast.county, at=days.now()).unit_class == ""


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
        return [unit.short_name for unit in history.tree_as_of(cast.province, moment).units]

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
