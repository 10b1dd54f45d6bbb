"""What is written, as another library and our own reader see it."""

import datetime as dt
import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhtj.lib.days import SHANGHAI
from zhtj.lib.sheets import HeaderCell, Limits, Marked, SheetOut, child, find_table, read_rows, write_workbook
from zhtj.lib.workbook import Column

NAME = HeaderCell("姓名", required=True, hint="与身份证一致", width=12)
NATIONAL_ID = HeaderCell("身份证号码", required=True, is_text=True, width=22)
LONG = tuple(f"某某市第一中学团支部第{number}号" for number in range(120))


def written(*sheets: SheetOut) -> bytes:
    file = io.BytesIO()
    write_workbook(file, sheets)
    return file.getvalue()


def opened(*sheets: SheetOut) -> Any:
    return openpyxl.load_workbook(io.BytesIO(written(*sheets)))


def test_a_blank_workbook_carries_explanation_marks_hints_widths_and_a_sticky_header() -> None:
    page = opened(SheetOut("团员", [NAME, NATIONAL_ID], explanation=["一、带*的必填", "二、逐行填写"]))[
        "团员"
    ]
    assert [page["A1"].value, page["A2"].value, page["A3"].value, page["B3"].value] == [
        "一、带*的必填",
        "二、逐行填写",
        "姓名*",
        "身份证号码*",
    ]
    assert page["A3"].comment.text == "与身份证一致"
    assert page.freeze_panes == "A4"
    assert page.column_dimensions["B"].width == pytest.approx(22, abs=1)


def test_lines_are_drawn_around_the_cells_of_the_table_and_nowhere_else() -> None:
    header = [NAME, NATIONAL_ID, HeaderCell("日期"), HeaderCell("率", number_format="0.0%")]
    row = ["张三", None, dt.date(2018, 11, 23), Marked(0.5)]
    page = opened(SheetOut("团员", header, [row], ["说明"], "团员导入表"))["团员"]
    assert not page.sheet_view.showGridLines and not page.print_options.gridLines
    lines = {cell.coordinate: cell.border.bottom.style for rows in page["A1:D4"] for cell in rows}
    assert {style for place, style in lines.items() if place[1] in "12"} == {None}
    below = {place: style for place, style in lines.items() if place[1] in "34" and place != "B4"}
    assert set(below.values()) == {"thin"}
    assert "B4" not in page._cells or lines["B4"] == "thin", "an empty cell has those of its column"
    assert page.column_dimensions["B"].border.bottom.style == "thin"


def test_title_and_explanation_stand_across_the_table_as_high_as_their_text_needs() -> None:
    lines = ["一", "很长的说明" * 12]
    page = opened(SheetOut("团员", [NAME, NATIONAL_ID], explanation=lines, title="团员导入表"))["团员"]
    assert [page[f"A{row}"].value for row in range(1, 4)] == ["团员导入表", *lines]
    assert {str(part) for part in page.merged_cells.ranges} == {"A1:B1", "A2:B2", "A3:B3"}
    assert page["A1"].font.bold and page["A1"].font.size > page["A2"].font.size
    heights = [page.row_dimensions[row].height or 15 for row in (2, 3)]
    assert heights[1] >= 3 * heights[0]
    assert page.freeze_panes == "A5"


def test_a_wide_table_is_explained_where_it_is_read_and_a_narrow_one_in_its_only_column() -> None:
    wide = opened(SheetOut("x", [NAME] * 40, explanation=["说明"]))["x"]
    assert [str(part) for part in wide.merged_cells.ranges] == ["A1:J1"]
    assert wide["AN1"].border.bottom.style is None
    narrow = opened(SheetOut("x", [NAME, HeaderCell("键", is_hidden=True)], explanation=["说明"]))["x"]
    assert not narrow.merged_cells.ranges and narrow["A1"].value == "说明"


def test_a_long_header_and_long_text_that_wraps_are_shown_whole() -> None:
    header = [HeaderCell("组织关系介绍信(有公章，由团的领导机关或基层团委开具)", width=14)]
    header.append(HeaderCell("怎么改", width=20, wraps=True))
    page = opened(SheetOut("x", header, [["a", "改" * 40], ["a", "短"], ["a", "一\n二\n三"]]))["x"]
    heights = [page.row_dimensions[row].height for row in range(1, 5)]
    assert heights[0] >= 5 * 16 and heights[1] >= 5 * 16 and heights[3] >= 3 * 16
    assert heights[2] < 20 and page["B2"].alignment.wrap_text


def test_it_prints_lying_all_columns_on_a_page_the_header_on_each_and_pages_numbered() -> None:
    page = opened(SheetOut("团员", [NAME, NATIONAL_ID], explanation=["一", "二"]))["团员"]
    assert (page.page_setup.orientation, page.page_setup.paperSize) == ("landscape", int(page.PAPERSIZE_A4))
    assert page.sheet_properties.pageSetUpPr.fitToPage
    assert (page.page_setup.fitToWidth or 1, page.page_setup.fitToHeight) == (1, 0)
    assert page.print_title_rows == "$3:$3"
    assert page.oddFooter.center.text == "第 &P 页，共 &N 页"


