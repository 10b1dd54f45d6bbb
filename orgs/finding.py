"""Looking units up for the rooms above, where it is not a scope that asks but a rule or a place.

What these return is not for showing: a caller either speaks of it by a rule's code, or uses
it inside a statement that a scope has already narrowed.
"""

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from zhtj.lib import bulk, masks, words

from orgs.kinds import LEADING_ORGANS, UnitKind
from orgs.models import OrgUnit


def place(unit_id: int) -> QuerySet[OrgUnit]:
    """The one unit, for a subquery on its `tree_id`, `lft`, `rght`: never read these earlier."""
    return OrgUnit.objects.filter(pk=unit_id).order_by()


def below(unit: OrgUnit, path: str = "") -> Q:
    """Predicate for what stands in the sub-tree of `unit`, itself included, by its place as last read.

    `path` leads from the row to the unit it is about. A branch has nothing below it and is found by its key.
    """
    if unit.is_branch:
        return Q(**{path or "pk": unit.pk})
    prefix = f"{path}__" if path else ""
    span = {"tree_id": unit.tree_id, "lft__gte": unit.lft, "lft__lt": unit.rght}
    return Q(**{f"{prefix}{name}": value for name, value in span.items()})


def existing_codes(texts: Iterable[str]) -> set[str]:
    """Which of these texts are codes of units, wherever they stand. One query for each 2 000.

    A national id in the wrong column is none: it is not asked for, statements may be logged.
    """
    codes = OrgUnit.objects.order_by().values_list("code", flat=True)
    return set(bulk.among(codes, "code", (text for text in texts if not masks.holds_id(text))))


def open_children(unit: OrgUnit) -> QuerySet[OrgUnit]:
    """The direct children that are not closed, in the order of the tree."""
    return OrgUnit.objects.filter(parent=unit, closed_at__isnull=True).order_by("tree_id", "lft")


def open_organs(province: OrgUnit) -> QuerySet[OrgUnit]:
    """The leading organs of a province that are not closed, itself included, in the order of the tree."""
    found = OrgUnit.objects.filter(tree_id=province.tree_id, kind__in=LEADING_ORGANS, closed_at=None)
    return found.order_by("lft")


def open_units(unit_ids: Iterable[int]) -> dict[int, OrgUnit]:
    """Those of the units that are not closed, by id. One query."""
    return OrgUnit.objects.filter(closed_at=None).in_bulk(list(unit_ids))


def units_by_id(unit_ids: Iterable[int], *, lock: bool = False) -> dict[int, OrgUnit]:
    """These units, closed ones too. One query. `lock` keeps them as they are until the transaction ends;
    in the order of ids, so that two writers wait for each other and never in a circle."""
    found = OrgUnit.objects.filter(pk__in=list(unit_ids)).order_by("pk")
    if lock:
        found = found.select_for_update(no_key=True, of=("self",))
    return {unit.pk: unit for unit in found}


def branch_by_code(code: str) -> OrgUnit | None:
    """The open branch of this code, wherever it stands. One query."""
    found = OrgUnit.objects.filter(code=words.code(code), kind=UnitKind.BRANCH, closed_at__isnull=True)
    return found.order_by().first()


def superior_of(unit_id: int | None) -> str:
    """The contact of the unit above this one; "" for the province, or where there is none. One query."""
    own = OrgUnit.objects.filter(pk=unit_id).select_related("parent").first()
    return own.parent.contact if own and own.parent else ""


def roots() -> QuerySet[OrgUnit]:
    """The provinces."""
    return OrgUnit.objects.filter(parent=None)


def tree_ids() -> list[int]:
    """The trees there are, one a province."""
    return list(OrgUnit.objects.order_by("tree_id").values_list("tree_id", flat=True).distinct())


def unit_count() -> int:
    """All units of all trees, closed ones too."""
    return OrgUnit.objects.count()
