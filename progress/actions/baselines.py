"""Entering what is expected of a unit: the 2017 年度团统 figures (notice, part 2, 1: 应录尽录)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction

from zhtj.lib import locks

from orgs import audit
from orgs.models import OrgUnit
from orgs.scopes import Actor
from progress.models import Baseline, Campaign


@dataclass(frozen=True, slots=True)
class Expected:
    """The figures of one unit in one domain. None: not stated, what is stored stays."""

    unit_id: int
    domain: str
    member_count: int
    branch_count: int | None = None
    cadre_count: int | None = None


@transaction.atomic
def enter_baselines(
    actor: Actor,
    *,
    campaign: Campaign,
    unit: OrgUnit,
    figures: Sequence[Expected],
    batch_id: int | None = None,
) -> int:
    """Enter or change figures of units below `unit`; returns how many were new.

    A changed figure closes its period and opens the next; an equal one is left alone. Needs
    `baselines.enter` on every unit named. A handful of queries, whatever their number.
    """
    _require(actor, {figure.unit_id for figure in figures})
    at = locks.entry_stamp()
    known = {
        (baseline.unit_id, baseline.domain): baseline
        for baseline in Baseline.objects.select_for_update().filter(
            campaign=campaign, until_at=None, unit__in={figure.unit_id for figure in figures}
        )
    }
    opened, closed, new = [], [], 0
    for figure in figures:
        old = known.get((figure.unit_id, figure.domain))
        row = _successor(figure, old, campaign, actor, at, batch_id)
        if old is not None and _values(old) == _values(row):
            continue
        opened.append(row)
        if old is None:
            new += 1
        else:
            closed.append(old.pk)
    Baseline.objects.filter(pk__in=closed).update(until_at=at)
    Baseline.objects.bulk_create(opened, batch_size=2000)
    after = {"new": new, "changed": len(closed)}
    audit.record(actor, "progress.enter_baselines", unit=unit, batch_id=batch_id, after=after)
    return new


def _require(actor: Actor, unit_ids: set[int]) -> None:
    reach = OrgUnit.objects.filter(actor.scope.q(capability="baselines.enter"), pk__in=unit_ids)
    if reach.count() != len(unit_ids):
        raise PermissionDenied("其中有组织不在您可以填报团统数的范围内。")


def _successor(
    figure: Expected,
    old: Baseline | None,
    campaign: Campaign,
    actor: Actor,
    at: datetime,
    batch_id: int | None,
) -> Baseline:
    """The row that says `figure` from now on; what it does not state is taken over."""
    kept = (old.branch_count, old.cadre_count) if old else (None, None)
    return Baseline(
        campaign=campaign,
        unit_id=figure.unit_id,
        domain=figure.domain,
        member_count=figure.member_count,
        branch_count=kept[0] if figure.branch_count is None else figure.branch_count,
        cadre_count=kept[1] if figure.cadre_count is None else figure.cadre_count,
        from_at=at,
        entered_by=actor.user,
        batch_id=batch_id,
    )


def _values(baseline: Baseline) -> tuple[int, int | None, int | None]:
    return baseline.member_count, baseline.branch_count, baseline.cadre_count
