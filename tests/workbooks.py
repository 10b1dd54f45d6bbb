"""A workbook from a literal table, as real bytes, and the hostile ones.

    data = xlsx(table('''
        姓名   | 身份证号码         | 民族
        张三   | 410102200601011234 | 汉族
    '''))
    data = xlsx([["姓名", "入团年月"], ["张三", dt.date(2016, 5, 1)]], above=["郑州市第一中学团员名单"])

Cells of a `table` are text (an empty one is no cell); where the type matters give lists.
"""

import csv as csv_module
import io
import zipfile
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cache
from typing import Any

import openpyxl
import xlwt

from zhtj.lib.sheets import ERROR_VALUES

Rows = Sequence[Sequence[Any]]
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def table(text: str) -> list[list[str | None]]:
    """Lines with cells between `|`; blank lines are left out."""
    lines = [line.strip().removeprefix("|").removesuffix("|") for line in text.splitlines() if line.strip()]
    return [[cell.strip() or None for cell in line.split("|")] for line in lines]


def records(header: Sequence[str], *rows: Mapping[str, Any]) -> list[list[Any]]:
    """A header row, then each record's values under it; what a record does not name stays empty."""
    return [list(header), *([row.get(name) for name in header] for row in rows)]


def xlsx(
    rows: Rows,
    *,
    name: str = "名单",
    above: Sequence[str] = (),
    hidden_rows: Collection[int] = (),
    in_front: Mapping[str, Rows] | None = None,
    hidden: Mapping[str, Rows] | None = None,
    formats: Mapping[int, str] | None = None,
) -> bytes:
    """An .xlsx as Excel would save it.

    `above`: title rows over the table, merged across; `hidden_rows`: row numbers as the sheet shows
    them; `in_front` and `hidden`: further sheets by name; `formats`: column number (from 1) → number format.
    """
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    for title, content in (in_front or {}).items():
        _fill(workbook.create_sheet(title), content)
    for title, content in (hidden or {}).items():
        sheet = workbook.create_sheet(title)
        _fill(sheet, content)
        sheet.sheet_state = "hidden"
    sheet = workbook.create_sheet(name)
    _fill(sheet, [[line] for line in above] + list(rows))
    for number in range(1, len(above) + 1):
        sheet.merge_cells(start_row=number, end_row=number, start_column=1, end_column=6)
    for number in hidden_rows:
        sheet.row_dimensions[number].hidden = True
    for column, number_format in (formats or {}).items():
        for cells in sheet.iter_rows(min_col=column, max_col=column):
            cells[0].number_format = number_format
    workbook.active = len(workbook.worksheets) - 1
    return _saved(workbook.save)


def xls(rows: Rows, *, name: str = "名单") -> bytes:
    """An .xls of Excel 97."""
    workbook = xlwt.Workbook(encoding="utf-8")
    sheet = workbook.add_sheet(name)
    dated = xlwt.easyxf(num_format_str="YYYY-MM-DD")
    for number, cells in enumerate(rows):
        for column, value in enumerate(cells):
            if isinstance(value, str) and value in ERROR_VALUES:
                sheet.row(number).set_cell_error(column, {"#N/A": 0x2A}.get(value, value))
            elif value is not None:
                style = (dated,) if hasattr(value, "year") else ()
                sheet.write(number, column, value, *style)
    return _saved(workbook.save)


def csv(rows: Rows, *, encoding: str = "utf-8", delimiter: str = ",") -> bytes:
    """A .csv; `encoding` "utf-8-sig" puts the mark in front, "gb18030" is what Chinese Excel saves."""
    text = io.StringIO()
    csv_module.writer(text, delimiter=delimiter).writerows(
        ["" if cell is None else cell for cell in row] for row in rows
    )
    return text.getvalue().encode(encoding)


# --- files that mean no good, or are no workbooks at all ------------------------------------------

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4
OLE_HEAD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
PASSWORD_PROTECTED = OLE_HEAD + "EncryptionInfo".encode("utf-16-le") + "EncryptedPackage".encode("utf-16-le")
WORD_97 = OLE_HEAD + "WordDocument".encode("utf-16-le") + bytes(512)


def package(parts: Mapping[str, bytes | str], *, packed: bool = True) -> bytes:
    """A zip archive of these parts."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def changed(data: bytes, part: str, change: Callable[[bytes], bytes]) -> bytes:
    """The workbook with one of its parts changed."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {entry.filename: archive.read(entry) for entry in archive.infolist()}
    parts[part] = change(parts[part])
    return package(parts)


