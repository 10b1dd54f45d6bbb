"""A mended file goes on in the batch it was taken from.

The hidden keys of a returned workbook name the batch and the row each line came from. Where that batch
still waits for a person (in review, or after a check that failed), and its reader may mend it, the lines take
the place of its rows as if mended by hand; lines without a key, or with one used before, are added behind the
last row. Nothing is lost otherwise: if the batch has gone on, is gone or is somebody else's, the file is a
batch of its own.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from django.db import transaction

from zhtj.imports import cells, keys, queries
from zhtj.imports.models import RECEIVED, BatchState, ImportBatch, ImportRow, RowOutcome
from zhtj.imports.pipeline import documents, states
from zhtj.imports.pipeline.reading import Read
from zhtj.lib import days
from zhtj.lib.workbook import Cell, Row

from orgs import audit
from orgs.scopes import Actor

_ROWS_AT_ONCE = 500


@dataclass(slots=True)
class _Sorted:
    """The lines of a returned file: those that change a row, and those that are none of the batch's."""

    changed: dict[int, dict[str, Cell]] = field(default_factory=dict)
    added: list[dict[str, Cell]] = field(default_factory=list)


def carry_on(actor: Actor, batch: ImportBatch, read: Read) -> int | None:
    """Put what the file says into the batch it continues; the key of that batch, which then waits for its
    check. None: the file continues no batch. Half a dozen queries. Raises Superseded."""
    if read.key is None or not read.key.batch_id or batch.door == "command":
        return None
    reached = queries.batches(actor.scope).filter(pk=read.key.batch_id, kind=batch.kind)
    if read.key.batch_id == batch.pk or not reached.exists():
        return None
    with transaction.atomic():
        held = ImportBatch.objects.select_for_update(of=("self",)).select_related("unit")
        target = held.filter(pk=read.key.batch_id, state__in=states.IN_HAND).first()
        if target is None or target.rows_sealed is None:
            return None
        told = _sort_out(target, read)
        _apply(target, read, told)
        states.leave(
            batch,
            BatchState.CONTINUED,
            continues=target,
            sheet=documents.storable(read.sheet)[:60],
            row_count=len(read.rows),
            file_sealed=None,
        )
        after = {"from": batch.pk, "rows": len(told.changed), "added": len(told.added)}
        audit.record(actor, "imports.continue", unit=target.unit, batch_id=target.pk, after=after)
    return target.pk


def _sort_out(target: ImportBatch, read: Read) -> _Sorted:
    """Which lines are rows of the batch, and what they say anew."""
    kept = {row.number: row.cells for row in documents.open_rows(target.rows_sealed or b"")}
    listed = set()
    for row in target.rows.only("number", "cells_sealed", "listed").iterator(chunk_size=2000):
        kept[row.number] = documents.open_cells(row.cells_sealed)[0]
        if row.listed:
            listed.add(row.number)
    told, seen = _Sorted(), set()
    for line in read.rows:
        key = keys.row_key(line.cells.get(keys.FIELD))
        is_row = key is not None and key.batch_id == target.pk and key.number in kept
        if key is None or not is_row or key.number in seen:
            told.added.append(_without_key(line.cells, key))
            continue
        seen.add(key.number)
        if keys.digest_of(line.cells) == key.digest:
            continue  # as it went out: what was mended in the browser meanwhile stands
        new = _mended(kept[key.number], line.cells, key)
        if new != kept[key.number] and key.number not in listed:
            told.changed[key.number] = new
    return told


def _without_key(typed: dict[str, Cell], key: keys.RowKey | None) -> dict[str, Cell]:
    """A line that is no row of the batch; its key stays only as long as it says who is masked."""
    if key and keys.same_person(typed.get(cells.ID_FIELD), key):
        return typed
    return {name: cell for name, cell in typed.items() if name != keys.FIELD}


def _mended(kept: dict[str, Cell], typed: dict[str, Cell], key: keys.RowKey) -> dict[str, Cell]:
    """The row as it is now: what reads the same keeps its type, a masked id its number."""
    new = dict(kept)
    for name, cell in typed.items():
        if name == keys.FIELD or cells.text_of(cell) == cells.text_of(kept.get(name)):
            continue
        if name == cells.ID_FIELD and keys.is_masked(cell) and keys.same_person(cell, key):
            continue
        new[name] = cell
    return new


def _apply(target: ImportBatch, read: Read, told: _Sorted) -> None:
    """Write the lines into the batch, which waits for its check from now on."""
    now = days.now()
    changed = (
        ImportRow(
            batch=target,
            number=number,
            outcome=RowOutcome.MEND,
            cells_sealed=documents.seal_cells(new, {}),
            mended_at=now,
        )
        for number, new in told.changed.items()
    )
    ImportRow.objects.bulk_create(
        changed,
        batch_size=_ROWS_AT_ONCE,
        update_conflicts=True,
        unique_fields=["batch", "number"],
        update_fields=["outcome", "cells_sealed", "mended_at", "problems", "codes"],
    )
    columns = [*target.columns, *_new_columns(target, read)]
    rows = documents.open_rows(target.rows_sealed or b"")
    last = max([row.number for row in rows], default=0)
    rows += [Row(number, typed) for number, typed in enumerate(told.added, last + 1)]
    fields = [column["field"] for column in columns if column["field"]]
    said = [f"{len(told.changed)} 行有修改"] + ([f"新增 {len(told.added)} 行"] if told.added else [])
    states.move(
        target.pk,
        states.IN_HAND,
        BatchState.UPLOADED,
        **states.RECHECKED | {"remark": f"{RECEIVED}：{'，'.join(said)}，已重新检查。"},
        columns=columns,
        rows_sealed=documents.seal_rows(rows, fields),
    )


def _new_columns(target: ImportBatch, read: Read) -> Iterator[dict[str, str | None]]:
    """Columns of the file the batch did not have."""
    known: Sequence[str] = [column["field"] for column in target.columns]
    for column in read.columns:
        if column["field"] and column["field"] not in known:
            yield column
