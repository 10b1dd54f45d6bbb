"""身份摸底: listing those whose identity is not established, mending, recognising, releasing.

Specification (design: domain, section 6; notice, annex 4.2). On the list stands whose only faults are
of identity (under age, no number, no evidence) or an irregular number (编号按实际发放). Recognition
enters them by the same rules as anybody; what a superior has released in writing is waived, the age never.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

from django.db import transaction

from zhtj.lib import locks
from zhtj.lib.problems import Problem, Refused, blocking

from members import documents
from members.actions.enter import enter_members
from members.actions.listing import MOST_WORDS, describe, list_person, settle_youth, waived_by
from members.models import Member, ReviewDocument, YouthUnderReview
from members.numbers import MOST_HELD
from members.queries.known import load_known
from members.queries.review import entry_of
from members.queries.settings import admission_policy, review_terms
from members.rules import AS_ISSUED, CODES, RECTIFIABLE, Entry, check_entry, find_clashes
from members.rules.procedures import PROCEDURES
from orgs import audit
from orgs.models import OrgUnit
from orgs.scopes import Actor

State = YouthUnderReview.State
UNDER_AGE = "joined_on.under_age"
_LISTABLE = RECTIFIABLE | AS_ISSUED


def put_under_review(
    actor: Actor,
    *,
    branch: OrgUnit,
    entries: Sequence[Entry],
    today: dt.date,
    batch_id: int | None = None,
) -> list[YouthUnderReview]:
    """Put these people on the rectification list of `branch`, all or none, with their reasons.

    Who stands there already (open) is brought up to date instead of doubled. Raises Refused for an entry
    in order, one with other faults, or somebody who is a member already; PermissionDenied outside
    `members.enter`. About six queries and two a person.
    """
    actor.scope.require("members.enter", branch)
    entries = [replace(entry, branch_id=branch.pk) for entry in entries]
    with transaction.atomic():
        stamp = locks.entry_stamp()
        listed = _reasons(entries, today)
        due_on = today + dt.timedelta(days=review_terms().rectify_days)
        youth = [
            list_person(actor, branch, entry, reasons, due_on, stamp, batch_id)
            for entry, reasons in zip(entries, listed, strict=True)
        ]
        after = {"youth": [one.pk for one in youth], "count": len(youth)}
        audit.record(actor, "members.put_under_review", unit=branch, batch_id=batch_id, after=after)
    return youth


def mend_youth(actor: Actor, *, youth: YouthUnderReview, entry: Entry, today: dt.date) -> YouthUnderReview:
    """Store mended particulars and say anew what is still missing; none left = ready to be recognised."""
    actor.scope.require("members.enter", youth.branch)
    with transaction.atomic():
        locks.entry_stamp()
        held = _hold(youth)
        _refuse_member(held)
        entry = replace(entry, branch_id=held.branch_id)
        problems = _faults(entry, today)
        others = [problem for problem in problems if problem.code not in _LISTABLE]
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
        held = _hold(youth)
        _refuse_member(held)
        entry = entry_of(held)
        if held.released_at:
            entry = replace(entry, waived=waived_by(held))
        entered = enter_members(
            actor,
            unit=held.branch,
            entries=[entry],
            today=today,
            attest_evidence=attest_evidence,
            batch_id=held.batch_id,
        )
        (member_id,) = [*entered.created, *entered.updated, *entered.unchanged]
        held.member_id = member_id
        settle_youth(actor, held, State.RECOGNISED, "", stamp)
    return Member.objects.select_related("person", "branch").get(pk=member_id)


def dismiss_youth(actor: Actor, *, youth: YouthUnderReview, remark: str) -> YouthUnderReview:
    """不予认定, with a reason: the case is closed and leaves the list."""
    actor.scope.require("members.enter", youth.branch)
    if not remark.strip():
        raise Refused([PROCEDURES.problem("reason.missing", at="remark")])
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
    if not reason.strip():
        raise Refused([PROCEDURES.problem("reason.missing", at="reason")])
    with transaction.atomic():
        stamp = locks.entry_stamp()
        held = _hold(youth)
        problems = _faults(entry_of(held), today)
        if UNDER_AGE in {problem.code for problem in problems}:
            raise Refused([PROCEDURES.problem("youth.age")])
        held.released_by, held.released_at = actor.user, stamp
        held.release_reason = reason.strip()[:MOST_WORDS]
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
            name=name.replace("\x00", "")[-100:] or "材料",
            content_type=content_type,
            size=len(data),
            stored_as=documents.store(data),
            uploaded_by=actor.user,
            uploaded_at=stamp,
        )
        after = {"youth": held.pk, "document": document.pk, "size": document.size}
        audit.record(actor, "members.attach_document", unit=held.branch, after=after)
    return document


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


def _reasons(entries: Sequence[Entry], today: dt.date) -> list[list[Problem]]:
    """The reasons of each; raises Refused, naming everybody who does not belong on the list."""
    listed, refused = [], []
    for entry in entries:
        problems = _faults(entry, today)
        others = [problem for problem in problems if problem.code not in _LISTABLE]
        name = entry.full_name or "这一行"
        if others:
            why = "；".join(problem.message for problem in others)
            refused += [PROCEDURES.problem("youth.not_rectifiable", at=others[0].field, name=name, why=why)]
        elif not problems:
            refused.append(PROCEDURES.problem("youth.in_order", name=name))
        listed.append(problems)
    if refused:
        raise Refused(refused)
    return listed


def _waive(actor: Actor, youth: YouthUnderReview, member: Member, stamp: dt.datetime) -> None:
    """The superior releases somebody on the roster: nothing is left to recognise."""
    member.waived = " ".join(sorted({*member.waived.split(), *waived_by(youth)}))
    member.save(update_fields=["waived"])
    settle_youth(actor, youth, State.RECOGNISED, "上级核准放行", stamp)


def _refuse_member(youth: YouthUnderReview) -> None:
    """Somebody on the roster is put right there: neither entered again nor dismissed."""
    if youth.member_id is not None:
        raise Refused([PROCEDURES.problem("youth.is_member")])


def _hold(youth: YouthUnderReview) -> YouthUnderReview:
    held = YouthUnderReview.objects.select_for_update(of=("self",)).select_related("branch", "member")
    fresh = held.filter(pk=youth.pk, state=State.OPEN).first()
    if fresh is None:
        raise Refused([PROCEDURES.problem("youth.settled")])
    return fresh
