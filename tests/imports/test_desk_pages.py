"""The desk's newer pages in a browser without script, and the API beside them."""

import io
import json
import zipfile

import pytest
from django.urls import reverse

from zhtj.imports.models import BatchState, ImportBatch

from members.models import Member, YouthUnderReview

from tests import workbooks as make
from tests import world
from tests.imports import rooms


@pytest.fixture
def desk(cast, django_capture_on_commit_callbacks):
    """A client of somebody, whose posts also run what they queue."""

    class Desk:
        def __init__(self, user):
            self.client = world.client(user)

        def get(self, name, *args, query="", **headers):
            return self.client.get(reverse(name, args=args) + query, headers=headers)

        def page(self, *args, **more):
            return self.get(*args, **more).content.decode()

        def post(self, name, *args, query="", headers=None, as_json=False, **data):
            how = {"data": data}
            if as_json:
                how = {"data": json.dumps(data), "content_type": "application/json"}
            with django_capture_on_commit_callbacks(execute=True):
                return self.client.post(reverse(name, args=args) + query, headers=headers, **how)

        def follow(self, *args, **more):
            return self.client.get(self.post(*args, **more).url).content.decode()

    return Desk


def faulty(cast, **more):
    rows = [*rooms.people("王一", "王二"), rooms.person("王三", 民族=None), rooms.under_age("王四")]
    return rooms.members_of(cast.secretary, cast.branch, *rows, commits=False, **more)


def upload(name, data):
    file = io.BytesIO(data)
    file.name = name
    return file


def test_a_commit_is_taken_back_after_its_preview(cast, desk):
    mine = desk(cast.secretary)
    batch = rooms.members_of(cast.secretary, cast.branch, *rooms.people("王一", "王二", "王三"))
    assert reverse("import_undo", args=[batch.pk]) in mine.page("import_batch", batch.pk)
    page = mine.page("import_undo", batch.pk)
    assert "撤销后将：撤回 3 人" in page and 'value="3-0-0"' in page
    page = mine.follow("import_undo", batch.pk, seen="2-0-1")
    assert "没有撤销任何内容" in page
    page = mine.follow("import_undo", batch.pk, seen="3-0-0")
    assert "撤回 3 人" in page and reverse("import_undo", args=[batch.pk]) not in page
    assert not Member.objects.filter(until_at=None).exists()


def test_rows_are_listed_singly_and_all_at_once(cast, desk):
    mine = desk(cast.secretary)
    rows = [rooms.under_age(f"王{n}") for n in "一二三"]
    batch = rooms.members_of(cast.secretary, cast.branch, *rows, commits=False)
    page = mine.follow("import_put_on_list", batch.pk, number="3")
    youth = YouthUnderReview.objects.get()
    assert "已列入“高一1班团支部”整改清单" in page and reverse("youth_detail", args=[youth.pk]) in page
    assert "把这 2 行列入整改清单" in page and "下载待修改的 2 行" in page
    page = mine.follow("import_put_on_list", batch.pk)
    assert YouthUnderReview.objects.count() == 3 and "下载待修改" not in page
    assert "不能列入整改" in mine.follow("import_put_on_list", batch.pk, number="x")


def test_a_row_on_the_list_is_no_longer_mended_here(cast, desk):
    mine = desk(cast.secretary)
    batch = faulty(cast)
    mine.post("import_put_on_list", batch.pk, number="5")
    assert mine.get("import_row", batch.pk, 5).status_code == 404
    assert "已列入“高一1班团支部”的整改清单" in mine.follow("import_skip_row", batch.pk, 5, skip="1")


def test_a_row_is_mended_in_place_and_answered_while_it_is_typed(cast, desk):
    mine = desk(cast.secretary)
    batch = faulty(cast)
    fragment = mine.page("import_row", batch.pk, 4, **{"hx-request": "true"})
    assert fragment.lstrip().startswith("<tr") and reverse("import_row_check", args=[batch.pk, 4]) in fragment
    said = mine.post("import_row_check", batch.pk, 4, full_name="王3", ethnicity="汉").content.decode()
    assert "要修改" in said and "姓名" in said
    batch.refresh_from_db()
    assert (batch.revision, batch.rows.get(number=4).mended_at) == (1, None)
    script = {"hx-request": "true"}
    typed = {"full_name": "王三", "ethnicity": "外星族", "national_id": world.national_id()}
    typed |= {
        "political_status": "共青团员",
        "joined_on": "2015-05",
        "is_cadre": "否",
        "application_form": "有",
    }
    still = mine.post("import_row", batch.pk, 4, headers=script, **typed).content.decode()
    assert "还有要改的地方" in still and 'value="外星族"' in still
    done = mine.post("import_row", batch.pk, 4, headers=script, **typed | {"ethnicity": "汉族"})
    assert done["HX-Refresh"] == "true"
    mine.post("import_commit", batch.pk, revision="3")
    assert mine.post("import_row_check", batch.pk, 4, full_name="王").status_code == 204, "asked too late"
    batch.refresh_from_db()
    assert (batch.state, rooms.counts(batch)) == ("committed", {"ok": 3, "rectify": 1})


