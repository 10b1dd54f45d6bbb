"""What a benchmark returns, and how it is shown."""

import math
import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from typing import Any


@dataclass(slots=True)
class Result:
    """One thing measured at one size. Times in seconds, one for each run.

    `what` is the same for every size, so that the exponent between sizes can be told. `floor` and
    `peer` are times of the same work done in the least and in another way; `bar` is the requirement
    in words.
    """

    what: str
    n: int
    unit: str
    seconds: list[float]
    floor: list[float] = field(default_factory=list)
    peer: list[float] = field(default_factory=list)
    megabytes: float = 0
    bar: str = ""

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)

    @property
    def p95(self) -> float:
        """Nineteen of twenty runs took no longer; of fewer runs the longest."""
        return sorted(self.seconds)[-1 - len(self.seconds) // 20]

    @property
    def per_second(self) -> float:
        return self.n / self.median

    @property
    def times_floor(self) -> float | None:
        """How many times the floor it took; the lower the better."""
        return self.median / statistics.median(self.floor) if self.floor else None

    @property
    def times_faster(self) -> float | None:
        """How many times faster than the peer it was."""
        return statistics.median(self.peer) / self.median if self.peer else None

    def as_json(self) -> dict[str, Any]:
        derived = ("median", "p95", "per_second", "times_floor", "times_faster")
        return asdict(self) | {name: getattr(self, name) for name in derived}


def timed(action: Callable[[], Any], runs: int = 5) -> list[float]:
    """The seconds each of `runs` calls took."""
    return [seconds(action) for _ in range(runs)]


def seconds(action: Callable[[], Any]) -> float:
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def exponents(results: Iterable[Result]) -> dict[tuple[str, int], float]:
    """For each result after the first of its `what`: time grew as n to this power since the one before."""
    found = {}
    for before, after in pairwise(sorted(results, key=lambda result: (result.what, result.n))):
        if before.what == after.what and before.n < after.n:
            found[after.what, after.n] = math.log(after.median / before.median) / math.log(after.n / before.n)
    return found


HEADINGS = ("what", "n", "median", "p95", "per second", "floor", "× floor", "× peer", "peak", "growth", "bar")


def table(results: list[Result]) -> str:
    """The results as lines of text."""
    growth = exponents(results)
    lines = [HEADINGS, *(_line(result, growth.get((result.what, result.n))) for result in results)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if place in (0, len(widths) - 1) else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def _line(result: Result, growth: float | None) -> tuple[str, ...]:
    def shown(value: float | None, form: str) -> str:
        return form.format(value) if value else ""

    return (
        result.what,
        f"{result.n} {result.unit}",
        _duration(result.median),
        _duration(result.p95) if len(result.seconds) > 1 else "",
        f"{result.per_second:,.0f}",
        _duration(statistics.median(result.floor)) if result.floor else "",
        shown(result.times_floor, "{:.2f}"),
        shown(result.times_faster, "{:.1f}"),
        shown(result.megabytes, "{:.0f} MB"),
        shown(growth, "n^{:.2f}"),
        result.bar,
    )


def _duration(value: float) -> str:
    return f"{value:.2f} s" if value >= 1 else f"{value * 1000:.1f} ms"
