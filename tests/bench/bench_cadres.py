"""Importing cadres: check and commit of a workbook, beside members of the same number in the same run.

The same people-to-be, the same desk, the same file format: a cadre may cost no more per row than a
member does. `peer` is the members' time.
"""

import io
import time
from collections.abc import Iterator

from zhtj.demo.people import ORGAN_POSTS
from zhtj.imports import actions
from zhtj.imports.models import BatchState, ImportBatch
from zhtj.lib.sheets import HeaderCell, SheetOut, write_workbook

from tests.bench.bench_import import PEOPLE, Desk, _settle
from tests.bench.enter import enter
from tests.bench.frame import Result

ROWS = {"small": (1_000, 5_000), "full": (5_000, 20_000)}
RUNS = 3
HEADERS = (
    "姓名", "身份证号码", "民族", "政治面貌", "团内职务", "所在组织", "团干部性质", "任职年月", "入团年月",
    "文化程度", "手机号码", "学习工作单位", "QQ",
)  # fmt: skip
BAR = "× peer ≥ 1: no slower per row than members"


def run(size: str) -> list[Result]:
    """Two sizes; members of the same number as the peer."""
    desk = Desk(PEOPLE[size])
    return [_speed(desk, count) for count in ROWS[size]]


def _speed(desk: Desk, count: int) -> Result:
    result = Result("import cadres: check + commit", count, "rows", [], bar=BAR)
    for _ in range(RUNS):
        result.seconds.append(_timed(desk, _upload(desk, count), count))
        result.peer.append(_timed(desk, desk.upload(desk.workbook(count)), count))
    return result


def _timed(desk: Desk, batch: ImportBatch, count: int) -> float:
    started = time.perf_counter()
    enter(batch, desk.actor)
    took = time.perf_counter() - started
    if batch.state != BatchState.COMMITTED or batch.entered_count != count:
        raise RuntimeError(f"{batch.entered_count} of {count} entered: {batch.faults or batch.problems}")
    _settle()
    return took


def _upload(desk: Desk, count: int) -> ImportBatch:
    file = io.BytesIO()
    header = [HeaderCell(text) for text in HEADERS]
    write_workbook(file, [SheetOut("团干部", header, _rows(desk, count))])
    return actions.upload(
        desk.actor, kind="cadres", unit=desk.committee, file_name="团干部.xlsx", data=file.getvalue()
    )


def _rows(desk: Desk, count: int) -> Iterator[list[str]]:
    """People nobody has seen, each with a post of the committee."""
    for n in range(count):
        desk.next += 1
        who = desk.crowd.person(desk.next)
        yield [
            who.full_name, who.national_id, "汉族", "中共党员", ORGAN_POSTS[n % len(ORGAN_POSTS)], "", "兼职",
            "2016-09", "", "大学本科", f"138{desk.next % 10**8:08d}", "测试中学", str(desk.next),
        ]  # fmt: skip
