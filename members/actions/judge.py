"""What is to become of entries: the first half of entering them, which only reads.

Every door goes through `judge`: the form and the API with one entry, the workbook and the
command with all rows of a file, and `enter_members` once more under its locks.
"""

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from django.conf import settings
from django.utils.module_loading import import_string

from zhtj.lib.problems import Problem, blocking
from zhtj.lib.workbook import Outcome

from members.queries.branches import Branches
from members.queries.known import Record, load_known, load_records
from members.queries.settings import admission_policy
from members.rules import (
    CODES,
    Entry,
    Policy,
    changes,
    check_entry,
    filled_from,
    find_clashes,
    hangs_on_blank_evidence,
    outcome_of,
)

REPORT_EVERY = 500
Gate = Callable[[Sequence[int], dt.date], Mapping[int, Problem]]


@dataclass(slots=True)
class Verdict:
    """One entry judged. For a member already in the branch, `record` is what is stored,
    `entry` is filled from it and `change` holds field → [old, new] as shown.
    """

    entry: Entry
    problems: list[Problem]
    outcome: Outcome
    person_id: int | None = None
    record: Record | None = None
    change: dict[str, list[str]] = field(default_factory=dict)
    hangs_on_blank: bool = False

    @property
    def is_written(self) -> bool:
        return self.outcome in (Outcome.OK, Outcome.UPDATED)


def judge(
    entries: Sequence[Entry],
    *,
    branches: Branches,
    policy: Policy,
    today: dt.date,
    report: Callable[[int], None] = lambda done: None,
    asks_gate: bool = True,
) -> list[Verdict]:
    """Judge entries against the rules, each other and the world, in their order. Reads only.

    `branches` tells which branch each one means and whether it may be entered into. About
    30 µs an entry, with three queries for each 2 000 and one for the gate (not `asks_gate`: nobody is to
    be entered yet, so whether the domain is open does not matter).
    """
    branch_problems = branches.find_all(entries)
    known = load_known(entries)
    here = [known.here(entry) for entry in entries]
    records = load_records([person.member_id for person in here if person and person.member_id])
    closed = _closed_branches(entries, here, today) if asks_gate else {}
    clashes = find_clashes(entries, known)
    verdicts = []
    for position, entry in enumerate(entries):
        person = known.people.get(entry.national_id)
        record = records.get(person.member_id) if here[position] and person and person.member_id else None
        extra = [*branch_problems[position], *clashes[position]]
        if record is None and entry.branch_id is not None and entry.branch_id in closed:
            extra.append(closed[entry.branch_id])
        verdicts.append(_verdict(entry, record, extra, policy, today))
        verdicts[-1].person_id = person.person_id if person else None
        if position % REPORT_EVERY == 0:
            report(position)
    return verdicts


def _verdict(
    entry: Entry, record: Record | None, extra: list[Problem], policy: Policy, today: dt.date
) -> Verdict:
    change: dict[str, list[str]] = {}
    if record is not None:
        stored = record.holding(entry.post)
        entry = filled_from(entry, stored)
        change = changes(entry, stored)
    problems = [*check_entry(entry, policy, today), *extra]
    outcome = outcome_of(problems)
    if outcome is Outcome.OK and record is not None:
        outcome = Outcome.UPDATED if change else Outcome.UNCHANGED
    is_written = outcome in (Outcome.OK, Outcome.UPDATED)
    is_attested = record is not None and record.is_attested
    hangs = is_written and not is_attested and hangs_on_blank_evidence(entry, policy)
    return Verdict(entry, problems, outcome, record=record, change=change, hangs_on_blank=hangs)


def _closed_branches(
    entries: Sequence[Entry], here: Sequence[object], today: dt.date
) -> Mapping[int, Problem]:
    """Branches whose domain is not open for new members today (settings.ZHTJ_ENTRY_GATE)."""
    if not settings.ZHTJ_ENTRY_GATE:
        return {}
    entered: Collection[int] = {
        entry.branch_id
        for entry, person in zip(entries, here, strict=True)
        if person is None and entry.branch_id is not None
    }
    gate: Gate = import_string(settings.ZHTJ_ENTRY_GATE)
    return gate(sorted(entered), today) if entered else {}


def unattested(verdicts: Sequence[Verdict]) -> Problem | None:
    """The acknowledgement these entries need because evidence was left blank; None = none."""
    count = sum(verdict.hangs_on_blank for verdict in verdicts)
    return CODES.problem("identity.evidence_unattested", count=count) if count else None


def newly_blocking(stored: Entry, asked: Entry, today: dt.date) -> list[Problem]:
    """What `asked` would be refused for that `stored` is not already: settings may have changed since, or
    something else is being put right meanwhile, and neither keeps a wrong name or id on record. One query.
    """
    policy = admission_policy()
    known = {problem.code for problem in check_entry(stored, policy, today)}
    return [problem for problem in blocking(check_entry(asked, policy, today)) if problem.code not in known]
