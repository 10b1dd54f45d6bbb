"""The numbers already given out: an id that was deleted must not come again, the trail may name it."""

from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper


def last_drawn(connection: BaseDatabaseWrapper, model: type[models.Model]) -> int | None:
    """The last id given out in this table; None where it gives out none."""
    with connection.cursor() as cursor:
        if connection.vendor != "postgresql":
            cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [model._meta.db_table])
            found = cursor.fetchone()
            return int(found[0]) if found else None
        name = _sequence(cursor, model)
        if name is None:
            return None
        cursor.execute(f"SELECT last_value, is_called FROM {name}")
        last, is_called = cursor.fetchone()
        return int(last) if is_called else int(last) - 1


def go_on_after(connection: BaseDatabaseWrapper, model: type[models.Model], last: int) -> None:
    """Let the next id be above `last`, above every one there is, and never below what was to come here:
    PostgreSQL does not take this back with the transaction, so it only ever goes up."""
    pk = model._meta.pk
    if not isinstance(pk, models.AutoField):
        return
    quote, table = connection.ops.quote_name, model._meta.db_table
    highest = f"(SELECT coalesce(max({quote(str(pk.column))}), 0) FROM {quote(table)})"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            name = _sequence(cursor, model)
            wanted = f"greatest(%s, {highest}, (SELECT last_value FROM {name}))"
            cursor.execute(f"SELECT setval('{name}', {wanted})", [max(last, 1)])
            return
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        if cursor.fetchone() is None:
            cursor.execute("INSERT INTO sqlite_sequence (seq, name) VALUES (0, %s)", [table])
        wanted = f"max(seq, %s, {highest})"
        cursor.execute(f"UPDATE sqlite_sequence SET seq = {wanted} WHERE name = %s", [last, table])


def _sequence(cursor: Any, model: type[models.Model]) -> str | None:
    """The name of the sequence behind the key, as it stands in a statement."""
    pk = model._meta.pk
    if not isinstance(pk, models.AutoField):
        return None
    cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", [f'"{model._meta.db_table}"', pk.column])
    name: str | None = cursor.fetchone()[0]
    return name
