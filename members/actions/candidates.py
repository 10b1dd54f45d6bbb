"""Putting people on the list of the identity check: judged like any entry, written many at once.

Specification (design: domain, section 6; notice, annex 4.2). On the list belongs who is in order (to be
recognised with one click) and whose only faults are of identity (under age, no number, no evidence) or an
irregular number (编号按实际发放): these are the reasons the case stays open for. Whoever has any other
fault has a cell to mend first; a member of the branch has no place on the list. 是否为团干部 may be left
blank at every door: 否. The same person again in the same branch brings the open case up to date. Order of
locks as in `enter`.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from zhtj.lib import bulk, crypto, locks
from zhtj.lib.problems import Problem, Refused, Severity, blocking
from zhtj.lib.races import RaceLost, one_transaction, until_settled
from zhtj.lib.workbook import Outcome, WorldMoved

from members.actions.judge import judge
from members.actions.listing import describe, plain
from members.models import YouthUnderReview
from members.numbers import MOST_HELD
from members.queries.branches import Branches
from members.queries.review import entry_of
from members.queries.settings import admission_policy, review_terms
from members.rules import AS_ISSUED, CODES, RECTIFIABLE, Entry, Policy, changes, filled_from
from members.rules.procedures import PROCEDURES
from orgs import audit
from orgs.models import OrgUnit
from orgs.scopes import Actor

LISTABLE = RECTIFIABLE | AS_ISSUED
State = YouthUnderReview.State
_COLUMNS = (
    "id",
    "branch_id",
    "full_name",
    "id_index",
    "masked_id",
    "entry_sealed",
    "reasons",
    "state",
    "due_on",
    "batch_id",
    "batch_row",
    "created_by_id",
    "created_at",
)
_DESCRIBED = (
    "full_name",
    "id_index",
    "masked_id",
    "entry_sealed",
    "reasons",
    "batch_id",
    "batch_row",
    "released_by",
    "released_at",
    "release_reason",
)
Expected = Sequence[tuple[Outcome, dict[str, list[str]]]]


@dataclass(slots=True)
class Candidate:
    """Somebody judged for the list. `reasons` is what keeps them from being recognised; `problems` what a
    reader is told; `youth` the open case of the same person in the same branch, `change` what it changes.
    """

    entry: Entry
    outcome: Outcome
    problems: list[Problem]
    reasons: list[Problem] = field(default_factory=list)
    youth: YouthUnderReview | None = None
    change: dict[str, list[str]] = field(default_factory=dict)

    @property
    def is_written(self) -> bool:
        return self.outcome in (Outcome.OK, Outcome.UPDATED)


def judge_youth(
    entries: Sequence[Entry],
    *,
    branches: Branches,
    policy: Policy,
    today: dt.date,
    report: Callable[[int], None] = lambda done: None,
    lock: bool = False,
) -> list[Candidate]:
    """What becomes of each: OK (new on the list), UPDATED or UNCHANGED (an open case, or a member already),
    MEND. Reads only; `judge` and one query for each 2 000. The gate is not asked: nobody is entered yet.
    `lock` keeps the open cases as they are until the transaction ends.
    """
    entries = [with_default(entry) for entry in entries]
    branches.find_all(entries)
    cases = _open_cases(entries, lock=lock)
    here = [cases.get((crypto.blind_index(entry.national_id), entry.branch_id)) for entry in entries]
    stored = [entry_of(youth) if youth else None for youth in here]
    entries = [filled_from(entry, old) if old else entry for entry, old in zip(entries, stored, strict=True)]
    verdicts = judge(entries, branches=branches, policy=policy, today=today, report=report, asks_gate=False)
    elsewhere = _names_elsewhere(cases)
    found = []
    for verdict, youth, old in zip(verdicts, here, stored, strict=True):
        if verdict.record is not None:
            name = branches.units[verdict.record.entry.branch_id or 0].short_name
            hint = CODES.problem("national_id.already_here", unit=name)
            found.append(Candidate(verdict.entry, Outcome.UNCHANGED, [hint]))
            continue
        candidate = _candidate(verdict.entry, verdict.problems, youth, old)
        candidate.problems += elsewhere(verdict.entry)
        found.append(candidate)
    return found


def with_default(entry: Entry) -> Entry:
    """Somebody of whom nothing is said about a post holds none."""
    is_blank = entry.is_cadre is None and "is_cadre" not in entry.unread
    return replace(entry, is_cadre=False) if is_blank else entry


def branch_of(actor: Actor, *, unit: OrgUnit, entry: Entry) -> OrgUnit:
    """The branch an entry means, among `unit` and its direct children. Raises Refused if none in reach."""
    branches = Branches(unit, actor.scope)
    (problems,) = branches.find_all([entry])
    if entry.branch_id is None and not problems:
        problems = [CODES.problem("branch.missing")]
    if problems or entry.branch_id is None:
        raise Refused(problems)
    return branches.units[entry.branch_id]


def put_under_review(
    actor: Actor,
    *,
    branch: OrgUnit,
    entries: Sequence[Entry],
    today: dt.date,
    batch_id: int | None = None,
) -> list[YouthUnderReview]:
    """Put these people on the list of `branch`, all or none, each with what is missing; in their order.

    Raises Refused naming everybody with other faults or a member already; PermissionDenied outside
    `members.enter`. Some fifteen queries, however many people.
    """
    actor.scope.require("members.enter", branch)
    entries = [replace(entry, branch_id=branch.pk) for entry in entries]
    return until_settled(lambda: _list(actor, branch, entries, today, batch_id, None)[0])


def list_youth(
    actor: Actor,
    *,
    unit: OrgUnit,
    entries: Sequence[Entry],
    today: dt.date,
    batch_id: int | None,
    expected: Expected,
) -> int:
    """The workbook's door: entries of any branches in reach of `unit`, as a review has shown them.

    Returns how many are new on the list. Raises WorldMoved as soon as one would now be judged otherwise.
    """
    try:
        with one_transaction():
            return _list(actor, unit, entries, today, batch_id, expected)[1]
    except RaceLost:
        raise WorldMoved from None


def _list(
    actor: Actor,
    unit: OrgUnit,
    entries: Sequence[Entry],
    today: dt.date,
    batch_id: int | None,
    expected: Expected | None,
) -> tuple[list[YouthUnderReview], int]:
    """Everybody of `entries` as they stand on the list now, and how many of them are new."""
    stamp = locks.entry_stamp()
    locks.shared(locks.tree(unit.tree_id))
    branches = Branches(unit, actor.scope, lock=True)
    found = judge_youth(entries, branches=branches, policy=admission_policy(), today=today, lock=True)
    if expected is None:
        _refuse(found)
    elif [(candidate.outcome, candidate.change) for candidate in found] != list(expected):
        raise WorldMoved
    new = [candidate for candidate in found if candidate.outcome is Outcome.OK]
    due_on = today + dt.timedelta(days=review_terms().rectify_days)
    _insert(actor, new, due_on, stamp, batch_id)
    updated = [candidate for candidate in found if candidate.outcome is Outcome.UPDATED]
    _update(updated, batch_id)
    listed = [candidate.youth for candidate in found if candidate.youth]
    if new or updated:
        after: dict[str, Any] = {"count": len(new), "updated": len(updated)}
        if len(listed) <= 1:
            after["youth"] = [youth.pk for youth in listed]
        audit.record(actor, "members.put_under_review", unit=unit, batch_id=batch_id, after=after)
    return listed, len(new)


def _candidate(
    entry: Entry, problems: Sequence[Problem], youth: YouthUnderReview | None, old: Entry | None
) -> Candidate:
    """The verdict on somebody who is no member of the branch."""
    errors = blocking(problems)
    if len(entry.development_number) > MOST_HELD:
        errors.append(PROCEDURES.problem("youth.number_too_long", limit=MOST_HELD))
        problems = [*problems, errors[-1]]
    if any(problem.code not in LISTABLE for problem in errors):
        return Candidate(entry, Outcome.MEND, list(problems))
    told = [replace(p, severity=Severity.WARNING) if p.blocks else p for p in problems]
    if youth is None or old is None:
        return Candidate(entry, Outcome.OK, told, errors)
    change = changes(entry, old)
    if entry.full_name != youth.full_name:
        change["full_name"] = [youth.full_name, entry.full_name]
    is_same = not change and youth.reasons == [plain(problem) for problem in errors]
    outcome = Outcome.UNCHANGED if is_same else Outcome.UPDATED
    return Candidate(entry, outcome, told, errors, youth, change)


def _refuse(found: Sequence[Candidate]) -> None:
    """Say no before anything is written: of one person everything that is wrong, of several who and why."""
    out = [candidate for candidate in found if not candidate.is_written and candidate.youth is None]
    if out and len(found) == 1:
        raise Refused(blocking(out[0].problems) or out[0].problems)
    refused = []
    for candidate in out:
        others = [p for p in blocking(candidate.problems) if p.code not in LISTABLE] or candidate.problems
        why = "；".join(problem.message for problem in others)
        name = candidate.entry.full_name or "这一行"
        refused.append(PROCEDURES.problem("youth.not_rectifiable", at=others[0].field, name=name, why=why))
    if refused:
        raise Refused(refused)


def _open_cases(entries: Sequence[Entry], *, lock: bool) -> dict[tuple[UUID, int | None], YouthUnderReview]:
    """The open cases of these people by blind index and branch, wherever they are."""
    indexes = [crypto.blind_index(entry.national_id) for entry in entries if entry.national_id]
    cases = YouthUnderReview.objects.filter(state=State.OPEN).select_related("branch").order_by("pk")
    if lock:
        cases = cases.select_for_update(of=("self",))
    return {(youth.id_index, youth.branch_id): youth for youth in bulk.among(cases, "id_index", indexes)}


def _names_elsewhere(
    cases: Mapping[tuple[UUID, int | None], YouthUnderReview],
) -> Callable[[Entry], list[Problem]]:
    """A remark where the same person is on the list of another branch too."""
    by_index: dict[UUID, list[YouthUnderReview]] = defaultdict(list)
    for youth in cases.values():
        by_index[youth.id_index].append(youth)
    if not by_index:
        return lambda entry: []
    return lambda entry: [
        PROCEDURES.problem("youth.listed", unit=youth.branch.short_name)
        for youth in by_index.get(crypto.blind_index(entry.national_id), ())
        if youth.branch_id != entry.branch_id
    ]


def _insert(
    actor: Actor, new: Sequence[Candidate], due_on: dt.date, stamp: dt.datetime, batch_id: int | None
) -> None:
    """One COPY; each candidate then carries its case."""
    creator = actor.user.pk if actor.user else None
    for pk, candidate in zip(bulk.reserve_ids(YouthUnderReview, len(new)), new, strict=True):
        youth = YouthUnderReview(
            pk=pk,
            branch_id=candidate.entry.branch_id or 0,  # judged: found
            state=State.OPEN.value,
            due_on=due_on,
            batch_id=batch_id,
            batch_row=candidate.entry.row or None,
            created_by_id=creator,
            created_at=stamp,
        )
        describe(youth, candidate.entry, candidate.reasons)
        candidate.youth = youth
    cases = [candidate.youth for candidate in new if candidate.youth]
    bulk.insert(YouthUnderReview, _COLUMNS, ([getattr(youth, name) for name in _COLUMNS] for youth in cases))


def _update(updated: Sequence[Candidate], batch_id: int | None) -> None:
    for candidate in updated:
        if candidate.youth:
            describe(candidate.youth, candidate.entry, candidate.reasons)
            candidate.youth.batch_id = batch_id or candidate.youth.batch_id
            candidate.youth.batch_row = candidate.entry.row or candidate.youth.batch_row
    cases = [candidate.youth for candidate in updated if candidate.youth]
    YouthUnderReview.objects.bulk_update(cases, _DESCRIBED, batch_size=500)
