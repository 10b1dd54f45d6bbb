"""Appointing cadres and ending their posts."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db import transaction

from zhtj.lib import bulk, locks

from cadres.models import Cadre, CadreState, EndReason
from cadres.queries.units import ENTER, PRELOAD
from orgs import audit, queries
from orgs.models import OrgUnit, Person
from orgs.scopes import Actor

_COLUMNS = (
    "id",
    "person_id",
    "unit_id",
    "post",
    "engagement",
    "appointed_on",
    "joined_on",
    "state",
    "is_preloaded",
    "verified_at",
    "verified_by_id",
    "from_at",
    "until_at",
    "end_reason",
    "batch_id",
    "batch_row",
)


@dataclass(frozen=True, slots=True)
class Appointment:
    """A person to be given a post of a unit. Checked before by `cadres.rules`."""

    person_id: int
    unit_id: int
    post: str
    engagement: str = ""
    appointed_on: dt.date | None = None
    joined_on: dt.date | None = None
    batch_row: int | None = None
    is_preloaded: bool = False  # by the province: the organ still has to check it


def appoint_cadres(
    actor: Actor, *, appointments: Sequence[Appointment], batch_id: int | None = None
) -> list[int]:
    """Open these posts, as verified by `actor`, now; returns their ids in the order given.

    Pre-loaded ones wait to be checked instead. Raises PermissionDenied if a unit is out of reach of
    `cadres.enter` (pre-loaded: of `cadres.preload`), IntegrityError if somebody holds the very post
    already. Two queries, one COPY, one audit entry.
    """
    if not appointments:
        return []
    with transaction.atomic():
        now = locks.entry_stamp()
        require(actor, {item.unit_id for item in appointments if not item.is_preloaded})
        require(actor, {item.unit_id for item in appointments if item.is_preloaded}, PRELOAD)
        verifier = actor.user.pk if actor.user else None
        ids = list(bulk.reserve_ids(Cadre, len(appointments)))
        rows = [
            (
                cadre_id,
                item.person_id,
                item.unit_id,
                item.post,
                item.engagement,
                item.appointed_on,
                item.joined_on,
                CadreState.PENDING.value if item.is_preloaded else CadreState.VERIFIED.value,
                item.is_preloaded,
                None if item.is_preloaded else now,
                None if item.is_preloaded else verifier,
                now,
                None,
                "",
                batch_id,
                item.batch_row,
            )
            for cadre_id, item in zip(ids, appointments, strict=True)
        ]
        bulk.insert(Cadre, _COLUMNS, rows)
        audit.record(actor, "cadres.appoint", batch_id=batch_id, after={"count": len(rows)})
    return ids


def appoint_cadre(
    actor: Actor,
    *,
    person: Person,
    unit: OrgUnit,
    post: str,
    engagement: str = "",
    appointed_on: dt.date | None = None,
    joined_on: dt.date | None = None,
) -> Cadre:
    """Give one person one post: `appoint_cadres` of one."""
    appointment = Appointment(person.pk, unit.pk, post, engagement, appointed_on, joined_on)
    (cadre_id,) = appoint_cadres(actor, appointments=[appointment])
    return Cadre.objects.get(pk=cadre_id)


def end_posts(
    actor: Actor, *, cadre_ids: Collection[int], reason: EndReason, batch_id: int | None = None
) -> int:
    """End these posts now; returns how many were still held. Ending an ended post does nothing.

    Raises PermissionDenied if a unit is out of reach of `cadres.enter`.
    """
    if not cadre_ids:
        return 0
    with transaction.atomic():
        now = locks.entry_stamp()
        held = Cadre.objects.filter(pk__in=cadre_ids, until_at__isnull=True)
        require(actor, set(held.values_list("unit_id", flat=True)))
        count = held.update(until_at=now, end_reason=reason)
        audit.record(
            actor, "cadres.end", batch_id=batch_id, after={"count": count, "reason": EndReason(reason).label}
        )
    return count


def end_post(actor: Actor, *, cadre: Cadre, reason: EndReason = EndReason.DEPARTED) -> int:
    """End one post: `end_posts` of one."""
    return end_posts(actor, cadre_ids=[cadre.pk], reason=reason)


def edit_post(
    actor: Actor, *, cadre: Cadre, engagement: str = "", appointed_on: dt.date | None = None
) -> None:
    """Store the filled ones of engagement and month of appointment. One update, one audit entry."""
    actor.scope.require("cadres.enter", cadre.unit)
    given = {"engagement": engagement, "appointed_on": appointed_on}
    new = {name: value for name, value in given.items() if value and value != getattr(cadre, name)}
    if not new:
        return
    with transaction.atomic():
        before = {name: str(getattr(cadre, name) or "") for name in new}
        Cadre.objects.filter(pk=cadre.pk).update(**new, changed_at=locks.entry_stamp())
        after = {name: str(value) for name, value in new.items()}
        audit.record(actor, "cadres.edit", unit=cadre.unit, person=cadre.person, before=before, after=after)


def end_posts_of_leavers(
    actor: Actor,
    *,
    person_ids: Collection[int],
    branch: OrgUnit,
    reason: EndReason = EndReason.MEMBER_LEFT,
    batch_id: int | None = None,
) -> int:
    """End every post these people hold in `branch`, because they are no longer members of it.

    Called by the actions by which members leave, inside their transaction and after their own scope
    checks (the superior who approves a transfer need not be able to enter cadres). Posts elsewhere
    stay. Returns how many ended; leaves an audit entry if any did.
    """
    with transaction.atomic():
        now = locks.entry_stamp()
        held = Cadre.objects.filter(person__in=list(person_ids), unit=branch, until_at__isnull=True)
        count = held.update(until_at=now, end_reason=reason)
        if count:
            after = {"count": count, "reason": EndReason(reason).label}
            audit.record(actor, "cadres.end", unit=branch, batch_id=batch_id, after=after)
    return count


def require(actor: Actor, unit_ids: set[int], capability: str = ENTER) -> None:
    """All of these units in reach. One query, none where there are none."""
    if not unit_ids:
        return
    reached = queries.units(actor.scope, capability).filter(pk__in=unit_ids).count()
    if reached != len(unit_ids):
        raise PermissionDenied("您没有在其中一些组织录入团干部的权限，请联系上级团组织管理员。")
