"""The states of a batch. Every step is one conditional update: who comes second changes nothing.

    uploaded → checking → checked → committing → committed → undone
                  ↘ refused   ↘ expired     ↘ checked (failed), uploaded (the world moved)
                  ↘ continued (its rows went back into the batch they are of)
                  ↘ failed (all is kept) → uploaded, when a person asks; expired
    checked, failed → discarded (by hand)

A worker *takes* a batch for a while (its lease), extends the lease as it goes (heartbeat) and
*leaves* it in the next state. A worker that died leaves a lease that runs out; the sweep then
queues the batch again. A worker that was only slow finds, on leaving, that the fence (state and
since when, attempt, revision) is no longer the one it took, and its result is dropped.
"""

import datetime as dt
from collections.abc import Collection
from typing import Any

from django.db.models import F, Q

from zhtj.imports.models import BatchState, ImportBatch, ImportRow
from zhtj.lib import days, locks

IN_HAND = (BatchState.CHECKED, BatchState.FAILED)  # waiting for a person, who may mend its rows
# What a batch forgets when checked again.
RECHECKED: dict[str, Any] = {"remark": "", "acknowledged": [], "problems": []}
# What goes with a batch nothing came of: whatever repeats a cell.
_EMPTIED: dict[str, Any] = {
    "file_sealed": None,
    "rows_sealed": None,
    "judged_sealed": None,
    "faults": [],
    "problems": [],
}
LEASE = dt.timedelta(seconds=120)  # no layer of a check or commit is silent for longer
MOST_ATTEMPTS = 3


class Superseded(Exception):
    """Somebody else has moved the batch on meanwhile: whatever was worked out is dropped."""


def take_for_check(batch_id: int) -> ImportBatch | None:
    """Start or take over a check; None if the batch is not waiting for one. Two queries."""
    free = Q(state=BatchState.UPLOADED) | Q(state=BatchState.CHECKING, lease_until__lt=days.now())
    return _take(batch_id, free, BatchState.CHECKING, unread=("judged_sealed",))


def take_for_commit(batch_id: int) -> ImportBatch | None:
    """Start or take over a commit that was asked for; None if there is none to do. Two queries."""
    free = Q(lease_until=None) | Q(lease_until__lt=days.now())
    waiting = Q(state=BatchState.COMMITTING) & free
    return _take(batch_id, waiting, BatchState.COMMITTING, unread=("file_sealed", "rows_sealed"))


def hold_for_writing(batch_id: int) -> None:
    """Until the transaction ends this worker writes the batch. Waits for who only looks."""
    locks.exclusive(_writing(batch_id))


def is_being_written(batch_id: int) -> bool:
    """Is a worker writing the batch this moment? If not, nobody begins before the transaction ends. What a
    lease cannot say: a living worker may have been silent for too long. On SQLite always False: there
    nobody else is in a transaction.
    """
    return not locks.try_exclusive(_writing(batch_id))


def beat(batch: ImportBatch, done_count: int, **changes: Any) -> None:
    """Extend the lease and show how far it is. One update; raises Superseded."""
    _fenced(batch, lease_until=days.now() + LEASE, done_count=done_count, **changes)


def leave(batch: ImportBatch, state: BatchState, **changes: Any) -> None:
    """Put the batch into `state` together with its results. One update; raises Superseded."""
    now = days.now()
    _fenced(batch, state=state, state_at=now, lease_until=None, attempts=0, **changes)


def move(
    batch_id: int,
    starts: Collection[BatchState],
    state: BatchState,
    *,
    revision: int | None = None,
    **changes: Any,
) -> bool:
    """A step somebody asks for; False if the batch is not in `starts` (or past `revision`). One update."""
    waiting = ImportBatch.objects.filter(pk=batch_id, state__in=starts)
    if revision is not None:
        waiting = waiting.filter(revision=revision)
    fresh = {"state": state, "state_at": days.now(), "lease_until": None, "attempts": 0}
    return waiting.update(**fresh, **changes) == 1


def put_away(batch_id: int, state: BatchState, **changes: Any) -> bool:
    """End a batch that waits for a person, and drop its file and rows; False if it does not wait for one (any
    more). One update and one delete, in the caller's transaction."""
    if not move(batch_id, IN_HAND, state, **_EMPTIED, **changes):
        return False
    ImportRow.objects.filter(batch_id=batch_id).delete()
    return True


def let_go(batch: ImportBatch) -> None:
    """Give the lease back undone, so that the sweep need not wait for it to run out. One update."""
    _fenced(batch, lease_until=days.now() - dt.timedelta(seconds=1))


def _writing(batch_id: int) -> str:
    return f"import:{batch_id}"


def _take(batch_id: int, free: Q, state: BatchState, *, unread: tuple[str, ...]) -> ImportBatch | None:
    """`unread`: sealed documents, megabytes of them, that this step has no use for."""
    now = days.now()
    taken = ImportBatch.objects.filter(free, pk=batch_id).update(
        state=state, state_at=now, lease_until=now + LEASE, attempts=F("attempts") + 1, done_count=0
    )
    if taken != 1:
        return None
    people = ("uploaded_by", "taken_over_by", "committed_by")
    batches = ImportBatch.objects.select_related("unit", *people)
    return batches.defer(*unread).get(pk=batch_id)


def _fenced(batch: ImportBatch, **changes: Any) -> None:
    taken = {"state": batch.state, "state_at": batch.state_at, "attempts": batch.attempts}
    mine = ImportBatch.objects.filter(pk=batch.pk, revision=batch.revision, **taken)
    if mine.update(**changes) != 1:
        raise Superseded(f"batch {batch.pk} is no longer {batch.state} by attempt {batch.attempts}")
