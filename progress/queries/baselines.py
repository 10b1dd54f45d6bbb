"""What is expected of whom, as entered."""

from django.db.models import QuerySet

from orgs.models import OrgUnit
from orgs.scopes import Scope
from progress.models import Baseline, Campaign


def baselines(scope: Scope) -> QuerySet[Baseline]:
    """Figures in force of units inside the scope, in the order of the tree."""
    return (
        Baseline.objects.filter(scope.q("unit", "progress.see"), until_at=None, campaign__is_active=True)
        .select_related("unit", "campaign")
        .order_by("unit__tree_id", "unit__lft", "domain")
    )


def active_campaign(unit: OrgUnit) -> Campaign | None:
    """The campaign running in the province `unit` belongs to. One query."""
    return (
        Campaign.objects.filter(is_active=True, province__tree_id=unit.tree_id)
        .select_related("province")
        .first()
    )


def in_force(campaign: Campaign, unit_ids: set[int]) -> dict[tuple[int, str], Baseline]:
    """The figures in force of these units, by unit and domain. One query."""
    found = Baseline.objects.filter(campaign=campaign, until_at=None, unit__in=unit_ids)
    return {(baseline.unit_id, baseline.domain): baseline for baseline in found}
