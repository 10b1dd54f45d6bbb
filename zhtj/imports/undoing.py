"""Taking a whole commit back, within 24 hours, as far as nothing else has touched its rows.

Each room says and does this for its own rows (`WorkbookKind.undo`); the desk asks who may and until when,
holds the batch, and leaves the trail. Periods end as of now, nothing is deleted: a bulletin of a past cut-off
stays reproducible, and the next one finds the fall explained.
"""

import datetime as dt
from dataclasses import dataclass

from django.conf import settings

from zhtj.imports import queries, registry
from zhtj.imports.models import BatchState, ImportBatch
from zhtj.imports.pipeline import documents
from zhtj.imports.rules import CODES
from zhtj.lib import days, locks
from zhtj.lib.problems import Problem, Refused
from zhtj.lib.races import RaceLost, one_transaction
from zhtj.lib.workbook import Context, Undoing

from orgs import audit
from orgs.scopes import Actor

STAYS_KEPT = 200  # rows that stay, named in the result


@dataclass(frozen=True, slots=True)
class Preview:
    """What undoing would do now, and until when it may be done. `seen` says which preview this was."""

    undoing: Undoing
    until: dt.datetime

    @property
    def seen(self) -> str:
        return seen(self.undoing)

    @property
    def is_possible(self) -> bool:
        return bool(self.undoing.withdrawn + self.undoing.restored)


def may_be_undone(batch: ImportBatch) -> bool:
    """Is there anything to ask? No query."""
    return _why_not(batch) is None


def undone_until(batch: ImportBatch) -> dt.datetime:
    """The moment until which a committed batch may be undone."""
    return (batch.committed_at or batch.state_at) + dt.timedelta(hours=settings.ZHTJ_IMPORT_UNDO_HOURS)


def preview(actor: Actor, *, batch: ImportBatch) -> Preview:
    """What would be withdrawn and put back, what stays and why. Raises Refused, PermissionDenied."""
    queries.require(actor.scope, registry.kind_of(batch.kind), batch.unit)
    _refuse(batch)
    return Preview(_ask(actor, batch, is_preview=True), undone_until(batch))


def undo(actor: Actor, *, batch: ImportBatch, seen_before: str | None = None) -> Undoing:
    """Take the batch back, in one transaction. `seen_before`: the preview its reader agreed to.

    Raises Refused when it is too late, when nothing can be taken back, or when the preview no longer holds;
    PermissionDenied without the right to import for the unit.
    """
    queries.require(actor.scope, registry.kind_of(batch.kind), batch.unit)
    try:
        with one_transaction():
            locks.shared(locks.ENTRY)
            held = ImportBatch.objects.select_for_update(of=("self",)).select_related("unit").get(pk=batch.pk)
            _refuse(held)
            told = _ask(actor, held, is_preview=False)
            if not told.withdrawn + told.restored:
                raise Refused([CODES.problem("batch.nothing_to_undo")])
            if seen_before is not None and seen_before != seen(told):
                raise Refused([CODES.problem("batch.undo_moved")])
            _leave(actor, held, told)
    except RaceLost:  # a value to be put back is somebody else's by now, or two undo what the other touched
        raise Refused([CODES.problem("batch.undo_moved")]) from None
    return told


def seen(told: Undoing) -> str:
    """A short sign of what a preview showed."""
    return f"{told.withdrawn}-{told.restored}-{len(told.stays)}"


def _ask(actor: Actor, batch: ImportBatch, *, is_preview: bool) -> Undoing:
    kind = registry.kind_of(batch.kind)
    if kind.undo is None or batch.judged_sealed is None:
        raise Refused([CODES.problem("batch.no_undo")])
    context = Context(
        actor, batch.unit, days.today(), batch.pk, batch.attest_evidence, since=batch.committed_at
    )
    told = kind.undo(context, documents.open_judged(batch.judged_sealed), is_preview)
    told.stays.sort()
    return told


def _leave(actor: Actor, batch: ImportBatch, told: Undoing) -> None:
    """Put the batch into its last state, with what came of it."""
    now = days.now()
    batch.state, batch.state_at = BatchState.UNDONE, now
    batch.undone_at, batch.undone_by = now, actor.user
    batch.judged_sealed = None
    batch.undone = {
        "withdrawn": told.withdrawn,
        "restored": told.restored,
        "stay_count": len(told.stays),
        "stays": [list(stay) for stay in told.stays[:STAYS_KEPT]],
    }
    batch.save(update_fields=["state", "state_at", "undone_at", "undone_by", "judged_sealed", "undone"])
    after = {"withdrawn": told.withdrawn, "restored": told.restored, "stays": len(told.stays)}
    audit.record(actor, "imports.undo", unit=batch.unit, batch_id=batch.pk, after=after)


def _refuse(batch: ImportBatch) -> None:
    if problem := _why_not(batch):
        raise Refused([problem])


def _why_not(batch: ImportBatch) -> Problem | None:
    """What forbids undoing, as far as the batch itself tells."""
    if batch.state != BatchState.COMMITTED:
        return CODES.problem("batch.not_ready", state=batch.get_state_display())
    if registry.kind_of(batch.kind).undo is None or not batch.entered_count + batch.updated_count:
        return CODES.problem("batch.no_undo")
    if days.now() > undone_until(batch):
        return CODES.problem("batch.kept_too_long", hours=settings.ZHTJ_IMPORT_UNDO_HOURS)
    return None
