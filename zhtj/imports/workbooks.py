"""The workbooks the desk gives out: a blank one to fill in, and the rows that did not get in."""

import io
from collections.abc import Iterator

from zhtj.imports import queries, registry
from zhtj.imports.models import ImportBatch
from zhtj.imports.pipeline import documents, findings
from zhtj.imports.pipeline.reading import MEND_COLUMN, PROBLEM_COLUMN
from zhtj.lib import sheets
from zhtj.lib.workbook import Cell, Column, WorkbookKind

from orgs import audit
from orgs.models import OrgUnit
from orgs.scopes import Actor

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
EXPLANATION_ROWS = 9  # the header row must be found within the first ten


def blank(kind: WorkbookKind, unit: OrgUnit) -> bytes:
    """The workbook to fill in for `unit`: drop-downs, text columns, hints, explanation above."""
    choices = kind.choices_for(unit)
    optional = kind.left_out(unit)
    header = [
        _header_cell(column, choices.get(column.field) or column.choices, column.field in optional)
        for column in kind.columns
    ]
    lines = [f"{kind.title}导入表（{unit.short_name}）", *kind.explanation][:EXPLANATION_ROWS]
    return _written(sheets.SheetOut(kind.title, header, explanation=lines))


def open_rows(actor: Actor, batch: ImportBatch) -> bytes:
    """The rows still to mend or rectify, as typed, with what is wrong and how to mend it.

    Headers as they were in the file and cells of the same type: it can be uploaded again as it is.
    Leaves an audit entry, for it carries whole ids. One query besides.
    """
    kind = registry.kind_of(batch.kind)
    known = {column.field: column for column in kind.columns}
    columns = [(known[c["field"]], c["header"]) for c in batch.columns if c["field"] in known]
    header = [
        sheets.HeaderCell(text, width=column.width, is_text=True, choices=column.choices)
        for column, text in columns
    ]
    header += [sheets.HeaderCell(PROBLEM_COLUMN, width=48), sheets.HeaderCell(MEND_COLUMN, width=48)]
    rows = _open_rows(batch, [column.field for column, _ in columns])
    data = _written(sheets.SheetOut(kind.title, header, rows))
    count = batch.mend_count + batch.rectify_count
    audit.record(actor, "imports.take_rows", unit=batch.unit, batch_id=batch.pk, after={"rows": count})
    return data


def _open_rows(batch: ImportBatch, fields: list[str]) -> Iterator[list[Cell | sheets.Marked]]:
    for row in queries.open_rows(batch).iterator(chunk_size=2000):
        typed, _ = documents.open_cells(row.cells_sealed)
        problems = findings.problems_of(row, batch)
        faulty = {problem["field"] for problem in problems}
        marked: list[Cell | sheets.Marked] = [
            sheets.Marked(typed.get(name)) if name in faulty else typed.get(name) for name in fields
        ]
        said = "\n".join(problem["message"] for problem in problems)
        mend = "\n".join(dict.fromkeys(problem["mend"] for problem in problems if problem["mend"]))
        yield [*marked, said, mend]


def _header_cell(column: Column, choices: list[str] | tuple[str, ...], left_out: bool) -> sheets.HeaderCell:
    example = f"例：{column.example}" if column.example else ""
    return sheets.HeaderCell(
        column.header,
        required=column.required and not left_out,
        hint="\n".join(filter(None, (column.help, example))),
        choices=tuple(choices),
        width=column.width,
        is_text=True,
    )


def _written(sheet: sheets.SheetOut) -> bytes:
    target = io.BytesIO()
    sheets.write_workbook(target, [sheet])
    return target.getvalue()
