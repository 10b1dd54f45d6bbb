"""How many members a branch has, inside somebody else's statement."""

from django.db.models import Count, Exists, OuterRef, Subquery
from django.db.models.functions import Coalesce

from members.models import Member


def headcount(path: str = "pk") -> Coalesce:
    """Active members of the branch at `path` of the outer query. One index look-up a row."""
    here = Member.objects.filter(branch=OuterRef(path), until_at__isnull=True).order_by().values("branch")
    return Coalesce(Subquery(here.annotate(count=Count("pk")).values("count")), 0)


def has_members(path: str = "pk", *, at_least: int = 1) -> Exists:
    """Are so many people members of the branch at `path`? Reads no further than the last of them."""
    here = Member.objects.filter(branch=OuterRef(path), until_at__isnull=True).order_by()
    return Exists(here[at_least - 1 : at_least])
