"""Whatever stands in the cells: the check ends, and every row is accounted for."""

import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zhtj.imports import actions, pipeline, registry
from zhtj.imports.models import BatchState
from zhtj.imports.pipeline import documents
from zhtj.lib.workbook import Outcome, Row

from orgs.scopes import actor_for

from tests.imports.samples import HEAD, national_id, person
from tests.workbooks import xlsx

FIELDS = [column.field for column in registry.KINDS["members"].columns]
LIKELY = [national_id(0), national_id(1), "王小明", "汉族", "共青团员", "是", "否", "有", "2016-05", "书记"]
CELLS = st.one_of(
    st.none(),
    st.sampled_from([*LIKELY, "高一1班团支部", "201741000001", "\x00", "'=1+1", "４１"]),
    st.text(max_size=30),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.dates(),
    st.datetimes(dt.datetime(1, 1, 1)),
)
LINES = st.lists(
    st.dictionaries(st.sampled_from(FIELDS), CELLS, max_size=len(FIELDS)), min_size=1, max_size=6
)


@pytest.mark.parametrize(("where", "who"), [("branch", "secretary"), ("committee", "committee_admin")])
def test_any_table_is_checked_to_the_end_and_every_row_accounted_for(cast, where, who):
    actor, unit, data = actor_for(getattr(cast, who)), getattr(cast, where), xlsx([HEAD, person(0)])

    @settings(max_examples=40, suppress_health_check=list(HealthCheck))
    @given(LINES)
    def every(lines):
        batch = actions.upload(actor, kind="members", unit=unit, file_name="表.xlsx", data=data)
        rows = [
            Row(number, {name: line.get(name) for name in FIELDS}) for number, line in enumerate(lines, 2)
        ]
        batch.rows_sealed = documents.seal_rows(rows, FIELDS)  # as if these had stood in the file
        batch.columns = [{"header": name, "field": name} for name in FIELDS]
        batch.save()
        pipeline.check(batch.pk)
        batch.refresh_from_db()
        assert batch.state == BatchState.CHECKED, batch.problems
        assert sum(getattr(batch, f"{outcome}_count") for outcome in Outcome) == batch.row_count == len(rows)

    every()
