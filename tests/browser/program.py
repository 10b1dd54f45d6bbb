"""The real program in processes of its own, with a folder and a database that are thrown away.

Embedded (the SQLite pass): `manage.py dev`, as `make run` starts it. Servers (the PostgreSQL
pass): a database of its own, Redis, gunicorn and a Celery worker with its schedule.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2

from tests import processes, reach

# A process with the program loaded, which does each command it is given in a fork of its own: [days from now,
# where to print, the words of manage.py]. It answers with the exit status.
HAND = """
import datetime as dt, json, os, sys
import django
django.setup()
from django.core.management import execute_from_command_line
from zhtj import urls
from zhtj.lib import days
real = days.now
for line in sys.stdin:
    later, output, words = json.loads(line)
    child = os.fork()
    if not child:
        said = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(said, 1)
        os.dup2(said, 2)
        days.now = lambda: real() + dt.timedelta(days=later)
        execute_from_command_line(["manage.py", *words])
        sys.exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


@dataclass(frozen=True, slots=True)
class Program:
    """A running program: its address, and a way to give it a command."""

    address: str
    hand: "Hand"

    def manage(self, *words: str, days_from_now: int = 0) -> str:
        """`manage.py WORDS`, so many days from now by the program's own clock; returns what it prints."""
        return self.hand.manage(*words, days_from_now=days_from_now)


class Hand:
    """Gives commands to a program with this environment; they are done one after the other."""

    def __init__(self, environment: dict[str, str], folder: Path) -> None:
        self._said = folder / "said.txt"
        self._process = subprocess.Popen(
            [sys.executable, "-c", HAND],
            cwd=processes.ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> "Hand":
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()  # nothing more is said to it: it ends

    def manage(self, *words: str, days_from_now: int = 0) -> str:
        assert self._process.stdin and self._process.stdout
        print(json.dumps([days_from_now, str(self._said), words]), file=self._process.stdin, flush=True)
        status = self._process.stdout.readline().strip()
        said = self._said.read_text(encoding="utf-8")
        assert status == "0", said[-4000:]
        return said


@contextmanager
def embedded(folder: Path) -> Iterator[Program]:
    """`manage.py dev` on SQLite, with the demo in it."""
    port = processes.free_port()
    environment = _environment(folder, f"sqlite:///{folder / 'zhtj.sqlite3'}")
    command = ["manage.py", "dev", "--port", str(port)]
    with (
        processes.answering(command, environment, folder / "dev.log", port) as address,
        Hand(environment, folder) as hand,
    ):
        yield Program(address, hand)


@contextmanager
def on_servers(folder: Path) -> Iterator[Program]:
    """The production processes on PostgreSQL and Redis, with the demo in it."""
    with ExitStack() as stack:
        url = stack.enter_context(_database(f"zhtj_browser_{os.getpid()}"))
        environment = _environment(folder, url) | {"REDIS_URL": reach.redis_url()}
        hand = stack.enter_context(Hand(environment, folder))
        hand.manage("migrate", "--verbosity", "0")
        hand.manage("seed_demo", "--size", "small")
        timetable = ["--beat", "--schedule", str(folder / "timetable")]
        worker = ["-m", "celery", "-A", "zhtj.celery", "worker", "-c", "2", *timetable]
        port = processes.free_port()
        web = processes.gunicorn(port, threads=8)
        stack.enter_context(processes.python(worker, environment, folder / "celery.log"))
        yield Program(
            stack.enter_context(processes.answering(web, environment, folder / "gunicorn.log", port)), hand
        )


def _environment(folder: Path, database_url: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ZHTJ_", "REDIS_"))}
    return kept | {
        "DATABASE_URL": database_url,
        "DJANGO_SETTINGS_MODULE": "zhtj.settings",
        "PYTHONPATH": str(processes.ROOT),
        "ZHTJ_VAR_DIR": str(folder),
    }


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
