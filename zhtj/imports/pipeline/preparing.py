"""Between reading and judging: the ids behind hidden keys, and cells that hold an error.

What a row is judged by may differ from what was typed: a masked id stands for the one its hidden key
holds. What is kept, shown and handed back is always what was typed. A cell that holds an error (`#N/A`)
is not blank: it is named in place of whatever the room would say of the same cell.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from zhtj.imports import keys
from zhtj.imports.cells import ID_FIELD
from zhtj.imports.rules import CODES
from zhtj.lib import sheets
from zhtj.lib.problems import Problem
from zhtj.lib.workbook import Judged, Outcome, Row


@dataclass(frozen=True, slots=True)
class Prepared:
    """The rows to judge, and what the desk itself has to say of some, by row number."""

    rows: list[Row]
    problems: dict[int, list[Problem]] = field(default_factory=dict)


def prepare(rows: Sequence[Row]) -> Prepared:
    """About 0.5 µs a row where there is nothing to do."""
    nothing_wrong = sheets.ERROR_VALUES.isdisjoint
    problems: dict[int, list[Problem]] = {}
    prepared = []
    for row in rows:
        cells = row.cells
        if keys.FIELD in cells or keys.is_masked(cells.get(ID_FIELD)):
            row = _with_id(row, problems)
        if not nothing_wrong(cells.values()):
            problems.setdefault(row.number, []).extend(_errors(row))
        prepared.append(row)
    return Prepared(prepared, problems)


def add(judged: Sequence[Judged], problems: Mapping[int, Sequence[Problem]]) -> None:
    """Put the desk's problems with the verdicts, in place; such a row is to be mended."""
    if not problems:
        return
    for line in judged:
        if found := problems.get(line.number):
            spoken_of = {problem.field for problem in found}
            kept = [problem for problem in line.problems if problem.field not in spoken_of]
            line.problems = [*found, *kept]
            line.outcome, line.entry, line.change = Outcome.MEND, None, {}


def _with_id(row: Row, problems: dict[int, list[Problem]]) -> Row:
    """The row with the id that its masked one stands for."""
    cell = row.cells.get(ID_FIELD)
    if not keys.is_masked(cell):
        return row
    key = keys.row_key(row.cells.get(keys.FIELD))
    if key is None or not keys.same_person(cell, key):
        problems.setdefault(row.number, []).append(CODES.problem("national_id.masked"))
        return row
    return replace(row, cells=row.cells | {ID_FIELD: key.national_id})


def _errors(row: Row) -> list[Problem]:
    return [
        CODES.problem("cell.error", at=name, value=cell)
        for name, cell in row.cells.items()
        if isinstance(cell, str) and cell in sheets.ERROR_VALUES
    ]
