"""The list behind a figure, as of the bulletin's cut-off.

Specification (design: campaign, section 3, "Shown": each figure a link to the list behind it). The list is
drawn from the same rows and periods the figure was counted from, so it has as many entries as the figure
says, whatever has changed since:

- units and branches come from the frozen rows themselves (a unit's flags, a branch's members);
- people come from their rooms, as of the cut-off, in the branches of the frozen sub-tree; ids masked.

The scope is the reader's own: a figure outside it has no list, and people of a branch that has moved out
of the scope since are not shown. Pages by cursor; a fixed number of queries.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q, QuerySet

from cadres import queries as cadres
from members import queries as members
from orgs.kinds import FEWEST_MEMBERS
from orgs.models import OrgUnit
from orgs.scopes import Scope
from progress.models import Bulletin, BulletinBranch, BulletinUnit, Measure
from progress.queries.bulletins import SEE
from progress.queries.columns import Column
from progress.queries.structure import COMPLETE, FLAGS

PAGE = 50
ENTERED = "entered"


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure that has a list. `kind` says what stands in it: units, branches, or people."""

    key: str
    label: str
    kind: str
    capability: str = SEE


FIGURES = {
    figure.key: figure
    for figure in (
        Figure("branches", "团支部", "branches"),
        Figure("branches_with_members", "已有团员的团支部", "branches"),
        Figure("branches_empty", "零录入支部", "branches"),
        Figure("branches_under_three", "不足3人支部", "branches"),
        Figure("units_hollow", "无支部的团委（团工委、团总支）", "units"),
        Figure("units_without_cadre", "无团干部的组织", "units"),
        Figure("units_without_secretary", "无书记的组织", "units"),
        Figure("units_without_admin", "无管理员的组织", "units"),
        Figure("organs_undeclared", "未声明核对完成的领导机关", "units"),
        Figure("youths_uncertain", "身份不确定的青年", "youths", "members.see"),
        Figure("rectifications_overdue", "超过整改期限的青年", "youths", "members.see"),
        Figure("claims_open", "认领争议中的团员", "claims", "members.see"),
    )
}
_BRANCHES = {
    "branches": Q(),
    "branches_with_members": Q(members__gt=0),
    "branches_empty": Q(members=0),
    "branches_under_three": Q(members__gt=0, members__lt=FEWEST_MEMBERS),
}


@dataclass(frozen=True, slots=True)
class Behind:
    """One page of the list. `after` leads to the next ("" on the last)."""

    figure: Figure
    total: int
    rows: list[Any]
    after: str = ""
    names: dict[int, str] = field(default_factory=dict)  # of branches and superiors that day, by unit
    superiors: dict[int, str] = field(
        default_factory=dict
    )  # whom the branches of members belonged to, by branch


@dataclass(frozen=True, slots=True)
class _Place:
    """The frozen sub-tree of a unit: everything between two positions."""

    first: int
    last: int
    row: BulletinUnit | BulletinBranch


def figure_for(column: Column | None, key: str) -> Figure | None:
    """The figure of that key; `entered` is one of the column. None: no such figure."""
    if key != ENTERED:
        return FIGURES.get(key)
    if column is None:
        return None
    if column.domains:
        return Figure(ENTERED, f"{column.label}：已录入的团员", "members", "members.see")
    if column.measure == Measure.ORGAN_CADRES:
        return Figure(ENTERED, f"{column.label}：已核对的团干部", "cadres", "cadres.see")
    return Figure(ENTERED, f"{column.label}：已录入完整的组织", "units")


def behind(
    scope: Scope, bulletin: Bulletin, unit: OrgUnit, figure: Figure, column: Column | None, after: str = ""
) -> Behind | None:
    """The list of `figure` in the sub-tree of `unit`; None where the bulletin does not know the unit.

    The caller has seen to it that the scope sees the unit. At most five queries.
    """
    place = _place(bulletin, unit)
    if place is None:
        return None
    read = _READERS[figure.kind]
    return read(scope, bulletin, place, figure, column, after)


def _place(bulletin: Bulletin, unit: OrgUnit) -> _Place | None:
    row = bulletin.units.filter(unit=unit).first()
    if row is not None:
        return _Place(row.position, row.last_position, row)
    branch = bulletin.branches.filter(unit=unit).first()
    return _Place(branch.position, branch.position, branch) if branch else None


def _branches(bulletin: Bulletin, place: _Place) -> QuerySet[BulletinBranch]:
    return bulletin.branches.filter(position__gte=place.first, position__lte=place.last).order_by("position")


def _total(place: _Place, figure: Figure, column: Column | None) -> int:
    """The figure itself, as frozen."""
    row = place.row
    if isinstance(row, BulletinUnit):
        if figure.key == ENTERED and column is not None:
            return row.counted(column.stage, column.domain).entered
        count: int = row.figures.get(figure.key, 0)
        return count
    return row.members if figure.key == ENTERED else 0


def _unit_list(
    scope: Scope, bulletin: Bulletin, place: _Place, figure: Figure, column: Column | None, after: str
) -> Behind:
    flag = COMPLETE if figure.key == ENTERED else figure.key
    found = bulletin.units.filter(
        position__gte=max(place.first, _number(after)),
        position__lte=place.last,
        figures__own__has_key=flag if flag in FLAGS else "",
    )
    rows, following = _page(list(found.order_by("position")[: PAGE + 1]))
    return Behind(figure, _total(place, figure, column), rows, following, _above(bulletin, rows))


