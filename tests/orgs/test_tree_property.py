"""Random births, moves, merges, closings, reopenings and repairs against a plain model: parent pointers,
lists of children, a set of what is closed."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zhtj.desk import reshape
from zhtj.lib import days
from zhtj.lib.problems import Refused

from orgs import tree
from orgs.kinds import ALLOWED_CHILDREN, LEADING_ORGANS, MAX_DEPTH, NEED_INDUSTRY, Industry
from orgs.models import OrgUnit, UnitPlacement
from orgs.scopes import Actor
from orgs.tree import NewUnit

from tests import world

pytestmark = pytest.mark.django_db

births = st.tuples(st.just("birth"), st.integers(0), st.lists(st.integers(0), min_size=1, max_size=6))
moves = st.tuples(st.just("move"), st.integers(0), st.integers(0))
merges = st.tuples(st.just("merge"), st.integers(0), st.integers(0))
closings = st.tuples(st.sampled_from(("close", "reopen")), st.integers(0), st.just(0))
repairs = st.tuples(st.just("repair"), st.integers(0), st.integers(0))


class Model:
    """What the tree should be."""

    def __init__(self, root: OrgUnit) -> None:
        self.root = root.pk
        self.kinds: dict[int, str] = {root.pk: root.kind}
        self.parents: dict[int, int | None] = {root.pk: None}
        self.children: dict[int, list[int]] = {root.pk: []}
        self.closed: set[int] = set()

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

    def merged(self, source: int, target: int) -> None:
        for child in self.open_children(source):
            self.moved(child, target)
        self.closed.add(source)

    def may_merge(self, source: int, target: int) -> bool:
        """No name is given twice (see `forest`), so that names never stand in the way."""
        same_kind = self.kinds[source] == self.kinds[target] and self.kinds[source] not in LEADING_ORGANS
        are_open = not {source, target} & self.closed
        apart = source != target and target not in self.descendants(source)
        deepest = max(
            (
                len(self.ancestors(pk)) - len(self.ancestors(source))
                for child in self.open_children(source)
                for pk in [child, *self.descendants(child)]
            ),
            default=0,
        )
        return same_kind and are_open and apart and len(self.ancestors(target)) + deepest < MAX_DEPTH

    def may_close(self, pk: int) -> bool:
        is_closed = pk in self.closed
        return not is_closed and self.kinds[pk] not in LEADING_ORGANS and not self.open_children(pk)

    def may_reopen(self, pk: int) -> bool:
        return pk in self.closed and self.parents[pk] not in self.closed

    def open_children(self, pk: int) -> list[int]:
        return [child for child in self.children[pk] if child not in self.closed]

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
    new = NewUnit(f"{name}-{len(picks)}", below, industry=Industry.RURAL if below in NEED_INDUSTRY else "")
    if picks[0] % 2:
        new.children = forest(below, level + 1, picks[1:], name)
        return [new]
    return [new, *forest(kind, level, picks[1:], name)]


def apply(model: Model, actor: Actor, step: int, deed: tuple[str, int, Any]) -> None:
    """Do one thing to both; what the tree refuses changes neither."""
    what, first, second = deed
    unit = OrgUnit.objects.get(pk=model.pick(first))
    match what:
        case "birth":
            bear(model, unit, forest(unit.kind, unit.level + 1, second, f"第{step}批"))
        case "move":
            parent = OrgUnit.objects.get(pk=model.pick(second))
            if done(tree.move, unit, parent, at=days.now()):
                model.moved(unit.pk, parent.pk)
        case "merge" if unit.pk != model.root:
            target = OrgUnit.objects.get(pk=model.pick(second))
            if target.pk == model.root:
                return
            expected = model.may_merge(unit.pk, target.pk)
            assert done(reshape.merge_units, actor, source=unit, target=target) is expected
            if expected:
                model.merged(unit.pk, target.pk)
        case "close" if unit.pk != model.root:
            expected = model.may_close(unit.pk)
            assert done(reshape.close_unit, actor, unit=unit) is expected
            model.closed |= {unit.pk} if expected else set()
        case "reopen" if unit.pk != model.root:
            expected = model.may_reopen(unit.pk)
            assert done(reshape.reopen_unit, actor, unit=unit) is expected
            model.closed -= {unit.pk} if expected else set()
        case "repair":
            repair(model, unit, first, second)


def done(deed: Callable[..., Any], *args: Any, **kwargs: Any) -> bool:
    """Was it done? A refusal leaves nothing behind."""
    try:
        with transaction.atomic():
            deed(*args, **kwargs)
    except Refused:
        return False
    return True


def bear(model: Model, unit: OrgUnit, news: list[NewUnit]) -> None:
    if unit.pk in model.closed:
        assert not done(tree.graft, unit, news, at=days.now())
        return
    for new in tree.graft(unit, news, at=days.now()):
        model.born(new)


def repair(model: Model, unit: OrgUnit, first: int, second: int) -> None:
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
        assert unit.is_open is (pk not in model.closed)
    placed = UnitPlacement.objects.filter(until_at=None).values_list("unit_id", "parent_id")
    assert dict(placed) == {pk: parent for pk, parent in model.parents.items() if pk not in model.closed}


@settings(
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(st.one_of(births, births, births, moves, merges, merges, closings, repairs), max_size=14))
def test_the_tree_is_what_the_pointers_say_after_anything(narrow, deeds):
    with transaction.atomic():
        root = world.province()
        model = Model(root)
        actor = world.actor(world.account(root))
        for step, deed in enumerate(deeds):
            apply(model, actor, step, deed)
            assert tree.faults(root.tree_id) == []
        assert_same(model)
        transaction.set_rollback(True)
