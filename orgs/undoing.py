"""Undoing what one import wrote about units, as far as nothing else has touched it since.

Specification. A unit the batch created is closed again, its period stays; only if it is as the workbook left
it and nobody has begun to use it: nothing stands below it but what is closed with it, it has no people, no
administrator, no code, and whatever the rooms above know of (settings.ZHTJ_UNIT_OCCUPANTS). A card the batch
changed gets its former values back. Order of locks: ENTRY, the tree alone.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from zhtj.lib import bulk, locks
from zhtj.lib.workbook import Judged, Undoing

from orgs import actions, audit, queries
from orgs.models import AccessCode, OrgUnit, OrgUnitUserObjectPermission
from orgs.scopes import Actor
from orgs.tree import closing

CHANGED = "之后改过名称、隶属关系或信息，或已撤销"
OCCUPIED_BELOW = "下面还有其他组织"
ADMINISTERED = "已有管理员或已发注册码"
OUT_OF_REACH = "已不在您可以管理的范围"

Occupants = Callable[[Iterable[int]], Mapping[int, str]]  # units in use → why, in words


def undo_units(
    actor: Actor,
    *,
    unit: OrgUnit,
    batch_id: int,
    judged: Sequence[Judged],
    since: dt.datetime,
    is_preview: bool = False,
) -> Undoing:
    """Take back what batch `batch_id` wrote at `since`; `is_preview` only says what would be.

    One transaction, one audit entry, and one for each card put back. About a dozen queries for any number
    of new units.
    """
    with transaction.atomic():
        at = locks.entry_stamp()
        if not is_preview:
            locks.exclusive(locks.tree(unit.tree_id))
        told = Undoing()
        new = [line for line in judged if line.entry and line.entry["unit"] is None]
        closed = _to_close(actor, new, since, told)
        restored = _to_put_back(actor, [line for line in judged if line.entry and line.entry["unit"]], told)
        told.withdrawn, told.restored = len(closed), len(restored)
        if not is_preview:
            closing.close_all(closed, at=at)
            for known, values in restored:
                _put_back(actor, known, values, batch_id)
            after = {
                "withdrawn": told.withdrawn,
                "restored": told.restored,
                "codes": [known.code for known in closed[:20]],
            }
            audit.record(actor, "orgs.undo_units", unit=unit, batch_id=batch_id, after=after)
    return told


def _to_close(actor: Actor, lines: Sequence[Judged], since: dt.datetime, told: Undoing) -> list[OrgUnit]:
    """The units of these rows that may be closed, the deepest first; why the others stay goes to `told`."""
    units = _created(lines, since)
    why: dict[int, str] = {line.number: CHANGED for line in lines if line.number not in units}
    rows = {unit.pk: number for number, unit in units.items()}
    reached = _reached(actor, rows, "units.manage")
    in_use = {**_administered(rows), **_occupants()(rows)}
    for pk, number in rows.items():
        if pk not in reached:
            why[number] = OUT_OF_REACH
        elif pk in in_use:
            why[number] = in_use[pk]
    by_number = {line.number: line for line in lines}
    for number, unit in units.items():
        if number not in why and _differs(unit, by_number[number]):
            why[number] = CHANGED
    for number in _kept_by_children(units, why):
        why[number] = OCCUPIED_BELOW
    told.stays += sorted(why.items())
    closed = [unit for number, unit in units.items() if number not in why]
    return sorted(closed, key=lambda unit: (-unit.level, unit.pk))


def _created(lines: Sequence[Judged], since: dt.datetime) -> dict[int, OrgUnit]:
    """Row → the unit it became: the open one of its name under its superior, made by then."""
    entries = {line.number: line.entry for line in lines if line.entry}
    names = {entry["values"]["short_name"] for entry in entries.values()}
    open_ones = OrgUnit.objects.filter(closed_at=None, created_at__lte=since).order_by()
    by_place = {
        (unit.parent_id, unit.short_name): unit for unit in bulk.among(open_ones, "short_name", names)
    }
    found: dict[int, OrgUnit | None] = {}

    def unit_of(number: int) -> OrgUnit | None:
        if number not in found:
            found[number] = None  # a ring cannot be: the check saw to it
            entry = entries.get(number)
            if entry is not None:
                above = entry["parent"]
                parent = above["unit"] if "unit" in above else getattr(unit_of(above["row"]), "pk", None)
                found[number] = by_place.get((parent, entry["values"]["short_name"]))
        return found[number]

    return {number: unit for number in entries if (unit := unit_of(number)) is not None}


def _differs(unit: OrgUnit, line: Judged) -> bool:
    values = (line.entry or {})["values"]
    return any(getattr(unit, name) != value for name, value in values.items() if name != "parent")


def _kept_by_children(units: Mapping[int, OrgUnit], why: Mapping[int, str]) -> set[int]:
    """Rows whose unit must stay because an open unit below it stays."""
    closing_ones = {unit.pk: number for number, unit in units.items() if number not in why}
    children = OrgUnit.objects.filter(closed_at=None).order_by().values_list("parent_id", "pk")
    below: dict[int, set[int]] = {}
    for parent, child in bulk.among(children, "parent_id", closing_ones):
        below.setdefault(parent, set()).add(child)
    kept: set[int] = set()
    for unit in sorted((units[number] for number in closing_ones.values()), key=lambda one: -one.level):
        if any(child not in closing_ones or child in kept for child in below.get(unit.pk, ())):
            kept.add(unit.pk)
    return {closing_ones[pk] for pk in kept}


def _administered(unit_ids: Iterable[int]) -> dict[int, str]:
    ids = list(unit_ids)
    roles = OrgUnitUserObjectPermission.objects.order_by().values_list("content_object_id", flat=True)
    codes = AccessCode.objects.filter(withdrawn_at=None).order_by().values_list("unit_id", flat=True)
    used = {*bulk.among(roles, "content_object_id", ids), *bulk.among(codes, "unit_id", ids)}
    return dict.fromkeys(used, ADMINISTERED)


def _occupants() -> Occupants:
    """What the rooms above know of a unit's use, asked of the function the settings name."""
    if not settings.ZHTJ_UNIT_OCCUPANTS:
        return lambda unit_ids: {}
    found: Occupants = import_string(settings.ZHTJ_UNIT_OCCUPANTS)
    return found


