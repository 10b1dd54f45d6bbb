"""A cell as text, masked, and back from a form."""

import datetime as dt

import pytest

from zhtj.imports import cells


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (None, ""),
        (" 空格 ", " 空格 "),
        (True, "是"),
        (3.0, "3"),
        (7.5, "7.5"),
        (0.0, "0"),
        (410102200001011000.0, "410102200001011000"),
        (1e300, "1e+300"),
        (float("nan"), "nan"),
        (201605, "201605"),
        (dt.date(2016, 5, 1), "2016-05-01"),
        (dt.datetime(2016, 5, 1), "2016-05-01"),
        (dt.datetime(2016, 5, 1, 8, 30), "2016-05-01 08:30"),
    ],
)
def test_a_cell_reads_as_the_sheet_shows_it(cell, text):
    assert cells.text_of(cell) == text


@pytest.mark.parametrize(
    ("field", "cell", "text"),
    [
        ("national_id", "410102200001011234", "410***********1234"),
        ("national_id", 410102200001011000.0, "410***********1000"),
        ("national_id", "4101", "****"),
        ("workplace", "张三410102200001011234", "张三410***********1234"),
        ("full_name", "张三", "张三"),
        ("full_name", "长" * 100, "长" * 79 + "…"),
    ],
)
def test_what_is_shown_never_holds_a_whole_national_id(field, cell, text):
    assert cells.shown(field, cell) == text


def test_a_form_changes_only_what_was_touched():
    kept = {"a": 3.0, "b": "两\n行", "c": "旧", "d": "删"}
    typed = {"a": "3", "b": "两行", "c": "新", "d": "", "e": "添"}
    assert cells.retyped(kept, typed) == {"a": 3.0, "b": "两\n行", "c": "新", "d": None, "e": "添"}
