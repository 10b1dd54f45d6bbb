"""Looking through a backup without changing anything: is it whole, is it ours, can it be restored here?"""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from zhtj.backup import files, state, tables
from zhtj.backup.container import Part, Reader, compare_sum
from zhtj.backup.refusals import BackupRefused
from zhtj.backup.taking import PREFIX


@dataclass(frozen=True, slots=True)
class Found:
    """What a backup holds: rows by table, and how many files."""

    made_at: dt.datetime
    database: str
    sha256: str
    rows: dict[str, int]
    files: int


def verify(path: Path) -> Found:
    """Read the whole file: sums, key, migrations, every part. Asks no database. Raises BackupRefused, and
    OSError where it cannot be read."""
    with path.open("rb") as file:
        return look_through(file, path)


def look_through(file: BinaryIO, path: Path) -> Found:
    """The same of an open file, which is left at its beginning."""
    Reader(file, path)  # first: what is no backup is not "damaged"
    sha256 = compare_sum(file)
    reader = Reader(file, path)
    rows: dict[str, int] = {}
    names: set[str] = set()
    for part in reader.parts():
        if not rows and not names:
            state.refuse_others(reader.about.get("migrations", ()))
        if part.name.startswith(files.PREFIX):
            names.add(files.check_name(part.name.removeprefix(files.PREFIX)))
            continue
        table = part.name.removeprefix(PREFIX)
        if table in rows:
            raise BackupRefused("backup.damaged", what=f"{table} 重复")
        rows[table] = _rows_of(table, part)
    if missing := set(tables.kept_tables()) - set(rows):
        raise BackupRefused("backup.damaged", what=f"缺 {sorted(missing)[0]}")
    file.seek(0)
    made_at, database = _told(reader)
    return Found(made_at, database, sha256, rows, len(names))


def _rows_of(table: str, part: Part) -> int:
    """Read the part of a table to its end; how many rows it has."""
    model = tables.kept_tables().get(table)
    columns = part.about.get("columns")
    if model is None or not isinstance(columns, list) or sorted(columns) != sorted(tables.columns_of(model)):
        raise BackupRefused("backup.damaged", what=f"{table} 的列不对")
    for _ in part.blocks():
        pass
    if part.ended is None or part.ended.get("rows") != part.lines:
        raise BackupRefused("backup.damaged", what=f"{table} 的行数不对")
    return part.lines


def _told(reader: Reader) -> tuple[dt.datetime, str]:
    try:
        return dt.datetime.fromisoformat(str(reader.about["made_at"])), str(reader.about["database"])
    except (KeyError, ValueError) as error:
        raise BackupRefused("backup.damaged", what="说明读不出") from error
