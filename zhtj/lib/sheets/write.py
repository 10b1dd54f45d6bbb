"""Writing workbooks: blank ones to fill in, rows handed back, exports.

Above the header come a title and explanation rows, each across the table and as high as its text needs; the
header sticks, is marked where required and carries help; columns offer their choices; text columns stay text,
so that an 18-digit id typed in keeps its digits. The sheet's own grid is off: lines are drawn where the table
is, and nowhere else.
No text ever becomes a formula, and one that looks like a formula is quoted (formula injection). Rows
are written as they come and never held: a big export costs no memory.
"""

import datetime as dt
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from zhtj.lib.days import SHANGHAI
from zhtj.lib.sheets.model import CELL_CHARACTERS, column_letters
from zhtj.lib.workbook import Cell

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CHOICE_ROWS = 50_000  # rows below the header that offer the choices
CHOICES_SHEET = "选项"  # hidden: holds lists too long to stand in the cell rule itself
EXACT_NUMBERS = 10**15  # larger ones would lose digits
_IN_RULE = 250  # characters Excel lets a list have there
_LOOKS_LIKE_FORMULA = ("=", "+", "-", "@", "\t", "\r")

_FONT = {"font_name": "宋体", "font_size": 11}  # on every computer that writes Chinese
_ABOVE = {"text_wrap": True, "valign": "vcenter", "align": "left"}
_LINES = {"border": 1, "border_color": "#BFBFBF", "valign": "vcenter"}
_HEAD = _LINES | {"bold": True, "text_wrap": True, "align": "center"}
_FORMATS: dict[str, dict[str, Any]] = {
    "title": _ABOVE | {"bold": True, "font_size": 14},
    "explanation": _ABOVE | {"font_color": "#555555", "font_size": 10},
    "bare": {},
    "header": _HEAD | {"bg_color": "#F2F2F2"},
    "required": _HEAD | {"bg_color": "#FBE3E1"},
    "": _LINES,
    "text": _LINES | {"num_format": "@"},
    "wrapped": _LINES | {"num_format": "@", "text_wrap": True},
    "date": _LINES | {"num_format": "yyyy-mm-dd", "align": "center"},
    "moment": _LINES | {"num_format": "yyyy-mm-dd hh:mm", "align": "center"},
    "marked": _LINES | {"num_format": "@", "bg_color": "#FFE699"},
    "quoted": _LINES | {"num_format": "@", "quote_prefix": True},
    "marked quoted": _LINES | {"num_format": "@", "quote_prefix": True, "bg_color": "#FFE699"},
}
_MOST_LINES = 25  # in one row: 400 points, Excel takes 409
_READ_ACROSS = 120  # widths of a digit: further to the right nobody reads on without scrolling
_HEIGHTS = {"title": 24.0, "explanation": 15.0, "header": 16.0}  # of a line, in points


@dataclass(frozen=True, slots=True)
class HeaderCell:
    """One column: its header, whether to mark it required, a hint shown beside it, its choices.

    `is_text` keeps what is typed into it as text; `wraps` shows long text in several lines; `is_hidden` hides
    the column; `number_format` is how Excel shows the numbers in it ("0.0%").
    """

    text: str
    required: bool = False
    hint: str = ""
    choices: Sequence[str] = ()
    width: float = 14
    is_text: bool = False
    wraps: bool = False
    is_hidden: bool = False
    number_format: str = ""


@dataclass(frozen=True, slots=True)
class Marked:
    """A cell to be looked at: shown on colour, with an optional note."""

    value: Cell
    note: str = ""


@dataclass(slots=True)
class SheetOut:
    """A sheet to write. `rows` may be a generator; its cells are plain or `Marked`. The title and the lines
    of explanation stand above the header. So many columns as are `kept` stay in sight beside the header."""

    name: str
    header: Sequence[HeaderCell]
    rows: Iterable[Sequence[Cell | Marked]] = ()
    explanation: Sequence[str] = ()
    title: str = ""
    kept: int = 0
    is_filtered: bool = False  # the header offers to filter and sort


