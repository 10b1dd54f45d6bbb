"""An entry: what one row, form or request says about one cadre, as plain data."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from operator import attrgetter
from typing import Any

from zhtj.lib.problems import Problem
from zhtj.lib.workbook import Cell

from cadres.rules.codes import EVERY_CODE
from cadres.rules.posts import ENGAGEMENTS
from orgs import identity, person_rules, reading
from orgs.reading import Reader, RowReader, coded, of_plain, plain_data, text


@dataclass(slots=True)
class Entry:
    """One cadre as entered. Blank is "" or None; `unread` holds the fields that could not be read.

    `unit` is what was typed, `unit_id` the unit it means, once found; `row` the line of the sheet.
    """

    full_name: str = ""
    national_id: str = ""
    ethnicity: str = ""
    political_status: str = ""
    post: str = ""
    unit: str = ""
    engagement: str = ""
    appointed_on: dt.date | None = None
    joined_on: dt.date | None = None
    education: str = ""
    mobile: str = ""
    workplace: str = ""
    email: str = ""
    qq: str = ""
    wechat: str = ""
    joined_party_on: dt.date | None = None
    unit_id: int | None = None
    row: int = 0
    unread: dict[str, Problem] = field(default_factory=dict)

    @property
    def is_volunteer(self) -> None:
        """Asked of members only: nothing is said about it here."""

    def as_data(self) -> dict[str, Any]:
        """Plain JSON data of what is filled, for `from_data`. Of a readable entry only."""
        return plain_data(_STORED, _stored(self))

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "Entry":
        """The entry behind `as_data`."""
        return of_plain(cls, data)


# What a sheet, a form and a request may say, in the order of the workbook.
FIELDS: tuple[str, ...] = tuple(f.name for f in fields(Entry) if f.name not in {"unit_id", "row", "unread"})
PERSON_DETAILS = (
    "ethnicity",
    "political_status",
    "education",
    "mobile",
    "workplace",
    "email",
    "qq",
    "wechat",
    "joined_party_on",
)
POST_DETAILS = ("engagement", "appointed_on", "joined_on")
_STORED = (*FIELDS, "unit_id", "row")
_stored = attrgetter(*_STORED)
_DATES = frozenset({"joined_on", "appointed_on", "joined_party_on"})
_COMPARED = ("post", *POST_DETAILS, *PERSON_DETAILS)
_FEW = person_rules.FEW | {"unit", "post", "engagement", "appointed_on"}
LABELS = {
    "ethnicity": "民族",
    "political_status": "政治面貌",
    "education": "文化程度",
    "mobile": "手机号码",
    "workplace": "学习工作单位",
    "email": "电子邮箱",
    "qq": "QQ",
    "wechat": "微信号",
    "joined_party_on": "入党年月",
    "post": "团内职务",
    "engagement": "团干部性质",
}


class EntryReader(reading.EntryReader[Entry]):
    """Reads cells into entries."""

    def __init__(self, today: dt.date) -> None:
        super().__init__(Entry, FIELDS, RowReader(_readers(today), EVERY_CODE, _FEW))


def filled_from(entry: Entry, stored: Entry, names: Sequence[str]) -> Entry:
    """`entry` with those of its blanks filled from the record: a blank cell changes nothing."""
    blanks = {
        name: getattr(stored, name)
        for name in names
        if name not in entry.unread and getattr(entry, name) in (None, "")
    }
    return replace(entry, **blanks)


def with_person_of(entry: Entry, stored: Entry) -> tuple[Entry, list[str]]:
    """`entry` with all details of the person as stored, and the fields in which it said otherwise."""
    differing = [
        name
        for name in PERSON_DETAILS
        if getattr(entry, name) not in (None, "") and getattr(entry, name) != getattr(stored, name)
    ]
    kept = {name: getattr(stored, name) for name in PERSON_DETAILS}
    unread = {name: why for name, why in entry.unread.items() if name not in kept}
    return replace(entry, **kept, unread=unread), differing


def changes(entry: Entry, stored: Entry) -> dict[str, list[str]]:
    """Field → [old, new] as shown, where `entry` (filled) differs from the record."""
    return {
        name: [shown(name, getattr(stored, name)), shown(name, getattr(entry, name))]
        for name in _COMPARED
        if (getattr(stored, name) or None) != (getattr(entry, name) or None)
    }


def shown(name: str, value: Any) -> str:
    """A value as a reader sees it."""
    if value is None or value == "":
        return ""
    if name in _DATES:
        return f"{value:%Y-%m}"
    return _WORDS.get(name, {}).get(value, str(value))


def shown_entry(entry: Entry) -> dict[str, str]:
    """Every field as a reader sees it."""
    return {name: shown(name, getattr(entry, name)) for name in FIELDS}


_WORDS: dict[str, dict[str, str]] = {
    "political_status": {
        person_rules.POLITICAL_STATUSES[word]: word for word in person_rules.POLITICAL_STATUS_CHOICES
    },
    "engagement": {stored: word for word, stored in ENGAGEMENTS.items()},
}


def _readers(today: dt.date) -> dict[str, Reader]:
    person = {name: reader for name, reader in person_rules.readers(today).items() if name in FIELDS}
    return {
        **person,
        "post": _read_post,
        "unit": text(120, "unit.unknown"),
        "engagement": _read_engagement,
        "appointed_on": coded(identity.read_month, "appointed_on.format"),
    }


def _read_post(cell: Cell) -> tuple[str, str | None]:
    """The post as typed, known or not: which posts there are depends on the kind of unit."""
    word = identity.squeeze(cell)
    return ("" if word == "无" else word[:20]), None


def _read_engagement(cell: Cell) -> tuple[str, str | None]:
    word = identity.squeeze(cell)
    value = ENGAGEMENTS.get(word, "")
    return value, None if value or word in ("", "无") else "engagement.unknown"
