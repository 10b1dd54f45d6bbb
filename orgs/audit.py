"""Leaving a trail: one entry an action, in the transaction of the action."""

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
