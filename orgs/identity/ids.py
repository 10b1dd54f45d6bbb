"""The national id (GB 11643): 6 digits of region, 8 of birth, 3 of sequence, a check character.

The order of the codes is part of the specification (domain, section 5): missing,
lost_digits, old_15, format, region, birth_date, checksum; the first that fails is told.
An 18-digit id typed into a spreadsheet as a *number* keeps 15 digits and reads back as
something plausible, so the type of the cell tells, never the ending. County codes are not
looked up: abolished ones live on in ids.
"""

import datetime as dt
import re
from functools import lru_cache
from operator import mul

from zhtj.lib.workbook import Cell

from orgs.identity.cells import squeeze

_REGIONS = (
    "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83"
)
REGIONS = frozenset(_REGIONS.split())
_SHAPE = re.compile(r"[0-9]{17}[0-9X]")
_OLD_SHAPE = re.compile(r"[0-9]{15}")
_SCIENTIFIC = re.compile(r"[0-9](?:\.[0-9]+)?[Ee]\+?[0-9]{1,3}")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"
_EXACT_DIGITS = 15  # what a spreadsheet keeps of a number
_EARLIEST = dt.date(1900, 1, 1)


def read_national_id(cell: Cell, today: dt.date) -> tuple[str, str | None]:
    """`(id, None)` for a valid one, else `("", code)` with the first rule that fails. About 1 µs."""
    if not isinstance(cell, str) or not _SHAPE.fullmatch(cell):
        cell, code = _repaired(cell)
        if code:
            return "", code
    if cell[:2] not in REGIONS:
        return "", "national_id.region"
    birth = _day(cell[6:14])
    if birth is None or not _EARLIEST <= birth <= today:
        return "", "national_id.birth_date"
    if cell[17] != check_character(cell):
        return "", "national_id.checksum"
    return cell, None


def check_character(digits: str) -> str:
    """The 18th character for the first 17 digits of `digits`.

    Regions, days and sequences come again and again: each is weighed once.
    """
    return _CHECK[(_weight(digits[:6], 0) + _weight(digits[6:14], 6) + _weight(digits[14:17], 14)) % 11]


def birth_on(national_id: str) -> dt.date:
    """The birth date in a valid id."""
    birth = _day(national_id[6:14])
    if birth is None:
        raise ValueError("not a valid national id")
    return birth


def sex(national_id: str) -> str:
    """`male` or `female` (values of `orgs.models.Sex`): the 17th digit is odd for men."""
    return "male" if int(national_id[16]) % 2 else "female"


def age_on(birth: dt.date, day: dt.date) -> int:
    """Full years on `day`; born on 29 February, one ages on 1 March of other years."""
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


def _repaired(cell: Cell) -> tuple[str, str | None]:
    """The id behind blanks, full-width signs and the like, or why there is none."""
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return "", _number_code(cell)
    text = squeeze(cell).upper()
    if not text:
        return "", "national_id.missing"
    if _SHAPE.fullmatch(text):
        return text, None
    if _SCIENTIFIC.fullmatch(text):
        return "", "national_id.lost_digits"
    if _OLD_SHAPE.fullmatch(text):
        return "", "national_id.old_15"
    return "", "national_id.format"


def _number_code(number: int | float) -> str:
    if abs(number) >= 10**_EXACT_DIGITS:
        return "national_id.lost_digits"
    if number >= 10 ** (_EXACT_DIGITS - 1) and number == int(number):
        return "national_id.old_15"
    return "national_id.format"


@lru_cache(maxsize=60_000)
def _weight(digits: str, place: int) -> int:
    """What these digits, standing from `place` on, add to the sum."""
    return sum(map(mul, _WEIGHTS[place:], map(int, digits)))


@lru_cache(maxsize=40_000)
def _day(digits: str) -> dt.date | None:
    try:
        return dt.date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None
