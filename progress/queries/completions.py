"""本级录完: declarations, those that wait for an answer, and what is explained as of a moment."""

import datetime as dt

from django.db.models import Case, Q, QuerySet, Value, When

from orgs.scopes import Scope
from progress.models import Campaign, Completion


def completions(scope: Scope, campaign: Campaign | None = None) -> QuerySet[Completion]:
    """Declarations of units inside the scope, those that wait first, then the last answered first."""
    found = Completion.objects.filter(scope.q("unit", "progress.see"))
    if campaign is not None:
        found = found.filter(campaign=campaign)
    waiting_first = Case(When(state=Completion.State.WAITING, then=Value(0)), default=Value(1))
    order = (waiting_first, "-decided_at", "asked_at", "pk")
    return found.select_related("unit", "asked_by", "decided_by").order_by(*order)


def completions_to_decide(scope: Scope) -> QuerySet[Completion]:
    """Those that wait and this reader may answer, while their campaign runs: any superior of the unit."""
    waiting = Completion.objects.filter(state=Completion.State.WAITING, campaign__is_active=True)
    return waiting.filter(scope.q("unit", "approvals.decide")).order_by("asked_at")


def explained(campaign: Campaign, cutoff_at: dt.datetime) -> dict[tuple[int, str], int]:
    """(unit_id, domain) → members accounted for, in declarations accepted before the cut-off. One query.

    The figure of a unit itself. To fold it upwards, a unit without one has the sum of its children, as
    with baselines (`tally.fold_expected`). A later withdrawal or answer does not change a past moment.
    """
    accepted = Completion.objects.filter(
        Q(until_at=None) | Q(until_at__gte=cutoff_at),
        campaign=campaign.figures_id,
        state=Completion.State.AGREED,
        decided_at__lt=cutoff_at,
    )
    return {(found.unit_id, found.domain): found.explained_count for found in accepted}
