"""What a campaign may look like: its plan as plain data, and everything that contradicts itself. Pure.

Specification (design: campaign, sections 1 and 3). A plan is the campaign's span and settings with its
stages in order. Whatever a province may edit goes through `check_plan`, which reports all that is wrong at
once: presets, the settings page and the API say the same.

- Days: the campaign ends on or after its beginning, plans are due inside it, a stage opens inside it and
  ends on or after its opening, at the latest with the campaign.
- A stage of members covers at least one domain, and no domain lies in two stages; a stage of cadres covers
  none, and each measure of cadres is counted by one stage at most. A domain no stage covers is open.
- A gate needs both another stage of members and a rate above 0 up to 100 %; only a stage of members has
  one. Gates never lead back to where they began, and a gate stage opens before the gated one's deadline.

`field` of a problem is the plan's own field, or `stages.N.FIELD` with N from 0.
"""

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import count

from zhtj.lib import words
from zhtj.lib.problems import Catalogue, Problem, Refused, Rule

from orgs.kinds import Domain

STAGES = "通知 一、工作安排"
MOST_LAG = 50
LONGEST = {"name": 60, "help_line": 60, "system_address": 120}  # characters
LONGEST_STAGE_NAME = 40

ORGAN_CADRES, GRASSROOTS_CADRES, MEMBERS = "organ_cadres", "grassroots_cadres", "members"


@dataclass(frozen=True, slots=True)
class StagePlan:
    """One stage; `gate` names the stage that must reach `gate_rate` (0…1) first, "" = none."""

    key: str
    name: str
    measure: str
    opens_on: dt.date
    deadline: dt.date
    domains: tuple[str, ...] = ()
    gate: str = ""
    gate_rate: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """A whole campaign: its span, what is due when, how it is counted, its stages in order."""

    name: str
    starts_on: dt.date
    ends_on: dt.date
    plans_due_on: dt.date | None = None
    cutoff_time: dt.time = dt.time(8, 0)
    lag_points: int = 5
    gate_mode: str = "refuse"
    direct_counties_rank_apart: bool = True
    help_line: str = ""
    system_address: str = ""
    stages: tuple[StagePlan, ...] = field(default=())


CODES = Catalogue(
    [
        Rule("name.missing", "没有填写名称。", "请填写名称。", STAGES),
        Rule("ends_on.before_start", "结束日期早于开始日期。", "请核对这两个日期。", STAGES, field="ends_on"),
        Rule(
            "plans_due_on.outside",
            "方案报送截止日期不在行动期间。",
            "请填写{starts_on}至{ends_on}之间的日期，不要求报送的不填。",
            STAGES,
            field="plans_due_on",
        ),
        Rule(
            "lag_points.range",
            "超前、滞后的界线应在 1 到 {most} 个百分点之间。",
            "请填写整数，例如 5。",
            STAGES,
            field="lag_points",
        ),
        Rule("stages.missing", "行动至少要有一个阶段。", "请至少保留一个阶段。", STAGES, field="stages"),
        Rule(
            "deadline.before_opening",
            "“{stage}”的截止日期早于开放日期。",
            "请核对这两个日期。",
            STAGES,
            field="deadline",
        ),
        Rule(
            "opens_on.outside",
            "“{stage}”的开放日期不在行动期间。",
            "请填写{starts_on}至{ends_on}之间的日期，或先调整行动的起止日期。",
            STAGES,
            field="opens_on",
        ),
        Rule(
            "deadline.outside",
            "“{stage}”的截止日期在行动结束以后。",
            "请填写不晚于{ends_on}的日期，或先延后行动的结束日期。",
            STAGES,
            field="deadline",
        ),
        Rule(
            "domains.missing",
            "“{stage}”没有选择领域。",
            "团员阶段至少选择一个领域。",
            STAGES,
            field="domains",
        ),
        Rule(
            "domains.not_for_cadres",
            "“{stage}”统计团干部，不分领域。",
            "请取消选择的领域，或把口径改为团员录入。",
            STAGES,
            field="domains",
        ),
        Rule(
            "domains.twice",
            "“{domain}”领域同时出现在{stages}。",
            "一个领域只能属于一个阶段，请只保留一处。",
            STAGES,
            field="domains",
        ),
        Rule(
            "measure.twice",
            "统计同一种团干部的阶段有{stages}。",
            "这种口径只能有一个阶段，请只保留一个。",
            STAGES,
            field="measure",
        ),
        Rule(
            "gate.incomplete",
            "“{stage}”的前置阶段和前置录入率只填了一项。",
            "两项都填，或都不填。",
            STAGES,
            field="gate",
        ),
        Rule(
            "gate_rate.range",
            "“{stage}”的前置录入率应大于 0，不超过 100%。",
            "请填写百分数，例如 70。",
            STAGES,
            field="gate_rate",
        ),
        Rule(
            "gate.not_members",
            "“{stage}”不能设置前置阶段，或不能以“{gate}”为前置阶段：团干部阶段不参与领域开放控制。",
            "请在团员录入阶段之间设置。",
            STAGES,
            field="gate",
        ),
        Rule("gate.unknown", "“{stage}”的前置阶段不存在。", "请从列表中重新选择。", STAGES, field="gate"),
        Rule(
            "gate.cycle",
            "“{stage}”的前置条件绕回了自身，永远不会开放。",
            "请取消其中一个前置阶段。",
            STAGES,
            field="gate",
        ),
        Rule(
            "gate.too_late",
            "“{stage}”截止时，前置阶段“{gate}”还没有开放。",
            "请调整两个阶段的日期。",
            STAGES,
            field="gate",
        ),
        Rule(
            "stages.unknown",
            "这项行动没有标识为“{key}”的阶段。",
            "原有的阶段请填写读到的标识，新的阶段留空。",
            STAGES,
            field="stages",
        ),
        Rule(
            "stages.twice",
            "标识为“{key}”的阶段出现了两次。",
            "每个阶段请只保留一处。",
            STAGES,
            field="stages",
        ),
        # several campaigns
        Rule(
            "campaign.another_active",
            "“{name}”正在进行，同一时间只能有一项行动。",
            "请先结束它，再启用这一项。",
            STAGES,
        ),
        Rule(
            "campaign.rehearsal",
            "“{name}”是演练，不能启用，也不控制录入。",
            "需要正式开展的，请新建行动。",
            STAGES,
        ),
        Rule(
            "campaign.changed_meanwhile",
            "您填写期间，其他人修改了这项行动的设置。",
            "请重新打开设置页面，核对后再保存。",
            STAGES,
        ),
        Rule(
            "campaign.made_already",
            "“{name}”（{starts_on}开始）已经建立，没有重复建立。",
            "请在行动列表中打开它；确需另建的，请换一个名称。",
            STAGES,
            field="name",
        ),
        Rule("campaign.state", "“{name}”的状态已经改变。", "请刷新页面，查看最新状态。", STAGES),
        Rule(
            "campaign.source",
            "没有可以作为样本的行动或方案。",
            "请从列表中选择一项。",
            STAGES,
            field="source",
        ),
        Rule(
            "stage.in_use",
            "“{stage}”已经有地区开放或申请的记录，不能删除。",
            "请保留这个阶段；不再需要的，可以把截止日期提前。",
            STAGES,
            field="name",
        ),
        Rule(
            "rehearsal.days",
            "没有可以演练的日期。",
            "请选择{starts_on}至{ends_on}之间、已经过了截数时间的日期，一次不超过 {most} 天。",
            STAGES,
            field="first",
        ),
    ]
)