def _reached(actor: Actor, unit_ids: Iterable[int], capability: str) -> set[int]:
    reach = queries.units(actor.scope, capability).order_by().values_list("pk", flat=True)
    return set(bulk.among(reach, "pk", unit_ids))


def _to_put_back(
    actor: Actor, lines: Sequence[Judged], told: Undoing
) -> list[tuple[OrgUnit, dict[str, Any]]]:
    """The units whose cards get their former values back; those changed since stay."""
    entries = [(line.number, line.entry) for line in lines if line.entry]
    units = queries.open_units([entry["unit"] for _, entry in entries])
    reached = _reached(actor, units, "units.edit_card")
    found = []
    for number, entry in entries:
        unit = units.get(entry["unit"])
        if unit is None or any(getattr(unit, name) != new for name, new in entry["values"].items()):
            told.stays.append((number, CHANGED))
        elif unit.pk not in reached:
            told.stays.append((number, OUT_OF_REACH))
        else:
            found.append((unit, entry["old"]))
    return found


def _put_back(actor: Actor, unit: OrgUnit, values: Mapping[str, Any], batch_id: int) -> None:
    if "industry" in values:
        actions.change_industry(actor, unit=unit, industry=values["industry"], batch_id=batch_id)
    if card := {name: value for name, value in values.items() if name != "industry"}:
        actions.edit_card(actor, unit=unit, batch_id=batch_id, **card)
