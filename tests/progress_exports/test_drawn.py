"""Pictures, official document, workbook, text: what they show, and that names come out literally."""

import datetime as dt
import io
import re
import struct
import zipfile
from typing import Any

import docx
import openpyxl
import pypdf
import pytest

from orgs.kinds import UnitClass
from progress.exports import picture, typesetting
from progress.exports.document import Document, StageHead, compose
from progress.exports.paper import draft
from progress.exports.pdf import pdf
from progress.exports.picture import pictures, plan
from progress.exports.text import MOST_CHARACTERS, text
from progress.exports.word import word
from progress.exports.workbook import _sheet_names, workbook

from tests.progress_exports import sample

HOSTILE = [
    '#panic() #read("/etc/passwd") *粗* _斜_ $x^2$ `r` @ref <label>',
    "]] \\ // /* */ = 标题 - 列表 + 1. ~ -- --- ... \"引号\" 'x' https://a.b",
    "<script>alert(1)</script>&amp;<b>",
    '=HYPERLINK("http://x","点我")',
    "@SUM(A1)",
    "阿依古丽·买买提江团支部（𠮷）",
    "W" * 60,
    "很长的名字" * 12,
    "{{ 7*7 }} %s %(x)s {0}",
]


def size(png: bytes) -> tuple[int, int]:
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", png[16:24])
    return width, height


def squeezed(text: str) -> str:
    """Without blanks, line ends and places to break: how a page broke its lines does not matter."""
    return "".join(text.split()).replace("\u200b", "")


def pdf_text(content: bytes) -> str:
    return squeezed("".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages))


def of_cities(count: int) -> Document:
    return sample.province(cities=count, counties=0, universities=0, others=0)


# --- pictures --------------------------------------------------------------------------------


@pytest.mark.parametrize(("rows", "shares"), [(1, [1]), (30, [30]), (31, [16, 15]), (60, [30, 30])])
def test_a_picture_has_at_most_thirty_rows(rows: int, shares: list[int]) -> None:
    sheets = plan(of_cities(rows))
    assert [len(sheet.rows) for sheet in sheets] == shares
    parts = [f"（{n}/{len(shares)}）" for n in range(1, len(shares) + 1)] if len(shares) > 1 else [""]
    assert [sheet.part for sheet in sheets] == parts


def test_every_class_has_its_pictures_in_one_sequence() -> None:
    sheets = plan(sample.province())
    assert [(sheet.label, sheet.part, len(sheet.rows)) for sheet in sheets] == [
        ("省辖市", "", 18),
        ("省直管县", "", 10),
        ("省管高校", "（1/2）", 30),
        ("省管高校", "（2/2）", 30),
        ("省直属单位", "（1/2）", 20),
        ("省直属单位", "（2/2）", 20),
    ]


def test_the_pictures_are_drawn_in_that_order_and_1080_pixels_wide() -> None:
    drawn = pictures(sample.province())
    assert [size(content)[0] for content in drawn] == [1080] * 6
    heights = [size(content)[1] for content in drawn]
    assert heights[0] > heights[1]  # 18 rows and 10


def test_a_picture_tells_title_day_cutoff_number_and_code(monkeypatch: pytest.MonkeyPatch) -> None:
    told = handed_to_typst(monkeypatch, sample.province())
    first = told["pictures"][0]
    assert first["title"] == "省辖市录入日通报"
    assert first["day"] == "第23天"
    assert first["cutoff"] == "截至 2018-11-23 08:00"
    assert first["number"] == "日通报第23期"
    assert first["code"].startswith("校验码 ")
    assert len(first["columns"]) <= 6
    assert told["banner"] == ""


def test_lagging_rows_are_marked_by_word_and_tint_and_others_are_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rows = handed_to_typst(monkeypatch, sample.province())["pictures"][0]["rows"]
    marked = {row["status"] for row in rows if row["lags"]}
    assert marked == {"滞后", "未开始"}
    assert {row["status"] for row in rows if not row["lags"]} == {"完成", "超前"}


