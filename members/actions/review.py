"""身份摸底: mending, recognising, releasing, dismissing those on the list (`listing` puts them there).

Specification (design: domain, section 6; notice, annex 4.2). Recognition enters them by the same rules as
anybody; what a superior has released in writing is waived, the age never. A release holds for the reasons
it was given for: when others come up it has to be asked for anew. Order of locks: ENTRY, the trees, the
branches' rows, the member's row, the cases.
"""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

from django.db import transaction

from zhtj.lib import bulk, locks, words
from zhtj.lib.problems import Problem, Refused, blocking

from members import documents
from members.actions import moves
from members.actions.candidates import LISTABLE, with_default
from members.actions.enter import enter_members
from members.actions.judge import judge
from members.actions.listing import MOST_WORDS, describe, settle_youth, waived_by
from members.models import Member, ReviewDocument, YouthUnderReview
from members.numbers import MOST_HELD
from members.queries.branches import Branches
from members.queries.known import load_known
from members.queries.review import entry_of
from members.queries.settings import admission_policy, review_terms
from members.rules import CODES, Entry, check_entry, find_clashes
from members.rules.procedures import PROCEDURES
from orgs import audit, finding
from orgs.models import OrgUnit
from orgs.scopes import Actor

State = YouthUnderReview.State
UNDER_AGE = "joined_on.under_age"


def mend_youth(actor: Actor, *, youth: YouthUnderReview, entry: Entry, today: dt.date) -> YouthUnderReview:
    """Store mended particulars and say anew what is still missing; none left = ready to be recognised."""
    actor.scope.require("members.enter", youth.branch)
    with transaction.atomic():
        locks.entry_stamp()
        held = _hold(youth)
        _refuse_member(held)
        entry = replace(with_default(entry), branch_id=held.branch_id)
        problems = _faults(entry, today)
        others = [problem for problem in problems if problem.code not in LISTABLE]
        if others:
            raise Refused(others)
        describe(held, entry, problems)
        held.save()
        after = {"youth": held.pk, "reasons": [problem.code for problem in problems]}
        audit.record(actor, "members.mend_youth", unit=held.branch, after=after)
    return held


def recognise(
    actor: Actor, *, youth: YouthUnderReview, today: dt.date, attest_evidence: bool = False
) -> Member:
    """认定: enter who is under review as a member, by the same rules; released codes are waived.

    Raises Refused with whatever still stands against it, PermissionDenied outside `members.enter`.
    """
    actor.scope.require("members.enter", youth.branch)
    with transaction.atomic():
        stamp = locks.entry_stamp()
        _hold_branches([youth.pk])
        held = _hold(youth)
        _refuse_member(held)
        entered = enter_members(
            actor,
            unit=held.branch,
            entries=[_entry_to_enter(held)],
            today=today,
            attest_evidence=attest_evidence,
            batch_id=held.batch_id,
        )
        (member_id,) = [*entered.created, *entered.updated, *entered.unchanged]
        held.member_id = member_id
        settle_youth(actor, held, State.RECOGNISED, "", stamp)
    return Member.objects.select_related("person", "branch").get(pk=member_id)


@dataclass(slots=True)
class Recognised:
    """What came of recognising many: how many are members now, and who is not, with why."""

    done: int = 0
    left: list[tuple[YouthUnderReview, list[Problem]]] = field(default_factory=list)


def recognise_all(
    actor: Actor,
    *,
    unit: OrgUnit,
    youth_ids: Collection[int],
    today: dt.date,
    attest_evidence: bool = False,
) -> Recognised:
    """认定 many at once: those whom the rules let in become members, the others stay with their reasons.

    One transaction, one audit entry; some thirty queries and two for each 2 000. Without `attest_evidence`
    who hangs on blank evidence stays too. Raises Refused if nobody of them is open, PermissionDenied if one
    lies outside `members.enter`.
    """
    with transaction.atomic():
        stamp = locks.entry_stamp()
        _hold_branches(youth_ids)
        held = _hold_all(actor, youth_ids)
        entries = [_entry_to_enter(youth) for youth in held]
        verdicts = judge(
            entries, branches=Branches(unit, actor.scope), policy=admission_policy(), today=today
        )
        outcome, ready = Recognised(), []
        for youth, entry, verdict in zip(held, entries, verdicts, strict=True):
            problems = blocking(verdict.problems)
            if verdict.hangs_on_blank and not attest_evidence:
                problems.append(CODES.problem("identity.evidence_unattested", count=1))
            if problems:
                outcome.left.append((youth, problems))
            else:
                ready.append((youth, entry))
        if ready:
            enter_members(
                actor,
                unit=unit,
                entries=[entry for _, entry in ready],
                today=today,
                attest_evidence=attest_evidence,
            )
            outcome.done = len(ready)
            _settle_recognised(actor, unit, [youth for youth, _ in ready], stamp)
    return outcome


