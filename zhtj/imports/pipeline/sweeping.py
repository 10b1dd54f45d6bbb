"""What the minute's sweep finds: batches whose message or worker was lost, and old ones.

The row is the truth, a message only a hint: whatever is waiting without a worker is named for
queueing again; running twice does nothing. A batch that killed its worker three times is put, with
all it holds, where a person sees it; one that a worker is still writing never is.
"""

import datetime as dt
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from zhtj.imports.models import BatchState, ImportBatch, ImportRow
from zhtj.imports.pipeline import documents, states
from zhtj.imports.rules import CODES, COMMIT_INTERRUPTED
from zhtj.lib import days

AT_ONCE = 200  # named in one sweep: of thousands that wait their turn, most are in the queue already
UNHEARD = dt.timedelta(seconds=30)  # a message younger than this may still be on its way
ENDED = (
    BatchState.COMMITTED,
    BatchState.REFUSED,
    BatchState.EXPIRED,
    BatchState.CONTINUED,
    BatchState.UNDONE,
    BatchState.DISCARDED,
)


@dataclass(frozen=True, slots=True)
class Stale:
    """Ids of batches to queue again, the oldest first; at most `AT_ONCE` of each."""

    to_check: list[int]
    to_commit: list[int]


def stale() -> Stale:
    """Give up on batches that failed too often, name the others. Four statements, more for those given up."""
    _give_up()
    now = days.now()
    unheard = Q(lease_until=None, state_at__lt=now - UNHEARD) | Q(lease_until__lt=now)
    waiting = ImportBatch.objects.filter(unheard).order_by("pk")
    to_check = waiting.filter(state__in=(BatchState.UPLOADED, BatchState.CHECKING))
    to_commit = waiting.filter(state=BatchState.COMMITTING)
    return Stale(
        list(to_check.values_list("pk", flat=True)[:AT_ONCE]),
        list(to_commit.values_list("pk", flat=True)[:AT_ONCE]),
    )


def _give_up() -> None:
    hopeless = ImportBatch.objects.filter(lease_until__lt=days.now(), attempts__gte=states.MOST_ATTEMPTS)
    fresh = {"state_at": days.now(), "lease_until": None, "attempts": 0}
    interrupted = documents.plain_problem(CODES.problem("file.interrupted"))
    hopeless.filter(state=BatchState.CHECKING).update(
        **fresh, state=BatchState.FAILED, problems=[interrupted], judged_sealed=None
    )
    given_back = {"state": BatchState.CHECKED, "remark": COMMIT_INTERRUPTED, "committed_by": None}
    committing = hopeless.filter(state=BatchState.COMMITTING)
    for batch_id in list(committing.values_list("pk", flat=True)):
        with transaction.atomic():
            if not states.is_being_written(batch_id):
                committing.filter(pk=batch_id).update(**fresh, **given_back, acknowledged=[])


def expire(kept_days: int | None = None) -> int:
    """End batches nobody committed for so many days (default: settings.ZHTJ_IMPORT_KEPT_DAYS), drop the
    rows of those that ended as long ago, and what was kept of commits that can no longer be undone.

    Returns the batches expired. Personal data does not outlive its purpose (design: quality, 4).
    """
    now = days.now()
    undoable = now - dt.timedelta(hours=settings.ZHTJ_IMPORT_UNDO_HOURS)
    past = ImportBatch.objects.filter(state=BatchState.COMMITTED, committed_at__lt=undoable)
    past.filter(judged_sealed__isnull=False).update(judged_sealed=None)
    rows, forgotten = _old(now, settings.ZHTJ_IMPORT_KEPT_DAYS if kept_days is None else kept_days)
    rows.delete()
    expired = 0
    for batch_id in list(forgotten.values_list("pk", flat=True)):
        with transaction.atomic():  # or the rows would outlive it by as many days again
            expired += states.put_away(batch_id, BatchState.EXPIRED)
    return expired


def expirable(kept_days: int) -> int:
    """How many rows of ended batches, and how many forgotten batches, `expire` would end now. Two queries."""
    rows, forgotten = _old(days.now(), kept_days)
    return rows.count() + forgotten.count()


def _old(now: dt.datetime, kept_days: int) -> tuple[QuerySet[ImportRow], QuerySet[ImportBatch]]:
    """The rows of batches that ended so long ago, and the batches nobody has committed since."""
    old = ImportBatch.objects.filter(state_at__lt=now - dt.timedelta(days=kept_days))
    rows = ImportRow.objects.filter(batch__in=old.filter(state__in=ENDED))
    return rows, old.filter(state__in=states.IN_HAND)
