"""Showing or exporting whole national ids: the capability, a purpose, an audit entry."""

from django.db import transaction

from zhtj.lib import crypto
from zhtj.lib.problems import Refused

from members.models import Member
from members.rules.procedures import PROCEDURES
from orgs import audit
from orgs.models import OrgUnit
from orgs.scopes import Actor

MOST_WORDS = 200


def reveal_id(actor: Actor, *, member: Member, purpose: str) -> str:
    """The whole national id of a member. Raises PermissionDenied without `ids.reveal` there, Refused
    without a purpose."""
    actor.scope.require("ids.reveal", member.branch)
    purpose = _purpose(purpose)
    with transaction.atomic():
        audit.record(
            actor,
            "members.reveal_id",
            unit=member.branch,
            person=member.person,
            after={"purpose": purpose},
        )
    return crypto.unseal(member.person.id_sealed)


def allow_export(actor: Actor, *, unit: OrgUnit, full: bool, purpose: str, count: int) -> None:
    """Leave the trail of an export about to be made. Raises PermissionDenied without `roster.print` (and,
    for whole ids, `ids.reveal`) on the unit, Refused for whole ids without a purpose."""
    actor.scope.require("roster.print", unit)
    if full:
        actor.scope.require("ids.reveal", unit)
        purpose = _purpose(purpose)
    with transaction.atomic():
        after = {"count": count, "full_ids": full, "purpose": purpose.strip()[:MOST_WORDS]}
        audit.record(actor, "members.export", unit=unit, after=after)


def _purpose(text: str) -> str:
    if not text.strip():
        raise Refused([PROCEDURES.problem("purpose.missing", at="purpose")])
    return text.strip()[:MOST_WORDS]
