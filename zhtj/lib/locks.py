"""Named advisory locks that live as long as the transaction.

PostgreSQL: `pg_advisory_xact_lock`. SQLite: a transaction is IMMEDIATE (settings), so it
already holds the only write lock there is and these calls do nothing.

Order, to rule out deadlocks: ENTRY before TREE before any row lock; never ask for a
tree's exclusive lock while holding its shared one.
"""

import datetime as dt
import hashlib

from django.db import connection, transaction

from zhtj.lib import days

ENTRY = "entry"  # shared: whoever stamps a period; exclusive: the bulletin, for an instant


def tree(tree_id: int) -> str:
    """Lock name of one organisation tree: shared to insert a unit, exclusive to renumber."""
    return f"tree:{tree_id}"


def shared(name: str) -> None:
    """Take `name` together with other sharers; waits for an exclusive holder. One round trip."""
    _take("pg_advisory_xact_lock_shared", name)


def exclusive(name: str) -> None:
    """Take `name` alone; waits for every other holder. One round trip."""
    _take("pg_advisory_xact_lock", name)


def try_exclusive(name: str) -> bool:
    """Take `name` alone if nobody holds it; False otherwise. Always True on SQLite."""
    return _take("pg_try_advisory_xact_lock", name) is not False


def entry_stamp() -> dt.datetime:
    """The moment for `from_at`/`until_at` of what this transaction writes.

    Taken inside the shared ENTRY lock: a bulletin that has had the lock exclusively after
    its cut-off knows that nothing stamped before the cut-off is still to be committed.
    """
    shared(ENTRY)
    return days.now()


def _take(function: str, name: str) -> object:
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError(f"lock {name!r} asked for outside a transaction")
    if connection.vendor != "postgresql":
        return None
    key = int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), signed=True)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s)", [key])
        return cursor.fetchone()[0]
