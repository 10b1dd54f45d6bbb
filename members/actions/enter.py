"""Entering members: the one writer for form, API, workbook and command.

Order of locks: ENTRY (shared), the tree (shared), the branches' rows, then people in the order
of their blind index. Whoever loses a race for an id or a number meets the unique index, loses
its whole transaction, judges again and is told the code as if it had come later.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, OperationalError, transaction

from zhtj.lib import locks
from zhtj.lib.problems import Refused, blocking
from zhtj.lib.workbook import Outcome, WorldMoved

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

_ATTEMPTS = 3
_DEADLOCK = "40P01"


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
) -> Entered:
    """Write all of these entries, or none: new members with their posts, changes to known ones.

    Raises Refused with every problem if a rule says no, or if evidence was left blank and
    `attest_evidence` is not given. With `expected` (outcome and change of each entry as a
    review showed them) raises WorldMoved instead, as soon as one would now be judged otherwise.
    About 60 µs an entry on PostgreSQL. Notice, annex 3 and 4.
    """
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            with one_transaction():
                return _enter(actor, unit, entries, today, attest_evidence, batch_id, expected)
        except RaceLost:
            if expected is not None:
                raise WorldMoved from None
            if attempt == _ATTEMPTS:
                raise
    raise AssertionError("unreachable")


class RaceLost(Exception):
    """Somebody else wrote the same id, number or post a moment earlier."""


@contextmanager
def one_transaction() -> Iterator[None]:
    """A transaction in which a lost race (somebody wrote the same id or number) has its own name."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        raise RaceLost from error
    except OperationalError as error:
        if getattr(error.__cause__, "pgcode", None) != _DEADLOCK:
            raise
        raise RaceLost from error


def _enter(
    actor: Actor,
    unit: OrgUnit,
    entries: Sequence[Entry],
    today: dt.date,
    attest_evidence: bool,
    batch_id: int | None,
    expected: Sequence[tuple[Outcome, dict[str, list[str]]]] | None,
) -> Entered:
    stamp = locks.entry_stamp()
    locks.shared(locks.tree(unit.tree_id))
    branches = Branches(unit, actor.scope, lock=True)
    verdicts = judge(entries, branches=branches, policy=admission_policy(), today=today)
    _refuse(verdicts, attest_evidence, expected)
    entered = write(actor, verdicts, stamp=stamp, batch_id=batch_id)
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
    """One audit entry: how many, and what was changed from what to what."""
    if not entered.created and not entered.updated:
        return
    changed = {
        verdict.record.member_id: verdict.change for verdict in verdicts if verdict.record and verdict.change
    }
    created = [verdict.person_id for verdict in verdicts if verdict.outcome is Outcome.OK]
    after: dict[str, Any] = {"created": len(entered.created), "updated": len(entered.updated)}
    if changed:
        after["changes"] = changed
    person = Person(pk=created[0]) if len(verdicts) == len(created) == 1 else None
    audit.record(actor, "members.enter", unit=unit, person=person, batch_id=batch_id, after=after)
