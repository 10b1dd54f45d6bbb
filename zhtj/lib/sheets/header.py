"""Finding the sheet and the row that hold a workbook's headers.

Read the same: full- and half-width letters and brackets, blanks and line breaks anywhere, a leading
or trailing `*`, a trailing `（必填）`, `（选填）` or hint such as `（格式：2016-05）`, a trailing colon,
a column's aliases. A header may stand on two lines (groups above, columns below; what is merged over both
stands in the upper one). Order is free; unknown columns are named and ignored. A header twice or a required
one missing is a refusal that says what was found and what is expected.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from operator import itemgetter

from zhtj.lib.sheets.model import HEADER_ROWS, Limits, Sheet, Sheets, column_letters
from zhtj.lib.sheets.refusals import SheetRefused, refused
from zhtj.lib.workbook import Cell, Column, Row

_INVISIBLE = re.compile(r"[\s\u200b-\u200f\u2060\ufeff]+")
_HINT = r"必填|选填|可选|可不填|可空|格式|示例|例|如"
_MARKER = re.compile(rf"^\*+|\*+$|:$|\((?:{_HINT})[^()]*\)$|\[(?:{_HINT})[^\[\]]*\]$")
_LONGEST = 120  # characters of a cell that are looked at: no header is longer
_SHOWN = 30  # headers named in a refusal, and characters of each
_NONE: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Header:
    """A header row: where it is, which cell column holds which field, and every header as found."""

    row_number: int
    index: int  # of the row in Sheet.rows
    columns: dict[str, int]  # field → cell column
    found: list[tuple[str, str | None]]  # header as typed (on one line) → field, None = ignored
    missing: list[str] = field(default_factory=list)  # required headers not found
    doubled: dict[str, list[int]] = field(default_factory=dict)  # header → cell columns

    @property
    def ignored(self) -> list[str]:
        """Headers of the columns that are not read."""
        return [text for text, name in self.found if name is None]


@dataclass(frozen=True, slots=True)
class Table:
    """The sheet that is read, and its header."""

    sheet: Sheet
    header: Header

    def rows(self) -> list[Row]:
        """The rows below the header with a value in any known column, cells by field."""
        names, places = list(self.header.columns), list(self.header.columns.values())
        width = max(places) + 1
        missing = [None] * width
        known = itemgetter(*places, places[0])  # one more: of a single place it would give no tuple
        rows = []
        for number, cells in self.sheet.rows[self.header.index + 1 :]:
            values = known(cells if len(cells) >= width else cells + missing)
            if values.count(None) < len(values):
                rows.append(Row(number, dict(zip(names, values, strict=False))))
        return rows


@lru_cache(maxsize=4096)
def plain(text: str) -> str:
    """A header reduced to what identifies it."""
    text = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).casefold()
    text = text.replace("【", "[").replace("】", "]")
    while (bare := _MARKER.sub("", text)) != text:
        text = bare
    return text


def find_header(sheet: Sheet, columns: Sequence[Column], left_out: Collection[str] = _NONE) -> Header | None:
    """The row among the sheet's first ten that holds all required headers, else two rows that do together,
    else the one that holds the most known ones, `missing` saying what it lacks; None if no row holds any."""
    names = {plain(text): column.field for column in columns for text in (column.header, *column.aliases)}
    best: Header | None = None
    for index, (number, cells) in enumerate(sheet.rows):
        if number > HEADER_ROWS:
            break
        header = _header(number, index, cells, names, columns, left_out)
        if header.columns and not header.missing:
            return header
        if header.columns and (best is None or len(header.columns) > len(best.columns)):
            best = header
    return _on_two_lines(sheet, names, columns, left_out) or best if best else None


def _on_two_lines(
    sheet: Sheet, names: Mapping[str, str], columns: Sequence[Column], left_out: Collection[str]
) -> Header | None:
    """The header two adjacent rows make together: each column's lower text, else its upper one."""
    pairs = zip(sheet.rows, sheet.rows[1 : HEADER_ROWS + 1], strict=False)
    for index, ((above, upper), (number, lower)) in enumerate(pairs, 1):
        if number > HEADER_ROWS or number != above + 1:
            continue
        width = max(len(upper), len(lower))
        padded = [*lower, *[None] * (width - len(lower))]
        both = [
            cell if cell is not None else upper[place] if place < len(upper) else None
            for place, cell in enumerate(padded)
        ]
        header = _header(number, index, both, names, columns, left_out)
        if header.columns and not header.missing:
            return header
    return None


