"""Reading several statements as of one moment, without keeping anybody waiting who writes meanwhile."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper


@contextmanager
def one_moment() -> Iterator[None]:
    """Everything read inside is of one moment; nothing may be written there.

    Inside a transaction that has begun it can be no more than that one: whoever counts what may be moved
    meanwhile holds the tree (`locks.tree`). Three statements more.
    """
    connection = connections[DEFAULT_DB_ALIAS]
    if connection.in_atomic_block:
        yield
        return
    with snapshot(connection):
        yield


@contextmanager
def snapshot(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Everything read inside is of one moment; nobody who writes meanwhile waits, or is seen."""
    if connection.vendor == "postgresql":
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            cursor.execute("SELECT 1 FROM django_migrations LIMIT 1")  # the moment is that of the first query
            yield
        return
    with connection.cursor() as cursor:
        cursor.execute("BEGIN DEFERRED")  # Django's own would be IMMEDIATE: it would keep every writer out
        try:
            cursor.execute("SELECT 1 FROM django_migrations LIMIT 1")
            yield
        finally:
            cursor.execute("ROLLBACK")
