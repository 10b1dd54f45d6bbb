"""The bulletin as a workbook, one sheet a stage: for those who count on with the figures."""

import datetime as dt
import io
import re
from collections.abc import Iterator
from itertools import chain, count

from zhtj.lib.sheets import HeaderCell, Marked, SheetOut, write_workbook
from zhtj.lib.workbook import Cell

from progress import tally
from progress.exports import words
from progress.exports.document import Document, Line, StageHead
from progress.terms import COUNTED, NOTES, Counted

COUNT, RATE, DAY, PACE = "#,##0", "0.0%", "yyyy-mm-dd", "#,##0.0"
CHANGE = "+#,##0;-#,##0;0"
CUT = "保留一位小数，只舍不入"
NAMING = 2  # the columns that say whose figures they are: they stay in sight, on a phone too
SHEET_NAME_LENGTH = 31
_RESERVED = {"history", "选项"}
_FORBIDDEN = re.compile(r"[\[\]:*?/\\]")


def workbook(document: Document) -> bytes:
    """The .xlsx: of each stage the unit itself, then its children class by class, ranked."""
    stream = io.BytesIO()
    names = _sheet_names([stage.name for stage in document.head.stages])
    sheets = zip(names, document.head.stages, strict=True)
    write_workbook(stream, [_sheet(document, name, stage) for name, stage in sheets])
    return stream.getvalue()


def _header(say: Counted) -> list[HeaderCell]:
    """The columns of a stage that counts what `say` says."""
    return [
        HeaderCell("名次", width=7, number_format="0_ "),
        HeaderCell("单位", width=30),
        HeaderCell("单位分类", width=13),
        HeaderCell("组织编码", width=15, is_text=True),
        HeaderCell(say.due, width=12, number_format=COUNT),
        HeaderCell(f"调整后{say.due}", width=13, number_format=COUNT),
        HeaderCell(say.done, width=12, number_format=COUNT),
        HeaderCell(say.rate, width=10, number_format=RATE, hint=CUT),
        HeaderCell("已说明", width=10, number_format=COUNT, hint="本级录完，缺额已说明并经上级认可"),
        HeaderCell(f"调整后{say.rate}", width=13, number_format=RATE, hint=CUT),
        HeaderCell("较昨日", width=10, number_format=CHANGE),
        HeaderCell("较7日前", width=10, number_format=CHANGE),
        HeaderCell("剩余天数", width=10),
        HeaderCell("日均还需", width=11, number_format=COUNT),
        HeaderCell("近3日日均", width=11, number_format=PACE),
        HeaderCell("计划应达", width=12, number_format=COUNT, hint="按天均匀推进，到今天应达到的数"),
        HeaderCell("预计完成", width=12, number_format=DAY, hint="照近3日日均推算"),
        HeaderCell("状态", width=9),
        HeaderCell("备注", width=22, hint="".join(NOTES.values())),
    ]


def _sheet(document: Document, name: str, stage: StageHead) -> SheetOut:
    head = document.head
    title = f"{head.unit_name} 智慧团建录入日通报{head.number}　{stage.name}"
    explanation = [
        f"{head.campaign}第{head.day_number}天　截至 {head.cutoff:%Y-%m-%d %H:%M}"
        f"　阶段截止 {stage.deadline:%Y-%m-%d}　校验码 {head.code}",
    ]
    if head.audit_end:
        explanation.append(f"审计封存到 {head.audit_end}")
    if early := words.early(document.opened_early(stage.key)):
        explanation.append(early)
    if head.reason:
        explanation.append(f"更正说明：{head.reason}")
    if head.is_preview:
        explanation.insert(0, "预览稿，尚未发布，请勿转发")
    header = _header(COUNTED[stage.measure])
    return SheetOut(name, header, _rows(document, stage), explanation, title, NAMING, is_filtered=True)


def _rows(document: Document, stage: StageHead) -> Iterator[list[Cell | Marked]]:
    own = document.own(stage.key)
    if own:
        yield _cells(own, "本级合计", stage.measure)
    for line in document.children(stage.key):
        yield _cells(line, document.head.groups.get(line.group, line.group), stage.measure)


def _cells(line: Line, group: str, measure: str) -> list[Cell | Marked]:
    return [
        line.rank,
        line.name,
        group,
        line.unit,
        line.expected,
        line.expected_adjusted,
        line.entered,
        _shown(line.rate),
        line.explained,
        _shown(tally.rate_of(line.entered, line.expected_adjusted)),
        line.delta_1,
        line.delta_7,
        line.days_left,
        line.needed_per_day,
        line.pace,
        None if line.plan is None else int(line.plan),
        dt.date.fromisoformat(line.forecast) if line.forecast else None,
        Marked(line.status) if line.lags else line.status,
        "，".join([*line.remarks(measure), *(["同步推进"] if line.early else [])]) or None,
    ]


def _shown(rate: float | None) -> float | None:
    return None if rate is None else tally.cut(rate)


def _sheet_names(names: list[str]) -> list[str]:
    """Names that a workbook accepts: short, without its own signs, no two alike."""
    given: list[str] = []
    for number, name in enumerate(names, start=1):
        plain = _FORBIDDEN.sub("－", name).strip("' ")[:SHEET_NAME_LENGTH].strip("' ") or f"阶段{number}"
        taken = {other.casefold() for other in given} | _RESERVED
        tries = (f"{plain[: SHEET_NAME_LENGTH - 5]}（{again}）" for again in count(number))
        given.append(next(name for name in chain([plain], tries) if name.casefold() not in taken))
    return given
