"""The outline of a tree: what its figures are folded on.

Nineteen units of twenty are branches, and a branch has nothing below it to fold. The *nodes* of the
outline are the units above branch level and the regions (direct children of the province), which may be
branches. Every other branch is a *leaf*: what is counted of it is added to the node it hangs under. Pure.
"""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

from orgs.history import PastTree, Placed
from orgs.kinds import UnitKind

REGION_LEVEL = 1
Known = list[int | None]


@dataclass(frozen=True, slots=True)
class Outline:
    """`nodes` depth first, the root first; lists "over the nodes" stand in their order.

    `parents` and `last` say of each node which is above it (-1: none) and which is the last of its sub-tree;
    `node` and `leaf` name by the id of a unit the node that counts it.
    """

    nodes: list[Placed]
    parents: list[int]
    last: list[int]
    node: dict[int, int]
    leaf: dict[int, int]

    def upper(self) -> list[tuple[int, Placed]]:
        """The units above branch level, each with its number among the nodes."""
        return [(node, unit) for node, unit in enumerate(self.nodes) if unit.kind != UnitKind.BRANCH]

    def regions(self) -> list[tuple[int, Placed]]:
        """The direct children of the province, each with its number among the nodes."""
        return [(node, unit) for node, unit in enumerate(self.nodes) if unit.level == REGION_LEVEL]

    def gathered(self, counts: Iterable[tuple[int, int]]) -> list[int]:
        """Counts by unit id, added up over the nodes; units outside the tree are left out."""
        own = [0] * len(self.nodes)
        for unit_id, count in counts:
            node = self.node.get(unit_id, self.leaf.get(unit_id))
            if node is not None:
                own[node] += count
        return own

    def stated(self, figures: dict[int, int]) -> tuple[Known, Known]:
        """Stated figures by unit id, over the nodes: what each states itself, and the sum of its leaves."""
        own: Known = [None] * len(self.nodes)
        leaves: Known = [None] * len(self.nodes)
        for unit_id, figure in figures.items():
            if (node := self.leaf.get(unit_id)) is not None:
                leaves[node] = (leaves[node] or 0) + figure
            elif (node := self.node.get(unit_id)) is not None:
                own[node] = figure
        return own, leaves


def outline(tree: PastTree) -> Outline:
    """The outline of a tree."""
    nodes, branches = tree.units, tree.branches
    places = [unit.place for unit in nodes]
    last = [bisect_right(places, unit.last) - 1 for unit in nodes]
    node = {unit.unit_id: number for number, unit in enumerate(nodes)}
    leaf = dict(zip(branches.unit_id, branches.home, strict=True))
    for region in leaf.keys() & node.keys():
        del leaf[region]
    return Outline(nodes, [unit.parent for unit in nodes], last, node, leaf)
