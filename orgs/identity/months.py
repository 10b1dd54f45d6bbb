"""Months and days as people write them.

Read: 2016-05, 2016.05, 2016.5 (text), 2016/5, 201605 (text or number), 2016年5月, each with
or without a day, and date cells. A *number* with a fraction is not: 2016.1 may be January
or October.
"""

import datetime as dt
import re
from functools import lru_cache

from zhtj.lib.workbook import Cell

from orgs.identity.cells import squeeze

_SEPARATED = re.compile(
    r"((?:19|20)[0-9]{2})([-./年])([0-9]{1,2})(?:月|[-./月]([0-9]{1,2})[日号]?)?(?:T?00:00(?::00(?:\.0+)?)?)?"
)
_COMPACT = re.compile(r"((?:19|20)[0-9]{2})([0-9]{2})([0-9]{2})?")


def read_month(cell: Cell) -> tuple[dt.date | None, bool]:
    """The first day of the month meant; `(None, True)` for a blank cell."""
    if isinstance(cell, dt.date):
        return cell.replace(day=1) if type(cell) is dt.date else dt.date(cell.year, cell.month, 1), True
    text, ok = _text(cell)
    if not text:
        return None, ok
    year, month, day = _parts(text)
    found = _date(year, month, 1 if day is None else day)
    return (found.replace(day=1), True) if found else (None, False)


def read_day(cell: Cell) -> tuple[dt.date | None, bool]:
    """The day meant; a month alone is not enough."""
    if isinstance(cell, dt.date):
        return dt.date(cell.year, cell.month, cell.day), True
    text, ok = _text(cell)
    if not text:
        return None, ok
    year, month, day = _parts(text)
    found = _date(year, month, day or 0)
    return found, found is not None


def months_between(earlier: dt.date, later: dt.date) -> int:
    """Calendar months from the month of `earlier` to the month of `later`."""
    return (later.year - earlier.year) * 12 + later.month - earlier.month


def _text(cell: Cell) -> tuple[str, bool]:
    """`("", True)` for blank, `("", False)` for what can be no date."""
    if isinstance(cell, bool) or (isinstance(cell, float) and not cell.is_integer()):
        return "", False
    return squeeze(cell), True


@lru_cache(maxsize=4_000)
def _parts(text: str) -> tuple[int, int, int | None]:
    """Year, month, day (None: not given); zeros for what is no date at all."""
    if match := _COMPACT.fullmatch(text):
        year, month, day = match.groups()
    elif match := _SEPARATED.fullmatch(text):
        year, separator, month, day = match.groups()
        if (separator == "年") is not ("月" in text):
            return 0, 0, 0
    else:
        return 0, 0, 0
    return int(year), int(month), int(day) if day else None


def _date(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None
