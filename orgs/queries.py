"""Units as they are read: what a scope may see, where a unit stands, which unit a text means.

Whatever is shown goes through `units(scope)`. Lists are in the order of the tree.
"""

from collections.abc import Iterable
from functools import cached_property
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import DEFAULT_DB_ALIAS
from django.db.models import Q, QuerySet

from orgs import identity
from orgs.finding import existing_codes, open_children, open_units, tree_ids, unit_count
from orgs.kinds import ALLOWED_CHILDREN, MAX_DEPTH
from orgs.models import OrgUnit
from orgs.scopes import NOTHING, Scope

__all__ = [
    "NOTHING",
    "UnitFinder",
    "beginning_with",
    "children",
    "existing_codes",
    "find",
    "holding",
    "may_create_under",
    "merged_from",
    "merged_into",
    "open_children",
    "open_units",
    "paths",
    "region_of",
    "require_create_under",
    "tree_ids",
    "unit_count",
    "unit_path",
    "units",
    "visible_path",
]

_STEPS_UP = range(1, MAX_DEPTH)


def units(scope: Scope, capability: str = "units.see") -> QuerySet[OrgUnit]:
    """The units for which `capability` holds, in the order of the tree."""
    return OrgUnit.objects.filter(scope.q(capability=capability))


def children(scope: Scope, unit: OrgUnit) -> QuerySet[OrgUnit]:
    """The direct children of `unit` that the scope may see."""
    return units(scope).filter(parent=unit)


def find(scope: Scope, text: str) -> QuerySet[OrgUnit]:
    """Visible units whose names hold `text` or whose code begins with it."""
    return holding(units(scope), text)


def beginning_with(text: str) -> Q:
    """Short name or code begins with `text`. Goes by index: codes as typed, or in capitals."""
    return Q(short_name__startswith=text) | Q(code__startswith=text) | Q(code__startswith=text.upper())


def holding(some: QuerySet[OrgUnit], text: str) -> QuerySet[OrgUnit]:
    """Those of the units whose names hold `text` or whose code begins with it.

    Reads each of them: 60 ms for the 100 000 of a province. A code in capitals is compared as it is:
    folding the case of every row would take as long again.
    """
    named = Q(short_name__contains=text) | Q(full_name__contains=text)
    return some.filter(named | Q(code__startswith=text) | Q(code__startswith=text.upper()))


# --- where a unit stands --------------------------------------------------------------------


def unit_path(unit: OrgUnit) -> list[OrgUnit]:
    """The superiors of `unit`, from the top down, without itself. One query.

    Climbs by `parent`: a join on keys for each step, where a search by intervals would read half
    the index.
    """
    chain = "__".join(["parent"] * len(_STEPS_UP))
    placed = OrgUnit.objects.select_related(chain).get(pk=unit.pk)
    path = []
    while placed.parent is not None:
        placed = placed.parent
        path.append(placed)
    return path[::-1]


def visible_path(scope: Scope, unit: OrgUnit) -> list[OrgUnit]:
    """Those superiors of `unit` that the scope may see, from the top down. Two queries: keys, rows."""
    steps = [f"{'parent__' * up}parent_id" for up in range(MAX_DEPTH - 1)]
    above = OrgUnit.objects.filter(pk=unit.pk).order_by().values_list(*steps).first() or ()
    found = units(scope).in_bulk([pk for pk in above if pk])
    return [found[pk] for pk in reversed(above) if pk in found]


def paths(some: Iterable[OrgUnit]) -> dict[int, str]:
    """For each unit the names of its superiors below the province: `郑州团市委 / 中原团区委`. One query."""
    names = [f"{'parent__' * steps}short_name" for steps in _STEPS_UP]
    rows = OrgUnit.objects.filter(pk__in=[unit.pk for unit in some]).order_by().values_list("pk", *names)
    return {pk: " / ".join([name for name in above if name][-2::-1]) for pk, *above in rows}


def region_of(unit: OrgUnit) -> OrgUnit | None:
    """The direct child of the province that `unit` is or belongs to; None for the province itself."""
    path = [*unit_path(unit), unit]
    return path[1] if len(path) > 1 else None


