"""Many rows at once: in by COPY, found again in chunks, counted without a detour.

PostgreSQL takes one COPY, fed piece by piece: while it stores one piece the next is being written out.
Ids are drawn from the sequence beforehand so that rows can name each other. SQLite takes `executemany`.
Both are several times faster than `bulk_create`, and both go round models: no `save()`, no signals
(this house has neither), no validation: rules come first.

    ids = bulk.reserve_ids(Person, len(entries))
    bulk.insert(Person, ("id", "full_name", "id_index", …), rows)

Values may be None, str, bool, int, Decimal, date, aware datetime, bytes, UUID (also as 32 hexadecimal
digits) and, in a JSON column, whatever its encoder knows. A text with NUL is a ValueError, as in Django.
"""

import datetime as dt
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import chain, islice, repeat
from typing import Any, TypeAlias, cast
from uuid import UUID

from django.db import connection, models, transaction
from django.db.models.expressions import RawSQL

SLICE = 500  # rows worked on at once: bounds the memory, and keeps the database busy meanwhile
WIDE_SLICE = 100  # the same of a table whose rows carry JSON or bytes: a thousand of them may be a megabyte
CHUNK = 2_000  # values of one look-up: with many more the planner prefers to read the whole table
SQLITE_CHUNK = 900  # parameters old SQLite takes


Encode = Callable[[Any], Any]
Field: TypeAlias = "models.Field[Any, Any]"
Columns: TypeAlias = list[Sequence[Any]]  # of some rows, all of the same length
_WIDE = (models.JSONField, models.BinaryField)


def insert(model: type[models.Model], fields: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Insert the rows, whose values stand in the order of `fields` (names or `…_id`); returns how many.

    Columns not named get their model's default. All in one transaction (the caller's, if there is one);
    `rows` is read as it goes and must not ask the database anything after its first row. Raises
    what an INSERT would: IntegrityError, DataError.
    """
    return _insert(model, fields, _turned(iter(rows), len(fields), _slice(model)))


def insert_columns(model: type[models.Model], fields: Sequence[str], columns: Sequence[Sequence[Any]]) -> int:
    """As `insert`, of rows given column by column: for whom has them so, nothing is turned round twice."""
    size = _slice(model)
    starts = range(0, len(columns[0]), size)
    return _insert(model, fields, ([column[at : at + size] for column in columns] for at in starts))


def reserve_ids(model: type[models.Model], count: int) -> list[int]:
    """Draw `count` ids that nobody else will get, for rows to be inserted in this transaction. One query."""
    if count <= 0:
        return []
    table, key = model._meta.db_table, _field(model, "pk").column
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                # Materialized: or the name of the sequence is looked up for every id (15 µs each).
                "WITH s AS MATERIALIZED (SELECT pg_get_serial_sequence(%s, %s)::regclass AS name)"
                " SELECT nextval(s.name) FROM s, generate_series(1, %s)",
                [f'"{table}"', key, count],
            )
            return [number for (number,) in cursor.fetchall()]
        if not connection.in_atomic_block:  # IMMEDIATE transactions hold the write lock from the start
            raise transaction.TransactionManagementError("ids are reserved inside a transaction")
        quoted = connection.ops.quote_name(table)
        cursor.execute(f"SELECT max({connection.ops.quote_name(key)}) FROM {quoted}")
        highest = cursor.fetchone()[0] or 0
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        known = cursor.fetchone()
        first = max(highest, known[0] if known else 0) + 1
        change = "UPDATE sqlite_sequence SET seq = %s WHERE name = %s"
        change = change if known else "INSERT INTO sqlite_sequence (seq, name) VALUES (%s, %s)"
        cursor.execute(change, [first + count - 1, table])
        return list(range(first, first + count))


def among(queryset: models.QuerySet[Any], field: str, values: Iterable[Any]) -> Iterator[Any]:
    """The rows of `queryset` whose `field` (may cross relations: `person__id_index`) is among `values`.

        for number, branch_id in among(open_members.values_list("number", "branch_id"), "number", typed): …

    One query for 2 000 distinct values, each by index (20 000 values in a table of 500 000: 60 ms).
    None finds nothing.
    """
    wanted = [value for value in dict.fromkeys(values) if value is not None]
    if connection.vendor != "postgresql":
        for start in range(0, len(wanted), SQLITE_CHUNK):
            yield from queryset.filter(**{f"{field}__in": wanted[start : start + SQLITE_CHUNK]})
        return
    listed = f"SELECT unnest(%s::{_array_type(queryset.model, field)})"
    for start in range(0, len(wanted), CHUNK):
        chunk = _array(wanted[start : start + CHUNK])
        yield from queryset.filter(**{f"{field}__in": RawSQL(listed, [chunk])})


def fetched(rows: models.QuerySet[Any, Any]) -> list[tuple[Any, ...]]:
    """The rows of a `values_list` as the driver gives them: for whole numbers and texts.

    Django fetches a hundred rows at a time and looks at each value once more: a microsecond a row.
    """
    statement, values = rows.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


# --- columns --------------------------------------------------------------------------------------


def _field(model: type[models.Model], name: str) -> Any:
    """A field with a column of its own, by its name, its `…_id`, or "pk"."""
    return model._meta.pk if name == "pk" else model._meta.get_field(name)


def _defaults(
    model: type[models.Model], named: Sequence[Field]
) -> dict[Field, Callable[[int], Sequence[Any]]]:
    """For each column not named: how to make n values of its default."""

    def maker(field: Field) -> Callable[[int], Sequence[Any]]:
        if callable(field.default):
            return lambda count: [field.get_default() for _ in range(count)]
        return lambda count: (field.get_default(),) * count

    return {
        field: maker(field)
        for field in model._meta.concrete_fields
        if field not in named and not field.primary_key and not field.generated and not field.has_db_default()
    }


def _slice(model: type[models.Model]) -> int:
    """Rows of one piece: 100 kB at most, about. A piece the socket cannot hold is waited for until the
    database has taken it, and the two sides work in turn instead of at once (decision 0029)."""
    wide = any(isinstance(field, _WIDE) for field in model._meta.concrete_fields)
    return WIDE_SLICE if wide else SLICE


def _turned(rows: Iterator[Sequence[Any]], width: int, size: int) -> Iterator[Columns]:
    """The rows column by column, some hundreds at a time."""
    while part := list(islice(rows, size)):
        columns: Columns = list(zip(*part, strict=True))
        if len(columns) != width:
            raise ValueError(f"{width} fields, but rows of {len(columns)} values")
        yield columns


def _insert(model: type[models.Model], names: Sequence[str], pieces: Iterator[Columns]) -> int:
    """Write the pieces, columns not named behind the named."""
    fields = [_field(model, name) for name in names]
    defaults = _defaults(model, fields)
    whole = (piece + [default(len(piece[0])) for default in defaults.values()] for piece in pieces)
    write = _copy if connection.vendor == "postgresql" else _execute_many
    with transaction.atomic(savepoint=False):
        if (first := next(whole, None)) is None:
            return 0
        return write(model, [*fields, *defaults], chain([first], whole))


# --- PostgreSQL -----------------------------------------------------------------------------------


class _Feed:
    """What COPY reads from: a piece at each call, of whatever size. Keeps what went wrong on this side,
    of which the database would only tell that something did."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self.fault: Exception | None = None

    def read(self, _size: int = -1) -> bytes:
        try:
            return next(self._pieces, b"")
        except Exception as fault:
            self.fault = fault
            raise


