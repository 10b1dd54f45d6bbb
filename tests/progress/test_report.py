"""The lines as shown: keys, order, classes, ranks, the gate's clock; who may read what."""

import datetime as dt
from dataclasses import replace

import pytest

from orgs.kinds import Domain, UnitClass, UnitKind
from orgs.models import User
from orgs.scopes import Scope, scope_of
from progress import actions, queries
from progress.models import Bulletin

from tests import world
from tests.progress.conftest import DAY, Scene

pytestmark = pytest.mark.django_db

NEXT = DAY + dt.timedelta(days=1)
KEYS = [
    "unit",
    "name",
    "class",
    "stage",
    "domain",
    "expected",
    "expected_adjusted",
    "entered",
    "rate",
    "delta_1",
    "delta_7",
    "days_left",
    "needed_per_day",
    "pace",
    "forecast",
    "plan",
    "status",
    "rank",
]


def stage(lines: list[dict[str, object]], key: str) -> list[tuple[object, ...]]:
    """code, class, entered, expected, status, rank of one stage's lines."""
    fields = ("unit", "class", "entered", "expected", "status", "rank")
    return [tuple(line[name] for name in fields) for line in lines if line["stage"] == key]


def scope(user: User) -> Scope:
    return scope_of(user)


def publish(scene: Scene, bulletin: Bulletin) -> Bulletin:
    return actions.publish_bulletin(world.actor(scene.cast.staff), bulletin=bulletin)


def test_a_line_has_exactly_the_keys_others_rely_on(scene: Scene) -> None:
    lines = queries.report(None, scene.compute(), scene.cast.province)
    assert [list(line) for line in lines] == [KEYS] * len(lines)
    assert len(lines) == 4 * (5 + 9)  # own row and three children × stages and domains


def test_the_whole_line_of_a_city_hand_computed(scene: Scene) -> None:
    scene.compute()
    scene.clock.forward(hours=1)
    world.members(scene.cast.third_branch, 5)
    lines = queries.report(None, scene.compute(NEXT), scene.cast.province)
    found = next(line for line in lines if (line["unit"], line["stage"]) == ("HN01", "members_school"))
    assert found == {
        "unit": "HN01",
        "name": "郑州团市委",
        "class": "city",
        "stage": "members_school",
        "domain": "",
        "expected": 100,
        "expected_adjusted": 100,
        "entered": 45,
        "rate": 0.45,
        "delta_1": 5,
        "delta_7": None,
        "days_left": 37,  # 25 November to 31 December, both counted
        "needed_per_day": 2,  # 55 / 37 = 1.5
        "pace": None,
        "forecast": None,
        "plan": pytest.approx(100 * 25 / 61),  # day 25 of 61
        "status": "正常",  # 45 % beside 40.98 %
        "rank": 2,
    }


def test_pace_and_forecast_look_three_days_back_in_frozen_lines(scene: Scene) -> None:
    for offset in range(4):
        bulletin = scene.compute(DAY + dt.timedelta(days=offset))
        scene.clock.forward(hours=1)
        world.members(scene.cast.third_branch, 2)
    lines = queries.report(None, bulletin, scene.cast.committee)
    own = next(line for line in lines if line["stage"] == "members_school")
    assert (own["entered"], own["delta_1"], own["pace"]) == (46, 2, 2.0)
    assert own["forecast"] == "2018-12-14"  # 34 left at 2 a day: 17 days after 27 November


def test_children_are_ranked_inside_their_class_and_the_own_row_comes_first(scene: Scene) -> None:
    lines = queries.report(None, scene.compute(), scene.cast.province)
    assert stage(lines, "members_school") == [
        ("HN", "", 90, 150, "超前", None),
        ("HN02", "city", 50, 50, "完成", 1),
        ("HN01", "city", 40, 100, "正常", 2),
        ("HN03", "university", 0, None, "未开始", None),
    ]


def test_equal_rates_share_a_rank_and_who_has_no_rate_stands_last(scene: Scene) -> None:
    for count, name in ((25, "甲校团委"), (50, "乙校团委"), (0, "丙校团委")):
        committee = world.unit(scene.cast.county, UnitKind.COMMITTEE, name, code=f"X{count}")
        if count:
            world.members(world.branch(committee), count)
            scene.expect(committee, count * 2)
    lines = queries.report(None, scene.compute(), scene.cast.county)
    assert [(unit, place) for unit, _, _, _, _, place in stage(lines, "members_school")] == [
        ("HN0101", None),
        ("HN010101", 1),
        ("X25", 1),
        ("X50", 1),
        ("HN010102", None),
        ("X0", None),
    ]


