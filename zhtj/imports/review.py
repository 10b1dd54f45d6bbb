"""A batch in words: the headline, the groups of faults, the rows, the button. Reads only."""

import datetime as dt
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db.models import Count, Q, QuerySet
from django.http import Http404
from django.utils.timezone import localtime

from zhtj.imports import branches, cells, keys, queries, registry, undoing
from zhtj.imports.models import BatchState, ImportBatch, ImportRow, RowOutcome
from zhtj.imports.pipeline import documents, findings, preparing, states
from zhtj.imports.rules import ATTESTATION
from zhtj.lib import days
from zhtj.lib.problems import Problem
from zhtj.lib.workbook import Cell, Context, Row, WorkbookKind

from orgs.scopes import Actor

GOOD = "good"  # ?show=good unfolds the rows nothing is to be said about
# Seconds under way, milliseconds until it is asked again: quick for a small file, patient for a large one.
POLLS = ((2, 150), (6, 400), (20, 1_000), (120, 3_000), (math.inf, 8_000))
NAMING_CELLS = 3  # cells that tell a reader which row it is

CHIPS = {
    BatchState.UPLOADED: "info",
    BatchState.CHECKING: "info",
    BatchState.CHECKED: "warning",
    BatchState.COMMITTING: "info",
    BatchState.COMMITTED: "success",
    BatchState.REFUSED: "error",
    BatchState.FAILED: "error",
    BatchState.EXPIRED: "",
    BatchState.CONTINUED: "",
    BatchState.UNDONE: "",
    BatchState.DISCARDED: "",
    RowOutcome.OK: "success",
    RowOutcome.UNCHANGED: "",
    RowOutcome.UPDATED: "info",
    RowOutcome.MEND: "error",
    RowOutcome.RECTIFY: "warning",
    RowOutcome.SKIPPED: "",
}
SEVERITY_WORDS = {"error": "要改", "acknowledge": "需确认", "warning": "提醒", "hint": "说明"}
WITHOUT_RESULT = (BatchState.REFUSED, BatchState.FAILED)  # the last check came to none: it says why
WITHOUT_HEADLINE = (*WITHOUT_RESULT, BatchState.DISCARDED)  # the sentence stands below it
_COUNTED = (
    ("ok_count", "可以导入"),
    ("updated_count", "有更新"),
    ("unchanged_count", "无变化"),
    ("mend_count", "要改"),
    ("rectify_count", "需整改"),
    ("skipped_count", "已跳过"),
)


@dataclass(slots=True)
class Line:
    """A row as the review lists it."""

    number: int
    outcome: str = RowOutcome.OK
    label: str = RowOutcome.OK.label
    chip: str = CHIPS[RowOutcome.OK]
    named_by: list[str] = field(default_factory=list)
    problems: list[dict[str, Any]] = field(default_factory=list)
    change: list[tuple[str, str, str]] = field(default_factory=list)  # column, old, new
    is_mended: bool = False
    is_open: bool = False
    may_be_listed: bool = False
    listed: dict[str, Any] = field(default_factory=dict)  # {"youth", "unit"}: where the row went


def headline(batch: ImportBatch) -> str:
    """`40 行：36 行可以导入，3 行要改，1 行需整改`."""
    said = [f"{getattr(batch, name)} 行{word}" for name, word in _COUNTED if getattr(batch, name)]
    if batch.listed_count:
        said.append(f"{batch.listed_count} 行已列入整改清单")
    return f"{batch.row_count + batch.skipped_count} 行：{'，'.join(said)}"


def commit_label(batch: ImportBatch) -> str:
    """What the button will do: `导入 36 人，更新 2 人`."""
    counted = registry.counted(batch.kind)
    parts = [f"导入 {batch.ok_count} {counted}"] if batch.ok_count else []
    if batch.updated_count:
        parts.append(f"更新 {batch.updated_count} {counted}")
    return "，".join(parts) or "确认完成"


