"""The background side of an import. The batch's row is the truth; each task may be lost or run twice."""

from collections.abc import Iterable
from typing import Any

from celery import shared_task
from django.db import transaction

from zhtj.imports import pipeline
from zhtj.imports.models import BatchState, ImportBatch
from zhtj.lib import jobs

AT_ONCE_ROWS = 2_000  # a batch up to here is judged again while its reader waits (about 0.2 s)


@shared_task
def check_batch(batch_id: int) -> None:
    pipeline.check(batch_id)


@shared_task
def commit_batch(batch_id: int) -> None:
    pipeline.commit(batch_id)


@shared_task
def sweep() -> None:
    """Each minute: queue again what is stale, end what is old."""
    stale = pipeline.stale()
    _send(check_batch, stale.to_check)
    _send(commit_batch, stale.to_commit)
    pipeline.expire()


def start_check(*batches: ImportBatch) -> None:
    """Have new uploads checked once their rows are committed."""
    transaction.on_commit(lambda: _send(check_batch, [batch.pk for batch in batches]))


def start_commit(*batches: ImportBatch) -> None:
    """Have batches committed for which it was asked."""
    transaction.on_commit(lambda: _send(commit_batch, [batch.pk for batch in batches]))


def check_again(batch: ImportBatch) -> None:
    """Judge a batch anew after a change by hand: a small one at once, a large one in the background, and so
    one whose check failed before (`batch` as it was before the change): it might kill the web server."""
    if batch.row_count <= AT_ONCE_ROWS and batch.state != BatchState.FAILED:
        pipeline.check(batch.pk)
    else:
        start_check(batch)


def _send(task: Any, batch_ids: Iterable[int]) -> None:
    """Queue the batches. Once the broker fails the others wait for the sweep too: a try may cost seconds."""
    for batch_id in batch_ids:
        if not jobs.send(task, batch_id):
            return