def dismiss_youth(actor: Actor, *, youth: YouthUnderReview, remark: str) -> YouthUnderReview:
    """不予认定, with a reason: the case is closed and leaves the list."""
    actor.scope.require("members.enter", youth.branch)
    remark = words.needed(remark, MOST_WORDS, missing=PROCEDURES.problem("reason.missing", at="remark"))
    with transaction.atomic():
        stamp = locks.entry_stamp()
        held = _hold(youth)
        _refuse_member(held)
        settle_youth(actor, held, State.DISMISSED, remark, stamp)
    return held


def release_youth(actor: Actor, *, youth: YouthUnderReview, reason: str, today: dt.date) -> YouthUnderReview:
    """核准放行: a superior waives, in writing, what the settings allow; the age rule never.

    Raises Refused where the settings forbid it or the person was under age, PermissionDenied outside
    `approvals.decide`.
    """
    actor.scope.require("approvals.decide", youth.branch)
    if not review_terms().allows_release:
        raise Refused([PROCEDURES.problem("youth.release_off")])
    reason = words.needed(reason, MOST_WORDS, missing=PROCEDURES.problem("reason.missing", at="reason"))
    with transaction.atomic():
        stamp = locks.entry_stamp()
        if youth.member_id is not None:
            moves.hold([youth.member_id])
        held = _hold(youth)
        problems = _faults(entry_of(held), today)
        if UNDER_AGE in {problem.code for problem in problems}:
            raise Refused([PROCEDURES.problem("youth.age")])
        held.released_by, held.released_at = actor.user, stamp
        held.release_reason = reason
        held.save(update_fields=["released_by", "released_at", "release_reason"])
        if held.member is not None:
            _waive(actor, held, held.member, stamp)
        after = {"youth": held.pk, "reason": held.release_reason, "waived": sorted(waived_by(held))}
        audit.record(actor, "members.release_youth", unit=held.branch, after=after)
    return held


def attach_document(actor: Actor, *, youth: YouthUnderReview, name: str, data: bytes) -> ReviewDocument:
    """Attach a picture or PDF, judged by its content, sealed outside the web root.

    Raises Refused for another type, too large or too many; PermissionDenied outside `members.enter`.
    """
    actor.scope.require("members.enter", youth.branch)
    content_type = documents.type_of(data)
    with transaction.atomic():
        stamp = locks.entry_stamp()
        held = _hold(youth)
        if held.documents.count() >= documents.MOST_A_YOUTH:
            raise Refused([PROCEDURES.problem("document.count", limit=documents.MOST_A_YOUTH)])
        document = ReviewDocument.objects.create(
            youth=held,
            name=words.line(name)[-100:] or "材料",
            content_type=content_type,
            size=len(data),
            stored_as=documents.store(data),
            uploaded_by=actor.user,
            uploaded_at=stamp,
        )
        after = {"youth": held.pk, "document": document.pk, "size": document.size}
        audit.record(actor, "members.attach_document", unit=held.branch, after=after)
    return document


def read_document(actor: Actor, *, youth: YouthUnderReview, document: ReviewDocument) -> bytes:
    """What was uploaded, for whoever may see the case; leaves a trail each time.

    Raises PermissionDenied outside `members.see`, FileNotFoundError where the file is gone. One insert.
    """
    actor.scope.require("members.see", youth.branch)
    data = documents.read(document.stored_as)
    after = {"youth": youth.pk, "document": document.pk, "name": document.name}
    audit.record(actor, "members.read_document", unit=youth.branch, after=after)
    return data


