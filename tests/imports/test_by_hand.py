"""Mending a row in the browser, skipping one, taking the open ones away and bringing them back."""

import datetime as dt
import io

import openpyxl
import pytest

from zhtj.imports import actions, pipeline, queries, workbooks
from zhtj.imports.models import BatchState, ImportBatch
from zhtj.imports.pipeline import documents, findings
from zhtj.lib.problems import Refused
from zhtj.lib.workbook import Judged, Outcome, Row

from orgs.models import AuditEntry
from orgs.scopes import actor_for


def mend(batch, cast, number, **typed):
    actions.mend_row(actor_for(cast.secretary), batch=batch, number=number, typed=typed)
    pipeline.check(batch.pk)
    batch.refresh_from_db()


def skip(batch, cast, number, leave_out=True):
    actions.skip_row(actor_for(cast.secretary), batch=batch, number=number, skip=leave_out)
    pipeline.check(batch.pk)
    batch.refresh_from_db()


def commit(batch, cast):
    assert actions.ask_commit(actor_for(cast.secretary), batch=batch)
    pipeline.commit(batch.pk)
    batch.refresh_from_db()


def test_a_mended_row_is_judged_by_the_same_rules_and_the_whole_anew(checked, cast, stall):
    batch = checked([("苹果", "3"), ("坏梨", "4"), ("梨", "5")])
    mend(batch, cast, 3, fruit="梨", weight="4")
    assert (batch.ok_count, batch.mend_count) == (2, 1)
    assert batch.rows.get(number=4).codes == " fruit.twice_in_file "
    mend(batch, cast, 4, fruit="桃", weight="5")
    assert (batch.ok_count, batch.mend_count, batch.faults) == (3, 0, [])
    commit(batch, cast)
    assert stall.stock == {"苹果": "3", "梨": "4", "桃": "5"}


def test_a_mended_row_stays_in_sight(checked, cast):
    batch = checked([("坏梨", "4")])
    mend(batch, cast, 2, fruit="梨")
    row = batch.rows.get()
    assert (row.outcome, row.mended_at is not None) == ("ok", True)


def test_a_cell_that_was_not_touched_keeps_its_type(checked, cast):
    batch = checked([("坏梨", 4.0, 410102200001011000.0)])
    typed, _ = documents.open_cells(batch.rows.get().cells_sealed)
    assert isinstance(typed["national_id"], float)
    mend(batch, cast, 2, fruit="梨", weight="4", national_id="410102200001011000")
    typed, _ = documents.open_cells(batch.rows.get().cells_sealed)
    assert isinstance(typed["national_id"], float)


def test_a_row_can_be_skipped_and_taken_in_again(checked, cast, stall):
    batch = checked([("苹果", "3"), ("坏梨", "4")])
    skip(batch, cast, 3)
    assert (batch.row_count, batch.skipped_count, batch.mend_count) == (1, 1, 0)
    skip(batch, cast, 3, leave_out=False)
    assert (batch.row_count, batch.skipped_count, batch.mend_count) == (2, 0, 1)
    skip(batch, cast, 3)
    commit(batch, cast)
    assert (stall.stock, batch.row_count) == ({"苹果": "3"}, 1)


def test_a_skipped_row_no_longer_clashes(checked, cast):
    batch = checked([("苹果", "3"), ("苹果", "4"), ("坏", "1")])
    assert batch.mend_count == 2
    skip(batch, cast, 3)
    assert (batch.ok_count, batch.mend_count) == (1, 1)


def test_no_row_is_mended_once_the_commit_was_asked_for(checked, cast):
    batch = checked([("苹果", "3"), ("坏梨", "4")])
    actions.ask_commit(actor_for(cast.secretary), batch=batch)
    with pytest.raises(Refused) as refused:
        mend(batch, cast, 3, fruit="梨")
    assert refused.value.problems[0].code == "batch.not_ready"
    assert batch.rows.get(number=3).mended_at is None


def test_a_row_that_is_not_to_be_mended_says_so(checked, cast):
    batch = checked([("苹果", "3")])
    with pytest.raises(Refused) as refused:
        mend(batch, cast, 2, fruit="梨")
    assert refused.value.problems[0].code == "batch.row_missing"
    batch.refresh_from_db()
    assert batch.state == BatchState.CHECKED


