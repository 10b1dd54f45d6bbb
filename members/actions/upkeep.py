"""更正请求: who keeps a person's basic data, and what the admission rules say against new ones.

The request itself and its states are `orgs.corrections`; members and cadres are where a person can be
seen, so both rooms' pages lead here.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from zhtj.lib import crypto
from zhtj.lib.problems import Problem, Refused

import cadres.queries
from members.actions.judge import newly_blocking
from members.models import Member
from members.queries.homes import homes
from members.queries.known import record_of
from members.rules.procedures import PROCEDURES
from orgs import corrections, finding
from orgs.models import CorrectionRequest, OrgUnit, Person
from orgs.scopes import Actor


def keeper_of(person_id: int) -> OrgUnit | None:
    """The unit of the active membership, without one that of the first post; None = nobody. Two queries."""
    home = homes([person_id]).get(person_id)
    if home is None:
        first = next(iter(cadres.queries.posts_of([person_id])), None)
        unit_id = first.unit_id if first else None
    else:
        unit_id = home[0]
    return finding.units_by_id([unit_id]).get(unit_id) if unit_id is not None else None


def ask_person_correction(
    actor: Actor, *, person: Person, unit: OrgUnit, typed: Mapping[str, object], reason: str, today: dt.date
) -> CorrectionRequest:
    """Ask the keeper of `person` for other values: `orgs.corrections.ask_person_correction`."""
    return corrections.ask_person_correction(
        actor,
        person=person,
        unit=unit,
        keeper=keeper_of(person.pk),
        typed=typed,
        reason=reason,
        today=today,
        check=_check(today),
    )


def answer_person_correction(
    actor: Actor, *, request: CorrectionRequest, agrees: bool, decision: str, today: dt.date
) -> CorrectionRequest:
    """Answer or approve. Raises Refused with `request.moved` where another unit has become the keeper
    meanwhile: the request waits there from then on.
    """
    keeper = keeper_of(request.person_id)
    if request.is_open and keeper is not None and keeper.pk != request.keeper_id:
        corrections.readdress([request.person_id], keeper)
        raise Refused([PROCEDURES.problem("request.moved", unit=keeper.short_name)])
    return corrections.answer_person_correction(
        actor, request=request, agrees=agrees, decision=decision, today=today, check=_check(today)
    )


def _check(today: dt.date) -> corrections.Check:
    return lambda person, values: _objections(person, values, today)


def _objections(person: Person, values: Mapping[str, Any], today: dt.date) -> list[Problem]:
    """What would newly stand against an active member with these values."""
    member = Member.objects.filter(person=person, until_at=None).select_related("person").first()
    if member is None:
        return []
    stored = replace(record_of(member).holding(""), national_id=crypto.unseal(person.id_sealed))
    asked = {
        name: values[name] for name in ("full_name", "national_id", "political_status") if name in values
    }
    return newly_blocking(stored, replace(stored, **asked), today)
