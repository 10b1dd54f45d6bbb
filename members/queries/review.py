"""The identity check as it is read: who is under review where, why, until when; how far it is."""

import datetime as dt
import json
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from zhtj.lib import crypto

from members.models import ReviewDocument, YouthUnderReview
from members.queries.rosters import below
from members.rules import Entry
from orgs.models import OrgUnit
from orgs.scopes import Scope

State = YouthUnderReview.State


@dataclass(frozen=True, slots=True)
class ReviewStanding:
    """How far a sub-tree is with its identity check."""

    open: int
    overdue: int
    recognised: int
    dismissed: int

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


def youth_of(scope: Scope, unit: OrgUnit, state: str = State.OPEN) -> QuerySet[YouthUnderReview]:
    """Those of the sub-tree of `unit` in one state ("" = in any)."""
    found = youth(scope).filter(below(unit))
    return found.filter(state=state) if state else found


def review_standing(scope: Scope, unit: OrgUnit, today: dt.date) -> ReviewStanding:
    """Figures of the sub-tree of `unit`. One query."""
    is_open = Q(state=State.OPEN)
    counts = (
        youth(scope)
        .filter(below(unit))
        .order_by()
        .aggregate(
            open=Count("id", filter=is_open),
            overdue=Count("id", filter=is_open & Q(due_on__lt=today)),
            recognised=Count("id", filter=Q(state=State.RECOGNISED)),
            dismissed=Count("id", filter=Q(state=State.DISMISSED)),
        )
    )
    return ReviewStanding(**counts)


def entry_of(youth: YouthUnderReview) -> Entry:
    """What was entered about somebody under review. No query."""
    return Entry.from_data(json.loads(crypto.unseal(youth.entry_sealed)))


def document_of(youth: YouthUnderReview, pk: int) -> ReviewDocument | None:
    """One of the documents attached. One query."""
    return youth.documents.filter(pk=pk).first()
