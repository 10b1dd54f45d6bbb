"""Leaving a trail: one entry an action, in the transaction of the action."""

from collections.abc import Iterable
from typing import Any

from zhtj.lib import days

from orgs.models import AuditEntry, OrgUnit, Person
from orgs.scopes import Actor


def record(
    actor: Actor,
    action: str,
    *,
    unit: OrgUnit | None = None,
    person: Person | None = None,
    batch_id: int | None = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> AuditEntry:
    """Write one entry: `action` as `room.verb`. Values are shown as given: mask ids first. One insert."""
    return AuditEntry.objects.create(
        at=days.now(),
        actor=actor.user,
        door=actor.door,
        action=action,
        unit=unit,
        person=person,
        batch_id=batch_id,
        before=before or {},
        after=after or {},
    )


def record_each(actor: Actor, action: str, about: Iterable[tuple[int, int, int | None]]) -> None:
    """The same done to each of many people: one entry a person, so that each one's trail shows it.

    `about`: id of the unit, of the person, of the batch they came from. One insert for each 500.
    """
    at = days.now()
    entries = [
        AuditEntry(
            at=at,
            actor=actor.user,
            door=actor.door,
            action=action,
            unit_id=unit_id,
            person_id=person_id,
            batch_id=batch_id,
        )
        for unit_id, person_id, batch_id in about
    ]
    AuditEntry.objects.bulk_create(entries, batch_size=500)
