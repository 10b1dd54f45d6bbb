"""Entering and correcting members. The only writer of `Member`."""

from members.actions.correct import correct_member
from members.actions.enter import enter_member, enter_members
from members.actions.judge import Verdict, judge
from members.actions.write import Entered

__all__ = ["Entered", "Verdict", "correct_member", "enter_member", "enter_members", "judge"]
