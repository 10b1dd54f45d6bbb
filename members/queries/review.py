"""The identity check as it is read: who is under review where, why, until when; how far it is."""

import datetime as dt
import json
from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from zhtj.lib import crypto

import orgs.queries
from members.models import ReviewDocument, YouthUnderReview
from members.queries.rosters import below
from members.queries.settings import review_terms
from members.rules import RELEASABLE, Entry
from orgs.models import OrgUnit
from orgs.scopes import Scope

State = YouthUnderReview.State


# What the list may be narrowed to: the states of a case, and two kinds of open ones.
READY, OVERDUE = "ready", "overdue"
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
    return youth(scope).filter(below(unit), _in_state(state, today))


def review_standing(scope: Scope, unit: OrgUnit, today: dt.date) -> ReviewStanding:
    """Figures of the sub-tree of `unit`. One query."""
    return ReviewStanding(**youth(scope).filter(below(unit)).order_by().aggregate(**_counts(today)))


def standings_below(scope: Scope, unit: OrgUnit, today: dt.date) -> list[tuple[OrgUnit, ReviewStanding]]:
    """The figures of each direct child of `unit` that has any, its whole sub-tree counted; in tree order.

    Two queries: the children, and the cases counted by branch, which are folded up to the children.
    """
    children = list(orgs.queries.children(scope, unit).order_by("lft"))
    starts = [child.lft for child in children]
    sums: list[Counter[str]] = [Counter() for _ in children]
    found = youth(scope).filter(below(unit), _in_state("", today)).order_by().values_list("branch__lft")
    for lft, *counts in found.annotate(**_counts(today)):
        place = bisect_right(starts, lft) - 1
        if place >= 0 and lft < children[place].rght:
            sums[place].update(dict(zip(_COUNTED, counts, strict=True)))
    return [
        (child, ReviewStanding(**counted)) for child, counted in zip(children, sums, strict=True) if counted
    ]


def _in_state(state: str, today: dt.date) -> Q:
    is_open = Q(state=State.OPEN)
    if state == READY:
        return is_open & (Q(reasons=[]) | Q(released_at__isnull=False))
    if state == OVERDUE:
        return is_open & Q(due_on__lt=today)
    return Q(state=state) if state else ~Q(state=State.MOVED)


_COUNTED = (State.OPEN.value, READY, OVERDUE, State.RECOGNISED.value, State.DISMISSED.value)


def _counts(today: dt.date) -> dict[str, Count]:
    return {name: Count("id", filter=_in_state(name, today)) for name in _COUNTED}


def entry_of(youth: YouthUnderReview) -> Entry:
    """What was entered about somebody under review, empty once it has been forgotten. No query."""
    if not youth.entry_sealed:
        return Entry()
    return Entry.from_data(json.loads(crypto.unseal(youth.entry_sealed)))


def document_of(youth: YouthUnderReview, pk: int) -> ReviewDocument | None:
    """One of the documents attached. One query."""
    return youth.documents.filter(pk=pk).first()
