"""What is expected of whom, as entered."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from orgs.kinds import Domain
from orgs.models import OrgUnit
from orgs.scopes import Scope
from progress.models import Baseline, Bulletin, Campaign

MOST_MISMATCHES = 200


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


def lost_with(unit: OrgUnit) -> list[str]:
    """The figures that leave the sums above with `unit` when it is closed, in words; one a domain, with the
    campaign where several are under way. One query.
    """
    found = Baseline.objects.filter(unit=unit, until_at=None, campaign__is_active=True)
    rows = list(found.select_related("campaign").order_by("campaign_id", "domain"))
    several = len({row.campaign_id for row in rows}) > 1
    return [
        f"{row.campaign.name + '：' if several else ''}{row.get_domain_display()} {row.member_count:,} 人"
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class Stated:
    """One unit with the figures stated for it, in the order of `domains`; None where none is."""

    unit: OrgUnit
    figures: list[Baseline | None]


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A figure and the different sum of the units below, as the last bulletin froze them."""

    code: str
    name: str
    domain: str
    explicit: int
    below: int


def stated(campaign: Campaign, units: list[OrgUnit]) -> tuple[list[str], list[Stated]]:
    """The domains these units have figures in, and the units' figures. One query."""
    known = in_force(campaign, {unit.pk for unit in units})
    domains = [domain for domain in Domain.values if any(key[1] == domain for key in known)]
    rows = [Stated(unit, [known.get((unit.pk, domain)) for domain in domains]) for unit in units]
    return domains, rows


def mismatches(bulletin: Bulletin | None, unit: OrgUnit) -> list[Disagreement]:
    """Where figures do not agree inside `unit`, as of the bulletin, at most 200. Two queries."""
    top = bulletin.units.filter(unit=unit).first() if bulletin else None
    if bulletin is None or top is None:
        return []
    inside = bulletin.units.filter(
        position__gte=top.position, position__lte=top.last_position, figures__has_key="mismatches"
    )
    return [
        Disagreement(row.code, row.short_name, Domain(domain).label, explicit, below)
        for row in inside.order_by("position")[:MOST_MISMATCHES]
        for domain, (explicit, below) in row.figures["mismatches"].items()
    ]


def may_state(scope: Scope, unit: OrgUnit) -> list[OrgUnit]:
    """The direct children of `unit` this reader may state figures for. One query."""
    reach = scope.q(capability="baselines.enter")
    return list(OrgUnit.objects.filter(reach, parent=unit, closed_at=None).order_by("tree_id", "lft"))


def without_figures(scope: Scope, campaign: Campaign, unit: OrgUnit) -> int:
    """Direct children of `unit` of which, with all below them, nothing is stated yet. One query."""
    stated_below = Baseline.objects.filter(
        campaign=campaign,
        until_at=None,
        unit__closed_at=None,
        unit__tree_id=OuterRef("tree_id"),
        unit__lft__gte=OuterRef("lft"),
        unit__lft__lt=OuterRef("rght"),
    )
    below = OrgUnit.objects.filter(scope.q(capability="baselines.enter"), parent=unit, closed_at=None)
    return below.filter(~Exists(stated_below)).count()


def mismatches_near(bulletin: Bulletin, unit: OrgUnit) -> int:
    """How many of `unit` and its direct children have figures that do not agree. One query."""
    near = bulletin.units.filter(Q(unit=unit) | Q(parent=unit), figures__has_key="mismatches")
    return near.count()
