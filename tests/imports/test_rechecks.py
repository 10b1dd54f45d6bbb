"""A check that did not end well drops nothing: file, rows and what was typed stay, and 重新检查 leads on."""

from unittest.mock import patch

import pytest
from django.urls import reverse

from zhtj.imports import actions, pipeline, travel, workbooks
from zhtj.imports.models import BatchState, RowOutcome
from zhtj.imports.pipeline import documents, states
from zhtj.lib.problems import Refused

from orgs.scopes import actor_for

from tests import world
from tests.conftest import Clock
from tests.imports import rooms

ROWS = [("苹果", "3"), ("坏梨", "4"), ("生柿子", "2"), ("坏桃", "1")]
MENDED, SKIPPED = 3, 5


def died_three_times(batch, clock: Clock) -> None:
    for _ in range(3):
        assert states.take_for_check(batch.pk)
        clock.forward(minutes=3)
    assert pipeline.stale().to_check == []
    batch.refresh_from_db()


@pytest.fixture
def secretary(cast):
    return actor_for(cast.secretary)


@pytest.fixture
def in_hand(checked, secretary):
    """A batch one row of which was mended, one skipped; it waits for its check."""
    batch = checked(ROWS)
    actions.skip_row(secretary, batch=batch, number=SKIPPED)
    pipeline.check(batch.pk)
    actions.mend_row(secretary, batch=batch, number=MENDED, typed={"fruit": "梨"})
    return batch


@pytest.fixture(params=["exception", "deaths", "right"])
def failed(request, in_hand, stall, cast, clock: Clock):
    """The same after its check failed, by an exception, three deaths or a right its uploader lost; the
    cause is gone."""
    if request.param == "deaths":
        died_three_times(in_hand, clock)
    elif request.param == "exception":
        stall.explode = "judge"
        pipeline.check(in_hand.pk)
        stall.explode = ""
    else:
        cast.secretary.is_active = False
        cast.secretary.save()
        pipeline.check(in_hand.pk)
        cast.secretary.is_active = True
        cast.secretary.save()
    in_hand.refresh_from_db()
    return in_hand


@pytest.fixture
def unread(checked, stall):
    """An upload whose very first check failed; the cause is gone."""
    stall.explode = "judge"
    batch = checked(ROWS)
    stall.explode = ""
    return batch


@pytest.fixture
def client(cast):
    return world.client(cast.secretary)


@pytest.fixture
def send(client, django_capture_on_commit_callbacks):
    """Post, let what was queued on commit run, and go where the answer leads."""

    def post(name, *values, **data):
        with django_capture_on_commit_callbacks(execute=True):
            answer = client.post(reverse(name, args=values), data)
        return client.get(answer.url).content.decode()

    return post


def test_what_was_typed_by_hand_outlives_a_check_that_failed(failed):
    code = failed.problems[0]["code"]
    assert failed.state == BatchState.FAILED
    assert code in ("file.failed", "file.interrupted", "batch.no_right")
    assert failed.file_sealed is not None and failed.lease_until is None
    assert [row.number for row in documents.open_rows(failed.rows_sealed)] == [2, 3, 4, 5]
    mended = failed.rows.get(number=MENDED)
    assert documents.open_cells(mended.cells_sealed)[0]["fruit"] == "梨" and mended.mended_at
    assert failed.rows.get(number=SKIPPED).outcome == RowOutcome.SKIPPED


def test_a_check_asked_again_leads_on_with_what_was_typed(failed, secretary, stall):
    actions.check_again(secretary, batch=failed)
    pipeline.check(failed.pk)
    failed.refresh_from_db()
    assert (failed.state, failed.problems, failed.revision) == (BatchState.CHECKED, [], 3)
    assert rooms.counts(failed) == {"ok": 2, "rectify": 1, "skipped": 1}
    assert actions.ask_commit(secretary, batch=failed)
    pipeline.commit(failed.pk)
    assert stall.stock == {"苹果": "3", "梨": "4"}


