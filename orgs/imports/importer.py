"""Judging and writing the rows of a units workbook."""

from collections.abc import Callable, Sequence
from typing import Any

from zhtj.lib.problems import blocking
from zhtj.lib.workbook import Acknowledgement, Context, Judged, Outcome, Row, WorldMoved

from orgs import actions, queries
from orgs.imports.judging import Judging, Line
from orgs.models import OrgUnit
from orgs.tree import NewUnit

_NEW_UNIT_FIELDS = (
    "code",
    "full_name",
    "industry",
    "is_private_school",
    "phone",
    "email",
    "secretary_name",
    "secretary_mobile",
)


class UnitImporter:
    """The room's side of the import desk for units (zhtj.lib.workbook.Importer)."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def judge(self, rows: Sequence[Row], report: Callable[[int], None]) -> list[Judged]:
        """Every row with all its faults. Loads the sub-tree once: about 1 s for 100 000 units."""
        lines = Judging(self._context.unit, self._context.actor.scope).judge(rows)
        report(len(rows))
        return [_judged(line) for line in lines]

    def acknowledgements(self, judged: Sequence[Judged]) -> list[Acknowledgement]:
        """Units need none."""
        return []

    def write(self, judged: Sequence[Judged]) -> int:
        """Update the cards and plant everything new in one pass; the number of new units."""
        entries = [row.entry for row in judged if row.entry is not None]
        context = self._context
        created = actions.import_units(
            context.actor,
            unit=context.unit,
            plantings=self._plantings([entry for entry in entries if not entry["unit"]]),
            updates=_updates([entry for entry in entries if entry["unit"]]),
            batch_id=context.batch_id,
        )
        return len(created)

    def _plantings(self, entries: Sequence[dict[str, Any]]) -> list[tuple[OrgUnit, list[NewUnit]]]:
        """The forest below each existing unit, put together from its rows. One query."""
        news = {entry["row"]: _new_unit(entry["values"]) for entry in entries}
        forests: dict[int, list[NewUnit]] = {}
        for entry in entries:
            if (row := entry["parent"].get("row")) is None:
                siblings = forests.setdefault(entry["parent"]["unit"], [])
            elif row in news:
                siblings = news[row].children
            else:
                raise WorldMoved(f"the superior in row {row} is not among the rows to be written")
            siblings.append(news[entry["row"]])
        reach = queries.units(self._context.actor.scope, "units.create")
        parents = reach.filter(closed_at=None).in_bulk(forests)
        if len(parents) < len(forests):
            raise WorldMoved("a superior was closed or moved since the check")
        return [(parents[pk], forest) for pk, forest in forests.items()]


def _new_unit(values: dict[str, Any]) -> NewUnit:
    rest = {name: values[name] for name in _NEW_UNIT_FIELDS if name in values}
    return NewUnit(values["short_name"], values["kind"], **rest)


def _updates(entries: Sequence[dict[str, Any]]) -> list[tuple[OrgUnit, dict[str, Any]]]:
    """The units to update with their new values; all must be as they were at the check. One query."""
    units = queries.open_units([entry["unit"] for entry in entries])
    for entry in entries:
        unit = units.get(entry["unit"])
        if unit is None or any(getattr(unit, name) != old for name, old in entry["old"].items()):
            raise WorldMoved(f"unit {entry['unit']} is no longer as it was at the check")
    return [(units[entry["unit"]], entry["values"]) for entry in entries]


def _judged(line: Line) -> Judged:
    if blocking(line.problems):
        return Judged(line.number, Outcome.MEND, line.problems)
    if line.unit is None:
        above = {"row": line.above.number} if line.above else {"unit": line.place[0]}
        entry = {"row": line.number, "unit": None, "parent": above, "values": line.values}
        return Judged(line.number, Outcome.OK, line.problems, entry)
    changed = line.changes
    if not changed:
        return Judged(line.number, Outcome.UNCHANGED, line.problems)
    old = {name: getattr(line.unit, name) for name in changed}
    entry = {"row": line.number, "unit": line.unit.pk, "old": old, "values": changed}
    shown = {name: [_shown(old[name]), _shown(value)] for name, value in changed.items()}
    return Judged(line.number, Outcome.UPDATED, line.problems, entry, shown)


def _shown(value: Any) -> str:
    return ("是" if value else "否") if isinstance(value, bool) else str(value)