def test_below_the_province_leading_organs_stand_before_the_rest(scene: Scene) -> None:
    world.unit(scene.cast.city, UnitKind.COMMITTEE, code="HN0109")
    lines = queries.report(None, scene.compute(), scene.cast.city)
    assert [(unit, group) for unit, group, *_ in stage(lines, "members_school")] == [
        ("HN01", "city"),
        ("HN0101", "leading_organ"),
        ("HN0109", "other"),
    ]


def test_direct_counties_rank_apart_or_with_the_cities(scene: Scene) -> None:
    county = world.unit(
        scene.cast.province,
        UnitKind.COUNTY_COMMITTEE,
        code="HN09",
        unit_class=UnitClass.DIRECT_COUNTY,
    )
    classes = {
        line["unit"]: line["class"] for line in queries.report(None, scene.compute(), scene.cast.province)
    }
    assert classes[county.code] == "direct_county"
    scene.campaign.direct_counties_rank_apart = False
    scene.campaign.save()
    bulletin = scene.compute(recompute=True)
    classes = {line["unit"]: line["class"] for line in queries.report(None, bulletin, scene.cast.province)}
    assert classes[county.code] == "city"


def test_a_branch_shows_only_the_columns_its_domain_lies_in(scene: Scene) -> None:
    lines = queries.report(None, scene.compute(), scene.cast.committee)
    branch = [line for line in lines if line["unit"] == scene.cast.branch.code]
    assert [(line["stage"], line["domain"], line["entered"]) for line in branch] == [
        ("members_school", "", 30),
        ("", "school", 30),
    ]
    own = queries.report(None, scene.compute(), scene.cast.village)
    assert stage(own, "members_other") == [(scene.cast.village.code, "", 2, 30, "待开放", None)]


def test_a_gated_stage_waits_region_by_region_and_then_runs_from_its_opening(scene: Scene) -> None:
    scene.expect(scene.cast.other_city, 100, "rural")
    lines = queries.report(None, scene.compute(), scene.cast.province)
    found = {line["unit"]: line for line in lines if line["stage"] == "members_other"}
    assert {unit: line["status"] for unit, line in found.items()} == {
        "HN": "正常",  # 2 of 130 while the first region opened today
        "HN01": "待开放",
        "HN02": "未开始",
        "HN03": "未开始",
    }
    assert found["HN01"]["plan"] == 0.0
    assert found["HN02"]["plan"] == pytest.approx(100 / 69)  # day 1 of 24 November to 31 January


def test_a_gate_passed_before_the_stages_own_day_leaves_it_to_begin_on_that_day(scene: Scene) -> None:
    first_day = DAY + dt.timedelta(days=5)
    scene.campaign.stages.filter(key="members_other").update(opens_on=first_day)
    world.members(scene.cast.third_branch, 30)  # 70 of 100
    for day, plan in ((DAY, 0), (first_day, 30 / 64)):
        lines = queries.report(None, scene.compute(day), scene.cast.city)
        own = next(line for line in lines if line["stage"] == "members_other")
        assert own["plan"] == pytest.approx(plan)


def test_a_unit_unknown_to_the_earlier_bulletin_had_nothing_then(scene: Scene) -> None:
    scene.compute()
    scene.clock.forward(hours=1)
    world.members(world.branch(scene.cast.committee, code="NEW"), 4)
    lines = queries.report(None, scene.compute(NEXT), scene.cast.committee)
    new = next(line for line in lines if line["unit"] == "NEW")
    assert (new["entered"], new["delta_1"], new["delta_7"]) == (4, 4, None)


def test_a_published_page_does_not_move_when_an_earlier_day_is_corrected(scene: Scene) -> None:
    first = publish(scene, scene.compute())
    second = scene.compute(NEXT)
    before = queries.report(None, second, scene.cast.province)
    scene.cast.branch.members.first().delete()
    scene.compute(DAY, recompute=True, reason="更正")
    assert first.revision == 1
    assert queries.report(None, second, scene.cast.province) == before


