"""How far a unit is with its own cadres: verified of a leading organ, complete of the grassroots."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Q

from zhtj.lib import days

from cadres.models import NOT_DEPARTED, Cadre, CadreDeclaration, CadreState
from cadres.queries.counts import UNFILLED
from cadres.queries.deadlines import Deadline
from cadres.rules import SECRETARY
from orgs.models import OrgUnit


@dataclass(frozen=True, slots=True)
class Standing:
    """A leading organ's progress, in posts (notice, annex 1)."""

    preloaded: int
    departed: int  # of the pre-loaded
    added: int  # still there
    verified: int
    declaration: CadreDeclaration | None
    deadline: Deadline | None = None

    @property
    def due(self) -> int:
        return self.preloaded - self.departed + self.added

    @property
    def open(self) -> int:
        return self.due - self.verified

    @property
    def rate(self) -> float | None:
        return self.verified / self.due if self.due else None

    @property
    def may_declare(self) -> bool:
        return self.declaration is None and self.due > 0 and not self.open

    @property
    def is_late(self) -> bool:
        """逾期: the last day is over and nothing is declared."""
        return self.declaration is None and self.deadline is not None and self.deadline.is_over

    @property
    def days_late(self) -> int:
        """By how many days an organ missed its last day: with its declaration, or until today."""
        if self.deadline is None:
            return 0
        if self.declaration is None:
            return self.deadline.days_over
        return max(0, (days.day_of(self.declaration.declared_at) - self.deadline.on).days)


@dataclass(frozen=True, slots=True)
class Kept:
    """What has been kept current since the declaration: how many posts, and when last."""

    count: int
    last_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class Completeness:
    """A grassroots unit's own cadres: complete = a secretary, and everything required filled."""

    count: int
    has_secretary: bool
    unfilled: int

    @property
    def is_complete(self) -> bool:
        return self.has_secretary and not self.unfilled


def standing(unit: OrgUnit, deadline: Deadline | None = None) -> Standing:
    """Of one leading organ, now. The caller has seen to the scope. Two queries."""
    posts = Cadre.objects.filter(unit=unit).exclude(end_reason__in=NOT_DEPARTED)
    rows = list(posts.values_list("is_preloaded", "state", "until_at"))
    there = [(preloaded, state) for preloaded, state, until_at in rows if until_at is None]
    return Standing(
        preloaded=sum(preloaded for preloaded, _, _ in rows),
        departed=sum(preloaded and until_at is not None for preloaded, _, until_at in rows),
        added=sum(not preloaded for preloaded, _ in there),
        verified=sum(state == CadreState.VERIFIED for _, state in there),
        declaration=CadreDeclaration.objects.select_related("declared_by").filter(unit=unit).first(),
        deadline=deadline,
    )


def kept_since(declaration: CadreDeclaration) -> Kept:
    """Posts of the organ begun, ended, checked or changed after it declared. One query."""
    moments = ("from_at", "until_at", "verified_at", "changed_at")
    after = declaration.declared_at
    posts = Cadre.objects.filter(unit=declaration.unit_id).exclude(end_reason__in=NOT_DEPARTED)
    rows = list(posts.values_list(*moments))
    later = [max(moment for moment in row if moment) for row in rows]
    later = [moment for moment in later if moment > after]
    return Kept(len(later), max(later, default=None))


def completeness(unit: OrgUnit) -> Completeness:
    """Of one committee, working committee or general branch, now. Two queries."""
    held = Cadre.objects.filter(unit=unit, until_at__isnull=True)
    posts = list(held.values_list("post", flat=True))
    return Completeness(len(posts), SECRETARY in posts, held.filter(UNFILLED).count())


def pending_count(unit: OrgUnit) -> int:
    """Pre-loaded cadres of the unit that nobody has checked yet. One query."""
    return Cadre.objects.filter(Q(state=CadreState.PENDING), unit=unit, until_at__isnull=True).count()


def declared_on(unit: OrgUnit) -> dt.datetime | None:
    """When the organ said 核对完成; None = not yet. One query."""
    moments = CadreDeclaration.objects.filter(unit=unit).values_list("declared_at", flat=True)
    return moments.first()
