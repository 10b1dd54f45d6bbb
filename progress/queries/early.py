"""Requests for an early opening: the province reads all of them, everybody else the own ones."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from orgs.models import OrgUnit
from orgs.scopes import Scope
from progress import tally
from progress.gate import NOTHING, last_rows
from progress.models import Campaign, Counted, EarlyOpening, GateOpening, Stage


def early_openings(scope: Scope, campaign: Campaign | None = None) -> QuerySet[EarlyOpening]:
    """Requests of regions inside the scope, those that wait first, then the last answered first."""
    found = EarlyOpening.objects.filter(scope.q("region", "progress.see"))
    if campaign is not None:
        found = found.filter(stage__campaign=campaign)
    joined = ("stage__campaign__province", "stage__gate_stage", "region", "asked_by", "decided_by")
    return found.select_related(*joined).order_by("-state", "-decided_at", "asked_at", "pk")


def gate_rates(campaign: Campaign, asked: Iterable[EarlyOpening]) -> dict[int, float | None]:
    """Request → how far its region is at the gate, by the last bulletin. One query."""
    asked = list(asked)
    rows = Subquery(last_rows(campaign).values("stages")[:1])
    regions = OrgUnit.objects.filter(pk__in={item.region_id for item in asked}).order_by()
    frozen = dict(regions.values_list("pk", rows))
    return {item.pk: _rate(frozen.get(item.region_id), item.stage.gate_stage) for item in asked}


def _rate(stages: Mapping[str, Sequence[Any]] | None, gate: Stage | None) -> float | None:
    counted = Counted(*(stages or {}).get(gate.key if gate else "", NOTHING))
    return tally.rate_of(counted.entered, counted.expected)


def early_openings_to_decide(scope: Scope) -> QuerySet[EarlyOpening]:
    """Those that wait for this reader's answer, while their campaign runs."""
    waiting = EarlyOpening.objects.filter(state=EarlyOpening.State.WAITING, stage__campaign__is_active=True)
    return waiting.filter(scope.q("stage__campaign__province", "openings.decide")).order_by("asked_at")


def stages_to_ask_for(scope: Scope, campaign: Campaign, unit: OrgUnit | None) -> list[Stage]:
    """Gated stages still closed in `unit`, which may be asked for.

    Empty unless it is a region. Two queries.
    """
    if unit is None or unit.parent_id != campaign.province_id or not campaign.is_active:
        return []
    if not scope.may("superior.ask", unit):
        return []
    opened = GateOpening.objects.filter(stage=OuterRef("pk"), region=unit)
    asked = EarlyOpening.objects.filter(stage=OuterRef("pk"), region=unit, state=EarlyOpening.State.WAITING)
    stages = campaign.stages.filter(~Exists(opened), ~Exists(asked), gate_stage__isnull=False)
    return list(stages.filter(gate_rate__isnull=False).order_by("position"))