def detach_document(actor: Actor, *, youth: YouthUnderReview, document: ReviewDocument) -> None:
    """Remove a document of an open case; its file goes when the transaction is through."""
    actor.scope.require("members.enter", youth.branch)
    with transaction.atomic():
        held = _hold(youth)
        held.documents.filter(pk=document.pk).delete()
        after = {"youth": held.pk, "document": document.pk}
        audit.record(actor, "members.detach_document", unit=held.branch, after=after)
        transaction.on_commit(lambda: documents.discard(document.stored_as))


def _faults(entry: Entry, today: dt.date) -> list[Problem]:
    """What stands against an entry. Whether its domain is open is not asked: nobody is entered yet."""
    known = load_known([entry])
    (clashes,) = find_clashes([entry], known)
    problems = blocking([*check_entry(entry, admission_policy(), today), *clashes])
    if len(entry.development_number) > MOST_HELD:
        problems.append(PROCEDURES.problem("youth.number_too_long", limit=MOST_HELD))
    if here := known.here(entry):
        problems.append(CODES.problem("national_id.already_here", unit=here.branch_name))
    return problems


def _waive(actor: Actor, youth: YouthUnderReview, member: Member, stamp: dt.datetime) -> None:
    """The superior releases somebody on the roster: nothing is left to recognise."""
    member.waived = " ".join(sorted({*member.waived.split(), *waived_by(youth)}))
    member.save(update_fields=["waived"])
    settle_youth(actor, youth, State.RECOGNISED, "上级核准放行", stamp)


def _refuse_member(youth: YouthUnderReview) -> None:
    """Somebody on the roster is put right there: neither entered again nor dismissed."""
    if youth.member_id is not None:
        raise Refused([PROCEDURES.problem("youth.is_member")])


def _hold_branches(youth_ids: Collection[int]) -> None:
    """The trees and the branches of these cases, before the cases themselves: the order of every writer."""
    branches = OrgUnit.objects.filter(youth_under_review__in=youth_ids).distinct().order_by()
    found = list(branches.values_list("pk", "tree_id"))
    for tree_id in sorted({tree_id for _, tree_id in found}):
        locks.shared(locks.tree(tree_id))
    finding.units_by_id([pk for pk, _ in found], lock=True)


def _hold(youth: YouthUnderReview) -> YouthUnderReview:
    held = YouthUnderReview.objects.select_for_update(of=("self",)).select_related("branch", "member")
    fresh = held.filter(pk=youth.pk, state=State.OPEN).first()
    if fresh is None:
        raise Refused([PROCEDURES.problem("youth.settled")])
    return fresh


def _hold_all(actor: Actor, youth_ids: Collection[int]) -> list[YouthUnderReview]:
    """The open ones of these, locked in the order of ids; every one in reach of `members.enter`."""
    held = YouthUnderReview.objects.select_for_update(of=("self",)).select_related("branch")
    found = list(held.filter(pk__in=youth_ids, state=State.OPEN, member=None).order_by("pk"))
    if not found:
        raise Refused([PROCEDURES.problem("youth.none")])
    for branch in {youth.branch_id: youth.branch for youth in found}.values():
        actor.scope.require("members.enter", branch)
    return found


def _entry_to_enter(youth: YouthUnderReview) -> Entry:
    """The particulars, with what a superior has waived."""
    entry = entry_of(youth)
    return replace(entry, waived=waived_by(youth)) if youth.released_at else entry


def _settle_recognised(
    actor: Actor, unit: OrgUnit, youth: Sequence[YouthUnderReview], stamp: dt.datetime
) -> None:
    """Close the cases of those who are members now; one audit entry names them all, each has one more."""
    active = Member.objects.filter(until_at__isnull=True).order_by()
    rows = active.values_list("person__id_index", "pk", "person_id")
    found = bulk.among(rows, "person__id_index", [one.id_index for one in youth])
    members = {index: (pk, person_id) for index, pk, person_id in found}
    for one in youth:
        one.state, one.member_id = State.RECOGNISED, members[one.id_index][0]
        one.settled_by, one.settled_at = actor.user, stamp
    settled = ["state", "member", "settled_by", "settled_at"]
    YouthUnderReview.objects.bulk_update(youth, settled, batch_size=500)
    after = {"count": len(youth), "youth": [one.pk for one in youth]}
    audit.record(actor, "members.recognise_youth", unit=unit, after=after)
    about = [(one.branch_id, members[one.id_index][1], one.batch_id) for one in youth]
    audit.record_each(actor, "members.recognise", about)
