"""Posts go along when their unit goes up in another, and end when it is closed."""

import datetime as dt

from django.db.models import QuerySet

from zhtj.lib import bulk

from cadres.models import Cadre, EndReason
from orgs.models import OrgUnit
from orgs.scopes import Actor

_CARRIED = (
    "person_id",
    "post",
    "engagement",
    "appointed_on",
    "joined_on",
    "state",
    "is_preloaded",
    "verified_at",
    "verified_by_id",
    "batch_id",
    "batch_row",
)


def move_posts(actor: Actor, *, source: OrgUnit, target: OrgUnit, at: dt.datetime) -> int:
    """End every post of `source` at `at` and open it anew in `target`; returns how many were opened.

    A post its holder has in `target` already is not doubled. Part of a merge: the caller has stamped
    `at`, holds the tree's lock exclusively and leaves the trail. Three queries and one COPY. Raises
    PermissionDenied unless both units are the actor's to manage.
    """
    actor.scope.require("units.manage", target)
    held = set(_held(target).values_list("person_id", "post"))
    carried = [row for row in _held(source).values_list(*_CARRIED) if row[:2] not in held]
    end_posts_of(actor, unit=source, at=at, reason=EndReason.MERGED)
    rows = [
        (cadre_id, target.pk, at, None, "", *values)
        for cadre_id, values in zip(bulk.reserve_ids(Cadre, len(carried)), carried, strict=True)
    ]
    bulk.insert(Cadre, ("id", "unit_id", "from_at", "until_at", "end_reason", *_CARRIED), rows)
    return len(rows)


def end_posts_of(
    actor: Actor, *, unit: OrgUnit, at: dt.datetime, reason: EndReason = EndReason.UNIT_CLOSED
) -> int:
    """End all posts of a unit that is being closed; returns how many. The caller leaves the trail."""
    actor.scope.require("units.manage", unit)
    return _held(unit).update(until_at=at, end_reason=reason)


def _held(unit: OrgUnit) -> QuerySet[Cadre]:
    return Cadre.objects.filter(unit=unit, until_at__isnull=True).order_by("person_id", "id")
