"""Requests for another baseline: one's own part of the tree, and those that wait for one's answer."""

from django.db.models import QuerySet

from orgs.scopes import Scope
from progress.models import BaselineAdjustment, Campaign


def adjustments(scope: Scope, campaign: Campaign | None = None) -> QuerySet[BaselineAdjustment]:
    """Requests of units inside the scope, those that wait first, then the last answered first."""
    found = BaselineAdjustment.objects.filter(scope.q("unit", "progress.see"))
    if campaign is not None:
        found = found.filter(campaign=campaign)
    order = ("-state", "-decided_at", "asked_at", "pk")
    return found.select_related("unit", "asked_by", "decided_by").order_by(*order)


def adjustments_to_decide(scope: Scope) -> QuerySet[BaselineAdjustment]:
    """Those that wait for this reader's answer, while their campaign runs."""
    waiting = BaselineAdjustment.objects.filter(
        state=BaselineAdjustment.State.WAITING, campaign__is_active=True
    )
    return waiting.filter(scope.q("unit", "baselines.enter")).order_by("asked_at")