def test_a_unit_without_children_gets_one_picture_of_its_own() -> None:
    document = compose(sample.head(), sample.lines([]))
    assert [size(content)[0] for content in pictures(document)] == [1080]


def test_a_preview_says_so_on_every_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "尚未发布" in handed_to_typst(monkeypatch, sample.named("甲", is_preview=True))["banner"]


def test_every_text_of_a_picture_can_be_read_on_a_phone() -> None:
    """At 375 px a picture is shown at 0.347 of its size: 32 px are left as 11."""
    template = (typesetting.TEMPLATES / "picture.typ").read_text()
    sizes = [int(found) for found in re.findall(r"size: (\d+)pt", template)]
    assert len(sizes) > 10
    assert min(sizes) >= 32


def handed_to_typst(monkeypatch: pytest.MonkeyPatch, document: Document) -> dict[str, Any]:
    told: dict[str, Any] = {}
    monkeypatch.setattr(picture, "typeset", lambda template, data, *rest, **options: told.update(data) or [])
    pictures(document)
    return told


# --- names come out literally ------------------------------------------------------------------


def test_hostile_names_stand_literally_in_the_pdf() -> None:
    shown = pdf_text(pdf(sample.named(*HOSTILE)))
    for name in HOSTILE:
        assert squeezed(name) in shown


def test_hostile_names_make_no_more_pictures_and_read_no_file() -> None:
    plain = pictures(sample.named(*["郑州团市委"] * len(HOSTILE)))
    hostile = pictures(sample.named(*HOSTILE))
    assert len(hostile) == len(plain) == 1
    assert size(hostile[0])[0] == 1080
    assert pictures(sample.named("#pagebreak()")) != pictures(sample.named("#"))


def test_in_the_word_file_who_signs_never_stands_on_a_page_alone() -> None:
    paragraphs = docx.Document(io.BytesIO(word(sample.named("郑州团市委")))).paragraphs
    texts = [paragraph.text for paragraph in paragraphs]
    first = next(number for number, text in enumerate(texts) if text.startswith("附件："))
    day = next(number for number, text in enumerate(texts) if number > first and text.endswith("日"))
    kept = [paragraph.paragraph_format.keep_with_next for paragraph in paragraphs[first : day + 1]]
    assert len(kept) >= 4 and all(kept[:-1]) and not kept[-1]


def test_hostile_names_stand_literally_in_the_word_file() -> None:
    file = docx.Document(io.BytesIO(word(sample.named(*HOSTILE))))
    cells = {cell.text for table in file.tables for row in table.rows for cell in row.cells}
    assert set(HOSTILE) <= {cell.removesuffix("（超基数）") for cell in cells}


def test_hostile_names_stand_literally_in_the_workbook_and_are_never_formulas() -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook(sample.named(*HOSTILE))))
    cells = [row[1] for row in book["学校领域"].iter_rows(min_row=5)]
    assert {cell.value for cell in cells} == set(HOSTILE)
    assert {cell.data_type for cell in cells} == {"s"}
    quoted = {cell.value for cell in cells if cell.quotePrefix}
    assert quoted == {name for name in HOSTILE if name[0] in "=+-@"}


def test_emoji_pass_through_every_form() -> None:
    document = sample.named("甲团委", "😀团委👨‍👩‍👧")
    assert "😀团委" in text(document)
    assert openpyxl.load_workbook(io.BytesIO(workbook(document)))["学校领域"]["B5"].value == "😀团委👨‍👩‍👧"
    assert pictures(document)
    assert pdf(document).startswith(b"%PDF")
    assert word(document)[:2] == b"PK"


def test_control_characters_and_lone_surrogates_break_no_form() -> None:
    document = sample.named("坏\x00\x0b\ud800\ufffe名", reason="\x07因\udfff")
    for draw in (pdf, word, workbook, text, pictures):
        assert draw(document)  # type: ignore[operator]


# --- the official document ---------------------------------------------------------------------


