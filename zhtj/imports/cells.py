"""A cell as text: for a reader's eye, for a form, and masked where it may hold a national id. Pure."""

import datetime as dt
import math
import re
from collections.abc import Mapping
from decimal import Decimal

from zhtj.lib import masks
from zhtj.lib.workbook import Cell

ID_FIELD = "national_id"
SHOWN_CHARACTERS = 80
_ONE_LINE = re.compile(r"[\r\n]+")  # what a form's one-line input drops
_LIKE_AN_ID = re.compile(r"\d{6,}[\dXx]{8,}")


def text_of(cell: Cell) -> str:
    """What a reader takes the cell for; whole numbers without a decimal point."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float):
        return _plain_number(cell)
    if isinstance(cell, dt.datetime):
        midnight = cell.time() == dt.time()
        return cell.date().isoformat() if midnight else cell.isoformat(" ", "minutes")
    if isinstance(cell, dt.date):
        return cell.isoformat()
    return str(cell)


def _plain_number(number: float) -> str:
    """As a sheet shows it: no exponent, a whole number without a point, lost digits as zeros."""
    if not math.isfinite(number) or not 1e-9 < abs(number) < 1e21:
        return str(int(number)) if number == 0 else repr(number)
    text = format(Decimal(repr(number)), "f")
    return text.removesuffix(".0")


def shown(field: str, cell: Cell) -> str:
    """The cell for pages, API and command: cut to a readable length, national ids masked."""
    text = text_of(cell)
    if field == ID_FIELD or field.endswith(f"_{ID_FIELD}"):
        return masks.mask_id(text[:SHOWN_CHARACTERS])
    masked = _LIKE_AN_ID.sub(lambda found: masks.mask_id(found[0]), text)
    return masked if len(masked) <= SHOWN_CHARACTERS else masked[: SHOWN_CHARACTERS - 1] + "…"


def retyped(kept: Mapping[str, Cell], typed: Mapping[str, str]) -> dict[str, Cell]:
    """The cells after a form came back: a text not touched keeps its type, an emptied one is None."""
    cells = dict(kept)
    for field, text in typed.items():
        if text != _ONE_LINE.sub("", text_of(kept.get(field))):
            cells[field] = text or None
    return cells
