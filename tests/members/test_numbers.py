"""The development number: both sides of each edge of domain, section 6."""

import datetime as dt
from typing import Any

import pytest

from members import numbers
from members.numbers import NumberRules


def month(text: str) -> dt.date:
    return dt.date.fromisoformat(f"{text}-01")


STRICT = [
    ("", "2017-01", "missing"),
    ("20174100001", "2017-01", "length"),  # 11
    ("2017410000012", "2017-01", "length"),  # 13
    ("201741000001", "2017-01", None),
    ("2017410000O1", "2017-01", "digits"),
    ("2017-1000001", "2017-01", "digits"),
    ("201641000001", "2017-01", "year"),
    ("201741000001", "2018-12", None),  # 2017 and 2018 are interchangeable
    ("201841000001", "2017-01", None),
    ("201841000001", "2019-01", "year"),
    ("201741000001", "2019-01", "year"),
    ("201941000001", "2018-12", "year"),
    ("201941000001", "2019-01", None),
    ("2017410000000001", "2017-01", "length"),  # 16, but of neither pattern
    ("2016170000000001", "2017-01", None),
    ("2016170000000001", "2018-01", "year"),
    ("201617000000000X", "2017-01", "digits"),
    ("20161700000000001", "2017-01", "length"),  # 17
]

STRICT_YEARS, NO_LONG = NumberRules(interchanges_years=False), NumberRules(accepts_long=False)


@pytest.mark.parametrize(("number", "joined", "fault"), STRICT)
def test_from_the_cut_off_on(number: str, joined: str, fault: str | None) -> None:
    assert numbers.fault(number, month(joined), is_strict=True) == fault


BEFORE = [
    ("", "2016-12", None),
    ("2016", "2016-12", "length"),
    ("20161", "2016-12", None),
    ("20151", "2016-12", "year"),
    ("2016豫001", "2016-12", None),
    ("豫2016001", "2016-12", "year"),
    ("201641000001", "2016-12", None),
    ("2015160000000001", "2016-12", None),
    ("2015160000000001", "2015-01", None),
    ("2015160000000001", "2014-12", "year"),
    ("2016170000000001", "2016-12", None),
    ("20160000000000001", "2016-12", "length"),
]


@pytest.mark.parametrize(("number", "joined", "fault"), BEFORE)
def test_before_the_cut_off(number: str, joined: str, fault: str | None) -> None:
    assert numbers.fault(number, month(joined), is_strict=False) == fault


@pytest.mark.parametrize(
    ("number", "is_unknown"),
    [
        ("201741000001", False),
        ("201781000001", False),
        ("201799000001", True),
        ("201700000001", True),
        ("2016170000000001", False),  # 16 digits name no province there
        ("20171", False),
    ],
)
def test_digits_five_and_six_should_name_a_province(number: str, is_unknown: bool) -> None:
    assert numbers.has_unknown_province(number) is is_unknown


@pytest.mark.parametrize(("number", "is_unique"), [("20161234567", False), ("201612345678", True)])
def test_numbers_of_twelve_and_more_are_unique(number: str, is_unique: bool) -> None:
    assert numbers.is_unique(number) is is_unique


@pytest.mark.parametrize(
    ("cell", "answer"),
    [
        ("2017 4100 0001", ("201741000001", True)),
        (201741000001, ("201741000001", True)),
        (201741000001.0, ("201741000001", True)),
        (2016170000000001, ("", False)),  # a sheet keeps 15 digits of a number
        ("2.01741E+11", ("", False)),
        (2017.5, ("", False)),
        (float("nan"), ("", False)),
        (True, ("", False)),
        (None, ("", True)),
    ],
)
def test_a_number_is_read_unless_the_sheet_has_lost_digits(cell: Any, answer: Any) -> None:
    assert numbers.read_number(cell) == answer


@pytest.mark.parametrize(
    ("number", "joined", "rules", "said"),
    [
        ("201841000001", "2017-12", STRICT_YEARS, "year"),
        ("201741000001", "2018-01", STRICT_YEARS, "year"),
        ("201741000001", "2017-12", STRICT_YEARS, None),
        ("201841000001", "2017-12", NO_LONG, None),
        ("2016170000000001", "2017-05", NO_LONG, "length"),
        ("2016170000000001", "2017-05", STRICT_YEARS, None),
        ("2015160000000001", "2016-05", NO_LONG, "year"),
        ("2015160000000001", "2015-05", NO_LONG, None),  # before the cut-off any length up to 16
    ],
)
def test_a_province_may_take_back_what_practice_accepts(
    number: str, joined: str, rules: NumberRules, said: str | None
) -> None:
    is_strict = joined >= "2017"
    assert numbers.fault(number, month(joined), is_strict=is_strict, rules=rules) == said
