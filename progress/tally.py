"""The arithmetic of the campaign: from leaf counts to a ranked table.

Specification (design: campaign, sections 2 and 3). Pure: no Django, no database, no clock.

**Folding.** A tree is given as `parents`: units depth first, each saying the index of its parent
(-1 for the root), so a parent always stands before its children. What was *entered* in a unit is
its own count plus that of its children. What is *expected* of a unit is its explicit figure; a
unit without one has the sum of what is known of its children, and is unknown (None) when nothing
is. An explicit figure that differs from the sum of its children is a mismatch: reported, not mended.
Leaves need not stand in the tree: what is counted of them is added to what their parent has of its own, what
is stated of them is given beside it (`leaves`).

**Lines.** A line is one unit's `entered` of `expected` in one stage (or domain) on one day:

    rate            entered / expected; None where expected is unknown or 0
    delta_1, _7     entered minus entered 1, 7 days before; None where that day has no bulletin
    days_left       max(0, deadline − day + 1): the deadline itself still counts
    needed_per_day  ceil(max(0, expected − entered) / days_left); None when days_left = 0
    pace            (entered − entered 3 days before) / 3
    forecast        day + ceil(remaining / pace); None when pace ≤ 0; forecast_delay = days past the deadline
    plan            expected × clamp((day − opens + 1) / (deadline − opens + 1), 0, 1);
                    0 while a gate keeps the stage closed
    plan_distance   rate minus the planned share

**Status**, the first that holds: 完成 (entered ≥ expected > 0; or, where a stage is done by declaration,
when it is declared), 逾期 (day > deadline), 待开放 (gate),
未开始 (entered = 0), 超前 / 滞后 (more than `lag_points` of rate off the plan), 正常.

**Rank** by rate inside a class: equal rates share a rank (1, 1, 3), no rate no rank. The same
function ranks by distance from the plan line.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from functools import partial
from itertools import accumulate, compress, count, repeat
from operator import is_not, ne, sub

PACE_DAYS = 3  # the days behind that pace looks
OVER_RATE = 1.05  # more than this is 超基数: worth a look, never capped


class Status(StrEnum):
    """How a line stands; the value is the word a reader sees."""

    COMPLETE = "完成"
    OVERDUE = "逾期"
    GATED = "待开放"
    NOT_STARTED = "未开始"
    AHEAD = "超前"
    BEHIND = "滞后"
    ON_PLAN = "正常"


@dataclass(frozen=True, slots=True)
class Clock:
    """From when to when a line runs. `opens` None with `is_gated`: a gate still keeps it closed.

    Without a deadline (a domain no stage asks for) nothing that looks ahead is known.
    """

    opens: dt.date | None
    deadline: dt.date | None
    is_gated: bool = False


@dataclass(frozen=True, slots=True)
class Counts:
    """What was counted: today and 1, 3 and 7 days before (None: no bulletin of that day)."""

    expected: int | None
    entered: int
    before_1: int | None = None
    before_3: int | None = None
    before_7: int | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything derived of one line (see the module's specification)."""

    rate: float | None
    delta_1: int | None
    delta_7: int | None
    days_left: int | None
    needed_per_day: int | None
    pace: float | None
    forecast: dt.date | None
    forecast_delay: int | None
    plan: float | None
    plan_distance: float | None
    status: Status


def fold(parents: Sequence[int], own: Sequence[int]) -> list[int]:
    """Own counts summed up the tree. Linear in the number of units."""
    totals = list(own)
    # A parent's total is read, as every selector, when its turn comes: after all of its children.
    for index in compress(range(len(totals) - 1, -1, -1), reversed(totals)):
        if parents[index] >= 0:
            totals[parents[index]] += totals[index]
    return totals


