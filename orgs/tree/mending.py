"""Comparing the numbers with the parent pointers, and numbering anew."""

from collections.abc import Sequence
from typing import NamedTuple

from django.db import connection, transaction
from django.db.models import Max, Q

from zhtj.lib import locks

from orgs import numbering
from orgs.models import OrgUnit
from orgs.numbering import Node

PLANTING = "trees"  # the lock of whoever starts a new tree
_COLUMNS = ("tree_id", "lft", "rght", "level")


class Fault(NamedTuple):
    """A unit whose numbers disagree with its parent pointer."""

    unit_id: int
    code: str
    short_name: str
    what: str


def faults(tree_id: int) -> list[Fault]:
    """Where the numbers of one tree disagree with the parent pointers. One query, two if any.

    Reads the whole tree: about 1 s for 100 000 units.
    """
    found = numbering.find_faults(_nodes(Q(tree_id=tree_id) | Q(parent__tree_id=tree_id)))
    names = OrgUnit.objects.in_bulk({pk for pk, _ in found}) if found else {}
    return [Fault(pk, names[pk].code, names[pk].short_name, what) for pk, what in found]


def repair(tree_id: int) -> int:
    """Number the tree anew from its parent pointers, with room; how many units changed.

    A second root found under the same number gets a tree of its own. Pointers are never changed: a
    ring of units that hang from each other stays a fault. Holds every tree's exclusive lock; reads
    and may write the whole tree (about 4 s for 100 000 units on PostgreSQL).
    """
    with transaction.atomic():
        locks.exclusive(PLANTING)
        for other in sorted(OrgUnit.objects.order_by().values_list("tree_id", flat=True).distinct()):
            locks.exclusive(locks.tree(other))
        present = _nodes(Q())
        roots = [node.pk for node in present if node.parent is None and node.tree_id == tree_id]
        last = OrgUnit.objects.aggregate(last=Max("tree_id"))["last"] or 0
        tree_ids = [tree_id, *range(last + 1, last + len(roots))]
        return sum(_number_anew(present, root, new_id) for new_id, root in zip(tree_ids, roots, strict=False))


def close_ranks(tree_id: int) -> None:
    """Number a tree anew because its numbers have run out. The caller holds its exclusive lock."""
    present = nodes(tree_id)
    for root in [node.pk for node in present if node.parent is None]:
        _number_anew(present, root, tree_id)


def _number_anew(present: Sequence[Node], root: int, tree_id: int) -> int:
    """Write the numbers that differ; how many units' do."""
    places = {pk: (tree_id, *place) for pk, place in numbering.renumber(present, root).items()}
    changed = [
        (*places[node.pk], node.pk)
        for node in present
        if node.pk in places and places[node.pk] != (node.tree_id, node.lft, node.rght, node.level)
    ]
    _write(changed)
    return len(changed)


def nodes(tree_id: int) -> list[Node]:
    """All units of a tree as its arithmetic takes them. One query; 0.4 s for 100 000 units."""
    return _nodes(Q(tree_id=tree_id))


def _nodes(which: Q) -> list[Node]:
    rows = OrgUnit.objects.filter(which).order_by("pk")
    return [
        Node(*row) for row in rows.values_list("pk", "parent_id", "kind", "tree_id", "lft", "rght", "level")
    ]


def _write(rows: Sequence[tuple[int, ...]]) -> None:
    """Write (tree_id, lft, rght, level, pk) rows: one statement, however many."""
    if not rows:
        return
    table = connection.ops.quote_name(OrgUnit._meta.db_table)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            sets = ", ".join(f"{name} = fresh.{name}" for name in _COLUMNS)
            arrays = ", ".join(["%s::bigint[]"] * (len(_COLUMNS) + 1))
            cursor.execute(
                f"UPDATE {table} AS unit SET {sets} "
                f"FROM unnest({arrays}) AS fresh ({', '.join(_COLUMNS)}, id) WHERE unit.id = fresh.id",
                [list(column) for column in zip(*rows, strict=True)],
            )
        else:
            sets = ", ".join(f"{name} = %s" for name in _COLUMNS)
            cursor.executemany(f"UPDATE {table} SET {sets} WHERE id = %s", rows)
