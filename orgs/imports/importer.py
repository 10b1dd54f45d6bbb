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
        """Update the cards, then plant everything new in one pass; the number of new units."""
        entries = [row.entry for row in judged if row.entry is not None]
        self._update([entry for entry in entries if entry["unit"]])
        return self._plant([entry for entry in entries if not entry["unit"]])

    def _update(self, entries: Sequence[dict[str, Any]]) -> None:
        units = OrgUnit.objects.filter(closed_at=None).in_bulk([entry["unit"] for entry in entries])
        for entry in entries:
            unit = units.get(entry["unit"])
            if unit is None or any(getattr(unit, name) != old for name, old in entry["old"].items()):
                raise WorldMoved(f"unit {entry['unit']} is no longer as it was at the check")
        for entry in entries:
            actions.update_unit(
                self._context.actor,
                unit=units[entry["unit"]],
                batch_id=self._context.batch_id,
                **entry["values"],
            )

    def _plant(self, entries: Sequence[dict[str, Any]]) -> int:
        if not entries:
            return 0
        news = {
            entry["row"]: NewUnit(
                entry["values"]["short_name"],
                entry["values"]["kind"],
                **{name: entry["values"][name] for name in _NEW_UNIT_FIELDS if name in entry["values"]},
            )
            for entry in entries
        }
        forests: dict[int, list[NewUnit]] = {}
        for entry in entries:
            above = entry["parent"]
            if "row" in above and above["row"] not in news:
                raise WorldMoved(f"the superior in row {above['row']} is not among the rows to be written")
            siblings = news[above["row"]].children if "row" in above else forests.setdefault(above["unit"], [])
            siblings.append(news[entry["row"]])
        reach = queries.units(self._context.actor.scope, "units.create")
        parents = reach.filter(closed_at=None).in_bulk(forests)
        if len(parents) < len(forests):
            raise WorldMoved("a superior was closed or moved since the check")
        plantings = [(parents[pk], forest) for pk, forest in forests.items()]
        context = self._context
        return len(
            actions.plant(context.actor, plantings=plantings, unit=context.unit, batch_id=context.batch_id)
        )


def _judged(line: Line) -> Judged:
    if blocking(line.problems):
        return Judged(line.number, Outcome.MEND, line.problems)
    if line.unit is None:
        above = {"unit": line.ground.pk} if line.ground else {"row": line.above.number}
        entry = {"row": line.number, "unit": None, "parent": above, "values": line.values}
        return Judged(line.number, Outcome.OK, line.problems, entry)
    changed = {name: value for name, value in line.changes.items()}
    if not changed:
        return Judged(line.number, Outcome.UNCHANGED, line.problems)
    old = {name: getattr(line.unit, name) for name in changed}
    entry = {"row": line.number, "unit": line.unit.pk, "old": old, "values": changed}
    shown = {name: [_shown(old[name]), _shown(value)] for name, value in changed.items()}
    return Judged(line.number, Outcome.UPDATED, line.problems, entry, shown)


def _shown(value: Any) -> str:
    return ("是" if value else "否") if isinstance(value, bool) else str(value)
