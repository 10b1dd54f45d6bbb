"""The bulletin in about 150 characters, to paste into a work group.

Numbers first: how far the unit is in the focus stage, what is left to do, who leads and who trails in
the first class, who has entered nothing; at the end the number's proof. What does not fit is left out,
the least important first: a message that is cut by the group's window tells nothing.
"""

from collections.abc import Iterator, Sequence

from progress.exports import words
from progress.exports.document import Document, Line, StageHead
from progress.tally import Status

MOST_CHARACTERS = 170
NAMED = 3


def text(document: Document) -> str:
    """One paragraph of at most 170 characters (more only if campaign and unit have very long names)."""
    head, groups = document.head, document.groups()
    stage = document.focus(groups[0] if groups else None)
    preview = "〔预览稿，尚未发布〕" if head.is_preview else ""
    opening = f"{preview}【智慧团建录入日通报{head.number}】截至{_moment(document)}，"
    required = [opening, _own(document, stage)]
    proof = f"校验码{head.code}。"
    chosen: list[str] = []
    for variants in _optional(document, stage, groups):
        said = len("".join([*required, *chosen, proof]))
        fitting = (sentence for sentence in variants if said + len(sentence) <= MOST_CHARACTERS)
        chosen.append(next(fitting, ""))
    return "".join([*required, *chosen, proof])


def _moment(document: Document) -> str:
    cutoff = document.head.cutoff
    return f"{cutoff.month}月{cutoff.day}日{cutoff:%H:%M}"


def _own(document: Document, stage: StageHead | None) -> str:
    line = document.own(stage.key) if stage else None
    if stage is None or line is None:
        return f"{document.head.unit_name}暂无录入数据。"
    expected = f"应录{line.expected:,}，" if line.expected is not None else ""
    rate = f"，录入率{words.percent(line.rate)}" if line.rate is not None else ""
    rate += f"（{words.explained(line.explained)}）" if line.explained else ""
    since = words.change_in_words(line.delta_1)
    return f"{document.head.unit_name}“{stage.name}”{expected}已录{line.entered:,}{rate}{since}。"


def _optional(document: Document, stage: StageHead | None, groups: Sequence[str]) -> Iterator[list[str]]:
    """More to say, the most important first; of each the longer and the shorter way to say it."""
    line = document.own(stage.key) if stage else None
    if stage is None or line is None:
        return
    if line.days_left and line.status != Status.COMPLETE:
        needed = f"、日均还需{line.needed_per_day:,}" if line.needed_per_day else ""
        yield [f"距截止{line.days_left}天{needed}。"]
    children = document.children(stage.key, group=groups[0]) if groups else []
    ranked = [child for child in children if child.rank]
    if ranked:
        label = document.head.groups[groups[0]]
        begun = [child for child in ranked if child.entered]
        leading = [f"{label}居前：{_names(begun[:named])}。" for named in range(NAMED, 0, -1) if begun]
        both = [
            f"{label}居前：{_names(begun[:named])}；靠后：{_names(ranked[-named:])}。"
            for named in range(min(NAMED, len(ranked) // 2), 0, -1)
            if begun
        ]
        yield both + leading
    idle = sum(child.lags and not child.entered for child in children)
    if idle:
        yield [f"零录入单位{idle}个。"]
    yield [words.early(document.opened_early(stage.key, groups[0] if groups else None))]


def _names(lines: Sequence[Line]) -> str:
    return "、".join(f"{line.name}{words.percent(line.rate)}" for line in lines)