def test_the_open_rows_come_back_as_typed_with_problem_and_mending(checked, cast):
    batch = checked([("苹果", "3"), ("坏梨", "4"), ("", dt.date(2018, 1, 2)), ("生柿子", 7.5)])
    data = workbooks.open_rows(actor_for(cast.secretary), batch)
    sheet = openpyxl.load_workbook(io.BytesIO(data)).active
    lines = [[cell.value for cell in line] for line in sheet.iter_rows()]
    assert lines[0][:-1] == ["水果", "重量", "身份证号码", "品质", "问题", "怎么改"]
    assert [line[:2] for line in lines[1:]] == [
        ["坏梨", "4"],
        [None, dt.datetime(2018, 1, 2)],
        ["生柿子", 7.5],
    ]
    assert lines[1][4:6] == ["“坏梨”是坏的。", "请换一个。"]
    entry = AuditEntry.objects.get(action="imports.take_rows")
    assert (entry.batch_id, entry.after) == (batch.pk, {"rows": 3})


def test_the_rows_taken_away_can_be_uploaded_again_as_they_are(checked, cast):
    batch = checked([("苹果", "3"), ("坏梨", "4"), ("", "1"), ("生柿子", "7")], file_name="水果.xlsx")
    data = workbooks.open_rows(actor_for(cast.secretary), batch)
    again = checked([], data=data)
    assert (again.state, again.continues_id, again.row_count) == (BatchState.CONTINUED, batch.pk, 3)
    batch.refresh_from_db()
    assert (batch.row_count, batch.mend_count, batch.rectify_count) == (4, 2, 1)
    ImportBatch.objects.filter(pk=batch.pk).update(state=BatchState.EXPIRED)
    alone = checked([], data=data)
    assert (alone.row_count, alone.mend_count, alone.rectify_count) == (3, 2, 1)
    assert not any("没有读取" in note for note in alone.notes)


def test_headers_go_back_as_they_were(checked, cast):
    from tests.imports.conftest import workbook

    batch = checked([], data=workbook([("3", "坏梨")], header=("重量", "果子 *")))
    data = workbooks.open_rows(actor_for(cast.secretary), batch)
    header = [cell.value for cell in openpyxl.load_workbook(io.BytesIO(data)).active[1]]
    assert header[:-1] == ["重量", "果子 *", "问题", "怎么改"]


def test_the_rows_to_look_at_come_worst_first(checked):
    batch = checked([("西瓜", "300"), ("生柿子", "1"), ("坏梨", "4")])
    assert list(queries.rows(batch).values_list("number", flat=True)) == [4, 3, 2]
    assert list(queries.rows(batch, code="fruit.unripe").values_list("number", flat=True)) == [3]


def test_sealed_documents_give_back_what_was_put_in():
    moment = dt.datetime(2018, 1, 2, 3, 4)
    rows = [Row(5, {"a": "x\ud800", "b": 1.0}), Row(9, {"a": dt.date(2018, 1, 2), "b": moment})]
    assert documents.open_rows(documents.seal_rows(rows, ["a", "b"])) == rows
    cells, change = {"a": True, "b": None}, {"a": ["1", "2"]}
    assert documents.open_cells(documents.seal_cells(cells, change)) == (cells, change)
    judged = [Judged(5, Outcome.UPDATED, [], {"$d": "2018-01-02"}, change)]
    assert documents.open_judged(documents.seal_judged(judged)) == judged


def test_each_row_keeps_its_own_words_though_most_are_shared(checked):
    batch = checked([("坏梨", "4"), ("坏杏", "x"), ("", "y")])
    said = {row.number: findings.problems_of(row, batch) for row in batch.rows.all()}
    assert [problem["message"] for problem in said[2]] == ["“坏梨”是坏的。"]
    assert [problem["message"] for problem in said[3]] == ["“坏杏”是坏的。", "重量不是数字。"]
    assert [problem["mend"] for problem in said[4]] == ["请填写水果名称。", "请填数字。"]
    assert {problem["severity"] for problem in said[4]} == {"error"}
    assert [(fault["code"], fault["count"], fault["alike"]) for fault in batch.faults] == [
        ("fruit.rotten", 2, False),
        ("weight.format", 2, True),
        ("fruit.missing", 1, True),
    ]
