"""Entering what is expected of a unit: the 2017 年度团统 figures (notice, part 2, 1: 应录尽录)."""

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models.base import ModelState

from zhtj.lib import bulk, locks
from zhtj.lib.problems import Refused
from zhtj.lib.races import RaceLost
from zhtj.lib.workbook import Undoing

from orgs import audit
from orgs.kinds import Domain
from orgs.models import OrgUnit
from orgs.scopes import Actor
from progress.models import COUNTS, OPTIONAL_COUNTS, Baseline, Campaign
from progress.rules import CODES


@dataclass(frozen=True, slots=True)
class Expected:
    """The figures of one unit in one domain. None: not stated, what is stored stays."""

    unit_id: int
    domain: str
    member_count: int
    branch_count: int | None = None
    cadre_count: int | None = None
    committee_count: int | None = None
    working_committee_count: int | None = None
    general_branch_count: int | None = None
    full_time_count: int | None = None
    part_time_count: int | None = None
    seconded_count: int | None = None


@transaction.atomic
def enter_baselines(
    actor: Actor,
    *,
    campaign: Campaign,
    unit: OrgUnit,
    figures: Sequence[Expected],
    batch_id: int | None = None,
    replaces: Mapping[tuple[int, str], int | None] | None = None,
) -> int:
    """Enter or change figures of units below `unit`; returns how many were new.

    A changed figure closes its period and opens the next; an equal one is left alone. `replaces`: the figures
    the caller has judged by, their keys by unit and domain. Needs `baselines.enter` on every unit named.
    Raises RaceLost where one of these has changed since, or its unit is closed: a merge takes figures along.
    A handful of queries, whatever their number.
    """
    unit_ids = {figure.unit_id for figure in figures}
    _require(actor, unit_ids)
    at = _hold(unit_ids)
    known = {
        (baseline.unit_id, baseline.domain): baseline
        for baseline in Baseline.objects.select_for_update().filter(
            campaign=campaign, until_at=None, unit__in=unit_ids
        )
    }
    for key, seen in (replaces or {}).items():
        if seen != (known[key].pk if key in known else None):
            raise RaceLost
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


@transaction.atomic
def undo_baselines(
    actor: Actor,
    *,
    unit: OrgUnit,
    batch_id: int,
    rows: Mapping[tuple[int, str], int],
    is_preview: bool = False,
) -> Undoing:
    """Take back the figures a batch entered: their period ends, and the one before it begins anew.

    `rows`: (unit, domain) → row of the sheet. A figure changed since stays. `is_preview` only says what
    would be. Half a dozen queries; one audit entry.
    """
    at = _hold_trees({unit_id for unit_id, _ in rows})
    told = Undoing()
    entered = Baseline.objects.filter(batch_id=batch_id).order_by("pk")
    entered = entered if is_preview else entered.select_for_update()
    reach = OrgUnit.objects.filter(actor.scope.q(capability="baselines.enter")).order_by()
    found = {(row.unit_id, row.domain): row for row in entered if (row.unit_id, row.domain) in rows}
    reached = set(bulk.among(reach.values_list("pk", flat=True), "pk", [key[0] for key in found]))
    standing = []
    for key, number in rows.items():
        row = found.get(key)
        if row is None or row.until_at is not None:
            told.stays.append((number, "之后又改过"))
        elif row.unit_id not in reached:
            told.stays.append((number, "已不在您可以填报团统数的范围"))
        else:
            standing.append(row)
    before = _before(standing)
    told.withdrawn, told.restored = len(standing) - len(before), len(before)
    if not is_preview:
        Baseline.objects.filter(pk__in=[row.pk for row in standing]).update(until_at=at)
        Baseline.objects.bulk_create([_again(row, actor, at) for row in before], batch_size=2000)
        after = {"withdrawn": told.withdrawn, "restored": told.restored}
        audit.record(actor, "progress.undo_baselines", unit=unit, batch_id=batch_id, after=after)
    return told


@transaction.atomic
def withdraw_baseline(actor: Actor, *, baseline: Baseline) -> None:
    """Take one figure back, as one stated in the wrong domain: from now on the unit has none there.

    What is expected of it is then the sum of what is stated below it; past bulletins keep what they showed.
    Needs `baselines.enter` on the unit. Raises Refused (`figure.changed`) where the figure looked at is no
    longer in force or its unit is closed. Four queries, one audit entry.
    """
    _require(actor, {baseline.unit_id})
    try:
        at = _hold({baseline.unit_id})
    except RaceLost:
        raise Refused([CODES.problem("figure.changed")]) from None
    standing = Baseline.objects.filter(pk=baseline.pk, until_at=None, campaign__is_active=True)
    if not standing.update(until_at=at):
        raise Refused([CODES.problem("figure.changed")])
    before = {Domain(baseline.domain).label: baseline.member_count}
    audit.record(actor, "progress.withdraw_baseline", unit=baseline.unit, before=before)


def _before(rows: Sequence[Baseline]) -> list[Baseline]:
    """The figures these took the place of."""
    ended = {(row.campaign_id, row.unit_id, row.domain, row.from_at) for row in rows}
    former = Baseline.objects.filter(until_at__in={row.from_at for row in rows}).order_by("pk")
    return [
        row
        for row in bulk.among(former, "unit_id", [row.unit_id for row in rows])
        if (row.campaign_id, row.unit_id, row.domain, row.until_at) in ended
    ]


def _again(former: Baseline, actor: Actor, at: datetime) -> Baseline:
    """The same figure, in force from `at` on."""
    again = copy(former)
    again.pk, again.from_at, again.until_at, again.entered_by = None, at, None, actor.user
    again._state = ModelState()
    return again


def _hold(unit_ids: set[int]) -> datetime:
    """The stamp, with the trees of these units held still, all of them open. Raises RaceLost."""
    at = _hold_trees(unit_ids)
    if OrgUnit.objects.filter(pk__in=unit_ids).exclude(closed_at=None).exists():
        raise RaceLost
    return at


def _hold_trees(unit_ids: set[int]) -> datetime:
    """The stamp; no merge takes figures of these units along until this transaction is through."""
    at = locks.entry_stamp()
    trees = OrgUnit.objects.filter(pk__in=unit_ids).order_by("tree_id").values_list("tree_id", flat=True)
    for tree_id in trees.distinct():
        locks.shared(locks.tree(tree_id))
    return at


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
    stated = {name: getattr(figure, name) for name in OPTIONAL_COUNTS}
    kept = {name: getattr(old, name) for name in OPTIONAL_COUNTS} if old else {}
    return Baseline(
        campaign=campaign,
        unit_id=figure.unit_id,
        domain=figure.domain,
        member_count=figure.member_count,
        from_at=at,
        entered_by=actor.user,
        batch_id=batch_id,
        **{name: kept.get(name) if count is None else count for name, count in stated.items()},
    )


def _values(baseline: Baseline) -> list[int | None]:
    return [getattr(baseline, name) for name in COUNTS]
