"""What the desk makes of a file as a whole: every refusal is a Chinese sentence, nothing stays stuck."""

import re

import pytest

from zhtj.imports import actions
from zhtj.imports.models import BatchState, ImportBatch
from zhtj.lib.problems import Refused

from orgs.scopes import actor_for

from tests.imports.conftest import HEADER, workbook

PICTURE = b"\x89PNG\r\n\x1a\n" + b"\x00" * 200

REFUSED = {
    "a picture named .xlsx": (PICTURE, "file.picture"),
    "a truncated workbook": (workbook([("苹果", "3")])[:900], "file.damaged"),
    "random bytes": (bytes(range(256)) * 20, "file.not_a_workbook"),
    "no header": (workbook([("苹果", "3")], header=("甲", "乙", "丙", "丁")), "header.not_found"),
    "a required column missing": (
        workbook([("3", "优")], header=("重量", "品质")),
        "header.column_missing",
    ),
    "no rows": (workbook([]), "file.no_rows"),
    "a column twice": (workbook([("苹果", "梨")], header=("水果", "水果")), "header.doubled"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_cannot_be_read_is_refused_in_words(name, checked):
    data, code = REFUSED[name]
    batch = checked([], data=data)
    assert (batch.state, batch.problems[0]["code"]) == (BatchState.REFUSED, code)
    assert re.search(r"[\u4e00-\u9fff]", batch.problems[0]["message"])
    assert batch.problems[0]["mend"].startswith("请")
    assert batch.file_sealed is None and not batch.rows.exists()


@pytest.mark.parametrize(("data", "code"), [(b"", "file.empty"), (b"x" * 2000, "file.too_big")])
def test_size_is_looked_at_before_anything_is_kept(data, code, cast, settings):
    settings.ZHTJ_IMPORT_LIMITS = settings.ZHTJ_IMPORT_LIMITS | {"bytes": 1000}
    with pytest.raises(Refused) as refused:
        actions.upload(
            actor_for(cast.secretary), kind="fruit", unit=cast.branch, file_name="水果.xlsx", data=data
        )
    assert [problem.code for problem in refused.value.problems] == [code]
    assert not ImportBatch.objects.exists()


def test_too_many_rows_are_refused_with_the_limit(checked, settings):
    settings.ZHTJ_IMPORT_LIMITS = settings.ZHTJ_IMPORT_LIMITS | {"rows": 3}
    batch = checked([("苹果", "3")] * 4)
    assert batch.problems[0]["code"] == "file.too_many_rows"
    assert "超过了 3 行的上限" in batch.problems[0]["message"]


def test_what_is_not_read_is_said(checked):
    data = workbook([("苹果", "3", "甲")], header=("水果", "重量", "我的备注"))
    assert checked([], data=data).notes == ["这些列不在模板里，没有读取：我的备注。"]


def test_rows_keep_the_number_the_sheet_shows(checked):
    batch = checked([("苹果", "3"), (None, None), ("坏梨", "4")])
    assert (batch.row_count, batch.rows.get().number) == (2, 4)


def test_hostile_text_is_stored_and_shown_never_an_exception(checked):
    nasty = ["坏\u202e梨", "坏<script>", "坏🍐", "坏" + "长" * 5000, "坏'--"]
    batch = checked([(text, "4") for text in nasty])
    assert batch.mend_count == len(nasty)


def test_an_unknown_kind_is_refused(uploaded):
    with pytest.raises(Refused) as refused:
        uploaded([("苹果", "3")], kind="vegetables")
    assert refused.value.problems[0].code == "batch.kind"


def test_every_cell_type_in_every_column_is_read(checked):
    import datetime as dt

    values = [1, 2.5, True, dt.date(2018, 1, 2), dt.datetime(2018, 1, 2, 3, 4), "文", None]
    batch = checked([[value] * len(HEADER) for value in values])
    assert batch.state == BatchState.CHECKED
    assert batch.row_count == len(values) - 1
