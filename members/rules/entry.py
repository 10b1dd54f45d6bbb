"""An entry: what one row, form or request says about one member, as plain data."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from operator import attrgetter
from typing import Any

from zhtj.lib.problems import Problem
from zhtj.lib.workbook import Cell

import cadres.rules
from members import numbers
from members.rules.codes import EVERY_CODE
from orgs import identity, person_rules, reading
from orgs.reading import Reader, RowReader, coded, of_plain, plain_data, text


@dataclass(frozen=True, slots=True)
class Policy:
    """The admission settings in force (domain, section 6)."""

    strict_admission_from: dt.date = dt.date(2017, 1, 1)
    minimum_age_before: int = 12
    minimum_age_from: int = 13
    overage_from: int = 28
    refuses_under_three: bool = False
    number_rules: numbers.NumberRules = numbers.DEFAULT_RULES

    def is_strict(self, joined_on: dt.date) -> bool:
        """Does the strict rule hold for who joined in this month?"""
        return joined_on >= self.strict_admission_from


@dataclass(slots=True)
class Entry:
    """One member as entered. Blank is "" or None; `unread` holds the fields that could not be read.

    `branch` is what was typed, `branch_id` the branch it means, once found; `row` the line of
    the sheet it came from.
    """

    full_name: str = ""
    national_id: str = ""
    ethnicity: str = ""
    political_status: str = ""
    joined_on: dt.date | None = None
    branch: str = ""
    is_cadre: bool | None = None
    post: str = ""
    engagement: str = ""
    appointed_on: dt.date | None = None
    development_number: str = ""
    application_form: bool | None = None
    member_card: bool | None = None
    transfer_letter: bool | None = None
    education: str = ""
    mobile: str = ""
    workplace: str = ""
    email: str = ""
    qq: str = ""
    wechat: str = ""
    joined_party_on: dt.date | None = None
    is_volunteer: bool | None = None
    branch_id: int | None = None
    row: int = 0
    unread: dict[str, Problem] = field(default_factory=dict)
    waived: frozenset[str] = frozenset()  # codes a superior has waived for this person in writing

    def as_data(self) -> dict[str, Any]:
        """Plain JSON data of what is filled, for `from_data`. Of a readable entry only."""
        return plain_data(_STORED, _stored(self))

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "Entry":
        """The entry behind `as_data`."""
        return of_plain(cls, data)


# What a sheet, a form and a request may say, in the order of the workbook.
FIELDS: tuple[str, ...] = tuple(
    f.name for f in fields(Entry) if f.name not in {"branch_id", "row", "unread", "waived"}
)
_STORED = (*FIELDS, "branch_id", "row")
_stored = attrgetter(*_STORED)
_NEVER_FILLED = frozenset({"full_name", "national_id", "branch", "is_cadre"})  # required, or who it is
_OF_THE_POST = frozenset({"post", "engagement", "appointed_on"})
_COMPARED = tuple(name for name in FIELDS if name not in {"full_name", "national_id", "branch"})
_FEW = person_rules.FEW | {
    "branch",
    "is_cadre",
    "post",
    "engagement",
    "appointed_on",
    "application_form",
    "member_card",
    "transfer_letter",
}


class EntryReader(reading.EntryReader[Entry]):
    """Reads cells into entries."""

    def __init__(self, today: dt.date) -> None:
        super().__init__(Entry, FIELDS, RowReader(_readers(today), EVERY_CODE, _FEW))


def filled_from(entry: Entry, stored: Entry) -> Entry:
    """`entry` with its blanks filled from the record: a blank cell never changes what is stored."""
    blanks = {}
    for name in FIELDS:
        if name in _NEVER_FILLED or name in entry.unread or getattr(entry, name) not in (None, ""):
            continue
        if name in _OF_THE_POST and (not entry.is_cadre or name == "post"):
            continue  # a cadre must name the post; who is none has none
        blanks[name] = getattr(stored, name)
    return replace(entry, waived=stored.waived, **blanks)


def changes(entry: Entry, stored: Entry) -> dict[str, list[str]]:
    """Field → [old, new] as shown, where `entry` (filled) differs from the record."""
    found = {}
    for name in _COMPARED:
        if name in _OF_THE_POST and not entry.is_cadre and not stored.is_cadre:
            continue
        old, new = getattr(stored, name), getattr(entry, name)
        if name in _OF_THE_POST and not entry.is_cadre:
            new = None  # the post ends with all that belongs to it
        if (old or new or old is False or new is False) and old != new:
            found[name] = [shown(name, old), shown(name, new)]
    return found


def shown(name: str, value: Any) -> str:
    """A value as a reader sees it."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        words = ("有", "无") if name in _EVIDENCE else ("是", "否")
        return words[0] if value else words[1]
    if isinstance(value, dt.date):
        return f"{value:%Y-%m}"
    return _WORDS.get(name, {}).get(value, str(value))


def shown_entry(entry: Entry) -> dict[str, str]:
    """Every field as a reader sees it."""
    return {name: shown(name, getattr(entry, name)) for name in FIELDS}


_EVIDENCE = frozenset({"application_form", "member_card", "transfer_letter"})
_WORDS: dict[str, dict[str, str]] = {
    "political_status": {
        person_rules.POLITICAL_STATUSES[word]: word for word in person_rules.POLITICAL_STATUS_CHOICES
    },
    "engagement": {stored: word for word, stored in cadres.rules.ENGAGEMENTS.items()},
}


def _readers(today: dt.date) -> dict[str, Reader]:
    evidence = {name: coded(identity.read_yes_no, f"{name}.format") for name in _EVIDENCE}
    return {
        **person_rules.readers(today),
        **evidence,
        "branch": text(120, "branch.unknown"),
        "is_cadre": coded(identity.read_yes_no, "is_cadre.format"),
        "post": _read_post,
        "engagement": _read_engagement,
        "appointed_on": coded(identity.read_month, "appointed_on.format"),
        "development_number": coded(numbers.read_number, "development_number.format"),
    }


def _read_post(cell: Cell) -> tuple[str, str | None]:
    """The post as typed, known or not: which posts there are depends on the kind of unit."""
    word = identity.squeeze(cell)
    return ("" if word == "无" else word[:20]), None


def _read_engagement(cell: Cell) -> tuple[str, str | None]:
    word = identity.squeeze(cell)
    value = cadres.rules.ENGAGEMENTS.get(word, "")
    return value, None if value or word in ("", "无") else "engagement.unknown"
