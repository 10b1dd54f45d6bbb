"""Batches under way go along when their unit goes up in another."""

from collections.abc import Iterable

from django.db.models import QuerySet

from zhtj.imports.models import BatchState, ImportBatch
from zhtj.lib import bulk

from orgs.models import OrgUnit
from orgs.scopes import Actor

UNDER_WAY = (
    BatchState.UPLOADED,
    BatchState.CHECKING,
    BatchState.CHECKED,
    BatchState.FAILED,
    BatchState.COMMITTING,
)


def under_way(unit: OrgUnit) -> QuerySet[ImportBatch]:
    """The batches of this very unit that are not finished. For previews, which count them only."""
    return ImportBatch.objects.filter(unit=unit, state__in=UNDER_WAY)


def under_way_in(unit_ids: Iterable[int]) -> set[int]:
    """Those of the units that have a batch not finished. One query for each 2 000."""
    waiting = ImportBatch.objects.filter(state__in=UNDER_WAY).order_by().values_list("unit_id", flat=True)
    return set(bulk.among(waiting, "unit_id", unit_ids))


def move_batches(actor: Actor, *, source: OrgUnit, target: OrgUnit) -> int:
    """Hand the unfinished batches of `source` to `target`; returns how many.

    A commit looks at the world again, so a row that named the source is shown anew with what is
    wrong, and one that named no branch goes into the target.
    """
    for unit in (source, target):
        actor.scope.require("units.manage", unit)
    return under_way(source).update(unit=target)
