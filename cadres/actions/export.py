"""Taking a roster away leaves a trail."""

from orgs import audit
from orgs.models import OrgUnit
from orgs.scopes import Actor


def note_export(actor: Actor, *, unit: OrgUnit, count: int, narrowed: str) -> None:
    """Record that the roster of `unit` was downloaded, ids masked. Raises PermissionDenied. One insert."""
    actor.scope.require("roster.print", unit)
    audit.record(actor, "cadres.export", unit=unit, after={"count": count, "narrowed": narrowed})


def note_print(actor: Actor, *, unit: OrgUnit, count: int, narrowed: str) -> None:
    """Record that the roster of `unit` was shown to be printed. Raises PermissionDenied. One insert."""
    actor.scope.require("roster.print", unit)
    audit.record(actor, "cadres.print", unit=unit, after={"count": count, "narrowed": narrowed})
