"""The official document as a Word file, for those who go on writing in it.

The prescribed faces (方正小标宋简体, 仿宋_GB2312, 黑体) are named, not embedded: an office that writes
official documents has them, and Word takes the nearest one where it has not. Tables are built as plain
elements: python-docx itself looks every cell up again and takes minutes for a province.
"""

import datetime as dt
import io
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from progress.exports.document import Document
from progress.exports.paper import Annex, Paper, Row, draft

if TYPE_CHECKING:
    from docx.document import Document as WordDocument
    from docx.text.paragraph import Paragraph

TITLE, BODY, HEADING = "方正小标宋简体", "仿宋_GB2312", "黑体"
LATIN = "Times New Roman"
RED, GREY = "C7000B", "5A6069"
LINE = 28.95  # points between lines: 22 lines a page
INDENT = 32  # two characters of 16 points
WIDTHS = (11, 47, 20, 20, 18, 19, 19, 16)  # millimetres
TINTS = {"lags": "FDECE9", "divider": "FFF8E6", "header": "F2F3F5"}
FIRST_FIGURE, LAST_FIGURE = 2, 6
TWIPS_PER_MM = 1440 / 25.4


def word(document: Document) -> bytes:
    """The document as .docx. About 0.3 s for a province."""
    import docx  # here: only a process that writes Word files has to load it

    paper = draft(document)
    file = docx.Document()
    _properties(file, paper, document)
    _defaults(file)
    _page(file.sections[0], (37, 35, 28, 26), paper.banner)
    _red_head(file, paper)
    _text(file, paper)
    _annexes(file, paper)
    _foot(file, paper)
    stream = io.BytesIO()
    file.save(stream)
    return stream.getvalue()


def _properties(file: "WordDocument", paper: Paper, document: Document) -> None:
    """What the file says of itself: nothing that differs from one drawing to the next."""
    core = file.core_properties
    core.title, core.author, core.comments = "".join(paper.title), paper.issuer, "；".join(paper.foot)
    core.created = core.modified = dt.datetime.combine(document.head.day, dt.time())
    core.last_modified_by, core.revision = paper.issuer, document.head.revision


def _defaults(file: "WordDocument") -> None:
    """Chinese as written on the mainland, and no blanks put between it and figures."""
    for language in file.styles.element.iter(_name("w:lang")):
        language.set(_name("w:eastAsia"), "zh-CN")
    properties = file.styles["Normal"].element.get_or_add_pPr()
    properties.extend(_element(tag, **{"w:val": "0"}) for tag in ("w:autoSpaceDE", "w:autoSpaceDN"))