def test_pdf_and_word_say_the_same_sentences() -> None:
    document = sample.province(cities=5, counties=2, universities=4, others=3)
    paper = draft(document)
    sentences = [paper.opening, *(text for part in paper.parts for text in part.paragraphs)]
    in_pdf = pdf_text(pdf(document))
    in_word = squeezed(
        "".join(paragraph.text for paragraph in docx.Document(io.BytesIO(word(document))).paragraphs)
    )
    for sentence in sentences:
        assert squeezed(sentence) in in_word
    assert squeezed(paper.opening) in in_pdf
    assert squeezed(paper.parts[0].paragraphs[0]) in in_pdf


def test_the_document_has_the_form_of_an_official_one() -> None:
    paper = draft(sample.province())
    assert (paper.issuer, paper.number, paper.issued_on) == ("河南团省委", "第23期", "2018年11月23日")
    assert paper.addressee == "各省辖市团委，各省直管县（市）团委，各省管高校团委，各省直属单位团委："
    assert [part.heading for part in paper.parts] == [
        "一、总体情况",
        "二、各类单位进展",
        "三、进度滞后单位",
        "四、分领域情况",
    ]
    assert paper.parts[0].paragraphs[2] == (
        "学校领域：应录入2,129,230人，已录入994,910人，录入率46.7%，较昨日增加36,552。"
        "距2018年12月31日截止还有39天，日均还需29,086。"
    )
    assert paper.banner == ""


def test_a_stage_still_to_come_is_told_with_its_day_and_has_no_annex() -> None:
    document = compose(
        sample.head(day=dt.date(2018, 11, 14)),
        sample.lines(sample.province_units(3, 0, 0, 0), day=dt.date(2018, 11, 14)),
    )
    paper = draft(document)
    assert "国企、机关、事业单位：2018年11月15日起录入。" in paper.parts[0].paragraphs
    assert not [annex for annex in paper.annexes if annex.title.startswith("国企")]


def test_a_stage_whose_gate_is_closed_everywhere_has_no_annex_until_somebody_enters() -> None:
    lines = sample.lines([("HN01", "郑州团市委", "city")])
    assert "其他领域录入情况表" not in [annex.title for annex in draft(compose(sample.head(), lines)).annexes]
    opened = [
        line | {"entered": 1} if (line["unit"], line["stage"]) == ("HN01", "members_other") else line
        for line in lines
    ]
    assert "其他领域录入情况表" in [annex.title for annex in draft(compose(sample.head(), opened)).annexes]


@pytest.mark.parametrize(("count", "is_cut"), [(20, False), (21, True)])
def test_a_list_of_names_is_cut_after_twenty(count: int, is_cut: bool) -> None:
    units = [(f"X{n}", f"单位{n}", "city") for n in range(count)]
    lines = [
        line | {"status": "滞后", "entered": 1, "expected": 100}
        if line["stage"] == "members_school"
        else line
        for line in sample.lines(units)
    ]
    told = [
        sentence
        for part in draft(compose(sample.head(), lines)).parts
        for sentence in part.paragraphs
        if sentence.startswith(f"学校领域滞后的有{count}个单位")
    ]
    assert len(told) == 1
    assert ("等（其余1个见附件）" in told[0]) is is_cut


def test_a_correction_tells_its_reason_and_a_preview_warns() -> None:
    corrected = sample.named("甲", number="第23期（更正第1次）", revision=2, reason="开封数据补录")
    assert draft(corrected).notices == ["更正说明：开封数据补录"]
    assert "更正说明：开封数据补录" in pdf_text(pdf(corrected))
    preview = sample.named("甲", is_preview=True)
    assert "预览稿，尚未发布，请勿转发" in pdf_text(pdf(preview))
    header = docx.Document(io.BytesIO(word(preview))).sections[0].header
    assert header.paragraphs[0].text == "预览稿，尚未发布，请勿转发"
    assert draft(sample.named("甲")).notices == []


