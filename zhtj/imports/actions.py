"""What a person does with a batch: upload it, mend and skip its rows, ask for its commit.

Each step first moves the state by a conditional update; one that comes second is told where the
batch is by now. Nothing here checks or commits: who called queues that (tasks) or runs it (commands).
"""

import hashlib
import uuid
from collections.abc import Collection, Mapping
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction

from zhtj.imports import cells, queries, registry, rules
from zhtj.imports.models import BatchState, ImportBatch, ImportRow, RowOutcome
from zhtj.imports.pipeline import documents, states
from zhtj.imports.rules import ATTESTATION, CODES, NO_RIGHT
from zhtj.lib import crypto, days, sheets
from zhtj.lib.problems import Refused

from orgs import audit
from orgs.models import OrgUnit
from orgs.scopes import Actor

_ASKED = (BatchState.COMMITTING, BatchState.COMMITTED)


def upload(
    actor: Actor,
    *,
    kind: str,
    unit: OrgUnit,
    file_name: str,
    data: bytes,
    attest_evidence: bool = False,
    form_key: uuid.UUID | None = None,
    is_collected: bool = False,
) -> ImportBatch:
    """Keep an upload, sealed, as a batch that waits for its check. The same form again: the same batch.
    `is_collected`: one of many for the branches below `unit`; its check finds which.

    Raises Refused for an unknown kind or too large a file, PermissionDenied without the right.
    """
    workbook = registry.kind_of(kind)
    queries.require(actor.scope, workbook, unit)
    refuse_size(len(data))
    now = days.now()
    batch = ImportBatch(
        kind=kind,
        unit=unit,
        uploaded_by=actor.user,
        uploaded_at=now,
        door=actor.door,
        file_name=documents.storable(file_name)[-200:],
        file_size=len(data),
        file_digest=hashlib.sha256(data).hexdigest(),
        form_key=form_key,
        file_sealed=crypto.seal_bytes(data),
        state_at=now,
        attest_evidence=attest_evidence,
        is_collected=is_collected,
    )
    try:
        with transaction.atomic():
            batch.save(force_insert=True)
            after = {"kind": kind, "file": batch.file_name, "sha256": batch.file_digest}
            audit.record(actor, "imports.upload", unit=unit, batch_id=batch.pk, after=after)
    except IntegrityError:
        twin = queries.batch_with_form_key(actor.scope, form_key) if form_key else None
        if twin is None:
            raise
        return twin
    return batch


def refuse_size(size: int) -> None:
    """Raise Refused for a file over the limit or an empty one; called before the file is read, too."""
    if size > settings.ZHTJ_IMPORT_LIMITS["bytes"]:
        raise Refused([rules.too_large(size)])
    if not size:
        raise Refused([sheets.CODES.problem("file.empty")])


def _row_in_hand(batch: ImportBatch, number: int) -> ImportRow:
    """A row that is still the desk's: one on the rectification list is mended there."""
    row = _row(batch, number)
    if row.listed:
        raise Refused([CODES.problem("batch.row_listed", number=number, unit=row.listed["unit"])])
    return row


def mend_row(actor: Actor, *, batch: ImportBatch, number: int, typed: Mapping[str, str]) -> None:
    """Put what was typed into a row's cells; the whole batch then waits for a new check.

    A cell whose text was not touched keeps its type. Raises Refused if the batch does not wait for a person.
    """
    _require(actor, batch)
    with transaction.atomic():
        _back_to_check(batch)  # first: it holds the batch, so that the row is nobody else's meanwhile
        row = _row_in_hand(batch, number)
        kept, change = documents.open_cells(row.cells_sealed)
        row.cells_sealed = documents.seal_cells(cells.retyped(kept, typed), change)
        row.mended_at = days.now()
        row.outcome = RowOutcome.MEND
        row.problems, row.codes = [], ""  # they were said of the cells before
        row.save(update_fields=["cells_sealed", "mended_at", "outcome", "problems", "codes"])
        audit.record(actor, "imports.mend_row", unit=batch.unit, batch_id=batch.pk, after={"row": number})


def skip_row(actor: Actor, *, batch: ImportBatch, number: int, skip: bool = True) -> None:
    """Leave a row out (`skip=False`: take it in again); the whole batch then waits for a new check."""
    _require(actor, batch)
    with transaction.atomic():
        _back_to_check(batch)
        row = _row_in_hand(batch, number)
        row.outcome = RowOutcome.SKIPPED if skip else RowOutcome.MEND
        row.problems, row.codes = [], ""
        row.save(update_fields=["outcome", "problems", "codes"])
        verb = "imports.skip_row" if skip else "imports.unskip_row"
        audit.record(actor, verb, unit=batch.unit, batch_id=batch.pk, after={"row": number})


