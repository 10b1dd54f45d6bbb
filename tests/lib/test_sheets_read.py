"""What an uploaded file becomes: sheets, rows and typed cells, or a refusal that says why."""

import datetime as dt
import struct
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhtj.lib.sheets import Limits, Sheet, SheetRefused, biff, child, read_rows
from zhtj.lib.sheets.model import column_letters

from tests import workbooks
from tests.workbooks import csv, from_sheet_xml, table, text_cell, xls, xlsx

ROSTER = table("""
    姓名 | 身份证号码         | 民族
    张三 | 410102200601011234 | 汉族
    李四 |                    | 回族
""")
DAY = dt.date(2016, 5, 1)
MOMENT = dt.datetime(2016, 5, 1, 13, 45)


def only(data: bytes, **limits: int) -> Sheet:
    (sheet,) = read_rows(data, "团员名单.xlsx", limits=Limits(**limits))
    return sheet


def refusal(data: bytes, **limits: int) -> SheetRefused:
    with pytest.raises(SheetRefused) as caught:
        read_rows(data, "团员名单.xlsx", limits=Limits(**limits))
    return caught.value


def row(number: int, *references: str) -> str:
    return f'<row r="{number}">{"".join(text_cell(reference, "值") for reference in references)}</row>'


# --- formats --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        xlsx(ROSTER, name="团员名单"),
        xls(ROSTER, name="团员名单"),
        csv(ROSTER),
        csv(ROSTER, encoding="utf-8-sig"),
        csv(ROSTER, encoding="gb18030"),
        csv(ROSTER, encoding="utf-16"),
        csv(ROSTER, delimiter=";"),
        csv(ROSTER, encoding="gb18030", delimiter="\t"),
    ],
    ids=["xlsx", "xls", "csv", "csv with mark", "csv gb18030", "csv utf-16", "semicolons", "tabs"],
)
def test_every_format_gives_the_same_rows(data: bytes) -> None:
    sheet = only(data)
    assert sheet.name == "团员名单"
    assert sheet.rows == [(1, ROSTER[0]), (2, ROSTER[1]), (3, ROSTER[2])]
    assert (sheet.row_count, sheet.hidden_row_count, sheet.beyond) == (3, 0, "")


