"""The short process that parses what somebody uploaded: `python -m zhtj.lib.sheets.child LIMITS`.

File in through stdin, sheets out through stdout (marshal: both ends are this code). It has no
secrets in its environment, may write no file, and is bounded in memory and time; a crafted file may
crash or exhaust it and nothing else (calamine aborts when told to allocate terabytes:
tafia/calamine#693). Kept quick to start: nothing is imported here that parsing does not need.
"""

import gc
import json
import marshal
import os
import resource
import sys
from collections.abc import Iterable
from io import BytesIO
from typing import Any

from python_calamine import PasswordError, SheetTypeEnum, SheetVisibleEnum, load_workbook

from zhtj.lib.sheets import archive, biff, sniff, text
from zhtj.lib.sheets.archive import Rows
from zhtj.lib.sheets.cells import Cells, CellTooLong
from zhtj.lib.sheets.model import CELL_CHARACTERS, HEADER_ROWS, SHEETS_READ, Limits, column_letters
from zhtj.lib.sheets.refusals import SheetRefused, refused


def main() -> None:
    """Read, answer, leave without tidying up."""
    gc.disable()  # nothing here is garbage before the end: a tenth of the time
    limits = Limits(**json.loads(sys.argv[1]))
    _bound(limits)
    packed = marshal.dumps(answer(sys.stdin.buffer.read(), limits))
    sys.stdout.buffer.write(packed)
    sys.stdout.buffer.flush()
    os._exit(0)


def _bound(limits: Limits) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.seconds, limits.seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def answer(data: bytes, limits: Limits) -> tuple[str, Any]:
    """("sheets", [...]) or ("refused", (code, message, mend)). Never raises."""
    try:
        return "sheets", _sheets(data, limits)
    except SheetRefused as error:
        why = error
    except MemoryError:
        why = refused("file.too_complex")
    except PasswordError:
        why = refused("file.password")
    except BaseException:  # a panic of the parser is a BaseException; whatever it was, the file is at fault
        why = refused("file.damaged")
    return "refused", (why.code, why.message, why.mend)


def _sheets(data: bytes, limits: Limits) -> list[tuple[Any, ...]]:
    kind = sniff.kind_of(data)
    if kind == sniff.TEXT:
        rows = enumerate(text.rows_of(data), 1)
        return [_sheet("", rows, 0, Rows(), Cells(), limits)]
    learnt: dict[str, Rows] = {}
    if kind == sniff.XLSX:
        data, learnt = archive.guard(data, limits)
    elif kind == sniff.XLS:
        learnt = biff.errors_of(data)
    workbook = load_workbook(BytesIO(data))
    cells, sheets = Cells(), []
    for name in _visible(workbook)[:SHEETS_READ]:
        sheet = workbook.get_sheet_by_name(name)
        about = learnt.get(name, Rows())
        left = sheet.start[1] if sheet.start else 0
        sheets.append(_sheet(name, enumerate(sheet.iter_rows(), 1), left, about, cells, limits))
    return sheets


def _visible(workbook: Any) -> list[str]:
    """The names of what a user sees as tables, in the order of the tabs."""
    shown, kind = SheetVisibleEnum.Visible, SheetTypeEnum.WorkSheet
    return [meta.name for meta in workbook.sheets_metadata if meta.visible == shown and meta.typ == kind]


def _sheet(
    name: str,
    numbered: Iterable[tuple[int, list[Any]]],
    left: int,
    about: Rows,
    cells: Cells,
    limits: Limits,
) -> tuple[Any, ...]:
    """One sheet as plain data: name, rows, row count, hidden rows, first cell beyond, date columns.

    `left` is the number of empty columns the parser left out on the left.
    """
    kept: list[tuple[int, list[Any]]] = []
    row_count = hidden_count = 0
    beyond = ""
    dated: set[int] = set()
    padding = [None] * left
    try:
        for position, raw in numbered:
            number = about.numbers[position - 1] if about.numbers else position
            if about.errors and (wrong := about.errors.get(number)):
                raw = _with_errors(raw, wrong, left)
            row = cells.row(raw)
            if not row:
                continue
            row_count += 1
            hidden_count += number in about.hidden
            if row_count > limits.rows + HEADER_ROWS:
                continue
            row = padding + row if left else row
            if len(row) > limits.columns:
                beyond = beyond or _first_beyond(row, limits.columns, number)
                del row[limits.columns :]
            if tuple in set(map(type, row)):
                dated.update(column for column, cell in enumerate(row) if cell.__class__ is tuple)
            kept.append((number, row))
    except CellTooLong as error:
        raise refused("file.cell_too_long", sheet=name, limit=CELL_CHARACTERS) from error
    return name, kept, row_count, hidden_count, beyond, sorted(dated)


def _with_errors(raw: list[Any], wrong: dict[int, str], left: int) -> list[Any]:
    """The row with its errors in place: the parser gives nothing where a cell holds one."""
    out = list(raw)
    for column, error in wrong.items():
        place = column - left
        if 0 <= place < len(out) and out[place] in ("", None):
            out[place] = error
    return out


def _first_beyond(row: list[Any], columns: int, number: int) -> str:
    column = next(index for index in range(columns, len(row)) if row[index] is not None)
    return f"{column_letters(column)}{number}"


if __name__ == "__main__":
    main()
