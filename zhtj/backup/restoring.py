"""Restoring a backup: everything verified first, then all of it in one transaction, or nothing.

Whoever is killed half way leaves the state there was: the database rolls back, and a file restored before
the commit is one no row knows (`files`). Foreign keys are taken away for the load and put back in the same
transaction, which checks them in one pass each.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from zhtj import health
from zhtj.backup import files, sequences, state, tables
from zhtj.backup.container import Reader
from zhtj.backup.refusals import BackupRefused, said_plainly
from zhtj.backup.taking import PREFIX
from zhtj.backup.verifying import Found, look_through

from orgs import audit, queries, sealing, tree
from orgs.models import AuditMark
from orgs.scopes import Actor

# What stands in a database nobody has used: written by `migrate`, and by the task that verifies the trail.
_WRITTEN_UNASKED = (ContentType, Permission, AuditMark)
_PATIENCE = "10s"  # for others' locks
_MUCH = 16_000_000  # bytes in all tables, from which on they are not emptied row by row
_MANY = 20_000  # rows of a table, from which on its keys and indexes are made anew
# Of each: how it goes, and how it comes back.
_FOREIGN_KEYS = """
    SELECT format('ALTER TABLE %%s DROP CONSTRAINT %%I', conrelid::regclass, conname),
        format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s', conrelid::regclass, conname,
            pg_get_constraintdef(oid))
    FROM pg_constraint WHERE contype = 'f' AND conrelid = ANY(%s::regclass[])"""
_PLAIN_INDEXES = """
    SELECT format('DROP INDEX %%s', indexrelid::regclass), pg_get_indexdef(indexrelid)
    FROM pg_index
    WHERE indrelid = ANY(%s::regclass[])
        AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)"""


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored, and what is not in order with it: it was so when the backup was taken."""

    found: Found
    problems: list[str]


def restore(path: Path, *, replace: bool = False) -> Restored:
    """Put the state of the backup in the place of what is here: an empty database, or with `replace` any.

    Raises BackupRefused with nothing changed, OSError where the backup cannot be read.
    """
    with path.open("rb") as file:
        found = look_through(file, path)
        with said_plainly():
            if not state.is_migrated(connection):
                raise BackupRefused("backup.not_migrated")
            if not replace and (there := _first_there()):
                raise BackupRefused("backup.not_empty", what=there)
            with loading(connection, found.rows):
                load_all(connection, Reader(file, path))
                _compare(found)
                restored = _examined(found)
                _note(path, found)
    ContentType.objects.clear_cache()
    _count_anew()
    return restored


def load_all(connection: BaseDatabaseWrapper, reader: Reader, *, with_files: bool = True) -> None:
    """Every row and every file of the backup; the tables are empty (`loading`)."""
    models = tables.kept_tables()
    for part in reader.parts():
        if part.name.startswith(PREFIX):
            model = models[part.name.removeprefix(PREFIX)]
            tables.load(connection, model, part.about["columns"], part.blocks())
            ended = part.ended or {}
            sequences.go_on_after(connection, model, int(ended.get("last_id") or 0))
        elif with_files:
            files.put(part.name.removeprefix(files.PREFIX), part.blocks())


@contextmanager
def loading(connection: BaseDatabaseWrapper, rows: Mapping[str, int]) -> Iterator[None]:
    """A transaction that begins with every table empty and looks at foreign keys at its end.

    `rows`: how many each table will get.
    """
    every = tables.all_tables().values()
    quoted = [connection.ops.quote_name(model._meta.db_table) for model in every]
    if connection.vendor == "postgresql":
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = '{_PATIENCE}'")
            cursor.execute(f"LOCK TABLE {','.join(quoted)} IN ACCESS EXCLUSIVE MODE")
            put_back = _taken_away(cursor, [name for name, count in rows.items() if count > _MANY])
            _empty(cursor, quoted)
            yield
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            for statement in put_back:
                cursor.execute(statement)
        return
    with connection.constraint_checks_disabled(), transaction.atomic(using=connection.alias):
        with connection.cursor() as cursor:
            for table in quoted:
                cursor.execute(f"DELETE FROM {table}")
        yield
        connection.check_constraints()


def _empty(cursor: Any, tables: list[str]) -> None:
    """TRUNCATE gives each table and index a new file: seconds for all, however little there is to lose."""
    cursor.execute("SELECT sum(pg_relation_size(name::regclass)) FROM unnest(%s) name", [tables])
    if cursor.fetchone()[0] > _MUCH:
        cursor.execute(f"TRUNCATE {','.join(tables)}")
        return
    for table in tables:
        cursor.execute(f"DELETE FROM {table}")


def _taken_away(cursor: Any, large: list[str]) -> list[str]:
    """Drop what costs several times more row by row than at once: foreign keys of these tables, and their
    indexes that are no constraint's. Returns the statements that put them back as they were."""
    cursor.execute(_FOREIGN_KEYS, [large])
    keys = cursor.fetchall()
    cursor.execute(_PLAIN_INDEXES, [large])
    indexes = cursor.fetchall()
    for drop, _ in [*keys, *indexes]:
        cursor.execute(drop)
    return [again for _, again in [*indexes, *keys]]


def _first_there() -> str:
    """The first table with rows that somebody wrote, or the files; "" if nothing is there."""
    for name, model in tables.kept_tables().items():
        if model not in _WRITTEN_UNASKED and model._base_manager.exists():
            return name
    return "ZHTJ_MEDIA_ROOT" if files.any_there() else ""


def _compare(found: Found) -> None:
    for name, model in tables.kept_tables().items():
        if tables.count(connection, model) != found.rows[name]:
            raise BackupRefused("backup.does_not_fit", what=f"{name} 的行数")


def _examined(found: Found) -> Restored:
    """Are the tree and the chain of the trail sound? If not, they were not when the backup was taken."""
    faults = sum(len(tree.faults(tree_id)) for tree_id in queries.tree_ids())
    chain = sealing.walk_chain()
    problems = []
    if faults:
        problems.append(f"组织树有 {faults} 处编号错误（备份时已有），请运行 manage.py check_tree --repair。")
    if chain.broken_at is not None:
        problems.append(f"审计封存链在第 {chain.broken_at} 条断开（备份时已断开），请查明。")
    if not chain.end.ok:
        problems.append("审计封存链的末尾与封存时留下的印记不符（备份时已不符），请查明。")
    return Restored(found, problems)


def _note(path: Path, found: Found) -> None:
    """For the trail and for `doctor`: what is here now is in a backup of that moment."""
    told = {"file": path.name, "sha256": found.sha256, "made_at": found.made_at}
    audit.record(Actor(None, door="command"), "backup.restore", after=told)
    health.mark(health.BACKUP, found.made_at)


def _count_anew() -> None:
    """The planner knows nothing of rows just loaded."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
