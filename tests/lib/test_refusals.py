"""A refusal ends its block and is told; anything else is none of its business."""

import pytest

from zhtj.lib.problems import Problem, Refused
from zhtj.lib.refusals import Refusals

CLOSED = Problem("unit", "unit.closed", "该组织已撤销。", "请先恢复。")


def test_a_refusal_ends_the_block_and_is_told():
    told, done = [], []
    with Refusals(told.extend):
        done.append("before")
        raise Refused([CLOSED])
    assert (told, done) == ([CLOSED], ["before"])


def test_without_a_refusal_nothing_is_told():
    told = []
    with Refusals(told.extend):
        pass
    assert told == []


def test_another_error_goes_on_untold():
    told = []
    with pytest.raises(ZeroDivisionError), Refusals(told.extend):
        raise ZeroDivisionError
    assert told == []
