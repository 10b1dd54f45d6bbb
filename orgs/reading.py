"""Reading a row of cells into values: one reader a field, every answer named by a code.

Shared by the rooms whose workbooks, forms and APIs speak of people. Pure.
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import repeat, starmap
from typing import Any, Generic, TypeVar

from zhtj.lib import masks
from zhtj.lib.problems import Catalogue, Problem
from zhtj.lib.workbook import Cell

from orgs import identity

T = TypeVar("T")
E = TypeVar("E")  # an entry
_MONTHS = ("joined_on", "appointed_on", "joined_party_on")

# A cell → (value, None), or (empty value, the code of what is wrong with it).
Reader = Callable[[Cell], tuple[Any, str | None]]

_SHOWN = 20  # characters of a cell that a message repeats


def coded(read: Callable[[Cell], tuple[Any, bool]], code: str) -> Reader:
    """A plain reader of `orgs.identity` as a Reader that names `code` when it fails."""

    def reader(cell: Cell) -> tuple[Any, str | None]:
        value, ok = read(cell)
        return value, None if ok else code

    return reader


def text(longest: int, code: str) -> Reader:
    """Free text up to `longest` characters."""
    return coded(without_id(partial(identity.read_text, longest=longest)), code)


def without_id(read: Callable[[Cell], tuple[str, bool]]) -> Callable[[Cell], tuple[str, bool]]:
    """`read` for a field that is kept in clear: a text in which a national id stands is not taken."""

    def reader(cell: Cell) -> tuple[str, bool]:
        value, ok = read(cell)
        return ("", False) if masks.holds_id(value) else (value, ok)

    return reader


def listed(values: Mapping[str, str], code: str) -> Reader:
    """One word of a list: what is read → what is stored."""

    def reader(cell: Cell) -> tuple[str, str | None]:
        word = identity.squeeze(cell)
        value = values.get(word, "")
        return value, None if value or not word else code

    return reader


def national_id(today: dt.date) -> Reader:
    """The national id as of `today` (nobody is born tomorrow)."""
    return partial(identity.read_national_id, today=today)


def plain_data(names: Sequence[str], values: Sequence[Any]) -> dict[str, Any]:
    """What is filled, by name, as plain JSON data: months as text. For `of_plain`."""
    filled = zip(names, values, strict=True)
    data: dict[str, Any] = {name: value for name, value in filled if value or value is False}
    for name in _MONTHS:
        if name in data:
            data[name] = data[name].isoformat()
    return data


def of_plain(kind: type[T], data: Mapping[str, Any]) -> T:
    """The entry behind `plain_data`."""
    entry = kind(**data)
    for name in _MONTHS:
        if name in data:
            setattr(entry, name, dt.date.fromisoformat(data[name]))
    return entry


class RowReader:
    """Reads rows of one shape, column by column: what a column repeats is read once.

    `few` names the columns in which the same few texts come again and again.
    """

    def __init__(self, readers: Mapping[str, Reader], catalogue: Catalogue, few: frozenset[str]) -> None:
        self._readers = dict(readers)
        self._blank = {name: reader(None)[0] for name, reader in readers.items()}
        self._few = few
        self._catalogue = catalogue

    def read(self, cells: Mapping[str, Cell]) -> tuple[dict[str, Any], dict[str, Problem]]:
        """One row: the values of all cells that could be read, by field, and the problems of the others.

        Empty cells are left out of both.
        """
        columns, unread = self.read_all([cells])
        problems = unread.get(0, {})
        filled = {name for name, cell in cells.items() if cell is not None and cell != ""}
        return {n: c[0] for n, c in columns.items() if n in filled and n not in problems}, problems

    def read_all(
        self, rows: Sequence[Mapping[str, Cell]]
    ) -> tuple[dict[str, Sequence[Any]], dict[int, dict[str, Problem]]]:
        """Every column of all rows, and by position in `rows` the problems of each field.

        An empty or unreadable cell gives the field's empty value. About 3 µs a row of 16 columns.
        """
        columns: dict[str, Sequence[Any]] = {}
        unread: dict[int, dict[str, Problem]] = {}
        for name in self._readers:
            cells = [row.get(name) for row in rows]
            columns[name], codes = self._answers(name, cells)
            for position, code in enumerate(codes) if any(codes) else ():
                if code is not None:
                    shown = masks.mask_ids(identity.clean(cells[position]))[:_SHOWN]
                    problem = self._catalogue.problem(code, value=shown)
                    unread.setdefault(position, {})[name] = problem
        return columns, unread

    def _answers(self, name: str, cells: Sequence[Cell]) -> tuple[Sequence[Any], Sequence[str | None]]:
        """What the reader says to each cell of one column: values, and codes (none at all where every cell
        could be read). Blank cells are not asked."""
        blank = (self._blank[name], None)
        if not any(cells) and set(cells) <= _EMPTY:
            return [blank[0]] * len(cells), ()
        reader = self._readers[name]
        if name in self._few and set(map(type, cells)) <= _TEXT_OR_NOTHING:
            known = {cell: reader(cell) for cell in set(cells) - _EMPTY}
            known |= {None: blank, "": blank}
            codes = [known[cell][1] for cell in cells] if any(code for _, code in known.values()) else ()
            values = {cell: value for cell, (value, _) in known.items()}
            return list(map(values.__getitem__, cells)), codes
        answers = [blank if cell is None or cell == "" else reader(cell) for cell in cells]
        return [value for value, _ in answers], [code for _, code in answers]


_EMPTY = frozenset({None, ""})
_TEXT_OR_NOTHING = frozenset({str, type(None)})


class EntryReader(Generic[E]):
    """Reads cells into entries of one room: `make` takes the values in the order of `fields`, then the unit
    (not found yet), the line of the sheet and the problems of what could not be read."""

    def __init__(self, make: Callable[..., E], fields: Sequence[str], rows: RowReader) -> None:
        self._make = make
        self._fields = fields
        self._rows = rows

    def read(self, cells: Mapping[str, Cell], *, row: int = 0) -> E:
        """The entry these cells hold. Never raises."""
        return self.read_all([cells], [row])[0]

    def read_all(self, lines: Sequence[Mapping[str, Cell]], rows: Sequence[int]) -> list[E]:
        """The entries of many lines, which stood in these rows. About 5 µs a line."""
        columns, unread = self._rows.read_all(lines)
        problems = [unread.get(position, {}) for position in range(len(lines))]
        values = zip(*(columns[name] for name in self._fields), repeat(None), rows, problems, strict=False)
        return list(starmap(self._make, values))
