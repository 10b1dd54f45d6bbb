"""The tree of a past moment, drawn again from the placements.

Specification (design: house, section 3, History). A placement says what a unit was called and where
it stood, from when until when. The tree *as of* a moment is the photograph taken just before it:
what was placed before it and not yet replaced by then (`from_at < as_of <= until_at`), so a unit
moved at the very moment is seen once, in its old place. Under a superior its branches stand first, then
its units, each in the order they were created, which no later move changes: the same moment always gives
the same tree.

Nineteen units of twenty are branches, and nothing hangs under a branch: only the units above are drawn
one by one (`Placed`). Branches are handed on as the columns they came in.
"""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from itertools import chain, repeat
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet

from zhtj.lib import bulk

from orgs.kinds import UnitKind
from orgs.models import OrgUnit, UnitPlacement

Row = tuple[Any, ...]  # unit, parent, code, short_name, kind, unit_class, domain
Below = dict[int | None, list[Row]]


class Placed(NamedTuple):
    """One unit as it stood. `place` numbers units and branches together, depth first; `last` is the last
    place inside its sub-tree; `parent` is the index of the unit above (-1: root).
    """

    place: int
    last: int
    parent: int
    level: int
    unit_id: int
    parent_id: int | None
    code: str
    short_name: str
    kind: str
    unit_class: str
    domain: str


class Branches(NamedTuple):
    """All branches of a tree in the order of their places, column by column.

    `home` is the index of the unit each hangs under, or of the branch itself where it is one of the `units`.
    """

    place: list[int]
    home: list[int]
    unit_id: list[int]
    parent_id: list[int]
    code: list[str]
    short_name: list[str]
    unit_class: list[str]
    domain: list[str]


@dataclass(frozen=True, slots=True)
class PastTree:
    """`units` depth first, the root first: those above branch level and the branches directly under the root.
    `elsewhere`: ids placed in other trees. `strays`: ids whose superior had no place that day; there should
    be none."""

    units: list[Placed]
    branches: Branches
    elsewhere: frozenset[int]
    strays: frozenset[int]


def as_of(moment: dt.datetime, path: str = "") -> Q:
    """The predicate for periods that held just before `moment`; `path` leads to the period."""
    prefix = f"{path}__" if path else ""
    until = Q(**{f"{prefix}until_at": None}) | Q(**{f"{prefix}until_at__gte": moment})
    return Q(**{f"{prefix}from_at__lt": moment}) & until


def existed(unit: OrgUnit, moment: dt.datetime) -> bool:
    """Had `unit` a place just before `moment`? One query."""
    return UnitPlacement.objects.filter(as_of(moment), unit=unit).exists()


def placed_since(moment: dt.datetime) -> QuerySet[Any, Any]:
    """The ids of the units that were placed anew at `moment` or since, for a subquery: founded, moved,
    renamed, opened again, or in another domain. Every other open unit stands under the superior it had as
    of `moment`. By index.
    """
    return UnitPlacement.objects.filter(from_at__gte=moment).order_by().values_list("unit").distinct()


def tree_as_of(root: OrgUnit, moment: dt.datetime) -> PastTree:
    """The tree under `root` as it stood just before `moment`. One query; linear in the number of units."""
    placed = UnitPlacement.objects.filter(as_of(moment)).order_by()
    columns = ("unit_id", "parent_id", "unit__code", "short_name", "kind", "unit_class", "domain")
    return drawn(root.pk, bulk.fetched(placed.values_list(*columns)))


def drawn(root_id: int, rows: list[Row]) -> PastTree:
    """The tree under `root_id` of what was placed, told in any order. Pure."""
    units: Below = defaultdict(list)
    branches: Below = defaultdict(list)
    kind = UnitKind.BRANCH.value
    for row in rows:
        (branches if row[4] == kind else units)[row[1]].append(row)
    for siblings in chain(units.values(), branches.values()):
        siblings.sort()  # by the id of the unit: as they were created
    placed = _depth_first(root_id, units, branches)
    columns = _columns(placed, branches)
    inside = {unit.unit_id for unit in placed}.union(columns.unit_id)
    if len(inside) == len(rows):
        return PastTree(placed, columns, frozenset(), frozenset())
    rooted = _reached(units, branches)
    everyone = {row[0] for row in rows}
    return PastTree(placed, columns, frozenset(rooted - inside), frozenset(everyone - rooted - inside))


def _depth_first(root_id: int, units: Below, branches: Below) -> list[Placed]:
    """The units of the sub-tree of `root_id`, numbered. Two passes: places first, then the end of each
    sub-tree. The branches of a unit take the places right behind its own."""
    order: list[tuple[int, int, int, Row]] = []  # place, index of its parent, level, row
    stack = [(-1, 0, row) for row in units[None] if row[0] == root_id]
    place = 0
    last: list[int] = []
    while stack:
        parent, level, row = stack.pop()
        order.append((place, parent, level, row))
        below, leaves = units.get(row[0], []), branches.get(row[0], [])
        if level == 0:  # of the root each is a unit of its own
            below, leaves = leaves + below, []
        stack.extend(zip(repeat(len(order) - 1), repeat(level + 1), reversed(below)))
        last.append(place + len(leaves))
        place = last[-1] + 1
    for index in range(len(order) - 1, 0, -1):
        parent = order[index][1]
        last[parent] = max(last[parent], last[index])
    return [
        Placed._make((place, end, parent, level, *row))
        for end, (place, parent, level, row) in zip(last, order, strict=True)
    ]


def _columns(units: list[Placed], branches: Below) -> Branches:
    """The branches of all these units. Slices and no single steps: a province has 92 000."""
    place: list[int] = []
    home: list[int] = []
    rows: list[Row] = []
    for index, unit in enumerate(units):
        if unit.kind == UnitKind.BRANCH:
            here, first = [unit[4:]], unit.place
        else:
            here, first = branches.get(unit.unit_id, []) if unit.level else [], unit.place + 1
        place += range(first, first + len(here))
        home += repeat(index, len(here))
        rows += here
    columns = map(list, zip(*rows, strict=True)) if rows else ([] for _ in Placed._fields[4:])
    unit_id, parent_id, code, short_name, _, unit_class, domain = columns
    return Branches(place, home, unit_id, parent_id, code, short_name, unit_class, domain)


def _reached(units: Below, branches: Below) -> set[int]:
    """The ids of all that hang together under whatever root."""
    reached: set[int] = set()
    stack: list[int | None] = [None]
    while stack:
        above = stack.pop()
        for row in chain(units.get(above, ()), branches.get(above, ())):
            reached.add(row[0])
            stack.append(row[0])
    return reached