def with_part(data: bytes, name: str, content: bytes = b"x") -> bytes:
    """The workbook with one more part, whatever its name."""
    buffer = io.BytesIO(data)
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def from_sheet_xml(rows: str | bytes, *, shared_strings: str = "", doctype: str = "") -> bytes:
    """The least workbook that holds this `<row>…` XML; for what no library would write."""
    body = rows if isinstance(rows, bytes) else rows.encode()
    head = f'<?xml version="1.0" encoding="UTF-8"?>{doctype}<worksheet xmlns="{MAIN}"><sheetData>'
    return package(
        {
            "[Content_Types].xml": _CONTENT_TYPES,
            "_rels/.rels": _relations("officeDocument", "xl/workbook.xml"),
            "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{_OFFICE}"><sheets>'
            '<sheet name="名单" sheetId="1" r:id="rId1"/></sheets></workbook>',
            "xl/_rels/workbook.xml.rels": _relations("worksheet", "worksheets/sheet1.xml"),
            "xl/worksheets/sheet1.xml": head.encode() + body + b"</sheetData></worksheet>",
            "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}">{shared_strings}</sst>',
        }
    )


def with_errors(rows: Rows) -> bytes:
    """An .xlsx in which every text that begins with # is the error a formula left there."""
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    _fill(sheet, rows)
    for cells in sheet.iter_rows():
        for cell in cells:
            if isinstance(cell.value, str) and cell.value.startswith("#"):
                cell.data_type = "e"
    return _saved(workbook.save)


def text_cell(reference: str, text: str) -> str:
    """The XML of a cell with text in place."""
    return f'<c r="{reference}" t="inlineStr"><is><t>{text}</t></is></c>'


@cache
def zip_bomb(size: int = 600 * 1024 * 1024) -> bytes:
    """A sheet that unpacks to `size` bytes of blanks: 600 MB in 600 KB."""
    buffer = io.BytesIO(from_sheet_xml(""))
    with (
        zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/worksheets/sheet2.xml", "w", force_zip64=True) as part,
    ):
        part.write(b"<worksheet>")
        for _ in range(size >> 20):
            part.write(b" " * (1 << 20))
        part.write(b"</worksheet>")
    return buffer.getvalue()


def billion_laughs() -> bytes:
    """Nine entities, each ten of the one before."""
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    doctype = f'<!DOCTYPE worksheet [<!ENTITY e0 "哈">{entities}]>'
    return from_sheet_xml(f'<row r="1">{text_cell("A1", "&e9;")}</row>', doctype=doctype)


def external_entity(url: str = "file:///etc/passwd") -> bytes:
    """A cell that asks for another file."""
    doctype = f'<!DOCTYPE worksheet [<!ENTITY x SYSTEM "{url}">]>'
    return from_sheet_xml(f'<row r="1">{text_cell("A1", "&x;")}</row>', doctype=doctype)


def far_corner() -> bytes:
    """Two cells that span the whole sheet: 549 GB for a parser that lays it out."""
    return from_sheet_xml(
        f'<row r="1">{text_cell("A1", "姓名")}</row><row r="1048576">{text_cell("XFD1048576", "x")}</row>'
    )


def phantom_rows(rows: Rows, count: int = 1_048_576) -> bytes:
    """A table followed by formatted rows without a value, down to row `count`."""
    xml = [
        f'<row r="{number}">'
        + "".join(text_cell(f"{chr(64 + column)}{number}", str(cell)) for column, cell in enumerate(cells, 1))
        + "</row>"
        for number, cells in enumerate(rows, 1)
    ]
    xml += [
        f'<row r="{number}" s="1" customFormat="1" ht="15"><c r="A{number}" s="1"/></row>'
        for number in range(len(rows) + 1, count + 1)
    ]
    return from_sheet_xml("".join(xml))


_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_CONTENT_TYPES = """<?xml version="1.0" encoding="UTF-8"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="xml" ContentType="application/xml"/></Types>"""


def _relations(kind: str, target: str) -> str:
    return (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/{kind}" Target="{target}"/></Relationships>'
    )


def _fill(sheet: Any, rows: Rows) -> None:
    for number, cells in enumerate(rows, 1):
        for column, value in enumerate(cells, 1):
            if value is not None:
                sheet.cell(number, column, value)


def _saved(save: Callable[[Any], Any]) -> bytes:
    buffer = io.BytesIO()
    save(buffer)
    return buffer.getvalue()
