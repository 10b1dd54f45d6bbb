"""The witness of the whole suite: no national id in clear in any statement, log line or stored file.

It stands beside every test (conftest): each value handed to the database by this process is looked at as it
goes, also what is rolled back or deleted again later, and so is each log line; when a test ends, the files it
stored, and after a test that commits the tables themselves, for what its child processes left. Whatever has
the shape of an id counts, its check digit right or wrong.

Not seen: COPY on PostgreSQL (the same values pass by as statements on SQLite) and the output of children.
"""

import logging
import re
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.db.backends.signals import connection_created

# Digits next to other hexadecimal ones are part of a digest.
ID = re.compile(
    r"(?<![0-9a-fA-F])[1-8][0-9]{5}(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}"
    r"[0-9Xx](?![0-9a-fA-F])"
)
LEAST = 10**17  # smaller whole numbers are no ids


class Witness(logging.Handler):
    """Notes where an id was seen in clear since the last `take`."""

    def __init__(self) -> None:
        super().__init__(logging.NOTSET)
        self.setFormatter(logging.Formatter("%(message)s"))
        self.seen: list[str] = []
        self.since = time.time()

    def begin(self) -> None:
        """From now on every log line and every statement of any connection is looked at."""
        for name in ("", "django.server"):
            logging.getLogger(name).addHandler(self)
        connection_created.connect(self._accompany, weak=False)
        self._accompany(connection=connection)

    def _accompany(self, *, connection: Any, **_: object) -> None:
        if self._statement not in connection.execute_wrappers:
            connection.execute_wrappers.append(self._statement)

    def emit(self, record: logging.LogRecord) -> None:
        try:
            line = self.format(record)
        except Exception:
            return  # a line that cannot be written is none
        self._look(f"log {record.name}", [line])

    def _statement(self, execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
        if many:
            params = list(params)
        self._look(f"statement {str(sql)[:100]}", texts(params))
        if "django_session" in str(sql) and params:
            self._look("session", sessions(params))
        return execute(sql, params, many, context)

    def look_at_files(self) -> None:
        """What has been stored under the media root and in the message files since the last `take`."""
        for folder in (Path(settings.MEDIA_ROOT), Path(settings.JOBS_DIR)):
            for path in folder.rglob("*"):
                if path.is_file() and path.stat().st_mtime >= self.since - 1:
                    self._look(f"file {path.name}", [path.name, path.read_bytes().decode("latin-1")])

    def look_at_tables(self) -> None:
        """Every value of every table as it lies there now."""
        self._look("table", texts(rows_of_all_tables()))

    def take(self) -> list[str]:
        """What was seen since the last time; begins anew."""
        seen, self.seen, self.since = self.seen, [], time.time()
        return seen

    def _look(self, where: str, values: Iterable[str]) -> None:
        for text in values:
            if len(text) >= 18 and (hit := ID.search(text)):
                self.seen.append(f"{where}: {text[max(0, hit.start() - 40) : hit.end() + 40]!r}")


def texts(value: Any) -> Iterator[str]:
    """Everything that can be read in what a driver is handed."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, bytes | memoryview):
        yield bytes(value).decode("latin-1")
    elif isinstance(value, int):
        if value >= LEAST:
            yield str(value)
    elif isinstance(value, dict):
        yield from texts(list(value.items()))
    elif isinstance(value, list | tuple | Iterator):
        for one in value:
            yield from texts(one)
    elif hasattr(value, "adapted"):  # psycopg2's wrapping of JSON and bytes
        yield from texts(value.adapted)


def sessions(params: Any) -> Iterator[str]:
    """What a session holds: it is written packed."""
    for text in texts(params):
        if text.count(":") == 2 and " " not in text:  # signed; what else a row has is a key and a date
            yield str(SessionStore().decode(text))


def rows_of_all_tables() -> Iterator[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            yield from cursor.fetchall()
