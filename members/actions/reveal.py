"""Showing or exporting whole national ids: the capability, a purpose, an audit entry."""

from collections.abc import Sequence

from django.db import transaction
from django.db.models import QuerySet

from zhtj.lib import crypto

from members.models import Member
from members.queries.columns import BRANCH, CODE, IN_WORKBOOK, LEFT, NAME, Column, named
from members.queries.filters import Filters
from orgs import audit, taking
from orgs.models import OrgUnit
from orgs.scopes import Actor


def reveal_id(actor: Actor, *, member: Member, purpose: str) -> str:
    """The whole national id of a member. Raises PermissionDenied without `ids.reveal` there, Refused
    without a purpose."""
    purpose = taking.purpose_for(actor, member.branch, purpose, full=True)
    with transaction.atomic():
        audit.record(
            actor,
            "members.reveal_id",
            unit=member.branch,
            person=member.person,
            after={"purpose": purpose},
        )
    return crypto.unseal(member.person.id_sealed)


def allow_export(
    actor: Actor,
    *,
    unit: OrgUnit,
    found: QuerySet[Member],
    filters: Filters,
    columns: Sequence[str],
    full: bool,
    purpose: str,
) -> list[Column]:
    """Leave the trail of an export about to be made of the list `found` of `unit`; returns its columns.

    Raises PermissionDenied without `roster.print` (and, for whole ids, `ids.reveal`) on the unit; Refused
    for whole ids without a purpose, and for more rows than one export may hold. Three or four queries.
    """
    actor.scope.require("roster.print", unit)
    purpose = taking.purpose_for(actor, unit, purpose, full=full)
    count = taking.counted(found)
    chosen = [BRANCH, CODE, NAME, *named(columns or IN_WORKBOOK), *([LEFT] if filters.is_withdrawn else [])]
    after = {
        "count": count,
        "full_ids": full,
        "purpose": purpose,
        "columns": [column.key for column in chosen],
        "filters": filters.told(),
    }
    with transaction.atomic():
        audit.record(actor, "members.export", unit=unit, after=after)
    return chosen


def note_print(actor: Actor, *, unit: OrgUnit, count: int, filters: Filters) -> None:
    """Record that the roster of `unit` was shown to be printed. Raises PermissionDenied. One insert."""
    actor.scope.require("roster.print", unit)
    audit.record(actor, "members.print", unit=unit, after={"count": count, "filters": filters.told()})