def attest(actor: Actor, *, batch: ImportBatch) -> None:
    """Answer for the evidence left blank; the batch then waits for a new check."""
    _require(actor, batch)
    with transaction.atomic():
        _back_to_check(batch, attest_evidence=True)
        audit.record(actor, "imports.attest_evidence", unit=batch.unit, batch_id=batch.pk)


def check_again(actor: Actor, *, batch: ImportBatch) -> None:
    """Have the batch judged anew, e.g. after a branch was created meanwhile, or after its check failed: with
    the rows as they were mended. Raises Refused if it does not wait for a person."""
    _require(actor, batch)
    _back_to_check(batch)


def may_take_over(actor: Actor, batch: ImportBatch) -> bool:
    """Does it stand still because somebody else, who answers for it, has lost the right?"""
    is_left = batch.state == BatchState.FAILED and any(said["code"] == NO_RIGHT for said in batch.problems)
    return is_left and batch.answered_by != actor.user


def take_over(actor: Actor, *, batch: ImportBatch) -> None:
    """Answer for a batch whose uploader has lost the right; it then waits for its check, in the actor's name.

    Whoever may import for its unit may mend and commit it already; what the check may reach is theirs from
    now on. Raises Refused where it does not stand still for that.
    """
    _require(actor, batch)
    if not may_take_over(actor, batch):
        raise Refused([CODES.problem("batch.not_left")])
    with transaction.atomic():
        before = {"user": batch.answered_by.username}
        _back_to_check(batch, taken_over_by=actor.user)
        after = {"user": actor.user.username if actor.user else ""}
        audit.record(
            actor, "imports.take_over", unit=batch.unit, batch_id=batch.pk, before=before, after=after
        )


def discard(actor: Actor, *, batch: ImportBatch) -> None:
    """Give up a batch nothing was written of: its file and rows go, who did so and when stays.

    Raises Refused while it is being checked or committed, and once it has ended.
    """
    _require(actor, batch)
    with transaction.atomic():
        if not states.put_away(batch.pk, BatchState.DISCARDED, discarded_by=actor.user):
            batch.refresh_from_db(fields=["state"])
            raise _not_ready(batch)
        audit.record(actor, "imports.discard", unit=batch.unit, batch_id=batch.pk)


def ask_commit(
    actor: Actor, *, batch: ImportBatch, acknowledge: Collection[str] = (), revision: int | None = None
) -> bool:
    """Ask for the commit of what revision `revision` of the review showed, acknowledging these codes.

    True: it now waits to be committed. False: it already did (a double click), nothing changed.
    Raises Refused while something is unacknowledged, was checked anew, or there is nothing to write.
    """
    _require(actor, batch)
    if batch.state in _ASKED:
        return False
    if batch.state != BatchState.CHECKED:
        raise _not_ready(batch)
    if revision is not None and revision != batch.revision:
        raise Refused([CODES.problem("batch.checked_anew")])
    if not batch.ok_count + batch.updated_count and batch.open_count:
        raise Refused([CODES.problem("batch.nothing_to_enter")])
    open_ones = [a for a in batch.acknowledgements if a["code"] not in acknowledge]
    if open_ones:
        raise Refused([CODES.problem("batch.unacknowledged", message=a["message"]) for a in open_ones])
    ticks = [
        {
            "code": a["code"],
            "unit": a["unit"],
            "by": actor.user and actor.user.pk,
            "at": days.now().isoformat(),
        }
        for a in batch.acknowledgements
    ]
    asked = states.move(
        batch.pk,
        (BatchState.CHECKED,),
        BatchState.COMMITTING,
        revision=batch.revision,
        committed_by=actor.user,
        acknowledged=ticks,
        attest_evidence=batch.attest_evidence or ATTESTATION in acknowledge,
    )
    if not asked and not ImportBatch.objects.filter(pk=batch.pk, state__in=_ASKED).exists():
        raise Refused([CODES.problem("batch.checked_anew")])  # somebody mended a row this moment
    return asked


def _require(actor: Actor, batch: ImportBatch) -> None:
    queries.require(actor.scope, registry.kind_of(batch.kind), batch.unit)


def _row(batch: ImportBatch, number: int) -> ImportRow:
    row = batch.rows.filter(number=number).first()
    if row is None:
        raise Refused([CODES.problem("batch.row_missing", number=number)])
    return row


def _back_to_check(batch: ImportBatch, **changes: Any) -> None:
    """From a person's hands back to its check; Refused (and the caller rolls back) if it is not there."""
    if not states.move(batch.pk, states.IN_HAND, BatchState.UPLOADED, **states.RECHECKED, **changes):
        batch.refresh_from_db(fields=["state"])
        raise _not_ready(batch)


def _not_ready(batch: ImportBatch) -> Refused:
    return Refused([CODES.problem("batch.not_ready", state=batch.get_state_display())])
