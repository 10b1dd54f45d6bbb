"""The pictures for the work groups: a ranking per class, 1080 px wide, readable on a phone.

Specification (design: look, "Pictures"). At most 30 rows and 6 columns each; a class with more rows gets
several pictures of even length, numbered in one sequence over all classes. A red head with title, day
number and cut-off; the unit's own figures on top; lagging rows marked by a word and a tint; below, the
bulletin's number and verification code. A unit without children gets one picture of its own figures.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from progress.exports import words
from progress.exports.document import Document, Line, StageHead, explanations
from progress.exports.typesetting import breakable, typeset
from progress.tally import Status

MOST_ROWS = 30
COLUMNS = ["名次", "单位", "录入率", "已录/应录", "较昨日", "状态"]
FONTS = ["Noto Sans SC"]
WIDE_LETTERS = 8  # of the widest letter so many fit the column of names
MEDALS = 3  # places on gold, but for who lags
TONES = {
    Status.COMPLETE: "good",
    Status.AHEAD: "ahead",
    Status.BEHIND: "bad",
    Status.OVERDUE: "bad",
    Status.NOT_STARTED: "warn",
}


@dataclass(frozen=True, slots=True)
class Sheetful:
    """What one picture shows: the rows of a class in one stage, or a part of them.

    `part` is （1/2） where a class needs several pictures; `idle` counts those left out because the
    stage asks nothing of them.
    """

    group: str
    label: str
    stage: StageHead | None
    part: str = ""
    rows: Sequence[Line] = ()
    idle: int = 0


def plan(document: Document) -> list[Sheetful]:
    """The pictures the document gives, in their order. Nothing is drawn."""
    sheets = []
    for group in document.groups():
        stage, label = document.focus(group), document.head.groups[group]
        rows, idle = document.listed(stage.key, group) if stage else ([], 0)
        shares = words.shares(len(rows), MOST_ROWS)
        rest = iter(rows)
        for page, share in enumerate(shares, start=1):
            part = f"（{page}/{len(shares)}）" if len(shares) > 1 else ""
            sheets.append(Sheetful(group, label, stage, part, list(islice(rest, share)), idle))
    return sheets or [Sheetful("", "", document.focus())]


def pictures(document: Document) -> list[bytes]:
    """The PNGs, as `plan` orders them. About 0.15 s each."""
    data = {
        "fonts": FONTS,
        "banner": "预览稿 · 尚未发布 · 请勿转发" if document.head.is_preview else "",
        "pictures": [_picture(document, sheet) for sheet in plan(document)],
    }
    return typeset("picture.typ", data, "png", ppi=72)


def _picture(document: Document, sheet: Sheetful) -> dict[str, Any]:
    head, stage = document.head, sheet.stage
    own = document.own(stage.key) if stage else None
    return {
        "campaign": breakable(head.campaign),
        "title": f"{sheet.label}录入日通报{sheet.part}",
        "day": f"第{head.day_number}天",
        "stage": breakable(stage.name) if stage else "",
        "cutoff": f"截至 {head.cutoff:%Y-%m-%d %H:%M}",
        "own": _own(head.unit_name, own, stage) if own and stage else None,
        "columns": COLUMNS,
        "rows": [_row(line, stage.measure) for line in sheet.rows] if stage else [],
        "notes": [*filter(None, [_early(document, sheet)]), *_notes(sheet, own)],
        "number": f"日通报{head.number}",
        "code": f"校验码 {head.code}",
    }


def _own(name: str, own: Line, stage: StageHead) -> dict[str, Any]:
    due = ""
    if own.days_left:
        needed = f"，日均还需 {own.needed_per_day:,}" if own.needed_per_day else ""
        due = f"截止 {stage.deadline:%Y-%m-%d}，还有 {own.days_left} 天{needed}"
    return {
        "name": breakable(name),
        "rate": words.percent(own.rate),
        "counts": f"已录 {words.figure(own.entered)} / 应录 {words.figure(own.expected)}",
        "change": f"较昨日 {words.change(own.delta_1)}",
        "marks": words.marks(own.explained, own.remarks(stage.measure)),
        "due": due,
    }


def _row(line: Line, measure: str) -> dict[str, Any]:
    return {
        "rank": words.UNKNOWN if line.rank is None else str(line.rank),
        "medal": line.rank is not None and line.rank <= MEDALS and bool(line.entered) and not line.lags,
        "name": breakable(line.name, WIDE_LETTERS),
        "marks": words.marks(line.explained, line.remarks(measure)),
        "rate": words.percent(line.rate),
        "entered": words.figure(line.entered),
        "expected": f"/ {words.figure(line.expected)}",
        "change": words.change(line.delta_1),
        "status": line.status,
        "tone": TONES.get(Status(line.status), "plain"),
        "lags": line.lags,
    }


def _early(document: Document, sheet: Sheetful) -> str:
    """Who of the whole class has an early start in the stage shown."""
    names = document.opened_early(sheet.stage.key, sheet.group or None) if sheet.stage else []
    return breakable(words.early(names))


def _notes(sheet: Sheetful, own: Line | None) -> Iterator[str]:
    """What has to be said of these rows so that no figure is misread."""
    if any(line.lags for line in sheet.rows):
        yield "底色标出的单位：滞后、逾期，或应启动而未启动。"
    if any(line.rate is None for line in sheet.rows):
        yield "“—”：没有应录入数，不参加排名。"
    if sheet.stage:
        yield from explanations([*sheet.rows, *([own] if own else [])], sheet.stage.measure)
    if sheet.idle:
        yield f"另有 {sheet.idle} 个单位没有这项录入任务，未列出。"
