"""What is expected of whom, as entered."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import OuterRef, Q, QuerySet, Subquery

from orgs.history import as_of
from orgs.kinds import Domain
from orgs.models import OrgUnit
from orgs.scopes import Scope
from progress.models import Baseline, Bulletin, Campaign
from progress.queries.present import where_large
from progress.queries.standing import inside

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
class Shown:
    """One figure: stated for the unit itself, or (`is_sum`) the sum of what is stated below it."""

    member_count: int
    branch_count: int | None = None
    cadre_count: int | None = None
    is_sum: bool = False


@dataclass(frozen=True, slots=True)
class Stated:
    """One unit with its figures by the word for the domain; None where nothing is known."""

    unit: OrgUnit
    figures: dict[str, Shown | None]


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A figure and the different sum of the units below, as the last bulletin froze them."""

    code: str
    name: str
    domain: str
    explicit: int
    below: int


def stated(
    campaign: Campaign, unit: OrgUnit, children: Sequence[OrgUnit], bulletin: Bulletin | None
) -> tuple[list[Stated], bool]:
    """The figures of `unit` and its children, in the domains anything is known in; are sums frozen ones?

    A unit without a figure of its own shows the sum of those below it, as a bulletin reckons: of this moment,
    but below a child of a unit with thousands of others that of the last bulletin. Three or four queries.
    """
    is_frozen = bulletin is not None and where_large(bulletin.units.all(), unit).exists()
    sums = _frozen_sums(bulletin, children) if bulletin and is_frozen else _sums(campaign, unit, children)
    own = in_force(campaign, {unit.pk, *(child.pk for child in children)})
    known = {key: Shown(count, is_sum=True) for key, count in sums.items()}
    known |= {
        key: Shown(figure.member_count, figure.branch_count, figure.cadre_count)
        for key, figure in own.items()
    }
    for domain in Domain.values:
        parts = [known[child.pk, domain] for child in children if (child.pk, domain) in known]
        if parts:
            total = Shown(sum(part.member_count for part in parts), is_sum=True)
            known.setdefault((unit.pk, domain), total)
    domains = [domain for domain in Domain if any(key[1] == domain for key in known)]
    rows = [
        Stated(row, {str(domain.label): known.get((row.pk, domain)) for domain in domains})
        for row in (unit, *children)
    ]
    return rows, is_frozen


def _sums(campaign: Campaign, unit: OrgUnit, children: Sequence[OrgUnit]) -> dict[tuple[int, str], int]:
    """By child and domain the sum of the topmost figures in its sub-tree. One query that reads them all."""
    units = sorted(children, key=lambda child: child.lft)
    places = [child.lft for child in units]
    sums: Counter[tuple[int, str]] = Counter()
    covered: dict[str, int] = {}  # up to where a figure already read speaks for the units
    figures = Baseline.objects.filter(inside(unit), campaign=campaign, until_at=None).exclude(unit=unit)
    row = ("unit__lft", "unit__rght", "domain", "member_count")
    for lft, rght, domain, count in figures.order_by("unit__lft").values_list(*row):
        place = bisect_right(places, lft) - 1
        if place >= 0 and lft <= units[place].rght and lft > covered.get(domain, 0):
            sums[units[place].pk, domain] += count
            covered[domain] = rght
    return sums


def _frozen_sums(bulletin: Bulletin, children: Sequence[OrgUnit]) -> dict[tuple[int, str], int]:
    """The same as of the bulletin; nothing where the child had a figure of its own then. Two queries."""
    known = Baseline.objects.filter(campaign=bulletin.campaign, unit__in=children)
    then = known.filter(as_of(bulletin.cutoff_at))
    own = set(then.values_list("unit_id", "domain"))
    return {
        (row.unit_id, domain): counted.expected
        for row in bulletin.units.filter(unit__in=children)
        for stage, domain, counted in row.lines()
        if not stage and counted.expected is not None and (row.unit_id, domain) not in own
    }


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


def withdrawable(campaign: Campaign, units: Sequence[OrgUnit]) -> list[Baseline]:
    """The figures in force of these units, in the order of the tree. One query."""
    found = Baseline.objects.filter(campaign=campaign, until_at=None, unit__in=units).select_related("unit")
    return list(found.order_by("unit__tree_id", "unit__lft", "domain"))


def without_figures(scope: Scope, campaign: Campaign, unit: OrgUnit) -> int:
    """Direct children of `unit` of which, with all below them, nothing is stated yet. One query.

    Looked for in the order of the tree, which ends with the first one found: to be asked whether there is
    any, PostgreSQL joins everything below.
    """
    stated_below = Baseline.objects.filter(
        campaign=campaign,
        until_at=None,
        unit__closed_at=None,
        unit__tree_id=OuterRef("tree_id"),
        unit__lft__gte=OuterRef("lft"),
        unit__lft__lt=OuterRef("rght"),
    )
    first = Subquery(stated_below.order_by("unit__lft").values("pk")[:1])
    below = OrgUnit.objects.filter(scope.q(capability="baselines.enter"), parent=unit, closed_at=None)
    return below.annotate(first=first).filter(first=None).count()


def mismatches_near(bulletin: Bulletin, unit: OrgUnit) -> int:
    """How many of `unit` and its direct children have figures that do not agree. One query."""
    near = bulletin.units.filter(Q(unit=unit) | Q(parent=unit), figures__has_key="mismatches")
    return near.count()
