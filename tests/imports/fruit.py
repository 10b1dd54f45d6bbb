"""A kind of workbook of our own: fruit on a stall. As small as an importer can be, and honest.

A row names a fruit, its weight and its stall (a unit). The world is a dict, so that a test can move
it between check and commit; `write` counts what it writes.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from zhtj.lib.problems import Catalogue, Problem, Rule, Severity
from zhtj.lib.workbook import (
    Acknowledgement,
    Column,
    Context,
    Judged,
    Outcome,
    Row,
    WorkbookKind,
    WorldMoved,
)

from orgs import audit

CODES = Catalogue(
    [
        Rule("fruit.missing", "没有填水果。", "请填写水果名称。", "测试"),
        Rule("fruit.rotten", "“{name}”是坏的。", "请换一个。", "测试"),
        Rule("fruit.unripe", "“{name}”还没有熟。", "请放几天。", "测试"),
        Rule("fruit.twice_in_file", "与第 {other} 行相同。", "请删去一行。", "测试"),
        Rule("weight.format", "重量不是数字。", "请填数字。", "测试"),
        Rule("weight.heavy", "太重了。", "请核对。", "测试", Severity.WARNING),
    ]
)


class World:
    """What is on the stalls: name → weight. Reset by the fixture."""

    stock: ClassVar[dict[str, str]] = {}
    written: ClassVar[list[int]] = []
    explode: ClassVar[str] = ""  # "judge" or "write"
    moved: ClassVar[bool] = False
    on_write: ClassVar[Callable[[], None] | None] = None


class FruitImporter:
    def __init__(self, context: Context) -> None:
        self.context = context

    def judge(self, rows: Sequence[Row], report: Callable[[int], None]) -> list[Judged]:
        if World.explode == "judge":
            raise ZeroDivisionError("the scales broke")
        first: dict[str, int] = {}
        judged = []
        for done, row in enumerate(rows, 1):
            judged.append(_judge(row, first))
            report(done)
        return judged

    def acknowledgements(self, judged: Sequence[Judged]) -> list[Acknowledgement]:
        wanted = []
        if any(row.entry and row.entry["name"] == "榴莲" for row in judged):
            wanted.append(Acknowledgement("fruit.smells", self.context.unit.short_name, "有榴莲，会有气味。"))
        blanks = sum(1 for row in judged if row.entry and row.entry["weight"] == "")
        if blanks and not self.context.attest_evidence:
            wanted.append(Acknowledgement("identity.evidence_unattested", "", f"{blanks} 行没有称重。"))
        return wanted

    def write(self, judged: Sequence[Judged]) -> int:
        if World.moved:
            World.moved = False
            raise WorldMoved("somebody bought it")
        for row in judged:
            if (row.outcome == Outcome.OK) == (row.entry["name"] in World.stock):
                raise WorldMoved("the stalls have changed")
        if World.on_write:
            World.on_write()
        after = {"rows": len(judged)}
        audit.record(
            self.context.actor,
            "fruit.import",
            unit=self.context.unit,
            batch_id=self.context.batch_id,
            after=after,
        )
        if World.explode == "write":
            raise ZeroDivisionError("the shelf broke")
        for row in judged:
            World.stock[row.entry["name"]] = row.entry["weight"]
            World.written.append(row.number)
        return sum(row.outcome == Outcome.OK for row in judged)


def _judge(row: Row, first: dict[str, int]) -> Judged:
    name, weight = _text(row.cells.get("fruit")), _text(row.cells.get("weight"))
    problems = list(_problems(row, name, weight, first))
    entry: dict[str, Any] = {"name": name, "weight": weight}
    if any(problem.code == "fruit.unripe" for problem in problems) and len(problems) == 1:
        return Judged(row.number, Outcome.RECTIFY, problems)
    if any(problem.blocks for problem in problems):
        return Judged(row.number, Outcome.MEND, problems)
    if name in World.stock:
        if World.stock[name] == weight:
            return Judged(row.number, Outcome.UNCHANGED, problems)
        change = {"weight": [World.stock[name], weight]}
        return Judged(row.number, Outcome.UPDATED, problems, entry, change)
    return Judged(row.number, Outcome.OK, problems, entry)


def _problems(row: Row, name: str, weight: str, first: dict[str, int]) -> Any:
    if not name:
        yield CODES.problem("fruit.missing")
    elif name.startswith("坏"):
        yield CODES.problem("fruit.rotten", name=name)
    elif name.startswith("生"):
        yield CODES.problem("fruit.unripe", name=name)
    elif first.setdefault(name, row.number) != row.number:
        yield CODES.problem("fruit.twice_in_file", other=first[name])
    if weight and not weight.replace(".", "").isdigit():
        yield CODES.problem("weight.format")
    elif weight and float(weight) > 100:
        yield CODES.problem("weight.heavy")


def _text(cell: Any) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, dt.date):
        return cell.isoformat()
    return str(cell).strip() if cell is not None else ""


def problem_codes(problems: Sequence[Problem]) -> list[str]:
    return [problem.code for problem in problems]


KIND = WorkbookKind(
    key="fruit",
    title="水果",
    columns=(
        Column("fruit", "水果", ("果子",), required=True, example="苹果"),
        Column("weight", "重量", help="公斤，填数字。"),
        Column("national_id", "身份证号码"),
        Column("quality", "品质", choices=("优", "良")),
    ),
    capability="members.enter",
    importer=FruitImporter,
    explanation=lambda: ("每行一种水果。",),
)