def test_a_stage_of_other_domains_is_compared_with_what_stood_in_these_domains(scene: Scene) -> None:
    first = scene.compute()
    second = publish(scene, scene.compute(NEXT))
    before = queries.report(None, second, scene.cast.province)
    plan = actions.plan_of(scene.campaign)
    other = plan.stages[-1]
    stages = (
        *plan.stages[:-1],
        replace(other, domains=tuple(set(other.domains) - {Domain.RURAL})),
        replace(other, key="stage-6", name="农村", domains=(Domain.RURAL,), gate="", gate_rate=None),
    )
    admin = world.actor(scene.cast.province_admin)
    actions.change_campaign(admin, campaign=scene.campaign, plan=replace(plan, stages=stages))
    scene.clock.forward(hours=1)
    world.members(scene.cast.village, 3)
    third = scene.compute(NEXT + dt.timedelta(days=1))
    lines = queries.report(None, third, scene.cast.province)
    changes = {line["stage"]: line["delta_1"] for line in lines if line["unit"] == "HN01" and line["stage"]}
    assert (changes["members_other"], changes["stage-6"]) == (0, 3)
    scene.compute(first.day, recompute=True)  # with the stages of now
    assert queries.report(None, second, scene.cast.province) == before


def test_a_stage_of_cadres_that_the_earlier_day_did_not_have_shows_no_change(scene: Scene) -> None:
    plan = actions.plan_of(scene.campaign)
    admin = world.actor(scene.cast.province_admin)
    actions.change_campaign(admin, campaign=scene.campaign, plan=replace(plan, stages=plan.stages[2:]))
    scene.compute()
    actions.change_campaign(admin, campaign=scene.campaign, plan=plan)
    lines = queries.report(None, scene.compute(NEXT), scene.cast.province)
    assert {line["delta_1"] for line in lines if line["stage"] == "organ_cadres"} == {None}
    assert {line["delta_1"] for line in lines if line["stage"] == "members_school"} == {0}


# --- who may read what -------------------------------------------------------------------------


def test_an_unpublished_bulletin_is_for_the_province_only(scene: Scene) -> None:
    scene.compute()
    cast = scene.cast
    for user, count in ((cast.staff, 1), (cast.province_admin, 1), (cast.city_admin, 0), (cast.viewer, 0)):
        assert queries.bulletins(scope(user), scene.campaign).count() == count
    publish(scene, Bulletin.objects.get())
    assert queries.bulletins(scope(cast.viewer), scene.campaign).count() == 1


def test_while_a_correction_waits_everybody_else_reads_the_published_revision(scene: Scene) -> None:
    publish(scene, scene.compute())
    scene.compute(recompute=True, reason="更正")
    seen = {
        user.username: queries.on_day(scope(user), scene.campaign, DAY).revision
        for user in (scene.cast.staff, scene.cast.city_admin)
    }
    assert seen == {"staff": 2, "city_admin": 1}


def test_a_county_admin_reads_the_class_tables_the_superiors_are_ranked_in(scene: Scene) -> None:
    bulletin = publish(scene, scene.compute())
    reader = scope(scene.cast.county_admin)
    lines = queries.report(reader, bulletin, scene.cast.province)
    assert [row[0] for row in stage(lines, "members_school")] == [
        "HN02",
        "HN01",
    ]  # no own row, no universities
    assert queries.report(reader, bulletin, scene.cast.other_city) == []


def test_a_branch_secretary_reads_the_table_the_branch_is_ranked_in(scene: Scene) -> None:
    bulletin = publish(scene, scene.compute())
    lines = queries.report(scope(scene.cast.secretary), bulletin, scene.cast.committee)
    assert [row[0] for row in stage(lines, "members_school")] == [
        "HN01010101",
        "HN01010102",
        "HN01010103",
    ]


def test_a_class_table_outside_the_scope_stays_shut_until_it_is_published(scene: Scene) -> None:
    bulletin = scene.compute()
    assert queries.report(scope(scene.cast.county_admin), bulletin, scene.cast.province) == []


def test_nobody_without_a_grant_reads_anything(scene: Scene) -> None:
    bulletin = publish(scene, scene.compute())
    assert queries.report(scope(scene.cast.stranger), bulletin, scene.cast.province) == []
    assert queries.campaign_for(scope(scene.cast.stranger)) is None
