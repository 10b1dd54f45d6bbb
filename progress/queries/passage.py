"""What units whose domain changes have stated in the old one, and what they would state in the new.

Specification (decision 0034). Of a branch the figure of its old domain is added to that of its new one. A
unit above speaks for everybody below it: what is stated below by units that keep the old domain stays there,
the rest of its figure goes over and is added to what it states, or is stated below it, in the new domain;
where nothing is left to go its figure stays as it is. A unit without a figure of its own in either domain
needs nothing: it has the sum of those below. Whoever is above `top` keeps what is stated for them.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from orgs import finding
from orgs.kinds import Domain
from orgs.models import OrgUnit
from orgs.tree import Domains
from progress.models import COUNTS, Baseline, Campaign
from progress.queries.standing import top_sums

Counts = Sequence[int | None]
OTHER = Domain.OTHER.value


@dataclass(frozen=True, slots=True)
class Passing:
    """What one unit states once its domain has changed: `counts` in `domain`, in place of the rows `ends`.

    `moved` of the members were expected in another domain before; `lft` and `rght` are the unit's.
    """

    campaign_id: int
    unit_id: int
    lft: int
    rght: int
    domain: str
    counts: Counts
    moved: int
    ends: list[int]


class _Stated(NamedTuple):
    """One figure in force, and where its unit stands."""

    pk: int
    campaign_id: int
    unit_id: int
    lft: int
    rght: int
    is_open: bool
    domain: str
    counts: Counts


def passing(top: OrgUnit, changed: Domains) -> list[Passing]:
    """Of the units of `changed`, all of them `top` or below it. One query that reads the figures there."""
    figures = Baseline.objects.filter(finding.below(top, "unit"), until_at=None)
    columns = ("pk", "campaign_id", "unit_id", "unit__lft", "unit__rght", "unit__closed_at", "domain")
    rows = figures.order_by("campaign_id", "unit__lft").values_list(*columns, *COUNTS)
    stated = (
        _Stated(pk, campaign, unit, lft, rght, closed_at is None, domain, counts)
        for pk, campaign, unit, lft, rght, closed_at, domain, *counts in rows
    )
    by_campaign = groupby(stated, key=attrgetter("campaign_id"))
    return [found for _, figures in by_campaign for found in _of_campaign(list(figures), changed)]


def members_of(found: Iterable[Passing]) -> int:
    """How many members these figures take along; what is stated above and below counts once. Pure."""
    (total,) = top_sums(((row.lft, row.rght, [row.moved]) for row in found), 1)
    return total or 0


def figures_with(top: OrgUnit, changed: Domains) -> int:
    """How many members expected in the running campaign would go over with these units. Two queries."""
    found = passing(top, changed)
    running = set(
        Campaign.objects.filter(is_active=True, province__tree_id=top.tree_id).values_list("pk", flat=True)
    )
    return members_of(row for row in found if row.campaign_id in running)


def _of_campaign(figures: list[_Stated], changed: Domains) -> Iterator[Passing]:
    places = [row.lft for row in figures]
    for unit_id, group in groupby(figures, key=attrgetter("unit_id")):
        if unit_id not in changed:
            continue
        former, domain = (name or OTHER for name in changed[unit_id])
        own = {row.domain: row for row in group if row.domain in (former, domain)}
        if former == domain or not own:
            continue
        unit = next(iter(own.values()))
        span = figures[bisect_left(places, unit.lft) : bisect_left(places, unit.rght)]
        below = [row for row in span if row.is_open or row.unit_id == unit_id]
        stays = _summed(row for row in below if row.domain == former and row.unit_id not in changed)
        moved = _less(_summed(row for row in below if row.domain == former), stays)
        if moved[0] is None or (moved[0] == 0 and stays[0]):
            continue
        there = _summed(row for row in below if row.domain == domain)
        yield Passing(
            unit.campaign_id,
            unit_id,
            unit.lft,
            unit.rght,
            domain,
            counts=added(moved, there),
            moved=moved[0],
            ends=[row.pk for row in own.values()],
        )


def _less(counts: Counts, stay: Counts) -> Counts:
    pairs = zip(counts, stay, strict=True)
    return [count if kept is None or count is None else max(0, count - kept) for count, kept in pairs]


def _summed(rows: Iterable[_Stated]) -> Counts:
    return top_sums(((row.lft, row.rght, row.counts) for row in rows), len(COUNTS))


def added(one: Counts, other: Counts) -> Counts:
    """The sums; what is stated on one side only is taken as it is."""
    pairs = zip(one, other, strict=True)
    return [a if b is None else b if a is None else a + b for a, b in pairs]
