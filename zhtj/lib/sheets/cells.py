"""Cells on their way through the pipe: cleaned in the child, dates packed as tuples, unpacked here."""

import datetime as dt
from typing import Any

from zhtj.lib.sheets.model import CELL_CHARACTERS

_AS_THEY_ARE = (float, int, bool)
_TEXT = {str}


class CellTooLong(Exception):
    """A cell holds more than Excel itself allows."""


class Cells(dict[str, str | None]):
    """Cleans cells, each distinct text once: blanks alone are nothing, equal texts become one object
    (a roster repeats most of its texts; this saves memory and time on both sides of the pipe)."""

    def __missing__(self, text: str) -> str | None:
        if len(text) > CELL_CHARACTERS:
            raise CellTooLong
        clean = None if not text or text.isspace() else text
        self[text] = clean
        return clean

    def row(self, cells: list[Any]) -> list[Any]:
        """The cells cleaned and cut after the last value; [] for an empty row."""
        if set(map(type, cells)) == _TEXT:
            out = list(map(self.__getitem__, cells))
        else:
            out = [self[cell] if cell.__class__ is str else self.pack(cell) for cell in cells]
        while out and out[-1] is None:
            out.pop()
        return out

    def pack(self, cell: Any) -> Any:
        """A cell that is not text as something marshal knows."""
        if cell is None or cell.__class__ in _AS_THEY_ARE:
            return cell
        if isinstance(cell, dt.datetime):
            return (cell.year, cell.month, cell.day, cell.hour, cell.minute, cell.second)
        if isinstance(cell, dt.date):
            return (cell.year, cell.month, cell.day)
        return str(cell)  # a time of day, a duration


def unpack_dates(rows: list[tuple[int, list[Any]]], columns: list[int]) -> None:
    """Put dates back, in place, into the columns that are known to hold some."""
    for _number, cells in rows:
        for column in columns:
            if column < len(cells) and cells[column].__class__ is tuple:
                packed = cells[column]
                cells[column] = dt.date(*packed) if len(packed) == 3 else dt.datetime(*packed)