def as_read(plan: Plan) -> Plan:
    """The plan with its texts read (`zhtj.lib.words`) and its rates as they are stored."""
    texts = {name: words.line(getattr(plan, name)) for name in LONGEST}
    stages = tuple(
        replace(stage, name=words.line(stage.name), gate_rate=_as_stored(stage.gate_rate))
        for stage in plan.stages
    )
    return replace(plan, **texts, stages=stages)  # type: ignore[arg-type]


def _as_stored(rate: Decimal | None) -> Decimal | None:
    """0.7 and 0.700 are one rate, and no change where one takes the place of the other."""
    return None if rate is None else rate.quantize(Decimal("0.001"))


def in_percent(rate: Decimal) -> str:
    """The rate of a gate as people write it: 0.700 → 70, 0.705 → 70.5."""
    return f"{float(rate) * 100:g}"


def fingerprint(plan: Plan) -> str:
    """Short, and another one for another plan: what an editor has seen."""
    return hashlib.sha256(repr(plan).encode()).hexdigest()[:16]


def keyed(stages: Sequence[StagePlan], known: Collection[str]) -> list[StagePlan]:
    """The stages, each under its own key, a new one (without) under the next free `stage-N`.

    Raises Refused for a key that is not among the `known`.
    """
    if strangers := [stage.key for stage in stages if stage.key and stage.key not in known]:
        raise Refused([CODES.problem("stages.unknown", key=key) for key in strangers])
    free = (f"stage-{number}" for number in count(1) if f"stage-{number}" not in known)
    return [stage if stage.key else replace(stage, key=next(free)) for stage in stages]


def shifted(plan: Plan, by: dt.timedelta) -> Plan:
    """The same plan, every date moved."""
    stages = tuple(
        replace(stage, opens_on=stage.opens_on + by, deadline=stage.deadline + by) for stage in plan.stages
    )
    plans_due_on = plan.plans_due_on and plan.plans_due_on + by
    return replace(
        plan,
        starts_on=plan.starts_on + by,
        ends_on=plan.ends_on + by,
        plans_due_on=plans_due_on,
        stages=stages,
    )


