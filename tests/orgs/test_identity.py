"""Reading what people type about a person: every form of writing, both sides of each edge."""

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orgs import identity, person_rules
from orgs.identity import check_character
from orgs.models import PoliticalStatus, Sex

TODAY = dt.date(2018, 11, 23)


def with_check(first_17: str) -> str:
    return first_17 + check_character(first_17)


VALID = with_check("41010220000501123")

# --- national id ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "cell",
    [
        VALID,
        f"  {VALID} ",
        f"'{VALID}",
        "410102 20000501 " + VALID[14:],
        "".join(chr(ord(c) + 0xFEE0) for c in VALID),  # full-width
        f"\u200b{VALID[:9]}\ufeff{VALID[9:]}\n",
    ],
)
def test_an_id_is_read_however_it_is_dressed(cell: str) -> None:
    assert identity.read_national_id(cell, TODAY) == (VALID, None)


def test_a_small_x_is_read_as_a_capital() -> None:
    ending_in_x = next(
        number
        for serial in range(1000)
        if (number := with_check(f"41010220000501{serial:03d}")).endswith("X")
    )
    assert identity.read_national_id(ending_in_x.lower(), TODAY) == (ending_in_x, None)
    assert identity.read_national_id(ending_in_x[:-1] + "ｘ", TODAY) == (ending_in_x, None)


ID_FAULTS: list[tuple[Any, str]] = [
    (None, "missing"),
    ("", "missing"),
    (" \u3000\u200b", "missing"),
    (410102200005011234, "lost_digits"),
    (4.101022000050112e17, "lost_digits"),
    (10**15, "lost_digits"),
    ("4.10102E+17", "lost_digits"),
    ("4.1e17", "lost_digits"),
    (float("inf"), "lost_digits"),
    ("410102000501123", "old_15"),
    (410102000501123, "old_15"),
    (10**15 - 1, "old_15"),
    (12345, "format"),
    (12.5, "format"),
    (float("nan"), "format"),
    (True, "format"),
    (dt.date(2018, 1, 1), "format"),
    (VALID[:17], "format"),
    (VALID + "1", "format"),
    (VALID[:17] + "Y", "format"),
    ("X" + VALID[1:], "format"),
    ("٤١٠١٠٢٢٠٠٠٠٥٠١١٢٣٤", "format"),  # digits, but not ours
    ("护照号码", "format"),
    ("=1+1", "format"),
    (with_check("99010220000501123"), "region"),
    (with_check("16010220000501123"), "region"),
    (with_check("41010220000230123"), "birth_date"),  # 30 February
    (with_check("41010220011301123"), "birth_date"),  # month 13
    (with_check("41010220010229123"), "birth_date"),  # 29 February of a common year
    (with_check("41010218991231123"), "birth_date"),
    (with_check("41010220181124123"), "birth_date"),  # tomorrow
    (VALID[:17] + ("0" if VALID[17] != "0" else "1"), "checksum"),
]


@pytest.mark.parametrize(("cell", "code"), ID_FAULTS)
def test_the_first_rule_an_id_fails_is_told(cell: Any, code: str) -> None:
    assert identity.read_national_id(cell, TODAY) == ("", f"national_id.{code}")


@pytest.mark.parametrize(
    "first_17",
    [
        "41010219000101123",  # the first day there is
        "41010220181123123",  # today
        "41010220000229123",  # 29 February of a leap year
        "71010220000501123",
        "81010220000501123",
        "82010220000501123",
        "83010220000501123",
        "11010220000501123",
        "65010220000501123",
    ],
)
def test_the_other_side_of_each_edge_is_read(first_17: str) -> None:
    assert identity.read_national_id(with_check(first_17), TODAY)[1] is None


def test_the_cell_type_tells_lost_digits_never_the_ending() -> None:
    ending_in_zeros = next(
        number
        for county in range(1, 100)
        for serial in range(0, 1000, 10)
        if (number := with_check(f"4101{county:02d}20000501{serial:03d}"))[15:] == "000"
    )
    assert identity.read_national_id(ending_in_zeros, TODAY) == (ending_in_zeros, None)
    assert identity.read_national_id(int(ending_in_zeros), TODAY)[1] == "national_id.lost_digits"