def fold_expected(
    parents: Sequence[int], explicit: Sequence[int | None], leaves: Sequence[int | None] | None = None
) -> tuple[list[int | None], list[int | None]]:
    """What is expected of each unit, and beside it the sum its children give (None: none known).

    `leaves`: what is known of children of each unit that do not stand in the tree.
    """
    below: list[int | None] = list(leaves or repeat(None, len(explicit)))
    expected = [total if stated is None else stated for stated, total in zip(explicit, below, strict=True)]
    known = map(partial(is_not, None), reversed(expected))
    for index in compress(range(len(expected) - 1, -1, -1), known):
        parent = parents[index]
        if parent >= 0:
            total = below[parent] = (below[parent] or 0) + (expected[index] or 0)
            if explicit[parent] is None:
                expected[parent] = total
    return expected, below


def adjust(
    parents: Sequence[int], expected: Sequence[int | None], changes: Sequence[int]
) -> list[int | None]:
    """What is expected with the agreed changes of the unit and of all below it; unknown stays unknown.

    Nothing below zero is expected of anybody.
    """
    return [
        None if figure is None else max(0, figure + change)
        for figure, change in zip(expected, fold(parents, changes), strict=True)
    ]


def missing(expected: Sequence[int | None], entered: Sequence[int]) -> list[int | None]:
    """How many are not entered yet; None where nothing is known to be expected."""
    return [
        None if whole is None else max(0, whole - have) for whole, have in zip(expected, entered, strict=True)
    ]


def no_more_than(figures: Sequence[int | None], most: Sequence[int | None]) -> list[int | None]:
    """Each figure, cut to what is `most` there, where that is known."""
    return [
        figure if figure is None or limit is None else min(figure, limit)
        for figure, limit in zip(figures, most, strict=True)
    ]


def fold_explained(
    parents: Sequence[int],
    stated: Sequence[int | None],
    leaves: Sequence[int | None],
    missing: Sequence[int | None],
) -> list[int | None]:
    """What is accounted for of those `missing` in each unit: what it stated, else the sum of its children.

    Nowhere more than are missing there, and no more than that is handed upwards: who has come since accounts
    for nobody else's shortfall.
    """
    below = list(leaves)
    explained: list[int | None] = [None] * len(parents)
    for index in range(len(parents) - 1, -1, -1):
        told, most = below[index] if stated[index] is None else stated[index], missing[index]
        if told is not None and most is not None:
            told = min(told, most)
        explained[index] = told
        if told is not None and parents[index] >= 0:
            below[parents[index]] = (below[parents[index]] or 0) + told
    return explained


def mismatches(explicit: Sequence[int | None], below: Sequence[int | None]) -> list[int]:
    """Where an explicit figure and the sum of the children are both known and differ."""
    unlike = compress(count(), map(ne, explicit, below))
    return [index for index in unlike if explicit[index] is not None and below[index] is not None]


def unbalanced(
    first: Iterable[int], last: Iterable[int], own: Sequence[int], totals: Sequence[int]
) -> list[int]:
    """Units whose total is not the sum of their sub-tree: `fold`, checked another way.

    `first[i]` and `last[i]` bound the sub-tree of unit i in `own`; with units depth first the sum of a
    sub-tree is a difference of running sums, which needs no parents at all.
    """
    before = list(accumulate(own, initial=0))
    sums = map(sub, map(before[1:].__getitem__, last), map(before.__getitem__, first))
    return list(compress(count(), map(ne, sums, totals)))


def sum_known(columns: Sequence[Sequence[int | None]]) -> list[int | None]:
    """Place by place the sum of the known figures; None where none is known."""
    total = list(columns[0])
    for column in columns[1:]:
        total = [
            figure if so_far is None else so_far if figure is None else so_far + figure
            for so_far, figure in zip(total, column, strict=True)
        ]
    return total


def rate_of(entered: int, expected: int | None) -> float | None:
    """Share entered, never capped; None where nothing (or nothing known) is expected."""
    return entered / expected if expected else None


def is_over(rate: float | None) -> bool:
    """Is so much more entered than expected that the baseline is worth a look: 超基数?"""
    return rate is not None and rate > OVER_RATE


def awaits_declaration(rate: float | None, status: Status) -> bool:
    """Of a stage done by declaration: is everybody in, and 核对完成 still to be said?"""
    return rate is not None and rate >= 1 and status != Status.COMPLETE