def _copy(model: type[models.Model], fields: Sequence[Field], pieces: Iterable[Columns]) -> int:
    """One COPY in text format. The socket between us holds some pieces, so that both sides work at once."""
    quote, count = connection.ops.quote_name, 0
    names = ",".join(quote(str(field.column)) for field in fields)

    def lines() -> Iterator[bytes]:
        nonlocal count
        for columns in pieces:
            count += len(columns[0])
            encoded = [_copied(field, values) for field, values in zip(fields, columns, strict=True)]
            yield "\n".join(chain(map("\t".join, zip(*encoded, strict=True)), ("",))).encode()

    made = lines()
    feed = _Feed(chain([next(made)], made))  # the first before COPY starts: a fault in it costs nothing
    with connection.cursor() as cursor, connection.wrap_database_errors:
        try:
            cursor.copy_expert(f"COPY {quote(model._meta.db_table)} ({names}) FROM STDIN", feed)
        except Exception:
            if feed.fault is not None:
                raise feed.fault from None
            raise
    return count


def _copied(field: Field, values: Sequence[Any]) -> Sequence[str]:
    """One column as COPY wants it. How is decided once where all values are of one type: this is the
    hot path of an import."""
    if isinstance(field, models.JSONField):
        return list(map(_copy_json(field), values))
    return copied(values)


def copied(values: Sequence[Any]) -> Sequence[str]:
    """One column of plain values as COPY writes and reads it."""
    types = set(map(type, values))
    if types == {str}:
        return values if _needs_no_escape(values) else list(map(_copy_text, values))
    if types == {int}:
        return list(map(str, values))
    if types == {bytes}:
        return ["\\\\x" + value.hex() for value in values]
    if types <= _REPEATED:  # few different ones: each is written out once
        written = {value: _copy_value(value) for value in set(values)}
        return list(map(written.__getitem__, values))
    if types == _NUMBERS:
        return [_NOTHING if value is None else str(value) for value in values]
    return list(map(_copy_value, values))


