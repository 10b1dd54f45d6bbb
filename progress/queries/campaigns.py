"""The campaign at a glance: its stages, what is left of them, and where a gate has opened."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, Prefetch, Q, QuerySet, Subquery

from orgs.kinds import Domain
from orgs.models import OrgUnit
from orgs.scopes import Scope
from progress import tally
from progress.gate import NOTHING, last_rows
from progress.models import Campaign, Counted, GateOpening, Stage


@dataclass(frozen=True, slots=True)
class Phase:
    """One stage as the overview shows it."""

    stage: Stage
    domains: list[str]
    days_left: int  # the deadline itself counts; 0 = over
    days_until: int  # 0 = it has begun
    planned: float | None  # the share its plan line asks for today; None before it begins
    gate_rate: float | None
    openings: list[GateOpening]
    closed: list[
        tuple[OrgUnit, float]
    ]  # regions its gate still keeps closed, how far each is, the nearest first
    free: list[OrgUnit]  # regions the gate asks nothing of


def overview(campaign: Campaign, today: dt.date) -> list[Phase]:
    """The stages in their order. Three queries; the regions come with their row of the last bulletin."""
    openings = list(
        GateOpening.objects.filter(stage__campaign=campaign)
        .select_related("region")
        .order_by("opened_on", "region__lft")
    )
    rows = Subquery(last_rows(campaign).values("stages")[:1])
    regions = list(campaign.province.children.filter(closed_at=None).order_by("lft").annotate(stages=rows))
    return [
        _phase(stage, [opening for opening in openings if opening.stage_id == stage.pk], regions, today)
        for stage in campaign.stages.select_related("gate_stage")
    ]


def _phase(stage: Stage, openings: list[GateOpening], regions: list[OrgUnit], today: dt.date) -> Phase:
    opened = {opening.region_id for opening in openings}
    behind = [region for region in regions if region.pk not in opened] if stage.is_gated else []
    rates = [(region, _rate(region, stage)) for region in behind]
    closed = [(region, rate) for region, rate in rates if rate is not None]
    return Phase(
        stage=stage,
        domains=[Domain(domain).label for domain in stage.domains],
        days_left=max(0, (stage.deadline - today).days + 1),
        days_until=max(0, (stage.opens_on - today).days),
        planned=_planned(stage, today),
        gate_rate=None if stage.gate_rate is None else float(stage.gate_rate),
        openings=openings,
        closed=sorted(closed, key=lambda found: -found[1]),
        free=[region for region, rate in rates if rate is None],
    )


def _rate(region: Any, stage: Stage) -> float | None:
    """How far the region, annotated with its frozen `stages`, is at the gate of `stage`."""
    key = stage.gate_stage.key if stage.gate_stage else ""
    counted = Counted(*(region.stages or {}).get(key, NOTHING))
    return tally.rate_of(counted.entered, counted.expected)


def _planned(stage: Stage, today: dt.date) -> float | None:
    """The plan line is straight, from opening to deadline; behind a gate each region has its own."""
    if stage.is_gated or today < stage.opens_on:
        return None
    share = tally.planned_share(today, tally.Clock(stage.opens_on, stage.deadline))
    return None if share is None else float(share)


def campaigns(scope: Scope) -> QuerySet[Campaign]:
    """Every campaign of the reader's province, the running one first, then the last begun.

    Rehearsals are for those alone who may set campaigns up.
    """
    trees = [grant.unit_id for grant in scope.grants if grant.gives("progress.see")]
    seen = Q(province__tree_id__in=OrgUnit.objects.filter(pk__in=trees).order_by().values("tree_id"))
    own = scope.q("province", "campaign.settings")
    return (
        Campaign.objects.filter((seen & Q(rehearses=None)) | own)
        .select_related("province", "rehearses")
        .order_by("-is_active", "-starts_on", "-pk")
    )


def with_openings(found: QuerySet[Campaign]) -> QuerySet[Campaign]:
    """The same campaigns with their stages and where each has opened. Two more queries."""
    openings = GateOpening.objects.select_related("region").order_by("opened_on", "pk")
    stages = Stage.objects.select_related("gate_stage").prefetch_related(Prefetch("openings", openings))
    return found.prefetch_related(Prefetch("stages", stages))


def campaigns_to_set(scope: Scope) -> QuerySet[Campaign]:
    """Those this reader may edit, in the same order."""
    return campaigns(scope).filter(scope.q("province", "campaign.settings"))


def provinces_to_set(scope: Scope) -> QuerySet[OrgUnit]:
    """The provinces this reader may lay down a campaign for."""
    return OrgUnit.objects.filter(scope.q(capability="campaign.settings"), parent=None, closed_at=None)


def help_line(path: str = "tree_id") -> Subquery:
    """The help line of the campaign that runs in the tree at `path` of the outer query; null where none."""
    running = Campaign.objects.filter(is_active=True, province__tree_id=OuterRef(path))
    return Subquery(running.exclude(help_line="").order_by("pk").values("help_line")[:1])


def last_end() -> dt.date | None:
    """When the last campaign ends or ended, rehearsals aside; None without any. One query."""
    ends = Campaign.objects.filter(rehearses=None).order_by("-ends_on").values_list("ends_on", flat=True)
    return ends.first()
