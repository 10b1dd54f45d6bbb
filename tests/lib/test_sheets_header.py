"""Which sheet and which row hold the headers, and what is said when none does."""

import time

import pytest

from zhtj.lib.sheets import Limits, Sheet, SheetRefused, Table, find_header, find_table
from zhtj.lib.sheets.header import plain
from zhtj.lib.workbook import Cell, Column, Row

MEMBERS = (
    Column("full_name", "姓名", required=True),
    Column("national_id", "身份证号码", aliases=("身份证号", "身份证"), required=True),
    Column("branch", "所在团支部", aliases=("团支部",), required=True),
    Column("member_card", "团员证(2017或2018年度已注册)", aliases=("团员证",)),
    Column("qq", "QQ"),
)
UNITS = (Column("short_name", "组织简称", required=True), Column("kind", "组织类别", required=True))
HEADER: list[Cell] = ["姓名", "身份证号码", "所在团支部"]
FIRST: list[Cell] = ["张三", "410102200601011234", "一支部"]


def sheet(*rows: list[Cell], name: str = "名单", start: int = 1) -> Sheet:
    numbered = [(number, row) for number, row in enumerate(rows, start) if row]
    return Sheet(name, numbered, len(numbered))


def table(*sheets: Sheet, **options: object) -> Table:
    return find_table(list(sheets), MEMBERS, **options)


def refusal(*sheets: Sheet, **options: object) -> SheetRefused:
    with pytest.raises(SheetRefused) as caught:
        table(*sheets, **options)
    return caught.value


@pytest.mark.parametrize(
    "typed",
    [
        "身份证号码",
        "身份证号码*",
        "*身份证号码",
        "＊ 身份证号码 ＊",
        "身份证号码（必填）",
        "身份证号码(必填)*",
        "身份证号码*\n（必填）",
        "身份证号码【必填】",
        "身 份 证\n号\u3000码",
        "身份证号码：",
        "\ufeff身份证号码\u200b",
        "身份证号码（格式：18位）",
        "身份证号码（如410102200601011234）",
        "身份证号",
        "身份证",
    ],
)
def test_a_header_is_read_in_every_dress(typed: str) -> None:
    assert table(sheet(["姓名", typed, "团支部"], FIRST)).header.columns["national_id"] == 1


@pytest.mark.parametrize(
    "typed", ["身份证号码2", "母亲身份证号码", "身份证号码(父亲)", "身份证号码必填", "证", "*"]
)
def test_what_means_something_else_is_not_taken_for_a_header(typed: str) -> None:
    assert refusal(sheet(["姓名", typed, "团支部"], FIRST)).code == "header.column_missing"


@pytest.mark.parametrize(
    "typed", ["团员证（2017或2018年度已注册）", "团员证(2017或2018年度已注册)*", "团员证"]
)
def test_brackets_in_a_header_are_full_or_half_width(typed: str) -> None:
    assert table(sheet([*HEADER, typed], FIRST)).header.columns["member_card"] == 3


def test_letters_are_read_in_any_width_and_case() -> None:
    assert plain("ＱＱ") == plain("qq") == plain("QQ")


def test_order_is_free_and_unknown_columns_are_named_and_ignored() -> None:
    found = table(
        sheet(["序号", "团支部", None, "姓名", "身份\n证", 5.0], [1.0, "一支部", None, "张三", "41", 3.0])
    )
    assert found.header.columns == {"branch": 1, "full_name": 3, "national_id": 4}
    assert found.header.ignored == ["序号", "5.0"]
    assert found.header.found[2:4] == [("姓名", "full_name"), ("身份 证", "national_id")]
    assert found.rows() == [Row(2, {"branch": "一支部", "full_name": "张三", "national_id": "41"})]


def test_short_rows_are_filled_up_and_rows_without_a_known_value_are_left_out() -> None:
    found = table(sheet([*HEADER, "备注"], ["张三"], [None, None, None, "无"], [None, "41"]))
    assert found.rows() == [
        Row(2, {"full_name": "张三", "national_id": None, "branch": None}),
        Row(4, {"full_name": None, "national_id": "41", "branch": None}),
    ]


