"""Verifying several pre-loaded cadres at once, after looking: those in order and as they were shown."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from django.db import transaction

from zhtj.lib import crypto, locks
from zhtj.lib.problems import Problem, blocking

from cadres.models import Cadre, CadreState
from cadres.queries.known import fingerprint, stored_entry
from cadres.rules import CODES, check_entry
from orgs import audit
from orgs.models import OrgUnit
from orgs.scopes import Actor


@dataclass(slots=True)
class Verified:
    """Who is verified now, and who had to be left: each with what stands against it."""

    done: list[Cadre] = field(default_factory=list)
    left: list[tuple[Cadre, list[Problem]]] = field(default_factory=list)


def verify_unchanged(actor: Actor, *, unit: OrgUnit, seen: Mapping[int, str], today: dt.date) -> Verified:
    """Verify those cadres of `unit` as they are. `seen`: their ids, each with the `fingerprint` shown.

    Whose record has changed since, or breaks a rule, is left as it is and told; one already verified or
    gone counts as changed. Three queries for any number, one audit entry. Raises PermissionDenied.
    Notice, annex 1.
    """
    actor.scope.require("cadres.enter", unit)
    verified = Verified()
    with transaction.atomic():
        stamp = locks.entry_stamp()
        held = Cadre.objects.filter(pk__in=seen, unit=unit).select_related("person").order_by("pk")
        for cadre in held.select_for_update(of=("self",)):
            problems = _against(cadre, unit, seen[cadre.pk], today)
            if problems:
                verified.left.append((cadre, problems))
            else:
                verified.done.append(cadre)
        ids = [cadre.pk for cadre in verified.done]
        if ids:
            Cadre.objects.filter(pk__in=ids).update(
                state=CadreState.VERIFIED, verified_at=stamp, verified_by=actor.user
            )
            audit.record(actor, "cadres.verify_many", unit=unit, after={"count": len(ids), "cadres": ids})
    return verified


def _against(cadre: Cadre, unit: OrgUnit, seen: str, today: dt.date) -> list[Problem]:
    """What keeps this one from being verified as it is."""
    is_as_shown = cadre.until_at is None and cadre.state == CadreState.PENDING and seen == fingerprint(cadre)
    if not is_as_shown:
        return [CODES.problem("cadre.changed", name=cadre.person.full_name)]
    national_id = crypto.unseal(cadre.person.id_sealed)
    entry = replace(
        stored_entry(cadre.person, cadre), full_name=cadre.person.full_name, national_id=national_id
    )
    return blocking(check_entry(entry, unit.kind, today))
