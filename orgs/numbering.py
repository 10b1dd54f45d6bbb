"""Interval arithmetic of the organisation tree. Pure: no database.

Specification (design: house, section 3, Tree). A unit owns the numbers `lft … rght`; those of its
descendants lie strictly between. Numbers are plentiful, rows are dear: a unit that may have
children is given far more numbers than it needs, so that a child born later takes the next free
ones and no other row is touched.

- The least a unit needs: a branch 2 numbers; a unit that may hold others twice what its children
  need, and never less than LEAST.
- What it is given beyond that: a fair share of what its parent has free, but no more than its kind
  could ever use (WIDTHS). Shares shrink as the parent fills, so no parent is full all at once.
- When a parent lacks room all the same, its interval is doubled: n children cost log n doublings.

Numbers stay below LIMIT, well inside a BigInteger; whoever passes it gets `Overflow`.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from orgs.kinds import UnitKind

LIMIT = 2**62
ROOT_WIDTH = 2**60
SHARE = 64  # a new child takes at most one part in SHARE of what its parent has free
LEAST = 32
_BRANCH = UnitKind.BRANCH.value
_LEAF = 2  # what a branch takes

WIDTHS: dict[str, int] = {
    UnitKind.PROVINCE_COMMITTEE: ROOT_WIDTH,
    UnitKind.CITY_COMMITTEE: 2**48,
    UnitKind.COUNTY_COMMITTEE: 2**38,
    UnitKind.WORKING_COMMITTEE: 2**34,
    UnitKind.COMMITTEE: 2**28,
    UnitKind.GENERAL_BRANCH: 2**14,
    UnitKind.BRANCH: 2,
}


class NoRoom(Exception):
    """The interval is too narrow; `missing` numbers would have to be added."""

    def __init__(self, missing: int) -> None:
        super().__init__(f"{missing} numbers are missing")
        self.missing = missing


class Overflow(Exception):
    """The numbers would leave the BigInteger column."""


class Span(NamedTuple):
    """The numbers of one unit, both ends included."""

    lft: int
    rght: int

    @property
    def width(self) -> int:
        return self.rght - self.lft + 1


class Node(NamedTuple):
    """A unit as the database knows it: `parent` is the truth, the numbers are to be judged."""

    pk: int
    parent: int | None
    kind: str
    tree_id: int
    lft: int
    rght: int
    level: int


class Place(NamedTuple):
    """Where a unit belongs: its numbers and its depth below the root."""

    lft: int
    rght: int
    level: int


def lay_out(parents: Sequence[int], kinds: Sequence[str], free: Span) -> list[Span]:
    """Numbers for a forest inside the `free` ones, in one pass.

    The forest is given parents first: `parents[i]` is the index of unit i's parent, -1 for a root
    of the forest; siblings stand in their order. Linear in the number of units.
    Raises NoRoom when even the least does not fit.
    """
    children: dict[int, list[int]] = {}
    for index, parent in enumerate(parents):
        children.setdefault(parent, []).append(index)
    needs = _needs(parents, kinds)
    spans = [Span(0, 0)] * len(parents)
    _place(children.get(-1, []), free, needs, kinds, spans)
    for index, inside in children.items():
        if index >= 0:
            lft, rght = spans[index]
            _place(inside, Span(lft + 1, rght - 1), needs, kinds, spans)
    return spans


def growth(width: int, missing: int) -> int:
    """By how much a full interval is widened: it is doubled until `missing` more numbers fit."""
    grown = width
    while grown - width < missing:
        grown *= 2
    return grown - width


def guard(rght: int) -> int:
    """`rght` itself; raises Overflow when it would leave the column."""
    if rght >= LIMIT:
        raise Overflow(f"{rght} is beyond the last number of a tree")
    return rght


def lay_out_tree(parents: Sequence[int], kinds: Sequence[str]) -> list[Span]:
    """Numbers for a whole tree, the root first, from 1 upwards. Raises Overflow."""
    needed = _needs(parents, kinds)[0]
    last = guard(max(ROOT_WIDTH, needed))
    below = lay_out([parent - 1 for parent in parents[1:]], kinds[1:], Span(2, last - 1))
    return [Span(1, last), *below]


def renumber(nodes: Sequence[Node], root: int) -> dict[int, Place]:
    """New numbers, with room, for everything that hangs from `root` by its parent pointers.

    Siblings keep the order of their present `lft`, then of their keys. What the pointers do not
    connect with the root has no place and is left out. Linear but for sorting: 100 000 units in
    under half a second. Raises Overflow.
    """
    order, parents, levels = _depth_first(nodes, root)
    spans = lay_out_tree(parents, [node.kind for node in order])
    return {
        node.pk: Place(span.lft, span.rght, level)
        for node, span, level in zip(order, spans, levels, strict=True)
    }


def find_faults(nodes: Sequence[Node]) -> list[tuple[int, str]]:
    """What is wrong with the numbers of one tree, judged by its parent pointers: (key, what).

    A tree without a finding is a nested set: every unit lies inside its parent, and no two
    siblings share a number. Linear but for sorting.
    """
    by_pk = {node.pk: node for node in nodes}
    roots = [node for node in nodes if node.parent is None]
    faults = [(node.pk, "another root of this tree") for node in roots[1:]]
    siblings: dict[int | None, list[Node]] = {}
    for node in sorted(nodes, key=lambda node: (node.lft, node.pk)):
        siblings.setdefault(node.parent, []).append(node)
        parent = by_pk.get(node.parent) if node.parent is not None else None
        faults += [(node.pk, what) for what in _own_faults(node, parent)]
    for parent_pk, group in siblings.items():
        if parent_pk is not None:
            faults += [
                (right.pk, f"overlaps its sibling {left.pk}")
                for left, right in pairwise(group)
                if right.lft <= left.rght
            ]
    reached = {node.pk for root in roots for node in _depth_first(nodes, root.pk)[0]}
    faults += [(node.pk, "does not hang from the root") for node in nodes if node.pk not in reached]
    return faults


def _own_faults(node: Node, parent: Node | None) -> list[str]:
    """What is wrong with one unit beside its parent."""
    if node.lft >= node.rght:
        return [f"lft {node.lft} is not below rght {node.rght}"]
    if node.parent is None:
        return [] if node.level == 0 else [f"a root at level {node.level}"]
    if parent is None or parent.tree_id != node.tree_id:
        return ["its parent stands in another tree"]
    faults = []
    if node.level != parent.level + 1:
        faults.append(f"level {node.level} under level {parent.level}")
    if not parent.lft < node.lft < node.rght < parent.rght:
        faults.append(f"{node.lft}…{node.rght} is not inside {parent.lft}…{parent.rght}")
    return faults


def _depth_first(nodes: Sequence[Node], root: int) -> tuple[list[Node], list[int], list[int]]:
    """The tree under `root`, parents first: nodes, index of each one's parent, levels."""
    children: dict[int | None, list[Node]] = {}
    for node in sorted(nodes, key=lambda node: (node.lft, node.pk), reverse=True):
        children.setdefault(node.parent, []).append(node)
    stack = [(node, -1, 0) for node in children.get(None, []) if node.pk == root]
    order: list[Node] = []
    parents: list[int] = []
    levels: list[int] = []
    while stack:
        node, parent, level = stack.pop()
        index = len(order)
        order.append(node)
        parents.append(parent)
        levels.append(level)
        stack.extend((child, index, level + 1) for child in children.get(node.pk, ()))
    return order, parents, levels


