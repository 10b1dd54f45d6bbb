"""The campaign at a glance: its stages, what is left of them, and where a gate has opened."""

import datetime as dt
from dataclasses import dataclass

from orgs.kinds import Domain
from orgs.models import OrgUnit
from progress.models import Campaign, GateOpening, Stage


@dataclass(frozen=True, slots=True)
class Phase:
    """One stage as the overview shows it."""

    stage: Stage
    domains: list[str]
    days_left: int  # the deadline itself counts; 0 = over
    days_until: int  # 0 = it has begun
    gate_rate: float | None
    openings: list[GateOpening]
    closed: list[OrgUnit]  # regions its gate still keeps closed


def overview(campaign: Campaign, today: dt.date) -> list[Phase]:
    """The stages in their order. Three queries."""
    openings = list(
        GateOpening.objects.filter(stage__campaign=campaign)
        .select_related("region")
        .order_by("opened_on", "region__lft")
    )
    regions = list(campaign.province.children.filter(closed_at=None).order_by("lft"))
    return [
        _phase(stage, [opening for opening in openings if opening.stage_id == stage.pk], regions, today)
        for stage in campaign.stages.select_related("gate_stage")
    ]


def _phase(stage: Stage, openings: list[GateOpening], regions: list[OrgUnit], today: dt.date) -> Phase:
    opened = {opening.region_id for opening in openings}
    return Phase(
        stage=stage,
        domains=[Domain(domain).label for domain in stage.domains],
        days_left=max(0, (stage.deadline - today).days + 1),
        days_until=max(0, (stage.opens_on - today).days),
        gate_rate=None if stage.gate_rate is None else float(stage.gate_rate),
        openings=openings,
        closed=[region for region in regions if region.pk not in opened] if stage.is_gated else [],
    )
