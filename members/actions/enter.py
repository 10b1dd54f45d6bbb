"""Entering members: the one writer for form, API, workbook and command.

Order of locks: ENTRY (shared), the tree (shared), the branches' rows, then people in the order
of their blind index. Whoever loses a race for an id or a number meets the unique index, loses
its whole transaction, judges again and is told the code as if it had come later.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.core.exceptions import PermissionDenied

from zhtj.lib import locks
from zhtj.lib.problems import Refused, blocking
from zhtj.lib.races import RaceLost, one_transaction, until_settled
from zhtj.lib.workbook import Outcome, Report, WorldMoved, unheard

import orgs.queries
from members.actions.judge import Verdict, judge, unattested
from members.actions.write import Entered, write
from members.models import Member
from members.queries.branches import Branches
from members.queries.settings import admission_policy
from members.rules import Entry
from orgs import audit
from orgs.models import OrgUnit, Person
from orgs.scopes import Actor

ENTERED = "members.enter"  # the action of its trail
OVERWRITTEN = "overwritten"  # in the trail: details of new members, known before, as they were


def enter_member(
    actor: Actor, *, branch: OrgUnit, entry: Entry, today: dt.date, attest_evidence: bool = False
) -> Member:
    """Enter one member into `branch`: `enter_members` of one."""
    actor.scope.require("members.enter", branch)
    entered = enter_members(
        actor,
        unit=branch,
        entries=[replace(entry, branch_id=branch.pk)],
        today=today,
        attest_evidence=attest_evidence,
    )
    (member_id,) = [*entered.created, *entered.updated, *entered.unchanged]
    return Member.objects.select_related("person", "branch").get(pk=member_id)


def enter_members(
    actor: Actor,
    *,
    unit: OrgUnit,
    entries: Sequence[Entry],
    today: dt.date,
    attest_evidence: bool = False,
    batch_id: int | None = None,
    expected: Sequence[tuple[Outcome, dict[str, list[str]]]] | None = None,
    report: Report = unheard,
) -> Entered:
    """Write all of these entries, or none: new members with their posts, changes to known ones.

    The reach of `members.enter` is judged branch by branch (`branch.out_of_scope`): the importing
    unit itself need not be one. Raises Refused with every problem if a rule says no, or if evidence
    was left blank and `attest_evidence` is not given. With `expected` (outcome and change of each
    entry as a review showed them) raises WorldMoved instead, as soon as one would now be judged
    otherwise. About 60 µs an entry on PostgreSQL. Notice, annex 3 and 4.
    """

    def attempt() -> Entered:
        return _enter(actor, unit, entries, today, attest_evidence, batch_id, expected, report)

    if expected is None:
        return until_settled(attempt)
    try:
        with one_transaction():
            return attempt()
    except RaceLost:
        raise WorldMoved from None


def _enter(
    actor: Actor,
    unit: OrgUnit,
    entries: Sequence[Entry],
    today: dt.date,
    attest_evidence: bool,
    batch_id: int | None,
    expected: Sequence[tuple[Outcome, dict[str, list[str]]]] | None,
    report: Report,
) -> Entered:
    stamp = locks.entry_stamp()
    locks.shared(locks.tree(unit.tree_id))
    branches = Branches(unit, actor.scope, lock=True)
    verdicts = judge(entries, branches=branches, policy=admission_policy(), today=today)
    _refuse(verdicts, attest_evidence, expected)
    entered = write(actor, verdicts, stamp=stamp, batch_id=batch_id, report=report)
    _count_again(actor, verdicts)
    _leave_trail(actor, unit, verdicts, entered, batch_id)
    return entered


def _refuse(
    verdicts: Sequence[Verdict],
    attest_evidence: bool,
    expected: Sequence[tuple[Outcome, dict[str, list[str]]]] | None,
) -> None:
    """Say no before anything is written."""
    if expected is not None:
        if [(verdict.outcome, verdict.change) for verdict in verdicts] != list(expected):
            raise WorldMoved
        return
    problems = [problem for verdict in verdicts for problem in verdict.problems]
    blank = None if attest_evidence else unattested(verdicts)
    if blank or blocking(problems):
        raise Refused([*problems, *([blank] if blank else [])])


def _count_again(actor: Actor, verdicts: Sequence[Verdict]) -> None:
    """The last look: every branch written into lies in reach and is open. One query."""
    written = {verdict.entry.branch_id for verdict in verdicts if verdict.is_written}
    reached = orgs.queries.units(actor.scope, "members.enter").filter(pk__in=written, closed_at=None)
    if reached.count() != len(written):
        raise PermissionDenied("有团员将被录入您管理范围以外的团支部，已全部撤回。")


def _leave_trail(
    actor: Actor, unit: OrgUnit, verdicts: Sequence[Verdict], entered: Entered, batch_id: int | None
) -> None:
    """One audit entry: how many, and what was changed from what to what; of a single one also who it is."""
    if not entered.created and not entered.updated:
        return
    changed = {
        verdict.record.member_id: verdict.change for verdict in verdicts if verdict.record and verdict.change
    }
    after: dict[str, Any] = {"created": len(entered.created), "updated": len(entered.updated)}
    if changed:
        after["changes"] = changed
    if entered.overwritten:
        after[OVERWRITTEN] = entered.overwritten
    person = Person(pk=verdicts[0].person_id) if len(verdicts) == 1 else None
    audit.record(actor, ENTERED, unit=unit, person=person, batch_id=batch_id, after=after)
