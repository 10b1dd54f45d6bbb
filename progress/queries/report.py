"""The lines of a bulletin as they are shown: the unit itself, then its children, ranked in their class.

Specification (design: campaign, section 3, "Shown"). Read from frozen rows only and derived through
`tally`, the same way for page, file, command and API; the raw tables are never touched. The settings
are those the bulletin froze: stages, deadlines, gate openings, the earlier bulletins it compares with.

- Children of the province are ranked in their class (省直管县 with 省辖市 where the setting says so);
  below the province in two groups: leading organs, then the rest.
- A branch shows only the columns its domain lies in. A unit that an earlier bulletin does not know
  had entered nothing then; a day without a bulletin gives no change at all.
- What an earlier day had of a stage of members is what it had in the domains the stage has now: a stage that
  is new, or has been given other domains since, is compared with like.
- Rank is among the rows shown; the unit's own row has none.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from orgs.kinds import LEADING_ORGANS, UnitClass, UnitKind
from orgs.models import OrgUnit
from orgs.scopes import Scope
from progress import tally, terms
from progress.models import (
    Bulletin,
    BulletinBranch,
    BulletinUnit,
    Counted,
    GateOpening,
    Measure,
)
from progress.queries.bulletins import EVERYTHING, Reach, reach
from progress.queries.columns import Column, clock_of, columns
from progress.tally import Counts, Figures, Status

LEADING, REST = "leading_organ", "other"
GROUPS = {**dict(UnitClass.choices), LEADING: "团的领导机关", REST: "其他组织"}
ORDER = list(GROUPS)

# The colour beside the word; everything else is plain.
TONES = {
    Status.COMPLETE: "success",
    Status.OVERDUE: "error",
    Status.GATED: "info",
    Status.AHEAD: "success",
    Status.BEHIND: "warning",
}

Known = dict[tuple[int, str], Counted]  # by unit and column
Earlier = dict[tuple[int, int, str], int | None]  # by bulletin, unit and column; None: it had no such stage

COUNTED_FIELDS = ("bulletin_id", "unit_id", "stages", "domains")


@dataclass(frozen=True, slots=True)
class Shown:
    """One unit of the page, as frozen that day. `domain` is a branch's own."""

    unit_id: int
    code: str
    name: str
    unit_class: str  # the class it is ranked in, or the group below the province
    position: int
    is_own: bool = False
    domain: str = ""
    structure: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Row:
    """One line as shown."""

    shown: Shown
    column: Column
    expected: int | None
    expected_adjusted: int | None
    entered: int
    figures: Figures
    rank: int | None = None
    plan_rank: int | None = None
    is_linked: bool = False  # its own page is open to the reader
    is_early: bool = False  # the stage was opened early in its region: 同步推进
    explained: int | None = None  # of those missing, accounted for by an accepted 本级录完
    is_mine: bool = False  # in a class table: the reader's own superior, or the own unit

    @property
    def adjusted_rate(self) -> float | None:
        """The rate against the adjusted figure, where that is another one; else None."""
        if self.expected_adjusted == self.expected:
            return None
        return tally.rate_of(self.entered, self.expected_adjusted)

    @property
    def has_part(self) -> bool:
        """Is there anything to count here: something expected, or something entered?"""
        return bool(self.expected) or self.entered > 0

    @property
    def lags(self) -> bool:
        return tally.lags(self.figures.status, self.figures.plan)

    @property
    def remarks(self) -> list[str]:
        """What stands beside the rate: 超基数, 未声明核对完成."""
        return terms.remarks(self.column.measure, self.figures.rate, self.figures.status)

    @property
    def tone(self) -> str:
        """The chip's colour, which only repeats the word."""
        return TONES.get(self.figures.status, "")

    def as_line(self) -> dict[str, Any]:
        """The keys of interfaces: report_bulletin and the API."""
        derived = self.figures
        return {
            "unit": self.shown.code,
            "name": self.shown.name,
            "class": self.shown.unit_class,
            "stage": self.column.stage,
            "domain": self.column.domain,
            "expected": self.expected,
            "expected_adjusted": self.expected_adjusted,
            "entered": self.entered,
            "rate": derived.rate,
            "delta_1": derived.delta_1,
            "delta_7": derived.delta_7,
            "days_left": derived.days_left,
            "needed_per_day": derived.needed_per_day,
            "pace": derived.pace,
            "forecast": derived.forecast.isoformat() if derived.forecast else None,
            "plan": derived.plan,
            "status": derived.status.value,
            "rank": self.rank,
        }


@dataclass(frozen=True, slots=True)
class Sheet:
    """All that is shown of one unit: what `scope` may see of it, in the columns asked for."""

    bulletin: Bulletin
    own: Shown | None
    reach: Reach
    rows: dict[str, list[Row]]  # by column key; own row first, then class by class, ranked