def test_the_counts_lead_to_their_rows(cast, desk):
    mine = desk(cast.secretary)
    known = rooms.people("王一", "王二", "王三")
    rooms.members_of(cast.secretary, cast.branch, *known)
    changed = [*known[0][:-1], "13800000000"]
    batch = rooms.members_of(
        cast.secretary, cast.branch, changed, known[1], rooms.person("李四"), commits=False
    )
    page = mine.page("import_batch", batch.pk)
    for show in ("updated", "ok", "unchanged"):
        assert f"?show={show}#rows" in page
    assert "由“（空）”改为“13800000000”" in mine.page("import_batch", batch.pk, query="?show=updated")
    new = mine.page("import_batch", batch.pk, query="?show=ok")
    assert "李四" in new and "王二" not in new
    same = mine.page("import_batch", batch.pk, query="?show=unchanged")
    assert "王二" in same and "李四" not in same


def test_a_mended_file_leads_back_to_its_batch(cast, desk):
    mine = desk(cast.secretary)
    batch = faulty(cast)
    sheet = rooms.sheet_of(mine.get("import_open_rows", batch.pk).content)
    place = next(cell.column for cell in sheet[1] if cell.value == "民族")
    sheet.cell(2, place).value = "汉族"
    back = upload("好了.xlsx", rooms.saved(sheet))
    where = f"?kind=members&unit={cast.branch.pk}"
    key = "5f7b3c1e-0000-4000-8000-000000000001"
    answer = mine.post("import_upload", query=where, file=back, form_key=key)
    moved = mine.client.get(answer.url)
    assert moved.url == reverse("import_batch", args=[batch.pk])
    assert "已收到改好的文件：1 行有修改" in mine.client.get(moved.url).content.decode()


def test_uploads_are_found_by_kind_state_and_words(cast, desk):
    mine = desk(cast.committee_admin)
    faulty(cast, name="甲班.xlsx")
    rooms.run(cast.committee_admin, cast.committee, b"x", name="乙班.csv")
    assert "甲班" in mine.page("import_list") and "乙班" in mine.page("import_list")
    assert "甲班" not in mine.page("import_list", query="?mine")
    assert "乙班" not in mine.page("import_list", query="?state=checked")
    assert "没有符合这些条件" in mine.page("import_list", query="?kind=cadres")
    assert "乙班" not in mine.page("import_list", query="?words=高一1班 甲")
    for forged in ("?state=x", "?kind=%00", "?words=%00", "?words=" + "a " * 50):
        assert mine.get("import_list", query=forged).status_code == 200


class TestBranchFiles:
    def test_out_as_an_archive_back_in_any_name_and_ticked(self, cast, desk):
        mine = desk(cast.committee_admin)
        where = f"?unit={cast.committee.pk}"
        answer = mine.get("import_branch_files", query=where)
        assert answer.streaming
        packed = zipfile.ZipFile(io.BytesIO(answer.getvalue()))
        assert len(packed.namelist()) == 3
        page = mine.page("import_branches", query=where)
        assert "3 个，已收 0 个" in page and "还缺 3 个" in page
        sheet = rooms.sheet_of(packed.read(packed.namelist()[1]))
        sheet.cell(sheet.max_row + 1, 1).value = "某"
        files = [upload("1.xlsx", rooms.saved(sheet)), upload("2.xlsx", b"")]
        page = mine.follow("import_branches", query=where, files=files)
        assert "已收到 1 个文件" in page and "《2.xlsx》没有接收" in page
        assert "已收 1 个" in page and "有 1 行要处理" in page
        assert ImportBatch.objects.get().unit == cast.second_branch

    def test_without_files_or_with_too_much_it_says_so(self, cast, desk, settings):
        mine = desk(cast.committee_admin)
        assert "没有选择文件" in mine.follow("import_branches")
        settings.ZHTJ_IMPORT_LIMITS = settings.ZHTJ_IMPORT_LIMITS | {"files_bytes": 1024 * 1024}
        page = mine.follow("import_branches", files=[upload("a.xlsx", b"PK" * 1024 * 1024)])
        assert "合起来超过 1 MB" in page and not ImportBatch.objects.exists()

    def test_the_same_form_twice_makes_each_batch_once(self, cast, desk):
        mine = desk(cast.committee_admin)
        data = make.xlsx([rooms.HEAD, rooms.person("李一")])
        for _ in range(2):
            key = "5f7b3c1e-0000-4000-8000-000000000002"
            mine.post("import_branches", files=[upload("高一1班.xlsx", data)], form_key=key)
        assert ImportBatch.objects.count() == 1


