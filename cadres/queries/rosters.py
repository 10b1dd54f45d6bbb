"""Rosters: the posts held in a scope, by place in the tree, filtered, a page at a time."""

import re
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from zhtj.lib import crypto

from cadres.models import Cadre, CadreState, Engagement
from cadres.presence import has_cadre, has_secretary
from cadres.queries.counts import GRASSROOTS_KINDS, UNFILLED
from cadres.rules import ALL_POSTS, SECRETARY, rank
from orgs import finding, queries
from orgs.identity import squeeze
from orgs.kinds import UnitKind
from orgs.models import OrgUnit, Person
from orgs.scopes import Scope

PAGE_SIZE = 50
_ID = re.compile(r"[0-9]{17}[0-9Xx]")


@dataclass(frozen=True, slots=True)
class Filters:
    """What a roster is narrowed to; "" = not. `text` is the beginning of a name or a whole national id."""

    text: str = ""
    post: str = ""
    engagement: str = ""
    state: str = ""
    level: str = ""  # "own": this unit's own cadres only

    @property
    def is_any(self) -> bool:
        return bool(self.text or self.post or self.engagement or self.state or self.level)


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
    text = squeeze(filters.text)
    if looks_like_id(text):
        found = found.filter(person__id_index=crypto.blind_index(text.upper()))
    elif text:
        found = found.filter(person__full_name__startswith=text)
    if filters.post in ALL_POSTS:
        found = found.filter(post=filters.post)
    if filters.engagement in Engagement.values:
        found = found.filter(engagement=filters.engagement)
    if filters.state in CadreState.values:
        found = found.filter(state=filters.state)
    return found


def looks_like_id(text: str) -> bool:
    """Is the whole text written like a national id?"""
    return _ID.fullmatch(squeeze(text)) is not None


def of_unit(scope: Scope, unit: OrgUnit) -> list[Cadre]:
    """Who holds which post of this very unit now, secretaries first. One query."""
    return sorted(cadres(scope).filter(unit=unit), key=lambda cadre: (rank(cadre.post), cadre.pk))


def ended_in(scope: Scope, unit: OrgUnit) -> QuerySet[Cadre]:
    """Posts of this very unit that have ended, the latest first."""
    past = Cadre.objects.filter(scope.q("unit", "cadres.see"), unit=unit, until_at__isnull=False)
    return past.select_related("person").order_by("-until_at", "-id")


def history_of(scope: Scope, person: Person) -> QuerySet[Cadre]:
    """Every post this person holds or held inside the scope, the latest first."""
    posts = Cadre.objects.filter(scope.q("unit", "cadres.see"), person=person)
    return posts.select_related("unit").order_by("-from_at", "-id")


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


# --- who is missing -----------------------------------------------------------------------------


def without_cadre(scope: Scope, unit: OrgUnit) -> QuerySet[OrgUnit]:
    """Open units above branches, in the sub-tree of `unit`, in which nobody holds a post."""
    return _above_branches(scope, unit).filter(~has_cadre())


def without_secretary(scope: Scope, unit: OrgUnit) -> QuerySet[OrgUnit]:
    """Open grassroots units in the sub-tree of `unit` that have cadres but no secretary."""
    found = _above_branches(scope, unit).filter(has_cadre(), kind__in=GRASSROOTS_KINDS)
    return found.filter(~has_secretary())


def with_unfilled(scope: Scope, unit: OrgUnit) -> QuerySet[OrgUnit]:
    """Open units in the sub-tree of `unit` with a cadre of whom something required is blank."""
    unfilled = Cadre.objects.filter(UNFILLED, unit=OuterRef("pk"), until_at__isnull=True)
    return _above_branches(scope, unit).filter(Exists(unfilled))


def _above_branches(scope: Scope, unit: OrgUnit) -> QuerySet[OrgUnit]:
    inside = queries.units(scope, "cadres.see").filter(_place(unit), closed_at=None)
    return inside.exclude(kind=UnitKind.BRANCH)


def _place(unit: OrgUnit, path: str = "") -> Q:
    """In the sub-tree of `unit`, itself included, where it stands when the statement runs."""
    place = finding.place(unit.pk)
    return Q(
        **{
            f"{path}tree_id": Subquery(place.values("tree_id")),
            f"{path}lft__gte": Subquery(place.values("lft")),
            f"{path}lft__lt": Subquery(place.values("rght")),
        }
    )


def _below(unit: OrgUnit) -> Q:
    return Q(unit=unit) if unit.is_branch else _place(unit, "unit__")
