"""Rows of the rectification list as they are written: inside the caller's transaction, after its checks.

An open row with a `member` is about somebody on the roster who lost a disputed number; it is closed by a
correction that gives them the right one, by a superior's release, or when they leave.
"""

import datetime as dt
import json
from collections.abc import Collection, Mapping, Sequence
from copy import copy
from typing import Any

from django.db.models.base import ModelState

from zhtj.lib import crypto, masks
from zhtj.lib.problems import Problem

from members.models import Member, YouthUnderReview
from members.rules import RELEASABLE, Entry
from orgs import audit
from orgs.models import OrgUnit
from orgs.scopes import Actor

State = YouthUnderReview.State
MOST_WORDS = 200


def list_person(
    actor: Actor,
    branch: OrgUnit,
    entry: Entry,
    reasons: Sequence[Problem],
    due_on: dt.date,
    stamp: dt.datetime,
    batch_id: int | None = None,
    member: Member | None = None,
) -> YouthUnderReview:
    """Write somebody on the list, or bring the open row up to date; the caller has judged and locked.

    `member`: somebody on the roster who has to be put right there.
    """
    index = crypto.blind_index(entry.national_id)
    known = YouthUnderReview.objects.select_for_update().filter(branch=branch, id_index=index)
    youth = known.filter(state=State.OPEN).first()
    if youth is None:
        youth = YouthUnderReview(branch=branch, due_on=due_on, created_by=actor.user, created_at=stamp)
    youth.batch_id, youth.batch_row = batch_id or youth.batch_id, entry.row or youth.batch_row
    youth.member = member
    describe(youth, entry, reasons)
    youth.save()
    return youth


def waived_for_now(member: Member) -> frozenset[str]:
    """What an open row about this member says is being put right: other corrections need not wait for it."""
    row = YouthUnderReview.objects.filter(member=member, state=State.OPEN).first()
    return waived_by(row) if row else frozenset()


def settle_mended(actor: Actor, member_ids: Collection[int], stamp: dt.datetime) -> None:
    """These members carry a number again: the rows about their missing one are closed. One query if none."""
    rows = YouthUnderReview.objects.select_for_update(of=("self",)).select_related("branch")
    for row in rows.filter(member__in=member_ids, state=State.OPEN):
        settle_youth(actor, row, State.RECOGNISED, "已更正", stamp)


def move_listed(now: Mapping[int, int], target: OrgUnit, at: dt.datetime) -> None:
    """Members have new rows in `target` (old id → new id): what is open about them goes along."""
    rows = list(YouthUnderReview.objects.filter(member__in=list(now), state=State.OPEN))
    leave_behind([row for row in rows if row.branch_id != target.pk], at)
    for row in rows:
        row.since_at = row.since_at if row.branch_id == target.pk else at
        row.member_id, row.branch = now[row.member_id or 0], target
        row.save(update_fields=["member", "branch", "since_at"])


def leave_behind(rows: Sequence[YouthUnderReview], at: dt.datetime) -> None:
    """These open rows go to another branch, with their key and documents: a closed copy stays in each one's
    branch, so that an earlier moment is counted as it was. One insert.
    """
    past = [copy(row) for row in rows]
    for row in past:
        row.pk, row.state, row.settled_at, row._state = None, State.MOVED, at, ModelState()
    YouthUnderReview.objects.bulk_create(past, batch_size=500)


def end_listed(member_ids: Collection[int], stamp: dt.datetime) -> None:
    """These members have left: nothing about them is left to mend. One update."""
    YouthUnderReview.objects.filter(member__in=member_ids, state=State.OPEN).update(
        state=State.DISMISSED, settled_at=stamp, remark="团员已移出名册"
    )


def describe(youth: YouthUnderReview, entry: Entry, reasons: Sequence[Problem]) -> None:
    """What the row says; not saved yet. A release given for other reasons than these no longer holds."""
    told = [plain(problem) for problem in reasons]
    if {reason["code"] for reason in told} - {reason["code"] for reason in youth.reasons}:
        youth.released_by, youth.released_at, youth.release_reason = None, None, ""
    youth.full_name = entry.full_name
    youth.id_index = crypto.blind_index(entry.national_id)
    youth.masked_id = masks.mask_id(entry.national_id)
    youth.entry_sealed = crypto.seal(json.dumps(entry.as_data(), ensure_ascii=False))
    youth.reasons = told


def plain(problem: Problem) -> dict[str, Any]:
    """A reason as it is stored."""
    return {
        "code": problem.code,
        "field": problem.field,
        "message": problem.message,
        "mend": problem.mend,
    }


def waived_by(youth: YouthUnderReview) -> frozenset[str]:
    """The codes a release of this row waives: never the age."""
    return RELEASABLE & {reason["code"] for reason in youth.reasons}


def settle_youth(actor: Actor, youth: YouthUnderReview, state: str, remark: str, stamp: dt.datetime) -> None:
    """The row leaves the open list."""
    youth.state, youth.remark = state, remark
    youth.settled_by, youth.settled_at = actor.user, stamp
    youth.save(update_fields=["state", "remark", "settled_by", "settled_at", "member"])
    after = {"youth": youth.pk, "state": State(state).label, "remark": youth.remark}
    audit.record(actor, "members.settle_youth", unit=youth.branch, after=after)