def _page(section: Any, margins: tuple[int, int, int, int], banner: str) -> None:
    """A4 with these margins (top, bottom, left, right), page numbers below, a preview's warning above."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Mm

    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin, section.left_margin, section.right_margin = map(Mm, margins)
    if banner:
        header = section.header.paragraphs[0]
        header.alignment = WD_ALIGN_PARAGRAPH.CENTER
        _run(header, banner, HEADING, 12, colour=RED)
    footer = section.footer.paragraphs[0]
    footer.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _run(footer, "— ", "宋体", 14)
    _page_number(footer)
    _run(footer, " —", "宋体", 14)


def _red_head(file: "WordDocument", paper: Paper) -> None:
    from docx.shared import Mm

    _paragraph(file, paper.masthead, TITLE, 40, align="center", colour=RED, line=52, bold=True)
    _paragraph(file, paper.number, BODY, 16, align="center")
    issued = _paragraph(file, f"{paper.issuer}\t{paper.issued_on}", BODY, 16)
    issued.paragraph_format.tab_stops.add_tab_stop(Mm(156), 2)  # 2: right
    _border(issued, "bottom", RED, 12)
    _paragraph(file, "", BODY, 16)
    for line in paper.title:
        _paragraph(file, line, TITLE, 22, align="center", line=34, bold=True)
    _paragraph(file, paper.subtitle, BODY, 16, align="center")
    _paragraph(file, "", BODY, 16)


def _text(file: "WordDocument", paper: Paper) -> None:
    if paper.addressee:
        _paragraph(file, paper.addressee, BODY, 16)
    for text in (paper.opening, *paper.notices):
        _paragraph(file, text, BODY, 16, indent=INDENT)
    for part in paper.parts:
        _paragraph(file, part.heading, HEADING, 16, indent=INDENT).paragraph_format.keep_with_next = True
        for text in part.paragraphs:
            _paragraph(file, text, BODY, 16, indent=INDENT)
    _paragraph(file, "", BODY, 16)
    is_only = len(paper.annexes) == 1
    for number, annex in enumerate(paper.annexes, start=1):
        lead = "附件：" if number == 1 else "　　　"
        named = f"{lead}{'' if is_only else f'{number}.'}{annex.title}"
        _paragraph(file, named, BODY, 16, indent=INDENT).paragraph_format.keep_with_next = True
    # Who signs does not stand on a page alone.
    _paragraph(file, "", BODY, 16).paragraph_format.keep_with_next = True
    for text in (paper.issuer, paper.issued_on):
        signed = _paragraph(file, text, BODY, 16, align="right")
        signed.paragraph_format.keep_with_next = text == paper.issuer
        signed.paragraph_format.right_indent = signed.paragraph_format.line_spacing


def _annexes(file: "WordDocument", paper: Paper) -> None:
    from docx.enum.section import WD_SECTION

    for number, annex in enumerate(paper.annexes, start=1):
        if number == 1:
            section = file.add_section(WD_SECTION.NEW_PAGE)
            _margins(section)
        mark = f"附件{number if len(paper.annexes) > 1 else ''}"
        first = _paragraph(file, mark, HEADING, 16)
        first.paragraph_format.page_break_before = number > 1
        _paragraph(file, annex.title, TITLE, 18, align="center", line=34, bold=True)
        _paragraph(file, annex.note, BODY, 9, colour=GREY, line=14)
        file.element.body.insert(len(file.element.body) - 1, _table(annex))


def _margins(section: Any) -> None:
    from docx.shared import Mm

    section.top_margin = section.bottom_margin = Mm(25)
    section.left_margin = section.right_margin = Mm(20)


def _foot(file: "WordDocument", paper: Paper) -> None:
    """版记: when counted, number, verification code, between two lines."""
    last = _paragraph(file, "　".join(paper.foot), BODY, 11, line=20)
    last.paragraph_format.space_before = last.paragraph_format.line_spacing
    _border(last, "top", "000000", 8)
    _border(last, "bottom", "000000", 8)


def _paragraph(
    file: "WordDocument",
    text: str,
    face: str,
    size: float,
    *,
    align: str = "left",
    indent: float = 0,
    colour: str = "",
    line: float = LINE,
    bold: bool = False,
) -> "Paragraph":
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    paragraph = file.add_paragraph()
    how = paragraph.paragraph_format
    how.space_before = how.space_after = Pt(0)
    how.line_spacing = Pt(line)
    how.first_line_indent = Pt(indent) if indent else None
    if indent and align == "left":
        paragraph.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
    elif align != "left":
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER if align == "center" else WD_ALIGN_PARAGRAPH.RIGHT
    _run(paragraph, text, face, size, colour=colour, bold=bold)
    return paragraph


def _run(
    paragraph: "Paragraph", text: str, face: str, size: float, *, colour: str = "", bold: bool = False
) -> None:
    paragraph._p.append(_run_element(text, face, size, colour=colour, bold=bold))


def _run_element(text: str, face: str, size: float, *, colour: str = "", bold: bool = False) -> Any:
    fonts = {"w:ascii": LATIN, "w:hAnsi": LATIN, "w:eastAsia": face, "w:hint": "eastAsia"}
    properties = [_element("w:rFonts", **fonts)]
    if bold:
        properties.append(_element("w:b"))
    if colour:
        properties.append(_element("w:color", **{"w:val": colour}))
    for tag in ("w:sz", "w:szCs"):
        properties.append(_element(tag, **{"w:val": str(round(size * 2))}))
    run = _element("w:r", _element("w:rPr", *properties))
    for number, piece in enumerate(text.split("\t")):
        if number:
            run.append(_element("w:tab"))
        written = _element("w:t", **{"xml:space": "preserve"})
        written.text = piece
        run.append(written)
    return run


def _page_number(paragraph: "Paragraph") -> None:
    field = _element("w:fldSimple", _run_element("1", "宋体", 14), **{"w:instr": "PAGE"})
    paragraph._p.append(field)


def _border(paragraph: "Paragraph", side: str, colour: str, eighths: int) -> None:
    how = {"w:val": "single", "w:sz": str(eighths), "w:space": "4", "w:color": colour}
    properties = paragraph._p.get_or_add_pPr()
    borders = properties.find(_name("w:pBdr"))
    if borders is None:
        borders = _element("w:pBdr")
        properties.insert_element_before(
            borders, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc", "w:rPr", "w:sectPr"
        )
    borders.append(_element(f"w:{side}", **how))


def _table(annex: Annex) -> Any:
    """The annex as a table whose header is repeated on every page."""
    edge = {"w:val": "single", "w:sz": "4", "w:space": "0", "w:color": "8A8F99"}
    sides = ("top", "left", "bottom", "right", "insideH", "insideV")
    widths = [str(round(width * TWIPS_PER_MM)) for width in WIDTHS]
    properties = _element(
        "w:tblPr",
        _element("w:tblW", **{"w:w": str(sum(map(int, widths))), "w:type": "dxa"}),
        _element("w:jc", **{"w:val": "center"}),
        _element("w:tblBorders", *[_element(f"w:{side}", **edge) for side in sides]),
        _element("w:tblLayout", **{"w:type": "fixed"}),
        _element(
            "w:tblCellMar",
            *[_element(f"w:{side}", **{"w:w": "57", "w:type": "dxa"}) for side in ("left", "right")],
        ),
    )
    grid = _element("w:tblGrid", *[_element("w:gridCol", **{"w:w": width}) for width in widths])
    return _element("w:tbl", properties, grid, *_rows(annex, widths))


def _rows(annex: Annex, widths: list[str]) -> Iterator[Any]:
    header = _element("w:trPr", _element("w:cantSplit"), _element("w:tblHeader"))
    cells = zip(annex.columns, widths, strict=True)
    yield _element(
        "w:tr", header, *(_cell(text, width, "center", TINTS["header"], HEADING) for text, width in cells)
    )
    for row in annex.rows:
        yield _element("w:tr", _element("w:trPr", _element("w:cantSplit")), *_cells(row, widths))


def _cells(row: Row, widths: list[str]) -> Iterable[Any]:
    if row.is_divider:
        width = str(sum(map(int, widths)))
        yield _cell(row.cells[0], width, "left", TINTS["divider"], HEADING, span=len(widths))
        return
    tint = TINTS["lags"] if row.lags else ""
    for column, (text, width) in enumerate(zip(row.cells, widths, strict=True)):
        side = "right" if FIRST_FIGURE <= column <= LAST_FIGURE else "left" if column == 1 else "center"
        yield _cell(text, width, side, tint, BODY, bold=row.is_own)


def _cell(
    text: str, width: str, side: str, tint: str, face: str, *, span: int = 1, bold: bool = False
) -> Any:
    properties = _element("w:tcPr", _element("w:tcW", **{"w:w": width, "w:type": "dxa"}))
    if span > 1:
        properties.append(_element("w:gridSpan", **{"w:val": str(span)}))
    if tint:
        properties.append(_element("w:shd", **{"w:val": "clear", "w:color": "auto", "w:fill": tint}))
    properties.append(_element("w:vAlign", **{"w:val": "center"}))
    spacing = _element(
        "w:spacing", **{"w:before": "40", "w:after": "40", "w:line": "240", "w:lineRule": "auto"}
    )
    layout = _element("w:pPr", spacing, _element("w:jc", **{"w:val": side}))
    return _element("w:tc", properties, _element("w:p", layout, _run_element(text, face, 10.5, bold=bold)))


def _element(tag: str, *children: Any, **attributes: str) -> Any:
    from docx.oxml import OxmlElement

    element = OxmlElement(tag)
    for name, value in attributes.items():
        element.set(_name(name), value)
    element.extend(children)
    return element


def _name(tag: str) -> str:
    from docx.oxml.ns import qn

    if tag == "xml:space":
        return "{http://www.w3.org/XML/1998/namespace}space"
    name: str = qn(tag)
    return name
