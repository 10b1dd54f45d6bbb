"""How big units are, and with whom a small one could be merged.

A branch is as big as its members, any other unit as the open units right below it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Case, Count, Exists, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import Coalesce

import cadres.presence
from members.queries.headcount import has_members, headcount
from orgs import queries
from orgs.kinds import FEWEST_MEMBERS, LEADING_ORGANS, UnitKind
from orgs.models import OrgUnit
from orgs.scopes import Scope
from progress import queries as progress

MOST = 50  # a hint above it
SUGGESTED = 3


@dataclass(frozen=True, slots=True)
class Partner:
    """A unit another could go up in, and how big it would then be."""

    unit: OrgUnit
    size: int
    result: int


def with_size(units: QuerySet[OrgUnit]) -> QuerySet[OrgUnit]:
    """The units, each with `size` and `post_count`. Index look-ups per row, no further query."""
    below = OrgUnit.objects.filter(parent=OuterRef("pk"), closed_at=None).order_by().values("parent")
    children = Coalesce(Subquery(below.annotate(count=Count("pk")).values("count")), 0)
    size = Case(When(kind=UnitKind.BRANCH, then=headcount()), default=children)
    return units.annotate(size=size, post_count=cadres.presence.post_count())


def sized(scope: Scope, unit: OrgUnit) -> OrgUnit:
    """One unit with its size. One query."""
    return with_size(queries.units(scope)).get(pk=unit.pk)


def partners(scope: Scope, units: Sequence[OrgUnit]) -> dict[int, list[Partner]]:
    """For each of these units (with sizes) the best few under the same superior. One query.

    Same kind, open, below the account; first those that end up with enough and not too many
    members, the smallest result first.
    """
    parents = {unit.parent_id for unit in units}
    kinds = {unit.kind for unit in units if unit.kind not in LEADING_ORGANS}
    siblings = queries.units(scope, "units.manage").filter(parent__in=parents, kind__in=kinds, closed_at=None)
    by_parent: dict[tuple[int | None, str], list[OrgUnit]] = {}
    for sibling in with_size(siblings):
        by_parent.setdefault((sibling.parent_id, sibling.kind), []).append(sibling)
    return {unit.pk: _best(unit, by_parent.get((unit.parent_id, unit.kind), [])) for unit in units}


def small_units(scope: Scope) -> QuerySet[OrgUnit]:
    """The queue of the superior: branches with fewer than three members and hollow units, in tree order.

    Open ones below the account only, each with `size`. Done ones are no longer in it by themselves. Three
    queries at most, for what the last bulletin knows, besides the one of the list.
    """
    mine = queries.units(scope, "units.manage").filter(closed_at=None)
    own = queries.units(scope).filter(pk=scope.unit_id).first()
    small = Q(kind=UnitKind.BRANCH)
    if own is not None:  # asked first, or everybody would be counted all the same
        small &= progress.perhaps_small(own, FEWEST_MEMBERS) | ~Q(tree_id=own.tree_id)
    small &= ~Q(has_members(at_least=FEWEST_MEMBERS))
    return with_size(mine.filter(small | hollow()))


def hollow() -> Q:
    """空心组织: a committee, working committee or general branch without a branch anywhere below it."""
    below = OrgUnit.objects.filter(
        kind=UnitKind.BRANCH,
        closed_at=None,
        tree_id=OuterRef("tree_id"),
        lft__gt=OuterRef("lft"),
        lft__lt=OuterRef("rght"),
    )
    return ~Q(kind__in=[UnitKind.BRANCH, *LEADING_ORGANS]) & ~Q(Exists(below))


def result_of(source: OrgUnit, target: OrgUnit) -> int:
    """How big `target` will be when `source` (both with sizes) has gone up in it."""
    return source.size + target.size


def _best(unit: OrgUnit, siblings: list[OrgUnit]) -> list[Partner]:
    found = [Partner(other, other.size, result_of(unit, other)) for other in siblings if other.pk != unit.pk]

    def fitness(partner: Partner) -> tuple[bool, int]:
        fits = unit.kind != UnitKind.BRANCH or FEWEST_MEMBERS <= partner.result <= MOST
        return not fits, partner.result if partner.result >= FEWEST_MEMBERS else 10**9 - partner.result

    return sorted(found, key=fitness)[:SUGGESTED]