def _needs_no_escape(texts: Sequence[str]) -> bool:
    """Looked for in all at once: a fifth of the time of asking each text."""
    joined = "".join(texts)
    return not any(sign in joined for sign in _ESCAPED)


def _copy_json(field: models.JSONField) -> Encode:
    """What `json` writes has no sign to be escaped but its own backslash."""
    written = json.JSONEncoder if field.encoder is None else field.encoder
    encode = written().encode
    return lambda value: _NOTHING if value is None else encode(value).replace("\\", "\\\\")


def _copy_value(value: Any) -> str:
    """One value of any type that can be stored. Raises TypeError for others."""
    encode = _COPY.get(value.__class__)
    if encode is None:  # a subclass: a choice, a lazy text
        encode = next((how for kind, how in _COPY.items() if isinstance(value, kind)), None)
        if encode is None:
            raise TypeError(f"COPY of a {value.__class__.__name__}")
    return encode(value)


def _copy_text(text: str) -> str:
    if text.isalnum():
        return text
    if "\x00" in text:
        raise ValueError("a text with NUL cannot be stored")
    # Chained: `str.translate` goes character by character, ten times slower on a long JSON text.
    escaped = text.replace("\\", "\\\\")  # first: those below add backslashes
    return escaped.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")


def _copy_moment(moment: dt.datetime) -> str:
    if moment.tzinfo is None:
        raise ValueError("a naive moment cannot be stored")
    return moment.isoformat()


_NOTHING = "\\N"
_NUMBERS = frozenset({int, type(None)})
_ESCAPED = ("\\", "\n", "\r", "\t", "\x00")
_REPEATED = frozenset({type(None), bool, dt.date, dt.datetime})
_COPY: dict[type, Callable[[Any], str]] = {
    type(None): lambda value: _NOTHING,
    str: _copy_text,
    bool: lambda value: "t" if value else "f",
    int: int.__repr__,
    dt.datetime: _copy_moment,  # before date, of which it is a subclass
    dt.date: dt.date.isoformat,
    dt.time: dt.time.isoformat,
    UUID: lambda value: f"{value.int:032x}",
    bytes: lambda value: "\\\\x" + value.hex(),
    memoryview: lambda value: "\\\\x" + value.hex(),
    Decimal: str,
    float: repr,
}


def _array_type(model: type[models.Model], path: str) -> str:
    """The PostgreSQL array type for values of the field at `path`."""
    *relations, name = path.split("__")
    for relation in relations:
        model = cast(type[models.Model], _field(model, relation).related_model)
    return str(_field(model, name).rel_db_type(connection)).partition("(")[0] + "[]"


def _array(values: Sequence[Any]) -> str:
    """The values as a PostgreSQL array literal; a text with NUL equals nothing stored."""
    if set(map(type, values)) != {str}:
        return "{" + ",".join(map(_copy_value, values)) + "}"
    if not all(map(str.isalnum, values)):
        values = [
            value.replace("\x00", "\ufffd").replace("\\", "\\\\").replace('"', '\\"') for value in values
        ]
    return '{"' + '","'.join(values) + '"}'


# --- SQLite ---------------------------------------------------------------------------------------

_SQLITE_PLAIN: frozenset[type] = frozenset({type(None), str, int, bytes})


def _execute_many(model: type[models.Model], fields: Sequence[Field], pieces: Iterable[Columns]) -> int:
    quote, count = connection.ops.quote_name, 0
    names = ",".join(quote(str(field.column)) for field in fields)
    places = ",".join(repeat("%s", len(fields)))
    with connection.cursor() as cursor:
        for columns in pieces:
            count += len(columns[0])
            encoded = [_prepared(field, values) for field, values in zip(fields, columns, strict=True)]
            cursor.executemany(
                f"INSERT INTO {quote(model._meta.db_table)} ({names}) VALUES ({places})",
                list(zip(*encoded, strict=True)),
            )
    return count


def _prepared(field: Field, values: Sequence[Any]) -> Sequence[Any]:
    """One column as SQLite wants it."""
    types = set(map(type, values))
    if types <= _SQLITE_PLAIN and not isinstance(field, models.JSONField):
        return values

    def encode(value: Any) -> Any:
        return field.get_db_prep_save(value, connection)

    if types <= _REPEATED:
        written = {value: encode(value) for value in set(values)}
        return list(map(written.__getitem__, values))
    return list(map(encode, values))
