"""What is entered at this moment, told from the last published bulletin and what has changed since.

The bulletin has counted every branch as of its cut-off; whoever came or went later is found by index. So
the members of a province of three million are known without counting them all, and so are the few branches
that may be too small or too large: the same answer as a count of everybody, in a fraction of the time. For
a few branches everybody is counted sooner.
"""

from collections import Counter
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from members import queries as members
from orgs import finding
from orgs.history import placed_since
from orgs.kinds import Domain
from orgs.models import OrgUnit
from progress.models import Bulletin, BulletinBranch, BulletinState, BulletinUnit

MANY = 2_000  # units below: a county has fewer, a city more
FEW = 5_000  # branches named one by one
EVERYTHING = ~Q(pk__in=())  # an empty Q would vanish beside an OR


def entered_now(unit: OrgUnit) -> dict[str, int]:
    """Members in the sub-tree of `unit` by the domain of their branch; a branch without one counts in 其他.

    A domain nobody is entered in may be missing. Two queries for a county or less, three for more.
    """
    counted = _counted_with_many(unit)
    if counted is None:
        parts = [members.active_counts_by_domain(unit)]
    else:
        parts = [_then(counted, unit), members.changes_by_domain(unit, counted.cutoff_at)]
    entered: Counter[str] = Counter()
    for part in parts:
        for domain, count in part.items():
            entered[domain or Domain.OTHER.value] += count
    return dict(entered)


def perhaps_small(unit: OrgUnit, fewer_than: int) -> Q:
    """Holds for every branch in the tree of `unit` that has fewer members than this now, and for few others.

    To stand beside the condition itself, so that it is asked of few branches and not of 92 000. Such a
    branch had as few as of the cut-off, or somebody has left it since, or it is not in the bulletin. Two
    queries; for a county or less, or without a bulletin, one: then it holds for everything.
    """
    counted = _counted_with_many(unit)
    if counted is None:
        return EVERYTHING
    small = counted.branches.filter(members__lt=fewer_than)
    return _one_of(counted, small, members.left_since(counted.cutoff_at))


def perhaps_large(unit: OrgUnit, more_than: int) -> Q:
    """As `perhaps_small`, for branches that have more members than this now.

    Such a branch had nearly as many, or many have come since.
    """
    counted = _counted_with_many(unit)
    if counted is None:
        return EVERYTHING
    come = more_than // 5  # who had no more than the rest of it needs more than these
    large = counted.branches.filter(members__gt=more_than - come)
    return _one_of(counted, large, members.entered_since(counted.cutoff_at, more_than=come))


def _one_of(counted: Bulletin, then: QuerySet[BulletinBranch], changed: QuerySet[Any, Any]) -> Q:
    """By name, as long as they are few. Of many, a list in the order of the tree soon has a page full: there
    PostgreSQL is not to join, for it would sort all of them first, and behind an OR it does not.
    """
    found = then.order_by().values_list("unit").union(changed, placed_since(counted.cutoff_at))
    few = [unit_id for (unit_id,) in found[: FEW + 1]]
    return Q(pk__in=few) if len(few) <= FEW else Q(pk__in=found) | Q(pk=None)


def _counted_with_many(unit: OrgUnit) -> Bulletin | None:
    """The last published bulletin, where `unit` was so large in it that it is worth the while."""
    found = Bulletin.objects.filter(
        campaign__province__tree_id=unit.tree_id, state=BulletinState.PUBLISHED
    ).order_by("-cutoff_at", "-revision")
    rows = BulletinUnit.objects.filter(bulletin=OuterRef("pk"))
    counted = found.annotate(is_large=Exists(where_large(rows, unit))).first()
    return counted if counted is not None and counted.is_large else None


def where_large(rows: QuerySet[BulletinUnit], unit: OrgUnit) -> QuerySet[BulletinUnit]:
    """Of these rows of bulletins those of `unit` with MANY others below it."""
    return rows.filter(unit=unit, last_position__gte=F("position") + MANY)


def _then(bulletin: Bulletin, unit: OrgUnit) -> dict[str, int]:
    """What the bulletin counted in the branches that are below `unit` now, by their domain now."""
    below = BulletinBranch.objects.filter(finding.below(unit, "unit"), bulletin=bulletin)
    return dict(below.order_by().values_list("unit__domain").annotate(count=Coalesce(Sum("members"), 0)))
