"""Taking a roster away leaves a trail."""

from django.db.models import QuerySet

from cadres.models import Cadre
from orgs import audit, taking
from orgs.models import OrgUnit
from orgs.scopes import Actor


def allow_export(
    actor: Actor,
    *,
    unit: OrgUnit,
    found: QuerySet[Cadre],
    narrowed: str,
    full: bool = False,
    purpose: str = "",
) -> None:
    """Leave the trail of an export about to be made of the list `found` of `unit`, `narrowed` in words.

    Raises PermissionDenied without `roster.print` (and, for whole ids, `ids.reveal`) on the unit; Refused
    for whole ids without a purpose, and for more rows than one export may hold. Two queries.
    """
    actor.scope.require("roster.print", unit)
    purpose = taking.purpose_for(actor, unit, purpose, full=full)
    after = {"count": taking.counted(found), "full_ids": full, "purpose": purpose, "narrowed": narrowed}
    audit.record(actor, "cadres.export", unit=unit, after=after)


def note_print(actor: Actor, *, unit: OrgUnit, count: int, narrowed: str) -> None:
    """Record that the roster of `unit` was shown to be printed. Raises PermissionDenied. One insert."""
    actor.scope.require("roster.print", unit)
    audit.record(actor, "cadres.print", unit=unit, after={"count": count, "narrowed": narrowed})
