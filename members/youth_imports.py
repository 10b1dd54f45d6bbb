"""The workbook of the identity check (身份摸底): the members' columns, put on the list instead of the roster.

Every row is judged by the same admission table as a member's. Who is in order stands on the list ready to
be recognised, whose identity is in doubt stands there with the reasons; a row with any other fault has a
cell to mend. 是否为团干部 may be left out: blank is 否.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from zhtj.lib.workbook import Acknowledgement, Context, Judged, Outcome, Row, WorkbookKind

from members import imports
from members.actions import judge_youth, list_youth
from members.queries import admission_policy
from members.queries.branches import Branches
from members.rules import Entry, EntryReader

_BLANK_IS_NO = "is_cadre"
COLUMNS = tuple(
    replace(column, required=False, help="不填的按“否”处理") if column.field == _BLANK_IS_NO else column
    for column in imports.COLUMNS
)


class YouthImporter:
    """Judges and lists the rows of an identity check workbook (zhtj.lib.workbook.Importer)."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def judge(self, rows: Sequence[Row], report: Callable[[int], None]) -> list[Judged]:
        """About 100 µs a row. Reads only."""
        reader = EntryReader(self._context.today)
        entries = reader.read_all([row.cells for row in rows], [row.number for row in rows])
        found = judge_youth(
            entries,
            branches=Branches(self._context.unit, self._context.actor.scope),
            policy=admission_policy(),
            today=self._context.today,
            report=report,
        )
        return [
            Judged(
                row.number,
                candidate.outcome,
                candidate.problems,
                candidate.entry.as_data() if candidate.is_written else None,
                candidate.change,
            )
            for row, candidate in zip(rows, found, strict=True)
        ]

    def acknowledgements(self, judged: Sequence[Judged]) -> list[Acknowledgement]:
        """None: nobody becomes a member by being listed."""
        return []

    def write(self, judged: Sequence[Judged]) -> int:
        """Judge again under the locks, then list."""
        written = [line for line in judged if line.outcome in (Outcome.OK, Outcome.UPDATED) and line.entry]
        return list_youth(
            self._context.actor,
            unit=self._context.unit,
            entries=[Entry.from_data(line.entry) for line in written if line.entry],
            today=self._context.today,
            batch_id=self._context.batch_id,
            expected=[(line.outcome, line.change) for line in written],
        )


KIND = WorkbookKind(
    key="youths",
    title="身份摸底青年",
    columns=COLUMNS,
    capability="members.enter",
    importer=YouthImporter,
    left_out=imports.KIND.left_out,
    choices_for=imports.KIND.choices_for,
    explanation=lambda: (
        "一人一行；带“*”的必填。身份证号码、手机号码、发展团员编号请保持“文本”格式。",
        "填写身份需要摸底的青年。入团志愿书、团员证、组织关系介绍信有的填“有”，确实没有的填“无”。",
        "符合认定条件的，导入后在清单中认定为团员；不符合的，列明原因和整改期限。",
    ),
)
