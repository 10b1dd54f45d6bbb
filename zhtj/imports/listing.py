"""Putting rows to rectify on the rectification list, straight from the review.

The rows stay rows to rectify (rows = ok + unchanged + updated + mend + rectify); the batch counts those
that are listed, and each says where it went. They leave the open rows; whoever is listed is mended there.
"""

from collections.abc import Collection

from django.db import transaction

from zhtj.imports import queries, registry
from zhtj.imports.models import BatchState, ImportBatch, ImportRow, RowOutcome
from zhtj.imports.pipeline import documents, preparing
from zhtj.imports.rules import CODES
from zhtj.lib import days, locks
from zhtj.lib.problems import Refused
from zhtj.lib.workbook import Context, Row

from orgs import audit
from orgs.scopes import Actor

AT_ONCE = 500  # rows of one click; each is judged by itself (about 3 ms)
_REVIEWED = (BatchState.CHECKED, BatchState.COMMITTED)


def put_on_list(actor: Actor, *, batch: ImportBatch, numbers: Collection[int] | None = None) -> int:
    """List these rows to rectify (None: all, at most 500 at once), all or none; returns how many.

    Raises Refused where the batch is not in review or committed, for a row that is none to rectify or
    listed already, and with whatever the list itself objects to; PermissionDenied without the right.
    """
    kind = registry.kind_of(batch.kind)
    queries.require(actor.scope, kind, batch.unit)
    if kind.put_on_list is None:
        raise Refused([CODES.problem("batch.no_list")])
    with transaction.atomic():
        locks.shared(locks.ENTRY)
        held = ImportBatch.objects.select_for_update(of=("self",)).select_related("unit").get(pk=batch.pk)
        if held.state not in _REVIEWED:
            raise Refused([CODES.problem("batch.not_ready", state=held.get_state_display())])
        rows = _rows(held, numbers)
        context = Context(actor, held.unit, days.today(), held.pk, held.attest_evidence)
        prepared = preparing.prepare(
            [Row(row.number, documents.open_cells(row.cells_sealed)[0]) for row in rows]
        )
        listed = kind.put_on_list(context, prepared.rows)
        for row in rows:
            where = listed[row.number]
            row.listed = {"youth": where.youth, "unit": where.unit}
        ImportRow.objects.bulk_update(rows, ["listed"], batch_size=AT_ONCE)
        held.listed_count += len(rows)
        held.save(update_fields=["listed_count"])
        after = {"rows": [row.number for row in rows[:50]], "count": len(rows)}
        audit.record(actor, "imports.put_on_list", unit=held.unit, batch_id=held.pk, after=after)
    return len(rows)


def _rows(batch: ImportBatch, numbers: Collection[int] | None) -> list[ImportRow]:
    waiting = queries.open_rows(batch).filter(outcome=RowOutcome.RECTIFY)
    if numbers is None:
        rows = list(waiting[:AT_ONCE])
        if not rows:
            raise Refused([CODES.problem("batch.not_to_list", number="—", why="没有需要整改的行。")])
        return rows
    rows = list(waiting.filter(number__in=numbers))
    missing = sorted(set(numbers) - {row.number for row in rows})
    if missing or not rows:
        why = "它不是需要整改的行，或已列入整改清单。"
        raise Refused([CODES.problem("batch.not_to_list", number=missing[0] if missing else "—", why=why)])
    return rows
