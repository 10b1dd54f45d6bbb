"""The members workbook (design: interfaces, Workbooks): its columns, and what is done with its rows."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from zhtj.lib import days
from zhtj.lib.problems import Refused, Severity
from zhtj.lib.workbook import (
    Acknowledgement,
    Column,
    Context,
    Judged,
    Listed,
    Outcome,
    Row,
    Undoing,
    WorkbookKind,
    WorldMoved,
)

import cadres.rules
import orgs.queries
from members.actions import Verdict, Written, enter_members, judge, put_under_review, undo_members
from members.queries import admission_policy
from members.queries.branches import Branches
from members.queries.counts import active_counts
from members.queries.prefill import known_members
from members.rules import CODES, Entry, EntryReader
from orgs import finding, person_rules
from orgs.kinds import FEWEST_MEMBERS, UnitKind
from orgs.models import OrgUnit
from orgs.person_columns import DETAILS, ETHNICITY, MONTH_HELP, NATIONAL_ID

_HANGS = "hangs_on_blank"  # kept beside the entry: it is recognised only if blank evidence is on file
_YES_NO = ("是", "否")
_ON_FILE = ("有", "无")

COLUMNS = (
    Column("full_name", "姓名", ("团员姓名",), True, "与身份证一致", width=12, example="张小明"),
    NATIONAL_ID,
    ETHNICITY,
    Column(
        "political_status",
        "政治面貌",
        (),
        True,
        "",
        person_rules.POLITICAL_STATUS_CHOICES[:3],
        width=14,
        example="共青团员",
    ),
    Column(
        "joined_on",
        "入团年月",
        ("入团时间", "入团日期", "加入共青团时间", "入团年月日"),
        True,
        MONTH_HELP,
        width=12,
        example="2016-05",
    ),
    Column(
        "branch",
        "所在团支部",
        ("团支部", "所属团支部", "团支部名称", "所在支部"),
        True,
        "团支部的编码、全称或简称",
        width=26,
    ),
    Column(
        "is_cadre",
        "是否为团干部",
        ("是否团干部", "是否为团的干部"),
        True,
        "填“是”的必须填写团内职务",
        _YES_NO,
        example="否",
    ),
    Column(
        "post",
        "团内职务",
        ("职务", "团内现任职务"),
        False,
        "是团干部的必填",
        cadres.rules.POSTS_AT[UnitKind.BRANCH],
    ),
    Column("engagement", "团干部性质", ("干部性质",), False, "", tuple(cadres.rules.ENGAGEMENTS)),
    Column("appointed_on", "任职年月", ("任职时间", "任职日期"), False, MONTH_HELP),
    Column(
        "development_number",
        "发展团员编号",
        ("团员编号", "发展编号", "入团编号", "团员发展编号"),
        False,
        "哪些人必填，见表头上方的说明；一般是12位数字，单元格为文本",
        width=18,
        example="",
    ),
    Column("application_form", "入团志愿书", ("有无入团志愿书",), False, "", _ON_FILE, example="有"),
    Column(
        "member_card",
        "团员证(2017或2018年度已注册)",
        ("团员证", "有无团员证"),
        False,
        "2017或2018年度进行过团籍注册的才算“有”",
        _ON_FILE,
        width=18,
    ),
    Column(
        "transfer_letter",
        "组织关系介绍信(有公章，由团的领导机关或基层团委开具)",
        ("组织关系介绍信", "介绍信", "团组织关系介绍信"),
        False,
        "有公章，由团的领导机关或基层团的委员会开具",
        _ON_FILE,
        width=24,
    ),
    *DETAILS,
    Column("is_volunteer", "是否注册志愿者", ("注册志愿者", "是否为注册志愿者"), False, "", _YES_NO),
)


class MemberImporter:
    """Judges and writes the rows of a members workbook (zhtj.lib.workbook.Importer)."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._policy = admission_policy()

    def judge(self, rows: Sequence[Row], report: Callable[[int], None]) -> list[Judged]:
        """About 60 µs a row. Reads only."""
        reader = EntryReader(self._context.today)
        verdicts = judge(
            reader.read_all([row.cells for row in rows], [row.number for row in rows]),
            branches=Branches(self._context.unit, self._context.actor.scope),
            policy=self._policy,
            today=self._context.today,
            report=report,
        )
        judged = [_as_judged(verdict) for verdict in verdicts]
        if self._policy.refuses_under_three:
            self._refuse_under_three(judged)
        return judged

    def acknowledgements(self, judged: Sequence[Judged]) -> list[Acknowledgement]:
        """Evidence left blank, and each branch that would still have fewer than three members."""
        asked = []
        blank = sum(1 for line in judged if line.entry and line.entry.get(_HANGS))
        if blank and not self._context.attest_evidence:
            problem = CODES.problem("identity.evidence_unattested", count=blank)
            asked.append(Acknowledgement(problem.code, "", f"{problem.message}{problem.mend}"))
        if not self._policy.refuses_under_three:
            for branch, count in self._small_branches(judged):
                problem = CODES.problem("branch.under_three", name=branch.short_name, count=count)
                unit = f"{branch.short_name} {branch.code}"
                asked.append(Acknowledgement(problem.code, unit, f"{problem.message}{problem.mend}"))
        return asked

    def write(self, judged: Sequence[Judged]) -> int:
        """Judge again under the locks, then write. What hung on blank evidence was acknowledged before."""
        written = [line for line in judged if line.outcome in (Outcome.OK, Outcome.UPDATED) and line.entry]
        if self._policy.refuses_under_three and self._small_branches(written):
            raise WorldMoved
        entered = enter_members(
            self._context.actor,
            unit=self._context.unit,
            entries=[_entry_of(line.entry) for line in written if line.entry],
            today=self._context.today,
            attest_evidence=True,
            batch_id=self._context.batch_id,
            expected=[(line.outcome, line.change) for line in written],
            report=self._context.report,
        )
        return len(entered.created)

    def _small_branches(self, judged: Sequence[Judged]) -> list[tuple[OrgUnit, int]]:
        """Branches that get new members and would still have too few. At most two queries."""
        new = Counter(line.entry["branch_id"] for line in judged if line.entry and line.outcome == Outcome.OK)
        few = [pk for pk, count in new.items() if count < FEWEST_MEMBERS]
        counts = active_counts(few) if few else {}
        small = {pk: counts[pk] + new[pk] for pk in few if counts[pk] + new[pk] < FEWEST_MEMBERS}
        if not small:
            return []
        units = orgs.queries.units(self._context.actor.scope).filter(pk__in=small)
        return [(unit, small[unit.pk]) for unit in units]

    def _refuse_under_three(self, judged: Sequence[Judged]) -> None:
        """The setting that makes the acknowledgement a refusal: the rows of such a branch stay out."""
        small = {unit.pk: (unit, count) for unit, count in self._small_branches(judged)}
        for line in judged:
            if line.outcome is Outcome.OK and line.entry and line.entry["branch_id"] in small:
                unit, count = small[line.entry["branch_id"]]
                problem = CODES.problem(
                    "branch.under_three", severity=Severity.ERROR, name=unit.short_name, count=count
                )
                line.problems.append(problem)
                line.outcome, line.entry = Outcome.MEND, None


