"""抽查: what is proposed to this reader for a look."""

from django.db.models import QuerySet

from orgs.scopes import Scope
from progress.models import SpotCheck


def spot_checks(scope: Scope) -> QuerySet[SpotCheck]:
    """Patterns in branches this reader is a superior of, in the order of the tree."""
    return (
        SpotCheck.objects.filter(scope.q("branch", "approvals.decide"))
        .select_related("branch__parent", "answered_by")
        .order_by("branch__tree_id", "branch__lft", "pattern")
    )


def spot_checks_to_look_at(scope: Scope) -> QuerySet[SpotCheck]:
    """Those nobody has looked at yet."""
    return spot_checks(scope).filter(state=SpotCheck.State.PROPOSED)
