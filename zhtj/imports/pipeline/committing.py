"""The commit: exactly the rows the review showed as good, in one transaction, once.

Who commits holds the batch's advisory lock for as long as the transaction lives: a second worker
finds it taken and leaves the batch alone, a killed one gives it back. If what the review showed no
longer holds (the importer says WorldMoved, a rule or a constraint refuses, something new must be
acknowledged), nothing is written and the batch is checked anew.
"""

import logging

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, InterfaceError, OperationalError, transaction

from zhtj.imports import queries, registry
from zhtj.imports.models import BatchState, ImportBatch, RowOutcome
from zhtj.imports.pipeline import beside, checking, documents, states
from zhtj.imports.rules import COMMIT_FAILED, WORLD_MOVED
from zhtj.lib import collector, days
from zhtj.lib.problems import Refused
from zhtj.lib.workbook import Context, Report, WorldMoved

from orgs.scopes import actor_for

logger = logging.getLogger(__name__)

OPEN_OUTCOMES = frozenset({RowOutcome.MEND, RowOutcome.RECTIFY, RowOutcome.SKIPPED})


@collector.paused()
def commit(batch_id: int) -> None:
    """Commit a batch for which it was asked. Does nothing otherwise, or while another is at it.

    Raises only when the database fails; then nothing is written and the sweep tries again.
    """
    batch = _claim(batch_id)
    if batch is None:
        return
    try:
        with beside.told(batch) as report, transaction.atomic():
            states.hold_for_writing(batch_id)
            _write(batch, report)
    except (WorldMoved, Refused, IntegrityError) as moved:
        logger.info("import batch %s: the world moved: %s", batch.pk, type(moved).__name__)
        _check_anew(batch)
    except states.Superseded as late:
        logger.info("%s", late)
    except PermissionDenied:
        _give_back(batch, checking.no_right(batch, batch.committed_by).message)
    except (OperationalError, InterfaceError):
        checking.let_go(batch)
        raise
    except Exception:
        logger.exception("commit of import batch %s failed", batch.pk)
        _give_back(batch, COMMIT_FAILED)


def _claim(batch_id: int) -> ImportBatch | None:
    """Take the batch unless somebody is writing it this moment."""
    with transaction.atomic():
        return None if states.is_being_written(batch_id) else states.take_for_commit(batch_id)


def _write(batch: ImportBatch, report: Report) -> None:
    if batch.committed_by is None or batch.judged_sealed is None:
        raise RuntimeError("a commit was asked for without saying by whom, or nothing was judged")
    kind = registry.kind_of(batch.kind)
    actor = actor_for(batch.committed_by, "command" if batch.door == "command" else "import")
    queries.require(actor.scope, kind, batch.unit)
    judged = documents.open_judged(batch.judged_sealed)
    context = Context(actor, batch.unit, days.today(), batch.pk, batch.attest_evidence, report=report)
    importer = kind.importer(context)
    ticked = {(tick["code"], tick["unit"]) for tick in batch.acknowledged}
    if any((a.code, a.unit) not in ticked for a in importer.acknowledgements(judged)):
        raise WorldMoved("something must be acknowledged that the review did not show")
    entered = importer.write(judged)
    batch.rows.exclude(outcome__in=OPEN_OUTCOMES).delete()
    states.leave(
        batch,
        BatchState.COMMITTED,
        entered_count=entered,
        done_count=batch.row_count,
        committed_at=days.now(),
        file_sealed=None,
        rows_sealed=None,
        **({} if kind.undo else {"judged_sealed": None}),
    )


def _check_anew(batch: ImportBatch) -> None:
    try:
        states.leave(batch, BatchState.UPLOADED, remark=WORLD_MOVED, acknowledged=[], committed_by=None)
    except states.Superseded as late:
        logger.info("%s", late)
        return
    checking.check(batch.pk)


def _give_back(batch: ImportBatch, sentence: str) -> None:
    """Back to the review with a sentence; what was judged still stands."""
    try:
        states.leave(
            batch,
            BatchState.CHECKED,
            remark=sentence,
            acknowledged=[],
            committed_by=None,
        )
    except states.Superseded as late:
        logger.info("%s", late)
