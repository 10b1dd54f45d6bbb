"""How full a unit is, and making room in one that is full."""

from collections.abc import Iterable
from typing import NamedTuple

from django.db import transaction
from django.db.models import Count, F, Max, Q

from orgs import numbering
from orgs.models import OrgUnit
from orgs.numbering import Overflow, Span
from orgs.tree.mending import close_ranks


class Ground(NamedTuple):
    """A unit under which something is to be planted."""

    unit: OrgUnit
    last: int  # the highest number in use inside it
    children: int

    @property
    def free(self) -> Span:
        """The numbers behind its last child."""
        return Span(self.last + 1, self.unit.rght - 1)


def survey(pks: Iterable[int], reach: Q | None = None) -> dict[int, Ground]:
    """Lock these units' rows against other writers and see how full they are. Two queries.

    With `reach` only those that meet it.

    Locked in the order of their keys: two writers wait for each other, never in a circle. The lock
    leaves the keys of the rows alone, so that members and posts can be entered meanwhile.
    """
    pks = list(pks)
    locked = OrgUnit.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=pks).order_by("pk")
    units = {unit.pk: unit for unit in (locked.filter(reach) if reach is not None else locked)}
    ends = {
        pk: (last, count)
        for pk, last, count in OrgUnit.objects.filter(parent__in=pks)
        .order_by()
        .values_list("parent")
        .annotate(Max("rght"), Count("pk"))
    }
    return {pk: Ground(unit, *ends.get(pk, (unit.lft, 0))) for pk, unit in units.items()}


def make_room(pk: int, missing: int) -> None:
    """Widen the unit's interval, doubling it, until `missing` more numbers fit at its end.

    What stands to its right inside the same parent moves up; a parent that is full itself is
    widened first. The caller holds the tree's exclusive lock and looks at all numbers afresh
    afterwards. Two updates a level. A tree that has used up its numbers (units that moved leave
    gaps behind) is numbered anew; raises Overflow if that does not help either.
    """
    tree_id = survey([pk])[pk].unit.tree_id
    try:
        with transaction.atomic():
            _widen(pk, missing)
    except Overflow:
        close_ranks(tree_id)
        _widen(pk, missing)


def _widen(pk: int, missing: int) -> None:
    unit = survey([pk])[pk].unit
    added = numbering.growth(unit.rght - unit.lft + 1, missing)
    if unit.parent_id is None:
        OrgUnit.objects.filter(pk=pk).update(rght=numbering.guard(unit.rght + added))
        return
    parent = survey([unit.parent_id])[unit.parent_id]
    if parent.free.width < added:
        _widen(unit.parent_id, added - parent.free.width)
    shift(unit.tree_id, Span(unit.rght + 1, parent.last), by=added)
    OrgUnit.objects.filter(pk=pk).update(rght=F("rght") + added)


def shift(tree_id: int, span: Span, *, by: int, levels: int = 0) -> int:
    """Move whole sub-trees, all that lies in `span`, by some numbers (and levels). One update."""
    inside = OrgUnit.objects.filter(tree_id=tree_id, lft__gte=span.lft, lft__lte=span.rght).order_by()
    return inside.update(lft=F("lft") + by, rght=F("rght") + by, level=F("level") + levels)
