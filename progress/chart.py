"""A curve as a drawing: where its lines, ticks and marks lie. Pure: no Django, no database, no clock.

Specification (design: campaign, section 3; stack: no chart library is shipped, the server draws). A chart
shows one stage: what was entered on each day as a full line, the plan line from opening to deadline dashed,
and from the last day the way to completion at the present pace dotted. The vertical axis is the rate where
something is expected, else the number entered; a rate over 100 % stretches it. A forecast further off than
`FAR` days after the deadline is cut there.

Coordinates are those of an SVG of WIDTH × HEIGHT; everything is a string or a number a template puts down.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 640, 240
LEFT, RIGHT, TOP, BOTTOM = 60, 16, 14, 34
FAR = dt.timedelta(days=30)
STEPS = 4  # parts of the vertical axis
MOST_DATES = 6


@dataclass(frozen=True, slots=True)
class Mark:
    """A tick: where, what is written, and how (`anchor` of an SVG text). `is_minor`: not on a phone."""

    at: float
    label: str
    anchor: str = "middle"
    is_minor: bool = False


@dataclass(frozen=True, slots=True)
class Chart:
    """One drawing. `entered` and the others are points of a polyline, "" where there is no such line."""

    entered: str
    plan: str
    forecast: str
    dot: tuple[float, float]
    deadline: float | None
    dates: list[Mark]
    values: list[Mark]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    top: int = TOP
    bottom: int = HEIGHT - BOTTOM


@dataclass(frozen=True, slots=True)
class Source:
    """What is drawn. `days` oldest first, at least one, with the `entered` of each."""

    days: Sequence[dt.date]
    entered: Sequence[int]
    expected: int | None
    opens: dt.date | None = None
    deadline: dt.date | None = None
    forecast: dt.date | None = None


def draw(source: Source) -> Chart:
    """The chart of a curve. Raises ValueError without a day."""
    if not source.days:
        raise ValueError("a curve without a day")
    end = _end(source)
    start = min(filter(None, [source.days[0], source.opens]))
    span = max(1, (end - start).days)
    top = _top(source)

    def x(day: dt.date) -> float:
        return round(LEFT + (WIDTH - LEFT - RIGHT) * (day - start).days / span, 1)

    def y(value: float) -> float:
        return round(HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * value / top, 1)

    def line(points: Sequence[tuple[dt.date, float]]) -> str:
        return " ".join(f"{x(day)},{y(value)}" for day, value in points)

    whole = float(source.expected or 0)
    last = (source.days[-1], float(source.entered[-1]))
    planned = [(source.opens, 0.0), (source.deadline, whole)] if whole else []
    known = [(day, value) for day, value in planned if day is not None]
    return Chart(
        entered=line([(day, float(value)) for day, value in zip(source.days, source.entered, strict=True)]),
        plan=line(known) if len(known) == 2 and known[0][0] < known[1][0] else "",
        forecast=line([last, _reached(source, last, end)]) if source.forecast and whole else "",
        dot=(x(last[0]), y(last[1])),
        deadline=x(source.deadline) if source.deadline and start <= source.deadline <= end else None,
        dates=_dates(start, end, x),
        values=_values(source, top, y),
    )


def _end(source: Source) -> dt.date:
    known = [source.days[-1], *filter(None, [source.deadline])]
    if source.forecast:
        limit = max(source.deadline or source.days[-1], source.days[-1]) + FAR
        known.append(min(source.forecast, limit))
    return max(known)


def _top(source: Source) -> float:
    """The value at the upper edge: all that is expected, or the most entered where that is more.

    Where the axis counts members, each of its ticks is a whole number.
    """
    most = max([source.expected or 0, *source.entered, 1])
    return float(most if source.expected else most + -most % STEPS)


def _reached(source: Source, last: tuple[dt.date, float], end: dt.date) -> tuple[dt.date, float]:
    """Where the dotted line ends: at the forecast, or where the drawing does."""
    forecast, whole = source.forecast or end, float(source.expected or 0)
    if forecast <= end:
        return forecast, whole
    part = (end - last[0]).days / max(1, (forecast - last[0]).days)
    return end, last[1] + (whole - last[1]) * part


def _dates(start: dt.date, end: dt.date, x: Callable[[dt.date], float]) -> list[Mark]:
    """Some days along the axis, the first and the last among them."""
    days = (end - start).days
    count = min(MOST_DATES, days) or 1
    steps = sorted({round(days * step / count) for step in range(count + 1)})
    marks: list[Mark] = []
    for step in steps:
        day = start + dt.timedelta(days=step)
        anchor = "start" if step == 0 else "end" if step == days else "middle"
        marks.append(Mark(x(day), f"{day:%m-%d}", anchor, is_minor=0 < step < days and len(marks) % 3 != 0))
    return marks


def _values(source: Source, top: float, y: Callable[[float], float]) -> list[Mark]:
    marks = []
    for step in range(STEPS + 1):
        value = top * step / STEPS
        label = f"{value / source.expected:.0%}" if source.expected else f"{value:,.0f}"
        marks.append(Mark(y(value), label, "end"))
    return marks