@pytest.mark.parametrize(("number", "is_found"), [(1, True), (10, True), (11, False)])
def test_the_header_stands_within_the_first_ten_rows(number: int, is_found: bool) -> None:
    candidate = sheet(HEADER, FIRST, start=number)
    if is_found:
        assert table(candidate).header.row_number == number
    else:
        assert refusal(candidate).code == "header.not_found"


def test_titles_above_and_sheets_in_front_are_skipped() -> None:
    front = sheet(["填写说明"], ["姓名要与身份证一致"], name="说明")
    found = table(front, sheet(["某某中学团员名单"], ["姓名、身份证号码为必填"], HEADER, FIRST))
    assert (found.sheet.name, found.header.row_number, found.header.index) == ("名单", 3, 2)


def test_the_first_sheet_that_has_all_headers_is_taken() -> None:
    assert (
        table(sheet(HEADER[:2], name="半"), sheet(HEADER, FIRST, name="甲"), sheet(HEADER, FIRST)).sheet.name
        == "甲"
    )


def test_a_required_column_may_be_left_out_where_the_kind_says_so() -> None:
    candidate = sheet(HEADER[:2], FIRST[:2])
    assert refusal(candidate).code == "header.column_missing"
    assert table(candidate, left_out={"branch"}).rows()[0].cells["full_name"] == "张三"


def test_a_missing_column_is_named_together_with_what_was_found() -> None:
    said = refusal(sheet(["名单"], ["姓名", "身份证", "班级"], FIRST)).message
    assert "第 2 行" in said
    assert "缺少：所在团支部" in said
    assert "姓名、身份证、班级" in said


def test_without_any_header_the_expected_ones_are_named() -> None:
    refused = refusal(sheet(["一", "二"], ["三"]))
    assert refused.code == "header.not_found"
    assert "姓名、身份证号码、所在团支部" in refused.message
    assert "一、二" in refused.message


def test_a_doubled_header_is_refused_with_its_columns_also_through_an_alias() -> None:
    refused = refusal(sheet([*HEADER, None, "身份证号"], FIRST))
    assert refused.code == "header.doubled"
    assert "身份证号码" in refused.message
    assert "B、E" in refused.message


def test_another_kind_of_workbook_is_recognised() -> None:
    units = sheet(["组织简称*", "组织类别*"], ["一支部", "团支部"])
    refused = refusal(units, kinds={"团员名单": MEMBERS, "团组织名单": UNITS})
    assert refused.code == "header.wrong_kind"
    assert "团组织名单" in refused.message
    assert refusal(units).code == "header.not_found"


def test_a_header_alone_is_no_data() -> None:
    assert refusal(sheet(["名单"], HEADER)).code == "file.no_rows"


def test_the_row_limit_counts_rows_below_the_header() -> None:
    rows = [["说明"], HEADER, *[FIRST] * 5]
    assert len(table(sheet(*rows), limits=Limits(rows=5)).rows()) == 5
    assert refusal(sheet(*rows), limits=Limits(rows=4)).code == "file.too_many_rows"


def test_columns_beyond_the_limit_are_refused_in_the_sheet_that_is_read_only() -> None:
    wide = sheet(HEADER, FIRST)
    wide.beyond = "CW7"
    assert "CW7" in refusal(wide).message
    assert table(sheet(HEADER, FIRST), wide).sheet.beyond == ""


def test_a_header_row_of_names_and_numbers_is_no_header() -> None:
    assert find_header(sheet(FIRST, [1.0, True]), MEMBERS) is None


def test_a_refusal_shows_no_more_than_it_must() -> None:
    long = refusal(sheet(["长" * 500] * 80))
    assert len(long.message) < 1500


def test_endless_header_texts_cost_no_time_and_are_shown_in_part() -> None:
    stars = sheet([*HEADER, *["*" * 32_000 + "x"] * 90], FIRST)
    started = time.process_time()
    assert all(len(text) <= 120 for text in table(stars).header.ignored)
    assert time.process_time() - started < 1
