"""Who holds a post in a unit, inside somebody else's statement."""

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from cadres.models import Cadre
from cadres.rules import SECRETARY
from orgs.kinds import UnitKind


def has_cadre(path: str = "pk") -> Exists:
    """Does anybody hold a post in the unit at `path` of the outer query?"""
    return Exists(_held(path))


def has_secretary(path: str = "pk") -> Exists:
    """Has the unit at `path` a secretary?"""
    return Exists(_held(path).filter(post=SECRETARY))


def lacks_secretary() -> Q:
    """Condition on a unit: it stands above branches, and nobody holds the post of 书记 in it.

    The one meaning of 没有书记 (domain, section 7, `unit.no_secretary`): of every kind above branches, the
    leading organs too, whether or not anybody else holds a post. The bulletin's figure is the same
    as of its cut-off (`queries.with_secretary`).
    """
    return ~Q(kind=UnitKind.BRANCH) & ~Q(has_secretary())


def post_count(path: str = "pk") -> Coalesce:
    """Posts held now in the unit at `path`."""
    here = _held(path).order_by().values("unit")
    return Coalesce(Subquery(here.annotate(count=Count("pk")).values("count")), 0)


def secretary_count(unit_ids: list[int]) -> int:
    """Secretaries of these units together. One query."""
    return Cadre.objects.filter(unit__in=unit_ids, post=SECRETARY, until_at__isnull=True).count()


def _held(path: str) -> QuerySet[Cadre]:
    return Cadre.objects.filter(unit=OuterRef(path), until_at__isnull=True)