def result(batch: ImportBatch) -> str:
    """What came of it, in one sentence."""
    left = batch.open_count
    if batch.state == BatchState.COMMITTED:
        counted = registry.counted(batch.kind)
        done = [f"已导入 {batch.entered_count} {counted}"]
        if batch.updated_count:
            done.append(f"更新 {batch.updated_count} {counted}")
        if batch.unchanged_count:
            done.append(f"{batch.unchanged_count} 行无变化")
        if left:
            done.append(f"还有 {left} 行没有导入")
        if batch.listed_count:
            done.append(f"{batch.listed_count} 行已列入整改清单")
        return "，".join(done)
    if batch.state == BatchState.CHECKED:
        return headline(batch)
    if batch.state == BatchState.UNDONE:
        return "已撤销：" + undone_in_words(batch, batch.undone["withdrawn"], batch.undone["restored"])
    if batch.state == BatchState.DISCARDED:
        return f"{batch.discarded_by} 于 {localtime(batch.state_at):%Y-%m-%d %H:%M} 放弃，没有写入任何内容"
    if batch.state in WITHOUT_RESULT:
        return "；".join(problem["message"] for problem in batch.problems)
    return batch.get_state_display()


def undone_in_words(batch: ImportBatch, withdrawn: int, restored: int) -> str:
    """`撤回 36 人，恢复 2 人原来的内容`."""
    counted = registry.counted(batch.kind)
    parts = [f"撤回 {withdrawn} {counted}"] if withdrawn else []
    if restored:
        parts.append(f"恢复 {restored} {counted}原来的内容")
    return "，".join(parts) or "没有可以撤销的内容"


def line(batch: ImportBatch) -> dict[str, Any]:
    """A batch as the list shows it."""
    title = registry.KINDS[batch.kind].title if batch.kind in registry.KINDS else batch.kind
    return {"batch": batch, "title": title, "result": result(batch), "chip": CHIPS[BatchState(batch.state)]}


def limits(kind: WorkbookKind) -> dict[str, int]:
    """The limits said before an upload."""
    table = settings.ZHTJ_IMPORT_LIMITS
    return {
        "megabytes": table["bytes"] >> 20,
        "rows": table[kind.row_limit],
        "columns": table["columns"],
        "files": table["files"],
        "together": table["files_bytes"] >> 20,
    }


def summary(batch: ImportBatch) -> dict[str, Any]:
    """What every page of a batch shows. No query."""
    kind = registry.kind_of(batch.kind)
    ticks = [a for a in batch.acknowledgements if a["code"] != ATTESTATION]
    return {
        "batch": batch,
        "kind": kind,
        "chip": CHIPS[BatchState(batch.state)],
        "headline": batch.get_state_display() if batch.state in WITHOUT_HEADLINE else result(batch),
        "commit_label": commit_label(batch),
        "may_commit": _may_commit(batch),
        "may_mend": batch.state in states.IN_HAND,
        "result": result(batch),
        "faults": _faults(batch, kind),
        "ticks": [
            {"code": code, "messages": [a["message"] for a in ticks if a["code"] == code]}
            for code in dict.fromkeys(a["code"] for a in ticks)
        ],
        "attestation": [a["message"] for a in batch.acknowledgements if a["code"] == ATTESTATION],
        "open_count": batch.open_count,
        "skipped_count": batch.skipped_count,
        "clean_count": batch.ok_count + batch.unchanged_count,
        "to_list_count": _to_list(batch, kind),
        "may_undo": undoing.may_be_undone(batch),
        "undone_until": undoing.undone_until(batch),
        "filters": _filters(batch),
    }


def rows_to_do(batch: ImportBatch) -> int:
    """The rows that the step it is in goes through."""
    return batch.ok_count + batch.updated_count if batch.state == BatchState.COMMITTING else batch.row_count


