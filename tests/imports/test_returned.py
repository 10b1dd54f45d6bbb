"""Files that come back: mended rows go on in their batch, masked ids are known again, nothing is lost."""

import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as st

from zhtj.imports import actions, branches, keys, listing, pipeline, queries, workbooks
from zhtj.imports.models import BatchState, ImportBatch
from zhtj.imports.pipeline import documents
from zhtj.lib import masks
from zhtj.lib.problems import Refused

from members.models import Member, YouthUnderReview
from orgs.scopes import actor_for, scope_of

from tests import workbooks as make
from tests import world
from tests.imports import rooms


def handed_back(user, batch):
    """The open rows as a spreadsheet program opens them, and where each header stands."""
    sheet = rooms.sheet_of(workbooks.open_rows(actor_for(user), batch))
    return sheet, {sheet.cell(1, place).value: place for place in range(1, sheet.max_column + 1)}


def faulty(cast, **more):
    """Two good rows, one without a nation, one under age."""
    rows = [
        rooms.person("王一"),
        rooms.person("王二"),
        rooms.person("王三", 民族=None),
        rooms.under_age("王四"),
    ]
    return rooms.members_of(cast.secretary, cast.branch, *rows, commits=False, **more)


@pytest.mark.django_db
class TestMendedFile:
    def test_it_holds_the_open_rows_coloured_and_commented_with_a_hidden_key(self, cast):
        batch = faulty(cast)
        sheet, at = handed_back(cast.secretary, batch)
        assert [sheet.cell(row, at["姓名"]).value for row in (2, 3)] == ["王三", "王四"]
        assert sheet.max_row == 3
        cell = sheet.cell(2, at["民族"])
        assert cell.fill.fgColor.rgb == "FFFFE699" and "民族" in cell.comment.text
        assert "民族" in sheet.cell(2, at["问题"]).value and sheet.cell(2, at["怎么改"]).value
        key_column = sheet.cell(1, sheet.max_column)
        assert key_column.value.startswith("系统标识")
        assert sheet.column_dimensions[key_column.column_letter].hidden

    def test_saved_again_it_goes_on_in_the_same_batch(self, cast):
        batch = faulty(cast)
        sheet, at = handed_back(cast.secretary, batch)
        sheet.cell(2, at["民族"]).value = "汉族"
        back = rooms.run(cast.secretary, cast.branch, rooms.saved(sheet), name="改好了.xlsx")
        batch.refresh_from_db()
        assert (back.state, back.continues_id, back.file_sealed) == (BatchState.CONTINUED, batch.pk, None)
        assert rooms.counts(batch) == {"ok": 3, "rectify": 1} and batch.row_count == 4
        assert batch.remark == "已收到改好的文件：1 行有修改，已重新检查。"
        rooms.commit(cast.secretary, batch)
        assert Member.objects.filter(batch_id=batch.pk).count() == 3

    def test_rows_added_in_the_file_are_added_to_the_batch(self, cast):
        batch = faulty(cast)
        sheet, at = handed_back(cast.secretary, batch)
        for head, value in zip(rooms.HEAD, rooms.person("王五"), strict=True):
            sheet.cell(4, at[head]).value = value
        for head, value in zip(rooms.HEAD, rooms.person("王六"), strict=True):
            sheet.cell(5, at[head]).value = value
        sheet.cell(5, sheet.max_column).value = sheet.cell(2, sheet.max_column).value  # a row copied whole
        rooms.run(cast.secretary, cast.branch, rooms.saved(sheet))
        batch.refresh_from_db()
        assert rooms.counts(batch) == {"ok": 4, "mend": 1, "rectify": 1}

    def test_a_line_that_came_back_as_it_went_out_leaves_what_was_mended_meanwhile(self, cast):
        batch = faulty(cast)
        sheet, _ = handed_back(cast.secretary, batch)
        actions.mend_row(actor_for(cast.secretary), batch=batch, number=4, typed={"ethnicity": "回族"})
        pipeline.check(batch.pk)
        rooms.run(cast.secretary, cast.branch, rooms.saved(sheet))
        batch.refresh_from_db()
        assert rooms.counts(batch) == {"ok": 3, "rectify": 1}
        assert batch.remark == "已收到改好的文件：0 行有修改，已重新检查。"

    def test_a_line_copied_from_another_batchs_file_is_a_new_row(self, cast):
        batch, other = faulty(cast), faulty(cast)
        sheet, at = handed_back(cast.secretary, batch)
        strange, _ = handed_back(cast.secretary, other)
        for place in range(1, sheet.max_column + 1):
            sheet.cell(2, place).value = strange.cell(2, place).value
        sheet.cell(2, at["民族"]).value = "汉族"
        rooms.run(cast.secretary, cast.branch, rooms.saved(sheet))
        batch.refresh_from_db()
        assert rooms.counts(batch) == {"ok": 3, "mend": 1, "rectify": 1}

    def test_without_the_hidden_column_it_is_a_batch_of_its_own(self, cast):
        batch = faulty(cast)
        sheet, at = handed_back(cast.secretary, batch)
        sheet.cell(2, at["民族"]).value = "汉族"
        sheet.delete_cols(sheet.max_column)
        back = rooms.run(cast.secretary, cast.branch, rooms.saved(sheet))
        assert (back.state, rooms.counts(back)) == (BatchState.CHECKED, {"ok": 1, "rectify": 1})

    def test_when_its_batch_was_committed_it_is_a_batch_of_its_own(self, cast):
        batch = faulty(cast)
        sheet, at = handed_back(cast.secretary, batch)
        sheet.cell(2, at["民族"]).value = "汉族"
        rooms.commit(cast.secretary, batch)
        back = rooms.run(cast.secretary, cast.branch, rooms.saved(sheet))
        assert (back.state, rooms.counts(back)) == (BatchState.CHECKED, {"ok": 1, "rectify": 1})

    def test_somebody_elses_batch_is_not_touched(self, cast):
        batch = faulty(cast)
        sheet, _ = handed_back(cast.secretary, batch)
        back = rooms.run(cast.village_admin, cast.village, rooms.saved(sheet))
        batch.refresh_from_db()
        assert (back.state, batch.revision, batch.state) == (BatchState.CHECKED, 1, BatchState.CHECKED)

    def test_known_people_come_back_by_their_key_and_by_no_other(self, cast):
        known = world.national_id()
        rooms.members_of(
            cast.secretary,
            cast.branch,
            rooms.person("王一", known),
            rooms.person("王二"),
            rooms.person("王三"),
        )
        wrong = rooms.person("王一", known, 手机号码="123")
        batch = rooms.members_of(
            cast.secretary, cast.branch, wrong, rooms.person("李四", 民族=None), commits=False
        )
        sheet, at = handed_back(cast.secretary, batch)
        assert sheet.cell(2, at["身份证号码"]).value == masks.mask_id(known)
        assert "*" not in sheet.cell(3, at["身份证号码"]).value, "nobody known: as typed"
        sheet.cell(2, at["手机号码"]).value = "13800000009"
        rooms.run(cast.secretary, cast.branch, rooms.saved(sheet))
        batch.refresh_from_db()
        assert rooms.counts(batch) == {"updated": 1, "mend": 1}
        place = sheet.max_column
        sheet.cell(2, place).value, sheet.cell(3, place).value = (
            sheet.cell(3, place).value,
            sheet.cell(2, place).value,
        )
        rooms.commit(cast.secretary, batch)
        back = rooms.run(cast.secretary, cast.branch, rooms.saved(sheet))
        row = back.rows.get(codes__contains="national_id.masked")
        assert masks.mask_id(known) == documents.open_cells(row.cells_sealed)[0]["national_id"]


