"""A development number goes from the member who gave way in a dispute.

Where the admission rules require a number, the member comes onto the rectification list of the branch:
a correction with the right number, or a superior's release, settles it. Meanwhile the member stays and
counts. Inside the caller's transaction and under its locks.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

from zhtj.lib import crypto

from members.actions.listing import list_person
from members.models import Member, MemberCase
from members.queries.known import record_of
from members.queries.settings import admission_policy, review_terms
from members.rules import check_entry
from orgs import audit
from orgs.scopes import Actor

MISSING = "development_number.missing"
GIVEN_UP = "原支部已更正编号"


def free_number(actor: Actor, *, case: MemberCase, held: Member, stamp: dt.datetime, today: dt.date) -> None:
    """Clear the disputed number of the held member; audited with what it was. Nothing if it has changed."""
    if held.development_number != case.number:
        return
    held.development_number = ""
    held.save(update_fields=["development_number"])
    before, after = {"development_number": case.number}, {"development_number": "", "case": case.pk}
    audit.record(
        actor, "members.free_number", unit=held.branch, person=held.person, before=before, after=after
    )
    entry = replace(
        record_of(held).holding(""),
        national_id=crypto.unseal(held.person.id_sealed),
        branch_id=held.branch_id,
    )
    reasons = [p for p in check_entry(entry, admission_policy(), today) if p.code == MISSING]
    if reasons:
        due_on = today + dt.timedelta(days=review_terms().rectify_days)
        list_person(actor, held.branch, entry, reasons, due_on, stamp, member=held)


def settle_given_up(actor: Actor, members: Sequence[Member], stamp: dt.datetime) -> None:
    """The numbers of these members have been corrected: a dispute about an old one has its end. One query."""
    open_ones = MemberCase.objects.filter(
        member__in=members, kind=MemberCase.Kind.NUMBER, state__in=("open", "kept")
    )
    held = {member.pk: member.development_number for member in members}
    given_up = [
        pk for pk, member, number in open_ones.values_list("pk", "member", "number") if held[member] != number
    ]
    if given_up:
        MemberCase.objects.filter(pk__in=given_up).update(
            state=MemberCase.State.GRANTED, decision=GIVEN_UP, decided_by=actor.user, decided_at=stamp
        )