def report(scope: Scope | None, bulletin: Bulletin, unit: OrgUnit) -> list[dict[str, Any]]:
    """The lines as shown, every stage then every domain. `scope` None: all of it (commands).

    Empty when the unit did not exist that day or nothing of it is open to the reader. Nine queries.
    """
    sheet = read(scope, bulletin, unit, columns(bulletin))
    return [row.as_line() for rows in sheet.rows.values() for row in rows]


def drawn_lines(bulletin: Bulletin, unit: OrgUnit) -> list[dict[str, Any]]:
    """All lines of `report` for the files: with what is `explained`, and `early` where it was opened so."""
    sheet = read(None, bulletin, unit, columns(bulletin))
    return [
        row.as_line() | {"explained": row.explained} | ({"early": True} if row.is_early else {})
        for rows in sheet.rows.values()
        for row in rows
    ]


def read(
    scope: Scope | None,
    bulletin: Bulletin,
    unit: OrgUnit,
    wanted: Sequence[Column],
    *,
    only_own: bool = False,
) -> Sheet:
    """The sheet of `unit` in the wanted columns; `only_own`: without its children. Nine queries whatever
    the number of rows."""
    own, children = _shown(bulletin, unit, only_own=only_own)
    child_ids = [child.unit_id for child in children]
    seen = EVERYTHING if scope is None else reach(scope, bulletin, unit, child_ids)
    if own is None or seen.is_nothing:
        return Sheet(bulletin, None, seen, {column.key: [] for column in wanted})
    units = _visible(own, children, seen)
    counted, earlier = _counted(bulletin, units, wanted)
    region = region_at(bulletin, own)
    rows = {}
    for column in wanted:
        made = (_row(bulletin, column, shown, counted, earlier, region, seen) for shown in units)
        rows[column.key] = _ranked([row for row in made if row is not None])
    return Sheet(bulletin, own if seen.is_full else None, seen, rows)


def _shown(bulletin: Bulletin, unit: OrgUnit, *, only_own: bool) -> tuple[Shown | None, list[Shown]]:
    """The unit and its direct children as they were that day, in the order of the tree."""
    itself = bulletin.units.filter(unit=unit).first()
    if itself is None:
        branch = bulletin.branches.filter(unit=unit).first()
        return (_of_branch(branch, branch.unit_class, is_own=True) if branch else None), []
    mine = _of_unit(itself, itself.unit_class, is_own=True)
    if only_own:
        return mine, []
    is_province = itself.position == 0
    below = list(bulletin.units.filter(parent=unit).order_by("position"))
    children = [
        _of_unit(row, _group(bulletin, row.kind, row.unit_class, is_province=is_province)) for row in below
    ]
    children += [
        _of_branch(row, _group(bulletin, UnitKind.BRANCH, row.unit_class, is_province=is_province))
        for row in bulletin.branches.filter(position__in=_places_between(itself, below))
    ]
    return mine, sorted(children, key=lambda child: child.position)


def _places_between(itself: BulletinUnit, below: list[BulletinUnit]) -> list[int]:
    """The places of the branches directly under a unit: those that no sub-tree `below` it takes.

    A branch has no index by its parent: every index of 92 000 rows a day is a tenth of the bulletin's time.
    """
    places: list[int] = []
    free = itself.position + 1
    for row in below:
        places += range(free, row.position)
        free = row.last_position + 1
    return [*places, *range(free, itself.last_position + 1)]


def _of_unit(row: BulletinUnit, unit_class: str, *, is_own: bool = False) -> Shown:
    figures = row.figures
    return Shown(row.unit_id, row.code, row.short_name, unit_class, row.position, is_own, structure=figures)


def _of_branch(row: BulletinBranch, unit_class: str, *, is_own: bool = False) -> Shown:
    figures = {"members": row.members, "cadres": row.cadres}
    return Shown(row.unit_id, row.code, row.short_name, unit_class, row.position, is_own, row.domain, figures)


def _group(bulletin: Bulletin, kind: str, unit_class: str, *, is_province: bool) -> str:
    """The class a child is ranked in."""
    if not is_province:
        return LEADING if kind in LEADING_ORGANS else REST
    if unit_class == UnitClass.DIRECT_COUNTY and not bulletin.settings["direct_counties_rank_apart"]:
        return UnitClass.CITY.value
    return unit_class or REST


def _visible(own: Shown, children: list[Shown], seen: Reach) -> list[Shown]:
    """What the reader sees of them: all, or the classes the reader's own superiors stand in."""
    if seen.is_full:
        return [own, *children]
    classes = {child.unit_class for child in children if child.unit_id in seen.ranked}
    return [child for child in children if child.unit_class in classes]


