"""Is a branch's domain open for new members?

Specification (design: campaign, section 1; notice, part 1, 3 (3)). A stage covers domains; a branch
without a domain counts as 其他; a domain no stage covers is open.

- Before its opening day a stage is closed: `stage.not_open_yet`, with the day.
- A gated stage opens region by region, a region being the sub-tree of one direct child of the
  province. A region is open once an opening is recorded: the frozen rate of a bulletin reached what
  is needed (`actions.compute_bulletin` records it), or the province agreed to an early start. Until
  then `stage.gate_closed`, with the region's present rate, the rate needed and the way to apply.
- A region nobody expects anything of in the gate's domains is open from the stage's opening day.
- A deadline never closes entry; without an active campaign nothing is refused.
- The campaign may say "warn": the same codes, as warnings.

The gate is asked about new entries only: not about corrections, transfers, claims or merges.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from zhtj.lib.problems import Problem, Severity

from orgs.kinds import Domain
from orgs.models import OrgUnit
from progress import tally
from progress.models import (
    Baseline,
    Bulletin,
    BulletinState,
    BulletinUnit,
    Campaign,
    Counted,
    GateOpening,
    Measure,
    Stage,
)
from progress.plans import in_percent
from progress.rules import CODES

NOTHING = Counted(None, None, 0)


@dataclass(frozen=True, slots=True)
class _Branch:
    pk: int
    domain: str
    tree_id: int
    region_id: int | None


def check(branch_ids: Sequence[int], today: dt.date) -> dict[int, Problem]:
    """The closed ones of these branches, each with its problem. At most 4 queries for any number."""
    stages = _stages_by_tree_and_domain()
    if not stages or not branch_ids:
        return {}
    problems: dict[int, Problem] = {}
    behind_gate: dict[Stage, list[_Branch]] = {}
    for branch in _branches(branch_ids, {stage.campaign.province_id for stage in stages.values()}):
        stage = stages.get((branch.tree_id, branch.domain))
        if stage is None:
            continue
        if today < stage.opens_on:
            problems[branch.pk] = _not_open_yet(stage)
        elif stage.is_gated:
            behind_gate.setdefault(stage, []).append(branch)
    for stage, branches in behind_gate.items():
        closed = _closed_regions(stage, {branch.region_id for branch in branches}, today)
        problems |= {b.pk: closed[b.region_id] for b in branches if b.region_id in closed}
    return problems


def _stages_by_tree_and_domain() -> dict[tuple[int, str], Stage]:
    """Of every active campaign, the member stage that covers a domain (the first, if several)."""
    stages = (
        Stage.objects.filter(campaign__is_active=True, measure=Measure.MEMBERS)
        .select_related("campaign__province", "gate_stage")
        .order_by("-position")
    )
    return {(stage.campaign.province.tree_id, domain): stage for stage in stages for domain in stage.domains}


def _branches(branch_ids: Sequence[int], province_ids: set[int]) -> Iterable[_Branch]:
    """The branches with the region each lies in, found in the one statement that reads them."""
    region = OrgUnit.objects.filter(
        parent__in=province_ids,
        tree_id=OuterRef("tree_id"),
        lft__lte=OuterRef("lft"),
        rght__gte=OuterRef("rght"),
    ).order_by()
    rows = (
        OrgUnit.objects.filter(pk__in=set(branch_ids))
        .order_by()
        .values_list("pk", "domain", "tree_id", Subquery(region.values("pk")[:1]))
    )
    for pk, domain, tree_id, region_id in rows:
        yield _Branch(pk, domain or Domain.OTHER, tree_id, region_id)


def _closed_regions(
    stage: Stage, region_ids: Collection[int | None], today: dt.date
) -> dict[int | None, Problem]:
    """Those of the regions the stage is still closed in. One query; two where one has not been opened."""
    gate = stage.gate_stage
    opened = GateOpening.objects.filter(stage=stage, region__in=set(region_ids), opened_on__lte=today)
    shut = set(region_ids).difference(opened.values_list("region_id", flat=True))
    if gate is None or not shut:
        return {}
    regions = (
        OrgUnit.objects.filter(Exists(_expected(stage, gate)), pk__in=shut)
        .order_by()
        .values_list("pk", "short_name", Subquery(last_rows(stage.campaign).values("stages")[:1]))
    )
    return {
        pk: _gate_closed(stage, gate, name, Counted(*(stages or {}).get(gate.key, NOTHING)))
        for pk, name, stages in regions
    }


def _expected(stage: Stage, gate: Stage) -> QuerySet[Baseline]:
    """Figures above 0 that count for the outer unit, as a bulletin reckons: one below a figure of 0 does not.

    For a subquery.
    """
    in_force = Baseline.objects.filter(
        campaign=stage.campaign_id,
        until_at=None,
        unit__closed_at=None,
        domain__in=gate.domains,
    )
    nothing_above = in_force.filter(
        member_count=0,
        domain=OuterRef("domain"),
        unit__tree_id=OuterRef("unit__tree_id"),
        unit__lft__gte=OuterRef(OuterRef("lft")),
        unit__lft__lt=OuterRef("unit__lft"),
        unit__rght__gt=OuterRef("unit__lft"),
    )
    return in_force.filter(
        ~Exists(nothing_above),
        member_count__gt=0,
        unit__tree_id=OuterRef("tree_id"),
        unit__lft__gte=OuterRef("lft"),
        unit__lft__lt=OuterRef("rght"),
    )


def last_rows(campaign: Campaign) -> QuerySet[BulletinUnit]:
    """The row of the outer unit in the last bulletin computed: for a subquery."""
    last = (
        Bulletin.objects.filter(campaign=campaign)
        .exclude(state=BulletinState.STARTED)
        .order_by("-day", "-revision")
    )
    return BulletinUnit.objects.filter(bulletin=Subquery(last.values("pk")[:1]), unit=OuterRef("pk"))


def _not_open_yet(stage: Stage) -> Problem:
    return CODES.problem(
        "stage.not_open_yet",
        severity=_severity(stage.campaign),
        stage=stage.name,
        date=stage.opens_on.isoformat(),
    )


def _gate_closed(stage: Stage, gate: Stage, region: str, counted: Counted) -> Problem:
    province = stage.campaign.province
    rate = tally.rate_of(counted.entered, counted.expected) or 0.0
    # Where what is needed was lowered since the last bulletin:
    has_reached = counted.expected and counted.entered >= (stage.gate_rate or 0) * counted.expected
    return CODES.problem(
        "stage.gate_closed",
        severity=_severity(stage.campaign),
        region=region,
        stage=stage.name,
        gate_stage=gate.name,
        rate=tally.percent(rate),
        already="（已经达到，下一次日通报后自动开放）" if has_reached else "",
        needed=f"{in_percent(stage.gate_rate or Decimal(0))}%",
        province=province.short_name,
        phone=f"（{province.phone}）" if province.phone else "",
    )


def _severity(campaign: Campaign) -> Severity:
    return Severity.WARNING if campaign.gate_mode == Campaign.GateMode.WARN else Severity.ERROR
