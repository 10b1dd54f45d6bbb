"""Writing judged entries: the second half of entering members. Inside the caller's transaction."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from zhtj.lib import bulk
from zhtj.lib.problems import Problem
from zhtj.lib.workbook import Outcome, Report, unheard

import cadres.actions
import cadres.queries
from cadres.actions import Appointment
from cadres.models import Cadre, EndReason
from members.actions.freeing import settle_given_up
from members.actions.judge import Verdict
from members.actions.listing import settle_mended
from members.models import Member
from members.rules import shown
from orgs import people
from orgs.scopes import Actor

_COLUMNS = (
    "id",
    "person_id",
    "branch_id",
    "joined_on",
    "development_number",
    "application_form",
    "member_card",
    "transfer_letter",
    "attested_at",
    "attested_by_id",
    "waived",
    "from_at",
    "until_at",
    "left_reason",
    "batch_id",
    "batch_row",
)
_OWN_FIELDS = ("joined_on", "development_number", "application_form", "member_card", "transfer_letter")


@dataclass(slots=True)
class Entered:
    """Ids of the members newly written, changed, and left as they were; warnings that stay visible."""

    created: list[int] = field(default_factory=list)
    updated: list[int] = field(default_factory=list)
    unchanged: list[int] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    # What new members, known before, had in their details: person → field → [old, new] as shown.
    overwritten: dict[int, dict[str, list[str]]] = field(default_factory=dict)


def write(
    actor: Actor,
    verdicts: Sequence[Verdict],
    *,
    stamp: dt.datetime,
    batch_id: int | None = None,
    clears_blanks: bool = False,
    report: Report = unheard,
) -> Entered:
    """Write the OK and UPDATED ones. Raises IntegrityError if a race for an id or a number was lost.

    `clears_blanks`: a blank of an UPDATED one empties the field (a correction, never a workbook).
    """
    new = [verdict for verdict in verdicts if verdict.outcome is Outcome.OK]
    changed = [verdict for verdict in verdicts if verdict.outcome is Outcome.UPDATED]
    same = [verdict for verdict in verdicts if verdict.outcome is Outcome.UNCHANGED]
    entered = Entered(
        unchanged=[verdict.record.member_id for verdict in same if verdict.record],
        problems=[problem for verdict in verdicts for problem in verdict.problems],
    )
    held = _posts_held([verdict for verdict in [*new, *changed] if verdict.entry.is_cadre])
    if new:
        entered.overwritten = _register(new, report)
        entered.created = _open_memberships(actor, new, stamp, batch_id)
    if changed:
        entered.updated = _change(actor, changed, stamp, clears_blanks)
    _end_posts(actor, changed, batch_id)
    _appoint(actor, [*new, *changed], held, batch_id)
    return entered


def _register(new: Sequence[Verdict], report: Report) -> dict[int, dict[str, list[str]]]:
    """Give every new member a person: the known one, brought up to date, or a new one. What of the known
    ones was overwritten."""
    unknown = [verdict for verdict in new if verdict.person_id is None]
    known = {verdict.person_id: verdict.entry for verdict in new if verdict.person_id is not None}
    changed = people.update_people(known) if known else {}
    if unknown:
        ids = people.register_people([verdict.entry for verdict in unknown], report)
        for verdict, person_id in zip(unknown, ids, strict=True):
            verdict.person_id = person_id
    return {
        person_id: {name: [shown(name, old), shown(name, new)] for name, (old, new) in fields.items()}
        for person_id, fields in changed.items()
    }


def _open_memberships(
    actor: Actor, new: Sequence[Verdict], stamp: dt.datetime, batch_id: int | None
) -> list[int]:
    """One COPY, in the order of people, which is the order everybody writes them in."""
    in_order = sorted(new, key=lambda verdict: verdict.person_id or 0)
    ids = list(bulk.reserve_ids(Member, len(in_order)))
    attester = actor.user.pk if actor.user else None
    rows = (
        (
            member_id,
            verdict.person_id,
            entry.branch_id,
            entry.joined_on,
            entry.development_number,
            entry.application_form,
            entry.member_card,
            entry.transfer_letter,
            stamp if verdict.hangs_on_blank else None,
            attester if verdict.hangs_on_blank else None,
            " ".join(sorted(entry.waived)) if entry.waived else "",
            stamp,
            None,
            "",
            batch_id,
            entry.row or None,
        )
        for member_id, verdict in zip(ids, in_order, strict=True)
        for entry in (verdict.entry,)
    )
    bulk.insert(Member, _COLUMNS, rows)
    return ids


def _change(actor: Actor, changed: Sequence[Verdict], stamp: dt.datetime, clears_blanks: bool) -> list[int]:
    """Store what differs of known members and their persons."""
    by_member = {verdict.record.member_id: verdict for verdict in changed if verdict.record}
    members = list(Member.objects.select_for_update().filter(pk__in=list(by_member)).order_by("pk"))
    for member in members:
        verdict = by_member[member.pk]
        for name in _OWN_FIELDS:
            setattr(member, name, getattr(verdict.entry, name))
        if verdict.hangs_on_blank and member.attested_at is None:
            member.attested_at, member.attested_by = stamp, actor.user
    renumbered = [m for m in members if "development_number" in by_member[m.pk].change]
    if renumbered:
        settle_given_up(actor, renumbered, stamp)
        settle_mended(actor, [m.pk for m in renumbered if m.development_number], stamp)
    Member.objects.bulk_update(members, [*_OWN_FIELDS, "attested_at", "attested_by"], batch_size=500)
    details = {member.person_id: by_member[member.pk].entry for member in members}
    people.update_people(details, clears_blanks=clears_blanks)
    return [member.pk for member in members]


def _end_posts(actor: Actor, changed: Sequence[Verdict], batch_id: int | None) -> None:
    """是 → 否 ends all posts in the branch; another post ends the one shown as changed."""
    ended = []
    for verdict in changed:
        record = verdict.record
        if record is None or not record.posts:
            continue
        if not verdict.entry.is_cadre:
            ended += [post.pk for post in record.posts.values()]
        elif verdict.entry.post not in record.posts:
            ended.append(record.posts[record.holding(verdict.entry.post).post].pk)
    cadres.actions.end_posts(actor, cadre_ids=ended, reason=EndReason.DEPARTED, batch_id=batch_id)


def _posts_held(cadres_to_be: Sequence[Verdict]) -> dict[tuple[int, int, str], Cadre]:
    """The posts that people known before hold already, by person, unit and post."""
    known = [verdict.person_id for verdict in cadres_to_be if verdict.person_id is not None]
    return {(post.person_id, post.unit_id, post.post): post for post in cadres.queries.posts_of(known)}


def _appoint(
    actor: Actor,
    written: Sequence[Verdict],
    held: Mapping[tuple[int, int, str], Cadre],
    batch_id: int | None,
) -> None:
    """Open the posts that are not held yet, touch up those that are."""
    appointments = []
    for verdict in written:
        entry = verdict.entry
        if not entry.is_cadre or verdict.person_id is None or entry.branch_id is None:
            continue
        if post := held.get((verdict.person_id, entry.branch_id, entry.post)):
            cadres.actions.edit_post(
                actor, cadre=post, engagement=entry.engagement, appointed_on=entry.appointed_on
            )
            continue
        appointments.append(
            Appointment(
                verdict.person_id,
                entry.branch_id,
                entry.post,
                entry.engagement,
                entry.appointed_on,
                entry.joined_on,
                entry.row or None,
            )
        )
    cadres.actions.appoint_cadres(actor, appointments=appointments, batch_id=batch_id)
