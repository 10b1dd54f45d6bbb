"""Which leading organs below have declared, which are late: what their superior sees at a glance."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Q

import orgs.queries
from cadres.models import NOT_DEPARTED, Cadre, CadreDeclaration, CadreState
from cadres.queries.deadlines import Deadline, deadline_of
from cadres.queries.missing import place
from cadres.queries.standing import Standing
from cadres.rules import SECRETARY
from orgs.kinds import LEADING_ORGANS
from orgs.models import OrgUnit
from orgs.scopes import Scope


@dataclass(frozen=True, slots=True)
class Organ:
    """One leading organ, its superiors as a text, and how far it is."""

    unit: OrgUnit
    path: str
    standing: Standing
    secretary: str  # of the card, else of the posts


def organs(scope: Scope, unit: OrgUnit, today: dt.date) -> list[Organ]:
    """The open leading organs in the sub-tree of `unit`, itself included, in the order of the tree.

    About 180 in a province. Six queries for any number. Notice, annex 1.
    """
    seen = orgs.queries.units(scope, "cadres.see")
    found = list(seen.filter(place(unit), kind__in=LEADING_ORGANS, closed_at=None))
    ids = [organ.pk for organ in found]
    deadline = deadline_of(unit, today)
    counted = _counted(ids)
    declared = {row.unit_id: row for row in CadreDeclaration.objects.filter(unit__in=ids)}
    paths = orgs.queries.paths(found)
    secretaries = _secretaries(ids)
    return [
        Organ(
            organ,
            paths.get(organ.pk, ""),
            _standing(counted.get(organ.pk), declared.get(organ.pk), deadline),
            organ.secretary_name or secretaries.get(organ.pk, ""),
        )
        for organ in found
    ]


def undeclared_count(scope: Scope, unit: OrgUnit) -> int:
    """Open leading organs below `unit` that have not said 核对完成. One query."""
    below = orgs.queries.units(scope, "cadres.see").filter(
        place(unit), kind__in=LEADING_ORGANS, closed_at=None
    )
    declared = CadreDeclaration.objects.values("unit")
    return below.exclude(pk=unit.pk).exclude(pk__in=declared).order_by().count()


def _secretaries(unit_ids: list[int]) -> dict[int, str]:
    held = Cadre.objects.filter(unit__in=unit_ids, post=SECRETARY, until_at__isnull=True).order_by("-id")
    return dict(held.values_list("unit_id", "person__full_name"))


def _standing(
    counts: tuple[int, ...] | None, declaration: CadreDeclaration | None, deadline: Deadline | None
) -> Standing:
    preloaded, departed, added, verified = counts or (0, 0, 0, 0)
    return Standing(preloaded, departed, added, verified, declaration, deadline)


def _counted(unit_ids: list[int]) -> dict[int, tuple[int, ...]]:
    """Pre-loaded, departed, added, verified of each, in posts, now. One query."""
    there = Q(until_at__isnull=True)
    rows = (
        Cadre.objects.filter(unit__in=unit_ids)
        .exclude(end_reason__in=NOT_DEPARTED)
        .order_by()
        .values_list("unit_id")
        .annotate(
            preloaded=Count("id", filter=Q(is_preloaded=True)),
            departed=Count("id", filter=Q(is_preloaded=True) & ~there),
            added=Count("id", filter=Q(is_preloaded=False) & there),
            verified=Count("id", filter=there & Q(state=CadreState.VERIFIED)),
        )
    )
    return {unit_id: tuple(counts) for unit_id, *counts in rows}