def find_table(
    sheets: Sheets,
    columns: Sequence[Column],
    *,
    left_out: Collection[str] = _NONE,
    kinds: Mapping[str, Sequence[Column]] | None = None,
    limits: Limits | None = None,
) -> Table:
    """The first visible sheet whose header row holds the required headers.

    `left_out` are fields that may be missing although required; `kinds` maps the titles of the other
    workbook kinds to their columns, so that a mistaken file can be named. Raises SheetRefused if there
    is none, if a header is doubled, or if the sheet has no rows or more than `limits` allow.
    """
    best: Table | None = None
    for sheet in sheets:
        header = find_header(sheet, columns, left_out)
        if header is None:
            continue
        if not header.missing:
            return _checked(Table(sheet, header), limits or Limits())
        if best is None or len(header.columns) > len(best.header.columns):
            best = Table(sheet, header)
    raise _not_found(best, sheets, columns, left_out, kinds or {})


def recognise(sheets: Sheets, kinds: Mapping[str, Sequence[Column]]) -> str:
    """The title of the first kind whose required headers some sheet holds; "" for none."""
    for title, columns in kinds.items():
        for sheet in sheets:
            header = find_header(sheet, columns)
            if header and not header.missing:
                return title
    return ""


def _header(
    number: int,
    index: int,
    cells: Sequence[Cell],
    names: Mapping[str, str],
    columns: Sequence[Column],
    left_out: Collection[str],
) -> Header:
    at: dict[str, list[int]] = {}
    found: list[tuple[str, str | None]] = []
    for position, cell in enumerate(cells):
        if cell is None:
            continue
        text = " ".join(str(cell)[:_LONGEST].split())
        name = names.get(plain(text))
        found.append((text, name))
        if name:
            at.setdefault(name, []).append(position)
    return Header(
        row_number=number,
        index=index,
        columns={name: positions[0] for name, positions in at.items()},
        found=found,
        missing=[c.header for c in columns if c.required and c.field not in at and c.field not in left_out],
        doubled={c.header: at[c.field] for c in columns if len(at.get(c.field, ())) > 1},
    )


def _checked(table: Table, limits: Limits) -> Table:
    """The table, unless something about the sheet forbids to read it."""
    sheet, header = table.sheet, table.header
    for text, positions in header.doubled.items():
        letters = "、".join(map(column_letters, positions))
        raise refused("header.doubled", sheet=sheet.name, row=header.row_number, header=text, columns=letters)
    if sheet.beyond:
        raise refused("file.too_many_columns", sheet=sheet.name, cell=sheet.beyond, limit=limits.columns)
    count = sheet.row_count - header.index - 1
    if count > limits.rows:
        raise refused("file.too_many_rows", sheet=sheet.name, limit=limits.rows)
    if count == 0:
        raise refused("file.no_rows", sheet=sheet.name)
    return table


def _not_found(
    best: Table | None,
    sheets: Sheets,
    columns: Sequence[Column],
    left_out: Collection[str],
    kinds: Mapping[str, Sequence[Column]],
) -> SheetRefused:
    """Why no sheet will do: another kind of workbook, a column missing, or no header at all."""
    expected = [c.header for c in columns if c.required and c.field not in left_out]
    missing = best.header.missing if best else expected
    if kind := recognise(sheets, kinds):
        return refused("header.wrong_kind", kind=kind, missing=_listed(missing))
    if best and len(best.header.columns) > 1:
        found = _listed(text for text, _ in best.header.found)
        row = best.header.row_number
        return refused(
            "header.column_missing", sheet=best.sheet.name, row=row, missing=_listed(missing), found=found
        )
    found = "；".join(filter(None, map(_first_row, sheets[:3])))
    return refused("header.not_found", limit=HEADER_ROWS, expected=_listed(expected), found=found)


def _first_row(sheet: Sheet) -> str:
    """What stands in a sheet's first row: its first cells may hold names, so only short texts are shown."""
    if not sheet.rows:
        return ""
    number, cells = sheet.rows[0]
    return f"工作表“{sheet.name}”第 {number} 行是：{_listed(str(cell) for cell in cells if cell is not None)}"


def _listed(texts: Iterable[str]) -> str:
    shown = [" ".join(text.split())[:_SHOWN] for text in texts]
    return "、".join(shown[:_SHOWN]) + ("……" if len(shown) > _SHOWN else "")
