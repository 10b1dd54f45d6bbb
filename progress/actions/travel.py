"""What was expected of a unit that goes up in another is expected of that other: the 团统数 go along."""

import datetime as dt
from collections.abc import Sequence

from orgs import audit
from orgs.kinds import Domain
from orgs.models import OrgUnit
from orgs.scopes import Actor
from progress.models import COUNTS, Baseline
from progress.queries.standing import inside, topmost

Counts = Sequence[int | None]


def move_figures(actor: Actor, *, source: OrgUnit, target: OrgUnit, at: dt.datetime) -> int:
    """Add what is stated for `source` to what is stated for `target`; returns how many figures changed.

    Part of a merge, before what stands below `source` moves: the caller has asked for the right, stamped
    `at` and holds the tree alone. A domain in which neither has a figure of its own needs nothing: the
    figures further down go with their units. A branch's figure follows its members into the target's
    domain. The periods of both end at `at`. Four queries a campaign, one audit entry.
    """
    standing = Baseline.objects.filter(until_at=None)
    own = list(standing.select_for_update().filter(unit__in=[source, target]).order_by("pk"))
    opened, closed = [], [row.pk for row in own if row.unit_id == source.pk]
    for campaign_id in sorted({row.campaign_id for row in own}):
        figures = standing.filter(campaign=campaign_id)
        stated = {row.domain: row for row in own if row.campaign_id == campaign_id}
        gone = _in_the_domain_of(target, source, topmost(figures.filter(inside(source)), COUNTS))
        there = topmost(figures.filter(inside(target)), COUNTS)
        for domain in sorted(gone):
            if domain not in stated and not source.is_branch:
                continue
            counts = zip(COUNTS, _added(gone[domain], there.get(domain)), strict=True)
            opened.append(
                Baseline(
                    campaign_id=campaign_id,
                    unit=target,
                    domain=domain,
                    from_at=at,
                    entered_by=actor.user,
                    **dict(counts),
                )
            )
    replaced = {(row.campaign_id, row.domain): row for row in own if row.unit_id == target.pk}
    former = [replaced.get((row.campaign_id, row.domain)) for row in opened]
    Baseline.objects.filter(pk__in=[*closed, *(row.pk for row in former if row)]).update(until_at=at)
    Baseline.objects.bulk_create(opened)
    if opened:
        before = {_key(row): row.member_count for row in former if row}
        after = {"from": source.code, **{_key(row): row.member_count for row in opened}}
        audit.record(actor, "progress.move_figures", unit=target, before=before, after=after)
    return len(opened)


def _key(row: Baseline) -> str:
    return f"{row.campaign_id} {Domain(row.domain).label}"


def _in_the_domain_of(
    target: OrgUnit, source: OrgUnit, found: dict[str, list[int | None]]
) -> dict[str, Counts]:
    """Of a branch: its own domain's figure under that of the target."""
    told: dict[str, Counts] = {}
    old, new = (unit.domain or Domain.OTHER.value for unit in (source, target))
    for domain, counts in found.items():
        goal = new if source.is_branch and domain == old else domain
        told[goal] = _added(counts, told.get(goal))
    return told


def _added(one: Counts, other: Counts | None) -> Counts:
    """The sums; what is stated on one side only is taken as it is."""
    pairs = zip(one, other or [None] * len(one), strict=True)
    return [a if b is None else b if a is None else a + b for a, b in pairs]
