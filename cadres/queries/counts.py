"""Counting as of a moment, for the bulletin.

"As of" a moment: begun before it and not ended before it. Each is one GROUP BY over the whole
table and yields only units that have something to count.
"""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from zhtj.lib import bulk

from cadres.models import NOT_DEPARTED, Cadre, CadreDeclaration, CadreState
from cadres.rules import SECRETARY
from orgs import finding
from orgs.kinds import LEADING_ORGANS, UnitKind
from orgs.models import OrgUnit
from orgs.scopes import Scope

GRASSROOTS_KINDS = (UnitKind.COMMITTEE, UnitKind.WORKING_COMMITTEE, UnitKind.GENERAL_BRANCH)
# A cadre lacks something that every cadre must say (domain, section 4).
UNFILLED = Q(person__full_name="") | Q(person__ethnicity="") | Q(person__political_status="") | Q(post="")


def as_of(moment: dt.datetime) -> Q:
    """Held at `moment`."""
    return Q(from_at__lt=moment) & (Q(until_at__isnull=True) | Q(until_at__gte=moment))


def counts_by_unit(moment: dt.datetime) -> Iterable[tuple[int, int]]:
    """(unit_id, people in a post): a person with two posts in one unit counts once."""
    rows = Cadre.objects.filter(as_of(moment)).order_by().values_list("unit_id")
    return bulk.fetched(rows.annotate(count=Count("person", distinct=True)))


def engaged_by_unit(moment: dt.datetime) -> Iterable[tuple[int, str, int]]:
    """(unit_id, engagement, people) of those in a post whose engagement is stated: with two posts in one unit
    somebody counts once there, in the post entered first. One GROUP BY."""
    held = Cadre.objects.filter(as_of(moment))
    earlier = held.filter(unit=OuterRef("unit"), person=OuterRef("person"), pk__lt=OuterRef("pk"))
    rows = held.filter(~Q(engagement=""), ~Exists(earlier)).order_by().values_list("unit_id", "engagement")
    return bulk.fetched(rows.annotate(count=Count("pk")))


def organ_counts(moment: dt.datetime) -> Iterable[tuple[int, int, int, int, int]]:
    """(unit_id, preloaded, departed, added, verified) of each leading organ, in posts.

    preloaded: given by the superior, whatever became of them; departed: those of them struck
    off; added: entered by the organ and still there; verified: still there and checked. The
    stage `organ_cadres` is verified ÷ (preloaded - departed + added). Notice, annex 1.
    """
    there, gone = as_of(moment), Q(until_at__lt=moment)
    rows = (
        Cadre.objects.filter(unit__kind__in=LEADING_ORGANS, from_at__lt=moment)
        .exclude(gone & Q(end_reason__in=NOT_DEPARTED))
        .order_by()
        .values_list("unit_id")
    )
    return rows.annotate(
        preloaded=Count("id", filter=Q(is_preloaded=True)),
        departed=Count("id", filter=Q(is_preloaded=True) & gone),
        added=Count("id", filter=Q(is_preloaded=False) & there),
        verified=Count("id", filter=there & Q(state=CadreState.VERIFIED, verified_at__lt=moment)),
    )


def grassroots_complete(moment: dt.datetime) -> set[int]:
    """Committees, working committees and general branches that have a secretary and whose every
    cadre has the required fields filled. Notice, annex 2.
    """
    rows = (
        Cadre.objects.filter(as_of(moment), unit__kind__in=GRASSROOTS_KINDS)
        .order_by()
        .values("unit_id")
        .annotate(secretaries=Count("id", filter=Q(post=SECRETARY)), unfilled=Count("id", filter=UNFILLED))
        .filter(secretaries__gt=0, unfilled=0)
    )
    return set(rows.values_list("unit_id", flat=True))


def organs_declared(moment: dt.datetime) -> set[int]:
    """Leading organs that had said 核对完成 before `moment`. Notice, annex 1."""
    rows = CadreDeclaration.objects.filter(declared_at__lt=moment)
    return set(rows.values_list("unit_id", flat=True))


def with_secretary(moment: dt.datetime) -> set[int]:
    """Units that had a secretary as of `moment`; for now see `presence.lacks_secretary`."""
    held = Cadre.objects.filter(as_of(moment), post=SECRETARY).order_by()
    return {unit_id for (unit_id,) in bulk.fetched(held.values_list("unit_id"))}


def verified_as_of(scope: Scope, units: QuerySet[Any, Any], moment: dt.datetime) -> QuerySet[Cadre]:
    """The posts of leading organs among `units` (a query for their ids) that counted as checked at
    `moment`: the list behind `verified` of `organ_counts`."""
    checked = Q(state=CadreState.VERIFIED, verified_at__lt=moment)
    held = Cadre.objects.filter(as_of(moment) & checked, unit__kind__in=LEADING_ORGANS, unit__in=units)
    return held.filter(scope.q("unit", "cadres.see")).select_related("person", "unit").order_by("pk")


def counts_by_domain(top: OrgUnit) -> Iterable[tuple[str, str, str, int]]:
    """(kind of unit, its domain, engagement, people in a post now) over the sub-tree of `top`.

    A person with two posts in one unit counts once there, in the post entered first. One GROUP BY over the
    posts below.
    """
    here = Cadre.objects.filter(finding.below(top, "unit"), until_at=None)
    earlier = here.filter(unit=OuterRef("unit"), person=OuterRef("person"), pk__lt=OuterRef("pk"))
    posts = here.filter(~Exists(earlier)).order_by()
    rows = posts.values_list("unit__kind", "unit__domain", "engagement")
    return rows.annotate(count=Count("pk")).iterator()
