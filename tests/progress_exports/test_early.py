"""同步推进: who has an early start is told in everything given out."""

import io

import docx
import openpyxl
import pytest

from progress import actions, exports
from progress.exports import words
from progress.exports.document import Document, compose
from progress.exports.paper import draft
from progress.exports.pdf import pdf
from progress.exports.text import text
from progress.exports.word import word
from progress.exports.workbook import workbook

from tests import world
from tests.progress.conftest import Scene
from tests.progress_exports import sample
from tests.progress_exports.test_drawn import handed_to_typst, pdf_text

STAGE = "members_school"  # the one spoken of that day
TOLD = "经批准同步推进：开封团市委。"


def opened(*codes: str) -> Document:
    """Three cities, of which these have an early start."""
    lines = sample.lines(sample.province_units(3, 0, 0, 0))
    return compose(
        sample.head(),
        [
            line | {"early": True} if line["stage"] == STAGE and line["unit"] in codes else line
            for line in lines
        ],
    )


def test_every_form_names_who_has_an_early_start(monkeypatch: pytest.MonkeyPatch) -> None:
    document = opened("HN02")
    assert TOLD in pdf_text(pdf(document))
    assert TOLD in "".join(p.text for p in docx.Document(io.BytesIO(word(document))).paragraphs)
    sheet = openpyxl.load_workbook(io.BytesIO(workbook(document)))["学校领域"]
    assert TOLD in "".join(str(cell.value) for row in sheet.iter_rows() for cell in row)
    assert TOLD in text(document)
    assert TOLD in handed_to_typst(monkeypatch, document)["pictures"][0]["notes"]


def test_in_a_picture_a_name_without_a_place_to_break_stays_on_the_page(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lines = sample.lines([("X1", "W" * 60, "city")])
    document = compose(
        sample.head(), [line | {"early": True} if line["unit"] == "X1" else line for line in lines]
    )
    (note,) = (n for n in handed_to_typst(monkeypatch, document)["pictures"][0]["notes"] if "同步" in n)
    assert max(map(len, note.split("\u200b"))) <= len("经批准同步推进：") + 10


def test_a_region_tells_it_of_itself_and_of_many_the_first_are_named() -> None:
    assert "经批准同步推进：河南团省委。" in str(draft(opened("HN", "HN01", "HN02")).parts)
    assert "等12个单位" in words.early([f"第{n}县" for n in range(12)])


def test_where_nobody_has_one_nothing_is_said() -> None:
    assert "同步推进" not in str(draft(opened())) + text(opened())


@pytest.mark.django_db
def test_an_agreed_request_stands_in_what_the_region_and_the_province_give_out(scene: Scene) -> None:
    cast = scene.cast
    stage = scene.campaign.stages.get(key="members_other")
    asked = actions.ask_early_opening(
        world.actor(cast.city_admin), stage=stage, region=cast.city, reason="名册已核对"
    )
    actions.decide_early_opening(world.actor(cast.staff), asked=asked, agree=True)
    bulletin = scene.compute()
    for unit in (cast.province, cast.city):
        assert "经批准同步推进：郑州团市委。" in str(draft(exports.document_of(bulletin, unit)).parts)