def lags(status: Status, plan: float | None) -> bool:
    """Is a line behind what was asked of it by now? 未开始 is, once the plan asks for something."""
    return status in (Status.BEHIND, Status.OVERDUE) or (status == Status.NOT_STARTED and bool(plan))


def cut(rate: float) -> float:
    """A rate as it is shown: cut after 0.1 %, not rounded, so that 69.96 % does not read as 70.0 %."""
    return int(rate * 1000 + 1e-9) / 1000


def percent(rate: float | None) -> str:
    """A rate in words, never capped: `0.8749` → `87.4%`; `—` where there is none."""
    return "—" if rate is None else f"{cut(rate):.1%}"


def planned_share(day: dt.date, clock: Clock) -> Fraction | None:
    """The share of the expected that the straight line from opening to deadline asks for on `day`."""
    if clock.is_gated:
        return Fraction(0)
    if clock.opens is None or clock.deadline is None:
        return None
    span = (clock.deadline - clock.opens).days + 1
    gone = (day - clock.opens).days + 1
    if span <= 0:  # opened after its own deadline: all of it is due
        return Fraction(int(day > clock.deadline))
    return min(max(Fraction(gone, span), Fraction(0)), Fraction(1))


def derive(
    day: dt.date, clock: Clock, counts: Counts, *, lag_points: int, is_declared: bool | None = None
) -> Figures:
    """Every figure of one line on one day. `is_declared` None: the figures alone say when it is done."""
    expected, entered = counts.expected, counts.entered
    remaining = None if expected is None else max(0, expected - entered)
    days_left = None if clock.deadline is None else max(0, (clock.deadline - day).days + 1)
    pace = None if counts.before_3 is None else (entered - counts.before_3) / PACE_DAYS
    forecast = _forecast(day, remaining, None if counts.before_3 is None else entered - counts.before_3)
    share = planned_share(day, clock)
    distance = Fraction(entered, expected) - share if expected and share is not None else None
    return Figures(
        rate=rate_of(entered, expected),
        delta_1=None if counts.before_1 is None else entered - counts.before_1,
        delta_7=None if counts.before_7 is None else entered - counts.before_7,
        days_left=days_left,
        needed_per_day=-(-remaining // days_left) if remaining is not None and days_left else None,
        pace=pace,
        forecast=forecast,
        forecast_delay=(forecast - clock.deadline).days if forecast and clock.deadline else None,
        plan=float(expected * share) if expected is not None and share is not None else None,
        plan_distance=None if distance is None else float(distance),
        status=_status(day, clock, expected, entered, distance, lag_points, is_declared),
    )


def rank(values: Sequence[float | None]) -> list[int | None]:
    """Places by falling value: equal values share one (1, 1, 3), None has none."""
    place: dict[float, int] = {}
    for position, value in enumerate(sorted((v for v in values if v is not None), reverse=True), start=1):
        place.setdefault(value, position)
    return [None if value is None else place[value] for value in values]


def _forecast(day: dt.date, remaining: int | None, gained: int | None) -> dt.date | None:
    """The day the rest is in at the pace of `gained` in PACE_DAYS; None when it never is."""
    if remaining is None or gained is None or gained <= 0:
        return None
    days = -(-remaining * PACE_DAYS // gained)
    return day + dt.timedelta(days=days) if days <= (dt.date.max - day).days else None


def _status(
    day: dt.date,
    clock: Clock,
    expected: int | None,
    entered: int,
    distance: Fraction | None,
    lag_points: int,
    is_declared: bool | None,
) -> Status:
    is_done = bool(expected and entered >= expected) if is_declared is None else is_declared
    if is_done:
        return Status.COMPLETE
    if clock.deadline is not None and day > clock.deadline:
        return Status.OVERDUE
    if clock.is_gated:
        return Status.GATED
    if entered == 0:
        return Status.NOT_STARTED
    if distance is not None and abs(distance) > Fraction(lag_points, 100):
        return Status.AHEAD if distance > 0 else Status.BEHIND
    return Status.ON_PLAN
