"""Pages of a roster of three million rows, each within its time, whatever is asked.

Specification. The order is the place in the tree, then entry; a cursor names the last row shown, so that a
page costs the same at any depth. The plain list is one statement the index answers. A search is led by
whichever side is small:

1. What an index answers (a name, a moment, a state, an age …) is asked first. Where it leads to at most LED
   memberships (`few`), these alone are looked at, all of them, and sorted: however few fit and wherever they
   lie, nothing else is read. (Sorted by the place itself the planner would rather walk the province.)
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

from django.db.models import F, Q, QuerySet, Subquery

from members.models import Member
from orgs import finding
from orgs.models import OrgUnit

LED = 2_000  # memberships an index leads to, up to which the search is begun there
LED_PEOPLE = 10_000  # people, who need not be members, up to whom their memberships are looked for
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
    few: Callable[[], list[int] | None],
    branches: QuerySet[OrgUnit],
    after: str,
    size: int,
) -> Page:
    """The next `size` rows of a narrowed list. `few()` gives all that can be in it where an index leads to at
    most LED, else None; `branches` are those in which rows may lie.

    One query beside those of `few` where it leads, else two for each window (at most MOST_WINDOWS).
    """
    started = time.monotonic()
    if (ids := few()) is not None:
        return plain_page(_sorted(found.filter(pk__in=ids)), after, size)
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


def _sorted(found: QuerySet[Member]) -> QuerySet[Member]:
    """In the same order, by no index. The planner lays all the branches of a province beside the rows: that
    takes a third of the time where they are not carried along whole, but fetched for the page."""
    place = F("branch__tree_id") + 0, F("branch__lft") + 0
    narrow = found.select_related(None).select_related("person").prefetch_related("branch")
    return narrow.order_by(*place, "id")


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