def _as_judged(verdict: Verdict) -> Judged:
    """The verdict as plain data. Problems of severity hint or more are kept with their row."""
    data: dict[str, Any] | None = None
    if verdict.is_written:
        data = verdict.entry.as_data()
        if verdict.hangs_on_blank:
            data[_HANGS] = True
    return Judged(verdict.entry.row, verdict.outcome, verdict.problems, data, verdict.change)


def _entry_of(data: dict[str, Any]) -> Entry:
    if _HANGS in data:
        data = {name: value for name, value in data.items() if name != _HANGS}
    return Entry.from_data(data)


def _undo(context: Context, judged: Sequence[Judged], is_preview: bool) -> Undoing:
    """Take back what a commit of these rows wrote."""
    written = [
        Written(line.number, line.outcome is Outcome.OK, _entry_of(line.entry), line.change)
        for line in judged
        if line.entry
    ]
    return undo_members(
        context.actor,
        unit=context.unit,
        batch_id=context.batch_id or 0,
        written=written,
        today=context.today,
        since=context.since or days.now(),
        is_preview=is_preview,
    )


def _put_on_list(context: Context, rows: Sequence[Row]) -> dict[int, Listed]:
    """Put these rows on the rectification lists of their branches, all or none. Raises Refused."""
    reader = EntryReader(context.today)
    entries = reader.read_all([row.cells for row in rows], [row.number for row in rows])
    branches = Branches(context.unit, context.actor.scope, lock=True)
    problems = [problem for found in branches.find_all(entries) for problem in found]
    if problems:
        raise Refused(problems)
    by_branch: dict[int, list[Entry]] = {}
    for entry in entries:
        by_branch.setdefault(entry.branch_id or 0, []).append(entry)
    listed: dict[int, Listed] = {}
    for branch_id, listing in sorted(by_branch.items()):
        if branch_id not in branches.units:
            raise Refused([CODES.problem("branch.missing")])
        branch = branches.units[branch_id]
        youth = put_under_review(
            context.actor, branch=branch, entries=listing, today=context.today, batch_id=context.batch_id
        )
        for entry, one in zip(listing, youth, strict=True):
            listed[entry.row] = Listed(one.pk, branch.short_name)
    return listed


def _left_out(unit: OrgUnit) -> frozenset[str]:
    """A branch's own workbook needs no column naming the branch."""
    return frozenset({"branch"}) if unit.is_branch else frozenset()


def _choices_for(unit: OrgUnit) -> dict[str, list[str]]:
    """The branches a workbook of this unit may name, for its drop-down. One query."""
    if unit.is_branch:
        return {"branch": [unit.short_name]}
    children = finding.open_children(unit)
    return {"branch": [child.short_name for child in children if child.is_branch]}


def _explanation() -> tuple[str, ...]:
    """What holds for a row under the settings in force. One query."""
    policy = admission_policy()
    start = policy.strict_admission_from
    return (
        "一人一行；带“*”的必填。身份证号码、手机号码、发展团员编号请保持“文本”格式。",
        f"{start.year}年{start.month}月{start.day}日之前入团的，入团志愿书、团员证、组织关系介绍信有其一即可；"
        f"从这一天起入团的，必须有入团志愿书、年满{policy.minimum_age_from}周岁、有发展团员编号。",
        "入团年月写成 2016-05 这样；所在团支部写组织编码、全称或简称。",
    )


KIND = WorkbookKind(
    key="members",
    title="团员",
    columns=COLUMNS,
    capability="members.enter",
    importer=MemberImporter,
    left_out=_left_out,
    choices_for=_choices_for,
    known=known_members,
    undo=_undo,
    put_on_list=_put_on_list,
    explanation=_explanation,
)