class TestApi:
    def test_a_row_is_mended_skipped_and_listed(self, cast, desk):
        mine = desk(cast.secretary)
        batch = faulty(cast)
        rows = mine.get("api_import_rows", batch.pk).json()["results"]
        assert [(row["row"], row["outcome"], row["listed"]) for row in rows] == [
            (4, "mend", None),
            (5, "rectify", None),
        ]
        answer = mine.post("api_import_mend", batch.pk, 4, as_json=True, cells={"ethnicity": "外星"}).json()
        assert answer["row"]["problems"][0]["code"] == "ethnicity.unknown"
        answer = mine.post("api_import_mend", batch.pk, 4, as_json=True, cells={"ethnicity": "汉族"}).json()
        assert (answer["ok"], answer["mend"], answer["row"]["outcome"]) == (3, 0, "ok")
        assert mine.post("api_import_skip", batch.pk, 4, as_json=True).json()["skipped"] == 1
        assert mine.post("api_import_skip", batch.pk, 4, as_json=True, skip=False).json()["skipped"] == 0
        answer = mine.post("api_import_list_rows", batch.pk, as_json=True, rows=[5]).json()
        assert (answer["listed_now"], answer["listed"], answer["rectify"], answer["open_rows"]) == (
            1,
            1,
            1,
            0,
        )
        refused = mine.post("api_import_list_rows", batch.pk, as_json=True, rows=[5])
        assert (refused.status_code, refused.json()["problems"][0]["code"]) == (422, "batch.not_to_list")

    def test_a_commit_is_taken_back(self, cast, desk):
        mine = desk(cast.secretary)
        batch = rooms.members_of(cast.secretary, cast.branch, *rooms.people("王一", "王二", "王三"))
        preview = mine.get("api_import_undo", batch.pk).json()
        assert (preview["withdrawn"], preview["restored"], preview["stays"]) == (3, 0, [])
        stale = mine.post("api_import_undo", batch.pk, as_json=True, seen="1-0-0")
        assert (stale.status_code, stale.json()["problems"][0]["code"]) == (422, "batch.undo_moved")
        done = mine.post("api_import_undo", batch.pk, as_json=True, seen=preview["seen"]).json()
        assert (done["state"], done["undone"]["withdrawn"]) == ("undone", 3)

    def test_files_go_out_and_come_back(self, cast, desk):
        mine = desk(cast.committee_admin)
        packed = zipfile.ZipFile(io.BytesIO(mine.get("api_import_branch_files").getvalue()))
        sheet = rooms.sheet_of(packed.read(packed.namelist()[0]))
        sheet.cell(sheet.max_row + 1, 1).value = "某"
        files = [upload("x.xlsx", rooms.saved(sheet)), upload("y.xlsx", b"")]
        came = mine.post("api_import_branches", files=files)
        assert came.status_code == 201
        assert [one["file_name"] for one in came.json()["refused"]] == ["y.xlsx"]
        ticks = mine.get("api_import_branches").json()["branches"]
        assert [(tick["unit"], tick["batch"] and tick["batch"]["state"]) for tick in ticks] == [
            (cast.branch.code, "checked"),
            (cast.second_branch.code, None),
            (cast.third_branch.code, None),
        ]

    def test_the_open_rows_are_a_workbook(self, cast, desk):
        mine = desk(cast.secretary)
        batch = faulty(cast)
        assert rooms.sheet_of(mine.get("api_import_open_rows", batch.pk).content).max_row == 3
        assert mine.get("api_import", batch.pk).json()["state"] == BatchState.CHECKED