valid_ids = st.builds(
    lambda region, county, birth, serial: with_check(f"{region}{county:04d}{birth:%Y%m%d}{serial:03d}"),
    st.sampled_from(sorted(identity.REGIONS)),
    st.integers(0, 9999),
    st.dates(dt.date(1900, 1, 1), TODAY),
    st.integers(0, 999),
)


@given(valid_ids)
def test_any_valid_id_is_read_and_says_its_birth_date_and_sex(number: str) -> None:
    assert identity.read_national_id(number, TODAY) == (number, None)
    assert f"{identity.birth_on(number):%Y%m%d}" == number[6:14]
    assert identity.sex(number) == (Sex.MALE if number[16] in "13579" else Sex.FEMALE)


@given(valid_ids, st.integers(0, 16), st.integers(1, 9))
def test_any_single_changed_digit_is_noticed(number: str, position: int, shift: int) -> None:
    changed = str((int(number[position]) + shift) % 10)
    assert identity.read_national_id(number[:position] + changed + number[position + 1 :], TODAY)[1]


@given(st.one_of(st.text(), st.integers(), st.floats(), st.booleans(), st.dates(), st.datetimes(), st.none()))
def test_no_reader_ever_raises(cell: Any) -> None:
    identity.read_national_id(cell, TODAY)
    for reader in person_rules.readers(TODAY).values():
        reader(cell)
    identity.read_day(cell)
    identity.read_digits(cell)


# --- months and days ------------------------------------------------------------------------------

MAY = dt.date(2016, 5, 1)


@pytest.mark.parametrize(
    "cell",
    [
        "2016-05",
        "2016.05",
        "2016.5",
        "2016/5",
        "2016/05",
        "201605",
        201605,
        201605.0,
        "2016年5月",
        "2016年05月",
        "2016 年 5 月",
        "２０１６．５",
        "2016-05-31",
        "2016.5.4",
        "2016/5/4",
        "20160504",
        20160504,
        "2016年5月4日",
        "2016年5月4号",
        "2016-05-04 00:00:00",
        dt.date(2016, 5, 31),
        dt.datetime(2016, 5, 4, 8, 30),
    ],
)
def test_a_month_is_read_from_every_form_people_write(cell: Any) -> None:
    assert identity.read_month(cell) == (MAY, True)


@pytest.mark.parametrize(
    "cell",
    [
        2016.1,  # January or October?
        2016.5,
        2016,
        "2016",
        "2016-13",
        "2016-00",
        "201613",
        "2016-02-30",
        "20160500",
        "2016年5月0日",
        "2016年5",
        "2016-5月",
        "16-05",
        "1816-05",
        "May 2016",
        "不详",
        42491,  # a date that lost its format
        True,
        float("nan"),
    ],
)
def test_what_may_mean_two_things_or_nothing_is_no_month(cell: Any) -> None:
    assert identity.read_month(cell) == (None, False)


@pytest.mark.parametrize("cell", [None, "", "  ", "\u200b"])
def test_a_blank_is_neither_right_nor_wrong(cell: Any) -> None:
    assert identity.read_month(cell) == (None, True)
    assert identity.read_name(cell) == ("", True)
    assert identity.read_mobile(cell) == ("", True)
    assert identity.read_yes_no(cell) == (None, True)


def test_a_day_needs_all_three_parts() -> None:
    assert identity.read_day("2016年5月4日") == (dt.date(2016, 5, 4), True)
    assert identity.read_day("2016-05") == (None, False)
    assert identity.read_day(dt.datetime(2016, 5, 4, 23, 59)) == (dt.date(2016, 5, 4), True)


