"""The bulletin as an official document 公文, as plain data: PDF and Word print the same one.

Specification (design: campaign, section 3). Form after GB/T 9704: red head with the issuing unit and
number, red line, title, addressees, text in numbered parts, list of annexes, signature and date, the
tables as annexes. Every sentence is built from frozen lines; nothing is judged that a line does not say.

Parts: 一 the unit's own figures stage by stage, 二 who leads and who trails in each class, 三 units that
lag (未开始 first: 零录入 is the news), 四 the domains. Annexes: one table for each stage that has begun,
class by class, unless its gate is closed everywhere and nothing is in.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from progress import terms
from progress.exports import words
from progress.exports.document import Document, Line, StageHead, explanations
from progress.tally import Status
from progress.terms import COUNTED, MEMBERS

NAMED = 3  # units named from the top and from the bottom of a class
MOST_NAMES = 20  # units named in one list before it is cut
NUMERALS = "一二三四五六七八九十"
TABLE_NOTE = "“—”为没有应录入数或没有前一日数据；底色标出进度滞后的单位。"
PREVIEW = "预览稿，尚未发布，请勿转发"


ADDRESSEES = {
    "city": "各省辖市团委",
    "direct_county": "各省直管县（市）团委",
    "university": "各省管高校团委",
    "direct_unit": "各省直属单位团委",
    "leading_organ": "所属各级团的领导机关",
    "other": "所属各团组织",
}


@dataclass(frozen=True, slots=True)
class Part:
    """A numbered part of the text: its heading and paragraphs."""

    heading: str
    paragraphs: Sequence[str]


@dataclass(frozen=True, slots=True)
class Row:
    """One row of an annex. A `divider` opens a class and has one cell; `lags` tints, `is_own` is bold."""

    cells: Sequence[str]
    lags: bool = False
    is_own: bool = False
    is_divider: bool = False


@dataclass(frozen=True, slots=True)
class Annex:
    """One table: place, name, figures, status."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Row]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Paper:
    """The whole document."""

    masthead: str
    number: str
    issuer: str
    issued_on: str
    title: Sequence[str]  # its lines
    subtitle: str
    addressee: str
    opening: str
    parts: Sequence[Part]
    annexes: Sequence[Annex]
    foot: Sequence[str]
    banner: str = ""
    notices: Sequence[str] = field(default_factory=tuple)


def draft(document: Document) -> Paper:
    """The official document of these lines. Linear in their number."""
    head = document.head
    parts = [part for part in _parts(document) if part.paragraphs]
    return Paper(
        masthead="智慧团建录入日通报",
        number=head.number,
        issuer=head.unit_name,
        issued_on=words.day_in_words(head.day),
        title=["关于“智慧团建”系统", "信息采集录入情况的通报"],
        subtitle=f"（{words.day_in_words(head.day)}　第{head.day_number}天）",
        addressee=_addressee(document),
        opening=f"现将截至{words.day_in_words(head.cutoff.date())}{head.cutoff:%H:%M}"
        f"{head.campaign}录入情况通报如下。",
        parts=[Part(f"{NUMERALS[n]}、{part.heading}", part.paragraphs) for n, part in enumerate(parts)],
        annexes=list(_annexes(document)),
        foot=[
            f"截数时间：{head.cutoff:%Y-%m-%d %H:%M}",
            f"编号：{head.number}",
            f"校验码：{head.code}",
            *([f"审计封存到：{head.audit_end}"] if head.audit_end else []),
        ],
        banner=PREVIEW if head.is_preview else "",
        notices=[f"更正说明：{head.reason}"] if head.reason else [],
    )


def _addressee(document: Document) -> str:
    named = [ADDRESSEES.get(group, document.head.groups[group]) for group in document.groups()]
    return "，".join(named) + "：" if named else ""


def _parts(document: Document) -> Iterator[Part]:
    stages = document.head.stages
    yield Part("总体情况", [text for stage in stages if (text := _own(document, stage))])
    yield Part("各类单位进展", [text for group in document.groups() if (text := _ends(document, group))])
    yield Part("进度滞后单位", list(_lagging(document)))
    yield Part("分领域情况", [text for text in [_domains(document)] if text])


def _own(document: Document, stage: StageHead) -> str:
    """How far the unit itself is in one stage. Empty when it has no part in it."""
    line = document.own(stage.key)
    if line is None or (not line.has_part and stage.opens_on <= document.head.day):
        return ""
    if stage.opens_on > document.head.day:
        return f"{stage.name}：{words.day_in_words(stage.opens_on)}起录入。"
    say = COUNTED[stage.measure]
    expected = f"{say.due}{line.expected:,}{say.each}，" if line.expected is not None else ""
    rate = f"，{say.rate}{words.percent(line.rate)}" if line.rate is not None else ""
    rate += f"（{words.explained(line.explained)}{say.each}）" if line.explained else ""
    since = words.change_in_words(line.delta_1)
    then = _ahead(stage, line) + words.early(document.opened_early(stage.key))
    return f"{stage.name}：{expected}{say.done}{line.entered:,}{say.each}{rate}{since}。{then}"


