"""Keeping a cadre's record right: verifying, correcting; and an organ's 核对完成."""

import datetime as dt
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from django.db import IntegrityError, transaction

from zhtj.lib import crypto, locks
from zhtj.lib.problems import Problem, Refused, blocking
from zhtj.lib.races import until_settled

from cadres.actions.posts import Appointment, appoint_cadres
from cadres.models import Cadre, CadreDeclaration, CadreState, EndReason
from cadres.queries import standing
from cadres.queries.known import KnownPerson, describe, fingerprint, stored_entry
from cadres.rules import (
    CODES,
    PERSON_DETAILS,
    POST_DETAILS,
    Entry,
    changes,
    check_entry,
    with_person_of,
)
from orgs import audit, people
from orgs.models import OrgUnit
from orgs.scopes import Actor


def keep_cadre(
    actor: Actor, *, cadre: Cadre, entry: Entry, today: dt.date, seen: str = ""
) -> dict[str, list[str]]:
    """Store `entry` as the whole truth about a post held and its holder; a blank does clear a field.

    A pre-loaded post that waits to be checked is verified by it, changed or not. Of a verified one
    another post ends the old period and opens the next. Returns field → [old, new] as shown. Name,
    id and unit of `entry` are ignored; the person's details too, if another unit keeps them. `seen` is
    the `fingerprint` of the record its editor began from: if it has changed or ended since, Refused with
    `cadre.changed`. Raises Refused by the same rules as entering. Notice, annex 1.
    """
    actor.scope.require("cadres.enter", cadre.unit)
    return until_settled(lambda: _keep(actor, cadre, entry, today, seen))


def declare_verified(actor: Actor, *, unit: OrgUnit) -> CadreDeclaration:
    """核对完成: this leading organ has checked every cadre. Once; a second time answers the first.

    Raises Refused while anything is open. Later changes take nothing back. Notice, annex 1.
    """
    actor.scope.require("cadres.enter", unit)
    with transaction.atomic():
        stamp = locks.entry_stamp()
        now = standing(unit)
        if now.declaration is not None:
            return now.declaration
        _refuse_declaration(unit, now.due, now.open)
        try:
            with transaction.atomic():
                declaration = CadreDeclaration.objects.create(
                    unit=unit, declared_at=stamp, declared_by=actor.user, cadre_count=now.due
                )
        except IntegrityError:  # somebody else said so a moment earlier
            return CadreDeclaration.objects.get(unit=unit)
        after = {
            "preloaded": now.preloaded,
            "departed": now.departed,
            "added": now.added,
            "verified": now.verified,
        }
        audit.record(actor, "cadres.declare", unit=unit, after=after)
    return declaration


def _keep(actor: Actor, cadre: Cadre, entry: Entry, today: dt.date, seen: str) -> dict[str, list[str]]:
    stamp = locks.entry_stamp()
    locked = Cadre.objects.select_for_update().filter(pk=cadre.pk, until_at=None).first()
    if locked is None or (seen and seen != fingerprint(locked)):
        raise Refused([CODES.problem("cadre.changed", name=cadre.person.full_name)])
    person, held = describe([locked.person_id], actor.scope)[locked.person_id]
    entry, stored = _whole(entry, locked, person)
    taken = [post for post in held if post.unit_id == locked.unit_id and post.pk != locked.pk]
    _refuse(entry, cadre.unit, {post.post for post in taken}, today)
    change = changes(entry, stored)
    was_pending = locked.state == CadreState.PENDING
    _store(actor, locked, entry, stamp if change else None, stamp)
    if person.is_editable:
        people.update_people({locked.person_id: _keeping(entry, locked)}, clears_blanks=True)
    if change or was_pending:
        audit.record(
            actor,
            "cadres.verify" if was_pending else "cadres.correct",
            unit=cadre.unit,
            person=cadre.person,
            before={name: old for name, (old, _) in change.items()},
            after={name: new for name, (_, new) in change.items()},
        )
    return change


def _refuse_declaration(unit: OrgUnit, due: int, still_open: int) -> None:
    if not unit.is_leading_organ:
        raise Refused([CODES.problem("declaration.not_an_organ", unit=unit.short_name)])
    if still_open:
        raise Refused([CODES.problem("declaration.open_cadres", count=still_open)])
    if not due:
        raise Refused([CODES.problem("declaration.no_cadre")])


def _whole(entry: Entry, cadre: Cadre, person: KnownPerson) -> tuple[Entry, Entry]:
    """`entry` as the whole truth, and what is stored in the same shape."""
    stored = stored_entry(cadre.person, cadre)
    national_id = crypto.unseal(cadre.person.id_sealed)
    who = ("full_name", "national_id", "unit")
    entry = replace(
        entry,
        full_name=person.full_name,
        national_id=national_id,
        unit="",
        unit_id=cadre.unit_id,
        unread={name: why for name, why in entry.unread.items() if name not in who},
    )
    if not person.is_editable:
        entry, _ = with_person_of(entry, stored)
    return entry, stored


def _refuse(entry: Entry, unit: OrgUnit, taken: set[str], today: dt.date) -> None:
    problems: list[Problem] = check_entry(entry, unit.kind, today)
    if entry.post in taken:
        problems.append(CODES.problem("post.held_already", unit=unit.short_name, value=entry.post))
    if blocking(problems):
        raise Refused(problems)


def _store(
    actor: Actor, cadre: Cadre, entry: Entry, changed_at: dt.datetime | None, stamp: dt.datetime
) -> None:
    """Put the post right: in place, or as the next period where a verified one changes its name."""
    new: dict[str, Any] = {name: getattr(entry, name) for name in POST_DETAILS}
    if changed_at:
        new["changed_at"] = changed_at
    held = Cadre.objects.filter(pk=cadre.pk)
    if cadre.state == CadreState.PENDING:
        verified = {"state": CadreState.VERIFIED, "verified_at": stamp, "verified_by": actor.user}
        held.update(post=entry.post, **new, **verified)
    elif entry.post == cadre.post:
        held.update(**new)
    else:
        held.update(until_at=stamp, end_reason=EndReason.CHANGED)
        following = Appointment(
            cadre.person_id,
            cadre.unit_id,
            entry.post,
            entry.engagement,
            entry.appointed_on,
            entry.joined_on,
        )
        (next_id,) = appoint_cadres(actor, appointments=[following])
        if cadre.is_preloaded:
            Cadre.objects.filter(pk=next_id).update(is_preloaded=True)


def _keeping(entry: Entry, cadre: Cadre) -> SimpleNamespace:
    """The details to store; what this room does not ask about stays as it is."""
    details = {name: getattr(entry, name) for name in PERSON_DETAILS}
    return SimpleNamespace(**details, is_volunteer=cadre.person.is_volunteer)
