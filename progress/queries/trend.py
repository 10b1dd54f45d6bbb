"""How a unit came to where it is: its figures on every day of the campaign, and two days side by side.

Read from frozen rows only, of the last revision of each day the reader may see. The plan line and the
deadline are those of the last of these bulletins. Three queries for the curve, whatever the number of days.
"""

import datetime as dt
from dataclasses import dataclass

from orgs.models import OrgUnit
from orgs.scopes import Scope
from progress import tally
from progress.models import Bulletin, BulletinBranch, BulletinUnit, Counted
from progress.queries.bulletins import bulletins, on_day
from progress.queries.columns import Column, clock_of, columns
from progress.queries.report import Row, read, region_at


@dataclass(frozen=True, slots=True)
class Point:
    """One day of a curve. `rate` is null where nothing is expected."""

    day: dt.date
    expected: int | None
    entered: int
    rate: float | None
    planned_rate: float | None


@dataclass(frozen=True, slots=True)
class Curve:
    """One column over the days, oldest first; `last` is its line on the last day as shown, `clock` says when
    the column runs for the unit."""

    column: Column
    points: list[Point]
    last: Row
    clock: tally.Clock

    @property
    def pace(self) -> float | None:
        return self.last.figures.pace

    @property
    def forecast(self) -> dt.date | None:
        return self.last.figures.forecast


@dataclass(frozen=True, slots=True)
class Pair:
    """One unit on two days. `was` null: it was not among the units of that page then."""

    now: Row
    was: Row | None

    @property
    def change(self) -> int | None:
        return None if self.was is None else self.now.entered - self.was.entered

    @property
    def rank_change(self) -> int | None:
        """Places won (positive) or lost."""
        if self.was is None or self.was.rank is None or self.now.rank is None:
            return None
        return self.was.rank - self.now.rank


def visible_days(scope: Scope, bulletin: Bulletin) -> list[dt.date]:
    """The days with a bulletin for this reader, newest first. One query."""
    days = bulletins(scope, bulletin.campaign).order_by("-day").values_list("day", flat=True)
    return list(dict.fromkeys(days))


def other_day(scope: Scope, bulletin: Bulletin, typed: str) -> Bulletin | None:
    """The bulletin to compare with: of the day as typed into an address, else of the day before that has one.

    None where the reader has no such bulletin. Two queries.
    """
    day = _day(typed) or next((day for day in visible_days(scope, bulletin) if day < bulletin.day), None)
    return on_day(scope, bulletin.campaign, day or bulletin.day)


def trend(scope: Scope, bulletin: Bulletin, unit: OrgUnit) -> list[Curve]:
    """The curves of `unit` up to the day of `bulletin`, a stage each; [] where the reader sees nothing."""
    stages = [column for column in columns(bulletin) if column.stage]
    sheet = read(scope, bulletin, unit, stages, only_own=True)
    if sheet.own is None:
        return []
    earlier = bulletins(scope, bulletin.campaign).filter(day__lte=bulletin.day)
    by_id = {found.pk: found.day for found in earlier.order_by("day", "revision")}
    last = {day: pk for pk, day in by_id.items()}
    counted = _counted(unit, set(last.values()), stages)
    region = region_at(bulletin, sheet.own)
    curves = []
    for column in stages:
        for row in sheet.rows[column.key]:
            clock = clock_of(bulletin, column, region)
            points = [
                _point(day, counted[pk, column.key], clock)
                for day, pk in last.items()
                if (pk, column.key) in counted
            ]
            curves.append(Curve(column, points, row, clock))
    return curves


def compare(
    scope: Scope, then: Bulletin, now: Bulletin, unit: OrgUnit, column: Column
) -> tuple[Pair | None, list[Pair]]:
    """The unit itself and its children on two days, in the order of the later one, whose rows are shown.

    Each day's column is as it was set that day; a stage that day did not have yet has no rows there.
    """
    column_then = [known for known in columns(then) if known.key == column.key]
    sheet = read(scope, then, unit, column_then)
    was = {row.shown.unit_id: row for rows in sheet.rows.values() for row in rows}
    pairs = [
        Pair(row, was.get(row.shown.unit_id)) for row in read(scope, now, unit, [column]).rows[column.key]
    ]
    own = next((pair for pair in pairs if pair.now.shown.is_own), None)
    return own, [pair for pair in pairs if not pair.now.shown.is_own]


def _day(typed: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(typed)
    except ValueError:
        return None


def _counted(unit: OrgUnit, ids: set[int], stages: list[Column]) -> dict[tuple[int, str], Counted]:
    """The frozen figures of one unit in these bulletins. Two queries: it may have been a branch."""
    found = {}
    for row in BulletinUnit.objects.filter(unit=unit, bulletin__in=ids).only("bulletin_id", "stages"):
        for column in stages:
            if column.stage in row.stages:
                found[row.bulletin_id, column.key] = row.counted(column.stage, "")
    branches = BulletinBranch.objects.filter(unit=unit, bulletin__in=ids)
    for pk, domain, expected, members in branches.values_list("bulletin_id", "domain", "expected", "members"):
        for column in stages:
            if domain in column.domains:
                found[pk, column.key] = Counted(expected, expected, members)
    return found


def _point(day: dt.date, counted: Counted, clock: tally.Clock) -> Point:
    share = tally.planned_share(day, clock)
    rate = tally.rate_of(counted.entered, counted.expected)
    planned = None if share is None else float(share)
    return Point(day, counted.expected, counted.entered, rate, planned)
