"""The rows of a table as COPY writes them: out of either database, into either.

PostgreSQL gives and takes them itself. On SQLite the same text is written and read here, so that a backup
of one is restored into the other: moments in UTC with their zone, bytes and JSON as text, true and false
as t and f, nothing as \\N.
"""

import datetime as dt
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import islice
from typing import Any, TypeAlias
from uuid import UUID

from django.apps import apps
from django.contrib.sessions.models import Session
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from zhtj.backup.container import Sink
from zhtj.lib import bulk
from zhtj.models import Heartbeat

Model: TypeAlias = type[models.Model]
Field: TypeAlias = "models.Field[Any, Any]"

# Of one machine and one moment: who is signed in, and what was alive.
LEFT_OUT: tuple[Model, ...] = (Session, Heartbeat)
_ROWS = 500  # read or written at once on SQLite


def all_tables() -> dict[str, Model]:
    """Every table of the rooms and of the packages they stand on, by its name."""
    found = apps.get_models(include_auto_created=True)
    kept = [model for model in found if model._meta.managed and not model._meta.proxy]
    return {model._meta.db_table: model for model in sorted(kept, key=lambda model: model._meta.db_table)}


def kept_tables() -> dict[str, Model]:
    """Those whose rows a backup holds."""
    return {name: model for name, model in all_tables().items() if model not in LEFT_OUT}


def fields_of(model: Model) -> list[Field]:
    return [field for field in model._meta.concrete_fields if not field.generated]


def columns_of(model: Model) -> list[str]:
    return [str(field.column) for field in fields_of(model)]


def dump(connection: BaseDatabaseWrapper, model: Model, sink: Sink) -> None:
    """Write every row of the table to `sink`."""
    table, names = _quoted(connection, model)
    with connection.cursor() as cursor, connection.wrap_database_errors:
        if connection.vendor == "postgresql":
            cursor.copy_expert(f"COPY {table} ({names}) TO STDOUT", sink)
            return
        fields = fields_of(model)
        cursor.execute(f"SELECT {names} FROM {table}")
        while rows := cursor.fetchmany(_ROWS):
            columns = zip(*rows, strict=True)
            pairs = zip(fields, columns, strict=True)
            written = [bulk.copied(_whole(field, values)) for field, values in pairs]
            sink.write("".join("\t".join(row) + "\n" for row in zip(*written, strict=True)).encode())


def load(
    connection: BaseDatabaseWrapper, model: Model, columns: Sequence[str], blocks: Iterator[bytes]
) -> None:
    """Insert the rows that `dump` wrote, whose values stand in the order of `columns`."""
    source = io.BufferedReader(_Blocks(blocks), 64 * 1024)
    table, names = _quoted(connection, model, columns)
    with connection.cursor() as cursor, connection.wrap_database_errors:
        if connection.vendor == "postgresql":
            cursor.copy_expert(f"COPY {table} ({names}) FROM STDIN", source, 64 * 1024)
            return
        by_column = {str(field.column): field for field in fields_of(model)}
        readers = [_reader(connection, by_column[name]) for name in columns]
        places = ",".join(["%s"] * len(columns))
        while lines := list(islice(source, _ROWS)):
            rows = (line.decode().removesuffix("\n").split("\t") for line in lines)
            read = [reader(column) for reader, column in zip(readers, zip(*rows, strict=True), strict=True)]
            statement = f"INSERT INTO {table} ({names}) VALUES ({places})"
            cursor.executemany(statement, list(zip(*read, strict=True)))


def count(connection: BaseDatabaseWrapper, model: Model) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {_quoted(connection, model)[0]}")
        return int(cursor.fetchone()[0])


def _quoted(
    connection: BaseDatabaseWrapper, model: Model, columns: Sequence[str] | None = None
) -> tuple[str, str]:
    """Table and columns as they stand in a statement."""
    quote = connection.ops.quote_name
    return quote(model._meta.db_table), ",".join(map(quote, columns or columns_of(model)))


class _Blocks(io.RawIOBase):
    """Blocks of any size as a file to read."""

    def __init__(self, blocks: Iterable[bytes]) -> None:
        self._blocks, self._left = iter(blocks), memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._left:
            block = next(self._blocks, None)
            if block is None:
                return 0
            self._left = memoryview(block)
        size = min(len(buffer), len(self._left))
        buffer[:size], self._left = self._left[:size], self._left[size:]
        return size


# --- SQLite ---------------------------------------------------------------------------------------

_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_SIGNS = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_READ: dict[str, Callable[[str], Any]] = {
    "BinaryField": lambda text: bytes.fromhex(text.removeprefix("\\x")),
    "BooleanField": {"t": True, "f": False}.__getitem__,
    "DateField": dt.date.fromisoformat,
    "DateTimeField": dt.datetime.fromisoformat,
    "DecimalField": Decimal,
    "FloatField": float,
    "TimeField": dt.time.fromisoformat,
    "UUIDField": UUID,
}
_PREPARED = {"DateField", "DateTimeField", "DecimalField", "TimeField", "UUIDField"}


def _whole(field: Field, values: Sequence[Any]) -> Sequence[Any]:
    """SQLite keeps moments without their zone: it is UTC."""
    if field.get_internal_type() != "DateTimeField":
        return values
    return [value and value.replace(tzinfo=dt.UTC) for value in values]


def _reader(connection: BaseDatabaseWrapper, field: Field) -> Callable[[Sequence[str]], list[Any]]:
    """How a column is read: text as COPY writes it into what SQLite stores. JSON stays the text it is."""
    target: Any = field
    while target.remote_field:
        target = target.target_field
    kind = target.get_internal_type()
    read = _READ.get(kind, int if isinstance(target, models.IntegerField) else str)
    prepared = kind in _PREPARED

    def value(text: str) -> Any:
        if text == "\\N":
            return None
        if "\\" in text:
            text = _ESCAPED.sub(lambda found: _SIGNS.get(found[1], found[1]), text)
        found = read(text)
        return field.get_db_prep_save(found, connection) if prepared else found

    return lambda texts: list(map(value, texts))