# --- names and words ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        ("张三", "张三"),
        (" 张 三 ", "张三"),
        ("张\u3000三", "张三"),
        ("买买提•艾力", "买买提·艾力"),
        ("买买提．艾力", "买买提·艾力"),
        ("买买提・艾力", "买买提·艾力"),
        ("买买提 · 艾力", "买买提·艾力"),
        ("𠮷野家", "𠮷野家"),
        ("㛃然", "㛃然"),
        ("John  Smith", "John Smith"),
        ("Ｊｏｈｎ", "John"),
        ("王" * 30, "王" * 30),
    ],
)
def test_a_name_is_read(cell: str, name: str) -> None:
    assert identity.read_name(cell) == (name, True)


@pytest.mark.parametrize(
    "cell",
    [
        "张",
        "王" * 31,
        "张三1",
        "张三①",
        "张.三",
        "张-三",
        "张三(大)",
        "·张三",
        "张三·",
        "张··三",
        "张\x00三",
        "😀笑",
        123,
        "张\ud800",
    ],
)
def test_what_is_no_name_is_refused(cell: Any) -> None:
    assert identity.read_name(cell) == ("", False)


def test_there_are_56_groups_and_others() -> None:
    assert len(set(identity.ETHNICITIES)) == 57
    assert identity.read_ethnicity("汉") == identity.read_ethnicity(" 汉族 ") == ("汉族", True)
    assert identity.read_ethnicity("其他") == ("其他", True)
    assert identity.read_ethnicity("汉人") == ("", False)


def test_the_stored_words_are_those_of_the_models() -> None:
    words = {label: value for value, label in PoliticalStatus.choices}
    assert {w: person_rules.POLITICAL_STATUSES[w] for w in person_rules.POLITICAL_STATUS_CHOICES} == words
    assert person_rules.POLITICAL_STATUSES["团员"] == PoliticalStatus.LEAGUE_MEMBER
    assert person_rules.POLITICAL_STATUSES["预备党员"] == PoliticalStatus.PROBATIONARY


@pytest.mark.parametrize(
    ("reader", "cell", "answer"),
    [
        (identity.read_mobile, 13812345678, ("13812345678", True)),
        (identity.read_mobile, 13812345678.0, ("13812345678", True)),
        (identity.read_mobile, "138 1234 5678", ("13812345678", True)),
        (identity.read_mobile, "12812345678", ("", False)),
        (identity.read_mobile, "1381234567", ("", False)),
        (identity.read_mobile, "138123456789", ("", False)),
        (identity.read_qq, 12345, ("12345", True)),
        (identity.read_qq, "1234", ("", False)),
        (identity.read_qq, "12345678901", ("12345678901", True)),
        (identity.read_qq, "123456789012", ("", False)),
        (identity.read_email, "a.b@example.com", ("a.b@example.com", True)),
        (identity.read_email, "a.b@example", ("", False)),
        (identity.read_email, "a@b@c.com", ("", False)),
        (identity.read_digits, "００７", ("007", True)),
        (identity.read_digits, 3.5, ("", False)),
        (identity.read_yes_no, "是", (True, True)),
        (identity.read_yes_no, "有", (True, True)),
        (identity.read_yes_no, "否", (False, True)),
        (identity.read_yes_no, "无", (False, True)),
        (identity.read_yes_no, False, (False, True)),
        (identity.read_yes_no, "√", (True, True)),
        (identity.read_yes_no, "×", (False, True)),
        (identity.read_yes_no, "也许", (None, False)),
    ],
)
def test_plain_values(reader: Any, cell: Any, answer: Any) -> None:
    assert reader(cell) == answer


@pytest.mark.parametrize(
    ("born", "day", "age"),
    [
        (dt.date(1990, 11, 23), TODAY, 28),
        (dt.date(1990, 11, 24), TODAY, 27),
        (dt.date(2000, 2, 29), dt.date(2018, 2, 28), 17),
        (dt.date(2000, 2, 29), dt.date(2018, 3, 1), 18),
    ],
)
def test_age_turns_on_the_birthday(born: dt.date, day: dt.date, age: int) -> None:
    assert identity.age_on(born, day) == age
