"""The rooms' own kinds through the desk: what one uploads is what one finds afterwards."""

import io
from pathlib import Path

import openpyxl
import pytest

from zhtj.imports import actions, pipeline, registry, workbooks
from zhtj.imports.models import BatchState
from zhtj.imports.pipeline import documents
from zhtj.lib import days
from zhtj.lib.workbook import Context

import members.queries
import orgs.queries
from orgs.scopes import actor_for, scope_of

from tests import workbooks as sheets
from tests import world
from tests.imports import rooms

DEMO = next(Path("zhtj/demo").glob("*.xlsx"))


def run(user, unit, kind, data):
    """Upload and check."""
    batch = actions.upload(actor_for(user), kind=kind, unit=unit, file_name="表.xlsx", data=data)
    pipeline.check(batch.pk)
    batch.refresh_from_db()
    return batch


def commit(user, batch):
    codes = [a["code"] for a in batch.acknowledgements]
    assert actions.ask_commit(actor_for(user), batch=batch, acknowledge=codes)
    pipeline.commit(batch.pk)
    batch.refresh_from_db()
    assert batch.state == BatchState.COMMITTED, batch.remark
    return batch


def test_the_demo_workbook_goes_the_whole_way(cast):
    batch = run(cast.secretary, cast.branch, "members", DEMO.read_bytes())
    assert batch.row_count == 40 and batch.ok_count and batch.mend_count
    row = batch.rows.get(codes=" national_id.checksum ")
    actions.mend_row(
        actor_for(cast.secretary),
        batch=batch,
        number=row.number,
        typed={"national_id": world.national_id(born=cast.branch.created_at.date().replace(year=2003))},
    )
    pipeline.check(batch.pk)
    before, _ = batch.ok_count, batch.refresh_from_db()
    assert batch.ok_count == before + 1
    commit(cast.secretary, batch)
    assert batch.entered_count == batch.ok_count
    assert members.queries.members(scope_of(cast.secretary)).count() == batch.ok_count
    again = run(cast.secretary, cast.branch, "members", DEMO.read_bytes())
    assert again.ok_count == 0 and again.unchanged_count == before


def test_several_levels_of_units_come_from_one_file(cast):
    data = sheets.xlsx(
        sheets.table("""
            组织简称         | 组织类别 | 上级组织       | 行业类别
            第二中学团委     | 基层团委 |                | 普通高中
            二中高一团总支   | 团总支   | 第二中学团委   |
            二中高一1班团支部 | 团支部   | 二中高一团总支 |
        """)
    )
    batch = commit(cast.county_admin, run(cast.county_admin, cast.county, "units", data))
    assert batch.entered_count == 3
    found = orgs.queries.units(scope_of(cast.county_admin)).get(short_name="二中高一1班团支部")
    assert found.parent.parent.parent_id == cast.county.pk
    assert run(cast.county_admin, cast.county, "units", data).unchanged_count == 3


@pytest.mark.parametrize(
    ("kind", "who", "where"),
    [
        ("members", "committee_admin", "committee"),
        ("members", "secretary", "branch"),
        ("units", "county_admin", "county"),
        ("baselines", "city_admin", "city"),
    ],
)
def test_every_blank_workbook_is_read_back_by_its_own_kind(cast, kind, who, where):
    unit = getattr(cast, where)
    blank = workbooks.blank(registry.KINDS[kind], unit)
    refused = run(getattr(cast, who), unit, kind, blank)
    assert [problem["code"] for problem in refused.problems] == ["file.no_rows"]
    book = openpyxl.load_workbook(io.BytesIO(blank))
    sheet = book.worksheets[0]
    sheet.cell(sheet.max_row + 1, 1, "某")
    filled = io.BytesIO()
    book.save(filled)
    assert run(getattr(cast, who), unit, kind, filled.getvalue()).row_count == 1


def test_a_members_file_taken_for_units_is_named(cast):
    blank = workbooks.blank(registry.KINDS["members"], cast.committee)
    batch = run(cast.committee_admin, cast.committee, "units", blank)
    assert batch.problems[0]["code"] == "header.wrong_kind"
    assert "这像是“团员”的工作簿" in batch.problems[0]["message"]


def test_a_members_file_that_lacks_one_column_is_not_taken_for_another_kind(cast):
    batch = run(cast.committee_admin, cast.committee, "members", DEMO.read_bytes())
    assert batch.problems[0]["code"] == "header.column_missing"
    assert "所在团支部" in batch.problems[0]["message"]


def test_rows_written_are_reported_as_they_go(cast):
    heard: list[int] = []
    data = sheets.xlsx([rooms.HEAD, *(rooms.person("王一二") for _ in range(5))])
    batch = rooms.run(cast.secretary, cast.branch, data)
    context = Context(actor_for(cast.secretary), cast.branch, days.today(), batch.pk, report=heard.append)
    registry.kind_of("members").importer(context).write(documents.open_judged(batch.judged_sealed))
    assert heard == [5]