def _counted(bulletin: Bulletin, units: Iterable[Shown], wanted: Sequence[Column]) -> tuple[Known, Earlier]:
    """Frozen counts of these units, and what they had entered in the bulletins compared with. Two queries."""
    ids = [bulletin.pk, *bulletin.settings["compared_with"].values()]
    unit_ids = [shown.unit_id for shown in units]
    counted: Known = {}
    earlier: Earlier = {}
    for row in BulletinUnit.objects.filter(bulletin__in=ids, unit__in=unit_ids).only(*COUNTED_FIELDS):
        for column in wanted:
            if row.bulletin_id == bulletin.pk:
                counted[row.unit_id, column.key] = row.counted(column.stage, column.domain)
            else:
                earlier[row.bulletin_id, row.unit_id, column.key] = _entered_then(row, column)
    branches = BulletinBranch.objects.filter(bulletin__in=ids, unit__in=unit_ids)
    for bulletin_id, unit_id, domain, expected, members, explained in branches.values_list(
        "bulletin_id", "unit_id", "domain", "expected", "members", "explained"
    ):
        for column in wanted:
            if domain not in column.domains:
                continue
            if bulletin_id == bulletin.pk:
                counted[unit_id, column.key] = Counted(expected, expected, members, explained)
            else:
                earlier[bulletin_id, unit_id, column.key] = members
    return counted, earlier


def _entered_then(row: BulletinUnit, column: Column) -> int | None:
    """What a unit had entered on an earlier day, in today's column (see the module's specification)."""
    if column.domains:
        return sum(row.counted("", domain).entered for domain in column.domains)
    return row.counted(column.stage, "").entered if column.stage in row.stages else None


def region_at(bulletin: Bulletin, own: Shown) -> int | None:
    """The region `own` lies in; None for the province, whose children are regions themselves."""
    if own.position == 0:
        return None
    regions = BulletinUnit.objects.filter(
        bulletin=bulletin, level=1, position__lte=own.position, last_position__gte=own.position
    )
    region: int | None = regions.values_list("unit_id", flat=True).first()
    return region or own.unit_id


def _row(
    bulletin: Bulletin,
    column: Column,
    shown: Shown,
    counted: Known,
    earlier: Earlier,
    region: int | None,
    seen: Reach,
) -> Row | None:
    """One line; None where a branch has no part in the column."""
    if shown.domain and shown.domain not in column.domains:
        return None
    expected, adjusted, entered, explained = counted[shown.unit_id, column.key]
    compared = bulletin.settings["compared_with"]

    def before(back: str) -> int | None:
        return earlier.get((compared[back], shown.unit_id, column.key), 0) if back in compared else None

    counts = Counts(expected, entered, before("1"), before("3"), before("7"))
    own_region = shown.unit_id if region is None and not shown.is_own else region
    clock = clock_of(bulletin, column, own_region)
    figures = tally.derive(
        bulletin.day,
        clock,
        counts,
        lag_points=bulletin.settings["lag_points"],
        is_declared=_is_declared(column, shown, expected),
    )
    return Row(
        shown,
        column,
        expected,
        adjusted,
        entered,
        figures,
        is_linked=shown.unit_id in seen.linked,
        is_mine=shown.unit_id in seen.ranked,
        is_early=_opened_early(bulletin, column, own_region),
        explained=explained,
    )


def _is_declared(column: Column, shown: Shown, expected: int | None) -> bool | None:
    """Have all leading organs of the sub-tree said 核对完成? None where that is not asked.

    A declaration stands whatever changes later, so a cadre pre-loaded since reopens nothing.
    """
    if column.measure != Measure.ORGAN_CADRES or not shown.structure.get("organs"):
        return None
    return bool(expected) and not shown.structure["organs_undeclared"]


def _opened_early(bulletin: Bulletin, column: Column, region: int | None) -> bool:
    """Did the province agree to an early start in this region?"""
    if not column.gate or region is None:
        return False
    opened = bulletin.settings["openings"][column.gate].get(str(region), {})
    return bool(opened.get("reason") == GateOpening.Reason.EARLY)


def _ranked(rows: list[Row]) -> list[Row]:
    """The own row, then class by class by rank; ties and the unranked in the order of the tree."""
    classes: dict[str, list[Row]] = {}
    for row in rows:
        classes.setdefault("" if row.shown.is_own else row.shown.unit_class, []).append(row)
    ordered = classes.pop("", [])
    for name in sorted(classes, key=ORDER.index):
        ordered += _in_class(classes[name])
    return ordered


def _in_class(rows: list[Row]) -> list[Row]:
    ranks = tally.rank([row.figures.rate for row in rows])
    plan_ranks = tally.rank([row.figures.plan_distance for row in rows])
    ranked = [
        replace(row, rank=place, plan_rank=plan_place)
        for row, place, plan_place in zip(rows, ranks, plan_ranks, strict=True)
    ]
    return sorted(ranked, key=lambda row: (row.rank is None, row.rank or 0, row.shown.position))
