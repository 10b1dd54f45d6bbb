"""The form of the 2017 statistics: domain by domain how many units, members and cadres, stated and entered.

Specification (design: campaign, section 2; notice, part 2, 1; docs/decisions/0020). Every unit above
branch level has the table for its sub-tree. *Stated* is what baselines say: the unit's own figure, else the
sum of the topmost ones below it. *Entered* is what the system holds.

- Of a city or a province (MANY units below) all of it is told as of the cut-off of the last bulletin, which
  has frozen it (`formed`), and says so: to count a hundred thousand units and every post takes 0.4 s.
- Of less, units and cadres are those of this moment; members are as the bulletin froze them.
- Without a bulletin, or under one from before it froze the form, everything is counted this moment.

A unit counts in its domain, one without a domain in 其他; leading organs have a line of their own.
"""

from dataclasses import dataclass

from django.db.models import Count

from cadres import queries as cadres
from members import queries as members
from orgs import finding
from orgs.kinds import Domain, UnitKind
from orgs.models import OrgUnit
from progress.models import COUNTS, OPTIONAL_COUNTS, Baseline, Bulletin, BulletinUnit, Campaign
from progress.queries import present
from progress.queries.formed import MORE, ORGANS, line_of
from progress.queries.standing import inside, topmost

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
Figures = dict[tuple[str, str], int]  # by line and column
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
    is_frozen: bool  # so is everything else
    lines: list[Line]


def form2017(campaign: Campaign | None, bulletin: Bulletin | None, unit: OrgUnit) -> Form:
    """The table of `unit`. One query where the bulletin froze it, else five over units, posts and figures."""
    row = bulletin.units.filter(unit=unit).first() if bulletin else None
    is_frozen = row is not None and "form" in row.figures and row.last_position >= row.position + present.MANY
    if row is not None and is_frozen:
        stated, entered = _frozen(row)
    else:
        stated, entered = _stated(campaign, unit) if campaign else {}, _entered(row, unit)
    lines = [
        Line(LINES[key], [Cell(stated.get((key, name)), entered.get((key, name), 0)) for name in COLUMNS])
        for key in LINES
        if any((key, name) in stated or entered.get((key, name)) for name in COLUMNS)
    ]
    return Form(unit, bulletin if row else None, is_frozen, [*lines, _sum(lines)] if lines else [])


def _sum(lines: list[Line]) -> Line:
    columns = zip(*(line.cells for line in lines), strict=True)
    return Line("合计", [_sum_of(list(cells)) for cells in columns])


def _sum_of(cells: list[Cell]) -> Cell:
    known = [cell.stated for cell in cells if cell.stated is not None]
    return Cell(sum(known) if known else None, sum(cell.entered for cell in cells))


def _stated(campaign: Campaign, unit: OrgUnit) -> Figures:
    """What baselines say. The other columns are looked for only where somebody states one of them."""
    figures = Baseline.objects.filter(inside(unit), campaign=campaign.figures_id, until_at=None)
    found: Figures = {}
    for names, rows in ((("member_count",), figures), (OPTIONAL_COUNTS, figures.filter(MORE))):
        for domain, counts in topmost(rows, names).items():
            known = zip(names, counts, strict=True)
            found |= {(domain, name): count for name, count in known if count is not None}
    return found


def _frozen(row: BulletinUnit) -> tuple[Figures, Figures]:
    """What is stated and entered, as a bulletin has it of a unit."""
    form = row.figures["form"]
    stated, entered = (
        {(line, name): count for line, counts in form.get(side, {}).items() for name, count in counts.items()}
        for side in ("stated", "entered")
    )
    for _, domain, counted in row.lines():
        if domain:
            entered[domain, "member_count"] = counted.entered
        if domain and counted.expected is not None:
            stated[domain, "member_count"] = counted.expected
    return stated, entered


def _entered(row: BulletinUnit | None, unit: OrgUnit) -> Figures:
    found = dict.fromkeys(((key, name) for key in LINES for name in COUNTS), 0)
    below = OrgUnit.objects.filter(finding.below(unit), closed_at=None)
    kinds = below.order_by().values_list("kind", "domain").annotate(count=Count("pk"))
    for kind, domain, count in kinds:
        if f"{kind}_count" in COLUMNS:
            found[line_of(kind, domain), f"{kind}_count"] += count
    for kind, domain, engagement, count in cadres.counts_by_domain(unit):
        key = line_of(kind, domain)
        found[key, "cadre_count"] += count
        if engagement:
            found[key, f"{engagement}_count"] += count
    for domain, count in _members(row, unit).items():
        found[line_of(UnitKind.BRANCH, domain), "member_count"] += count
    return found


def _members(row: BulletinUnit | None, unit: OrgUnit) -> dict[str, int]:
    """Members by domain, as frozen; counted now where no bulletin knows the unit."""
    if row is None:
        return members.active_counts_by_domain(unit)
    return {domain: counted.entered for _, domain, counted in row.lines() if domain}
