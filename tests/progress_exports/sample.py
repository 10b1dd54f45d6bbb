"""A province in plain lines: what `progress.queries.report` would return for day 23 of the campaign."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from orgs.kinds import Domain, UnitClass
from progress import tally
from progress.exports.document import Document, Head, StageHead, compose
from progress.presets import PRESETS
from progress.queries import GROUPS
from progress.tally import Clock, Counts

DAY = dt.date(2018, 11, 23)
CITIES = [
    "郑州",
    "开封",
    "洛阳",
    "平顶山",
    "安阳",
    "鹤壁",
    "新乡",
    "焦作",
    "濮阳",
    "许昌",
    "漯河",
    "三门峡",
    "南阳",
    "商丘",
    "信阳",
    "周口",
    "驻马店",
    "济源",
]
COUNTIES = ["巩义", "兰考", "汝州", "滑县", "长垣", "邓州", "永城", "固始", "鹿邑", "新蔡"]
STAGES = tuple(
    StageHead(plan.key, plan.name, plan.measure.value, plan.opens_on, plan.deadline)
    for plan in PRESETS["henan-2018"].stages
)
SIZES = {  # what a unit of the class is expected to enter, stage by stage
    UnitClass.CITY: (180, 900, 62_000, 9_000, 48_000),
    UnitClass.DIRECT_COUNTY: (24, 130, 9_000, 900, 7_000),
    UnitClass.UNIVERSITY: (0, 26, 16_000, 0, 0),
    UnitClass.DIRECT_UNIT: (0, 12, 0, 1_400, 300),
}

Unit = tuple[str, str, str]  # code, name, class


def province_units(
    cities: int = 18, counties: int = 10, universities: int = 60, others: int = 40
) -> list[Unit]:
    names = [f"{CITIES[n % 18]}{'' if n < 18 else n}团市委" for n in range(cities)]
    units = [(f"HN{n:02}", name, UnitClass.CITY.value) for n, name in enumerate(names, 1)]
    names = [f"{COUNTIES[n % 10]}{'' if n < 10 else n}团县（市）委" for n in range(counties)]
    units += [(f"HN1{n:02}", name, UnitClass.DIRECT_COUNTY.value) for n, name in enumerate(names, 1)]
    for n in range(1, universities + 1):
        name = f"河南第{n}大学团委" if n % 7 else f"河南水利与环境工程职业技术第{n}学院团委"
        units.append((f"HN2{n:02}", name, UnitClass.UNIVERSITY.value))
    for n in range(1, others + 1):
        name = f"省直属第{n}集团团委" if n % 5 else f"中国某某工程局有限公司河南第{n}分公司团工委"
        units.append((f"HN3{n:02}", name, UnitClass.DIRECT_UNIT.value))
    return units


def lines(
    units: Sequence[Unit],
    *,
    day: dt.date = DAY,
    stages: Sequence[StageHead] = STAGES,
    own: tuple[str, str] = ("HN", "河南团省委"),
) -> list[dict[str, Any]]:
    """Lines of an own unit and these children; figures spread over every status there is."""
    made: list[dict[str, Any]] = []
    series = [(stage.key, "", index) for index, stage in enumerate(stages)]
    series += [("", domain, 2 + n % 3) for n, domain in enumerate(Domain.values)]
    for key, domain, size in series:
        clock = Clock(stages[size].opens_on, stages[size].deadline)
        rows = [_child(unit, n, key, domain, size, clock, day) for n, unit in enumerate(units)]
        total = [row["expected"] or 0 for row in rows], [row["entered"] for row in rows]
        changes = sum(row["delta_1"] for row in rows), sum(row["delta_7"] for row in rows)
        counts = Counts(
            sum(total[0]), sum(total[1]), sum(total[1]) - changes[0], None, sum(total[1]) - changes[1]
        )
        made.append(_line((*own, ""), key, domain, counts, clock, day))
        for group in GROUPS:
            made += _ranked([row for row in rows if row["class"] == group])
    return made


def head(**changes: Any) -> Head:
    values: dict[str, Any] = {
        "campaign": "“智慧团建”系统信息采集录入“百日攻坚行动”",
        "day": DAY,
        "day_number": 23,
        "cutoff": dt.datetime(2018, 11, 23, 8, 0),
        "number": "第23期",
        "revision": 1,
        "unit": "HN",
        "unit_name": "河南团省委",
        "stages": STAGES,
        "groups": GROUPS,
        "domains": dict(Domain.choices),
    }
    return Head(**values | changes)


def province(**sizes: int) -> Document:
    """A whole province of the usual size."""
    return compose(head(), lines(province_units(**sizes)))


def named(*names: str, **changes: Any) -> Document:
    """A province whose cities bear these names."""
    units = [(f"X{n}", name, UnitClass.CITY.value) for n, name in enumerate(names)]
    return compose(head(**changes), lines(units))


def _child(
    unit: Unit, n: int, key: str, domain: str, size: int, clock: Clock, day: dt.date
) -> dict[str, Any]:
    expected = SIZES.get(UnitClass(unit[2]), (9, 9, 99, 99, 99))[size] + n * 37 % 101
    if not SIZES[UnitClass(unit[2])][size]:
        expected = 0
    share = (0.0, 0.08, 0.31, 0.44, 0.52, 0.71, 1.0, 1.07)[n * 5 % 8 if n % 11 else 0]
    entered = int(expected * share) if clock.opens and clock.opens <= day and size != 4 else 0
    known = None if n % 23 == 22 else expected
    before = entered - min(entered, n * 131 % 997), entered - min(entered, n * 531 % 2997)
    counts = Counts(known, entered, before[0], before[1], before[1])
    gated = Clock(None, clock.deadline, is_gated=True) if size == 4 else clock
    return _line(unit, key, domain, counts, gated, day)


def _line(unit: Unit, key: str, domain: str, counts: Counts, clock: Clock, day: dt.date) -> dict[str, Any]:
    code, name, group = unit
    figures = tally.derive(day, clock, counts, lag_points=5)
    return {
        "unit": code,
        "name": name,
        "class": group,
        "stage": key,
        "domain": domain,
        "expected": counts.expected,
        "expected_adjusted": counts.expected,
        "entered": counts.entered,
        "rate": figures.rate,
        "delta_1": figures.delta_1,
        "delta_7": figures.delta_7,
        "days_left": figures.days_left,
        "needed_per_day": figures.needed_per_day,
        "pace": figures.pace,
        "forecast": figures.forecast.isoformat() if figures.forecast else None,
        "plan": figures.plan,
        "status": figures.status.value,
        "rank": None,
        "explained": None,
    }


def _ranked(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    for row, place in zip(rows, tally.rank([row["rate"] for row in rows]), strict=True):
        row["rank"] = place
    return sorted(rows, key=lambda row: (row["rank"] is None, row["rank"] or 0))