def merged_into(scope: Scope, unit: OrgUnit) -> OrgUnit | None:
    """The unit this one went up in, if visible. A query only where it did."""
    return units(scope).filter(pk=unit.merged_into_id).first() if unit.merged_into_id else None


def merged_from(scope: Scope, unit: OrgUnit) -> QuerySet[OrgUnit]:
    """The visible units that went up in this one."""
    return units(scope).filter(merged_into=unit)


# --- creating under it ----------------------------------------------------------------------


def may_create_under(scope: Scope, unit: OrgUnit) -> bool:
    """May a unit be created under this one: by its kind, by its state, by this scope? One query."""
    return _takes_children(unit) and scope.may("units.create", unit)


def require_create_under(scope: Scope, unit: OrgUnit) -> None:
    """Raise PermissionDenied (403) unless `may_create_under`, saying why. One query."""
    scope.require("units.create", unit)
    if not unit.is_open:
        raise PermissionDenied(f"“{unit.short_name}”已撤销，不能再创建下级组织；需要时请先由上级恢复它。")
    if not _takes_children(unit):
        raise PermissionDenied(f"“{unit.short_name}”是团支部，之下不能再设组织；请在它的上级之下创建。")


def _takes_children(unit: OrgUnit) -> bool:
    return unit.is_open and bool(ALLOWED_CHILDREN[unit.kind])


# --- which unit a text means ----------------------------------------------------------------


class UnitFinder:
    """Resolves many texts to units of one place, loaded once: by code, then full name, then short name.

    The place is `unit` with its direct children, or its whole sub-tree (`deep`: 1 s for 100 000
    units). Closed units are found too; what to make of them is the caller's rule.
    """

    _FIELDS = tuple(field.attname for field in OrgUnit._meta.concrete_fields)

    def __init__(self, unit: OrgUnit, *, deep: bool = False) -> None:
        inside = OrgUnit.objects.filter(place_of(unit)) if deep else _with_children(unit)
        self._rows: list[tuple[Any, ...]] = list(inside.values_list(*self._FIELDS))
        self._by: list[dict[str, list[int]]] = [
            self._index(name) for name in ("code", "full_name", "short_name")
        ]

    def find(self, text: str) -> list[OrgUnit]:
        """The units that `text` means: none, one, or several it may stand for. No query."""
        text = identity.clean(text)
        for index in self._by:
            if text in index:
                return [self._unit(row) for row in index[text]]
        return [self._unit(row) for row in self._without_blanks.get(identity.squeeze(text), ())]

    def find_code(self, text: str) -> OrgUnit | None:
        """The unit with this code, if it stands in this place. No query."""
        rows = self._by[0].get(text)
        return self._unit(rows[0]) if rows else None

    def find_child(self, parent_id: int, short_name: str) -> OrgUnit | None:
        """The open direct child of that name, if it stands in this place. No query."""
        column = self._FIELDS.index("parent_id")
        for row in self._by[2].get(short_name, ()):
            if self._rows[row][column] == parent_id and (unit := self._unit(row)).is_open:
                return unit
        return None

    @cached_property
    def _without_blanks(self) -> dict[str, list[int]]:
        """Short names as people type them: a stray blank more or less. Asked only when nothing else fits."""
        index: dict[str, list[int]] = {}
        for name, rows in self._by[2].items():
            index.setdefault(identity.squeeze(name), []).extend(rows)
        return index

    def _unit(self, row: int) -> OrgUnit:
        return OrgUnit.from_db(DEFAULT_DB_ALIAS, self._FIELDS, self._rows[row])

    def _index(self, name: str) -> dict[str, list[int]]:
        column = self._FIELDS.index(name)
        index: dict[str, list[int]] = {}
        for row, values in enumerate(self._rows):
            if values[column]:
                index.setdefault(identity.clean(values[column]), []).append(row)
        return index


def place_of(unit: OrgUnit) -> Q:
    """The predicate for `unit` and all below it, its place looked up in the same statement."""
    place = OrgUnit.objects.filter(pk=unit.pk).order_by()[:1]
    return Q(tree_id=place.values("tree_id"), lft__gte=place.values("lft"), lft__lt=place.values("rght"))


def _with_children(unit: OrgUnit) -> QuerySet[OrgUnit]:
    return OrgUnit.objects.filter(Q(pk=unit.pk) | Q(parent=unit.pk))
