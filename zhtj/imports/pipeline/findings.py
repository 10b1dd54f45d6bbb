"""What a check found, on its way into the database: counts, groups of faults, rows to look at.

Rows that need a person's eye (to mend, to rectify, changed, warned, mended or skipped by hand)
become ImportRow; clean rows stay in the sealed documents, or 50 000 of them would be written
one by one for nobody to read. A row's problem keeps only what it says otherwise than its group: the
sentences of 50 000 rows with ten faults each would outweigh the rows many times.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.db import transaction
from django.db.models import Q

from zhtj.imports.models import BatchState, ImportBatch, ImportRow, RowOutcome
from zhtj.imports.pipeline import documents, states
from zhtj.imports.pipeline.reading import Read
from zhtj.lib import bulk
from zhtj.lib.problems import Problem, Severity
from zhtj.lib.workbook import Acknowledgement, Cell, Judged, Outcome, Row

WRITTEN = frozenset({Outcome.OK, Outcome.UPDATED})
ROWS_NAMED_PER_FAULT = 20
ROWS_AT_ONCE = 1_000  # a row with its cells and problems weighs kilobytes
_SAID = ("field", "code", "severity", "message", "mend")
_WEIGHT = {severity: place for place, severity in enumerate(Severity)}
_ROW_FIELDS = ("batch_id", "number", "outcome", "cells_sealed", "problems", "codes", "mended_at", "listed")


class Group:
    """A group of the review: the problems of one code and field, in the words of the first.

    `alike`: the rows named all say the same.
    """

    def __init__(self, first: Problem) -> None:
        self.first = first
        self.words = documents.plain_problem(first)
        self.count = 0
        self.rows: list[int] = []
        self.alike = True
        self._short = {"code": first.code, "field": first.field}

    def add(self, problem: Problem, number: int) -> None:
        self.count += 1
        if len(self.rows) < ROWS_NAMED_PER_FAULT:
            self.rows.append(number)
            self.alike = self.alike and problem.message == self.first.message

    def short_for(self, problem: Problem) -> dict[str, str]:
        """A row's problem: its code and field, and what it says otherwise than the group."""
        if problem is self.first or problem == self.first:
            return self._short
        plain = documents.plain_problem(problem)
        return self._short | {name: text for name, text in plain.items() if self.words[name] != text}

    def as_plain(self) -> dict[str, Any]:
        return self.words | {"count": self.count, "rows": self.rows, "alike": self.alike}


Groups = dict[tuple[str, str], Group]


def is_written(row: Judged) -> bool:
    """Will a commit write this row?"""
    return row.outcome in WRITTEN


@dataclass(slots=True)
class ByHand:
    """What people did to single rows since the upload: new cells, left out, put on the rectification list."""

    mended: dict[int, tuple[dict[str, Cell], dt.datetime]] = field(default_factory=dict)
    skipped: set[int] = field(default_factory=set)
    listed: dict[int, dict[str, Any]] = field(default_factory=dict)

    def still_listed(self, verdict: Judged) -> dict[str, Any]:
        """Where the row went, as long as it is still one to rectify."""
        return self.listed.get(verdict.number, {}) if verdict.outcome is Outcome.RECTIFY else {}

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
    rows = batch.rows.filter(Q(mended_at__isnull=False) | Q(outcome=RowOutcome.SKIPPED) | ~Q(listed={}))
    for row in rows.only("number", "outcome", "cells_sealed", "mended_at", "listed"):
        if row.outcome == RowOutcome.SKIPPED:
            touched.skipped.add(row.number)
            continue
        if row.mended_at:
            touched.mended[row.number] = (documents.open_cells(row.cells_sealed)[0], row.mended_at)
        if row.listed:
            touched.listed[row.number] = row.listed
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
    groups = _groups(judged)
    with transaction.atomic():
        batch.rows.exclude(outcome=RowOutcome.SKIPPED).delete()
        to_look_at = _rows_to_look_at(batch, rows, judged, by_hand, groups)
        while part := list(islice(to_look_at, ROWS_AT_ONCE)):
            bulk.insert(ImportRow, _ROW_FIELDS, part)
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
            listed_count=sum(1 for row in judged if by_hand.still_listed(row)) if by_hand.listed else 0,
            faults=[group.as_plain() for group in _worst_first(groups)],
            acknowledgements=[
                {"code": a.code, "unit": a.unit, "message": documents.storable(a.message)}
                for a in acknowledgements
            ],
            judged_sealed=documents.seal_judged(row for row in judged if is_written(row)),
            problems=[],
        )


def problems_of(row: ImportRow, batch: ImportBatch) -> list[dict[str, str]]:
    """A row's problems in full: field, code, severity, message, mend. No query."""
    groups = {(group["code"], group["field"]): group for group in batch.faults}
    return [
        {name: said.get(name, groups.get((said["code"], said["field"]), {}).get(name, "")) for name in _SAID}
        for said in row.problems
    ]


def _rows_to_look_at(
    batch: ImportBatch,
    rows: Sequence[Row],
    judged: Sequence[Judged],
    by_hand: ByHand,
    groups: Groups,
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
            [groups[problem.code, problem.field].short_for(problem) for problem in verdict.problems],
            codes_text({problem.code for problem in verdict.problems}),
            mended[1] if mended else None,
            by_hand.still_listed(verdict),
        )


def codes_text(codes: set[str]) -> str:
    """How a row's codes are kept, so that ` code ` finds them."""
    return f" {' '.join(sorted(codes))} " if codes else ""


def _groups(judged: Sequence[Judged]) -> Groups:
    groups: Groups = {}
    for row in judged:
        for problem in row.problems:
            group = groups.get((problem.code, problem.field))
            if group is None:
                group = groups[problem.code, problem.field] = Group(problem)
            group.add(problem, row.number)
    return groups


def _worst_first(groups: Groups) -> list[Group]:
    """Worst first, then the most frequent."""
    return sorted(groups.values(), key=lambda group: (_WEIGHT[group.first.severity], -group.count))
