"""Taking a backup: database and files of one moment, in one file that is there whole or not at all."""

import datetime as dt
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from django.db import connection, transaction

from zhtj import health
from zhtj.backup import files, sequences, state, tables
from zhtj.backup.container import Writer
from zhtj.backup.refusals import BackupRefused, said_plainly
from zhtj.lib import moments

from orgs import audit
from orgs.scopes import Actor

PREFIX = "tables/"


@dataclass(frozen=True, slots=True)
class Taken:
    """What a backup holds. `gone`: files withdrawn between the snapshot and their reading."""

    path: Path
    sha256: str
    size: int
    tables: int
    rows: int
    files: int
    gone: int


def take(path: Path, *, now: dt.datetime, overwrite: bool = False) -> Taken:
    """Write the whole state to `path`, readable by its owner only. Audited; `doctor` knows of it.

    Taken while the system is in use: nobody waits for it. Until it is whole it is called `….part`. Raises
    BackupRefused.
    """
    _refuse_existing(path, overwrite)
    try:
        with said_plainly():
            if not state.is_migrated(connection):
                raise BackupRefused("backup.not_migrated")
            with _half_file(path) as file:
                taken = _write(file, path, now)
                _refuse_existing(path, overwrite)
                _half_of(path).rename(path)
            _flush_folder(path.parent)
            _note(taken, now)
    except OSError as error:
        raise BackupRefused("backup.unwritable", path=path, why=error.strerror) from error
    return taken


def _write(file: BinaryIO, path: Path, now: dt.datetime) -> Taken:
    """All there is, down to the disk."""
    about = {"made_at": now.isoformat(), "database": connection.vendor, "migrations": sorted(state.known())}
    with Writer(file, about) as writer:
        with moments.snapshot(connection):
            # The files first: the sooner, the fewer are withdrawn before they are read.
            count, gone = files.write_all(writer)
            rows = _write_tables(writer)
        sha256 = writer.finish(tables=len(rows), rows=sum(rows), files=count)
    size = file.tell()
    file.flush()
    os.fsync(file.fileno())
    return Taken(path, sha256, size, len(rows), sum(rows), count, gone)


def _write_tables(writer: Writer) -> list[int]:
    """A part for each table; its numbers of rows."""
    rows = []
    for name, model in tables.kept_tables().items():
        with writer.part(PREFIX + name, columns=tables.columns_of(model)) as data:
            tables.dump(connection, model, data)
            data.flush()
            data.about = {"rows": data.lines, "last_id": sequences.last_drawn(connection, model)}
            rows.append(data.lines)
    return rows


def _note(taken: Taken, now: dt.datetime) -> None:
    """For the trail and for `doctor`."""
    told: dict[str, Any] = {"file": taken.path.name, "sha256": taken.sha256, "rows": taken.rows}
    with transaction.atomic():
        audit.record(Actor(None, door="command"), "backup.take", after={**told, "files": taken.files})
        health.mark(health.BACKUP, now)


def _refuse_existing(path: Path, overwrite: bool) -> None:
    if path.exists() and not overwrite:
        raise BackupRefused("backup.exists", path=path)


def _half_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.part")


@contextmanager
def _half_file(path: Path) -> Iterator[BinaryIO]:
    """`path.part`, for us alone. What a killed one left is written over; if we fail, it goes."""
    half = _half_of(path)
    handle = os.open(half, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    with os.fdopen(handle, "wb", buffering=1024 * 1024) as file:
        _take_alone(handle, half, path)
        try:
            os.fchmod(handle, 0o600)
            file.truncate(0)
            yield file
        except BaseException:
            half.unlink(missing_ok=True)
            raise


def _take_alone(handle: int, half: Path, path: Path) -> None:
    """Lock the open file, and see that it still has this name: another backup may have been done meanwhile,
    and what we opened is now the whole of it."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        is_ours = os.path.samestat(os.fstat(handle), half.stat())
    except (BlockingIOError, FileNotFoundError):
        is_ours = False
    if not is_ours:
        raise BackupRefused("backup.being_written", path=path)


def _flush_folder(folder: Path) -> None:
    """The new name outlives a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
