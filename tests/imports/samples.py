"""Thirty workbooks as people really hand them in, made by code, each with what must come of it.

An expected result is a literal table: row number as the sheet shows it, outcome, codes. A file that
must be refused has the code of the refusal instead. `HEAD` and `person` give the plain table that each
sample then treats as people do. All are members of the branch 高一1班 unless `unit` says otherwise.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from zhtj.demo import identities

from tests import workbooks as make

HEAD = ("姓名", "身份证号码", "民族", "政治面貌", "入团年月", "是否为团干部")
NAMES = ("王小明", "李思雨", "张浩然", "刘子涵", "陈一诺", "杨欣怡", "赵文博", "黄嘉琪")
TITLE = "第一中学高一1班团员名单"
THREE_OK = """
    2 | ok
    3 | ok
    4 | ok
"""
FULL_WIDTH = {ord("0") + n: ord("０") + n for n in range(10)}


@dataclass(frozen=True, slots=True)
class Sample:
    """One file and what comes of it: `expected` rows, or `refused` with a code."""

    name: str
    data: Callable[[], bytes]
    expected: str = ""
    refused: str = ""
    unit: str = "branch"
    file_name: str = "名单.xlsx"
    note: str = ""  # what the review must say about the file


def national_id(n: int) -> str:
    """The id of person `n`: a man born 2003-05-01."""
    return identities.national_id("410102", dt.date(2003, 5, 1), 2 * n + 1)


def person(n: int, **other: Any) -> list[Any]:
    """Person `n` as a plain row; `other` replaces cells by field."""
    values = {
        "name": NAMES[n % len(NAMES)],
        "id": national_id(n),
        "nation": "汉族",
        "status": "共青团员",
        "joined": "2016-05",
        "cadre": "否",
    }
    return list((values | other).values())


def people(count: int = 3) -> list[list[Any]]:
    return [person(n) for n in range(count)]


def joined(*cells: Any) -> bytes:
    """One person a cell, with it as the month of joining."""
    return make.xlsx([HEAD, *(person(n, joined=cell) for n, cell in enumerate(cells))])


def typed_ids(*cells: Any) -> bytes:
    """One person a cell, with it as the national id."""
    return make.xlsx([HEAD, *(person(n, id=cell) for n, cell in enumerate(cells))])


def reordered(*places: int) -> list[list[Any]]:
    return [[row[place] for place in places] for row in [list(HEAD), *people()]]


def with_columns(heads: Sequence[str], *cells: Sequence[Any]) -> bytes:
    """Further columns behind the plain ones."""
    return make.xlsx([[*HEAD, *heads], *([*person(n), *more] for n, more in enumerate(cells))])


def spaced(row: list[Any]) -> list[Any]:
    """Stray blanks of every kind around and inside."""
    name, number, *rest = row
    return [f" {name[0]}\u3000{name[1:]} ", f"\u00a0{number[:6]} {number[6:14]} {number[14:]}\n", *rest]


SAMPLES = (
    Sample("plain", lambda: make.xlsx([HEAD, *people()]), THREE_OK),
    Sample(
        "title_rows",
        lambda: make.xlsx([HEAD, *people()], above=[TITLE, "填表人：王老师    填表日期：2018年9月"]),
        """
        4 | ok
        5 | ok
        6 | ok
        """,
    ),
    Sample(
        "instruction_sheets_in_front",
        lambda: make.xlsx(
            [HEAD, *people()],
            in_front={"填表说明": [["填表说明"], ["一、姓名与身份证一致。"]], "封面": [["团员名册"]]},
        ),
        THREE_OK,
        note="读取的是工作表“名单”",
    ),
    Sample(
        "an_older_list_on_a_hidden_sheet",
        lambda: make.xlsx([HEAD, *people()], hidden={"旧名单": [HEAD, person(7)]}),
        THREE_OK,
    ),
    Sample(
        "renamed_headers",
        lambda: make.xlsx(
            [["团员姓名", "身份证号", "民族", "政治面貌", "入团时间", "是否团干部"], *people()]
        ),
        THREE_OK,
    ),
    Sample("reordered_columns", lambda: make.xlsx(reordered(4, 2, 0, 5, 1, 3)), THREE_OK),
    Sample(
        "a_header_on_two_lines_with_merged_cells",
        lambda: make.xlsx(
            [
                ["序号", "姓名", "身份证号码", "民族", "政治情况", None, "是否为团干部"],
                [None, None, None, None, "政治面貌", "入团年月", None],
                *([n + 1, *person(n)] for n in range(3)),
            ],
            above=[TITLE],
        ),
        """
        4 | ok
        5 | ok
        6 | ok
        """,
        note="这些列不在模板里，没有读取：序号。",
    ),
    Sample(
        "cells_in_which_a_formula_went_wrong",
        lambda: make.with_errors(
            [HEAD, person(0), person(1, nation="#N/A"), person(2, id="#REF!"), person(3, joined="#VALUE!")]
        ),
        """
        2 | ok
        3 | mend | cell.error
        4 | mend | cell.error
        5 | mend | cell.error
        """,
    ),
    Sample(
        "a_line_with_the_total_below",
        lambda: make.xlsx([HEAD, *people(2), ["合计", "2人", None, "共青团员", "2人"]]),
        """
        2 | ok
        3 | ok
        4 | mend | ethnicity.missing is_cadre.missing joined_on.format national_id.format
        """,
    ),
    Sample(
        "headers_with_marks_breaks_and_full_width_signs",
        lambda: make.xlsx(
            [
                [
                    "*姓 名",
                    "身份证\n号码（必填）",
                    "民族：",
                    "＊政治面貌",
                    "入团年月（格式：2016-05）",
                    "是否为团干部*",
                ],
                *people(),
            ]
        ),
        THREE_OK,
    ),
    Sample(
        "columns_nobody_asked_for",
        lambda: make.xlsx([["序号", *HEAD, "班主任"], *([n + 1, *person(n), "赵老师"] for n in range(3))]),
        THREE_OK,
        note="这些列不在模板里，没有读取：序号、班主任。",
    ),
    Sample(
        "months_as_text_in_every_usual_form",
        lambda: joined("2016-05", "2016.05", "2016/5", "201605", "2016年5月", "2016年05月04日", "20160504"),
        """
        2 | ok
        3 | ok
        4 | ok
        5 | ok
        6 | ok
        7 | ok
        8 | ok
        """,
    ),
    Sample(
        "months_as_dates_and_numbers",
        lambda: joined(dt.date(2016, 5, 4), dt.datetime(2016, 5, 4), 201605, 20160504),
        """
        2 | ok
        3 | ok
        4 | ok
        5 | ok
        """,
    ),
    Sample(
        "months_that_cannot_be_told",
        lambda: joined(2016.1, "2016年", "5月", "2016-13", "初二入团", None, "2099-01"),
        """
        2 | mend | joined_on.format
        3 | mend | joined_on.format
        4 | mend | joined_on.format
        5 | mend | joined_on.format
        6 | mend | joined_on.format
        7 | mend | joined_on.missing
        8 | mend | joined_on.future
        """,
    ),
    Sample(
        "full_width_digits",
        lambda: make.xlsx(
            [
                HEAD,
                *(
                    person(n, id=national_id(n).translate(FULL_WIDTH), joined="２０１６－０５")
                    for n in range(3)
                ),
            ]
        ),
        THREE_OK,
    ),
    Sample("stray_blanks", lambda: make.xlsx([HEAD, *map(spaced, people())]), THREE_OK),
    Sample(
        "hidden_rows",
        lambda: make.xlsx([HEAD, *people()], hidden_rows=[3]),
        THREE_OK,
        note="其中 1 行在表格里是隐藏的，也已读取。",
    ),
    Sample(
        "empty_rows_between",
        lambda: make.xlsx([HEAD, person(0), [], ["  "], person(1), [], person(2)]),
        """
        2 | ok
        5 | ok
        7 | ok
        """,
    ),
    Sample(
        "a_hundred_thousand_phantom_rows", lambda: make.phantom_rows([HEAD, *people()], 100_000), THREE_OK
    ),
    Sample("excel_97", lambda: make.xls([HEAD, *people()]), THREE_OK, file_name="名单.xls"),
    Sample("excel_97_named_xlsx", lambda: make.xls([HEAD, *people()]), THREE_OK),
    Sample("csv_utf_8", lambda: make.csv([HEAD, *people()]), THREE_OK, file_name="名单.csv"),
    Sample(
        "csv_with_a_mark_and_semicolons",
        lambda: make.csv([HEAD, *people()], encoding="utf-8-sig", delimiter=";"),
        THREE_OK,
        file_name="名单.csv",
    ),
    Sample(
        "csv_gb18030_with_a_title",
        lambda: make.csv([[TITLE], HEAD, *people()], encoding="gb18030"),
        """
        3 | ok
        4 | ok
        5 | ok
        """,
        file_name="名单.csv",
    ),
    Sample(
        "text_in_place_and_sparse_rows_as_wps_may_save",
        lambda: make.from_sheet_xml(
            "".join(
                f'<row r="{number}">'
                + "".join(
                    make.text_cell(f"{chr(65 + place)}{number}", cell) for place, cell in enumerate(cells)
                )
                + "</row>"
                for number, cells in ((1, HEAD), (4, person(0)), (9, person(1)))
            )
        ),
        """
        4 | ok
        9 | ok
        """,
    ),
    Sample(
        "ids_as_spreadsheets_spoil_them",
        lambda: typed_ids(
            410102200305010000, "4.10102E+17", "410102030501001", "4101022003050100", None, "无"
        ),
        """
        2 | mend | national_id.lost_digits
        3 | mend | national_id.lost_digits
        4 | mend | national_id.old_15
        5 | mend | national_id.format
        6 | mend | national_id.missing
        7 | mend | national_id.format
        """,
    ),
    Sample(
        "ids_with_a_slip_of_the_pen",
        lambda: typed_ids(
            national_id(0)[:17] + "?",
            "99" + national_id(1)[2:],
            national_id(2)[:10] + "1341" + national_id(2)[14:],
            national_id(3)[:16] + "0" + national_id(3)[17:],
        ),
        """
        2 | mend | national_id.format
        3 | mend | national_id.region
        4 | mend | national_id.birth_date
        5 | mend | national_id.checksum
        """,
    ),
    Sample(
        "the_same_person_twice",
        lambda: make.xlsx([HEAD, person(0), person(1), person(0)]),
        """
        2 | mend | national_id.twice_in_file
        3 | ok
        4 | mend | national_id.twice_in_file
        """,
    ),
    Sample(
        "joined_under_the_strict_rule",
        lambda: make.xlsx(
            [
                [*HEAD, "发展团员编号", "入团志愿书"],
                [*person(0, joined="2017-05"), "201741000001", "有"],
                [*person(1, joined="2017-05"), None, "有"],
                [*person(2, joined="2017-05"), "20174100", "有"],
                [*person(3, joined="2017-05"), "201741000004", "无"],
                [*person(4, joined="2018-05"), "201641000005", "有"],
            ]
        ),
        """
        2 | ok
        3 | rectify | development_number.missing
        4 | mend    | development_number.length
        5 | rectify | identity.no_application_form
        6 | mend    | development_number.year
        """,
    ),
    Sample(
        "evidence_for_those_who_joined_earlier",
        lambda: with_columns(
            ["有无入团志愿书", "团员证", "介绍信"],
            ["有", "无", "无"],
            ["无", "有", "无"],
            ["无", "无", "无"],
            ["√", None, None],
            ["不详", None, None],
        ),
        """
        2 | ok
        3 | ok
        4 | rectify | identity.no_evidence
        5 | ok
        6 | mend | application_form.format
        """,
    ),
    Sample(
        "a_committee_names_its_branches",
        lambda: make.xlsx(
            [
                [*HEAD, "所属团支部"],
                [*person(0), "高一1班团支部"],
                [*person(1), "高一2班 团支部"],  # a stray blank inside a unit's name
                [*person(2), "高一9班团支部"],
                [*person(3), None],
                [*person(4), "开高高一1班团支部"],
            ]
        ),
        """
        2 | ok
        3 | ok
        4 | mend | branch.unknown
        5 | mend | branch.missing
        6 | mend | branch.unknown
        """,
        unit="committee",
    ),
    Sample(
        "a_list_of_units_taken_for_members",
        lambda: make.xlsx([["组织简称", "组织类别", "上级组织", "行业类别"], ["高一4班团支部", "团支部"]]),
        refused="header.wrong_kind",
    ),
    Sample(
        "a_column_forgotten",
        lambda: make.xlsx([HEAD[:4], *(row[:4] for row in people())]),
        refused="header.column_missing",
    ),
    Sample("no_header_at_all", lambda: make.xlsx(people()), refused="header.not_found"),
    Sample("only_the_header", lambda: make.xlsx([HEAD], above=[TITLE]), refused="file.no_rows"),
    Sample("a_photo_of_the_list", lambda: make.PICTURE, refused="file.picture"),
    Sample("with_a_password", lambda: make.PASSWORD_PROTECTED, refused="file.password"),
)
