"""The cadres workbook (design: interfaces, Workbooks): its columns, and what is done with its rows."""

from collections.abc import Callable, Sequence

from zhtj.lib import days
from zhtj.lib.workbook import (
    Acknowledgement,
    Column,
    Context,
    Judged,
    Outcome,
    Row,
    Undoing,
    WorkbookKind,
)

from cadres.actions import Verdict, Written, enter_cadres, judge, undo_cadres
from cadres.queries.units import Units
from cadres.rules import ENGAGEMENTS, EVERY_POST, POSTS_AT, Entry, EntryReader
from orgs import finding, person_rules
from orgs.kinds import UnitKind
from orgs.models import OrgUnit
from orgs.person_columns import DETAILS, ETHNICITY, MONTH_HELP, NATIONAL_ID

COLUMNS = (
    Column("full_name", "姓名", ("团干部姓名",), True, "与身份证一致", width=12, example="李文"),
    NATIONAL_ID,
    ETHNICITY,
    Column(
        "political_status",
        "政治面貌",
        (),
        True,
        "",
        person_rules.POLITICAL_STATUS_CHOICES,
        width=14,
        example="中共党员",
    ),
    Column("post", "团内职务", ("职务", "团内现任职务"), True, "", EVERY_POST, example="书记"),
    Column(
        "unit",
        "所在组织",
        ("组织", "所在团组织", "所属组织", "任职组织"),
        False,
        "留空为本组织；也可填直属下级团支部的编码、全称或简称",
        width=26,
    ),
    Column(
        "engagement",
        "团干部性质",
        ("干部性质",),
        False,
        "团的领导机关必填",
        tuple(ENGAGEMENTS),
        example="专职",
    ),
    Column("appointed_on", "任职年月", ("任职时间", "任职日期"), False, MONTH_HELP),
    Column("joined_on", "入团年月", ("入团时间", "入团日期", "加入共青团时间"), False, MONTH_HELP),
    *DETAILS,
)


class CadreImporter:
    """Judges and writes the rows of a cadres workbook (zhtj.lib.workbook.Importer)."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def judge(self, rows: Sequence[Row], report: Callable[[int], None]) -> list[Judged]:
        """About 60 µs a row. Reads only."""
        scope = self._context.actor.scope
        reader = EntryReader(self._context.today)
        verdicts = judge(
            reader.read_all([row.cells for row in rows], [row.number for row in rows]),
            units=Units(self._context.unit, scope),
            scope=scope,
            today=self._context.today,
            report=report,
        )
        return [_as_judged(verdict) for verdict in verdicts]

    def acknowledgements(self, judged: Sequence[Judged]) -> list[Acknowledgement]:
        """Nothing about cadres needs a tick."""
        return []

    def write(self, judged: Sequence[Judged]) -> int:
        """Judge again under the locks, then write."""
        written = [line for line in judged if line.outcome in (Outcome.OK, Outcome.UPDATED) and line.entry]
        entered = enter_cadres(
            self._context.actor,
            unit=self._context.unit,
            entries=[Entry.from_data(line.entry) for line in written if line.entry],
            today=self._context.today,
            batch_id=self._context.batch_id,
            expected=[(line.outcome, line.change) for line in written],
            report=self._context.report,
        )
        return len(entered.created)


def _as_judged(verdict: Verdict) -> Judged:
    """The verdict as plain data."""
    data = verdict.entry.as_data() if verdict.is_written else None
    return Judged(verdict.entry.row, verdict.outcome, verdict.problems, data, verdict.change)


def _undo(context: Context, judged: Sequence[Judged], is_preview: bool) -> Undoing:
    """Take back what a commit of these rows wrote."""
    written = [
        Written(line.number, line.outcome is Outcome.OK, Entry.from_data(line.entry), line.change)
        for line in judged
        if line.entry
    ]
    return undo_cadres(
        context.actor,
        unit=context.unit,
        batch_id=context.batch_id or 0,
        written=written,
        today=context.today,
        since=context.since or days.now(),
        is_preview=is_preview,
    )


def _choices_for(unit: OrgUnit) -> dict[str, list[str]]:
    """The posts of this kind of unit and the places a workbook of it may name. At most two queries."""
    if unit.is_branch:
        return {"unit": [unit.short_name], "post": list(POSTS_AT[unit.kind])}
    organs = finding.open_organs(unit) if unit.kind == UnitKind.PROVINCE_COMMITTEE else ()
    branches = [child.short_name for child in finding.open_children(unit) if child.is_branch]
    posts = EVERY_POST if branches else POSTS_AT[unit.kind]
    places = [unit.short_name, *branches, *(organ.short_name for organ in organs)]
    return {"unit": list(dict.fromkeys(places)), "post": list(posts)}


KIND = WorkbookKind(
    key="cadres",
    title="团干部",
    columns=COLUMNS,
    capability="cadres.enter",
    importer=CadreImporter,
    choices_for=_choices_for,
    undo=_undo,
    explanation=lambda: (
        "一个职务一行；一人有几个职务的填几行。带“*”的必填。身份证号码、手机号码请保持“文本”格式。",
        "所在组织留空即为本组织；团的领导机关还要填写团干部性质（专职、挂职、兼职）。",
        "团省委可以填写任一领导机关：这些人在该机关列为“待核对”，由该机关逐人核对。",
    ),
)