def test_a_file_is_read_from_its_path_as_well(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    path.write_bytes(xlsx(ROSTER))
    assert read_rows(path, "x.xlsx")[0].row_count == 3


def test_cells_keep_the_type_the_file_has() -> None:
    cells = ["410102200601011234", 410102200601011234, 5, 5.5, True, DAY, MOMENT, dt.time(4, 5)]
    (_, read) = only(xlsx([cells], formats={6: "yyyy-mm-dd"})).rows[0]
    assert read == [
        "410102200601011234",
        pytest.approx(4.10102200601e17),
        5.0,
        5.5,
        True,
        DAY,
        MOMENT,
        "04:05:00",
    ]
    assert [type(cell) for cell in read] == [str, float, float, float, bool, dt.date, dt.datetime, str]


def test_months_as_chinese_excel_formats_them_are_dates() -> None:
    formats = {1: 'yyyy"年"m"月"', 2: '[$-804]yyyy"年"m"月";@', 3: "yyyy.mm", 4: "mmm-yy"}
    assert only(xlsx([[DAY] * 4], formats=formats)).rows == [(1, [DAY] * 4)]


def test_an_xls_keeps_numbers_and_dates() -> None:
    assert only(xls([[5, 5.5, True, DAY, "0123"]])).rows == [(1, [5, 5.5, True, DAY, "0123"])]


def test_a_formula_is_its_stored_result_nothing_without_one_and_an_error_by_name() -> None:
    data = from_sheet_xml(
        '<row r="1"><c r="A1"><f>1+1</f><v>2</v></c><c r="B1" t="str"><f>"a"</f><v>甲</v></c>'
        '<c r="C1"><f>HYPERLINK("http://x")</f></c><c r="D1" t="e"><f>1/0</f><v>#DIV/0!</v></c></row>'
    )
    assert only(data).rows == [(1, [2.0, "甲", None, "#DIV/0!"])]


def test_errors_stand_where_they_are_also_in_a_row_of_nothing_else_and_left_of_the_table() -> None:
    row = '<row r="{0}"><c r="B{0}" t="e"><v>#N/A</v></c></row>'
    data = from_sheet_xml(row.format(2) + f'<row r="3">{text_cell("C3", "甲")}</row>' + row.format(4))
    assert only(data).rows == [(2, [None, "#N/A"]), (3, [None, None, "甲"]), (4, [None, "#N/A"])]


def test_errors_of_an_xls_stand_where_they_are() -> None:
    rows = [["姓名", None, "手机"], ["甲", "#DIV/0!", "#N/A"], [None, "#REF!"], ["乙", "无"]]
    filling = [["丙", f"第{n}行", "13800000001"] for n in range(5, 400)]
    assert only(xls([*rows, *filling])).rows == list(enumerate([*rows, *filling], 1))


def test_a_formula_of_an_xls_that_went_wrong_is_an_error_by_name() -> None:
    # What Excel writes for =1/0: a formula record whose result is 02 00 07 00 00 00 FF FF.
    data = bytearray(xls([["姓名", 1234.5678], *[["乙", 2.5678]] * 300]))
    place = data.index(struct.pack("<d", 1234.5678)) - 10  # kind, length, row, column, format, value
    assert data[place : place + 8] == struct.pack("<HHHH", 0x203, 14, 0, 1)
    data[place : place + 2] = struct.pack("<H", 0x06)
    data[place + 10 : place + 18] = b"\x02\x00\x07\x00\x00\x00\xff\xff"
    assert biff.errors_of(bytes(data))["名单"].errors == {1: {1: "#DIV/0!"}}


@pytest.mark.parametrize("cut", [0, 30, 80, 511, 600, 5_000])
def test_a_broken_xls_never_stops_the_search_for_errors(cut: int) -> None:
    data = xls([["姓名", "#N/A"], *[["乙", 2.5]] * 300])
    assert isinstance(biff.errors_of(data[:cut]), dict)
    assert isinstance(biff.errors_of(data[:cut] + b"\xff" * 40 + data[cut + 40 :]), dict)


def test_blank_text_is_nothing_and_rows_of_it_are_not_counted() -> None:
    sheet = only(xlsx([["姓名", "  "], [" ", "\u3000"], [None, None], ["张三", "\n", None]]))
    assert sheet.rows == [(1, ["姓名"]), (4, ["张三"])]
    assert sheet.row_count == 2


def test_rows_keep_their_numbers_and_cells_their_columns_wherever_the_table_stands() -> None:
    sheet = only(from_sheet_xml(row(4, "C4", "D4") + row(9, "D9")))
    assert sheet.rows == [(4, [None, None, "值", "值"]), (9, [None, None, None, "值"])]


def test_hidden_rows_are_read_and_counted_if_they_hold_a_value() -> None:
    sheet = only(xlsx([*ROSTER, [None], ["王五"]], hidden_rows=[2, 4, 5]))
    assert [number for number, _ in sheet.rows] == [1, 2, 3, 5]
    assert sheet.hidden_row_count == 2


def test_hidden_sheets_are_not_read_and_the_order_is_the_workbooks() -> None:
    data = xlsx(ROSTER, name="名单", in_front={"填写说明": [["请看"]]}, hidden={"旧名单": ROSTER})
    assert [sheet.name for sheet in read_rows(data, "x.xlsx")] == ["填写说明", "名单"]


def test_no_more_than_twenty_visible_sheets_are_looked_at() -> None:
    front = {f"说明{number}": [["请看"]] for number in range(20)}
    assert [sheet.name for sheet in read_rows(xlsx(ROSTER, in_front=front), "x")] == list(front)
    front.popitem()
    assert read_rows(xlsx(ROSTER, in_front=front), "x")[-1].name == "名单"


def test_merged_titles_are_one_cell() -> None:
    assert only(xlsx(ROSTER, above=["某某中学团员名单"])).rows[0] == (1, ["某某中学团员名单"])


def test_macros_and_external_links_are_ignored() -> None:
    data = workbooks.with_part(xlsx(ROSTER), "xl/vbaProject.bin", b"\x00macro")
    data = workbooks.with_part(data, "xl/externalLinks/externalLink1.xml", b"<externalLink/>")
    assert only(data).row_count == 3


def test_a_title_with_a_semicolon_does_not_decide_the_delimiter() -> None:
    data = "填表说明；a;b\n姓名,民族,入团年月,备注\n张三,汉族,2016-05,\n".encode()
    assert only(data).rows[1] == (2, ["姓名", "民族", "入团年月", "备注"])


def test_quoted_line_breaks_stay_in_their_cell() -> None:
    assert only(csv([["姓\n名", 'a"b'], ["张三", "x,y"]])).rows == [
        (1, ["姓\n名", 'a"b']),
        (2, ["张三", "x,y"]),
    ]


# --- limits, on both sides ------------------------------------------------------------------------


def test_the_size_limit_is_exact() -> None:
    data = xlsx(ROSTER)
    assert only(data, bytes=len(data)).row_count == 3
    assert refusal(data, bytes=len(data) - 1).code == "file.too_big"


def test_rows_beyond_the_limit_are_counted_but_not_kept() -> None:
    sheet = only(csv([["姓名"], *[[f"张{n}"] for n in range(40)]]), rows=20)
    assert sheet.row_count == 41
    assert len(sheet.rows) == 30


def test_a_value_right_of_the_column_limit_is_named_and_cut() -> None:
    assert only(from_sheet_xml(row(1, "A1", "CV1"))).beyond == ""
    sheet = only(from_sheet_xml(row(1, "A1") + row(3, "A3", "CW3", "ZZ3")))
    assert sheet.beyond == "CW3"
    assert len(sheet.rows[1][1]) <= 100


def test_a_cell_may_hold_what_excel_allows_and_no_more() -> None:
    assert only(csv([["张" * 32_767]])).rows[0][1] == ["张" * 32_767]
    assert refusal(csv([["张" * 32_768]])).code == "file.cell_too_long"
    assert (
        refusal(from_sheet_xml(f'<row r="1">{text_cell("A1", "张" * 32_768)}</row>')).code
        == "file.cell_too_long"
    )


@pytest.mark.parametrize(("index", "letters"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (16383, "XFD")])
def test_columns_are_lettered_as_the_sheet_shows_them(index: int, letters: str) -> None:
    assert column_letters(index) == letters


# --- files that cannot be read --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "file.empty"),
        (b"\xef\xbb\xbf \r\n", "file.empty"),
        (xlsx(ROSTER)[:2000], "file.damaged"),
        (xls(ROSTER)[:1024], "file.damaged"),
        (workbooks.PICTURE, "file.picture"),
        (b"\xff\xd8\xff\xe0" + bytes(100), "file.picture"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 " + bytes(100), "file.picture"),
        (workbooks.PASSWORD_PROTECTED, "file.password"),
        (workbooks.WORD_97, "file.not_a_workbook"),
        (workbooks.OLE_HEAD, "file.damaged"),
        (b"%PDF-1.7", "file.not_a_workbook"),
        (b"<html><table><tr><td>x", "file.not_a_workbook"),
        (b"abc\x00\x01\x02", "file.not_a_workbook"),
        (b"\x81\x20\xff\xfe\xfa", "file.encoding"),
        (workbooks.package({"a.txt": "x"}), "file.not_a_workbook"),
        (workbooks.package({"word/document.xml": "<x/>"}), "file.not_a_workbook"),
        (workbooks.package({"xl/workbook.bin": "x"}), "file.not_a_workbook"),
        (workbooks.package({"xl/workbook.xml": "<workbook/>"}), "file.damaged"),
        (workbooks.changed(xlsx(ROSTER), "xl/worksheets/sheet1.xml", lambda xml: xml[:-40]), "file.damaged"),
        (xlsx([]), "file.no_sheet"),
        (xlsx([], hidden={"名单": ROSTER}), "file.no_sheet"),
    ],
)
def test_what_is_no_workbook_is_refused_by_name(data: bytes, code: str) -> None:
    refused = refusal(data)
    assert refused.code == code
    assert refused.message.endswith("。")
    assert refused.mend.startswith("请")
    assert refused.problem.code == code


