"""Where a gated stage is open on the day of a bulletin, and recording where it newly is.

Called by `bulletins` alone, inside its transaction. A region (direct child of the province) passes the
gate the day its frozen rate reaches what is needed, and stays open whatever becomes of the rate. So figures
that fail the bulletin's own checks open nothing. A region nothing is expected of in the gate has nothing to
pass: open from the stage's start, and not recorded, since a figure entered later brings the gate back. An
early start agreed to after the cut-off is news of the next day.

A day computed again records only what its own gate lets through: where the rate, or the domains it is
measured in, are others by now than when the day was first computed, the opening belongs to the next bulletin
(decision 0022). Nor does an earlier day take the place of the one whose bulletin has opened a region.
"""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db.models import Q

from orgs.history import Placed
from progress.models import Bulletin, GateOpening, Stage
from progress.queries.photograph import Photograph, Series


def in_force(bulletin: Bulletin, stages: Iterable[Stage], photograph: Photograph) -> dict[str, Any]:
    """What is to be frozen: `openings` by stage and region, `first_openings` by stage, and the `gates`.

    For the province as a whole a stage begins with the first region that passed the gate; where no
    region has anything to pass, with the stage itself; None while all wait.
    """
    openings: dict[str, dict[str, Any]] = {}
    first: dict[str, str | None] = {}
    regions = photograph.outline.regions()
    gates = _gates(bulletin, stages)
    for stage in stages:
        if stage.gate_stage is None or stage.gate_rate is None:
            continue
        gate = photograph.of_stage(stage.gate_stage.key)
        free = [region for node, region in regions if not gate.expected[node]]
        is_the_same = gates.get(stage.key) == _gate(stage)
        passed = _recorded(bulletin, stage, regions if is_the_same else [], gate)
        openings[stage.key] = _frozen(stage, free) | {
            str(opening.region_id): {
                "opened_on": opening.opened_on.isoformat(),
                "reason": opening.reason,
                "rate": opening.rate,
            }
            for opening in passed
        }
        first[stage.key] = _first(stage, passed, everyone_is_free=len(free) == len(regions))
    return {"openings": openings, "first_openings": first, "gates": gates}


def _recorded(
    bulletin: Bulletin, stage: Stage, regions: list[tuple[int, Placed]], gate: Series
) -> list[GateOpening]:
    """The openings recorded by that day, with those of `regions` that reach the rate in this bulletin."""
    needed = stage.gate_rate or 0
    agreed_in_time = Q(decided_at=None) | Q(decided_at__lt=bulletin.cutoff_at)
    known = list(GateOpening.objects.filter(agreed_in_time, stage=stage, opened_on__lte=bulletin.day))
    if not all(check["ok"] for check in bulletin.checks):
        return known
    later = GateOpening.objects.filter(stage=stage, opened_on__gt=bulletin.day)
    open_already = {opening.region_id for opening in known} | {opening.region_id for opening in later}
    reached = []
    for node, region in regions:
        expected, entered = gate.expected[node], gate.entered[node]
        if expected and entered >= needed * expected and region.unit_id not in open_already:
            reached.append(
                GateOpening(
                    stage=stage,
                    region_id=region.unit_id,
                    opened_on=bulletin.day,
                    reason=GateOpening.Reason.RATE,
                    rate=entered / expected,
                    bulletin=bulletin,
                )
            )
    GateOpening.objects.bulk_create(reached, ignore_conflicts=True)
    return [*known, *reached]


def _gates(bulletin: Bulletin, stages: Iterable[Stage]) -> dict[str, Any]:
    """By stage the gate it stood behind when this day was first computed. One query for a new revision."""
    before = bulletin.settings
    if bulletin.revision > 1 and not before:
        earlier = Bulletin.objects.filter(campaign=bulletin.campaign_id, day=bulletin.day)
        before = earlier.order_by("revision").values_list("settings", flat=True)[0]
    if before:
        gates: dict[str, Any] = before.get("gates", {})
        return gates
    return {stage.key: _gate(stage) for stage in stages if stage.is_gated}


def _gate(stage: Stage) -> list[Any]:
    """What a region has to reach, and in what."""
    gate = stage.gate_stage
    return [gate.key, sorted(gate.domains), str(stage.gate_rate)] if gate else []


def _frozen(stage: Stage, free: list[Placed]) -> dict[str, Any]:
    opened = {
        "opened_on": stage.opens_on.isoformat(),
        "reason": GateOpening.Reason.NO_BASELINE.value,
        "rate": None,
    }
    return {str(region.unit_id): opened for region in free}


def _first(stage: Stage, passed: list[GateOpening], *, everyone_is_free: bool) -> str | None:
    days: list[dt.date] = [opening.opened_on for opening in passed]
    if not days and everyone_is_free:
        days = [stage.opens_on]
    return min(days).isoformat() if days else None
