"""The desk in a browser without script: upload, review, mend, skip, acknowledge, commit, carry on."""

import io
import uuid

import openpyxl
import pytest
from django.urls import reverse

from zhtj.imports import forms
from zhtj.imports.models import BatchState, ImportBatch

from tests import world
from tests.imports.conftest import workbook

ROWS = [("苹果", "3"), ("坏梨", "4", "410102200001011234"), ("", "1"), ("生柿子", "2")]


@pytest.fixture
def client(cast):
    return world.client(cast.secretary)


@pytest.fixture
def send(client, cast, django_capture_on_commit_callbacks):
    """Post, let what was queued on commit run, and go where the answer leads."""

    def post(name, *values, **data):
        with django_capture_on_commit_callbacks(execute=True):
            answer = client.post(reverse(name, args=values), data)
        return client.get(answer.url)

    return post


@pytest.fixture
def upload(client, cast, django_capture_on_commit_callbacks):
    def send(rows, *, data=None, form_key=None, unit=None, name="水果.xlsx"):
        file = io.BytesIO(workbook(rows) if data is None else data)
        file.name = name
        address = f"{reverse('import_upload')}?kind=fruit&unit={(unit or cast.branch).pk}"
        with django_capture_on_commit_callbacks(execute=True):
            answer = client.post(address, {"file": file, "form_key": form_key or str(uuid.uuid4())})
        return client.get(answer.url) if answer.status_code == 302 else answer

    return send


def text(answer):
    return answer.content.decode()


def test_the_form_says_the_limits_and_leads_to_the_blank_workbook(client, cast):
    page = text(client.get(reverse("import_upload") + "?kind=fruit"))
    assert "20 MB、50,000 行、100 列" in page
    assert reverse("import_blank", args=["fruit", cast.branch.pk]) in page


def test_of_many_units_a_picker_finds_what_the_list_has_no_room_for(cast, monkeypatch):
    client, picker = world.client(cast.county_admin), f'data-pick="{reverse("unit_pick")}?may=units.create"'
    assert picker not in text(client.get(reverse("import_upload") + "?kind=units"))
    monkeypatch.setattr(forms, "OFFERED_UNITS", 2)
    assert picker in text(client.get(reverse("import_upload") + "?kind=units"))


def test_an_upload_leads_to_its_review(upload):
    page = text(upload(ROWS))
    assert "4 行：1 行可以导入，2 行要改，1 行需整改" in page
    assert "导入 1 行" in page
    assert "“坏梨”是坏的。" in page and "请换一个。" in page
    assert "读到“坏梨”" in page
    assert "410***********1234" in page and "410102200001011234" not in page


def test_the_same_form_sent_twice_makes_one_batch(upload):
    key = str(uuid.uuid4())
    first, second = upload(ROWS, form_key=key), upload(ROWS, form_key=key)
    assert first.request["PATH_INFO"] == second.request["PATH_INFO"]
    assert ImportBatch.objects.count() == 1


def test_a_refused_file_says_why_and_offers_the_blank_workbook(upload, cast):
    page = text(upload([], data=b"\x89PNG\r\n\x1a\n"))
    assert "这是一个图片文件" in page
    assert reverse("import_blank", args=["fruit", cast.branch.pk]) in page


@pytest.mark.parametrize("data", [b"", None])
def test_an_empty_or_missing_file_stays_on_the_form(client, data):
    fields = {"form_key": str(uuid.uuid4())}
    if data is not None:
        file = io.BytesIO(data)
        file.name = "空.xlsx"
        fields["file"] = file
    answer = client.post(reverse("import_upload") + "?kind=fruit", fields)
    assert answer.status_code == 200
    assert "请" in text(answer) and not ImportBatch.objects.exists()


def test_a_file_over_the_limit_is_turned_away_unread(upload, settings):
    settings.ZHTJ_IMPORT_LIMITS = settings.ZHTJ_IMPORT_LIMITS | {"bytes": 1024 * 1024}
    page = text(upload([], data=b"PK" * 1024 * 1024))
    assert "1 MB 的上限" in page
    assert not ImportBatch.objects.exists()


def test_a_waiting_batch_shows_progress_that_is_polled(client, uploaded):
    batch = uploaded(ROWS)
    page = text(client.get(reverse("import_batch", args=[batch.pk])))
    assert reverse("import_progress", args=[batch.pk]) in page and "load delay:150ms" in page
    fragment = client.get(reverse("import_progress", args=[batch.pk]))
    assert "HX-Refresh" not in fragment
    ImportBatch.objects.update(state=BatchState.CHECKING, row_count=4, done_count=3)
    assert "3 / 4 行" in text(client.get(reverse("import_progress", args=[batch.pk])))


def test_the_poll_asks_for_the_page_once_there_is_something_to_see(client, checked):
    batch = checked(ROWS)
    assert client.get(reverse("import_progress", args=[batch.pk]))["HX-Refresh"] == "true"