def test_the_word_file_names_the_official_faces_and_repeats_table_headers() -> None:
    with zipfile.ZipFile(io.BytesIO(word(sample.province()))) as archive:
        body = archive.read("word/document.xml").decode()
    for face in ("方正小标宋简体", "仿宋_GB2312", "黑体"):
        assert f'w:eastAsia="{face}"' in body
    assert body.count("<w:tblHeader/>") == len(draft(sample.province()).annexes)


def test_the_same_document_gives_the_same_pdf() -> None:
    assert pdf(sample.named("甲", "乙")) == pdf(sample.named("甲", "乙"))


# --- the workbook --------------------------------------------------------------------------------


def test_the_workbook_has_one_sheet_a_stage_with_the_own_row_first() -> None:
    document = sample.province()
    book = openpyxl.load_workbook(io.BytesIO(workbook(document)))
    assert book.sheetnames == [stage.name for stage in sample.STAGES]
    sheet = book["学校领域"]
    assert sheet.freeze_panes == "C4" and sheet.auto_filter.ref == "A3:S132"
    assert [book["领导机关团干部"][f"{column}3"].value for column in "EGH"] == ["应核对", "已核对", "核对率"]
    assert document.head.code in str(sheet["A2"].value)
    own = document.own("members_school")
    assert own is not None
    assert [cell.value for cell in sheet[4]][1:7] == [
        "河南团省委",
        "本级合计",
        "HN",
        own.expected,
        own.expected_adjusted,
        own.entered,
    ]
    assert sheet.max_row == 4 + 128


@pytest.mark.parametrize(("rate", "shown"), [(0.99999, 0.999), (1.0, 1.0), (None, None), (1.0699, 1.069)])
def test_a_rate_in_the_workbook_is_a_number_cut_like_everywhere(
    rate: float | None, shown: float | None
) -> None:
    lines = [line | {"rate": rate} for line in sample.lines([("HN01", "郑州团市委", "city")])]
    sheet = openpyxl.load_workbook(io.BytesIO(workbook(compose(sample.head(), lines))))["学校领域"]
    assert sheet["H5"].value == shown
    assert rate is None or sheet["H5"].number_format == "0.0%"


def test_stage_names_become_names_that_a_workbook_takes() -> None:
    names = ["A/b", "a－B", "X（3）", "x" * 40, "X" * 40, "", "History", "'quoted'"]
    given = _sheet_names(names)
    assert given[0] == "A－b"
    assert len({name.casefold() for name in given}) == len(names)
    assert all(0 < len(name) <= 31 for name in given)
    stages = tuple(
        StageHead(f"s{n}", name, "members", sample.DAY, sample.DAY) for n, name in enumerate(names)
    )
    book = openpyxl.load_workbook(io.BytesIO(workbook(compose(sample.head(stages=stages), []))))
    assert book.sheetnames == given


# --- the text -----------------------------------------------------------------------------------


def test_the_text_tells_the_figures_in_about_150_characters() -> None:
    document = sample.province()
    told = text(document)
    own = document.own("members_school")
    assert own is not None
    assert told.startswith("【智慧团建录入日通报第23期】截至11月23日08:00，河南团省委“学校领域”应录")
    assert f"已录{own.entered:,}，录入率46.7%" in told
    assert "省辖市居前：" in told
    assert told.endswith(f"校验码{document.head.code}。")
    assert 120 <= len(told) <= MOST_CHARACTERS


def test_the_text_of_one_class_names_that_class() -> None:
    told = text(sample.province().only(UnitClass.UNIVERSITY.value))
    assert "省管高校居前：" in told
    assert "省辖市" not in told


def test_what_does_not_fit_is_left_out_whole() -> None:
    long = sample.named("甲" * 60, "乙" * 60)
    assert "居前" not in text(long)
    assert len(text(long)) <= MOST_CHARACTERS
    short = sample.named("甲", "乙")
    assert "居前：" in text(short)


def test_the_text_of_an_empty_document_says_so_and_a_preview_warns() -> None:
    assert "暂无录入数据" in text(compose(sample.head(), []))
    assert text(sample.named("甲", is_preview=True)).startswith("〔预览稿，尚未发布〕")
