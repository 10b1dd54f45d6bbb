"""Correcting a member on record: everything but name and national id, which need an approval."""

import datetime as dt
from dataclasses import replace

from django.utils.crypto import salted_hmac

from zhtj.lib import crypto, locks
from zhtj.lib.problems import Refused, blocking
from zhtj.lib.races import until_settled
from zhtj.lib.workbook import Outcome

from members.actions.judge import Verdict, unattested
from members.actions.listing import waived_for_now
from members.actions.write import write
from members.models import Member
from members.queries.known import Record, load_known, record_of
from members.queries.settings import admission_policy
from members.rules import (
    Entry,
    Policy,
    changes,
    check_entry,
    find_clashes,
    hangs_on_blank_evidence,
    outcome_of,
    shown_entry,
)
from members.rules.procedures import PROCEDURES
from orgs import audit
from orgs.scopes import Actor


def correct_member(
    actor: Actor,
    *,
    member: Member,
    entry: Entry,
    today: dt.date,
    attest_evidence: bool = False,
    seen: str = "",
) -> dict[str, list[str]]:
    """Store `entry` as the whole truth about an active member; here a blank does clear a field.

    Returns field → [old, new] as shown, empty if nothing differs. Name, national id and branch
    of `entry` are ignored. `seen` is the `fingerprint` of the record its editor began from: if somebody
    has corrected it since, Refused with `record.changed` and nothing is lost. Raises Refused by the same
    rules as entering. The gate is not asked: it is about new members only.
    """
    actor.scope.require("members.enter", member.branch)
    return until_settled(lambda: _correct(actor, member, entry, today, attest_evidence, seen))


def _correct(
    actor: Actor, member: Member, entry: Entry, today: dt.date, attest_evidence: bool, seen: str
) -> dict[str, list[str]]:
    stamp = locks.entry_stamp()
    # The row is held, so that of two corrections the later one sees the earlier.
    locked = Member.objects.select_for_update().filter(pk=member.pk, until_at=None).first()
    if locked is None:
        raise Refused([PROCEDURES.problem("members.gone", count=1)])
    record = record_of(locked)
    if seen and seen != fingerprint(record):
        raise Refused([PROCEDURES.problem("record.changed")])
    verdict = _judge(entry, locked, record, admission_policy(), today, waived_for_now(locked))
    blank = None if attest_evidence else unattested([verdict])
    if blank or blocking(verdict.problems):
        raise Refused([*verdict.problems, *([blank] if blank else [])])
    if verdict.change:
        write(actor, [verdict], stamp=stamp, clears_blanks=True)
        audit.record(
            actor,
            "members.correct",
            unit=member.branch,
            person=member.person,
            before={name: old for name, (old, _) in verdict.change.items()},
            after={name: new for name, (_, new) in verdict.change.items()},
        )
    return verdict.change


def fingerprint(record: Record) -> str:
    """A short keyed sign of what is stored about a member: equal as long as nobody changes it."""
    posts = sorted((post.post, post.engagement, str(post.appointed_on)) for post in record.posts.values())
    said = repr((record.member_id, sorted(shown_entry(record.entry).items()), posts))
    return salted_hmac("members.record", said).hexdigest()[:32]


def _judge(
    entry: Entry, member: Member, record: Record, policy: Policy, today: dt.date, for_now: frozenset[str]
) -> Verdict:
    person = member.person
    entry = replace(
        entry,
        full_name=person.full_name,
        national_id=crypto.unseal(person.id_sealed),
        branch_id=member.branch_id,
        waived=record.entry.waived | for_now,
        unread={name: why for name, why in entry.unread.items() if name not in ("full_name", "national_id")},
    )
    (clashes,) = find_clashes([entry], load_known([entry]))
    problems = [*check_entry(entry, policy, today), *clashes]
    outcome = outcome_of(problems)
    change = changes(entry, record.holding(entry.post))
    if outcome is Outcome.OK:
        outcome = Outcome.UPDATED if change else Outcome.UNCHANGED
    return Verdict(
        entry,
        problems,
        outcome,
        person_id=person.pk,
        record=record,
        change=change,
        hangs_on_blank=bool(change) and not record.is_attested and hangs_on_blank_evidence(entry, policy),
    )
