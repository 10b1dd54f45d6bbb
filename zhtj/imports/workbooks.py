"""The workbooks the desk gives out: a blank one to fill in, one with who is known there already, and the
rows that did not get in.

The last two carry hidden keys (`zhtj.imports.keys`): they are recognised when they come back, and whoever
the system knows stands in them with a masked id.
"""

import io
from collections.abc import Iterator
from itertools import islice

from zhtj.imports import cells, keys, queries, registry
from zhtj.imports.models import ImportBatch, ImportRow
from zhtj.imports.pipeline import documents, findings
from zhtj.imports.pipeline.reading import MEND_COLUMN, PROBLEM_COLUMN
from zhtj.lib import days, masks, sheets
from zhtj.lib.workbook import Cell, Column, WorkbookKind

from orgs import audit, people
from orgs.identity import read_national_id
from orgs.models import OrgUnit
from orgs.scopes import Actor, Scope

EXPLANATION_ROWS = 9  # with the title: the header row must be found within the first ten
ROWS_AT_ONCE = 2_000


def blank(kind: WorkbookKind, unit: OrgUnit) -> bytes:
    """The workbook to fill in for `unit`: drop-downs, text columns, hints, explanation above."""
    title = f"{kind.title}导入表（{unit.short_name}）"
    lines = kind.explanation()[: EXPLANATION_ROWS - 1]
    return _written(sheets.SheetOut(kind.title, _header(kind, unit), (), lines, title))


def prefilled(scope: Scope, kind: WorkbookKind, unit: OrgUnit) -> bytes:
    """The workbook to fill in for `unit`, with its code, and whoever is known there already below the
    header: ids masked, each with its hidden key. Half a dozen queries."""
    known = kind.known(scope, unit) if kind.known else ()
    header = [*_header(kind, unit), _key_header(keys.FileKey(kind.key, unit.pk))]
    title = f"{kind.title}导入表（{unit.short_name}，组织编码 {unit.code}）"
    lines = list(kind.explanation())
    lines.append("已录入的人身份证号码是遮盖的，不要改动；新增的人请写在下面，身份证号码填写完整。")
    fields = [column.field for column in kind.columns]
    rows = (_known_row(row, fields) for row in known)
    return _written(sheets.SheetOut(kind.title, header, rows, lines[: EXPLANATION_ROWS - 1], title))


def _known_row(row: dict[str, Cell], fields: list[str]) -> list[Cell | sheets.Marked]:
    national_id = str(row.get(cells.ID_FIELD) or "")
    shown = row | {cells.ID_FIELD: masks.mask_id(national_id)} if national_id else row
    return [*(shown.get(name) for name in fields), keys.cell_of(keys.RowKey(national_id=national_id))]


def open_rows(actor: Actor, batch: ImportBatch) -> bytes:
    """The rows still to mend or rectify, as typed, with what is wrong and how to mend it.

    Headers as they were in the file and cells of the same type: it can be uploaded again as it is, and its
    hidden keys let it go on in this batch. Faulty cells are coloured and say why. Whoever the system knows
    has a masked id. Leaves an audit entry, for it carries whole ids. One query besides, and one for each
    2 000 rows.
    """
    kind = registry.kind_of(batch.kind)
    known = {column.field: column for column in kind.columns}
    columns = [(known[c["field"]], c["header"]) for c in batch.columns if c["field"] in known]
    header = [
        sheets.HeaderCell(text, width=column.width, is_text=True, choices=column.choices)
        for column, text in columns
    ]
    header += [sheets.HeaderCell(text, width=48, wraps=True) for text in (PROBLEM_COLUMN, MEND_COLUMN)]
    header.append(_key_header(keys.FileKey(batch.kind, batch.unit_id, batch.pk)))
    rows = _open_rows(batch, [column.field for column, _ in columns])
    data = _written(sheets.SheetOut(kind.title, header, rows))
    after = {"rows": batch.open_count}
    audit.record(actor, "imports.take_rows", unit=batch.unit, batch_id=batch.pk, after=after)
    return data


def _open_rows(batch: ImportBatch, fields: list[str]) -> Iterator[list[Cell | sheets.Marked]]:
    rows = queries.open_rows(batch).iterator(chunk_size=ROWS_AT_ONCE)
    while part := list(islice(rows, ROWS_AT_ONCE)):
        opened = [(row, documents.open_cells(row.cells_sealed)[0]) for row in part]
        ids = {row.number: _whole_id(typed) for row, typed in opened}
        known = people.find_people(filter(None, ids.values()))
        for row, typed in opened:
            national_id = ids[row.number] if ids[row.number] in known else ""
            yield _open_row(batch, row, typed, fields, national_id)


def _open_row(
    batch: ImportBatch, row: ImportRow, typed: dict[str, Cell], fields: list[str], national_id: str
) -> list[Cell | sheets.Marked]:
    """One row handed back; `national_id` is that of somebody known, to be shown masked."""
    problems = findings.problems_of(row, batch)
    faulty: dict[str, list[str]] = {}
    for problem in problems:
        faulty.setdefault(problem["field"], []).append(f"{problem['message']}{problem['mend']}")
    if national_id:
        typed = typed | {cells.ID_FIELD: masks.mask_id(national_id)}
    marked: list[Cell | sheets.Marked] = [
        sheets.Marked(typed.get(name), "\n".join(faulty[name])) if name in faulty else typed.get(name)
        for name in fields
    ]
    said = "\n".join(problem["message"] for problem in problems)
    mend = "\n".join(dict.fromkeys(problem["mend"] for problem in problems if problem["mend"]))
    digest = keys.digest_of({name: typed.get(name) for name in fields})
    return [*marked, said, mend, keys.cell_of(keys.RowKey(batch.pk, row.number, national_id, digest))]


def _whole_id(typed: dict[str, Cell]) -> str:
    """The id a row is about: the one typed, or the one behind its masked one; "" if it is none."""
    cell = typed.get(cells.ID_FIELD)
    if keys.is_masked(cell):
        key = keys.row_key(typed.get(keys.FIELD))
        return key.national_id if key and keys.same_person(cell, key) else ""
    return read_national_id(cell, days.today())[0]


def _key_header(key: keys.FileKey) -> sheets.HeaderCell:
    return sheets.HeaderCell(keys.header_of(key), width=4, is_text=True, is_hidden=True)


def _header(kind: WorkbookKind, unit: OrgUnit) -> list[sheets.HeaderCell]:
    """The columns of a workbook to fill in for `unit`."""
    choices = kind.choices_for(unit)
    optional = kind.left_out(unit)
    return [
        _header_cell(column, choices.get(column.field) or column.choices, column.field in optional)
        for column in kind.columns
    ]


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