def _ahead(stage: StageHead, line: Line) -> str:
    """What is left to do, and by when."""
    if terms.UNDECLARED in line.remarks(stage.measure):
        return "已全部核对，还有领导机关没有声明“核对完成”。"
    if line.status in (Status.COMPLETE, Status.GATED):
        return f"状态：{line.status}。"
    if not line.days_left:
        return f"已过{words.day_in_words(stage.deadline)}的截止日期。"
    needed = f"，日均还需{line.needed_per_day:,}" if line.needed_per_day else ""
    return f"距{words.day_in_words(stage.deadline)}截止还有{line.days_left}天{needed}。"


def _ends(document: Document, group: str) -> str:
    """Who leads and who trails in the class's focus stage."""
    stage = document.focus(group)
    ranked = [line for line in document.children(stage.key, group=group) if line.rank] if stage else []
    if not stage or not ranked:
        return ""
    leading = [line for line in ranked[:NAMED] if line.entered]
    trailing = ranked[max(len(leading), len(ranked) - NAMED) :]
    said = [
        f"{place}的是{'、'.join(map(_named, lines))}"
        for place, lines in (("居前", leading), ("靠后", trailing))
        if lines
    ]
    return f"{document.head.groups[group]}（{stage.name}）：{'；'.join(said)}。"


def _named(line: Line) -> str:
    return f"{line.name}（{words.percent(line.rate)}）"


def _lagging(document: Document) -> Iterator[str]:
    """The lagging units of every member stage, by status."""
    for stage in document.head.stages:
        if stage.measure != MEMBERS:
            continue
        lagging = [line for line in document.children(stage.key) if line.lags]
        for status in (Status.NOT_STARTED, Status.OVERDUE, Status.BEHIND):
            found = [line.name for line in lagging if line.status == status]
            if found:
                said = "尚未录入" if status == Status.NOT_STARTED else status.value
                yield f"{stage.name}{said}的有{len(found)}个单位：{_names(found)}。"


def _names(names: Sequence[str]) -> str:
    """The first names; the rest are in the annex."""
    more = f"等（其余{len(names) - MOST_NAMES}个见附件）" if len(names) > MOST_NAMES else ""
    return "、".join(names[:MOST_NAMES]) + more


def _domains(document: Document) -> str:
    """The unit's own figures domain by domain."""
    own = ((label, document.own(domain=domain)) for domain, label in document.head.domains.items())
    told = [
        f"{label}{line.entered:,}人" + (f"（{words.percent(line.rate)}）" if line.rate is not None else "")
        for label, line in own
        if line is not None and line.has_part
    ]
    return f"各领域已录入团员：{'、'.join(told)}。" if told else ""


def _annexes(document: Document) -> Iterator[Annex]:
    for stage in document.head.stages:
        if stage.opens_on <= document.head.day and (rows := list(_rows(document, stage))):
            say = COUNTED[stage.measure]
            columns = ["名次", "单位", say.due, say.done, say.rate, "较昨日", "日均还需", "状态"]
            due = words.day_in_words(stage.deadline)
            note = f"{due}截止。单位：{say.each.removeprefix('个')}。{TABLE_NOTE}"
            note += "".join(explanations(_shown(document, stage), stage.measure))
            yield Annex(f"{stage.name}录入情况表", columns, rows, note)


def _rows(document: Document, stage: StageHead) -> Iterator[Row]:
    """The unit's own row, then class by class. Nothing when there is no news of any child."""
    groups = [(group, *document.listed(stage.key, group)) for group in document.groups()]
    if all(line.status == Status.GATED and not line.entered for _, lines, _ in groups for line in lines):
        return
    own = document.own(stage.key)
    if own:
        yield Row(_cells(own, stage.measure, place=""), is_own=True)
    for group, lines, idle in groups:
        if lines:
            left_out = f"（另有{idle}个单位没有这项任务）" if idle else ""
            yield Row([f"{document.head.groups[group]}{left_out}"], is_divider=True)
            for line in lines:
                place = words.UNKNOWN if line.rank is None else str(line.rank)
                yield Row(_cells(line, stage.measure, place=place), lags=line.lags)


def _shown(document: Document, stage: StageHead) -> list[Line]:
    """The lines of a stage's table: the unit's own, then those of the children listed."""
    own = document.own(stage.key)
    return [*([own] if own else []), *document.listed(stage.key)[0]]


def _cells(line: Line, measure: str, *, place: str) -> list[str]:
    marks = words.marks(line.explained, line.remarks(measure))
    return [
        place,
        f"{line.name}（{marks}）" if marks else line.name,
        words.figure(line.expected),
        words.figure(line.entered),
        words.percent(line.rate),
        words.change(line.delta_1),
        words.figure(line.needed_per_day),
        line.status,
    ]