def _branch_list(
    scope: Scope, bulletin: Bulletin, place: _Place, figure: Figure, column: Column | None, after: str
) -> Behind:
    found = _branches(bulletin, place).filter(_BRANCHES[figure.key], position__gte=_number(after))
    rows, following = _page(list(found[: PAGE + 1]))
    return Behind(figure, _total(place, figure, column), rows, following, _above(bulletin, rows))


def _member_list(
    scope: Scope, bulletin: Bulletin, place: _Place, figure: Figure, column: Column | None, after: str
) -> Behind:
    """Branch by branch in the order of that day's tree, as many branches of the scope as fill a page."""
    position, _, last_id = after.partition(".")
    start = max(place.first, _number(position))
    counted = _branches(bulletin, place).filter(position__gte=start, members__gt=0)
    if column is not None:
        counted = counted.filter(domain__in=column.domains)
    branches = _first_inside(counted, bulletin, scope.q("unit", figure.capability))
    wanted, following = _filling(branches, begun=start if last_id else None)
    people = members.members_as_of(scope, list(wanted), bulletin.cutoff_at)
    people.sort(key=lambda member: (wanted[member.branch_id].position, member.pk))
    left = [m for m in people if (wanted[m.branch_id].position, m.pk) > (start, _number(last_id))]
    shown = left[:PAGE]
    if len(left) > PAGE:
        following = f"{wanted[shown[-1].branch_id].position}.{shown[-1].pk}"
    names = {unit_id: branch.short_name for unit_id, branch in wanted.items()}
    above = _above(bulletin, list(wanted.values()))
    superiors = {unit_id: above.get(branch.parent_id or 0, "") for unit_id, branch in wanted.items()}
    return Behind(figure, _total(place, figure, column), shown, following, names, superiors)


def _first_inside(counted: QuerySet[BulletinBranch], bulletin: Bulletin, inside: Q) -> list[BulletinBranch]:
    """The first of these branches that lie inside the scope, a page and one. Two queries at most.

    Mostly the first of all lie inside, and one is enough. PostgreSQL cannot tell how many of them do, and
    where it is left to choose it joins a province's 92 000 first (0.13 s).
    """
    first = counted.values("position")[: PAGE + 1]
    found = list(bulletin.branches.filter(inside, position__in=first).order_by("position"))
    return found if len(found) > PAGE else list(counted.filter(inside)[: PAGE + 1])


def _filling(branches: list[BulletinBranch], begun: int | None) -> tuple[dict[int, BulletinBranch], str]:
    """The first of these branches that fill a page, and where to go on if they hold fewer people than they
    say (somebody has been deleted since): behind the last of them; "" where they are all there are.

    `begun`: of the branch at this position some are shown already; the others count in full.
    """
    wanted: dict[int, BulletinBranch] = {}
    room = PAGE + 1
    for branch in branches:
        wanted[branch.unit_id] = branch
        room -= branch.members if branch.position != begun else 0
        if room <= 0:
            break
    full = len(wanted) < len(branches) or len(branches) > PAGE
    return wanted, f"{branch.position + 1}." if full else ""


def _cadre_list(
    scope: Scope, bulletin: Bulletin, place: _Place, figure: Figure, column: Column | None, after: str
) -> Behind:
    inside = bulletin.units.filter(position__gte=place.first, position__lte=place.last)
    held = cadres.verified_as_of(scope, inside.values("unit_id"), bulletin.cutoff_at)
    rows = list(held.filter(pk__gt=_number(after))[: PAGE + 1])
    return Behind(figure, _total(place, figure, column), rows[:PAGE], _next_key(rows))


def _youth_list(
    scope: Scope, bulletin: Bulletin, place: _Place, figure: Figure, column: Column | None, after: str
) -> Behind:
    overdue = figure.key == "rectifications_overdue"
    inside = _branches(bulletin, place).order_by().values("unit_id")
    found = members.youths_as_of(scope, inside, bulletin.cutoff_at, overdue=overdue)
    rows = list(found.filter(pk__gt=_number(after))[: PAGE + 1])
    return Behind(figure, _total(place, figure, column), rows[:PAGE], _next_key(rows))


def _claim_list(
    scope: Scope, bulletin: Bulletin, place: _Place, figure: Figure, column: Column | None, after: str
) -> Behind:
    inside = _branches(bulletin, place).order_by().values("unit_id")
    found = members.claims_as_of(scope, inside, bulletin.cutoff_at)
    rows = list(found.filter(pk__gt=_number(after))[: PAGE + 1])
    return Behind(figure, _total(place, figure, column), rows[:PAGE], _next_key(rows))


def _above(bulletin: Bulletin, rows: list[Any]) -> dict[int, str]:
    """The names that day of the superiors of these rows."""
    superiors = bulletin.units.filter(unit__in={row.parent_id for row in rows if row.parent_id})
    return dict(superiors.values_list("unit_id", "short_name"))


def _page(rows: list[Any]) -> tuple[list[Any], str]:
    """A page of frozen rows and the position the next begins at."""
    return rows[:PAGE], str(rows[PAGE].position) if len(rows) > PAGE else ""


def _next_key(rows: list[Any]) -> str:
    return str(rows[PAGE - 1].pk) if len(rows) > PAGE else ""


def _number(text: str) -> int:
    """A cursor as typed into an address; 0 for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 18 else 0


_Reader = Callable[[Scope, Bulletin, _Place, Figure, Column | None, str], Behind]
_READERS: dict[str, _Reader] = {
    "units": _unit_list,
    "branches": _branch_list,
    "members": _member_list,
    "cadres": _cadre_list,
    "youths": _youth_list,
    "claims": _claim_list,
}
