"""The one reading of free text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhtj.lib import words
from zhtj.lib.problems import Problem, Refused

MISSING = Problem("reason", "reason.missing", "没有填写理由。")


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("数据有误，更正。", "数据有误，更正。"),  # full-width signs are how Chinese is written
        ("  有据\x00\x07\x9b\ud800\udc00\ufffe\U0001ffff ", "有据"),
        ("\u202eevil\u2066\u200f\u200b\ufeff\u00ad", "evil"),
        ("一\r\n\r\n\r\n\r\n二\u2028三\v四", "一\n\n二\n三\n四"),
        ("一\t \u3000二 ", "一 二"),
        ("e\u0301", "é"),
        ("<b>&amp;</b> {{ x }} 👩‍👩‍👧", "<b>&amp;</b> {{ x }} 👩‍👩‍👧"),
        (" \t\u3000\r\n", ""),
        ("\u200d\ufe0f \u200b\x00", ""),
    ],
)
def test_what_cannot_be_seen_goes_and_what_can_stays(typed: str, read: str) -> None:
    assert words.read(typed) == read


def test_a_name_stands_in_one_line() -> None:
    assert words.line(" 百日\n\n攻坚\x00 行动 ") == "百日 攻坚 行动"


def test_a_code_is_not_mended() -> None:
    assert words.code(" HN0101 ") == "HN0101"
    assert words.code("HN\x0001") != "HN01" and words.code("\x00") != ""
    assert words.code("HN\ud800").encode()


def test_a_search_is_half_width_without_marks_and_cut() -> None:
    assert words.sought("  第一\x00\ud800\u200d" + "长" * 99) == "第一" + "长" * 58
    assert words.sought("'４１０１\n０２") == "4101 02"
    assert words.sought("一" * 59 + " 二") == "一" * 59


@given(st.text(st.characters(codec=None)))
def test_read_again_it_stays_and_any_database_takes_it(typed: str) -> None:
    for reading in (words.read, words.line, words.sought):
        text = reading(typed)
        assert reading(text) == text == text.strip()
        assert "\x00" not in text and text.encode().decode() == text


def test_too_long_is_refused_with_both_lengths_and_never_cut() -> None:
    with pytest.raises(Refused) as refused:
        words.within("因" * 6 + " \x00", 5, at="reason")
    (problem,) = refused.value.problems
    assert (problem.field, problem.code) == ("reason", "text.too_long")
    assert "5个字" in problem.message and "6个字" in problem.message
    assert words.within("因" * 5 + " \x00", 5, at="reason") == "因" * 5


def test_what_must_be_said_is_not_said_by_blanks_and_marks() -> None:
    with pytest.raises(Refused) as refused:
        words.needed(" \u200b\n", 5, missing=MISSING)
    assert refused.value.problems == [MISSING]
    assert words.needed(" 有据 ", 5, missing=MISSING) == "有据"
