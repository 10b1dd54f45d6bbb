"""The identity check by workbook: judged by the admission table, listed in bulk, repeatable."""

from typing import Any

import pytest

from zhtj.imports import actions, pipeline, registry
from zhtj.lib import days
from zhtj.lib.workbook import Context, Judged, Outcome, Row, WorldMoved

from members import queries
from members.models import Member, YouthUnderReview
from members.youth_imports import YouthImporter
from orgs.models import AuditEntry

from tests import workbooks, world
from tests.cast import Cast
from tests.members.conftest import good_cells

pytestmark = pytest.mark.django_db
FIRST, SECOND = "高一1班团支部", "高一2班团支部"
LATE = {"joined_on": "2017-05"}  # no number: to rectify


@pytest.fixture
def committee(cast: Cast) -> Context:
    return Context(world.actor(cast.committee_admin, "import"), cast.committee, days.today(), batch_id=7)


def judge(context: Context, *cells: dict[str, Any]) -> list[Judged]:
    lines = [Row(number, line) for number, line in enumerate(cells, start=2)]
    return YouthImporter(context).judge(lines, lambda done: None)


def write(context: Context, judged: list[Judged]) -> int:
    return YouthImporter(context).write(judged)


def test_rows_are_listed_with_what_the_admission_table_says(cast: Cast, committee: Context) -> None:
    member = world.national_id()
    world.member(cast.branch, world.person("张三", id_text=member))
    judged = judge(
        committee,
        good_cells(branch=FIRST, is_cadre=""),
        good_cells(branch=SECOND, **LATE, application_form="无"),
        good_cells(branch=FIRST, mobile="1"),
        good_cells(branch=FIRST, national_id=member),
        good_cells(branch="没有这个支部"),
    )
    assert [line.outcome for line in judged] == [
        Outcome.OK,
        Outcome.OK,
        Outcome.MEND,
        Outcome.UNCHANGED,
        Outcome.MEND,
    ]
    assert not [problem for problem in judged[1].problems if problem.blocks], "reasons do not keep it out"
    assert write(committee, judged) == 2
    ready, open_case = YouthUnderReview.objects.order_by("batch_row")
    assert (ready.branch, ready.reasons, ready.batch_id) == (cast.branch, [], 7)
    assert [reason["code"] for reason in open_case.reasons] == [
        "development_number.missing",
        "identity.no_application_form",
    ]
    assert open_case.branch == cast.second_branch
    assert AuditEntry.objects.get(action="members.put_under_review").after["count"] == 2
    assert Member.objects.count() == 1


def test_the_same_file_again_changes_nothing_and_a_new_number_updates_the_case(committee: Context) -> None:
    row = good_cells(branch=FIRST, **LATE)
    write(committee, judge(committee, row))
    (again,) = judge(committee, row)
    assert again.outcome is Outcome.UNCHANGED
    (changed,) = judge(committee, row | {"development_number": "201741000001", "application_form": ""})
    assert (changed.outcome, changed.change) == (
        Outcome.UPDATED,
        {"development_number": ["", "201741000001"]},
    )
    assert write(committee, [changed]) == 0
    youth = YouthUnderReview.objects.get()
    assert youth.reasons == []
    assert queries.entry_of(youth).application_form is True, "a blank cell changes nothing"


def test_a_world_that_moved_writes_nothing(cast: Cast, committee: Context) -> None:
    row = good_cells(branch=FIRST, **LATE)
    judged = judge(committee, row)
    world.member(cast.branch, world.person("张三", id_text=row["national_id"]))
    with pytest.raises(WorldMoved):
        write(committee, judged)
    assert not YouthUnderReview.objects.exists()


def test_the_desk_takes_the_workbook_from_upload_to_list(cast: Cast) -> None:
    lines = [["姓名", "身份证号码", "民族", "政治面貌", "入团年月", "入团志愿书"]]
    lines += [["张三", world.national_id(), "汉族", "共青团员", "2017-05", "无"] for _ in range(3)]
    actor = world.actor(cast.secretary)
    batch = actions.upload(
        actor, kind="youths", unit=cast.branch, file_name="摸底.xlsx", data=workbooks.xlsx(lines)
    )
    pipeline.check(batch.pk)
    batch.refresh_from_db()
    assert (batch.state, batch.ok_count, batch.rectify_count) == ("checked", 3, 0)
    assert actions.ask_commit(actor, batch=batch, acknowledge=[])
    pipeline.commit(batch.pk)
    assert YouthUnderReview.objects.filter(branch=cast.branch, batch_id=batch.pk).count() == 3
    assert registry.counted("youths") == "名青年"
