"""The folder of licensed fonts comes first; without it there is always one that has Chinese."""

import io
from pathlib import Path
from typing import Any

import pypdf
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen

from progress.exports.pdf import pdf
from progress.exports.typesetting import breakable

from tests.progress_exports import sample


def font(path: Path, family: str, characters: str) -> None:
    """A font of full blocks."""
    names = {ord(char): f"uni{ord(char):04X}" for char in characters}
    pen = TTGlyphPen(None)
    for point in ((0, 0), (0, 800), (900, 800), (900, 0)):
        (pen.lineTo if point != (0, 0) else pen.moveTo)(point)
    pen.closePath()
    block, order = pen.glyph(), [".notdef", *names.values()]
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder(order)
    builder.setupCharacterMap(names)
    builder.setupGlyf(dict.fromkeys(order, block))
    builder.setupHorizontalMetrics(dict.fromkeys(order, (1000, 0)))
    builder.setupHorizontalHeader(ascent=880, descent=-120)
    names_of = {"familyName": family, "styleName": "Regular", "fullName": family, "psName": family}
    builder.setupNameTable(names_of)
    builder.setupOS2(sTypoAscender=880, sTypoDescender=-120)
    builder.setupPost()
    builder.save(path)


def families(content: bytes) -> set[str]:
    pages = pypdf.PdfReader(io.BytesIO(content)).pages
    used = (page["/Resources"]["/Font"].values() for page in pages)
    return {font.get_object()["/BaseFont"].split("+")[-1] for fonts in used for font in fonts}


def test_a_prescribed_face_in_the_folder_is_used(settings: Any, tmp_path: Path) -> None:
    assert not any("FangSong" in name for name in families(pdf(sample.named("甲"))))
    font(tmp_path / "fs.ttf", "FangSong_GB2312", "现将截至年月日")
    settings.ZHTJ_FONT_DIR = str(tmp_path)
    assert any("FangSong" in name for name in families(pdf(sample.named("甲"))))


def test_without_a_folder_every_font_is_embedded_and_has_the_characters(settings: Any) -> None:
    settings.ZHTJ_FONT_DIR = ""
    content = pdf(sample.named("郑州团市委"))
    assert families(content)
    assert "郑州团市委" in "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)


def test_a_long_run_of_letters_gets_places_to_break_and_nothing_else_does() -> None:
    assert breakable("郑州大学团委郑州大学团委郑州大学团委") == "郑州大学团委" * 3
    assert breakable("a" * 10) == "a" * 10
    assert breakable("a" * 11) == "a" * 10 + "\u200b" + "a"
    assert breakable("two words here") == "two words here"
    assert breakable("W" * 20, 8).split("\u200b") == ["W" * 8, "W" * 8, "W" * 4]