def write_workbook(target: str | Path | IO[bytes], sheets: Sequence[SheetOut]) -> None:
    """Write the sheets as an .xlsx to a path or an open binary file. 15 000 rows of 16 cells a second."""
    import xlsxwriter  # here: the reading child imports this package too, and pays for every import

    options: dict[str, Any] = {"constant_memory": True, "default_format_properties": _FONT}
    options |= {"strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(target, options) as workbook:
        formats = {name: workbook.add_format(how) for name, how in _FORMATS.items()}
        for number_format in {cell.number_format for sheet in sheets for cell in sheet.header} - {""}:
            formats[number_format] = workbook.add_format(_LINES | {"num_format": number_format})
        lists = _ChoiceLists()
        for sheet in sheets:
            _write_sheet(workbook.add_worksheet(_page_name(sheet.name)), sheet, formats, lists)
        lists.write(workbook)


class _ChoiceLists:
    """The lists behind drop-downs; the long ones go, each once, to a hidden sheet written last."""

    def __init__(self) -> None:
        self._columns: dict[tuple[str, ...], int] = {}

    def source(self, choices: Sequence[str]) -> list[str] | str:
        """What the cell rule names: the choices themselves, or where they are."""
        if len(",".join(choices)) <= _IN_RULE and not any("," in choice for choice in choices):
            return list(choices)
        column = column_letters(self._columns.setdefault(tuple(choices), len(self._columns)))
        return f"='{CHOICES_SHEET}'!${column}$1:${column}${len(choices)}"

    def write(self, workbook: "Workbook") -> None:
        if not self._columns:
            return
        sheet = workbook.add_worksheet(CHOICES_SHEET)
        sheet.hide()
        for row in range(max(map(len, self._columns))):
            for choices, column in self._columns.items():
                if row < len(choices):
                    sheet.write_string(row, column, choices[row])


def _write_sheet(
    page: "Worksheet", sheet: SheetOut, formats: Mapping[str, "Format"], lists: _ChoiceLists
) -> None:
    page.hide_gridlines(2)
    for column, cell in enumerate(sheet.header):
        hidden = {"hidden": True} if cell.is_hidden else {}
        page.set_column(column, column, cell.width, formats[_way_of(cell)], hidden)
    top = _write_above(page, sheet, formats)
    heights = [_lines(_header_text(cell), cell.width) for cell in sheet.header if not cell.is_hidden]
    page.set_row(top, max(_HEIGHTS["header"] * max(heights, default=1), 32))
    for column, cell in enumerate(sheet.header):
        _write_header(page, top, column, cell, formats, lists)
    page.freeze_panes(top + 1, sheet.kept)
    _set_print(page, top)
    pen = _Pen(page, formats)
    wraps = [(column, cell.width) for column, cell in enumerate(sheet.header) if cell.wraps]
    row = top
    for row, cells in enumerate(sheet.rows, top + 1):
        if wraps:  # or a program that does not make rows higher by itself would show their first line
            lines = max(_lines(str(cells[column] or ""), width) for column, width in wraps)
            page.set_row(row, _HEIGHTS["header"] * min(lines, _MOST_LINES))
        for column, value in enumerate(cells):
            pen.write(row, column, value)
    if sheet.is_filtered and row > top:
        page.autofilter(top, 0, row, len(sheet.header) - 1)


def _way_of(cell: HeaderCell) -> str:
    """The name of the format of a column's cells."""
    return "wrapped" if cell.wraps else "text" if cell.is_text else cell.number_format


def _shown(header: Sequence[HeaderCell]) -> int:
    """How many columns there are to see: hidden ones stand last."""
    return sum(not cell.is_hidden for cell in header)


def _write_above(page: "Worksheet", sheet: SheetOut, formats: Mapping[str, "Format"]) -> int:
    """The title and the explanation, without lines; the number of rows they take."""
    width, last = 0.0, -1
    for cell in sheet.header[: _shown(sheet.header)]:
        if width + cell.width > _READ_ACROSS and last >= 0:
            break
        width, last = width + cell.width, last + 1
    said = [("title", sheet.title)] if sheet.title else []
    said += [("explanation", line) for line in sheet.explanation]
    for row, (way, line) in enumerate(said):
        scale = _FORMATS[way]["font_size"] / _FONT["font_size"]
        page.set_row(row, _HEIGHTS[way] * _lines(line, width / scale))
        if last > 0:
            page.merge_range(row, 0, row, last, "", formats[way])
        page.write_string(row, 0, _sound(line), formats[way])
        for column in range(max(last, 0) + 1, len(sheet.header)):
            page.write_blank(row, column, None, formats["bare"])  # or it had the lines of its column
    return len(said)


def _lines(text: str, width: float) -> int:
    """How many lines the text takes in a column so wide: a Chinese sign is as wide as two digits, and a
    little is lost at the end of each."""
    held = max(width - 1.5, 1)
    parts = (sum(1 if ord(sign) < 0x2000 else 2 for sign in part) for part in text.split("\n"))
    return sum(max(math.ceil(signs / held), 1) for signs in parts)


def _set_print(page: "Worksheet", header_row: int) -> None:
    """On A4, lying, all columns on one page, the header on each, pages numbered."""
    page.set_paper(9)
    page.set_landscape()
    page.fit_to_pages(1, 0)
    page.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    page.repeat_rows(header_row)
    page.set_footer("&C第 &P 页，共 &N 页")


def _header_text(cell: HeaderCell) -> str:
    return f"{cell.text}*" if cell.required else cell.text


def _write_header(
    page: "Worksheet",
    row: int,
    column: int,
    cell: HeaderCell,
    formats: Mapping[str, "Format"],
    lists: _ChoiceLists,
) -> None:
    page.write_string(row, column, _header_text(cell), formats["required" if cell.required else "header"])
    if cell.hint:
        page.write_comment(row, column, cell.hint, {"x_scale": 1.6})
    if cell.choices:
        rule = {
            "validate": "list",
            "source": lists.source(cell.choices),
            "error_type": "warning",
            "error_title": "不在可选范围内",
            "error_message": "请从下拉列表中选择。",
        }
        page.data_validation(row + 1, column, row + CHOICE_ROWS, column, rule)


class _Pen:
    """Writes cells into one page, each in the way of its type."""

    def __init__(self, page: "Worksheet", formats: Mapping[str, "Format"]) -> None:
        self._page = page
        self._formats = formats
        self._ways: dict[type, Callable[[int, int, Any], None]] = {
            str: self._text,
            int: self._number,
            float: self._number,
            bool: page.write_boolean,
            dt.date: self._date,
            dt.datetime: self._moment,
            Marked: self._marked,
        }

    def write(self, row: int, column: int, value: Cell | Marked) -> None:
        if value is not None:
            self._ways[value.__class__](row, column, value)

    def _text(self, row: int, column: int, text: str, mark: str = "") -> None:
        quoted = "quoted" if text.startswith(_LOOKS_LIKE_FORMULA) else ""
        name = " ".join(filter(None, (mark, quoted)))
        how = self._formats[name] if name else None  # None: that of the column
        self._page.write_string(row, column, _sound(text), how)

    def _number(self, row: int, column: int, number: float) -> None:
        if abs(number) < EXACT_NUMBERS:  # not for NaN either
            self._page.write_number(row, column, number)
        else:
            self._text(row, column, str(number))

    def _date(self, row: int, column: int, day: dt.date) -> None:
        if day.year < 1900:  # Excel has no such days
            self._text(row, column, day.isoformat())
        else:
            self._page.write_datetime(row, column, day, self._formats["date"])

    def _moment(self, row: int, column: int, moment: dt.datetime) -> None:
        local = moment.astimezone(SHANGHAI).replace(tzinfo=None) if moment.tzinfo else moment
        if local.year < 1900:
            self._text(row, column, local.isoformat(" "))
        else:
            self._page.write_datetime(row, column, local, self._formats["moment"])

    def _marked(self, row: int, column: int, marked: Marked) -> None:
        if isinstance(marked.value, str):
            self._text(row, column, marked.value, "marked")
        elif marked.value is None:
            self._page.write_blank(row, column, None, self._formats["marked"])
        else:
            self.write(row, column, marked.value)
        if marked.note:
            self._page.write_comment(row, column, _sound(marked.note), {"x_scale": 2})


def _sound(text: str) -> str:
    """The text as a file can hold it: no longer than a cell, no half characters."""
    return text[:CELL_CHARACTERS].encode("utf-8", "replace").decode()


def _page_name(name: str) -> str:
    """The name as Excel allows it: 31 characters, none of `[]:*?/\\`, no apostrophe at the ends."""
    return re.sub(r"[\[\]:*?/\\]", "·", name)[:31].strip("'") or "Sheet1"
