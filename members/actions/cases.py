"""Applications: correcting a name or id, claiming somebody entered elsewhere, answering and deciding.

Specification (design: domain, sections 3 and 4). A correction is decided by a superior of the branch;
a transfer by the receiving side; a claim is first the holding branch's to answer, who sees who asks and
why, and after its refusal or 48 hours a common superior's; a dispute about a number (members.actions.
disputes) has the same clock, and who gives way loses the number, not the member. An actor who is that
superior already is not kept waiting: the application is made and granted in one go, and audited as both.
Order of locks: ENTRY, the trees, the branches' rows, the member's row, the case.
"""

import datetime as dt
from dataclasses import replace
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from zhtj.lib import crypto, locks, masks, words
from zhtj.lib.problems import Refused
from zhtj.lib.races import until_settled

import orgs.queries
from members.actions import moves
from members.actions.freeing import free_number
from members.actions.judge import newly_blocking
from members.models import Member, MemberCase
from members.queries.known import load_known, record_of
from members.rules import Entry
from members.rules.procedures import PROCEDURES
from orgs import audit, people
from orgs.models import OrgUnit
from orgs.scopes import Actor

CLAIM_HOURS = 48
State = MemberCase.State
Kind = MemberCase.Kind


def ask_correction(actor: Actor, *, member: Member, entry: Entry, reason: str, today: dt.date) -> MemberCase:
    """Ask that name and id of `entry` replace those on record; granted at once by who may decide it.

    Raises Refused by the rules of an entry with that name and id, PermissionDenied outside `members.enter`.
    """
    actor.scope.require("members.enter", member.branch)

    def attempt() -> MemberCase:
        stamp = locks.entry_stamp()
        (held,) = moves.hold([member.pk])
        _refuse_correction(held, entry, today)
        case = open_case(
            actor,
            held,
            Kind.CORRECTION,
            reason,
            stamp,
            decider_id=held.branch.parent_id,
            new_name=entry.full_name,
            new_id_sealed=crypto.seal(entry.national_id),
        )
        if actor.scope.may("approvals.decide", held.branch):
            settle(actor, case, State.GRANTED, "由上级直接更正", stamp)
            _correct(actor, case, held, today)
        return case

    return until_settled(attempt)


def ask_claim(actor: Actor, *, branch: OrgUnit, entry: Entry, reason: str) -> MemberCase:
    """Ask for somebody whose membership is in another branch; moved at once by who answers for both.

    Raises Refused if name and id do not fit somebody elsewhere, PermissionDenied outside `members.enter`.
    """
    actor.scope.require("members.enter", branch)
    unread = [entry.unread[name] for name in ("full_name", "national_id") if name in entry.unread]
    if unread:
        raise Refused(unread)
    with transaction.atomic():
        stamp = locks.entry_stamp()
        held = _held_elsewhere(branch, entry)
        case = open_case(
            actor,
            held,
            Kind.CLAIM,
            reason,
            stamp,
            to_branch=branch,
            decider_id=nearest_common(held.branch, branch),
            due_at=stamp + dt.timedelta(hours=CLAIM_HOURS),
        )
        if moves.reached(actor.scope, [held.branch_id]):
            settle(actor, case, State.GRANTED, "由共同上级直接转接", stamp)
            moves.move(actor, [held], branch, stamp)
    return case


def answer_claim(
    actor: Actor, *, case: MemberCase, release: bool, answer: str = "", today: dt.date
) -> MemberCase:
    """The holding branch's word on a claim or on a number: it goes, or stays and a common superior decides.

    Raises Refused if the case is settled or a refusal gives no reason, PermissionDenied outside
    `members.enter` of the holding branch.
    """
    actor.scope.require("members.enter", case.branch)
    answer = _read_decision(answer, is_needed=not release)
    with transaction.atomic():
        stamp = locks.entry_stamp()
        held, locked = _lock(case, moving=release)
        if not locked.is_dispute or locked.state != State.OPEN:
            raise Refused([PROCEDURES.problem("case.settled")])
        locked.answer, locked.answered_at = answer, stamp
        if not release:
            locked.state = State.KEPT
            locked.save(update_fields=["answer", "answered_at", "state"])
            _leave_trail(actor, locked, "members.keep_claimed", {"answer": locked.answer})
            return locked
        locked.save(update_fields=["answer", "answered_at"])
        granted = "原支部同意转出" if locked.kind == Kind.CLAIM else "原支部放弃编号"
        settle(actor, locked, State.GRANTED, granted, stamp)
        _give(actor, locked, held, stamp, today)
    return locked


