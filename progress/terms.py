"""What the stages count, in words: the same ones on the page, in every file and in the text. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from progress import tally
from progress.tally import Status

MEMBERS, ORGAN_CADRES = "members", "organ_cadres"


@dataclass(frozen=True, slots=True)
class Counted:
    """What a stage counts: to be done, done, the rate, what one of them is."""

    due: str
    done: str
    rate: str
    each: str


COUNTED: Mapping[str, Counted] = {
    ORGAN_CADRES: Counted("应核对", "已核对", "核对率", "人"),
    "grassroots_cadres": Counted("应完成", "已完成", "完成率", "个组织"),
    MEMBERS: Counted("应录入", "已录入", "录入率", "人"),
}
EXPLAINED_NOTE = "“已说明”：本级录完，缺额已说明并经上级认可，不改变录入率。"
OVER, UNDECLARED = "超基数", "未声明核对完成"
NOTES: Mapping[str, str] = {  # what a remark beside a line means
    OVER: "“超基数”：已录入比应录入多出 5% 以上，请核对基数和名单。",
    UNDECLARED: "“未声明核对完成”：已全部核对，但还有领导机关没有声明“核对完成”，所以不算完成。",
}


def remarks(measure: str, rate: float | None, status: Status) -> list[str]:
    """What a reader has to know of a line besides its status, in a stage that counts `measure`."""
    is_undeclared = measure == ORGAN_CADRES and tally.awaits_declaration(rate, status)
    told = {OVER: tally.is_over(rate), UNDECLARED: is_undeclared}
    return [remark for remark, holds in told.items() if holds]


def explanations(shown: Iterable[str], *, is_explained: bool) -> list[str]:
    """What the remarks shown mean, and 已说明 where something is explained."""
    used = set(shown)
    told = [note for remark, note in NOTES.items() if remark in used]
    return [EXPLAINED_NOTE, *told] if is_explained else told
