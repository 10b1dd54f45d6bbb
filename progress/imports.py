"""The baselines workbook (design: interfaces, Workbooks; campaign, section 2): one unit × domain a row.

A superior from county level up states the 2017 年度团统 figures of the units below it, at any depth.
A unit is named by code, full name or short name. Figures already in force are *unchanged* or
*updated*; a blank optional cell keeps what is stored.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from zhtj.lib.problems import Problem, Refused
from zhtj.lib.races import RaceLost, one_transaction
from zhtj.lib.workbook import (
    Acknowledgement,
    Cell,
    Column,
    Context,
    Judged,
    Outcome,
    Row,
    Undoing,
    WorkbookKind,
    WorldMoved,
)

import orgs.queries
from orgs import identity
from orgs.kinds import Domain
from orgs.models import OrgUnit
from progress import queries
from progress.actions import Expected, enter_baselines, undo_baselines
from progress.models import COUNTS, Baseline
from progress.rules import CODES

LABELS = {field.name: str(field.verbose_name) for field in Baseline._meta.concrete_fields}
MOST = 10_000_000  # more than any province has
_NUMBER = re.compile(r"[0-9]{1,8}|[0-9]{1,3}(?:,[0-9]{3}){1,2}")
_SHOWN = 20  # characters of a cell that a message repeats
_NAMED = 5  # units of an ambiguous name, told in the message

# How people write a domain besides its own name.
DOMAINS: dict[str, str] = {
    **{label: value for value, label in Domain.choices},
    "国企": Domain.STATE_ENTERPRISE,
    "机关": Domain.GOVERNMENT,
    "社区": Domain.COMMUNITY,
    "非公": Domain.PRIVATE_ENTERPRISE,
    "非公经济组织": Domain.PRIVATE_ENTERPRISE,
    "非公有制企业": Domain.PRIVATE_ENTERPRISE,
    "新社会组织": Domain.SOCIAL_ORGANIZATION,
}

COLUMNS = (
    Column(
        "unit", "组织", ("组织编码", "组织简称", "组织名称"), True, "组织编码或简称，最好填编码", width=26
    ),
    Column("domain", "领域", ("所属领域",), True, "从列表中选择", tuple(Domain.labels), example="学校"),
    Column("member_count", "团员数", ("团统数", "团员总数"), True, "2017年度团统的团员数", example="1200"),
    Column("branch_count", "团支部数", ("支部数",), help="不填表示不变"),
    Column("cadre_count", "团干部数", ("干部数",), help="不填表示不变"),
    Column("committee_count", "团委数", ("团委",), help="不填表示不变"),
    Column("working_committee_count", "团工委数", ("团工委",), help="不填表示不变"),
    Column("general_branch_count", "团总支数", ("团总支",), help="不填表示不变"),
    Column("full_time_count", "专职团干部数", ("专职",), help="不填表示不变"),
    Column("part_time_count", "兼职团干部数", ("兼职",), help="不填表示不变"),
    Column("seconded_count", "挂职团干部数", ("挂职",), help="不填表示不变"),
)


class BaselineImporter:
    """Judges and writes the rows of a baselines workbook (zhtj.lib.workbook.Importer)."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._campaign = queries.active_campaign(context.unit)

    def judge(self, rows: Sequence[Row], report: Callable[[int], None]) -> list[Judged]:
        """About half a dozen queries whatever the number of rows. Reads only."""
        units = self._units({identity.clean(row.cells.get("unit")) for row in rows} - {""})
        read = [_read(row, units) for row in rows]
        repeated = _repeated(read)
        found = {figures.unit_id for _, figures, _ in read if figures}
        in_force = queries.in_force(self._campaign, found) if self._campaign else {}
        judged = []
        for done, (row, figures, problems) in enumerate(read, start=1):
            if self._campaign is None:
                problems = [*problems, CODES.problem("campaign.missing")]
            if figures and (figures.unit_id, figures.domain) in repeated:
                problems = [*problems, _twice(row, repeated[figures.unit_id, figures.domain])]
            judged.append(_judged(row, figures, problems, in_force))
            report(done)
        return judged

    def acknowledgements(self, judged: Sequence[Judged]) -> list[Acknowledgement]:
        """Nothing here needs a tick: an unusual figure shows as a mismatch in the bulletin."""
        return []

    def write(self, judged: Sequence[Judged]) -> int:
        """Enter the figures, if what they change is still what the check saw."""
        rows = [row for row in judged if row.outcome in (Outcome.OK, Outcome.UPDATED) and row.entry]
        entries = [row.entry for row in rows if row.entry]
        figures = [Expected(**entry["figures"]) for entry in entries]
        if self._campaign is None:
            raise WorldMoved("the campaign has ended")
        keys = [(figure.unit_id, figure.domain) for figure in figures]
        try:
            with one_transaction():
                return enter_baselines(
                    self._context.actor,
                    campaign=self._campaign,
                    unit=self._context.unit,
                    figures=figures,
                    batch_id=self._context.batch_id,
                    replaces=dict(zip(keys, (entry["replaces"] for entry in entries), strict=True)),
                )
        except RaceLost:
            raise WorldMoved("a figure has changed or its unit is closed since the check") from None

    def _units(self, texts: set[str]) -> dict[str, OrgUnit | Problem]:
        """What each text means: a unit the actor may state figures for, or the problem with it."""
        finder = orgs.queries.UnitFinder(self._context.unit, deep=True)
        found = {text: finder.find(text) for text in texts}
        elsewhere = set(orgs.queries.existing_codes([text for text, units in found.items() if not units]))
        reach = orgs.queries.units(self._context.actor.scope, "baselines.enter")
        ids = {units[0].pk for units in found.values() if len(units) == 1}
        allowed = set(reach.filter(pk__in=ids).values_list("pk", flat=True))
        return {text: _meaning(text, units, allowed, elsewhere) for text, units in found.items()}


