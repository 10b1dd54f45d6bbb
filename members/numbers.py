"""The development number (发展团员编号): pure.

Specification (domain, section 6; notice, annex 4.2). Joined from the cut-off on: required,
digits only, 12 long, the first four the joining year; joined 2017 or 2018, 2017 and 2018 are
interchangeable. 16 digits are accepted where they begin 201516 (joined 2015 or 2016) or
201617 (joined 2016 or 2017). Both are settings (`NumberRules`). Joined before: optional; if
given, more than 4 characters, the first four the joining year. Digits 5-6 name the issuing
province, a weak source: never an error. Numbers of 12 and more characters are unique in the
system.
"""

import datetime as dt
import re
from dataclasses import dataclass

from zhtj.lib.workbook import Cell

from orgs.identity import REGIONS, squeeze

LENGTH = 12
LONG_LENGTH = 16
LONGEST = LONG_LENGTH
MOST_HELD = 30  # what the column holds, of an irregular number rightly issued
SHORTEST_OLD = 5
YEARS_OF_LONG = {"201516": (2015, 2016), "201617": (2016, 2017)}
INTERCHANGEABLE = frozenset({2017, 2018})
_DIGITS = re.compile(r"[0-9]+")
_SCIENTIFIC = re.compile(r"[0-9](?:\.[0-9]+)?[Ee]\+[0-9]{1,3}")
_EXACT = 10**15  # a spreadsheet keeps 15 digits of a number


@dataclass(frozen=True, slots=True)
class NumberRules:
    """What is accepted beyond the plain rule (practice, each a setting)."""

    interchanges_years: bool = True  # of 2017 and 2018
    accepts_long: bool = True  # 16 digits beginning as in YEARS_OF_LONG


DEFAULT_RULES = NumberRules()


def read_number(cell: Cell) -> tuple[str, bool]:
    """The number without blanks. A spreadsheet number that has lost digits cannot be read."""
    if isinstance(cell, str) and _DIGITS.fullmatch(cell):
        return cell, True
    if isinstance(cell, bool) or (isinstance(cell, int | float) and not _is_exact(cell)):
        return "", False
    text = squeeze(cell)
    return ("", False) if _SCIENTIFIC.fullmatch(text) else (text, True)


def fault(
    number: str, joined_on: dt.date, *, is_strict: bool, rules: NumberRules = DEFAULT_RULES
) -> str | None:
    """The first rule the number fails: `missing`, `length`, `digits`, `year`; None = none."""
    if not number:
        return "missing" if is_strict else None
    if not (_fits_strictly(number, rules) if is_strict else SHORTEST_OLD <= len(number) <= LONGEST):
        return "length"
    if is_strict and not _DIGITS.fullmatch(number):
        return "digits"
    return None if _fits_year(number, joined_on.year, rules) else "year"


def years_fitting(joined_year: int, rules: NumberRules = DEFAULT_RULES) -> list[int]:
    """The years an ordinary number may begin with."""
    is_either = rules.interchanges_years and joined_year in INTERCHANGEABLE
    return sorted(INTERCHANGEABLE) if is_either else [joined_year]


def long_starts(joined_year: int, rules: NumberRules = DEFAULT_RULES) -> list[str]:
    """What a 16-digit number of who joined in that year may begin with."""
    return [start for start, fits in YEARS_OF_LONG.items() if rules.accepts_long and joined_year in fits]


def has_unknown_province(number: str) -> bool:
    """Do digits 5-6 of an ordinary number name no province?"""
    return len(number) == LENGTH and _DIGITS.fullmatch(number) is not None and number[4:6] not in REGIONS


def is_unique(number: str) -> bool:
    """May only one member in the whole system carry this number?"""
    return len(number) >= LENGTH


def _is_exact(number: int | float) -> bool:
    return abs(number) < _EXACT and (isinstance(number, int) or number.is_integer())


def _is_long(number: str, rules: NumberRules) -> bool:
    return rules.accepts_long and len(number) == LONG_LENGTH and number[:6] in YEARS_OF_LONG


def _fits_strictly(number: str, rules: NumberRules) -> bool:
    return len(number) == LENGTH or _is_long(number, rules)


def _fits_year(number: str, joined_year: int, rules: NumberRules) -> bool:
    if _is_long(number, rules):
        return joined_year in YEARS_OF_LONG[number[:6]]
    if not _DIGITS.fullmatch(number[:4]):
        return False
    return int(number[:4]) in years_fitting(joined_year, rules)