def _needs(parents: Sequence[int], kinds: Sequence[str]) -> list[int]:
    """How many numbers each unit needs at least, its sub-tree and some room included."""
    below = [0] * len(parents)
    needs = [_LEAF] * len(parents)
    for index in range(len(parents) - 1, -1, -1):
        if below[index] or kinds[index] != _BRANCH:
            needs[index] = max(LEAST, 2 * (below[index] + 2))
        if parents[index] >= 0:
            below[parents[index]] += needs[index]
    return needs


def _place(
    siblings: Sequence[int], free: Span, needs: Sequence[int], kinds: Sequence[str], spans: list[Span]
) -> None:
    """Give the siblings their numbers from the start of `free`; half of it stays free if it can."""
    if not siblings:
        return
    least = sum(needs[index] for index in siblings)
    if least > free.width:
        raise NoRoom(least - free.width)
    share = free.width // max(SHARE, 2 * len(siblings))
    widths = [
        _LEAF if needs[index] == _LEAF else max(needs[index], min(share, WIDTHS[kinds[index]]))
        for index in siblings
    ]
    if sum(widths) > free.width:
        widths = [needs[index] for index in siblings]
    lft = free.lft
    for index, width in zip(siblings, widths, strict=True):
        spans[index] = Span(lft, lft + width - 1)
        lft += width
