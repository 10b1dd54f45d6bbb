"""The background side of an import. The batch's row is the truth; each task may be lost or run twice."""

import logging
from typing import Any

from celery import shared_task
from django.db import transaction
from kombu.exceptions import OperationalError as BrokerDown

from zhtj.imports import pipeline
from zhtj.imports.models import ImportBatch

logger = logging.getLogger(__name__)

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
    for batch_id in stale.to_check:
        _send(check_batch, batch_id)
    for batch_id in stale.to_commit:
        _send(commit_batch, batch_id)
    pipeline.expire()


def start_check(batch: ImportBatch) -> None:
    """Have a new upload checked once its row is committed."""
    transaction.on_commit(lambda: _send(check_batch, batch.pk))


def start_commit(batch: ImportBatch) -> None:
    """Have a batch committed for which it was asked."""
    transaction.on_commit(lambda: _send(commit_batch, batch.pk))


def check_again(batch: ImportBatch) -> None:
    """Judge a batch anew after a change by hand: a small one at once, a large one in the background."""
    if batch.row_count <= AT_ONCE_ROWS:
        pipeline.check(batch.pk)
    else:
        start_check(batch)


def _send(task: Any, batch_id: int) -> None:
    """Queue a task; without a broker the batch waits for the sweep."""
    try:
        task.apply_async((batch_id,), retry=False)
    except (BrokerDown, OSError):
        logger.warning("import batch %s waits for the sweep: no broker", batch_id, exc_info=True)
