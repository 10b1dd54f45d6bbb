"""Reading a row of cells into values: one reader a field, every answer named by a code.

Shared by the rooms whose workbooks, forms and APIs speak of people. Pure.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from zhtj.lib.problems import Catalogue, Problem
from zhtj.lib.workbook import Cell

from orgs import identity

# A cell → (value, None), or (empty value, the code of what is wrong with it).
Reader = Callable[[Cell], tuple[Any, str | None]]

_REMEMBERED = 5_000  # distinct cells kept a column
_SHOWN = 20  # characters of a cell that a message repeats


def coded(read: Callable[[Cell], tuple[Any, bool]], code: str) -> Reader:
    """A plain reader of `orgs.identity` as a Reader that names `code` when it fails."""

    def reader(cell: Cell) -> tuple[Any, str | None]:
        value, ok = read(cell)
        return value, None if ok else code

    return reader


def text(longest: int, code: str) -> Reader:
    """Free text up to `longest` characters."""
    return coded(partial(identity.read_text, longest=longest), code)


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


class RowReader:
    """Reads rows of one shape. Columns in `few` hold few distinct texts: their answers are remembered.

    About 4 µs a row of 16 columns.
    """

    def __init__(self, readers: Mapping[str, Reader], catalogue: Catalogue, few: frozenset[str]) -> None:
        self._columns: list[tuple[str, Reader, dict[str, Any] | None]] = [
            (name, reader, {} if name in few else None) for name, reader in readers.items()
        ]
        self._catalogue = catalogue

    def read(self, cells: Mapping[str, Cell]) -> tuple[dict[str, Any], dict[str, Problem]]:
        """The values of all cells that could be read, and by field what the others suffer from.

        Empty cells are left out of both.
        """
        values: dict[str, Any] = {}
        unread: dict[str, Problem] = {}
        for name, reader, memo in self._columns:
            cell = cells.get(name)
            if cell is None or cell == "":
                continue
            answer = memo.get(cell) if memo is not None and type(cell) is str else None
            if answer is None:
                answer = reader(cell)
                if memo is not None and type(cell) is str and len(memo) < _REMEMBERED:
                    memo[cell] = answer
            value, code = answer
            if code is None:
                values[name] = value
            else:
                unread[name] = self._catalogue.problem(code, value=identity.clean(cell)[:_SHOWN])
        return values, unread
