"""The organisation tree at the size of a province, beside stock django-mptt at the same size.

Every time includes what a user waits for: scope, rules, locks, placements, audit entry, COMMIT.
The peer is an ordinary MPTT model with as many rows of like width: `insert_node` and a save, which
keeps no periods and takes no lock. Forty at once it can only do one by one.
"""

import random
from collections.abc import Iterator

from django.db import connection, models, transaction
from mptt.models import MPTTModel, TreeForeignKey

from zhtj.lib import days

from orgs import actions, numbering, tree
from orgs.kinds import Industry
from orgs.kinds import UnitKind as K
from orgs.models import OrgUnit
from orgs.numbering import Node
from orgs.tree import NewUnit

from tests import world
from tests.bench.frame import Result, seconds, timed

SIZES = {"small": (2_000, 10_000), "full": (10_000, 100_000)}
BRANCHES = 12  # in a committee
COMMITTEES = 40  # in a county
COUNTIES = 10  # in a city
RUNS = 200  # of what takes milliseconds


def run(size: str) -> list[Result]:
    """Everything at two sizes; about four minutes at full size, most of it the peer's."""
    results = []
    for count in SIZES[size]:
        with connection.cursor() as cursor:  # what an earlier size left behind
            cursor.execute("DELETE FROM orgs_unitplacement" if connection.vendor == "sqlite" else "SELECT 1")
        bench = Province(count)
        results += bench.results()
    return results


class Province:
    """A province of `count` units and its administrator."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.rng = random.Random(count)
        self.planted = seconds(lambda: self._plant(count))
        self.actor = world.actor(world.account(self.root))
        self.serial = 0

    def _plant(self, count: int) -> None:
        self.root, *rest = tree.graft(None, [province(count)], at=days.now())
        self.committees = [unit for unit in rest if unit.kind == K.COMMITTEE]
        self.counties = [unit for unit in rest if unit.kind == K.COUNTY_COMMITTEE]

    def results(self) -> list[Result]:
        with stock(self.count) as peer:
            one, forty = peer.timed(1, runs=9), peer.timed(40, runs=1)
        return [
            self._result("tree: plant all", [self.planted], ""),
            self._result("tree: one new unit", timed(lambda: self.create(1), RUNS), "< 10 ms", one),
            self._result("tree: 40 branches at once", timed(lambda: self.create(40), 20), "< 50 ms", forty),
            self._result("tree: graft 600", timed(lambda: self.create(600), 5), "< 1 s"),
            self._result("tree: move a committee of 40", timed(self.move, 20), "< 1.5 s"),
            self._result("tree: number anew in memory", timed(self.renumber, 3), ""),
            self._result("tree: compare", timed(lambda: tree.faults(self.root.tree_id), 3), ""),
            self._result("tree: repair", [self.repair()], ""),
        ]

    def _result(self, what: str, times: list[float], bar: str, peer: list[float] | None = None) -> Result:
        return Result(what, self.count, "units", times, peer=peer or [], bar=bar)

    def create(self, count: int) -> None:
        """`count` branches under some committee, as its superior creates them."""
        self.serial += 1
        forest = [NewUnit(f"新{self.serial}-{number}团支部", K.BRANCH) for number in range(count)]
        actions.create_units(self.actor, parent=self.rng.choice(self.committees), forest=forest)

    def move(self) -> None:
        """A committee with forty branches to another county."""
        self.serial += 1
        branches = [NewUnit(f"{number}团支部", K.BRANCH) for number in range(40)]
        new = NewUnit(f"迁{self.serial}团委", K.COMMITTEE, industry=Industry.RURAL, children=branches)
        here, there = self.rng.sample(self.counties, 2)
        moving, *_ = actions.create_units(self.actor, parent=here, forest=[new])
        actions.move_unit(self.actor, unit=moving, new_parent=there)

    def renumber(self) -> None:
        numbering.renumber(self._nodes(), self.root.pk)

    def repair(self) -> float:
        """After every number has been made wrong."""
        OrgUnit.objects.filter(tree_id=self.root.tree_id).update(rght=models.F("lft") + 1, level=0)
        return seconds(lambda: tree.repair(self.root.tree_id))

    def _nodes(self) -> list[Node]:
        rows = OrgUnit.objects.filter(tree_id=self.root.tree_id)
        return [
            Node(*row)
            for row in rows.values_list("pk", "parent_id", "kind", "tree_id", "lft", "rght", "level")
        ]
