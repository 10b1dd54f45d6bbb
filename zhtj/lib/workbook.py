"""What a room says about its workbook, and what the import desk hands it.

A room declares a `WorkbookKind` (columns, who may upload) and an `Importer` (judge rows,
name what must be acknowledged, write the good ones). The desk (`zhtj.imports`) does the rest:
reading, states, review, mending, reporting. Both sides speak only the types below.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from zhtj.lib.problems import Problem

# A cell as the spreadsheet stored it: the *type* matters (an id read as a float has lost digits).
Cell = str | int | float | bool | dt.date | dt.datetime | None


Report = Callable[[int], None]  # tells how many rows are done


def unheard(done: int) -> None:
    """A Report nobody listens to."""


class Outcome(StrEnum):
    """What becomes of a row; rows = ok + unchanged + updated + mend + rectify (+ skipped by hand)."""

    OK = "ok"
    UNCHANGED = "unchanged"
    UPDATED = "updated"
    MEND = "mend"
    RECTIFY = "rectify"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: the header as printed, other headers read as the same, help, and choices."""

    field: str
    header: str
    aliases: tuple[str, ...] = ()
    required: bool = False
    help: str = ""
    choices: tuple[str, ...] = ()
    width: int = 14
    example: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A non-empty row: its number as the sheet shows it, its cells by field (missing = None)."""

    number: int
    cells: dict[str, Cell]


@dataclass(slots=True)
class Judged:
    """A row with its verdict. `entry` is plain JSON data: all that writing it needs.

    `change` holds field → [old, new] as shown to a reader, for rows that update a record.
    """

    number: int
    outcome: Outcome
    problems: list[Problem] = field(default_factory=list)
    entry: dict[str, Any] | None = None
    change: dict[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """Something the uploader must tick before the batch may be committed."""

    code: str
    unit: str  # short name and code of the unit it is about; "" = the whole batch
    message: str


@dataclass(frozen=True, slots=True)
class Context:
    """The circumstances of one check, commit or undoing. `actor` is an orgs.scopes.Actor, `unit` an OrgUnit;
    `since` is when what is to be undone was committed; `report` hears how many rows are written."""

    actor: Any
    unit: Any
    today: dt.date
    batch_id: int | None = None
    attest_evidence: bool = False
    since: dt.datetime | None = None
    report: Report = unheard


@dataclass(slots=True)
class Undoing:
    """What taking a batch back does: records withdrawn, records put back as they were, and what stays.

    `stays` is (row of the sheet, why) for each row that something else has touched since.
    """

    withdrawn: int = 0
    restored: int = 0
    stays: list[tuple[int, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Listed:
    """Where a row to rectify went: the person put on the list, and the list's unit."""

    youth: int
    unit: str


class WorldMoved(Exception):
    """Since the check something changed that a row depends on: nothing is written, check anew."""


class Importer(Protocol):
    """What a room does with its rows. One instance serves one check or one commit."""

    def __init__(self, context: Context) -> None: ...

    def judge(self, rows: Sequence[Row], report: Report) -> list[Judged]:
        """Judge all rows against the rules, each other and the world; `report(n)` tells rows done.

        Reads only. Never raises for anything a cell may hold. Same order and number of rows out as in.
        """

    def acknowledgements(self, judged: Sequence[Judged]) -> list[Acknowledgement]:
        """What must be ticked before these rows (those to be written) are committed."""

    def write(self, judged: Sequence[Judged]) -> int:
        """Inside the desk's transaction: look at the world again, then write the rows with outcome
        ok and updated and leave the audit entry. Returns the records newly written.

        Raises WorldMoved before anything is written if any of these rows would now be judged
        differently.
        """


@dataclass(frozen=True, slots=True)
class WorkbookKind:
    """One kind of workbook: `capability` is what uploading it needs on the importing unit.

    `left_out(unit)` names required fields that may be missing for this unit (a branch's own
    member workbook needs no 所在团支部 column).
    """

    key: str
    title: str
    columns: tuple[Column, ...]
    capability: str
    importer: type[Importer]
    row_limit: str = "rows"  # key of settings.ZHTJ_IMPORT_LIMITS
    left_out: Callable[[Any], frozenset[str]] = lambda unit: frozenset()
    # Lines above the header of a blank workbook; asked for when one is made, as they may quote a setting.
    explanation: Callable[[], tuple[str, ...]] = tuple
    choices_for: Callable[[Any], dict[str, list[str]]] = lambda unit: {}  # drop-downs that depend on the unit
    # Who is known there already, for a pre-filled workbook: cells by field, ids whole (the desk masks them).
    known: Callable[[Any, Any], Iterable[dict[str, Cell]]] | None = None  # (scope, unit)
    # Inside the desk's transaction: take back what a commit of these rows wrote; True: only say what would be
    undo: Callable[[Context, Sequence[Judged], bool], Undoing] | None = None
    # Inside the desk's transaction: put rows whose identity is not established on the rectification list.
    put_on_list: Callable[[Context, Sequence[Row]], dict[int, Listed]] | None = None