def test_a_broken_archive_entry_is_damage() -> None:
    data = bytearray(xlsx(ROSTER))
    at = data.index(b"xl/worksheets/sheet1.xml") + 60
    data[at : at + 40] = bytes(40)
    assert refusal(bytes(data)).code == "file.damaged"


@settings(max_examples=150)
@given(st.binary(max_size=300), st.sampled_from([b"", b"PK\x03\x04", workbooks.OLE_HEAD, b"\xef\xbb\xbf"]))
def test_no_bytes_whatever_raise_anything_but_a_refusal(data: bytes, head: bytes) -> None:
    verdict, _ = child.answer(head + data, Limits())
    assert verdict in ("sheets", "refused")


_DAMAGED = xlsx(ROSTER)


@settings(max_examples=150)
@given(st.integers(0, len(_DAMAGED) - 1), st.binary(min_size=1, max_size=8))
def test_no_damage_to_a_workbook_raises_anything_but_a_refusal(at: int, patch: bytes) -> None:
    verdict, _ = child.answer(_DAMAGED[:at] + patch + _DAMAGED[at + len(patch) :], Limits())
    assert verdict in ("sheets", "refused")


_CELLS = st.one_of(
    st.none(),
    st.text(
        st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff"),
        max_size=30,
    ),
    st.integers(-(10**20), 10**20),
    st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
    st.dates(dt.date(1900, 3, 1)),
    st.datetimes(dt.datetime(1900, 3, 1)),
    st.times(),
    st.timedeltas(dt.timedelta(0), dt.timedelta(days=4000)),
    st.sampled_from(["=1+1", "#N/A", "+86", "@x", "\u202e倒", "\u200b"]),
)


