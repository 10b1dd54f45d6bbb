"""Where one unit stands this moment: expected (with what was agreed) and entered, by domain.

The same figures a bulletin would freeze for the unit if it were computed now (`photograph`), found for one
sub-tree only. Three queries that read the sub-tree: for a committee or a city, not for a province.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet, Sum

from zhtj.lib.moments import one_moment

from orgs import finding
from orgs.kinds import Domain
from orgs.models import OrgUnit
from progress.models import Asked, Baseline, BaselineAdjustment, Campaign
from progress.queries.present import as_it_stands, counted_now


@dataclass(frozen=True, slots=True)
class Standing:
    """One domain. `expected` is the adjusted figure."""

    domain: str
    expected: int
    entered: int

    @property
    def label(self) -> str:
        return str(Domain(self.domain).label)

    @property
    def shortfall(self) -> int:
        return max(0, self.expected - self.entered)


def standing(campaign: Campaign, unit: OrgUnit) -> list[Standing]:
    """The domains in which something is expected of `unit`, in their usual order.

    Of one moment, but inside a transaction: there the caller holds the tree.
    """
    with one_moment():
        return _standing(campaign, as_it_stands(unit))


def _standing(campaign: Campaign, unit: OrgUnit) -> list[Standing]:
    expected = _expected(campaign, unit)
    if not expected:
        return []
    changes = dict(
        BaselineAdjustment.objects.filter(
            inside(unit), campaign=campaign.figures_id, state=Asked.State.AGREED
        )
        .order_by()
        .values_list("domain")
        .annotate(change=Sum("change"))
    )
    entered = counted_now(unit)
    return [
        Standing(domain, max(0, expected[domain] + changes.get(domain, 0)), entered.get(domain, 0))
        for domain in Domain.values
        if domain in expected
    ]


def _expected(campaign: Campaign, unit: OrgUnit) -> dict[str, int]:
    """By domain: the unit's explicit figure, else the sum of the topmost explicit ones below it."""
    figures = Baseline.objects.filter(inside(unit), campaign=campaign.figures_id, until_at=None)
    return {domain: counts[0] or 0 for domain, counts in topmost(figures, ["member_count"]).items()}


def topmost(figures: QuerySet[Baseline], names: Sequence[str]) -> dict[str, list[int | None]]:
    """By domain: each of the figures `names` of the topmost units that state it, added up; None: nobody does.

    What is stated further down says the same in more detail and is not added. One query.
    """
    rows = figures.order_by("unit__lft").values_list("domain", "unit__lft", "unit__rght", *names)
    found: dict[str, list[tuple[int, int, Sequence[int | None]]]] = {}
    for domain, lft, rght, *counts in rows:
        found.setdefault(domain, []).append((lft, rght, counts))
    return {domain: top_sums(stated, len(names)) for domain, stated in found.items()}


def top_sums(stated: Iterable[tuple[int, int, Sequence[int | None]]], width: int) -> list[int | None]:
    """The counts of the topmost of these spans of the tree (lft, rght, `width` counts), in the order of lft,
    added up, each count by itself. Pure."""
    totals: list[int | None] = [None] * width
    covered = [0] * width  # up to where a figure already read speaks for the units
    for lft, rght, counts in stated:
        for place, count in enumerate(counts):
            if count is not None and lft > covered[place]:
                totals[place] = (totals[place] or 0) + count
                covered[place] = rght
    return totals


def inside(unit: OrgUnit) -> Q:
    """Rows of the open units in the sub-tree of `unit`: of a closed one nothing is expected any more."""
    return Q(unit__closed_at=None) & finding.below(unit, "unit")