def test_a_row_is_mended_in_the_browser_until_it_is_right(client, send, checked):
    batch = checked(ROWS)
    page = text(client.get(reverse("import_row", args=[batch.pk, 3])))
    assert 'value="坏梨"' in page and "“坏梨”是坏的。" in page
    assert '<option value="优">' in page
    page = text(send("import_row", batch.pk, 3, fruit="坏梨子", weight="四"))
    assert "第 3 行已重新检查，还有要改的地方。" in page and "重量不是数字。" in page
    page = text(send("import_row", batch.pk, 3, fruit="梨", weight="4"))
    assert "第 3 行已保存" in page
    assert "4 行：2 行可以导入，1 行要改，1 行需整改" in page
    assert "已改过" in page


def test_a_row_is_skipped_and_restored(send, client, checked):
    batch = checked(ROWS)
    page = text(send("import_skip_row", batch.pk, 3, skip="1"))
    assert "1 行已跳过" in page
    assert "坏梨" in text(client.get(reverse("import_batch", args=[batch.pk]) + "?show=skipped"))
    assert "已跳过" not in text(send("import_skip_row", batch.pk, 3, skip="0")).split("<h2")[0]


def test_good_rows_are_folded(client, checked):
    batch = checked(ROWS)
    address = reverse("import_batch", args=[batch.pk])
    assert "苹果" not in text(client.get(address))
    assert "苹果" in text(client.get(address + "?show=good"))


def test_rows_can_be_listed_by_fault(client, checked):
    page = text(client.get(reverse("import_batch", args=[checked(ROWS).pk]) + "?code=fruit.unripe"))
    assert 'id="row-5"' in page and 'id="row-3"' not in page


def test_what_needs_a_tick_is_not_committed_without(send, checked, stall):
    batch = checked([("榴莲", "9")])
    page = text(send("import_commit", batch.pk, revision=1))
    assert "还有需要您确认的事项：有榴莲，会有气味。" in page
    assert stall.written == []
    page = text(send("import_commit", batch.pk, revision=1, acknowledge="fruit.smells"))
    assert "已导入 1 行" in page and "已确认：有榴莲，会有气味。" in page


def test_evidence_is_attested_by_its_own_tick(send, client, checked):
    batch = checked([("苹果", "")])
    assert "我已核对" in text(client.get(reverse("import_batch", args=[batch.pk])))
    assert "请先勾选确认" in text(send("import_attest", batch.pk))
    page = text(send("import_attest", batch.pk, attest_evidence="on"))
    assert "我已核对" not in page
    batch.refresh_from_db()
    assert (batch.attest_evidence, batch.revision) == (True, 2)


def test_a_commit_is_done_once_and_shows_its_result(send, checked, stall):
    batch = checked(ROWS)
    page = text(send("import_commit", batch.pk, revision=1))
    assert "已导入 1 行，还有 3 行没有导入" in page
    again = text(send("import_commit", batch.pk, revision=1))
    assert "已导入 1 行" in again
    assert stall.written == [2]


@pytest.mark.parametrize("revision", ["0", "", "x", "-1", "9" * 30])
def test_a_stale_or_forged_revision_commits_nothing(send, checked, stall, revision):
    page = text(send("import_commit", checked(ROWS).pk, revision=revision))
    assert "又重新检查过" in page
    assert stall.written == []


def test_the_open_rows_are_a_workbook(client, checked):
    batch = checked(ROWS, file_name="我的水果.xlsx")
    answer = client.get(reverse("import_open_rows", args=[batch.pk]))
    assert "attachment" in answer["Content-Disposition"]
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    assert sheet.max_row == 4 and sheet.cell(1, 5).value == "问题"


def test_what_a_commit_left_over_goes_on_as_a_new_batch(send, checked):
    batch = checked(ROWS, file_name="我的水果.xlsx")
    send("import_commit", batch.pk, revision=1)
    page = text(send("import_carry_on", batch.pk))
    assert "3 行：2 行要改，1 行需整改" in page
    assert ImportBatch.objects.latest("pk").file_name == "我的水果-待修改.xlsx"


def test_a_moved_world_is_told_in_words(send, checked, stall):
    batch = checked(ROWS)
    stall.moved = True
    assert "没有写入任何内容，已重新检查" in text(send("import_commit", batch.pk, revision=1))


def test_the_list_tells_who_when_where_and_what_came_of_it(client, checked, cast):
    checked(ROWS)
    page = text(client.get(reverse("import_list")))
    for said in ("水果.xlsx", "高一1班团支部", "待提交", "4 行：1 行可以导入", str(cast.secretary)):
        assert said in page


def test_html_in_a_cell_is_shown_as_text(client, checked):
    batch = checked([("坏<b>梨</b>", "4")])
    page = text(client.get(reverse("import_batch", args=[batch.pk])))
    assert "&lt;b&gt;" in page and "<b>梨" not in page


def test_an_expired_batch_says_so(client, checked):
    batch = checked(ROWS)
    ImportBatch.objects.update(state=BatchState.EXPIRED)
    page = text(client.get(reverse("import_batch", args=[batch.pk])))
    assert "已经过期" in page and f"kind={batch.kind}&amp;unit={batch.unit_id}" in page
    assert text(client.get(reverse("import_list"))).count(">已过期<") == 2, "as a choice and as its state"
