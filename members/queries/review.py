"""The identity check as it is read: who is under review where, why, until when; how far it is."""

import datetime as dt
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Case, Count, Expression, Q, QuerySet, Subquery, Value, When

from zhtj.lib import crypto

import orgs.queries
from members.models import ReviewDocument, YouthUnderReview
from members.queries.rosters import below
from members.queries.settings import review_terms
from members.rules import RELEASABLE, Entry
from orgs import finding, paging
from orgs.kinds import UnitKind
from orgs.models import OrgUnit
from orgs.scopes import Scope

State = YouthUnderReview.State


# What the list may be narrowed to: the states of a case, and two kinds of open ones.
READY, OVERDUE = "ready", "overdue"
MOST_YOUTH = 1_000  # counted for the first page; beyond it is said to be more
_WAITING = (State.OPEN.value, OVERDUE)
SHOWN = (
    (State.OPEN.value, "整改中"),
    (READY, "可以认定"),
    (OVERDUE, "逾期"),
    (State.RECOGNISED.value, "已认定"),
    (State.DISMISSED.value, "不予认定"),
)


@dataclass(frozen=True, slots=True)
class ReviewStanding:
    """How far a sub-tree is with its identity check. `ready` and `overdue` are among the `open`."""

    open: int = 0
    ready: int = 0
    overdue: int = 0
    recognised: int = 0
    dismissed: int = 0

    @property
    def total(self) -> int:
        return self.open + self.recognised + self.dismissed


def youth(scope: Scope, capability: str = "members.see") -> QuerySet[YouthUnderReview]:
    """Everybody ever under review inside the scope, by place in the tree, the first due first."""
    return (
        YouthUnderReview.objects.filter(scope.q("branch", capability))
        .select_related("branch")
        .order_by("branch__tree_id", "branch__lft", "due_on", "id")
    )


def is_releasable(youth: YouthUnderReview) -> bool:
    """May a superior waive what stands against them, by the settings in force? Never the age. One query."""
    return review_terms().allows_release and {reason["code"] for reason in youth.reasons} <= RELEASABLE


def youth_of(
    scope: Scope, unit: OrgUnit, state: str = State.OPEN, *, today: dt.date = dt.date.min
) -> QuerySet[YouthUnderReview]:
    """Those of the sub-tree of `unit` in one of the states SHOWN ("" = in any); `today` tells OVERDUE."""
    return youth(scope).filter(_inside(unit), _in_state(state, today))


def youth_page(
    found: QuerySet[YouthUnderReview], after: str, size: int
) -> tuple[list[YouthUnderReview], str]:
    """The next page of `youth_of` behind the cursor, and the cursor of the page after. One query."""
    return paging.page_after(found, "branch", after, size, first="due_on")


def waiting_youth(scope: Scope, unit: OrgUnit, today: dt.date) -> tuple[int, int]:
    """Those under review in the sub-tree of `unit`, and those of them past their time, each counted to
    MOST_YOUTH + 1 and no further. Two queries."""
    counts = (paging.up_to(youth_of(scope, unit, state, today=today), MOST_YOUTH) for state in _WAITING)
    is_open, overdue = counts
    return is_open, overdue


def standings(
    scope: Scope, unit: OrgUnit, today: dt.date
) -> tuple[ReviewStanding, list[tuple[OrgUnit, ReviewStanding]]]:
    """The figures of the sub-tree of `unit`, and of each direct child that has any, its whole sub-tree
    counted, in the order of the tree.

    Three queries: the children, the cases by child and state, and those ready by child.
    """
    children = [] if unit.is_branch else list(orgs.queries.children(scope, unit).order_by("lft"))
    by_child: list[Counter[str]] = [Counter() for _ in children or [unit]]
    found = youth(scope).filter(_inside(unit)).order_by().annotate(child=_child([c.lft for c in children]))
    late = Count("due_on", filter=Q(due_on__lt=today))
    told = (
        found.exclude(state=State.MOVED).values_list("child", "state").annotate(count=Count("*"), late=late)
    )
    for child, state, count, overdue in told:
        by_child[child][state] += count
        if state == State.OPEN:
            by_child[child][OVERDUE] += overdue
    for child, count in found.filter(_in_state(READY, today)).values_list("child").annotate(count=Count("*")):
        by_child[child][READY] += count
    own: Counter[str] = sum(by_child, Counter())
    below = [
        (child, ReviewStanding(**counted))
        for child, counted in zip(children, by_child, strict=False)
        if counted
    ]
    return ReviewStanding(**own), below


def _child(starts: Sequence[int]) -> Expression:
    """Which of the children that begin at these places the branch stands below, by halving: told by the
    database, which gives a line a child and not one for each of 90 000 branches."""

    def among(low: int, high: int) -> Expression:
        if high - low <= 1:
            return Value(low)
        middle = (low + high) // 2
        return Case(
            When(branch__lft__lt=starts[middle], then=among(low, middle)), default=among(middle, high)
        )

    return among(0, len(starts))


def _inside(unit: OrgUnit) -> Q:
    """In the sub-tree of `unit`. Of a province: in its tree (docs/decisions/0020)."""
    if unit.kind == UnitKind.PROVINCE_COMMITTEE:
        return Q(branch__tree_id=Subquery(finding.place(unit.pk).values("tree_id")))
    return below(unit)


def _in_state(state: str, today: dt.date) -> Q:
    is_open = Q(state=State.OPEN)
    if state == READY:
        return is_open & (Q(reasons=[]) | Q(released_at__isnull=False))
    if state == OVERDUE:
        return is_open & Q(due_on__lt=today)
    return Q(state=state) if state else ~Q(state=State.MOVED)


def entry_of(youth: YouthUnderReview) -> Entry:
    """What was entered about somebody under review, empty once it has been forgotten. No query."""
    if not youth.entry_sealed:
        return Entry()
    return Entry.from_data(json.loads(crypto.unseal(youth.entry_sealed)))


def document_of(youth: YouthUnderReview, pk: int) -> ReviewDocument | None:
    """One of the documents attached. One query."""
    return youth.documents.filter(pk=pk).first()
