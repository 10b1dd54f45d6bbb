"""What a campaign may look like: each contradiction, and what stands right beside it. No database."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from progress.plans import Plan, StagePlan, check_plan, shifted
from progress.presets import PRESETS

DAY = dt.date(2018, 11, 1)


def day(number: int) -> dt.date:
    return DAY + dt.timedelta(days=number)


SCHOOL = StagePlan("school", "学校", "members", day(0), day(20), ("school",))
RURAL = StagePlan("rural", "农村", "members", day(5), day(30), ("rural",), "school", Decimal("0.7"))
CADRES = StagePlan("cadres", "团干部", "organ_cadres", day(0), day(9))
PLAN = Plan("行动", day(0), day(30), day(5), stages=(SCHOOL, RURAL, CADRES))


def found(plan: Plan) -> list[str]:
    return [f"{problem.field} {problem.code}" for problem in check_plan(plan)]


def with_stage(index: int, **changes: Any) -> Plan:
    stages = list(PLAN.stages)
    stages[index] = replace(stages[index], **changes)
    return replace(PLAN, stages=tuple(stages))


@pytest.mark.parametrize("plan", [PLAN, *PRESETS.values()])
def test_a_sound_plan_has_no_problem(plan: Plan) -> None:
    assert found(plan) == []


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"name": ""}, "name name.missing"),
        ({"name": "长" * 61}, "name text.too_long"),
        ({"name": "长" * 60}, ""),
        ({"ends_on": day(-1)}, "ends_on ends_on.before_start"),
        ({"plans_due_on": day(-1)}, "plans_due_on plans_due_on.outside"),
        ({"plans_due_on": day(0)}, ""),
        ({"plans_due_on": day(30)}, ""),
        ({"plans_due_on": day(31)}, "plans_due_on plans_due_on.outside"),
        ({"plans_due_on": None}, ""),
        ({"lag_points": 0}, "lag_points lag_points.range"),
        ({"lag_points": 1}, ""),
        ({"lag_points": 51}, "lag_points lag_points.range"),
        ({"stages": ()}, "stages stages.missing"),
    ],
)
def test_the_campaign_itself(changes: dict[str, Any], problem: str) -> None:
    assert found(replace(PLAN, **changes)) == [problem] * bool(problem)


@pytest.mark.parametrize(
    ("index", "changes", "problem"),
    [
        (0, {"name": ""}, "stages.0.name name.missing"),
        (0, {"opens_on": day(20)}, ""),
        (0, {"opens_on": day(21)}, "stages.0.deadline deadline.before_opening"),
        (0, {"opens_on": day(-1)}, "stages.0.opens_on opens_on.outside"),
        (1, {"deadline": day(31)}, "stages.1.deadline deadline.outside"),
        (0, {"domains": ()}, "stages.0.domains domains.missing"),
        (2, {"domains": ("other",)}, "stages.2.domains domains.not_for_cadres"),
        (1, {"domains": ("rural", "school")}, "stages.1.domains domains.twice"),
        (1, {"gate": ""}, "stages.1.gate gate.incomplete"),
        (1, {"gate_rate": None}, "stages.1.gate gate.incomplete"),
        (1, {"gate_rate": Decimal(0)}, "stages.1.gate_rate gate_rate.range"),
        (1, {"gate_rate": Decimal(1)}, ""),
        (1, {"gate_rate": Decimal("1.01")}, "stages.1.gate_rate gate_rate.range"),
        (1, {"gate": "gone"}, "stages.1.gate gate.unknown"),
        (1, {"gate": "cadres"}, "stages.1.gate gate.not_members"),
        (2, {"gate": "school", "gate_rate": Decimal(1)}, "stages.2.gate gate.not_members"),
        (1, {"gate": "rural"}, "stages.1.gate gate.cycle"),
        (1, {"opens_on": day(0), "deadline": day(0)}, ""),
    ],
)
def test_one_stage(index: int, changes: dict[str, Any], problem: str) -> None:
    assert found(with_stage(index, **changes)) == [problem] * bool(problem)


def test_a_gate_must_open_before_what_waits_for_it_is_over() -> None:
    late = replace(SCHOOL, opens_on=day(11))
    early = replace(RURAL, deadline=day(10))
    assert found(replace(PLAN, stages=(late, early))) == ["stages.1.gate gate.too_late"]
    assert found(replace(PLAN, stages=(replace(late, opens_on=day(10)), early))) == []


def test_a_circle_of_gates_is_told_at_every_stage_in_it_and_a_chain_is_none() -> None:
    other = replace(SCHOOL, key="other", domains=("other",), gate="rural", gate_rate=Decimal("0.5"))
    assert found(replace(PLAN, stages=(SCHOOL, RURAL, other))) == []
    circle = replace(SCHOOL, gate="other", gate_rate=Decimal("0.5"))
    assert found(replace(PLAN, stages=(circle, RURAL, other))) == [
        f"stages.{index}.gate gate.cycle" for index in range(3)
    ]


def test_each_measure_of_cadres_is_counted_once() -> None:
    again = replace(CADRES, key="again", name="又一个")
    assert found(replace(PLAN, stages=(*PLAN.stages, again))) == ["stages.3.measure measure.twice"]
    other = replace(again, measure="grassroots_cadres")
    assert found(replace(PLAN, stages=(*PLAN.stages, other))) == []


def test_everything_wrong_is_told_at_once() -> None:
    wrong = replace(PLAN, name="", lag_points=0, stages=(replace(SCHOOL, name="", domains=()),))
    assert len(found(wrong)) == 4


def test_a_shift_moves_every_date() -> None:
    moved = shifted(PLAN, dt.timedelta(days=365))
    assert shifted(moved, dt.timedelta(days=-365)) == PLAN
    assert (moved.starts_on, moved.plans_due_on, moved.stages[1].deadline) == (day(365), day(370), day(395))
