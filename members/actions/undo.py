"""Undoing what one import wrote, as far as nothing else has touched it since.

Specification. A member the batch entered leaves as of now (撤销导入): the period stays, so that a past
bulletin can be counted again; whoever was known before gets the details back that the batch overwrote, as far
as they still read so. A member it changed gets the values back that it had. Whoever was
transferred, withdrawn, corrected or appointed since, is in an application, or stands outside the reach of
the actor, stays as they are, and the answer says why. Order of locks: as in `members.actions.moves`.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import SimpleNamespace

from django.db import transaction

from zhtj.lib import bulk, locks
from zhtj.lib.workbook import Outcome, Undoing

import cadres.actions
import orgs.queries
from cadres.models import EndReason
from members.actions.enter import ENTERED, OVERWRITTEN
from members.actions.judge import Verdict
from members.actions.write import write
from members.models import LeftReason, Member, MemberCase
from members.queries.known import Record, load_records
from members.rules import Entry, EntryReader, changes, shown
from orgs import audit, finding, people, trail
from orgs.models import OrgUnit
from orgs.scopes import Actor

_OPEN = (MemberCase.State.OPEN, MemberCase.State.KEPT)
_OWN_FIELDS = ("joined_on", "development_number", "application_form", "member_card", "transfer_letter")
GONE = "已转出或离开本支部"
DISPUTED = "有更正、转接或认领申请正在办理"
CORRECTED = "之后又更正过"
APPOINTED = "之后又登记了职务"
OUT_OF_REACH = "所在团支部已不在您可以录入的范围"


@dataclass(frozen=True, slots=True)
class Written:
    """One row as a commit wrote it."""

    row: int
    is_new: bool
    entry: Entry
    change: dict[str, list[str]]


@dataclass(slots=True)
class _Plan:
    """What will be done: members withdrawn, verdicts that put records back."""

    withdrawn: list[Record] = field(default_factory=list)
    restored: list[Verdict] = field(default_factory=list)
    told: Undoing = field(default_factory=Undoing)


def undo_members(
    actor: Actor,
    *,
    unit: OrgUnit,
    batch_id: int,
    written: Sequence[Written],
    today: dt.date,
    since: dt.datetime,
    is_preview: bool = False,
) -> Undoing:
    """Take back what batch `batch_id` wrote at `since`, row by row; `is_preview` only says what would be.

    One transaction, one audit entry. A dozen queries for each 2 000 rows. Raises IntegrityError where a
    value to be put back was taken by somebody else meanwhile.
    """
    with transaction.atomic():
        stamp = locks.entry_stamp()
        plan = _plan(actor, batch_id, written, today, since, lock=not is_preview)
        if is_preview:
            return plan.told
        _withdraw(actor, plan.withdrawn, batch_id, stamp)
        overwritten = trail.said_by_batch(OVERWRITTEN, action=ENTERED, batch_id=batch_id, by=since)
        _give_back({record.person_id: record for record in plan.withdrawn}, overwritten, today)
        if plan.restored:
            write(actor, plan.restored, stamp=stamp, batch_id=batch_id, clears_blanks=True)
        after = {
            "withdrawn": plan.told.withdrawn,
            "restored": plan.told.restored,
            "changes": {v.record.member_id: v.change for v in plan.restored if v.record},
        }
        audit.record(actor, "members.undo", unit=unit, batch_id=batch_id, after=after)
    return plan.told


def _plan(
    actor: Actor,
    batch_id: int,
    written: Sequence[Written],
    today: dt.date,
    since: dt.datetime,
    *,
    lock: bool,
) -> _Plan:
    plan = _Plan()
    ids = _members(batch_id, written)
    records = _held(ids.values(), lock=lock)
    touched = _Touched(actor, batch_id, since, records.values())
    for line in written:
        record = records.get(ids.get(line.row, 0))
        why = touched.why(record, line) if record else GONE
        if why:
            plan.told.stays.append((line.row, why))
        elif record and line.is_new:
            plan.withdrawn.append(record)
        elif record:
            plan.restored.append(_back(line, record, today))
    plan.told.withdrawn, plan.told.restored = len(plan.withdrawn), len(plan.restored)
    return plan


def _members(batch_id: int, written: Sequence[Written]) -> dict[int, int]:
    """Row → the membership it opened (which may have ended since), or the one it changed."""
    opened = Member.objects.filter(batch_id=batch_id).order_by("-pk").values_list("batch_row", "pk")
    first = {row: pk for row, pk in opened if row}  # a transfer carries the batch along: the eldest is ours
    found = {line.row: first[line.row] for line in written if line.is_new and line.row in first}
    updated = [line for line in written if not line.is_new]
    if updated:
        known = people.find_people(line.entry.national_id for line in updated)
        active = Member.objects.filter(until_at=None).order_by().values_list("person_id", "branch_id", "pk")
        places = {
            (person, branch): pk
            for person, branch, pk in bulk.among(active, "person_id", [who.id for who in known.values()])
        }
        for line in updated:
            who = known.get(line.entry.national_id)
            if who and (pk := places.get((who.id, line.entry.branch_id or 0))):
                found[line.row] = pk
    return found


def _held(member_ids: Iterable[int], *, lock: bool) -> dict[int, Record]:
    """Those still active, as stored; locked in the order everybody locks them."""
    active = Member.objects.filter(until_at=None).order_by("pk")
    there = list(bulk.among(active.values_list("pk", "branch_id"), "pk", member_ids))
    if lock:
        branch_ids = {branch for _, branch in there}
        for tree_id in sorted({unit.tree_id for unit in finding.units_by_id(branch_ids).values()}):
            locks.shared(locks.tree(tree_id))
        finding.units_by_id(branch_ids, lock=True)
        held = active.select_for_update(of=("self",)).values_list("pk", flat=True)
        return load_records(list(bulk.among(held, "pk", sorted(pk for pk, _ in there))))
    return load_records([pk for pk, _ in there])


class _Touched:
    """What else has happened to these records since. Three queries for each 2 000."""

    def __init__(self, actor: Actor, batch_id: int, since: dt.datetime, records: Iterable[Record]) -> None:
        records = list(records)
        members = [record.member_id for record in records]
        branches = {record.entry.branch_id for record in records}
        open_cases = MemberCase.objects.filter(state__in=_OPEN).order_by().values_list("member_id", flat=True)
        reached = orgs.queries.units(actor.scope, "members.enter").order_by().values_list("pk", flat=True)
        self._batch_id = batch_id
        self._disputed = set(bulk.among(open_cases, "member_id", members))
        self._reached = set(bulk.among(reached, "pk", branches))
        self._corrected = trail.corrected_since(since, batch_id, [record.person_id for record in records])

    def why(self, record: Record, line: Written) -> str:
        """Why the row stays; "" if nothing has touched it."""
        if record.entry.branch_id not in self._reached:
            return OUT_OF_REACH
        if record.member_id in self._disputed:
            return DISPUTED
        if any(post.batch_id != self._batch_id for post in record.posts.values()) and line.is_new:
            return APPOINTED
        if record.person_id in self._corrected or _differs(line, record):
            return CORRECTED
        return ""


def _differs(line: Written, record: Record) -> bool:
    """Does the record say otherwise than the row did?"""
    stored = record.holding(line.entry.post)
    if line.is_new:
        return any(getattr(line.entry, name) != getattr(stored, name) for name in _OWN_FIELDS)
    return bool(changes(line.entry, stored))


def _back(line: Written, record: Record, today: dt.date) -> Verdict:
    """The verdict by which the record gets back what the row changed."""
    former = {name: old for name, (old, _) in line.change.items()}
    read = EntryReader(today).read(former)
    old = replace(line.entry, **{name: getattr(read, name) for name in former})
    change = {name: [new, old] for name, (old, new) in line.change.items()}
    return Verdict(old, [], Outcome.UPDATED, record.person_id, record, change)


def _give_back(
    withdrawn: Mapping[int, Record], overwritten: Mapping[int, dict[str, list[str]]], today: dt.date
) -> None:
    """The details of people known before, where they still read as the batch left them. Three queries."""
    details: dict[int, SimpleNamespace] = {}
    reader = EntryReader(today)
    for person_id, change in overwritten.items():
        if (record := withdrawn.get(person_id)) is None:
            continue
        stored = record.entry
        former = {
            name: old for name, (old, new) in change.items() if shown(name, getattr(stored, name)) == new
        }
        read = reader.read(former)
        details[person_id] = SimpleNamespace(
            **{name: getattr(read if name in former else stored, name) for name in people.DETAILS}
        )
    if details:
        people.update_people(details, clears_blanks=True)


def _withdraw(actor: Actor, records: Sequence[Record], batch_id: int, stamp: dt.datetime) -> None:
    """End these memberships and the posts that came with them."""
    ids = [record.member_id for record in records]
    for start in range(0, len(ids), bulk.CHUNK):
        Member.objects.filter(pk__in=ids[start : start + bulk.CHUNK]).update(
            until_at=stamp, left_reason=LeftReason.UNDONE
        )
    posts = [post.pk for record in records for post in record.posts.values()]
    cadres.actions.end_posts(actor, cadre_ids=posts, reason=EndReason.UNDONE, batch_id=batch_id)
