"""Entering and correcting members. The only writer of `Member`."""

from members.actions.correct import correct_member
from members.actions.enter import Entered, enter_member, enter_members
from members.actions.judge import Verdict, judge

__all__ = ["Entered", "Verdict", "correct_member", "enter_member", "enter_members", "judge"]