@given(st.one_of(st.text(max_size=200), st.integers(), st.none(), st.floats(), st.binary().map(str)))
def test_whatever_stands_in_a_hidden_cell_raises_nothing(cell):
    assert keys.row_key(cell) is None


def test_a_key_of_a_file_is_no_key_of_a_row():
    header = keys.header_of(keys.FileKey("members", 1, 2))
    assert keys.row_key(header.rpartition(" ")[2]) is None
    key = keys.RowKey(7, 3, "410102200001011234", "x")
    assert keys.row_key(keys.cell_of(key)) == key


def test_an_error_in_a_cell_is_named_in_place_of_what_the_room_would_say(cast):
    rows = [
        rooms.person("王一", 民族="#N/A"),
        rooms.person("王二", 手机号码="#REF!"),
        rooms.person("#VALUE!"),
    ]
    batch = rooms.members_of(cast.secretary, cast.branch, *rows, commits=False)
    named = [
        (row.number, [p["code"] for p in row.problems], row.problems[0]["field"])
        for row in batch.rows.order_by("number")
    ]
    assert named == [
        (2, ["cell.error"], "ethnicity"),
        (3, ["cell.error"], "mobile"),
        (4, ["cell.error"], "full_name"),
    ]


class TestRectification:
    def test_rows_go_on_the_list_leave_the_open_rows_and_still_count(self, cast):
        batch = faulty(cast)
        assert listing.put_on_list(actor_for(cast.secretary), batch=batch, numbers=[5]) == 1
        batch.refresh_from_db()
        assert rooms.counts(batch) == {"ok": 2, "mend": 1, "rectify": 1, "listed": 1}
        assert batch.open_count == 1
        youth = YouthUnderReview.objects.get()
        assert (youth.full_name, youth.batch_id, youth.batch_row) == ("王四", batch.pk, 5)
        assert batch.rows.get(number=5).listed == {"youth": youth.pk, "unit": cast.branch.short_name}
        assert [row.number for row in queries.open_rows(batch)] == [4]

    def test_all_at_once_and_a_second_time_nothing(self, cast):
        batch = rooms.members_of(
            cast.secretary, cast.branch, *(rooms.under_age(f"王{n}") for n in "一二三"), commits=False
        )
        assert listing.put_on_list(actor_for(cast.secretary), batch=batch) == 3
        with pytest.raises(Refused):
            listing.put_on_list(actor_for(cast.secretary), batch=batch)
        with pytest.raises(Refused):
            listing.put_on_list(actor_for(cast.secretary), batch=batch, numbers=[2])
        assert YouthUnderReview.objects.count() == 3

    def test_a_row_to_mend_is_not_listed(self, cast):
        batch = faulty(cast)
        with pytest.raises(Refused) as refused:
            listing.put_on_list(actor_for(cast.secretary), batch=batch, numbers=[4, 5])
        assert [problem.code for problem in refused.value.problems] == ["batch.not_to_list"]
        assert not YouthUnderReview.objects.exists()

    def test_it_stays_listed_when_the_batch_is_checked_again_and_after_the_commit(self, cast):
        batch = faulty(cast)
        listing.put_on_list(actor_for(cast.secretary), batch=batch)
        actions.mend_row(actor_for(cast.secretary), batch=batch, number=4, typed={"ethnicity": "汉族"})
        pipeline.check(batch.pk)
        batch.refresh_from_db()
        assert rooms.counts(batch) == {"ok": 3, "rectify": 1, "listed": 1}
        rooms.commit(cast.secretary, batch)
        assert (batch.open_count, queries.open_rows(batch).count()) == (0, 0)

    def test_what_a_commit_left_over_can_still_be_listed(self, cast):
        batch = rooms.commit(cast.secretary, faulty(cast))
        assert listing.put_on_list(actor_for(cast.secretary), batch=batch) == 1


