"""The check: read the file, judge every row, keep what a reader must see and what a commit needs.

Layers: file → headers → cells → rows → clashes → scope → branch sizes; the first two are the
desk's (`reading`), the rest the room's importer's. The pipeline is the door of a workbook, so it
is here that the clock is read. Nothing that goes wrong leaves a batch stuck: a file that cannot be
read ends in `refused`, an unexpected error in `failed`, which keeps all, both with a sentence; a lost
database leaves the lease to the sweep.
"""

import logging
import time
from collections.abc import Callable, Sequence

from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError, connection

from zhtj.imports import queries, registry
from zhtj.imports.models import BatchState, ImportBatch
from zhtj.imports.pipeline import continuing, documents, findings, preparing, reading, states
from zhtj.imports.rules import CODES, NO_RIGHT
from zhtj.lib import collector, days, sheets
from zhtj.lib.problems import Problem
from zhtj.lib.workbook import Context, Judged, Row, WorkbookKind

from orgs.models import User
from orgs.scopes import actor_for

logger = logging.getLogger(__name__)

SECONDS_BETWEEN_BEATS = 0.5


@collector.paused()
def check(batch_id: int) -> None:
    """Check a waiting batch, or take over one whose worker died. Does nothing otherwise.

    About 0.4 s for 20 000 rows besides the room's own rules. Raises only when the database fails.
    """
    batch = states.take_for_check(batch_id)
    if batch is None:
        return
    try:
        _check(batch, registry.kind_of(batch.kind))
    except states.Superseded as late:
        logger.info("%s", late)
    except sheets.SheetRefused as refusal:
        refuse(batch, refusal.problem)
    except PermissionDenied:
        if batch.rows_sealed is None:
            refuse(batch, no_right(batch))
        else:  # people have mended it since: they may go on when the right is given back
            fail(batch, no_right(batch))
    except (OperationalError, InterfaceError):
        let_go(batch)
        raise
    except Exception:
        logger.exception("check of import batch %s failed", batch.pk)
        fail(batch, CODES.problem("file.failed"))


def refuse(batch: ImportBatch, problem: Problem) -> None:
    """Leave the batch refused, with the reason; what was uploaded is removed."""
    try:
        states.leave(
            batch,
            BatchState.REFUSED,
            problems=[documents.plain_problem(problem)],
            file_sealed=None,
            rows_sealed=None,
            judged_sealed=None,
        )
    except states.Superseded as late:
        logger.info("%s", late)


def fail(batch: ImportBatch, problem: Problem) -> None:
    """Leave the batch as it was before this check, with the reason: the file, the rows and what was typed
    into them stay, until somebody asks for the check again or it expires."""
    try:
        states.leave(
            batch, BatchState.FAILED, problems=[documents.plain_problem(problem)], judged_sealed=None
        )
    except states.Superseded as late:
        logger.info("%s", late)


def no_right(batch: ImportBatch, who: User | None = None) -> Problem:
    """`who` lost the right; by default whoever the batch is checked for."""
    what = f"导入{registry.kind_of(batch.kind).title}"
    unit = batch.unit.short_name
    return CODES.problem(NO_RIGHT, who=str(who or batch.answered_by), unit=unit, what=what)


def _check(batch: ImportBatch, kind: WorkbookKind) -> None:
    actor = actor_for(batch.answered_by, batch.door)
    queries.require(actor.scope, kind, batch.unit)
    read = reading.rows_of(batch, kind)
    if (mended := continuing.carry_on(actor, batch, read)) is not None:
        check(mended)
        return
    by_hand = findings.rows_by_hand(batch)
    rows = by_hand.applied_to(read.rows)
    states.beat(batch, 0, row_count=len(rows))
    prepared = preparing.prepare(rows)
    context = Context(actor, batch.unit, days.today(), batch.pk, batch.attest_evidence)
    importer = kind.importer(context)
    judged = importer.judge(prepared.rows, _reporter(batch))
    _in_step(rows, judged)
    preparing.add(judged, prepared.problems)
    acknowledgements = importer.acknowledgements([row for row in judged if findings.is_written(row)])
    findings.store(batch, read, rows, judged, acknowledgements, by_hand)


def _reporter(batch: ImportBatch) -> Callable[[int], None]:
    """The callback that shows progress and keeps the lease alive, at most twice a second."""
    last = time.monotonic()

    def report(done: int) -> None:
        nonlocal last
        if time.monotonic() - last >= SECONDS_BETWEEN_BEATS:
            last = time.monotonic()
            states.beat(batch, done)

    return report


def _in_step(rows: Sequence[Row], judged: Sequence[Judged]) -> None:
    """An importer that lost or reordered rows would have cells and verdicts of different people."""
    if [row.number for row in rows] != [row.number for row in judged]:
        raise RuntimeError("the importer did not judge exactly the rows it was given, in order")


def let_go(batch: ImportBatch) -> None:
    """Leave the batch to the next sweep after the database failed; over a new connection if it was cut."""
    if not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()
    try:
        states.let_go(batch)
    except Exception:
        logger.warning("import batch %s keeps its lease until it runs out", batch.pk, exc_info=True)
