"""The plain data behind every file: cleaning, the focus, who lags, who is listed, the verification code."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from orgs.kinds import UnitClass
from progress.exports import words
from progress.exports.document import Document, compose

from tests.progress_exports import sample

CITY = UnitClass.CITY.value
DIRECT_UNIT = UnitClass.DIRECT_UNIT.value


def one_city(**values: Any) -> Document:
    """Day 23 with one city, its line in every stage changed to `values`."""
    lines = sample.lines([("HN01", "郑州团市委", CITY)])
    changed = [line | values if line["unit"] == "HN01" else line for line in lines]
    return compose(sample.head(), changed)


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("郑州团市委", "郑州团市委"),
        ("a\x00b\x07c\x9bd", "abcd"),
        ("two\nlines\tand  more", "two lines and more"),
        ("\u202eevil\u202c", "evil"),
        ("lone \ud83d surrogate", "lone surrogate"),
        ("no\ufffechar\uffff", "nochar"),
        ("#let x = 1 *b* $m$ <b>&amp;</b> 😀👨‍👩‍👧", "#let x = 1 *b* $m$ <b>&amp;</b> 😀👨‍👩‍👧"),
        ("𠮷野家 · 阿依古丽·买买提", "𠮷野家 · 阿依古丽·买买提"),
    ],
)
def test_a_name_keeps_everything_that_can_be_printed(typed: str, shown: str) -> None:
    lines = [line | {"name": typed} for line in sample.lines([("HN01", "郑州团市委", CITY)])]
    assert {line.name for line in compose(sample.head(), lines).lines} == {shown}


def test_the_own_line_and_the_children_are_told_apart() -> None:
    document = sample.province()
    own = document.own("members_school")
    assert own is not None
    assert (own.unit, own.name) == ("HN", "河南团省委")
    assert len(document.children("members_school")) == 128
    assert len(document.children("members_school", group=CITY)) == 18
    assert document.own("no_such_stage") is None
    assert len(document.children(domain="school")) == 128


def test_one_class_keeps_the_own_line_and_the_code_of_the_whole() -> None:
    document = sample.province()
    cities = document.only(CITY)
    assert cities.groups() == [CITY]
    assert {line.group for line in cities.children("members_school")} == {CITY}
    assert cities.own("members_school") == document.own("members_school")
    assert cities.head.code == document.head.code
    with pytest.raises(KeyError):
        cities.only(DIRECT_UNIT)


@pytest.mark.parametrize(
    ("status", "plan", "lags"),
    [
        ("滞后", 10.0, True),
        ("逾期", None, True),
        ("未开始", 0.1, True),
        ("未开始", 0.0, False),
        ("未开始", None, False),
        ("正常", 10.0, False),
        ("待开放", 0.0, False),
        ("完成", 10.0, False),
    ],
)
def test_a_line_lags_by_its_status_and_unstarted_only_when_something_was_due(
    status: str, plan: float | None, lags: bool
) -> None:
    line = one_city(status=status, plan=plan).children("members_school")[0]
    assert line.lags is lags


@pytest.mark.parametrize(
    ("day", "focus"),
    [
        (dt.date(2018, 10, 31), "members_school"),  # before anything: the first
        (dt.date(2018, 11, 14), "members_school"),
        (dt.date(2018, 12, 31), "members_school"),  # the deadline itself still runs
        (dt.date(2019, 1, 1), "members_state"),
        (dt.date(2019, 1, 5), "members_state"),
        (dt.date(2019, 1, 6), "members_other"),
        (dt.date(2019, 2, 1), "members_state"),  # all over: the one begun last
    ],
)
def test_the_focus_is_the_running_member_stage_due_first(day: dt.date, focus: str) -> None:
    lines = [line | {"expected": 10} for line in sample.lines([("HN01", "郑州团市委", CITY)])]
    stage = compose(sample.head(day=day), lines).focus(CITY)
    assert stage is not None
    assert stage.key == focus


def test_the_focus_moves_on_when_everybody_has_completed_the_stage_due_first() -> None:
    units = [("HN01", "郑州团市委", CITY), ("HN02", "开封团市委", CITY)]
    lines = [line | {"expected": 10, "entered": 9, "status": "正常"} for line in sample.lines(units)]
    assert compose(sample.head(), lines).focus(CITY) == sample.STAGES[2]
    for completed, focus in (({"HN01"}, sample.STAGES[2]), ({"HN01", "HN02"}, sample.STAGES[3])):
        told = [
            line | {"status": "完成"}
            if line["stage"] == "members_school" and line["unit"] in completed
            else line
            for line in lines
        ]
        assert compose(sample.head(), told).focus(CITY) == focus


def test_the_focus_of_a_class_is_a_stage_it_has_a_part_in() -> None:
    document = sample.province()
    keys = {group: stage.key for group in document.groups() if (stage := document.focus(group))}
    assert keys == {
        "city": "members_school",
        "direct_county": "members_school",
        "university": "members_school",
        "direct_unit": "members_state",
    }


@pytest.mark.parametrize(
    ("school", "state", "is_listed"),
    [
        ((100, 0), (None, 0), True),
        ((None, 3), (None, 0), True),
        ((None, 0), (50, 0), False),
        ((0, 0), (None, 1), False),
        ((None, 0), (None, 0), True),  # nothing known anywhere: seen to be missing
    ],
)
def test_a_unit_is_listed_unless_its_part_lies_in_another_stage(
    school: tuple[int | None, int], state: tuple[int | None, int], is_listed: bool
) -> None:
    figures = {"members_school": school, "members_state": state}
    lines = [
        line | dict(zip(("expected", "entered"), figures.get(line["stage"], (None, 0)), strict=True))
        for line in sample.lines([("HN01", "郑州团市委", CITY)])
    ]
    shown, left_out = compose(sample.head(), lines).listed("members_school", CITY)
    assert (len(shown), left_out) == ((1, 0) if is_listed else (0, 1))


def test_a_part_in_the_cadre_stages_hides_nobody_from_the_member_stages() -> None:
    lines = [
        line | {"expected": None if line["stage"].startswith("members") else 3, "entered": 0}
        for line in sample.lines([("HN01", "郑州团市委", CITY)])
    ]
    assert len(compose(sample.head(), lines).listed("members_school", CITY)[0]) == 1
    nothing_due = [line | {"expected": 0, "entered": 0} for line in lines]
    assert compose(sample.head(), nothing_due).listed("organ_cadres", CITY) == ([], 1)


def test_the_verification_code_changes_with_every_figure_and_with_the_head() -> None:
    lines = sample.lines(sample.province_units(cities=3, counties=0, universities=0, others=0))
    code = compose(sample.head(), lines).head.code
    assert code == compose(sample.head(), [dict(line) for line in lines]).head.code
    assert len(code) == 9
    for number, line in enumerate(lines):
        other = [*lines[:number], line | {"entered": line["entered"] + 1}, *lines[number + 1 :]]
        assert compose(sample.head(), other).head.code != code
    for changed in ({"revision": 2}, {"day": dt.date(2018, 11, 24)}, {"unit": "HN01"}):
        assert compose(sample.head(**changed), lines).head.code != code


def test_a_preview_bears_the_code_it_will_have() -> None:
    document = sample.named("郑州团市委")
    assert sample.named("郑州团市委", is_preview=True).head == replace(document.head, is_preview=True)


@pytest.mark.parametrize(
    ("count", "shares"),
    [(0, []), (1, [1]), (30, [30]), (31, [16, 15]), (60, [30, 30]), (61, [21, 20, 20])],
)
def test_pages_are_few_and_even(count: int, shares: list[int]) -> None:
    assert words.shares(count, 30) == shares


@pytest.mark.parametrize(
    ("value", "sign", "sentence"),
    [
        (None, "—", ""),
        (0, "0", "，与昨日持平"),
        (1234, "↑1,234", "，较昨日增加1,234"),
        (-3, "↓3", "，较昨日减少3"),
    ],
)
def test_a_change_is_told_with_its_direction(value: int | None, sign: str, sentence: str) -> None:
    assert words.change(value) == sign
    assert words.change_in_words(value) == sentence
