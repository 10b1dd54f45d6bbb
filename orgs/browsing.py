"""Choosing a unit among a hundred thousand: by name or code, or level by level.

Specification: issue "Organisations and administrators", tree picker. A picker is asked for units of
some kinds on which a capability holds; what cannot be chosen is still shown where it leads to what
can. Nothing here counts a scope or reads it whole: every answer is one page, a fixed number of queries.
"""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.core.paginator import Paginator
from django.db.models import BooleanField, Case, Exists, OuterRef, Q, QuerySet, Value, When

from orgs import queries
from orgs.kinds import UnitKind
from orgs.models import OrgUnit
from orgs.scopes import Scope

OFFERED = 50  # lines of a picker
MOST_COUNTED = 10_000  # units a list goes through page by page
SHOWN = 300  # children of one unit in the tree; the rest on the unit's own page


class Pages(Paginator):
    """Numbered pages of units that count no further than `MOST_COUNTED`: behind that, one searches."""

    @cached_property
    def count(self) -> int:
        units: Any = self.object_list
        return int(units.order_by()[:MOST_COUNTED].count())

    @property
    def is_cut(self) -> bool:
        return self.count == MOST_COUNTED


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a picker is to offer: units `capability` holds on, of `kinds`, but not `without`."""

    capability: str = "units.see"
    kinds: frozenset[str] = frozenset(UnitKind.values)
    without: int | None = None

    def q(self, scope: Scope) -> Q:
        """The predicate of a unit that may be chosen. Closed ones never are."""
        return (
            scope.q(capability=self.capability) & Q(kind__in=self.kinds, closed_at=None) & ~Q(pk=self.without)
        )


@dataclass(slots=True)
class Node:
    """One line of the tree; `children` None = not opened, `is_cut` = there are more than shown."""

    unit: OrgUnit
    children: list["Node"] | None = None
    is_cut: bool = False


@dataclass(slots=True)
class Offer:
    """Lines of a picker: `units` carry `may_choose` and `has_children`; `inside` = the unit looked into."""

    units: list[OrgUnit]
    paths: dict[int, str] = field(default_factory=dict)
    inside: OrgUnit | None = None
    up: int | None = None
    is_cut: bool = False


def search(scope: Scope, text: str, wanted: Wanted, *, limit: int = OFFERED) -> list[OrgUnit]:
    """Units that may be chosen: first those whose name or code begins with `text`, then those that hold it.

    Each part in the order of the tree. Two queries; the first goes by index.
    """
    inside = _marked(OrgUnit.objects.filter(wanted.q(scope)), scope, wanted)
    begins = inside.filter(queries.beginning_with(text))
    found = list(begins[:limit])
    if len(found) < limit:
        rest = queries.holding(inside, text).exclude(pk__in=[unit.pk for unit in found])
        found += rest[: limit - len(found)]
    return found


def offer(scope: Scope, wanted: Wanted, *, text: str = "", inside: OrgUnit | None = None) -> Offer:
    """What a picker shows for `text`, else the children of `inside`, else the units one holds a grant on."""
    if text:
        units = search(scope, text, wanted, limit=OFFERED + 1)
        return Offer(units[:OFFERED], queries.paths(units), is_cut=len(units) > OFFERED)
    if inside is None:
        return Offer(_topmost(list(_marked(_held(scope), scope, wanted))))
    below = queries.children(scope, inside).filter(closed_at=None)
    units = list(_marked(below, scope, wanted)[: OFFERED + 1])
    is_root = inside.pk in {grant.unit_id for grant in scope.grants}
    up = None if is_root else inside.parent_id
    return Offer(units[:OFFERED], inside=inside, up=up, is_cut=len(units) > OFFERED)


def tree(scope: Scope, opened: OrgUnit | None = None) -> list[Node]:
    """The units one holds grants on as a tree, opened down to `opened`. A query for each level opened."""
    roots = [Node(unit) for unit in _topmost(list(_with_children(_held(scope))))]
    if opened is not None:
        way = {unit.pk for unit in [*queries.visible_path(scope, opened), opened]}
    else:
        way = {root.unit.pk for root in roots} if len(roots) == 1 else set()
    level = roots
    while node := next((node for node in level if node.unit.pk in way), None):
        open_node(scope, node)
        level = node.children or []
    return roots


def open_node(scope: Scope, node: Node) -> Node:
    """Give the node its children, as far as the scope sees them. One query."""
    units = list(_with_children(queries.children(scope, node.unit))[: SHOWN + 1])
    node.children = [Node(unit) for unit in units[:SHOWN]]
    node.is_cut = len(units) > SHOWN
    return node


def _held(scope: Scope) -> QuerySet[OrgUnit]:
    return queries.units(scope).filter(pk__in={grant.unit_id for grant in scope.grants})


def _topmost(held: list[OrgUnit]) -> list[OrgUnit]:
    """Those of the units, in tree order, that stand below none of the others."""
    found: list[OrgUnit] = []
    for unit in held:
        if not (found and found[-1].tree_id == unit.tree_id and unit.lft < found[-1].rght):
            found.append(unit)
    return found


def _with_children(units: QuerySet[OrgUnit]) -> QuerySet[OrgUnit]:
    return units.annotate(has_children=Exists(OrgUnit.objects.filter(parent=OuterRef("pk"))))


def _marked(units: QuerySet[OrgUnit], scope: Scope, wanted: Wanted) -> QuerySet[OrgUnit]:
    chosen = Case(When(wanted.q(scope), then=Value(True)), default=Value(False), output_field=BooleanField())
    return _with_children(units).annotate(may_choose=chosen)
