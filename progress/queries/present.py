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

from zhtj.lib.moments import one_moment

from members import queries as members
from orgs import finding
from orgs.history import placed_since
from orgs.kinds import Domain
from orgs.models import OrgUnit
from progress.models import Bulletin, BulletinBranch, BulletinState, BulletinUnit

MANY = 2_000  # units below: a county has fewer, a city more
MANY_ASKED = 20_000  # units below: a city has fewer, a province more; so many are soon asked one by one
FEW = 5_000  # branches named one by one
MOVED_UNITS = 50  # units above branch level that may have been moved or renamed since, each looked below
MOVED_BELOW = 10_000  # others below all of these
EVERYTHING = ~Q(pk__in=())  # an empty Q would vanish beside an OR


def entered_now(unit: OrgUnit) -> dict[str, int]:
    """Members in the sub-tree of `unit` by the domain of their branch; a branch without one counts in 其他.

    A domain nobody is entered in may be missing. Two queries for a county or less, five for more; one more
    where the unit is no branch. Of one moment, but inside a transaction: there the caller holds the tree.
    """
    with one_moment():
        return counted_now(as_it_stands(unit))


def counted_now(unit: OrgUnit) -> dict[str, int]:
    """`entered_now` for a unit as it stands, inside the moment of the caller."""
    counted = _counted_with(MANY, unit)
    if counted is None:
        parts = [members.active_counts_by_domain(unit)]
    else:
        parts = [_then(counted, unit), members.changes_by_domain(unit, counted.cutoff_at)]
    entered: Counter[str] = Counter()
    for part in parts:
        for domain, count in part.items():
            entered[domain or Domain.OTHER.value] += count
    return dict(entered)


def as_it_stands(unit: OrgUnit) -> OrgUnit:
    """The unit with the numbers it has in the tree by now: since it was read it may have been moved.

    A branch is found without them (`finding.below`) and costs nothing, any other unit a query.
    """
    return unit if unit.is_branch else OrgUnit.objects.get(pk=unit.pk)


def perhaps_small(unit: OrgUnit, fewer_than: int) -> Q:
    """Holds for every branch in the tree of `unit` that has fewer members than this now, and for few others.

    To stand beside the condition itself, so that it is asked of few branches and not of 92 000. Such a
    branch had as few as of the cut-off, or somebody has left it since, or it is not in the bulletin. Two
    queries; for a city or less, or without a bulletin, one: then it holds for everything.
    """
    counted = _counted_with(MANY_ASKED, unit)
    if counted is None:
        return EVERYTHING
    small = counted.branches.filter(members__lt=fewer_than)
    return _one_of(counted, small, members.left_since(counted.cutoff_at))


def perhaps_large(unit: OrgUnit, more_than: int) -> Q:
    """As `perhaps_small`, for branches that have more members than this now.

    Such a branch had nearly as many, or many have come since.
    """
    counted = _counted_with(MANY_ASKED, unit)
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


def _counted_with(many: int, unit: OrgUnit) -> Bulletin | None:
    """The last published bulletin, where `unit` had so many others below it that it is worth the while."""
    published = Bulletin.objects.filter(
        campaign__province__tree_id=unit.tree_id, state=BulletinState.PUBLISHED
    )
    found = published.select_related("campaign__province").order_by("-cutoff_at", "-revision")
    rows = BulletinUnit.objects.filter(bulletin=OuterRef("pk"))
    counted = found.annotate(is_large=Exists(where_large(rows, unit, many))).first()
    return counted if counted is not None and counted.is_large else None


def where_large(
    rows: QuerySet[BulletinUnit], unit: OrgUnit, many: int | None = None
) -> QuerySet[BulletinUnit]:
    """Of these rows of bulletins those of `unit` with so many (MANY) others below it."""
    return rows.filter(unit=unit, last_position__gte=F("position") + (MANY if many is None else many))


def _then(bulletin: Bulletin, unit: OrgUnit) -> dict[str, int]:
    """What the bulletin counted in the branches that are below `unit` now, by their domain now.

    What it says of the unit itself, put right by the branches that may stand elsewhere or in another domain
    since; where much has been moved, every branch is looked up.
    """
    moved = _moved_since(bulletin)
    if moved is None:
        below = bulletin.branches.filter(finding.below(unit, "unit")).order_by()
        return dict(below.values_list("unit__domain").annotate(count=Coalesce(Sum("members"), 0)))
    row = bulletin.units.get(unit=unit)
    found = Counter({domain: counted.entered for _, domain, counted in row.lines() if domain})
    for _, count, position, domain, lft, domain_now in moved:
        if row.position <= position <= row.last_position:
            found[domain] -= count
        if unit.lft <= lft < unit.rght:
            found[domain_now or Domain.OTHER.value] += count
    return found


def _moved_since(bulletin: Bulletin) -> QuerySet[Any, Any] | None:
    """The branches placed anew since the cut-off, and those that stood then or stand now below a unit that
    was: every other one is where it was, in its domain. None: they may be too many. One query, here.
    """
    placed = placed_since(bulletin.cutoff_at)
    above = bulletin.units.filter(unit__in=placed).values_list(
        "position", "last_position", "unit__lft", "unit__rght"
    )
    spans = list(above[: MOVED_UNITS + 1])
    if len(spans) > MOVED_UNITS or sum(last - first for first, last, _, _ in spans) > MOVED_BELOW:
        return None
    then, now = Q(pk__in=()), Q(pk__in=())
    for first, last, lft, rght in spans:
        then |= Q(position__gte=first, position__lte=last)
        now |= Q(unit__lft__gte=lft, unit__lft__lt=rght)
    branches = bulletin.branches.order_by().values_list(
        "unit", "members", "position", "domain", "unit__lft", "unit__domain"
    )
    here = Q(unit__tree_id=bulletin.campaign.province.tree_id)
    return branches.filter(unit__in=placed).union(branches.filter(then), branches.filter(now & here))
