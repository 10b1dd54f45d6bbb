"""The organisation tree at the size of a province, beside stock django-mptt at the same size.

Every time of ours includes what a user waits for: scope, rules, locks, placements, audit entry,
COMMIT. The peer is an ordinary MPTT model with as many rows of like width: `create` under a parent,
which keeps no periods, asks nobody and takes no lock. Forty at once it can only do one by one.
"""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count as counting

from django.core.management.color import no_style
from django.db import connection, models
from mptt.models import MPTTModel, TreeForeignKey

from zhtj.lib import days

from orgs import actions, numbering, tree
from orgs.kinds import Industry
from orgs.kinds import UnitKind as K
from orgs.models import OrgUnit
from orgs.tree import NewUnit

from tests import world
from tests.bench.frame import Result, seconds, timed

SIZES = {"small": (2_000, 10_000), "full": (10_000, 100_000)}
BRANCHES = 12  # in a committee
COMMITTEES = 40  # in a county
COUNTIES = 10  # in a city
MOVED = 40  # branches of a committee that moves


def run(size: str) -> list[Result]:
    """Everything at two sizes; a few minutes at full size, most of it the peer's."""
    return [result for units in SIZES[size] for result in _at_size(units)]


def _at_size(units: int) -> Iterator[Result]:
    def result(what: str, times: list[float], bar: str = "", peer: list[float] | None = None) -> Result:
        return Result(f"tree: {what}", units, "units", times, peer=peer or [], bar=bar)

    ours = Province(units)
    with stock_model() as model:
        peer = Stock(model, ours)
        one, forty = timed(lambda: peer.create(1), 9), timed(lambda: peer.create(40), 1)
    yield result("plant all", [ours.planted])
    yield result("one new unit", timed(lambda: ours.create(1), 200), "< 10 ms", one)
    yield result("40 branches at once", timed(lambda: ours.create(40), 20), "< 50 ms", forty)
    yield result("graft 600", timed(lambda: ours.create(600), 5), "< 1 s")
    yield result("move a committee of 40", [ours.move() for _ in range(20)], "< 1.5 s")
    nodes = tree.nodes(ours.root.tree_id)
    yield result("number anew, in memory", timed(lambda: numbering.renumber(nodes, ours.root.pk), 5))
    yield result("compare with the pointers", timed(lambda: tree.faults(ours.root.tree_id), 3))
    yield result("repair, every number wrong", [ours.repair()])


class Province:
    """A province of so many units, and its administrator."""

    def __init__(self, units: int) -> None:
        self._rng = random.Random(units)
        self._serial = counting(1)
        self.units: list[OrgUnit] = []
        self.planted = seconds(lambda: self._plant(units))
        self.root = self.units[0]
        self.committees = [unit for unit in self.units if unit.kind == K.COMMITTEE]
        self._counties = [unit for unit in self.units if unit.kind == K.COUNTY_COMMITTEE]
        self._actor = world.actor(world.account(self.root))

    def _plant(self, units: int) -> None:
        self.units = tree.graft(None, [forest(units)], at=days.now())

    def create(self, count: int) -> None:
        """`count` branches under some committee."""
        number = next(self._serial)
        news = [NewUnit(f"新{number}-{each}团支部", K.BRANCH) for each in range(count)]
        actions.create_units(self._actor, parent=self._rng.choice(self.committees), forest=news)

    def move(self) -> float:
        """A committee with its branches to another county; only the move is timed."""
        branches = [NewUnit(f"{each}团支部", K.BRANCH) for each in range(MOVED)]
        new = NewUnit(f"迁{next(self._serial)}团委", K.COMMITTEE, industry=Industry.RURAL, children=branches)
        here, there = self._rng.sample(self._counties, 2)
        moving, *_ = actions.create_units(self._actor, parent=here, forest=[new])
        return seconds(lambda: actions.move_unit(self._actor, unit=moving, new_parent=there))

    def repair(self) -> float:
        """After every number has been made wrong."""
        OrgUnit.objects.filter(tree_id=self.root.tree_id).update(rght=models.F("lft") + 1, level=0)
        return seconds(lambda: tree.repair(self.root.tree_id))


def forest(units: int) -> NewUnit:
    """One province of exactly so many units: cities, counties, schools, branches, filled in order."""
    left = iter(range(units - 1))
    root = NewUnit(f"测试{units}团省委", K.PROVINCE_COMMITTEE, code=f"B{units}-")
    for city in counting():
        if next(left, None) is None:
            return root
        root.children.append(NewUnit(f"{city}团市委", K.CITY_COMMITTEE))
        for county in range(COUNTIES):
            if next(left, None) is None:
                return root
            root.children[-1].children.append(_county(county, left))
    return root


def _county(number: int, left: Iterator[int]) -> NewUnit:
    county = NewUnit(f"{number}团县委", K.COUNTY_COMMITTEE)
    for each in range(COMMITTEES):
        if next(left, None) is None:
            break
        branches = [NewUnit(f"{n}班团支部", K.BRANCH) for n, _ in zip(range(BRANCHES), left, strict=False)]
        school = NewUnit(f"{each}中团委", K.COMMITTEE, industry=Industry.HIGH_SCHOOL, children=branches)
        county.children.append(school)
    return county


# --- the peer ---------------------------------------------------------------------------------


class StockUnit(MPTTModel):
    """A unit as django-mptt's manual has it."""

    parent = TreeForeignKey("self", models.CASCADE, null=True, related_name="children")
    code = models.CharField(max_length=40, unique=True)
    short_name = models.CharField(max_length=60, db_index=True)
    kind = models.CharField(max_length=20)

    class Meta:
        app_label = "bench"


@contextmanager
def stock_model() -> Iterator[type[StockUnit]]:
    """The peer's table, for as long as it is needed."""
    with connection.schema_editor() as editor:
        editor.create_model(StockUnit)
    try:
        yield StockUnit
    finally:
        with connection.schema_editor() as editor:
            editor.delete_model(StockUnit)


class Stock:
    """The same tree, densely numbered."""

    def __init__(self, model: type[StockUnit], ours: Province) -> None:
        self._model = model
        self._rng = random.Random(1)
        self._serial = counting(1)
        ends = [0] * len(ours.units)
        index = {unit.pk: place for place, unit in enumerate(ours.units)}
        for place in range(len(ours.units) - 1, 0, -1):  # how many units lie below each
            ends[index[ours.units[place].parent_id]] += ends[place] + 1
        model.objects.bulk_create(
            [
                model(
                    pk=unit.pk,
                    parent_id=unit.parent_id,
                    code=unit.code,
                    short_name=unit.short_name,
                    kind=unit.kind,
                    tree_id=1,
                    level=unit.level,
                    lft=2 * place - unit.level + 1,
                    rght=2 * (place + ends[place]) - unit.level + 2,
                )
                for place, unit in enumerate(ours.units)
            ],
            batch_size=2000,
        )
        _go_on_above(model)
        self._committees = [unit.pk for unit in ours.committees]

    def create(self, count: int) -> None:
        parent_pk = self._rng.choice(self._committees)
        for _ in range(count):
            number = next(self._serial)
            self._model.objects.create(
                parent=self._model.objects.get(pk=parent_pk),
                code=f"new-{number}",
                short_name=f"新{number}团支部",
                kind=K.BRANCH,
            )


def _go_on_above(model: type[models.Model]) -> None:
    """After rows were inserted with ids of one's own: the sequence goes on above them."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), [model]):
            cursor.execute(statement)
