"""Files as people hand them in: every row comes out as a person would expect."""

import pytest

from zhtj.imports import actions, pipeline
from zhtj.imports.models import BatchState, ImportBatch
from zhtj.imports.pipeline import documents

from orgs.scopes import actor_for

from tests.cast import Cast
from tests.imports.samples import SAMPLES, Sample

WHO = {"branch": "secretary", "committee": "committee_admin"}


def checked(cast: Cast, sample: Sample) -> ImportBatch:
    batch = actions.upload(
        actor_for(getattr(cast, WHO[sample.unit])),
        kind="members",
        unit=getattr(cast, sample.unit),
        file_name=sample.file_name,
        data=sample.data(),
    )
    pipeline.check(batch.pk)
    batch.refresh_from_db()
    return batch


def outcomes(batch: ImportBatch) -> list[tuple[str, ...]]:
    """Every row: number, outcome, codes. Clean rows stand in the sealed document, the others as rows."""
    clean = {row.number: (str(row.outcome),) for row in documents.open_judged(batch.judged_sealed)}
    looked_at = {row.number: (row.outcome, *sorted(row.codes.split())) for row in batch.rows.all()}
    return [(str(number), *said) for number, said in sorted((clean | looked_at).items())]


def as_rows(expected: str) -> list[tuple[str, ...]]:
    lines = [line.split("|") for line in expected.splitlines() if line.strip()]
    return [tuple(word for cell in line for word in cell.split()) for line in lines]


def test_there_are_thirty_samples_of_different_names():
    assert len({sample.name for sample in SAMPLES}) == len(SAMPLES) >= 30


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_every_row_of_a_sample_comes_out_as_its_table_says(cast, sample):
    batch = checked(cast, sample)
    if sample.refused:
        assert batch.state == BatchState.REFUSED
        assert [problem["code"] for problem in batch.problems] == [sample.refused]
        assert batch.problems[0]["mend"]
        return
    assert batch.state == BatchState.CHECKED, batch.problems
    assert outcomes(batch) == as_rows(sample.expected)
    assert batch.row_count == len(as_rows(sample.expected))
    assert sample.note in "".join(batch.notes)
