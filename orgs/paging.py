"""Lists in the order of the tree, page by page behind the last row shown: no page costs more than the first.

The cursor is `unit.row`, of a list of units the unit alone: its place is looked up when the statement runs,
so that a unit moved meanwhile neither hides rows nor repeats them.
"""

import re
from typing import Any

from django.db.models import Q, QuerySet, Subquery

from orgs import finding
from orgs.models import OrgUnit

_CURSOR = re.compile(r"([0-9]{1,18})\.([0-9]{1,18})")
_UNIT = re.compile(r"[0-9]{1,18}")
_COUNT = re.compile(r"[0-9]{1,9}")


def page_after(
    found: QuerySet[Any], path: str, after: str, size: int, *, first: str = ""
) -> tuple[list[Any], str]:
    """The next `size` rows behind the cursor, and the cursor of the page after ("" = none). One query.

    `found` holds rows of one tree whose unit is at `path`, ordered by its place, within it by `first` where
    one is named, then by id.
    """
    page = list(found.filter(_later(found, path, after, first))[: size + 1])
    shown = page[:size]
    last = shown[-1] if len(page) > size else None
    return shown, f"{getattr(last, f'{path}_id')}.{last.pk}" if last else ""


def units_after(units: QuerySet[OrgUnit], after: str, size: int) -> tuple[list[OrgUnit], str]:
    """The next `size` units, of whatever tree, behind the one whose key is the cursor, and the cursor of the
    page after ("" = none). One query."""
    page = list(units.filter(_later_units(after))[: size + 1])
    return page[:size], str(page[size - 1].pk) if len(page) > size else ""


def newest(found: QuerySet[Any], after: str, size: int) -> tuple[list[Any], str]:
    """The next `size` rows older than the one whose key is the cursor, newest first, and the cursor of the
    page after ("" = none). Anything but a key: from the newest. Two queries: the keys, then what is shown
    beside them, which PostgreSQL would otherwise fetch for every row it looks at.
    """
    older = found.filter(pk__lt=int(after)) if after.isascii() and _UNIT.fullmatch(after) else found
    keys = list(older.select_related(None).order_by("-pk").values_list("pk", flat=True)[: size + 1])
    page = list(found.filter(pk__in=keys[:size]).order_by("-pk")) if keys else []
    return page, str(keys[size - 1]) if len(keys) > size else ""


def shown_before(typed: str) -> int:
    """How many rows the pages before had, as the address carries it along; anything but a number is none."""
    return int(typed) if _COUNT.fullmatch(typed) else 0


def up_to(found: QuerySet[Any], most: int) -> int:
    """How many there are, counted no further than one beyond `most`. One query."""
    return found.order_by().select_related(None)[: most + 1].count()


def _later(found: QuerySet[Any], path: str, after: str, first: str) -> Q:
    match = _CURSOR.fullmatch(after) if after.isascii() else None
    if not match:
        return Q()
    unit_id, row_id = map(int, match.groups())
    here = Q(**{f"{path}__lft__gte": Subquery(finding.place(unit_id).values("lft"))})
    shown = Q(id__lte=row_id)
    if first:
        last = Subquery(found.model._default_manager.filter(pk=row_id).values(first))
        shown = Q(**{f"{first}__lt": last}) | Q(**{first: last, "id__lte": row_id})
    return here & ~(Q(**{path: unit_id}) & shown)


def _later_units(after: str) -> Q:
    """Anything but a key: from the start."""
    if not _UNIT.fullmatch(after) or not after.isascii():
        return Q()
    place = finding.place(int(after))
    same_tree = Q(tree_id=Subquery(place.values("tree_id")), lft__gt=Subquery(place.values("lft")))
    return same_tree | Q(tree_id__gt=Subquery(place.values("tree_id")))
