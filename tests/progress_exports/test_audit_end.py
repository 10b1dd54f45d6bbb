"""Where the audit chain ended is frozen with a bulletin and printed on what is given out of it."""

import io

import docx
import openpyxl
import pytest
from django.urls import reverse

from zhtj import health

from orgs import sealing
from orgs.models import AuditEntry, AuditMark
from progress.exports.drawing import document_of, render
from progress.models import Bulletin

from tests import world
from tests.progress.conftest import DAY, Scene
from tests.progress.test_compute import whole
from tests.progress_exports.test_drawn import pdf_text

pytestmark = pytest.mark.django_db


def printed(scene: Scene, bulletin: Bulletin) -> dict[str, str]:
    """All the text of the page and of each file that bears the end."""
    files = {name: render(bulletin, scene.cast.province, name)[0].content for name in ("pdf", "docx", "xlsx")}
    book = openpyxl.load_workbook(io.BytesIO(files["xlsx"]))
    word = docx.Document(io.BytesIO(files["docx"]))
    return {
        "page": world.client(scene.cast.staff).get(reverse("bulletin", args=[DAY])).content.decode(),
        "pdf": pdf_text(files["pdf"]),
        "docx": "\n".join(paragraph.text for paragraph in word.paragraphs),
        "xlsx": "\n".join(
            str(cell) for row in book.worksheets[0].iter_rows(values_only=True) for cell in row
        ),
    }


def test_the_end_of_the_moment_is_printed_and_leaves_lines_and_code_as_they_are(scene: Scene) -> None:
    sealing.seal_entries()
    first = scene.compute()
    end = first.settings["audit_end"]
    assert end == sealing.end_of_chain().last.noted and end.endswith(sealing.end_of_chain().last.digest[:16])
    for form, text in printed(scene, first).items():
        assert "审计封存到" in text and end in text, form
    before, code = whole(first), document_of(first, scene.cast.province).head.code
    sealing.seal_entries()  # the computation itself is in the trail
    again = scene.compute(recompute=True)
    assert again.settings["audit_end"] == sealing.end_of_chain().last.noted != end
    assert (whole(again), document_of(again, scene.cast.province).head.code) == (before, code)
    assert health.audit_head_stands(end).level == health.Level.OK
    AuditEntry.objects.filter(seal_number=end.split(":")[0]).update(digest="0" * 64)
    assert health.audit_head_stands(end).level == health.Level.CRITICAL


@pytest.mark.parametrize("case", ["nothing sealed", "no mark of ours", "computed before"])
def test_without_an_end_nothing_is_said_of_it(scene: Scene, case: str) -> None:
    if case != "nothing sealed":
        sealing.seal_entries()
    if case == "no mark of ours":
        AuditMark.objects.filter(name=sealing.HEAD).update(sealed=b"x")
    bulletin = scene.compute()
    if case == "computed before":
        del bulletin.settings["audit_end"]
        bulletin.save()
    assert bulletin.settings.get("audit_end", "") == ""
    for form, text in printed(scene, bulletin).items():
        assert "审计封存" not in text, form