def test_while_it_waits_again_nothing_old_is_said_of_it(failed, secretary):
    actions.check_again(secretary, batch=failed)
    failed.refresh_from_db()
    assert (failed.state, failed.problems, failed.attempts) == (BatchState.UPLOADED, [], 0)


def test_a_commit_that_finds_the_world_moved_and_then_fails_to_check_keeps_the_batch(
    checked, secretary, stall
):
    batch = checked(ROWS)
    actions.mend_row(secretary, batch=batch, number=MENDED, typed={"fruit": "梨"})
    pipeline.check(batch.pk)
    batch.refresh_from_db()
    actions.ask_commit(secretary, batch=batch)
    stall.stock["苹果"], stall.explode = "3", "judge"
    pipeline.commit(batch.pk)
    stall.explode = ""
    batch.refresh_from_db()
    assert (batch.state, stall.written) == (BatchState.FAILED, [])
    actions.check_again(secretary, batch=batch)
    pipeline.check(batch.pk)
    batch.refresh_from_db()
    assert rooms.counts(batch) == {"ok": 1, "unchanged": 1, "mend": 1, "rectify": 1}


def test_a_first_check_that_failed_needs_no_second_upload(unread, secretary):
    assert (unread.state, unread.rows_sealed) == (BatchState.FAILED, None)
    actions.check_again(secretary, batch=unread)
    pipeline.check(unread.pk)
    unread.refresh_from_db()
    assert rooms.counts(unread) == {"ok": 1, "mend": 2, "rectify": 1}


def test_of_two_who_ask_for_the_check_one_is_told_it_waits_already(failed, secretary):
    actions.check_again(secretary, batch=failed)
    with pytest.raises(Refused) as refused:
        actions.check_again(secretary, batch=failed)
    assert [problem.code for problem in refused.value.problems] == ["batch.not_ready"]


def test_a_worker_given_up_does_not_end_the_check_asked_for_since(in_hand, secretary, clock: Clock):
    slow = states.take_for_check(in_hand.pk)
    clock.forward(minutes=3)
    for _ in range(2):
        states.take_for_check(in_hand.pk)
        clock.forward(minutes=3)
    pipeline.stale()
    actions.check_again(secretary, batch=in_hand)
    fresh = states.take_for_check(in_hand.pk)
    assert (fresh.attempts, fresh.revision) == (slow.attempts, slow.revision)
    with pytest.raises(states.Superseded):
        states.leave(slow, BatchState.FAILED)
    states.leave(fresh, BatchState.CHECKED)


def test_the_row_that_is_in_the_way_can_be_mended_once_more_or_skipped(failed, secretary):
    actions.mend_row(secretary, batch=failed, number=MENDED, typed={"fruit": "桃"})
    failed.refresh_from_db()
    assert failed.state == BatchState.UPLOADED
    died = states.take_for_check(failed.pk)
    states.leave(died, BatchState.FAILED)
    actions.skip_row(secretary, batch=failed, number=MENDED)
    pipeline.check(failed.pk)
    failed.refresh_from_db()
    assert rooms.counts(failed) == {"ok": 1, "rectify": 1, "skipped": 2}


def test_a_mended_file_goes_on_in_a_batch_whose_check_failed(cast):
    batch = rooms.members_of(cast.secretary, cast.branch, rooms.person("王一", 民族="火星"), commits=False)
    sheet = rooms.sheet_of(workbooks.open_rows(actor_for(cast.secretary), batch))
    next(cell for cell in sheet[2] if cell.value == "火星").value = "汉族"
    actions.check_again(actor_for(cast.secretary), batch=batch)
    with patch("members.imports.judge", side_effect=ZeroDivisionError):
        pipeline.check(batch.pk)
    came = rooms.run(cast.secretary, cast.branch, rooms.saved(sheet))
    batch.refresh_from_db()
    assert (came.state, came.continues_id) == (BatchState.CONTINUED, batch.pk)
    assert (batch.state, rooms.counts(batch)) == (BatchState.CHECKED, {"ok": 1})


