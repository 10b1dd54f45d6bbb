"""What a check found, on its way into the database: counts, groups of faults, rows to look at.

Rows that need a person's eye (to mend, to rectify, changed, warned, mended or skipped by hand)
become ImportRow; clean rows stay in the sealed documents, or 50 000 of them would be written
one by one for nobody to read.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import Q

from zhtj.imports.models import BatchState, ImportBatch, ImportRow, RowOutcome
from zhtj.imports.pipeline import documents, states
from zhtj.imports.pipeline.reading import Read
from zhtj.lib import bulk
from zhtj.lib.problems import Severity
from zhtj.lib.workbook import Acknowledgement, Cell, Judged, Outcome, Row

WRITTEN = frozenset({Outcome.OK, Outcome.UPDATED})
ROWS_NAMED_PER_FAULT = 20
_WEIGHT = {severity: place for place, severity in enumerate(Severity)}
_ROW_FIELDS = ("batch_id", "number", "outcome", "cells_sealed", "problems", "codes", "mended_at")


def is_written(row: Judged) -> bool:
    """Will a commit write this row?"""
    return row.outcome in WRITTEN


@dataclass(slots=True)
class ByHand:
    """What people did to single rows since the upload: new cells, or left out."""

    mended: dict[int, tuple[dict[str, Cell], dt.datetime]] = field(default_factory=dict)
    skipped: set[int] = field(default_factory=set)

    def applied_to(self, rows: Sequence[Row]) -> list[Row]:
        """The rows to judge."""
        if not self.mended and not self.skipped:
            return list(rows)
        return [
            Row(row.number, self.mended[row.number][0]) if row.number in self.mended else row
            for row in rows
            if row.number not in self.skipped
        ]


def rows_by_hand(batch: ImportBatch) -> ByHand:
    """One query."""
    touched = ByHand()
    rows = batch.rows.filter(Q(mended_at__isnull=False) | Q(outcome=RowOutcome.SKIPPED))
    for row in rows.only("number", "outcome", "cells_sealed", "mended_at"):
        if row.outcome == RowOutcome.SKIPPED:
            touched.skipped.add(row.number)
        elif row.mended_at:
            touched.mended[row.number] = (documents.open_cells(row.cells_sealed)[0], row.mended_at)
    return touched


def store(
    batch: ImportBatch,
    read: Read,
    rows: Sequence[Row],
    judged: Sequence[Judged],
    acknowledgements: Sequence[Acknowledgement],
    by_hand: ByHand,
) -> None:
    """Keep everything a check found, in one transaction. Raises Superseded (then nothing is kept)."""
    counts = Counter(row.outcome for row in judged)
    results: dict[str, Any] = {f"{outcome}_count": counts[outcome] for outcome in Outcome}
    if batch.rows_sealed is None:
        fields = [column["field"] for column in read.columns if column["field"]]
        results["rows_sealed"] = documents.seal_rows(read.rows, fields)
    with transaction.atomic():
        batch.rows.exclude(outcome=RowOutcome.SKIPPED).delete()
        bulk.insert(ImportRow, _ROW_FIELDS, _rows_to_look_at(batch, rows, judged, by_hand))
        states.leave(
            batch,
            BatchState.CHECKED,
            **results,
            revision=batch.revision + 1,
            sheet=documents.storable(read.sheet)[:60],
            columns=read.columns,
            notes=read.notes,
            row_count=len(judged),
            done_count=len(judged),
            skipped_count=len(by_hand.skipped),
            faults=_faults(judged),
            acknowledgements=[
                {"code": a.code, "unit": a.unit, "message": documents.storable(a.message)}
                for a in acknowledgements
            ],
            judged_sealed=documents.seal_judged(row for row in judged if is_written(row)),
            problems=[],
        )


def _rows_to_look_at(
    batch: ImportBatch, rows: Sequence[Row], judged: Sequence[Judged], by_hand: ByHand
) -> Iterator[tuple[Any, ...]]:
    for row, verdict in zip(rows, judged, strict=True):
        mended = by_hand.mended.get(row.number)
        clean = verdict.outcome in (Outcome.OK, Outcome.UNCHANGED) and not verdict.problems
        if clean and not mended:
            continue
        yield (
            batch.pk,
            row.number,
            verdict.outcome.value,
            documents.seal_cells(row.cells, verdict.change),
            [documents.plain_problem(problem) for problem in verdict.problems],
            codes_text({problem.code for problem in verdict.problems}),
            mended[1] if mended else None,
        )


def codes_text(codes: set[str]) -> str:
    """How a row's codes are kept, so that ` code ` finds them."""
    return f" {' '.join(sorted(codes))} " if codes else ""


def _faults(judged: Sequence[Judged]) -> list[dict[str, Any]]:
    """The groups of the review: one per code and field, worst and most frequent first."""
    groups: dict[tuple[str, str], dict[str, Any]] = {}
    for row in judged:
        for problem in row.problems:
            group = groups.get((problem.code, problem.field))
            if group is None:
                group = documents.plain_problem(problem) | {"count": 0, "rows": [], "alike": True}
                groups[problem.code, problem.field] = group
            group["count"] += 1
            if len(group["rows"]) < ROWS_NAMED_PER_FAULT:
                group["rows"].append(row.number)
                group["alike"] &= group["message"] == documents.storable(problem.message)
    return sorted(groups.values(), key=lambda group: (_WEIGHT[Severity(group["severity"])], -group["count"]))
