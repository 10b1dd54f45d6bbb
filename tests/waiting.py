"""Who waits for a lock in the database of the test, seen from any session. PostgreSQL only."""

from django.db import connection


def lock_waiters() -> int:
    """Sessions of this database that wait for a lock this moment, be it a row's or an advisory one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")  # or a transaction sees its first answer for ever
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE wait_event_type = 'Lock' AND datname = current_database()"
        )
        waiting: int = cursor.fetchone()[0]
        return waiting