def state_figure(context: Context, cells: Mapping[str, Cell]) -> Judged:
    """One figure by hand, the door of form and API: a workbook of one row.

    Raises Refused with what the rules say, or with `figure.changed` where somebody was faster.
    """
    desk = BaselineImporter(context)
    (judged,) = desk.judge([Row(1, dict(cells))], lambda done: None)
    if judged.outcome is Outcome.MEND:
        raise Refused(judged.problems)
    if judged.outcome is not Outcome.UNCHANGED:
        try:
            desk.write([judged])
        except WorldMoved:
            raise Refused([CODES.problem("figure.changed")]) from None
    return judged


def _meaning(
    text: str, found: Sequence[OrgUnit], allowed: set[int], elsewhere: set[str]
) -> OrgUnit | Problem:
    shown = text[:_SHOWN]
    candidates = [unit for unit in found if unit.is_open] or list(found)
    if len(candidates) > 1:
        names = "、".join(f"{unit.short_name}（{unit.code}）" for unit in candidates[:_NAMED])
        return CODES.problem("unit.ambiguous", text=shown, found=names)
    if candidates and candidates[0].pk in allowed:
        return candidates[0]
    code = "unit.out_of_scope" if candidates or text in elsewhere else "unit.unknown"
    return CODES.problem(code, text=shown)


def _read(row: Row, units: dict[str, OrgUnit | Problem]) -> tuple[Row, Expected | None, list[Problem]]:
    """The row's figures, or everything that is wrong with its cells."""
    problems: list[Problem] = []
    text = identity.clean(row.cells.get("unit"))
    unit = units[text] if text else CODES.problem("unit.missing")
    if isinstance(unit, Problem):
        problems.append(unit)
    domain = _domain(row.cells.get("domain"), problems)
    counts = {name: _count(row.cells.get(name), name, problems) for name in COUNTS}
    if problems or isinstance(unit, Problem):
        return row, None, problems
    members = counts.pop("member_count") or 0
    return row, Expected(unit.pk, domain, members, **counts), []