def decide_case(
    actor: Actor, *, case: MemberCase, grant: bool, decision: str = "", today: dt.date
) -> MemberCase:
    """Grant or refuse an application. Raises Refused where it is settled, or a claim's 48 hours still
    run, or a refusal gives no reason; PermissionDenied for whoever is not to decide it (`require_decider`).
    """
    require_decider(actor, case)
    decision = _read_decision(decision, is_needed=not grant)

    def attempt() -> MemberCase:
        stamp = locks.entry_stamp()
        held, locked = _lock(case, moving=grant)
        waits = locked.due_at is not None and locked.due_at > stamp
        if locked.is_dispute and locked.state == State.OPEN and waits:
            raise Refused([PROCEDURES.problem("case.waiting")])
        settle(actor, locked, State.GRANTED if grant else State.REFUSED, decision, stamp)
        if grant:
            _give(actor, locked, held, stamp, today)
        return locked

    return until_settled(attempt)


def cancel_case(actor: Actor, *, case: MemberCase) -> MemberCase:
    """Take an application back: whoever may enter on the side that asked, and is not to answer it.

    Raises Refused where it is settled, PermissionDenied for whoever it waits for (`acts_open_to`).
    """
    actor.scope.require("members.enter", _asking(case))
    with transaction.atomic():
        stamp = locks.entry_stamp()
        _, locked = _lock(case)
        if "cancel" not in acts_open_to(actor, locked, stamp):
            raise PermissionDenied("这项申请等您答复或审批，撤回由申请方办理；不同意的，请写明理由。")
        settle(actor, locked, State.CANCELLED, "申请方撤回", stamp)
    return locked


def acts_open_to(actor: Actor, case: MemberCase, now: dt.datetime) -> list[str]:
    """What this account may do about the case now: `release` and `keep`, or `grant` and `refuse`; `cancel`.

    Whoever answers or decides says no with a word; taking back is for those who asked.
    """
    if not case.is_open:
        return []
    found: list[str] = []
    answers = case.is_dispute and case.state == State.OPEN
    if answers and actor.scope.may("members.enter", case.branch):
        found += ["release", "keep"]
    elif not (answers and case.due_at and case.due_at > now) and _may_decide(actor, case):
        found += ["grant", "refuse"]
    is_asker = not found or (actor.user is not None and case.asked_by_id == actor.user.pk)
    if is_asker and actor.scope.may("members.enter", _asking(case)):
        found.append("cancel")
    return found


def _asking(case: MemberCase) -> OrgUnit:
    """The branch an application came from."""
    return case.to_branch if case.is_dispute and case.to_branch else case.branch


def _may_decide(actor: Actor, case: MemberCase) -> bool:
    try:
        require_decider(actor, case)
    except PermissionDenied:
        return False
    return True


def require_decider(actor: Actor, case: MemberCase) -> None:
    """Raise PermissionDenied unless the actor may decide this case (domain, section 3)."""
    if case.kind == Kind.TRANSFER and case.to_branch:
        if not moves.reached(actor.scope, [case.to_branch.pk]):
            actor.scope.require("approvals.decide", case.to_branch)
        return
    actor.scope.require("approvals.decide", case.branch)
    if case.to_branch:
        actor.scope.require("approvals.decide", case.to_branch)


def _give(actor: Actor, case: MemberCase, held: Member, stamp: dt.datetime, today: dt.date) -> None:
    """What a granted case asks for."""
    if case.kind == Kind.CORRECTION:
        _correct(actor, case, held, today)
    elif case.kind == Kind.NUMBER:
        free_number(actor, case=case, held=held, stamp=stamp, today=today)
    else:
        moves.move(actor, [held], _target(case), stamp)


def _refuse_correction(member: Member, entry: Entry, today: dt.date) -> None:
    """Whatever an entry of that name and id would be newly refused for; what stood before may stand on."""
    old_id = crypto.unseal(member.person.id_sealed)
    if (entry.full_name, entry.national_id) == (member.person.full_name, old_id):
        raise Refused([PROCEDURES.problem("correction.same", at="full_name")])
    unread = {name: said for name, said in entry.unread.items() if name in ("full_name", "national_id")}
    stored = replace(record_of(member).holding(""), national_id=old_id)
    whole = replace(stored, full_name=entry.full_name, national_id=entry.national_id, unread=unread)
    problems = newly_blocking(stored, whole, today)
    if entry.national_id and entry.national_id != old_id and people.find_people([entry.national_id]):
        problems.append(PROCEDURES.problem("correction.id_known"))
    if problems:
        raise Refused(problems)


