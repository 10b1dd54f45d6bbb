"""Both sides of the gate. At school 郑州 has 40 of 100, 开封 50 of 50; of 郑州大学 nothing is expected."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from zhtj.lib import days
from zhtj.lib.problems import Severity

from orgs.kinds import Domain, Industry, UnitKind
from orgs.models import OrgUnit
from progress import gate
from progress.models import Campaign, GateOpening, Stage

from tests import world
from tests.progress.conftest import DAY, Scene

pytestmark = pytest.mark.django_db

TODAY = DAY


def code(branch: OrgUnit, today: dt.date = TODAY) -> str:
    problem = gate.check([branch.pk], today).get(branch.pk)
    return problem.code if problem else ""


@pytest.fixture
def state_branch(scene: Scene) -> OrgUnit:
    works = world.unit(scene.cast.county, UnitKind.COMMITTEE, industry=Industry.STATE_ENTERPRISE)
    return world.branch(works)


@pytest.fixture
def other_village(scene: Scene) -> OrgUnit:
    town = world.unit(scene.cast.other_city, UnitKind.COMMITTEE, industry=Industry.RURAL)
    return world.branch(town)


def test_before_its_opening_day_a_domain_is_closed_and_the_day_is_told(
    scene: Scene, state_branch: OrgUnit
) -> None:
    problems = gate.check([state_branch.pk, scene.cast.branch.pk], dt.date(2018, 11, 14))
    assert list(problems) == [state_branch.pk]
    assert problems[state_branch.pk].code == "stage.not_open_yet"
    assert "2018-11-15" in problems[state_branch.pk].message
    assert code(state_branch, dt.date(2018, 11, 15)) == ""


def test_the_school_domain_opens_with_the_campaign(scene: Scene) -> None:
    assert code(scene.cast.branch, dt.date(2018, 10, 31)) == "stage.not_open_yet"
    assert code(scene.cast.branch, dt.date(2018, 11, 1)) == ""


def test_a_gated_domain_tells_the_rate_the_rate_needed_and_how_to_apply(scene: Scene) -> None:
    world.members(scene.cast.third_branch, 29)  # 69 of 100
    scene.compute()
    problem = gate.check([scene.cast.village.pk], TODAY)[scene.cast.village.pk]
    assert (problem.field, problem.code, problem.severity) == ("branch", "stage.gate_closed", Severity.ERROR)
    for words in ("郑州团市委", "69.0%", "70%"):
        assert words in problem.message
    assert "向河南团省委申请同步推进" in problem.mend


@pytest.mark.parametrize(("needed", "told"), [("0.705", "达到70.5%后"), ("0.900", "达到90%后")])
def test_the_rate_needed_is_told_to_the_tenth(scene: Scene, needed: str, told: str) -> None:
    scene.campaign.stages.filter(key="members_other").update(gate_rate=needed)
    assert told in gate.check([scene.cast.village.pk], TODAY)[scene.cast.village.pk].message


def test_the_gate_opens_when_a_frozen_snapshot_reaches_the_rate_and_not_before(scene: Scene) -> None:
    world.members(scene.cast.third_branch, 30)  # 70 of 100, but no bulletin yet
    assert code(scene.cast.village) == "stage.gate_closed"
    scene.compute()
    assert code(scene.cast.village) == ""
    assert code(scene.cast.village, DAY - dt.timedelta(days=1)) == "stage.gate_closed"


def test_what_is_open_stays_open_when_the_rate_falls(scene: Scene) -> None:
    world.members(scene.cast.third_branch, 30)
    scene.compute()
    scene.clock.forward(hours=1)
    scene.cast.third_branch.members.all().update(until_at=days.now())
    tomorrow = DAY + dt.timedelta(days=1)
    scene.compute(tomorrow)
    assert code(scene.cast.village, tomorrow) == ""


def test_one_region_opens_and_its_neighbour_stays_closed(scene: Scene, other_village: OrgUnit) -> None:
    scene.compute()
    assert code(other_village) == ""  # Kaifeng has 50 of 50
    assert code(scene.cast.village) == "stage.gate_closed"


def test_a_region_without_a_school_baseline_is_open_from_the_stages_start(scene: Scene) -> None:
    village = world.branch(scene.cast.university, industry=Industry.RURAL)
    assert code(village) == ""
    assert code(village, dt.date(2018, 10, 31)) == "stage.not_open_yet"
    scene.expect(scene.cast.university, 10)
    assert code(village) == "stage.gate_closed"


def test_a_figure_below_one_of_zero_keeps_no_region_closed(scene: Scene) -> None:
    scene.expect(scene.cast.city, 0)  # its branches still have 80 between them
    assert code(scene.cast.village) == ""
    frozen = scene.compute().settings["openings"]["members_other"]
    assert frozen[str(scene.cast.city.pk)]["reason"] == "no_baseline"
    scene.expect(scene.cast.city, 80)
    scene.expect(scene.cast.committee, 0)
    assert code(scene.cast.village) == "stage.gate_closed"


def test_what_closed_units_were_to_enter_keeps_no_region_closed(scene: Scene, other_village: OrgUnit) -> None:
    assert code(other_village) == "stage.gate_closed"
    OrgUnit.objects.filter(pk=scene.cast.other_branch.pk).update(closed_at=days.now())
    assert code(other_village) == ""


def test_an_early_opening_opens(scene: Scene) -> None:
    stage = scene.campaign.stages.get(key="members_other")
    GateOpening.objects.create(stage=stage, region=scene.cast.city, opened_on=TODAY, reason="early")
    assert code(scene.cast.village) == ""
    assert code(scene.cast.village, TODAY - dt.timedelta(days=1)) == "stage.gate_closed"


def test_a_branch_without_a_domain_counts_as_other(scene: Scene) -> None:
    bare = world.branch(scene.cast.city)
    assert bare.domain == ""
    assert code(bare) == "stage.gate_closed"


def test_a_branch_right_under_the_province_is_its_own_region(scene: Scene) -> None:
    office = world.branch(scene.cast.province)
    assert code(office) == ""
    scene.expect(office, 8)
    assert code(office) == "stage.gate_closed"


def test_a_deadline_never_closes_entry(scene: Scene) -> None:
    assert code(scene.cast.branch, dt.date(2019, 6, 1)) == ""


def test_without_an_active_campaign_nothing_is_refused(scene: Scene) -> None:
    Campaign.objects.update(is_active=False)
    assert gate.check([scene.cast.village.pk, scene.cast.branch.pk], dt.date(2018, 10, 1)) == {}


def test_the_setting_warn_makes_them_warnings(scene: Scene, state_branch: OrgUnit) -> None:
    Campaign.objects.update(gate_mode=Campaign.GateMode.WARN)
    closed = gate.check([scene.cast.village.pk], TODAY) | gate.check([state_branch.pk], dt.date(2018, 11, 10))
    assert {problem.code: problem.severity for problem in closed.values()} == {
        "stage.gate_closed": Severity.WARNING,
        "stage.not_open_yet": Severity.WARNING,
    }


def test_four_queries_answer_for_any_number_of_branches_and_three_where_all_are_open(
    scene: Scene, state_branch: OrgUnit
) -> None:
    scene.compute()
    world.unit(scene.cast.city, UnitKind.COMMITTEE, industry=Industry.COMMUNITY)
    branches = list(OrgUnit.objects.filter(kind=UnitKind.BRANCH).values_list("pk", flat=True))
    with CaptureQueriesContext(connection) as queries:
        closed = gate.check(branches * 3, TODAY)
    assert set(closed) == {scene.cast.village.pk}
    assert len(queries) == 4
    stage = Stage.objects.get(gate_stage__isnull=False)
    early = GateOpening.Reason.EARLY
    GateOpening.objects.create(stage=stage, region=scene.cast.city, opened_on=TODAY, reason=early)
    with CaptureQueriesContext(connection) as queries:
        assert gate.check([scene.cast.village.pk] * 3, TODAY) == {}
    assert len(queries) == 3


def test_no_branch_costs_nothing_more_than_asking_for_a_campaign(scene: Scene) -> None:
    with CaptureQueriesContext(connection) as queries:
        assert gate.check([], TODAY) == {}
    assert len(queries) <= 1


def test_a_domain_no_stage_covers_is_open(scene: Scene) -> None:
    stage = scene.campaign.stages.get(key="members_other")
    stage.domains = [domain for domain in stage.domains if domain != Domain.RURAL]
    stage.save()
    assert code(scene.cast.village) == ""
