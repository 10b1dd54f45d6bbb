"""The tree of a past moment, drawn again from the placements.

Specification (design: house, section 3, History). A placement says what a unit was called and where
it stood, from when until when. The tree *as of* a moment is the photograph taken just before it:
what was placed before it and not yet replaced by then (`from_at < as_of <= until_at`), so a unit
moved at the very moment is seen once, in its old place. Siblings stand in the order they were
created, which no later move changes: the same moment always gives the same tree.
"""

import datetime as dt
from dataclasses import dataclass
from itertools import repeat
from typing import NamedTuple

from django.db.models import Q

from orgs.models import OrgUnit, UnitPlacement


class Placed(NamedTuple):
    """One unit as it stood. `place` numbers the units depth first; `parent` is the place above (-1: root).

    `last` is the last place inside its sub-tree.
    """

    place: int
    last: int
    parent: int
    level: int
    unit_id: int
    code: str
    short_name: str
    kind: str
    unit_class: str
    domain: str


@dataclass(frozen=True, slots=True)
class PastTree:
    """`units` depth first, the root first. `elsewhere`: ids placed in other trees. `strays`: ids whose
    superior had no place that day; there should be none."""

    units: list[Placed]
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


def tree_as_of(root: OrgUnit, moment: dt.datetime) -> PastTree:
    """The tree under `root` as it stood just before `moment`. One query; linear in the number of units."""
    rows = (
        UnitPlacement.objects.filter(as_of(moment))
        .order_by("unit_id")
        .values_list("unit_id", "parent_id", "unit__code", "short_name", "kind", "unit_class", "domain")
    )
    cards: dict[int, tuple[str, ...]] = {}
    children: dict[int | None, list[int]] = {}
    for row in rows:
        unit_id, parent_id = row[:2]
        cards[unit_id] = row[2:]
        children.setdefault(parent_id, []).append(unit_id)
    units = _depth_first(root.pk, cards, children) if root.pk in cards else []
    if len(units) == len(cards):
        return PastTree(units, frozenset(), frozenset())
    inside = {unit.unit_id for unit in units}
    rooted = _reached(children.get(None, []), children)
    return PastTree(units, frozenset(rooted - inside), frozenset(cards.keys() - rooted - inside))


def _depth_first(
    root_id: int, cards: dict[int, tuple[str, ...]], children: dict[int | None, list[int]]
) -> list[Placed]:
    """The sub-tree of `root_id`, numbered. Two passes: places first, then the end of each sub-tree."""
    order: list[tuple[int, int, int]] = []  # unit, index of its parent, level
    stack = [(root_id, -1, 0)]
    while stack:
        unit_id, _, level = step = stack.pop()
        if below := children.get(unit_id):
            stack.extend(zip(reversed(below), repeat(len(order)), repeat(level + 1)))
        order.append(step)
    last = list(range(len(order)))
    for index in range(len(order) - 1, 0, -1):
        parent = order[index][1]
        if last[index] > last[parent]:
            last[parent] = last[index]
    return [
        Placed._make((index, end, parent, level, unit_id, *cards[unit_id]))
        for index, (end, (unit_id, parent, level)) in enumerate(zip(last, order, strict=True))
    ]


def _reached(roots: list[int], children: dict[int | None, list[int]]) -> set[int]:
    reached: set[int] = set()
    stack = list(roots)
    while stack:
        unit_id = stack.pop()
        reached.add(unit_id)
        stack.extend(children.get(unit_id, ()))
    return reached
