"""已说明 stands beside the rate in everything given out; who has entered nothing leads nowhere."""

import io
from dataclasses import replace
from typing import Any

import docx
import openpyxl
import pytest

from progress.exports.document import Document, compose
from progress.exports.paper import draft
from progress.exports.pdf import pdf
from progress.exports.picture import _row, plan
from progress.exports.text import text
from progress.exports.word import word
from progress.exports.workbook import workbook
from progress.terms import EXPLAINED_NOTE

from tests.progress_exports import sample
from tests.progress_exports.test_drawn import handed_to_typst, pdf_text

STAGE = "members_school"
CHILD = "开封团市委"


def told(**explained: int) -> Document:
    """Three cities; of the province and of some of them, by code, so many are explained."""
    lines = sample.lines(sample.province_units(3, 0, 0, 0))
    for line in lines:
        if line["stage"] == STAGE and line["unit"] in explained:
            line["explained"] = explained[line["unit"]]
    return compose(sample.head(), lines)


def test_a_picture_tells_it_of_the_own_unit_and_of_each_row(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = handed_to_typst(monkeypatch, told(HN=1_250, HN02=1_250))["pictures"][0]
    assert drawn["own"]["marks"] == "已说明1,250"
    assert {row["name"]: row["marks"] for row in drawn["rows"]} == {
        "郑州团市委": "",
        CHILD: "已说明1,250",
        "洛阳团市委": "",
    }
    assert EXPLAINED_NOTE in drawn["notes"]


def test_pdf_and_word_tell_it_in_the_sentence_and_in_the_table() -> None:
    document = told(HN=1_250, HN02=1_250)
    printed = pdf_text(pdf(document))
    file = docx.Document(io.BytesIO(word(document)))
    written = "".join(paragraph.text for paragraph in file.paragraphs)
    cells = {cell.text for table in file.tables for row in table.rows for cell in row.cells}
    assert "（已说明1,250人）" in printed and "（已说明1,250人）" in written
    assert f"{CHILD}（已说明1,250）" in printed and f"{CHILD}（已说明1,250）" in cells
    assert EXPLAINED_NOTE in printed and EXPLAINED_NOTE in written


def test_the_workbook_has_it_beside_the_rate() -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(workbook(told(HN02=1_250))))["学校领域"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    header = next(row for row in rows if "录入率" in row)
    place = header.index("录入率") + 1
    assert header[place] == "已说明"
    assert {row[1]: row[place] for row in rows[rows.index(header) + 1 :]} == {
        "河南团省委": None,
        "郑州团市委": None,
        CHILD: 1_250,
        "洛阳团市委": None,
    }


def test_the_text_tells_it_of_the_own_unit() -> None:
    assert "（已说明1,250）" in text(told(HN=1_250))


@pytest.mark.parametrize("explained", [{}, {"HN": 0}])
def test_nothing_is_said_where_nothing_is_explained(explained: dict[str, int]) -> None:
    document = told(**explained)
    said = [*(part for part in draft(document).parts), *draft(document).annexes, text(document)]
    assert "已说明" not in str(said)


def test_who_has_entered_nothing_is_not_called_leading() -> None:
    document = entered({"HN01": 3, "HN02": 0, "HN03": 0})
    assert "居前的是郑州团市委（0.0%）；靠后的是" in str(draft(document).parts)
    assert "居前：郑州团市委0.0%；靠后：" in text(document)
    nobody = entered({"HN01": 0, "HN02": 0, "HN03": 0})
    assert "居前" not in str(draft(nobody).parts) + text(nobody)
    assert "零录入单位3个" in text(nobody)


def entered(counts: dict[str, int]) -> Document:
    """The three cities with so many entered of ten thousand expected, in that order of rank."""
    document = told()
    figures: dict[str, Any] = {"expected": 10_000, "delta_1": 0, "status": "未开始"}
    lines = [
        replace(line, **figures, entered=counts[line.unit], rate=counts[line.unit] / 10_000, rank=place)
        for place, line in enumerate((line for line in document.lines if line.stage == STAGE), 0)
        if line.unit in counts
    ]
    own = [line for line in document.lines if line.unit == "HN"]
    return replace(document, lines=(*own, *sorted(lines, key=lambda line: line.unit)))


@pytest.mark.parametrize(("entered", "is_over"), [(105, False), (106, True)])
def test_over_its_baseline_stands_beside_the_name_in_everything_given_out(
    entered: int, is_over: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = changed(STAGE, expected=100, entered=entered, rate=entered / 100, status="完成")
    picture = handed_to_typst(monkeypatch, document)["pictures"][0]
    marks = {row["name"]: row["marks"] for row in picture["rows"]}
    assert marks == {"郑州团市委": "", CHILD: "超基数" if is_over else "", "洛阳团市委": ""}
    assert any("超基数" in note for note in picture["notes"]) is is_over
    annex = next(annex for annex in draft(document).annexes if annex.title.startswith("学校领域"))
    assert (f"{CHILD}（超基数）" in [row.cells[1] for row in annex.rows if not row.is_divider]) is is_over
    assert ("超基数" in annex.note) is is_over
    assert remark(document, "学校领域", CHILD) == ("超基数" if is_over else None)


@pytest.mark.parametrize(
    ("verified", "status", "is_said"), [(9, "逾期", False), (10, "逾期", True), (10, "完成", False)]
)
def test_who_has_verified_everybody_and_not_declared_it_is_told_so(
    verified: int, status: str, is_said: bool
) -> None:
    document = changed("organ_cadres", expected=10, entered=verified, rate=verified / 10, status=status)
    annex = next(annex for annex in draft(document).annexes if annex.title.startswith("领导机关"))
    told = f"{CHILD}（未声明核对完成）" in [row.cells[1] for row in annex.rows if not row.is_divider]
    assert told is is_said and ("还有领导机关没有声明" in annex.note) is is_said
    assert remark(document, "领导机关团干部", CHILD) == ("未声明核对完成" if is_said else None)


def test_of_the_own_unit_the_sentence_says_what_is_missing() -> None:
    changes: dict[str, Any] = {"expected": 10, "entered": 10, "rate": 1.0, "status": "逾期"}
    document = changed("organ_cadres", unit="HN", **changes)
    assert "已全部核对，还有领导机关没有声明“核对完成”。" in draft(document).parts[0].paragraphs[0]


def test_who_lags_gets_no_gold() -> None:
    leading = changed(STAGE, rank=1, entered=3, status="正常")
    lagging = changed(STAGE, rank=1, entered=3, status="滞后")
    assert [medal_of(document) for document in (leading, lagging)] == [True, False]


def changed(stage: str, unit: str = "HN02", **changes: Any) -> Document:
    """Three cities, one line of them changed."""
    lines = sample.lines(sample.province_units(3, 0, 0, 0))
    for line in lines:
        if line["stage"] == stage:
            line |= {"rate": 0.5, "status": "正常"} if line["unit"] != unit else changes
    return compose(sample.head(), lines)


def remark(document: Document, sheet: str, name: str) -> object:
    rows = openpyxl.load_workbook(io.BytesIO(workbook(document)))[sheet].iter_rows(values_only=True)
    return next(row[-1] for row in rows if row[1] == name)


def medal_of(document: Document) -> bool:
    rows = plan(document)[0].rows
    return next(bool(_row(line, "members")["medal"]) for line in rows if line.name == CHILD)
