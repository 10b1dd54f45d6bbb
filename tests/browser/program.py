"""The real program in processes of its own, with a folder and a database that are thrown away.

Embedded (the SQLite pass): `manage.py dev`, as `make run` starts it. Servers (the PostgreSQL
pass): a database of its own, Redis, gunicorn and a Celery worker with its schedule.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2

from tests import processes, reach

# The program's own clock, moved: runs one command as if it were so many days later.
LATER = """
import datetime as dt, os, sys
import django
django.setup()
from django.core.management import call_command
from zhtj.lib import days
real = days.now
days.now = lambda: real() + dt.timedelta(days=int(sys.argv[1]))
call_command(*sys.argv[2:])
"""


@dataclass(frozen=True, slots=True)
class Program:
    """A running program: its address, and a way to give it a command."""

    address: str
    environment: dict[str, str]

    def manage(self, *arguments: str) -> str:
        return _run(self.environment, "manage.py", *arguments)

    def manage_later(self, days: int, *arguments: str) -> str:
        """The same `days` from now."""
        return _run(self.environment, "-c", LATER, str(days), *arguments)


@contextmanager
def embedded(folder: Path) -> Iterator[Program]:
    """`manage.py dev` on SQLite, with the demo in it."""
    port = processes.free_port()
    environment = _environment(folder, f"sqlite:///{folder / 'zhtj.sqlite3'}")
    command = ["manage.py", "dev", "--port", str(port)]
    with processes.answering(command, environment, folder / "dev.log", port) as address:
        yield Program(address, environment)


@contextmanager
def on_servers(folder: Path) -> Iterator[Program]:
    """The production processes on PostgreSQL and Redis, with the demo in it."""
    with _database(f"zhtj_browser_{os.getpid()}") as url:
        environment = _environment(folder, url) | {"REDIS_URL": reach.redis_url()}
        _run(environment, "manage.py", "migrate", "--verbosity", "0")
        _run(environment, "manage.py", "seed_demo", "--size", "small")
        timetable = ["--beat", "--schedule", str(folder / "timetable")]
        worker = ["-m", "celery", "-A", "zhtj.celery", "worker", "-c", "2", *timetable]
        port = processes.free_port()
        with (
            processes.python(worker, environment, folder / "celery.log"),
            processes.answering(
                processes.gunicorn(port, threads=8), environment, folder / "gunicorn.log", port
            ) as address,
        ):
            yield Program(address, environment)


def _environment(folder: Path, database_url: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ZHTJ_", "REDIS_"))}
    return kept | {
        "DATABASE_URL": database_url,
        "DJANGO_SETTINGS_MODULE": "zhtj.settings",
        "PYTHONPATH": str(processes.ROOT),
        "ZHTJ_VAR_DIR": str(folder),
    }


def _run(environment: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=processes.ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:] + done.stdout[-2000:]
    return done.stdout


@contextmanager
def _database(name: str) -> Iterator[str]:
    """A PostgreSQL database of that name, dropped afterwards."""
    server = reach.postgres_url()
    _execute(server, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)', f'CREATE DATABASE "{name}"')
    try:
        yield urlsplit(server)._replace(path=f"/{name}").geturl()
    finally:
        _execute(server, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _execute(url: str, *statements: str) -> None:
    connection = psycopg2.connect(url)
    connection.autocommit = True
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
    connection.close()