def _domain(cell: Cell, problems: list[Problem]) -> str:
    text = identity.squeeze(cell)
    if not text:
        problems.append(CODES.problem("domain.missing"))
    elif text not in DOMAINS:
        choices = "、".join(Domain.labels)
        problems.append(CODES.problem("domain.unknown", text=text[:_SHOWN], choices=choices))
    return DOMAINS.get(text, "")


def _count(cell: Cell, name: str, problems: list[Problem]) -> int | None:
    """A whole number from a number or text, with or without thousands separators; None when blank."""
    text = identity.squeeze(cell)
    what = LABELS[name]
    if not text:
        if name == "member_count":
            problems.append(CODES.problem("count.missing", at=name, what=what))
        return None
    count = int(text.replace(",", "")) if _NUMBER.fullmatch(text) else MOST + 1
    if count > MOST:
        shown = text[:_SHOWN]
        problems.append(CODES.problem("count.format", at=name, what=what, text=shown, most=f"{MOST:,}"))
        return None
    return count


Read = tuple[Row, Expected | None, list[Problem]]


def _repeated(read: Sequence[Read]) -> dict[tuple[int, str], list[int]]:
    """Units and domains named more than once, with their rows."""
    rows: dict[tuple[int, str], list[int]] = defaultdict(list)
    for row, figures, _ in read:
        if figures:
            rows[figures.unit_id, figures.domain].append(row.number)
    return {key: numbers for key, numbers in rows.items() if len(numbers) > 1}


def _twice(row: Row, numbers: list[int]) -> Problem:
    return CODES.problem(
        "domain.twice_in_file",
        unit=identity.clean(row.cells.get("unit"))[:_SHOWN],
        domain=identity.squeeze(row.cells.get("domain"))[:_SHOWN],
        rows="、".join(map(str, numbers[:10])),
    )


def _judged(
    row: Row,
    figures: Expected | None,
    problems: list[Problem],
    in_force: dict[tuple[int, str], Baseline],
) -> Judged:
    if problems or figures is None:
        return Judged(row.number, Outcome.MEND, problems)
    known = in_force.get((figures.unit_id, figures.domain))
    change = _change(figures, known) if known else {}
    entry: dict[str, Any] = {"figures": asdict(figures), "replaces": known.pk if known else None}
    if known is None:
        return Judged(row.number, Outcome.OK, entry=entry)
    if not change:
        return Judged(row.number, Outcome.UNCHANGED)
    return Judged(row.number, Outcome.UPDATED, entry=entry, change=change)


def _change(figures: Expected, known: Baseline) -> dict[str, list[str]]:
    """Field → [old, new] of what the row states differently."""
    change = {}
    for name in COUNTS:
        old, new = getattr(known, name), getattr(figures, name)
        if new is not None and new != old:
            change[name] = ["" if old is None else str(old), str(new)]
    return change


def _undo(context: Context, judged: Sequence[Judged], is_preview: bool) -> Undoing:
    """Take back what a commit of these rows wrote."""
    figures = [(line.number, line.entry["figures"]) for line in judged if line.entry]
    return undo_baselines(
        context.actor,
        unit=context.unit,
        batch_id=context.batch_id or 0,
        rows={(figure["unit_id"], figure["domain"]): number for number, figure in figures},
        is_preview=is_preview,
    )


def _choices_for(unit: OrgUnit) -> dict[str, list[str]]:
    """The direct children, for the drop-down; deeper units are named by code."""
    return {"unit": [child.short_name for child in orgs.queries.open_children(unit)]}


KIND = WorkbookKind(
    key="baselines",
    title="团统数",
    columns=COLUMNS,
    capability="baselines.enter",
    importer=BaselineImporter,
    choices_for=_choices_for,
    undo=_undo,
    explanation=lambda: (
        "一个组织的一个领域一行；带“*”的必填。组织填编码或简称，下级的下级请填编码。",
        "团员数填2017年度团统数。没有填报的组织按下级合计；填报数与下级合计不一致时，通报里会提示。",
    ),
)
