"""Random births, moves and repairs against a plain model: parent pointers and lists of children."""

from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zhtj.lib import days
from zhtj.lib.problems import Refused

from orgs import tree
from orgs.kinds import ALLOWED_CHILDREN, MAX_DEPTH, Industry, UnitKind
from orgs.models import OrgUnit
from orgs.tree import NewUnit

from tests import world

pytestmark = pytest.mark.django_db

births = st.tuples(st.just("birth"), st.integers(0), st.lists(st.integers(0), min_size=1, max_size=6))
moves = st.tuples(st.just("move"), st.integers(0), st.integers(0))
repairs = st.tuples(st.just("repair"), st.integers(0), st.integers(0))


class Model:
    """What the tree should be."""

    def __init__(self, root: OrgUnit) -> None:
        self.root = root.pk
        self.kinds: dict[int, str] = {root.pk: root.kind}
        self.parents: dict[int, int | None] = {root.pk: None}
        self.children: dict[int, list[int]] = {root.pk: []}

    def born(self, unit: OrgUnit) -> None:
        self.kinds[unit.pk] = unit.kind
        self.parents[unit.pk] = unit.parent_id
        self.children[unit.pk] = []
        self.children[unit.parent_id].append(unit.pk)

    def moved(self, pk: int, parent: int) -> None:
        if self.parents[pk] != parent:
            self.children[self.parents[pk]].remove(pk)
            self.children[parent].append(pk)
            self.parents[pk] = parent

    def ancestors(self, pk: int) -> list[int]:
        above = []
        while (pk := self.parents[pk]) is not None:
            above.append(pk)
        return above[::-1]

    def descendants(self, pk: int) -> list[int]:
        below = []
        for child in self.children[pk]:
            below += [child, *self.descendants(child)]
        return below

    def pick(self, number: int) -> int:
        return list(self.kinds)[number % len(self.kinds)]


def forest(kind: str, level: int, picks: list[int], name: str) -> list[NewUnit]:
    """A chain or a row of new units below a unit of `kind`, as the picks have it."""
    allowed = sorted(ALLOWED_CHILDREN[kind])
    if not picks or not allowed or level >= MAX_DEPTH:
        return []
    below = allowed[picks[0] % len(allowed)]
    new = NewUnit(f"{name}-{len(picks)}", below, industry="" if below == UnitKind.BRANCH else Industry.RURAL)
    if picks[0] % 2:
        new.children = forest(below, level + 1, picks[1:], name)
        return [new]
    return [new, *forest(kind, level, picks[1:], name)]


def apply(model: Model, step: int, deed: tuple[str, int, Any]) -> None:
    """Do one thing to both; what the tree refuses changes neither."""
    what, first, second = deed
    unit = OrgUnit.objects.get(pk=model.pick(first))
    if what == "birth":
        news = forest(unit.kind, unit.level + 1, second, f"第{step}批")
        for new in tree.graft(unit, news, at=days.now()):
            model.born(new)
    elif what == "move":
        parent = OrgUnit.objects.get(pk=model.pick(second))
        try:
            with transaction.atomic():
                tree.move(unit, parent, at=days.now())
        except Refused:
            return
        model.moved(unit.pk, parent.pk)
    else:
        OrgUnit.objects.filter(pk=unit.pk).update(lft=first % 50, rght=first % 50 + second % 50 + 1)
        tree.repair(unit.tree_id)
        # A repair keeps the order of siblings by what their numbers say, however wrong.
        for siblings in model.children.values():
            place = dict(OrgUnit.objects.filter(pk__in=siblings).values_list("pk", "lft"))
            siblings.sort(key=place.__getitem__)


def assert_same(model: Model) -> None:
    units = {unit.pk: unit for unit in OrgUnit.objects.all()}
    assert units.keys() == model.kinds.keys()
    assert list(units) == [model.root, *model.descendants(model.root)]
    for pk, unit in units.items():
        below = model.descendants(pk)
        assert [found.pk for found in unit.get_descendants()] == below
        assert [found.pk for found in unit.get_ancestors()] == model.ancestors(pk)
        assert [found.pk for found in unit.get_leafnodes()] == [
            leaf for leaf in below if not model.children[leaf]
        ]
        assert unit.level == len(model.ancestors(pk))


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(st.one_of(births, births, moves, repairs), max_size=12))
def test_the_tree_is_what_the_pointers_say_after_anything(narrow, deeds):
    with transaction.atomic():
        root = world.province()
        model = Model(root)
        for step, deed in enumerate(deeds):
            apply(model, step, deed)
            assert tree.faults(root.tree_id) == []
        assert_same(model)
        transaction.set_rollback(True)