def dropped(cast, *files, user=None):
    """Files dropped for the committee, checked."""
    uploads = [SimpleUploadedFile(name, data) for name, data in files]
    came = branches.receive(actor_for(user or cast.committee_admin), unit=cast.committee, files=uploads)
    for batch in came.batches:
        pipeline.check(batch.pk)
        batch.refresh_from_db()
    return came


class TestOneFilePerBranch:
    def archive(self, cast):
        packed = b"".join(branches.archive(actor_for(cast.committee_admin), cast.committee))
        return zipfile.ZipFile(io.BytesIO(packed))

    def test_the_archive_has_a_workbook_for_each_branch_with_masked_ids(self, cast):
        known = world.national_id()
        rooms.members_of(
            cast.secretary,
            cast.branch,
            rooms.person("王一", known),
            rooms.person("王二"),
            rooms.person("王三"),
        )
        packed = self.archive(cast)
        assert packed.namelist() == [
            f"{branch.code} {branch.short_name}.xlsx"
            for branch in (cast.branch, cast.second_branch, cast.third_branch)
        ]
        assert packed.testzip() is None
        everything = b"".join(
            zipfile.ZipFile(io.BytesIO(packed.read(name))).read(part)
            for name in packed.namelist()
            for part in zipfile.ZipFile(io.BytesIO(packed.read(name))).namelist()
        )
        assert masks.mask_id(known).encode() in everything and known.encode() not in everything

    def test_returned_files_find_their_branch_in_any_name_and_known_people_are_unchanged(self, cast):
        rooms.members_of(cast.secretary, cast.branch, *(rooms.person(f"王{n}") for n in "一二三"))
        packed = self.archive(cast)
        first = rooms.sheet_of(packed.read(packed.namelist()[0]))
        second = rooms.sheet_of(packed.read(packed.namelist()[1]))
        top = next(row for row in range(1, 11) if str(second.cell(row, 1).value).startswith("姓名"))
        heads = {str(cell.value).rstrip("*"): cell.column for cell in second[top]}
        for head, value in zip(rooms.HEAD, rooms.person("李一"), strict=True):
            second.cell(top + 1, heads[head]).value = value
        came = dropped(cast, ("a.xlsx", rooms.saved(first)), ("新建表格(3).xlsx", rooms.saved(second)))
        assert [batch.unit for batch in came.batches] == [cast.branch, cast.second_branch]
        assert [rooms.counts(batch) for batch in came.batches] == [{"unchanged": 3}, {"ok": 1}]
        ticks = branches.ticks(scope_of(cast.committee_admin), cast.committee)
        assert [(tick.branch, tick.member_count, tick.batch and tick.batch.state) for tick in ticks] == [
            (cast.branch, 3, "checked"),
            (cast.second_branch, 0, "checked"),
            (cast.third_branch, 0, None),
        ]

    def test_without_a_key_the_name_or_the_branch_column_tells(self, cast):
        plain = make.xlsx([rooms.HEAD, rooms.person("李一")])
        head = [*rooms.HEAD, "所在团支部"]
        told = make.xlsx(
            [head, [*rooms.person("李二"), "高一3班团支部"], [*rooms.person("李三"), "高一3班 团支部"]]
        )
        mixed = make.xlsx(
            [head, [*rooms.person("李四"), "高一1班团支部"], [*rooms.person("李五"), "高一2班团支部"]]
        )
        came = dropped(
            cast, ("高一2班名单.xlsx", plain), ("x.xlsx", told), ("y.xlsx", mixed), ("z.xlsx", plain)
        )
        units = [cast.second_branch, cast.third_branch, cast.committee, cast.committee]
        assert [batch.unit for batch in came.batches] == units
        states = ["checked", "checked", "checked", "refused"]
        assert [batch.state for batch in came.batches] == states
        waiting = branches.unplaced(scope_of(cast.committee_admin), cast.committee)
        assert {batch.file_name for batch in waiting} == {"y.xlsx", "z.xlsx"}

    def test_a_key_of_a_foreign_branch_is_not_followed(self, cast):
        foreign = workbooks.prefilled(scope_of(cast.outsider), branches.kind(), cast.other_branch)
        sheet = rooms.sheet_of(foreign)
        sheet.cell(sheet.max_row + 1, 1).value = "某"
        came = dropped(cast, ("a.xlsx", rooms.saved(sheet)))
        assert came.batches[0].unit == cast.committee

    def test_one_bad_file_turns_away_itself_alone_and_too_many_all(self, cast, settings):
        good = make.xlsx([rooms.HEAD, rooms.person("李一")])
        came = dropped(cast, ("高一1班.xlsx", good), ("空.xlsx", b""))
        assert [name for name, _ in came.refused] == ["空.xlsx"]
        assert len(came.batches) == 1
        settings.ZHTJ_IMPORT_LIMITS = settings.ZHTJ_IMPORT_LIMITS | {"files": 2}
        with pytest.raises(Refused) as refused:
            dropped(cast, *[("a.xlsx", good)] * 3)
        assert refused.value.problems[0].code == "batch.too_many_files"
        with pytest.raises(Refused) as refused:
            self.archive(cast)
        assert refused.value.problems[0].code == "batch.too_many_branches"
        assert ImportBatch.objects.count() == 1