def test_nobody_asks_for_thirty_days_and_it_expires(failed, clock: Clock):
    clock.forward(days=29)
    assert pipeline.expire() == 0
    clock.forward(days=2)
    assert (pipeline.expirable(30), pipeline.expire()) == (1, 1)
    failed.refresh_from_db()
    assert (failed.state, failed.rows.count()) == (BatchState.EXPIRED, 0)
    assert failed.file_sealed is failed.rows_sealed is None


def test_a_file_that_cannot_be_read_is_refused_and_not_kept(checked):
    batch = checked([], data=b"\x89PNG\r\n\x1a\n")
    assert (batch.state, batch.file_sealed) == (BatchState.REFUSED, None)


def test_it_goes_along_when_its_unit_goes_up_in_another(unread, cast):
    assert unread in travel.under_way(cast.branch)
    assert travel.under_way_in([cast.branch.pk]) == {cast.branch.pk}


class TestPage:
    def test_it_says_what_is_kept_and_leads_on(self, failed, client, send):
        page = client.get(reverse("import_batch", args=[failed.pk])).content.decode()
        assert failed.problems[0]["message"] in page
        assert "上传的文件、改过的 1 行、跳过的 1 行都保留着" in page
        assert f'action="{reverse("import_check", args=[failed.pk])}"' in page
        page = send("import_check", failed.pk)
        assert "导入 2 行" in page and "检查没有完成" not in page

    def test_of_an_upload_nobody_touched_the_file_is_kept(self, unread, client):
        page = client.get(reverse("import_batch", args=[unread.pk])).content.decode()
        assert "上传的文件保留着" in page and "改过的" not in page

    def test_a_row_skipped_just_before_can_be_taken_in_again(self, checked, client, send, stall):
        batch = checked(ROWS)
        stall.explode = "judge"
        page = send("import_skip_row", batch.pk, SKIPPED)
        assert "已跳过的 1 行" in page and "下载待修改的 2 行" in page
        page = client.get(f"{reverse('import_batch', args=[batch.pk])}?show=skipped").content.decode()
        assert "恢复" in page

    def test_it_is_not_judged_in_the_web_server_which_it_might_kill(self, failed, client):
        client.post(reverse("import_check", args=[failed.pk]))
        failed.refresh_from_db()
        assert failed.state == BatchState.UPLOADED

    def test_who_saves_a_row_hears_that_the_check_did_not_end(self, checked, send, stall):
        batch = checked(ROWS)
        stall.explode = "judge"
        page = send("import_row", batch.pk, MENDED, fruit="梨")
        assert "第 3 行已保存，但整份名单没有检查完。" in page
        assert "“坏梨”是坏的。" not in page and "“坏桃”是坏的。" in page

    def test_a_row_is_mended_and_skipped_on_it(self, failed, client, send):
        page = client.get(reverse("import_batch", args=[failed.pk])).content.decode()
        assert reverse("import_row", args=[failed.pk, MENDED]) in page
        page = send("import_row", failed.pk, MENDED, fruit="香蕉")
        assert "第 3 行已保存" in page and "导入 2 行" in page

    def test_the_list_and_the_first_page_tell(self, failed, client, cast):
        page = client.get(f"{reverse('import_list')}?state=failed").content.decode()
        assert "检查未完成" in page and failed.problems[0]["message"][:20] in page
        first = client.get(reverse("home")).content.decode()
        assert "《水果.xlsx》没有检查完" in first


def test_a_program_asks_for_the_check_too(failed, client, django_capture_on_commit_callbacks):
    seen = client.get(f"/api/imports/{failed.pk}/").json()
    assert (seen["state"], seen["problems"][0]["code"]) == ("failed", failed.problems[0]["code"])
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(f"/api/imports/{failed.pk}/check/")
    assert (answer.status_code, answer.json()["state"]) == (200, "uploaded")
    seen = client.get(f"/api/imports/{failed.pk}/").json()
    assert (seen["state"], seen["ok"], seen["problems"][0]["code"]) == ("checked", 2, "fruit.unripe")
    again = client.post(f"/api/imports/{failed.pk}/check/").json()
    assert (again["state"], again["revision"]) == ("checked", seen["revision"] + 1)
