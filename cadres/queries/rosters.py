"""Rosters: the posts held in a scope, by place in the tree, filtered, a page at a time."""

import datetime as dt
import re
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from zhtj.lib import crypto, days

from cadres.models import LEFT, Cadre, CadreState, EndReason, Engagement
from cadres.queries.missing import incomplete, place
from cadres.rules import ALL_POSTS, SECRETARY, rank
from orgs import paging, queries
from orgs.identity import squeeze
from orgs.kinds import UnitKind
from orgs.models import OrgUnit, Person
from orgs.scopes import Scope

PAGE_SIZE = 50
MOST_COUNTED = 1_000  # of a roster; beyond it is said to be more
_ID = re.compile(r"[0-9]{17}[0-9Xx]")
_MOBILE = re.compile(r"1[3-9][0-9]{9}")


@dataclass(frozen=True, slots=True)
class Filters:
    """What a roster is narrowed to; "" = not. `text` is the beginning of a name, or a whole id or mobile."""

    text: str = ""
    kind: str = ""  # of the unit
    post: str = ""
    engagement: str = ""
    state: str = ""
    level: str = ""  # "own": this unit's own cadres only
    appointed_from: dt.date | None = None  # months, both included
    appointed_to: dt.date | None = None
    incomplete: bool = False  # something required is blank

    @property
    def is_any(self) -> bool:
        return self != Filters()

    @property
    def is_private(self) -> bool:
        """Looks for one person by a number that must never stand in an address."""
        return is_private(self.text)


def cadres(scope: Scope, capability: str = "cadres.see") -> QuerySet[Cadre]:
    """Posts held now inside the scope, in the order of the tree, then of entry."""
    return (
        Cadre.objects.filter(scope.q("unit", capability), until_at__isnull=True)
        .select_related("person", "unit")
        .order_by("unit__tree_id", "unit__lft", "id")
    )


def roster(scope: Scope, *, unit: OrgUnit, filters: Filters) -> QuerySet[Cadre]:
    """The posts held in the sub-tree of `unit`, the unit itself included. Unknown values find nothing."""
    found = cadres(scope).filter(Q(unit=unit) if filters.level == "own" else _below(unit))
    return found.filter(_looked_for(squeeze(filters.text)), _narrowing(filters))


def page(found: QuerySet[Cadre], after: str, size: int = PAGE_SIZE) -> tuple[list[Cadre], str]:
    """The next page of a roster behind the cursor, and the cursor of the page after. One query."""
    return paging.page_after(found, "unit", after, size)


def count_of(found: QuerySet[Cadre]) -> int:
    """How many posts, counted to MOST_COUNTED + 1 and no further. One query."""
    return paging.up_to(found, MOST_COUNTED)


def looks_like_id(text: str) -> bool:
    """Is the whole text written like a national id?"""
    return _ID.fullmatch(squeeze(text)) is not None


def is_private(text: str) -> bool:
    """An id or a mobile number: looked for by POST only, so that it never stands in a URL or a log."""
    return looks_like_id(text) or _MOBILE.fullmatch(squeeze(text)) is not None


def _looked_for(text: str) -> Q:
    if looks_like_id(text):
        return Q(person__id_index=crypto.blind_index(text.upper()))
    if _MOBILE.fullmatch(text):
        return Q(person__mobile=text)
    return Q(person__full_name__startswith=text) if text else Q()


def _narrowing(filters: Filters) -> Q:
    found = Q(pk__in=incomplete()) if filters.incomplete else Q()
    listed = {
        "post": (filters.post, ALL_POSTS),
        "unit__kind": (filters.kind, UnitKind.values),
        "engagement": (filters.engagement, Engagement.values),
        "state": (filters.state, CadreState.values),
    }
    for path, (value, known) in listed.items():
        if value:
            found &= Q(**{path: value}) if value in known else Q(pk__in=[])
    if filters.appointed_from:
        found &= Q(appointed_on__gte=filters.appointed_from)
    if filters.appointed_to:
        found &= Q(appointed_on__lte=filters.appointed_to)
    return found


def of_unit(scope: Scope, unit: OrgUnit) -> list[Cadre]:
    """Who holds which post of this very unit now, secretaries first. One query."""
    return sorted(cadres(scope).filter(unit=unit), key=lambda cadre: (rank(cadre.post), cadre.pk))


def ended(scope: Scope) -> QuerySet[Cadre]:
    """Posts inside the scope that have ended, the latest first; not those whose end was taken back."""
    past = Cadre.objects.filter(scope.q("unit", "cadres.see"), until_at__isnull=False)
    past = past.exclude(end_reason=EndReason.TAKEN_BACK)
    return past.select_related("person", "unit").order_by("-until_at", "-id")


def may_return(cadre: Cadre, today: dt.date) -> bool:
    """Was the departure registered today, so that it may be taken back?"""
    return cadre.end_reason in LEFT and cadre.until_at is not None and days.day_of(cadre.until_at) == today


def history_of(scope: Scope, person: Person) -> QuerySet[Cadre]:
    """Every post this person holds or held inside the scope, the latest first."""
    posts = Cadre.objects.filter(scope.q("unit", "cadres.see"), person=person)
    return posts.select_related("unit").order_by("-from_at", "-id")


def periods_of(scope: Scope, name: str, capability: str) -> QuerySet[Cadre]:
    """Every post, held or ended, of people of exactly this name where the capability holds."""
    posts = Cadre.objects.filter(scope.q("unit", capability), person__full_name=name)
    return posts.select_related("person", "unit", "verified_by").order_by("person_id", "from_at", "id")


def post_here(scope: Scope, unit: OrgUnit, national_id: str, post: str) -> Cadre | None:
    """This very post held by the person with this id, if the scope sees it. One query."""
    index = crypto.blind_index(national_id)
    return cadres(scope).filter(unit=unit, person__id_index=index, post=post).first()


def secretaries_below(scope: Scope, unit: OrgUnit) -> list[tuple[OrgUnit, str]]:
    """The open direct children the scope sees, each with the names of its secretaries. Two queries."""
    children = list(queries.children(scope, unit).filter(closed_at=None))
    names: dict[int, list[str]] = {child.pk: [] for child in children}
    held = cadres(scope).filter(unit__parent=unit, post=SECRETARY)
    for unit_id, name in held.values_list("unit_id", "person__full_name"):
        if unit_id in names:
            names[unit_id].append(name)
    return [(child, "、".join(names[child.pk])) for child in children]


def _below(unit: OrgUnit) -> Q:
    return Q(unit=unit) if unit.is_branch else place(unit, "unit__")