def test_files_that_came_show_by_themselves_what_became_of_them(client, cast):
    client.force_login(cast.committee_admin)
    data = make.xlsx([rooms.HEAD, rooms.person("王一")])
    came = branches.receive(
        actor_for(cast.committee_admin),
        unit=cast.committee,
        files=[SimpleUploadedFile("不知是谁的.xlsx", data)],
    )
    page = client.get(f"/imports/branches/?unit={cast.committee.pk}").content.decode()
    assert "正在辨认" in page and "没有认出" not in page and 'hx-select="#came"' in page
    pipeline.check(came.batches[0].pk)
    page = client.get(f"/imports/branches/?unit={cast.committee.pk}").content.decode()
    assert "正在辨认" not in page and "没有认出" in page and 'hx-select="#came"' not in page


def test_every_file_without_a_fault_is_entered_at_once_as_its_reader_saw_it(client, cast):
    client.force_login(cast.committee_admin)
    head = [*rooms.HEAD, "所在团支部"]

    def of(branch, *names, **more):
        lines = [[*rooms.person(name, **more), branch.short_name] for name in names]
        return SimpleUploadedFile(f"{branch.code}.xlsx", make.xlsx([head, *lines]))

    good = of(cast.branch, "王一", "王二", "王三")
    faulty = of(cast.second_branch, "李一", "李二", "李三", 民族="中华民族")
    few = of(cast.third_branch, "赵一")  # fewer than three: to be acknowledged
    came = branches.receive(actor_for(cast.committee_admin), unit=cast.committee, files=[good, faulty, few])
    for batch in came.batches:
        pipeline.check(batch.pk)
    page = client.get(f"/imports/branches/?unit={cast.committee.pk}").content.decode()
    assert "导入没有问题的 1 份，共 3 行" in page
    first = ImportBatch.objects.get(unit=cast.branch)
    address = f"/imports/branches/commit/?unit={cast.committee.pk}"
    client.post(address, {"batch": [f"{first.pk}-{first.revision - 1}", "x", f"{came.batches[1].pk}-1"]})
    assert not Member.objects.exists(), "not what was seen, or not ready"
    client.post(address, {"batch": f"{first.pk}-{first.revision}"})
    first.refresh_from_db()
    pipeline.commit(first.pk)
    assert Member.objects.filter(branch=cast.branch, until_at=None).count() == 3
    assert not Member.objects.exclude(branch=cast.branch).exists()
