"""The form of the 2017 statistics: domain by domain how many units, members and cadres, stated and entered.

Specification (design: campaign, section 2; notice, part 2, 1). Every unit above branch level has the
table for its sub-tree. *Stated* is what baselines say: the unit's own figure, else the sum of the topmost
ones below it. *Entered* is what the system holds: units and cadres this moment, members as the last
bulletin froze them (without one, this moment), so that the province's page need not count millions.

What is entered is kept for a minute: of a province it is counted over every unit and every post.

A unit counts in its domain, one without a domain in 其他; leading organs have a line of their own.
"""

from dataclasses import dataclass

from django.core.cache import cache
from django.db.models import Count, Q

from cadres import queries as cadres
from members import queries as members
from orgs import finding
from orgs.kinds import LEADING_ORGANS, Domain, UnitKind
from orgs.models import OrgUnit
from progress.models import COUNTS, OPTIONAL_COUNTS, Baseline, Bulletin, Campaign
from progress.queries.standing import inside, topmost

KEPT = 60  # seconds
ORGANS = "leading_organs"
COLUMNS = {
    "committee_count": "团委",
    "working_committee_count": "团工委",
    "general_branch_count": "团总支",
    "branch_count": "团支部",
    "member_count": "团员",
    "cadre_count": "团干部",
    "full_time_count": "专职",
    "part_time_count": "兼职",
    "seconded_count": "挂职",
}
LINES = {**dict(Domain.choices), ORGANS: "团的领导机关"}


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure: as stated (None: nobody did) and as entered."""

    stated: int | None
    entered: int


@dataclass(frozen=True, slots=True)
class Line:
    """One domain, or all of them."""

    label: str
    cells: list[Cell]  # in the order of COLUMNS

    @property
    def labelled(self) -> list[tuple[str, Cell]]:
        """Each cell with its column's label."""
        return list(zip(COLUMNS.values(), self.cells, strict=True))


@dataclass(frozen=True, slots=True)
class Form:
    """The table of one unit; lines without any figure are left out, the last one is the sum."""

    unit: OrgUnit
    bulletin: Bulletin | None  # whose members are counted
    lines: list[Line]


def form2017(campaign: Campaign | None, bulletin: Bulletin | None, unit: OrgUnit) -> Form:
    """The table of `unit`. Five queries over its units, posts and figures."""
    stated = _stated(campaign, unit) if campaign else {}
    entered = _kept(bulletin, unit)
    lines = [
        Line(LINES[key], [Cell(stated.get((key, name)), entered.get((key, name), 0)) for name in COLUMNS])
        for key in LINES
        if any((key, name) in stated or entered.get((key, name)) for name in COLUMNS)
    ]
    return Form(unit, bulletin, [*lines, _sum(lines)] if lines else [])


def _sum(lines: list[Line]) -> Line:
    columns = zip(*(line.cells for line in lines), strict=True)
    return Line("合计", [_sum_of(list(cells)) for cells in columns])


def _sum_of(cells: list[Cell]) -> Cell:
    known = [cell.stated for cell in cells if cell.stated is not None]
    return Cell(sum(known) if known else None, sum(cell.entered for cell in cells))


def _stated(campaign: Campaign, unit: OrgUnit) -> dict[tuple[str, str], int]:
    """What baselines say. The other columns are looked for only where somebody states one of them."""
    figures = Baseline.objects.filter(inside(unit), campaign=campaign.figures_id, until_at=None)
    found: dict[tuple[str, str], int] = {}
    some = Q()
    for name in OPTIONAL_COUNTS:
        some |= Q(**{f"{name}__isnull": False})
    for names, rows in ((("member_count",), figures), (OPTIONAL_COUNTS, figures.filter(some))):
        for domain, counts in topmost(rows, names).items():
            known = zip(names, counts, strict=True)
            found |= {(domain, name): count for name, count in known if count is not None}
    return found


def _kept(bulletin: Bulletin | None, unit: OrgUnit) -> dict[tuple[str, str], int]:
    key = f"form2017:{unit.pk}:{bulletin.pk if bulletin else 0}"
    found: dict[tuple[str, str], int] | None = cache.get(key)
    if found is None:
        found = _entered(bulletin, unit)
        cache.set(key, found, KEPT)
    return found


def _entered(bulletin: Bulletin | None, unit: OrgUnit) -> dict[tuple[str, str], int]:
    found = dict.fromkeys(((key, name) for key in LINES for name in COUNTS), 0)
    below = OrgUnit.objects.filter(finding.below(unit), closed_at=None)
    kinds = below.order_by().values_list("kind", "domain").annotate(count=Count("pk"))
    for kind, domain, count in kinds:
        if f"{kind}_count" in COLUMNS:
            found[_line(kind, domain), f"{kind}_count"] += count
    for kind, domain, engagement, count in cadres.counts_by_domain(unit):
        key = _line(kind, domain)
        found[key, "cadre_count"] += count
        if engagement:
            found[key, f"{engagement}_count"] += count
    for domain, count in _members(bulletin, unit).items():
        found[_line(UnitKind.BRANCH, domain), "member_count"] += count
    return found


def _members(bulletin: Bulletin | None, unit: OrgUnit) -> dict[str, int]:
    """Members by domain, as frozen; counted now where no bulletin knows the unit."""
    frozen = bulletin.units.filter(unit=unit).first() if bulletin else None
    if frozen is None:
        return members.active_counts_by_domain(unit)
    return {domain: counted.entered for _, domain, counted in frozen.lines() if domain}


def _line(kind: str, domain: str) -> str:
    return ORGANS if kind in LEADING_ORGANS else domain or Domain.OTHER.value
