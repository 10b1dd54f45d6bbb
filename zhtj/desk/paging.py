"""Lists of units, page by page in the order of the tree, behind the last unit shown."""

import re

from django.db.models import Q, QuerySet, Subquery

from orgs import finding
from orgs.models import OrgUnit

_CURSOR = re.compile(r"[0-9]{1,18}")


def later(after: str) -> Q:
    """Behind the unit whose key is the cursor, by the place it has now; anything else: from the start."""
    if not _CURSOR.fullmatch(after) or not after.isascii():
        return Q()
    place = finding.place(int(after))
    same_tree = Q(tree_id=Subquery(place.values("tree_id")), lft__gt=Subquery(place.values("lft")))
    return same_tree | Q(tree_id__gt=Subquery(place.values("tree_id")))


def page_after(units: QuerySet[OrgUnit], after: str, size: int) -> tuple[list[OrgUnit], str]:
    """The next `size` units and the cursor of the page after ("" = none). One query."""
    page = list(units.filter(later(after))[: size + 1])
    return page[:size], str(page[size - 1].pk) if len(page) > size else ""