def check_plan(plan: Plan) -> list[Problem]:
    """Everything in `plan` that contradicts itself; empty when it can be carried out."""
    problems = list(_span(plan))
    if not plan.stages:
        problems.append(CODES.problem("stages.missing"))
    times = Counter(stage.key for stage in plan.stages)
    problems += [CODES.problem("stages.twice", key=key) for key, many in times.items() if many > 1]
    for index, stage in enumerate(plan.stages):
        problems += _dates(plan, index, stage)
        problems += _coverage(index, stage)
        problems += _gate(plan.stages, index, stage)
    problems += _twice(plan.stages)
    return problems


def _span(plan: Plan) -> Iterator[Problem]:
    if not plan.name:
        yield CODES.problem("name.missing")
    for name, most in LONGEST.items():
        yield from words.too_long(getattr(plan, name), most, at=name)
    if plan.ends_on < plan.starts_on:
        yield CODES.problem("ends_on.before_start")
    elif plan.plans_due_on and not plan.starts_on <= plan.plans_due_on <= plan.ends_on:
        yield CODES.problem("plans_due_on.outside", starts_on=plan.starts_on, ends_on=plan.ends_on)
    if not 1 <= plan.lag_points <= MOST_LAG:
        yield CODES.problem("lag_points.range", most=MOST_LAG)


def _problem(index: int, code: str, field: str, **values: object) -> Problem:
    return CODES.problem(code, at=f"stages.{index}.{field}", severity=None, **values)


def _dates(plan: Plan, index: int, stage: StagePlan) -> Iterator[Problem]:
    if not stage.name:
        yield _problem(index, "name.missing", "name")
    yield from words.too_long(stage.name, LONGEST_STAGE_NAME, at=f"stages.{index}.name")
    if stage.deadline < stage.opens_on:
        yield _problem(index, "deadline.before_opening", "deadline", stage=stage.name)
    if plan.ends_on < plan.starts_on:
        return
    if not plan.starts_on <= stage.opens_on <= plan.ends_on:
        span: dict[str, object] = {"starts_on": plan.starts_on, "ends_on": plan.ends_on}
        yield _problem(index, "opens_on.outside", "opens_on", stage=stage.name, **span)
    if stage.deadline > plan.ends_on:
        yield _problem(index, "deadline.outside", "deadline", stage=stage.name, ends_on=plan.ends_on)


def _coverage(index: int, stage: StagePlan) -> Iterator[Problem]:
    if stage.measure == MEMBERS and not stage.domains:
        yield _problem(index, "domains.missing", "domains", stage=stage.name)
    if stage.measure != MEMBERS and stage.domains:
        yield _problem(index, "domains.not_for_cadres", "domains", stage=stage.name)


def _gate(stages: Sequence[StagePlan], index: int, stage: StagePlan) -> Iterator[Problem]:
    if not stage.gate and stage.gate_rate is None:
        return
    if not stage.gate or stage.gate_rate is None:
        yield _problem(index, "gate.incomplete", "gate", stage=stage.name)
        return
    if not 0 < stage.gate_rate <= 1:
        yield _problem(index, "gate_rate.range", "gate_rate", stage=stage.name)
    by_key = {other.key: other for other in stages}
    gate = by_key.get(stage.gate)
    if gate is None:
        yield _problem(index, "gate.unknown", "gate", stage=stage.name)
    elif stage.measure != MEMBERS or gate.measure != MEMBERS:
        yield _problem(index, "gate.not_members", "gate", stage=stage.name, gate=gate.name)
    elif _leads_back(by_key, stage):
        yield _problem(index, "gate.cycle", "gate", stage=stage.name)
    elif gate.opens_on > stage.deadline:
        yield _problem(index, "gate.too_late", "gate", stage=stage.name, gate=gate.name)


def _leads_back(by_key: dict[str, StagePlan], stage: StagePlan) -> bool:
    seen: set[str] = set()
    step: StagePlan | None = stage
    while step is not None and step.gate and step.gate not in seen:
        if step.gate == stage.key:
            return True
        seen.add(step.gate)
        step = by_key.get(step.gate)
    return False


def _twice(stages: Sequence[StagePlan]) -> Iterator[Problem]:
    """Domains and measures of cadres that stand in more than one stage, told at the last of them."""
    domains = Counter(domain for stage in stages for domain in set(stage.domains))
    for domain in (domain for domain, many in domains.items() if many > 1):
        among = [index for index, stage in enumerate(stages) if domain in stage.domains]
        names = _names(stages, among)
        yield _problem(among[-1], "domains.twice", "domains", domain=Domain(domain).label, stages=names)
    for measure in (ORGAN_CADRES, GRASSROOTS_CADRES):
        among = [index for index, stage in enumerate(stages) if stage.measure == measure]
        if len(among) > 1:
            yield _problem(among[-1], "measure.twice", "measure", stages=_names(stages, among))


def _names(stages: Sequence[StagePlan], among: Sequence[int]) -> str:
    return "、".join(f"“{stages[index].name}”" for index in among)
