"""One page of the bulletin: a unit in one column, one class of its children at a time."""

import datetime as dt
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from orgs.kinds import Domain
from orgs.models import OrgUnit
from orgs.scopes import Scope
from progress import terms
from progress.models import Bulletin, BulletinState
from progress.queries.behind import ENTERED, FIGURES, Figure, figure_for
from progress.queries.bulletins import neighbours
from progress.queries.columns import Column, columns
from progress.queries.naming import number
from progress.queries.report import GROUPS, ORDER, Row, Sheet, read


@dataclass(frozen=True, slots=True)
class Choice:
    """What the reader picked; blank = the page decides."""

    column: str = ""
    unit_class: str = ""
    order: str = ""  # "plan": by distance from the plan line


@dataclass(frozen=True, slots=True)
class Page:
    """All the template needs. `rows` are of one class, in the chosen order."""

    bulletin: Bulletin
    number: str
    unit: OrgUnit
    columns: list[Column]
    column: Column
    own: Row | None
    classes: list[tuple[str, str, int]]  # key, label, rows
    unit_class: str
    rows: list[Row]
    by_plan: bool
    structure: list[tuple[Figure, int, bool]]  # what is counted, the figure, whether its list is open
    mismatches: list[tuple[str, int, int]]
    before: dt.date | None
    after: dt.date | None
    superior: OrgUnit | None  # whose page ranks this unit
    has_list: bool  # the entered figure is a link to the list behind it
    is_giver: bool  # may publish this day's bulletin, and have it computed again
    has_files: bool  # what is given out of this unit is for this reader

    @property
    def stages(self) -> list[Column]:
        return [column for column in self.columns if column.stage]

    @property
    def domains(self) -> list[Column]:
        return [column for column in self.columns if column.domain]

    @property
    def explanations(self) -> list[str]:
        """What the marks in the table mean."""
        shown = [*self.rows, *([self.own] if self.own else [])]
        remarks = [remark for row in shown for remark in row.remarks]
        return terms.explanations(remarks, is_explained=any(row.explained for row in shown))

    @property
    def query(self) -> str:
        """What stays the same on the links of this page: the unit and the column."""
        kind = "stage" if self.column.stage else "domain"
        return urlencode({"unit": self.unit.code, kind: self.column.key})

    @property
    def may_publish(self) -> bool:
        return self.is_giver and self.bulletin.state == BulletinState.DONE

    @property
    def may_correct(self) -> bool:
        return self.is_giver and self.bulletin.state == BulletinState.PUBLISHED

    @property
    def is_sound(self) -> bool:
        return all(check["ok"] for check in self.bulletin.checks)


def page(scope: Scope, bulletin: Bulletin, unit: OrgUnit, choice: Choice) -> Page | None:
    """The page of `unit` as far as `scope` sees it; None when it sees nothing of it. A dozen queries."""
    offered = columns(bulletin)
    column = column_of(bulletin, choice.column, unit)
    sheet = read(scope, bulletin, unit, [column])
    if sheet.reach.is_nothing:
        return None
    rows = sheet.rows[column.key]
    children = [row for row in rows if not row.shown.is_own]
    present = sorted({row.shown.unit_class for row in children}, key=ORDER.index)
    unit_class = choice.unit_class if choice.unit_class in present else next(iter(present), "")
    chosen = [row for row in children if row.shown.unit_class == unit_class]
    if choice.order == "plan":
        chosen.sort(key=lambda row: (row.plan_rank is None, row.plan_rank or 0, row.shown.position))
    before, after = neighbours(scope, bulletin)
    return Page(
        bulletin=bulletin,
        number=number(bulletin),
        unit=unit,
        columns=offered,
        column=column,
        own=next((row for row in rows if row.shown.is_own), None),
        classes=[
            (name, GROUPS[name], sum(row.shown.unit_class == name for row in children)) for name in present
        ],
        unit_class=unit_class,
        rows=chosen,
        by_plan=choice.order == "plan",
        structure=_structure(scope, sheet),
        mismatches=_mismatches(sheet),
        before=before,
        after=after,
        has_files=sheet.reach.is_full and not bulletin.campaign.is_rehearsal,
        superior=unit.parent if sheet.reach.is_full else None,
        has_list=_has_list(scope, column),
        is_giver=not bulletin.campaign.is_rehearsal
        and scope.may("bulletin.publish", bulletin.campaign.province),
    )


def column_of(bulletin: Bulletin, key: str, unit: OrgUnit) -> Column:
    """The column of that key; for none what a reader most likely wants: the stage of the unit's own domain,
    else the first one running."""
    offered = columns(bulletin)
    stages = [column for column in offered if column.domains and column.stage]
    chosen = [column for column in offered if column.key == key]
    own = [column for column in stages if unit.domain in column.domains]
    running = [column for column in stages if column.deadline and column.deadline >= bulletin.day]
    return next(iter([*chosen, *own, *running, *stages, *offered]))


def _structure(scope: Scope, sheet: Sheet) -> list[tuple[Figure, int, bool]]:
    figures: dict[str, Any] = sheet.own.structure if sheet.own else {}
    return [
        (figure, figures[figure.key], bool(figures[figure.key]) and scope.has(figure.capability))
        for figure in FIGURES.values()
        if figure.key in figures
    ]


def _has_list(scope: Scope, column: Column) -> bool:
    figure = figure_for(column, ENTERED)
    return figure is not None and scope.has(figure.capability)


def _mismatches(sheet: Sheet) -> list[tuple[str, int, int]]:
    found = sheet.own.structure.get("mismatches", {}) if sheet.own else {}
    return [(Domain(domain).label, explicit, below) for domain, (explicit, below) in found.items()]
