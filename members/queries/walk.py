"""Pages of a roster of three million rows, each within its time, whatever is asked.

Specification. The order is the place in the tree, then entry; a cursor names the last row shown, so that a
page costs the same at any depth. The plain list is one statement the index answers. A search is led by
whichever side is small:

1. What an index answers (a name, a moment, a state …) is counted first, to at most LED. Few hits
   (`is_rare`): the database begins at them.
2. Otherwise the list is walked in the order of the tree, WINDOW branches at a time, until a page is full,
   SECONDS have passed or MOST_WINDOWS are done: time and queries are bounded. A window is bounded by its last
   branch *inside the same statement*, so the planner neither sorts a province nor reads beyond it. What a
   rare combination has not found by then is gone on for from the cursor: the page says how far it looked.

Measured at 3 million members: `python -m tests.bench roster`.
"""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Q, QuerySet, Subquery

from members.models import Member
from orgs import finding
from orgs.models import OrgUnit

LED = 5_000  # hits of an index up to which the search is begun there
WINDOW = 150  # branches, some 5 000 members
SECONDS = 0.03  # after which no further window is begun
MOST_WINDOWS = 8  # of one page: bounds its queries on a machine that is faster than its clock
_CURSOR = re.compile(r"([0-9]{1,18})\.([0-9]{1,18})")
_END_OF_BRANCH = 10**18 - 1


@dataclass(frozen=True, slots=True)
class Page:
    """Rows, and the cursor of what follows ("" = nothing). `looked_to` is the last branch looked at where
    a search was broken off before the page was full."""

    members: list[Member]
    after: str
    looked_to: OrgUnit | None = None


def plain_page(found: QuerySet[Member], after: str, size: int) -> Page:
    """The next `size` rows behind the cursor, in one statement: for lists where nearly every row counts."""
    rows = list(found.filter(_later(after))[: size + 1])
    return Page(rows[:size], _cursor(rows[size - 1]) if len(rows) > size else "")


def search_page(
    found: QuerySet[Member],
    *,
    is_rare: Callable[[int], bool],
    branches: QuerySet[OrgUnit],
    after: str,
    size: int,
) -> Page:
    """The next `size` rows of a narrowed list. `is_rare(most)` tells whether an index leads to no more hits
    than that; `branches` are those in which rows may lie.

    Two queries where the index leads, else two for each window (at most MOST_WINDOWS) and one for each count.
    """
    started = time.monotonic()
    if is_rare(LED):
        return plain_page(found, after, size)
    rows: list[Member] = []
    windows = 0
    while True:
        windows += 1
        last = branches.filter(_later_branch(after)).order_by("tree_id", "lft")[WINDOW - 1 : WINDOW].first()
        rows += found.filter(_later(after), _until(last))[: size + 1 - len(rows)]
        if len(rows) > size:
            return Page(rows[:size], _cursor(rows[size - 1]))
        if last is None:
            return Page(rows, "")
        after = f"{last.pk}.{_END_OF_BRANCH}"
        if windows == MOST_WINDOWS or time.monotonic() - started > SECONDS:
            return Page(rows, after, last)


def _cursor(member: Member) -> str:
    return f"{member.branch_id}.{member.pk}"


def _later(after: str) -> Q:
    """Behind the cursor `branch.member`, by the place the branch has now."""
    match = _CURSOR.fullmatch(after)
    if not match:
        return Q()
    branch_id, member_id = map(int, match.groups())
    here = Q(branch__lft__gte=Subquery(finding.place(branch_id).values("lft")))
    return here & ~Q(branch=branch_id, id__lte=member_id)


def _later_branch(after: str) -> Q:
    match = _CURSOR.fullmatch(after)
    if not match:
        return Q()
    branch_id, member_id = map(int, match.groups())
    bound = "lft__gt" if member_id == _END_OF_BRANCH else "lft__gte"
    return Q(**{bound: Subquery(finding.place(branch_id).values("lft"))})


def _until(last: OrgUnit | None) -> Q:
    """Up to this branch, by the place it has when the statement runs."""
    return Q(branch__lft__lte=Subquery(finding.place(last.pk).values("lft"))) if last else Q()
