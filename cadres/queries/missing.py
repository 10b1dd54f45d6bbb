"""Who is missing: units without cadres, without a secretary, or with something required left blank."""

from collections.abc import Callable
from typing import Any

from django.db.models import Count, Q, QuerySet, Subquery

from cadres.models import Cadre
from cadres.presence import has_cadre, lacks_secretary
from orgs import finding, queries
from orgs.kinds import LEADING_ORGANS, UnitKind
from orgs.models import OrgUnit
from orgs.scopes import Scope


def without_cadre(scope: Scope, unit: OrgUnit) -> QuerySet[OrgUnit]:
    """Open units above branches, in the sub-tree of `unit`, in which nobody holds a post."""
    return _above_branches(scope, unit).filter(~has_cadre())


def without_secretary(scope: Scope, unit: OrgUnit) -> QuerySet[OrgUnit]:
    """Open units above branches, in the sub-tree of `unit`, in which nobody is 书记."""
    return _above_branches(scope, unit).filter(lacks_secretary())


def with_unfilled(scope: Scope, unit: OrgUnit) -> QuerySet[OrgUnit]:
    """Open units in the sub-tree of `unit` with a cadre of whom something required is blank."""
    return _above_branches(scope, unit).filter(pk__in=_units_incomplete())


# What may be missing: the words for it, and the units it is missing in.
MISSING: dict[str, tuple[str, Callable[[Scope, OrgUnit], QuerySet[OrgUnit]]]] = {
    "none": ("还没有团干部", without_cadre),
    "secretary": ("缺书记", without_secretary),
    "unfilled": ("必填信息不全", with_unfilled),
}


def missing_counts(scope: Scope, unit: OrgUnit) -> dict[str, int]:
    """How many units each of the lists of MISSING holds. One query."""
    found: dict[str, int] = (
        _above_branches(scope, unit)
        .order_by()
        .aggregate(
            none=Count("pk", filter=~Q(has_cadre())),
            secretary=Count("pk", filter=lacks_secretary()),
            unfilled=Count("pk", filter=Q(pk__in=_units_incomplete())),
        )
    )
    return found


def incomplete() -> QuerySet[Cadre, Any]:
    """Ids of the posts held, wherever, of which something required is blank: of the person, the post,
    in a leading organ the kind of engagement. For use inside a statement that a scope has narrowed.

    Three searches by index, whatever the number of cadres: one condition over all would read every person.
    """
    held = Cadre.objects.filter(until_at__isnull=True).order_by()
    of_person = held.filter(
        Q(person__full_name="") | Q(person__ethnicity="") | Q(person__political_status="")
    )
    of_organ = held.filter(engagement="", unit__kind__in=LEADING_ORGANS)
    return of_person.values("pk").union(held.filter(post="").values("pk"), of_organ.values("pk"))


def place(unit: OrgUnit, path: str = "") -> Q:
    """In the sub-tree of `unit`, itself included, where it stands when the statement runs."""
    here = finding.place(unit.pk)
    return Q(
        **{
            f"{path}tree_id": Subquery(here.values("tree_id")),
            f"{path}lft__gte": Subquery(here.values("lft")),
            f"{path}lft__lt": Subquery(here.values("rght")),
        }
    )


def _units_incomplete() -> QuerySet[Cadre, Any]:
    return Cadre.objects.filter(pk__in=incomplete()).order_by().values("unit")


def _above_branches(scope: Scope, unit: OrgUnit) -> QuerySet[OrgUnit]:
    inside = queries.units(scope, "cadres.see").filter(place(unit), closed_at=None)
    return inside.exclude(kind=UnitKind.BRANCH)