@settings(max_examples=80)
@given(st.lists(st.lists(_CELLS, max_size=5), max_size=6), st.sampled_from([xlsx, xls, csv]))
def test_any_cell_of_any_type_is_read(rows: list[list[Any]], write: Any) -> None:
    try:
        data = write(rows)
    except Exception:  # what a library cannot write cannot be uploaded
        return
    verdict, sheets = child.answer(data, Limits())
    if verdict == "sheets":
        for _number, cells in sheets[0][1]:
            assert {type(cell) for cell in cells} <= {str, float, int, bool, tuple, type(None)}


# --- the wall around the parser -------------------------------------------------------------------


def test_the_death_of_the_reading_process_is_a_refusal() -> None:
    data = from_sheet_xml(row(1, "A1") + "".join(row(number, f"XFD{number}") for number in range(2, 20_000)))
    assert refusal(data).code == "file.too_complex"


def test_a_reader_that_takes_too_long_is_ended() -> None:
    assert refusal(workbooks.phantom_rows(ROSTER), seconds=0).code == "file.too_complex"


def test_the_limits_of_the_settings_are_understood() -> None:
    table = {
        "bytes": 1,
        "rows": 2,
        "unit_rows": 3,
        "columns": 4,
        "unpacked_bytes": 5,
        "seconds": 6,
        "memory_bytes": 7,
    }
    assert Limits.of(table) == Limits(1, 5, 2, 4, 6, 7)
    assert Limits.of(table, "unit_rows").rows == 3