def test_a_text_column_keeps_an_id_typed_into_it_as_text() -> None:
    page = opened(SheetOut("团员", [NAME, NATIONAL_ID]))["团员"]
    assert page.column_dimensions["B"].number_format == "@"
    assert page.column_dimensions["A"].number_format == "General"


def test_choices_are_offered_below_the_header_only_and_long_ones_through_a_hidden_sheet() -> None:
    header = [
        HeaderCell("性别", choices=("男", "女")),
        HeaderCell("团支部", choices=LONG),
        HeaderCell("原", choices=LONG),
    ]
    workbook = opened(SheetOut("团员", header, explanation=["说明"]))
    short, long, same = workbook["团员"].data_validations.dataValidation
    assert short.formula1 == '"男,女"'
    assert str(short.sqref).startswith("A3:")
    assert long.formula1 == same.formula1 == "'选项'!$A$1:$A$120"
    assert workbook["选项"].sheet_state == "hidden"
    assert [cell.value for (cell,) in workbook["选项"].iter_rows(max_col=1)] == list(LONG)


def test_choices_with_a_comma_go_to_the_hidden_sheet() -> None:
    workbook = opened(SheetOut("x", [HeaderCell("a", choices=("甲,乙", "丙"))]))
    assert workbook["x"].data_validations.dataValidation[0].formula1 == "'选项'!$A$1:$A$2"


@pytest.mark.parametrize("text", ["=1+1", "+86", "-1", "@SUM(A1)", "\t=1", '=HYPERLINK("http://x")', "{=1}"])
def test_what_looks_like_a_formula_is_text_and_comes_back_unchanged(text: str) -> None:
    data = written(SheetOut("x", [NAME], [[text]]))
    cell = openpyxl.load_workbook(io.BytesIO(data))["x"]["A2"]
    assert (cell.data_type, cell.value) == ("s", text)
    assert cell.quotePrefix or text.startswith("{")
    assert read_rows(data, "x.xlsx")[0].rows[1] == (2, [text])


def test_marked_cells_stand_out_and_carry_their_note() -> None:
    marked = [Marked("4101", "应为18位"), Marked(None, "必填"), Marked(5), Marked("=1")]
    page = opened(SheetOut("x", [NAME] * 4, [marked, ["x"]]))["x"]
    assert page["A2"].comment.text == "应为18位"
    assert page["B2"].comment.text == "必填"
    assert page["A2"].fill.fgColor.rgb == page["B2"].fill.fgColor.rgb == "FFFFE699"
    assert (page["C2"].value, page["D2"].value, page["D2"].quotePrefix) == (5, "=1", True)
    assert page["A3"].fill.fill_type is None


def test_a_hidden_column_is_hidden_and_read_back() -> None:
    data = written(SheetOut("x", [NAME, HeaderCell("钥匙", is_hidden=True)], [["张三", "k1"]]))
    assert openpyxl.load_workbook(io.BytesIO(data))["x"].column_dimensions["B"].hidden
    assert read_rows(data, "x")[0].rows[1] == (2, ["张三", "k1"])


def test_every_type_comes_back_and_moments_in_shanghai_time() -> None:
    moment = dt.datetime(2018, 11, 23, 2, 3, tzinfo=dt.UTC)
    row = ["41010220060101123X", 5, 5.5, True, None, dt.date(2016, 5, 1), moment, 10**17, dt.date(1899, 1, 1)]
    (_, cells) = read_rows(written(SheetOut("x", [NAME] * 9, [row])), "x")[0].rows[1]
    shown = moment.astimezone(SHANGHAI).replace(tzinfo=None)
    assert cells == [row[0], 5.0, 5.5, True, None, row[5], shown, "100000000000000000", "1899-01-01"]


def test_what_a_blank_workbook_offers_is_what_the_reader_finds() -> None:
    columns = [Column("full_name", "姓名", required=True), Column("national_id", "身份证号码", required=True)]
    data = written(SheetOut("团员", [NAME, NATIONAL_ID], [["张三", "41"]], explanation=["说明"] * 4))
    (row,) = find_table(read_rows(data, "x"), columns).rows()
    assert (row.number, row.cells) == (6, {"full_name": "张三", "national_id": "41"})


def test_names_of_sheets_are_made_fit_for_excel() -> None:
    assert opened(SheetOut("甲/乙:丙" + "长" * 40, [NAME])).sheetnames == ["甲·乙·丙" + "长" * 26]


def test_it_writes_to_a_path(tmp_path: Path) -> None:
    write_workbook(tmp_path / "x.xlsx", [SheetOut("x", [NAME])])
    assert read_rows(tmp_path / "x.xlsx", "x")[0].rows == [(1, ["姓名*"])]


_VALUES = st.one_of(
    st.none(),
    st.text(max_size=30),
    st.sampled_from(["\ud800", "\x00", "\ufffe", "_x0041_", "长" * 40_000]),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.dates(),
    st.datetimes(),
)


@settings(max_examples=80)
@given(
    st.lists(
        st.lists(st.one_of(_VALUES, st.builds(Marked, _VALUES, st.text(max_size=9))), max_size=4), max_size=5
    )
)
def test_any_value_of_any_type_can_be_written_and_read(rows: list[list[Any]]) -> None:
    verdict, found = child.answer(written(SheetOut("x", [NAME], rows)), Limits())
    assert verdict == "sheets", found
