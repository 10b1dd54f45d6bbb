"""Entering cadres: the one writer for form, API, workbook and command.

Order of locks: ENTRY (shared), the tree (shared), the units' rows, then people in the order of their
blind index. Whoever loses a race for an id or a post judges again (zhtj.lib.races).
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from zhtj.lib import locks, races
from zhtj.lib.problems import Problem, Refused, blocking
from zhtj.lib.workbook import Outcome, Report, WorldMoved, unheard

from cadres.actions.judge import Verdict, judge
from cadres.actions.posts import Appointment, appoint_cadres, require
from cadres.models import Cadre
from cadres.queries.units import PRELOAD, Units
from cadres.rules import PERSON_DETAILS, POST_DETAILS, Entry
from orgs import audit, people
from orgs.models import OrgUnit, Person
from orgs.scopes import Actor

Expected = Sequence[tuple[Outcome, dict[str, list[str]]]]


@dataclass(slots=True)
class Entered:
    """Ids of the posts newly given, changed, and left as they were; warnings that stay visible."""

    created: list[int] = field(default_factory=list)
    updated: list[int] = field(default_factory=list)
    unchanged: list[int] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    people: list[int] = field(default_factory=list)  # ids of those whose posts are in `created`

    @property
    def only(self) -> int:
        """The id, where one entry was entered."""
        (cadre_id,) = [*self.created, *self.updated, *self.unchanged]
        return cadre_id


def enter_cadre(actor: Actor, *, unit: OrgUnit, entry: Entry, today: dt.date) -> Entered:
    """Enter one cadre of `unit`: `enter_cadres` of one."""
    actor.scope.require("cadres.enter", unit)
    entry.unit_id = unit.pk
    return enter_cadres(actor, unit=unit, entries=[entry], today=today)


def enter_cadres(
    actor: Actor,
    *,
    unit: OrgUnit,
    entries: Sequence[Entry],
    today: dt.date,
    batch_id: int | None = None,
    expected: Expected | None = None,
    report: Report = unheard,
) -> Entered:
    """Write all of these entries, or none: new posts (with new people), changes to those held.

    Posts of a leading organ that the actor only pre-loads wait there to be checked (待核对). Raises
    Refused with every problem if a rule says no. With `expected` (outcome and change of each entry as
    a review showed them) raises WorldMoved instead, as soon as one would now be judged otherwise.
    About 60 µs an entry on PostgreSQL. Notice, annex 1-3.
    """
    try:
        return races.until_settled(partial(_enter, actor, unit, entries, today, batch_id, expected, report))
    except races.RaceLost:
        if expected is not None:
            raise WorldMoved from None
        raise


def _enter(
    actor: Actor,
    unit: OrgUnit,
    entries: Sequence[Entry],
    today: dt.date,
    batch_id: int | None,
    expected: Expected | None,
    report: Report,
) -> Entered:
    stamp = locks.entry_stamp()
    locks.shared(locks.tree(unit.tree_id))
    units = Units(unit, actor.scope, lock=True)
    verdicts = judge(entries, units=units, scope=actor.scope, today=today)
    _refuse(verdicts, expected)
    entered = _write(actor, verdicts, batch_id, stamp, report)
    _leave_trail(actor, unit, verdicts, entered, batch_id)
    return entered


def _refuse(verdicts: Sequence[Verdict], expected: Expected | None) -> None:
    """Say no before anything is written."""
    if expected is not None:
        if [(verdict.outcome, verdict.change) for verdict in verdicts] != list(expected):
            raise WorldMoved
        return
    problems = [problem for verdict in verdicts for problem in verdict.problems]
    if blocking(problems):
        raise Refused(problems)


def _write(
    actor: Actor, verdicts: Sequence[Verdict], batch_id: int | None, stamp: dt.datetime, report: Report
) -> Entered:
    new = [verdict for verdict in verdicts if verdict.outcome is Outcome.OK]
    changed = [verdict for verdict in verdicts if verdict.outcome is Outcome.UPDATED]
    same = [verdict for verdict in verdicts if verdict.outcome is Outcome.UNCHANGED]
    person_ids = _register(new, report)
    _update_people([*new, *changed])
    appointments = [
        Appointment(
            person_id,
            verdict.entry.unit_id or 0,
            verdict.entry.post,
            verdict.entry.engagement,
            verdict.entry.appointed_on,
            verdict.entry.joined_on,
            verdict.entry.row or None,
            verdict.is_preloaded,
        )
        for verdict, person_id in zip(new, person_ids, strict=True)
    ]
    return Entered(
        created=appoint_cadres(actor, appointments=appointments, batch_id=batch_id),
        updated=_change(actor, changed, stamp),
        unchanged=[verdict.record.pk for verdict in same if verdict.record],
        problems=[problem for verdict in verdicts for problem in verdict.problems],
        people=person_ids,
    )


def _register(new: Sequence[Verdict], report: Report) -> list[int]:
    """The person of each new post: the known one or a new one, registered once however many posts."""
    unknown = {v.entry.national_id: v.entry for v in reversed(new) if v.person is None}
    registered = dict(zip(unknown, people.register_people(list(unknown.values()), report), strict=True))
    return [v.person.person_id if v.person else registered[v.entry.national_id] for v in new]


def _update_people(written: Sequence[Verdict]) -> None:
    """Bring the details of known people up to date; a blank leaves what is stored."""
    differing = {
        verdict.person.person_id: verdict.entry
        for verdict in written
        if verdict.person and verdict.person.is_editable and _differs(verdict.entry, verdict.person.stored)
    }
    if differing:
        people.update_people(differing)


def _differs(entry: Entry, stored: Entry) -> bool:
    return any(
        getattr(entry, name) not in (None, "") and getattr(entry, name) != getattr(stored, name)
        for name in PERSON_DETAILS
    )


def _change(actor: Actor, changed: Sequence[Verdict], stamp: dt.datetime) -> list[int]:
    """Store what differs of posts held already. One bulk update."""
    if not changed:
        return []
    posts = []
    for verdict in changed:
        if verdict.record is None:
            continue
        for name in POST_DETAILS:
            setattr(verdict.record, name, getattr(verdict.entry, name))
        verdict.record.changed_at = stamp
        posts.append(verdict.record)
    preloaded = {v.entry.unit_id for v in changed if v.is_preloaded and v.entry.unit_id}
    entered = {v.entry.unit_id for v in changed if not v.is_preloaded and v.entry.unit_id}
    require(actor, entered)
    require(actor, preloaded, PRELOAD)
    Cadre.objects.bulk_update(posts, (*POST_DETAILS, "changed_at"), batch_size=500)
    return [post.pk for post in posts]


def _leave_trail(
    actor: Actor, unit: OrgUnit, verdicts: Sequence[Verdict], entered: Entered, batch_id: int | None
) -> None:
    """One audit entry: how many, what was changed from what to what; of a single one also who it is."""
    if not entered.created and not entered.updated:
        return
    after: dict[str, Any] = {"created": len(entered.created), "updated": len(entered.updated)}
    if changes := {v.record.pk: v.change for v in verdicts if v.record and v.change}:
        after["changes"] = changes
    about = [*entered.people, *(v.record.person_id for v in verdicts if v.record)]
    person = Person(pk=about[0]) if len(verdicts) == 1 else None
    audit.record(actor, "cadres.enter", unit=unit, person=person, batch_id=batch_id, after=after)