def _correct(actor: Actor, case: MemberCase, member: Member, today: dt.date) -> None:
    """Write the approved name and id; the trail holds old and new, the ids masked."""
    new_id = crypto.unseal(case.new_id_sealed or b"")
    _refuse_correction(member, Entry(full_name=case.new_name, national_id=new_id), today)
    before = {"full_name": member.person.full_name, "national_id": member.person.masked_id}
    people.change_identity(member.person_id, full_name=case.new_name, national_id=new_id)
    after = {"full_name": case.new_name, "national_id": masks.mask_id(new_id), "case": case.pk}
    audit.record(
        actor,
        "members.correct_identity",
        unit=member.branch,
        person=member.person,
        before=before,
        after=after,
    )


def _held_elsewhere(branch: OrgUnit, entry: Entry) -> Member:
    """The locked membership of the person claimed."""
    person = load_known([entry]).people.get(entry.national_id)
    if person is None or person.member_id is None or person.branch_id == branch.pk:
        raise Refused([PROCEDURES.problem("claim.nowhere")])
    if person.full_name != entry.full_name:
        raise Refused([PROCEDURES.problem("claim.name")])
    (held,) = moves.hold([person.member_id], branch)
    return held


def nearest_common(one: OrgUnit, other: OrgUnit) -> int | None:
    """The lowest unit above both; None between two provinces. Two queries."""
    above = {unit.pk for unit in orgs.queries.unit_path(other)}
    common = [unit.pk for unit in orgs.queries.unit_path(one) if unit.pk in above]
    return common[-1] if common else None


def open_case(
    actor: Actor, member: Member, kind: Kind, reason: str, stamp: dt.datetime, **more: Any
) -> MemberCase:
    """A new case about a held member. Raises Refused without a reason, or while one of the kind is open."""
    missing = PROCEDURES.problem("reason.missing", at="reason")
    reason = words.needed(reason, moves.REASON_LENGTH, missing=missing)
    if MemberCase.objects.filter(member=member, kind=kind, state__in=(State.OPEN, State.KEPT)).exists():
        raise Refused([PROCEDURES.problem("case.open", kind=kind.label)])
    case = MemberCase.objects.create(
        kind=kind,
        member=member,
        branch_id=member.branch_id,
        reason=reason,
        asked_by=actor.user,
        asked_at=stamp,
        **more,
    )
    _leave_trail(actor, case, f"members.ask_{kind}", {"reason": case.reason})
    return case


def _lock(case: MemberCase, *, moving: bool = False) -> tuple[Member, MemberCase]:
    """Member, branch and the case held, and the target where somebody is to move there.

    Raises Refused if it is settled, the member has moved, or the target has been closed.
    """
    try:
        (held,) = moves.hold([case.member_id], *([case.to_branch] if moving and case.to_branch else []))
    except Refused as refused:
        if refused.problems[0].code == "members.gone":
            raise Refused([PROCEDURES.problem("case.settled")]) from None
        raise
    locked = MemberCase.objects.select_for_update(of=("self",)).select_related("branch", "to_branch")
    fresh = locked.get(pk=case.pk)
    if not fresh.is_open:
        raise Refused([PROCEDURES.problem("case.settled")])
    return held, fresh


def settle(actor: Actor, case: MemberCase, state: str, decision: str, stamp: dt.datetime) -> None:
    """Write down what became of it, and who said so."""
    case.state, case.decision = state, decision
    case.decided_by, case.decided_at = actor.user, stamp
    case.save(update_fields=["state", "decision", "decided_by", "decided_at"])
    after = {"state": State(state).label, "decision": case.decision}
    _leave_trail(actor, case, "members.settle_case", after)


def _read_decision(typed: str, *, is_needed: bool) -> str:
    """A word on an application; who says no says why."""
    text = words.within(typed, moves.REASON_LENGTH, at="decision")
    if is_needed and not text:
        raise Refused([PROCEDURES.problem("reason.missing", at="decision")])
    return text


def _target(case: MemberCase) -> OrgUnit:
    if case.to_branch is None:
        raise ValueError("a case that moves nobody")
    return case.to_branch


def _leave_trail(actor: Actor, case: MemberCase, action: str, after: dict[str, Any]) -> None:
    audit.record(
        actor,
        action,
        unit=case.branch,
        person=case.member.person,
        after={
            "case": case.pk,
            "kind": case.kind,
            "to": case.to_branch.code if case.to_branch else "",
            **after,
        },
    )
