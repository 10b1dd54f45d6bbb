"""A batch in plain data: what the command prints and the API answers (design: interfaces)."""

from collections.abc import Iterator, Sequence
from typing import Any

from zhtj.imports import cells, queries
from zhtj.imports.models import BatchState, ImportBatch, ImportRow
from zhtj.imports.pipeline import documents, findings
from zhtj.lib.problems import Problem

COUNTED = {"ok": "可以导入", "unchanged": "无变化", "updated": "有更新", "mend": "要改", "rectify": "需整改"}
COUNTS = tuple(COUNTED)
STATES = {state.value: state.label for state in BatchState}


def counts(batch: ImportBatch) -> dict[str, Any]:
    """The keys without the problems. No query."""
    named = {name: getattr(batch, f"{name}_count") for name in COUNTS}
    return {
        "batch": batch.pk,
        "state": batch.state,
        "rows": sum(named.values()),
        **named,
        "acknowledge": batch.acknowledgements,
        "entered": batch.entered_count,
    }


def problems(batch: ImportBatch, limit: int | None = None) -> Iterator[dict[str, Any]]:
    """Those of the file, then row by row as the sheet has them. One query, rows streamed."""
    for problem in batch.problems:
        yield _of_file(problem)
    rows = queries.problem_rows(batch)
    for row in rows[:limit] if limit else rows.iterator(chunk_size=2000):
        yield from row_problems(row, batch)


def whole(batch: ImportBatch, said: Sequence[Problem] = ()) -> dict[str, Any]:
    """The command's answer: counts, acknowledgements, every problem; `said` goes first.

    To the command a check that failed refuses the file, as its answer always said; on the desk the batch
    waits to be checked again.
    """
    listed = [_of_file(documents.plain_problem(problem)) for problem in said]
    answer = counts(batch) | {"problems": [*listed, *problems(batch)]}
    return answer | {"state": BatchState.REFUSED} if batch.state == BatchState.FAILED else answer


def turned_away(refusal: Sequence[Problem]) -> dict[str, Any]:
    """The command's answer when not even a batch came about."""
    nothing = {"batch": None, "state": "refused", "rows": 0, **dict.fromkeys(COUNTS, 0)}
    listed = [_of_file(documents.plain_problem(problem)) for problem in refusal]
    return nothing | {"acknowledge": [], "entered": 0, "problems": listed}


def in_words(answer: dict[str, Any]) -> Iterator[str]:
    """The same answer for a person at a terminal."""
    counted = "，".join(f"{word} {answer[name]}" for name, word in COUNTED.items() if answer[name])
    yield f"批次 {answer['batch'] or '—'}：{STATES.get(answer['state'], answer['state'])}"
    yield f"{answer['rows']} 行：{counted or '没有数据'}；本次录入 {answer['entered']}"
    for tick in answer["acknowledge"]:
        yield f"需确认 {tick['code']}：{tick['message']}"
    for problem in answer["problems"]:
        place = f"第 {problem['row']} 行 {problem['column'] or ''}" if problem["row"] else "文件"
        value = f"（读到“{problem['value']}”）" if problem["value"] else ""
        yield f"{place}{value} {problem['code']}：{problem['message']}"


def row_problems(row: ImportRow, batch: ImportBatch) -> Iterator[dict[str, Any]]:
    """One row's problems with the column's header in the file and the cell as read, ids masked."""
    typed, _ = documents.open_cells(row.cells_sealed)
    headers = headers_by_field(batch)
    for problem in findings.problems_of(row, batch):
        field = problem["field"]
        value = cells.shown(field, typed[field]) if typed.get(field) is not None else None
        yield {"row": row.number, "column": headers.get(field), **_said(problem), "value": value}


def row_change(row: ImportRow) -> dict[str, list[str]]:
    """Field → [old, new] of a row that updates a record, ids masked."""
    _, change = documents.open_cells(row.cells_sealed)
    return {name: [cells.shown(name, value) for value in values] for name, values in change.items()}


def of_file(problem: Problem) -> dict[str, Any]:
    """A problem that is about no row."""
    return _of_file(documents.plain_problem(problem))


def headers_by_field(batch: ImportBatch) -> dict[str, str]:
    return {column["field"]: column["header"] for column in batch.columns if column["field"]}


def _of_file(problem: dict[str, str]) -> dict[str, Any]:
    return {"row": None, "column": None, **_said(problem), "value": None}


def _said(problem: dict[str, str]) -> dict[str, str]:
    return {name: problem[name] for name in ("field", "code", "severity", "message")}
