"""One file per branch: an archive of pre-filled workbooks out, many returned files in, and who is missing.

The archive is written as it is sent: one workbook in memory at a time. Each returned file becomes a batch of
its own, whose check finds out which branch it is of (`pipeline.collecting`); what has come of each branch is
read from the batches there are.
"""

import io
import re
import uuid
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile

from zhtj.imports import actions, queries, registry, workbooks
from zhtj.imports.models import BatchState, ImportBatch
from zhtj.imports.rules import CODES
from zhtj.lib.problems import Problem, Refused
from zhtj.lib.workbook import WorkbookKind

from members.queries import active_counts
from orgs import audit
from orgs.models import OrgUnit
from orgs.scopes import Actor, Scope

KIND = "members"  # what branches hand in
_UNSAFE = re.compile(r'[\\/:*?"<>|\x00-\x1f]')


@dataclass(frozen=True, slots=True)
class Tick:
    """One branch of the list: its members now, and the batch that came last, if any."""

    branch: OrgUnit
    member_count: int
    batch: ImportBatch | None


@dataclass(slots=True)
class Received:
    """What became of files dropped at once: batches made, and files turned away with why."""

    batches: list[ImportBatch]
    refused: list[tuple[str, list[Problem]]]


def kind() -> WorkbookKind:
    return registry.kind_of(KIND)


def require(scope: Scope, unit: OrgUnit) -> None:
    """Raise PermissionDenied unless the scope imports for `unit` and it may have branches. One query."""
    if unit.is_branch:
        raise PermissionDenied("团支部没有下级，请直接导入本支部的名单。")
    queries.require(scope, kind(), unit)


def branches_of(unit: OrgUnit) -> list[OrgUnit]:
    """The open branches directly below. Raises Refused where there is none, or too many for one download."""
    found = list(queries.branches_below(unit))
    limit = settings.ZHTJ_IMPORT_LIMITS["files"]
    if not found:
        raise Refused([CODES.problem("batch.no_branches", unit=unit.short_name)])
    if len(found) > limit:
        name, count = unit.short_name, len(found)
        raise Refused([CODES.problem("batch.too_many_branches", unit=name, count=count, limit=limit)])
    return found


def ticks(scope: Scope, unit: OrgUnit) -> list[Tick]:
    """What has come of each branch below `unit`, in tree order. Four queries."""
    branches = list(queries.branches_below(unit))
    ids = [branch.pk for branch in branches]
    counts = active_counts(ids)
    latest = queries.latest_by_unit(scope, KIND, ids)
    return [Tick(branch, counts[branch.pk], latest.get(branch.pk)) for branch in branches]


def ready(found: Sequence[Tick]) -> list[ImportBatch]:
    """Those that may be committed as they are: something to write, no row open, nothing to acknowledge."""
    return [
        tick.batch
        for tick in found
        if tick.batch
        and tick.batch.state == BatchState.CHECKED
        and not tick.batch.open_count
        and not tick.batch.acknowledgements
        and tick.batch.ok_count + tick.batch.updated_count
    ]


def ask_commits(actor: Actor, *, unit: OrgUnit, seen: Mapping[int, int]) -> list[ImportBatch]:
    """Ask for the commit of those that are ready and whose revision the reader has `seen`; those now waiting
    for it. What was checked anew meanwhile stays."""
    require(actor.scope, unit)
    return [
        batch
        for batch in ready(ticks(actor.scope, unit))
        if seen.get(batch.pk) == batch.revision
        and actions.ask_commit(actor, batch=batch, revision=batch.revision)
    ]


def archive(actor: Actor, unit: OrgUnit) -> Iterator[bytes]:
    """The archive, piece by piece: one pre-filled workbook for each branch. Leaves an audit entry first.

    About 15 ms a branch besides its members. Raises Refused, PermissionDenied before the first piece.
    """
    require(actor.scope, unit)
    found = branches_of(unit)
    audit.record(actor, "imports.take_branch_files", unit=unit, after={"count": len(found)})
    return _pieces(actor.scope, found)


def _pieces(scope: Scope, found: Sequence[OrgUnit]) -> Iterator[bytes]:
    out = _Outlet()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as packed:  # a workbook is packed already
        for branch in found:
            name = _UNSAFE.sub("_", f"{branch.code} {branch.short_name}")
            packed.writestr(f"{name}.xlsx", workbooks.prefilled(scope, kind(), branch))
            yield out.taken()
    yield out.taken()


class _Outlet(io.RawIOBase):
    """A file that can only be written to, and gives away what was written."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._parts.append(bytes(data))
        return len(data)

    def taken(self) -> bytes:
        data = b"".join(self._parts)
        self._parts.clear()
        return data


def receive(
    actor: Actor, *, unit: OrgUnit, files: "Sequence[UploadedFile[Any]]", form_key: uuid.UUID | None = None
) -> Received:
    """Keep each file as a batch that waits for its check; one that is empty or too large is turned away
    alone. The same form again: the same batches. Raises Refused for no or too many files."""
    require(actor.scope, unit)
    limit = settings.ZHTJ_IMPORT_LIMITS["files"]
    if not files:
        raise Refused([CODES.problem("batch.no_files")])
    if len(files) > limit:
        raise Refused([CODES.problem("batch.too_many_files", limit=limit, count=len(files))])
    came = Received([], [])
    for number, file in enumerate(files):
        name = file.name or f"文件{number + 1}"
        try:
            actions.refuse_size(file.size or 0)
            batch = actions.upload(
                actor,
                kind=KIND,
                unit=unit,
                file_name=name,
                data=file.read(),
                form_key=uuid.uuid5(form_key, str(number)) if form_key else None,
                is_collected=True,
            )
        except Refused as refusal:
            came.refused.append((name, refusal.problems))
        else:
            came.batches.append(batch)
    return came


def unplaced(scope: Scope, unit: OrgUnit) -> list[ImportBatch]:
    """Files dropped for `unit` that are of no branch, or not looked at yet, the newest first. One query."""
    states = (*queries.PUT_AWAY, BatchState.UNDONE)
    found = queries.batches(scope).filter(unit=unit, kind=KIND, is_collected=True)
    return list(found.exclude(state__in=states)[: settings.ZHTJ_IMPORT_LIMITS["files"]])
