"""Transferring and withdrawing members: a period ends, and with a transfer the next one begins.

Who may enter in both branches, or is a superior of both (`approvals.decide`), transfers at once;
towards a branch of others it becomes an application (members.actions.cases). Order of locks: ENTRY,
the trees, the branches' rows, the members' rows.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from zhtj.lib import locks, words
from zhtj.lib.problems import Refused

import cadres.actions
import orgs.queries
from members.actions.listing import end_listed
from members.actions.travel import carry, end_cases
from members.models import LeftReason, Member, MemberCase
from members.rules.procedures import PROCEDURES
from orgs import audit, finding
from orgs.models import OrgUnit
from orgs.scopes import Actor, Scope

# What a branch may say of a member who leaves the counts.
WITHDRAWALS = (
    LeftReason.MISTAKE,
    LeftReason.LEFT,
    LeftReason.OVERAGE,
    LeftReason.DIED,
    LeftReason.EXPELLED,
)
REASON_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Moved:
    """What came of a transfer: members moved at once, and applications made for the others."""

    done: int = 0
    asked: int = 0


def transfer_members(
    actor: Actor, *, member_ids: Collection[int], to_branch: OrgUnit, reason: str = ""
) -> Moved:
    """Move these members into `to_branch`: at once where the actor answers for both sides, else ask.

    All or none; one audit entry a source branch. Raises Refused if one of them has gone meanwhile, is
    there already, or an application needs a reason; PermissionDenied where the actor has no say over
    the branch they are in. Notice, annex 4.1.
    """
    with transaction.atomic():
        stamp = locks.entry_stamp()
        by_branch = _hold(member_ids, to_branch)
        if to_branch.pk in by_branch:
            raise Refused([PROCEDURES.problem("to_branch.same", name=to_branch.short_name)])
        here, there = reached(actor.scope, by_branch), reached(actor.scope, [to_branch.pk])
        _require(actor, by_branch, here)
        done = asked = 0
        for members in by_branch.values():
            if there and members[0].branch_id in here:
                done += move(actor, members, to_branch, stamp)
            else:
                asked += _ask(actor, members, to_branch, reason, stamp)
    return Moved(done, asked)


def withdraw_members(actor: Actor, *, member_ids: Collection[int], reason: str, remark: str = "") -> int:
    """Take these members out of their branches from now on; the history stays. Returns how many.

    Their posts in the branch end. One audit entry a branch. Raises Refused for an unknown reason or a
    member who has gone, PermissionDenied outside the reach of `members.enter`.
    """
    if reason not in WITHDRAWALS:
        raise Refused([PROCEDURES.problem("reason.unknown", at="reason")])
    remark = words.within(remark, REASON_LENGTH, at="remark")
    with transaction.atomic():
        stamp = locks.entry_stamp()
        by_branch = _hold(member_ids, None)
        for members in by_branch.values():
            branch = members[0].branch
            actor.scope.require("members.enter", branch)
            ids = [member.pk for member in members]
            end_cases(ids, stamp)
            end_listed(ids, stamp)
            Member.objects.filter(pk__in=ids).update(until_at=stamp, left_reason=reason)
            people = [member.person_id for member in members]
            cadres.actions.end_posts_of_leavers(actor, person_ids=people, branch=branch)
            after = {"members": ids, "reason": LeftReason(reason).label, "remark": remark}
            _leave_trail(actor, "members.withdraw", members, after)
        return sum(map(len, by_branch.values()))


def move(actor: Actor, members: Sequence[Member], to_branch: OrgUnit, stamp: Any) -> int:
    """Carry the held members of one branch into another. The caller has checked who may, and locked."""
    branch = members[0].branch
    ids = [member.pk for member in members]
    people = [member.person_id for member in members]
    new = carry(Member.objects.filter(pk__in=ids), to_branch, stamp, LeftReason.TRANSFERRED)
    cadres.actions.end_posts_of_leavers(actor, person_ids=people, branch=branch)
    after = {"to": to_branch.code, "to_name": to_branch.short_name, "members": ids, "now": new}
    _leave_trail(actor, "members.transfer", members, after)
    return len(new)


def hold(member_ids: Collection[int], *branches: OrgUnit) -> list[Member]:
    """Lock these active members, their branches and the given ones; raises Refused if one has gone."""
    wanted = set(member_ids)
    places = Member.objects.filter(pk__in=wanted, until_at__isnull=True).order_by()
    branch_ids = {*places.values_list("branch_id", flat=True), *(branch.pk for branch in branches)}
    units = finding.units_by_id(branch_ids)
    for tree_id in sorted({unit.tree_id for unit in units.values()}):
        locks.shared(locks.tree(tree_id))
    units = finding.units_by_id(branch_ids, lock=True)
    for branch in branches:
        if not units[branch.pk].is_open or not units[branch.pk].is_branch:
            raise Refused([PROCEDURES.problem("to_branch.unknown", value=branch.code)])
    locked = Member.objects.select_for_update(of=("self",)).select_related("person", "branch")
    held = list(locked.filter(pk__in=wanted, until_at__isnull=True).order_by("pk"))
    missing = len(wanted) - len(held)
    if missing or any(member.branch_id not in units for member in held):
        raise Refused([PROCEDURES.problem("members.gone", count=max(missing, 1))])
    return held


def reached(scope: Scope, branch_ids: Iterable[int]) -> set[int]:
    """Those of the branches the scope answers for: may enter there, or is a superior. Two queries."""
    ids = list(branch_ids)
    found: set[int] = set()
    for capability in ("members.enter", "approvals.decide"):
        found |= set(orgs.queries.units(scope, capability).filter(pk__in=ids).values_list("pk", flat=True))
    return found


def _hold(member_ids: Collection[int], to_branch: OrgUnit | None) -> dict[int, list[Member]]:
    if not member_ids:
        raise Refused([PROCEDURES.problem("members.none")])
    by_branch = defaultdict(list)
    for member in hold(member_ids, *([to_branch] if to_branch else [])):
        by_branch[member.branch_id].append(member)
    disputed = MemberCase.objects.filter(
        member__in=member_ids, kind__in=MemberCase.DISPUTES, state__in=("open", "kept")
    )
    if case := disputed.first():  # nobody escapes a dispute by moving its subject away
        raise Refused([PROCEDURES.problem("case.open", kind=case.get_kind_display())])
    return by_branch


def _require(actor: Actor, by_branch: dict[int, list[Member]], here: set[int]) -> None:
    for branch_id, members in by_branch.items():
        if branch_id not in here:
            actor.scope.require("members.enter", members[0].branch)


def _ask(actor: Actor, members: Sequence[Member], to_branch: OrgUnit, reason: str, stamp: Any) -> int:
    """An application for each, to be decided by the receiving side."""
    reason = words.needed(reason, REASON_LENGTH, missing=PROCEDURES.problem("reason.missing", at="reason"))
    open_ones = MemberCase.objects.filter(
        member__in=members, kind=MemberCase.Kind.TRANSFER, state__in=("open", "kept")
    )
    if open_ones.exists():
        raise Refused([PROCEDURES.problem("case.open", kind=MemberCase.Kind.TRANSFER.label)])
    MemberCase.objects.bulk_create(
        MemberCase(
            kind=MemberCase.Kind.TRANSFER,
            member=member,
            branch_id=member.branch_id,
            to_branch=to_branch,
            reason=reason,
            asked_by=actor.user,
            asked_at=stamp,
        )
        for member in members
    )
    after = {
        "to": to_branch.code,
        "members": [member.pk for member in members],
        "reason": reason,
    }
    _leave_trail(actor, "members.ask_transfer", members, after)
    return len(members)


def _leave_trail(actor: Actor, action: str, members: Sequence[Member], after: dict[str, Any]) -> None:
    person = members[0].person if len(members) == 1 else None
    audit.record(actor, action, unit=members[0].branch, person=person, after=after)