def waiting(batch: ImportBatch, now: dt.datetime) -> dict[str, Any]:
    """How far a batch under way is: its rows, per cent, seconds left (None: no telling), next look."""
    spent = max((now - batch.state_at).total_seconds(), 0)
    done, rows = batch.done_count, rows_to_do(batch)
    knows = batch.state in (BatchState.CHECKING, BatchState.COMMITTING) and done and rows
    return {
        "rows": rows,
        "percent": min(100 * done // rows, 99) if knows else None,
        "seconds_left": math.ceil(spent * max(rows - done, 0) / done) if knows and spent > 1 else None,
        "delay": next(delay for within, delay in POLLS if spent < within),
    }


def tick(found: branches.Tick) -> dict[str, Any]:
    """A branch of the tick list as a line: what has come, and what to do next."""
    batch = found.batch
    if batch is None:
        word, chip = ("还没有交", "") if not found.member_count else ("还没有交，已有录入", "")
    elif batch.state == BatchState.CHECKED and batch.open_count:
        word, chip = f"有 {batch.open_count} 行要处理", "warning"
    else:
        word, chip = batch.get_state_display(), CHIPS[BatchState(batch.state)]
    return {
        "branch": found.branch,
        "member_count": found.member_count,
        "batch": batch,
        "word": word,
        "chip": chip,
        "result": result(batch) if batch else "",
    }


def tick_counts(found: Sequence[branches.Tick]) -> dict[str, int]:
    """How many branches there are, have handed in, are entered, are missing."""
    gone = (BatchState.REFUSED, BatchState.UNDONE)
    came = [one.batch for one in found if one.batch and one.batch.state not in gone]
    return {
        "all": len(found),
        "came": len(came),
        "done": sum(batch.state == BatchState.COMMITTED for batch in came),
        "missing": len(found) - len(came),
    }


def judged_alone(actor: Actor, batch: ImportBatch, number: int, typed: dict[str, Cell]) -> dict[str, Any]:
    """What the rules say of one row by itself, before it is kept. The room's queries for one row."""
    kind = registry.kind_of(batch.kind)
    prepared = preparing.prepare([Row(number, typed)])
    context = Context(actor, batch.unit, days.today(), batch.pk, batch.attest_evidence)
    judged = kind.importer(context).judge(prepared.rows, lambda done: None)
    preparing.add(judged, prepared.problems)
    headers = {column.field: column.header for column in kind.columns}
    (verdict,) = judged
    outcome = RowOutcome(verdict.outcome)
    return {
        "label": outcome.label,
        "chip": CHIPS[outcome],
        "problems": [(headers.get(problem.field, ""), problem) for problem in verdict.problems],
    }


def rows_shown(
    batch: ImportBatch, code: str = "", show: str = ""
) -> QuerySet[ImportRow] | Sequence[ImportRow | Row]:
    """The rows of the review's list: by default those to look at, of one code, or the good ones."""
    if show in (GOOD, RowOutcome.OK, RowOutcome.UNCHANGED):
        return _good_rows(batch, show)
    if show in (RowOutcome.MEND, RowOutcome.RECTIFY, RowOutcome.UPDATED):
        return queries.rows(batch, outcome=show)
    if show == RowOutcome.SKIPPED:
        return queries.skipped_rows(batch)
    return queries.rows(batch, code=code)


def lines(batch: ImportBatch, rows: Sequence[ImportRow | Row]) -> list[Line]:
    """Rows of one page, their cells opened and masked."""
    headers = {column.field: column.header for column in registry.kind_of(batch.kind).columns}
    return [_line(batch, row, headers) for row in rows]


def row_to_mend(batch: ImportBatch, number: int) -> tuple[dict[str, Cell], list[Problem]]:
    """A row's cells as typed and what the last check said. One query; 404 for a row nobody need mend."""
    row = batch.rows.exclude(outcome=RowOutcome.SKIPPED).filter(number=number, listed={}).first()
    if row is None or batch.state not in states.IN_HAND:
        raise Http404
    return documents.open_cells(row.cells_sealed)[0], [
        documents.problem_of(problem) for problem in findings.problems_of(row, batch)
    ]


def kept(batch: ImportBatch) -> dict[str, Any]:
    """What is left after a check that failed, in words (`上传的文件、改过的 2 行都保留着`), and the counts
    that people have changed since the last result. One query."""
    skipped, is_open = Q(outcome=RowOutcome.SKIPPED), Q(outcome__in=queries.OPEN, listed={})
    counts = batch.rows.aggregate(
        mended=Count("pk", filter=Q(mended_at__isnull=False) & ~skipped),
        skipped_count=Count("pk", filter=skipped),
        open_count=Count("pk", filter=is_open),
    )
    parts = [f"改过的 {counts['mended']} 行"] if counts["mended"] else []
    parts += [f"跳过的 {counts['skipped_count']} 行"] if counts["skipped_count"] else []
    return counts | {"kept": f"{'、'.join(['上传的文件', *parts])}{'都' if parts else ''}保留着"}


def still_faulty(batch: ImportBatch, number: int) -> bool:
    """Does the row still wait for a hand after the last check? One query."""
    batch.refresh_from_db(fields=["state"])
    return batch.state == BatchState.CHECKED and queries.open_rows(batch).filter(number=number).exists()


def open_rows_name(batch: ImportBatch) -> str:
    """The file name of the rows handed back: the upload's, marked."""
    stem = batch.file_name.rpartition(".")[0] or batch.file_name
    return f"{stem.removesuffix('-待修改')}-待修改.xlsx"


def _may_commit(batch: ImportBatch) -> bool:
    something = batch.ok_count + batch.updated_count
    all_done = batch.unchanged_count and not batch.open_count
    return batch.state == BatchState.CHECKED and bool(something or all_done)


def _faults(batch: ImportBatch, kind: WorkbookKind) -> list[dict[str, Any]]:
    """The groups of faults with their column's name, and the rows beyond those named."""
    headers = {column.field: column.header for column in kind.columns}
    return [
        group
        | {
            "column": headers.get(group["field"], ""),
            "word": SEVERITY_WORDS[group["severity"]],
            "chip": "error" if group["severity"] == "error" else "warning",
            "more": group["count"] - len(group["rows"]),
        }
        for group in batch.faults
    ]


def _good_rows(batch: ImportBatch, show: str) -> list[Row]:
    """The rows nothing is said about; of these only the new, or only the unchanged ones."""
    if batch.rows_sealed is None:
        return []
    spoken_of = set(batch.rows.values_list("number", flat=True))
    rows = [row for row in documents.open_rows(batch.rows_sealed) if row.number not in spoken_of]
    if show == GOOD:
        return rows
    new = {line.number for line in documents.open_judged(batch.judged_sealed)} if batch.judged_sealed else ()
    return [row for row in rows if (row.number in new) == (show == RowOutcome.OK)]


def _to_list(batch: ImportBatch, kind: WorkbookKind) -> int:
    """Rows that may be put on the rectification list."""
    may = kind.put_on_list and batch.state in (BatchState.CHECKED, BatchState.COMMITTED)
    return batch.rectify_count - batch.listed_count if may else 0


def _filters(batch: ImportBatch) -> list[tuple[str, str, int]]:
    """Which rows may be listed by themselves: what to show, its word, how many."""
    counted = [
        (RowOutcome.MEND, batch.mend_count),
        (RowOutcome.RECTIFY, batch.rectify_count),
        (RowOutcome.UPDATED, batch.updated_count),
    ]
    if batch.state == BatchState.CHECKED:
        counted += [(RowOutcome.OK, batch.ok_count), (RowOutcome.UNCHANGED, batch.unchanged_count)]
    counted.append((RowOutcome.SKIPPED, batch.skipped_count))
    return [(outcome.value, outcome.label, count) for outcome, count in counted if count]


def _line(batch: ImportBatch, row: ImportRow | Row, headers: dict[str, str]) -> Line:
    if isinstance(row, Row):
        return Line(row.number, named_by=list(_named_by(row.cells)))
    typed, change = documents.open_cells(row.cells_sealed)
    outcome = RowOutcome(row.outcome)
    return Line(
        row.number,
        outcome,
        outcome.label,
        CHIPS[outcome],
        list(_named_by(typed)),
        [
            problem
            | {
                "column": headers.get(problem["field"], ""),
                "value": cells.shown(problem["field"], typed.get(problem["field"])),
                "word": SEVERITY_WORDS[problem["severity"]],
            }
            for problem in findings.problems_of(row, batch)
        ],
        [(headers.get(name, name), *_shown_change(name, values)) for name, values in change.items()],
        is_mended=row.mended_at is not None,
        is_open=outcome in (RowOutcome.MEND, RowOutcome.RECTIFY) and not row.listed,
        may_be_listed=outcome is RowOutcome.RECTIFY and not row.listed,
        listed=row.listed,
    )


def _named_by(typed: dict[str, Cell]) -> Iterator[str]:
    """The first filled cells: usually a name, a (masked) id, and what comes next."""
    filled = [(name, cell) for name, cell in typed.items() if cell is not None and name != keys.FIELD]
    for name, cell in filled[:NAMING_CELLS]:
        yield cells.shown(name, cell)


def _shown_change(name: str, values: list[str]) -> tuple[str, str]:
    old, new = values
    return cells.shown(name, old), cells.shown(name, new)
