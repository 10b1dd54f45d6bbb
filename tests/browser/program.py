"""The real program in processes of its own, with a folder and a database that are thrown away.

Embedded (the SQLite pass): `manage.py dev`, as `make run` starts it. Servers (the PostgreSQL
pass): a database of its own, Redis, gunicorn and a Celery worker with its schedule.
"""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2

from tests import reach

ROOT = Path(__file__).resolve().parent.parent.parent
SECONDS_TO_START = 90

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
    port = _free_port()
    program = Program(
        f"http://127.0.0.1:{port}", _environment(folder, f"sqlite:///{folder / 'zhtj.sqlite3'}")
    )
    with _child(program, folder, "manage.py", "dev", "--port", str(port)):
        yield program


@contextmanager
def on_servers(folder: Path) -> Iterator[Program]:
    """The production processes on PostgreSQL and Redis, with the demo in it."""
    port = _free_port()
    serving = ["--bind", f"127.0.0.1:{port}", "--worker-class", "gthread", "--threads", "8"]
    with _database(f"zhtj_browser_{os.getpid()}") as url:
        environment = _environment(folder, url) | {"REDIS_URL": reach.redis_url()}
        program = Program(f"http://127.0.0.1:{port}", environment)
        program.manage("migrate", "--verbosity", "0")
        program.manage("seed_demo", "--size", "small")
        timetable = ["--beat", "--schedule", str(folder / "timetable")]
        with ExitStack() as stack:
            stack.enter_context(
                _child(program, folder, "-m", "celery", "-A", "zhtj.celery", "worker", "-c", "2", *timetable)
            )
            stack.enter_context(_child(program, folder, "-m", "gunicorn", "zhtj.wsgi", *serving))
            yield program


def _environment(folder: Path, database_url: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ZHTJ_", "REDIS_"))}
    return kept | {
        "DATABASE_URL": database_url,
        "DJANGO_SETTINGS_MODULE": "zhtj.settings",
        "PYTHONPATH": str(ROOT),
        "ZHTJ_VAR_DIR": str(folder),
    }


@contextmanager
def _child(program: Program, folder: Path, *arguments: str) -> Iterator[None]:
    """One process of the program; returns when the program answers, ends it afterwards."""
    log = folder / f"{Path(arguments[-1] if arguments[0] == '-m' else arguments[1]).name}.log"
    with log.open("w") as output:
        child = subprocess.Popen(
            [sys.executable, *arguments], cwd=ROOT, env=program.environment, stdout=output, stderr=output
        )
        try:
            if "celery" not in arguments:
                _wait(program.address, child, log)
            yield
        finally:
            child.terminate()
            try:
                child.wait(15)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()


def _wait(address: str, child: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline:
        if child.poll() is not None:
            raise AssertionError(f"the program ended while starting:\n{log.read_text()}")
        try:
            urllib.request.urlopen(f"{address}/healthz", timeout=2).close()
        except (OSError, urllib.error.URLError):
            time.sleep(0.2)
        else:
            return
    raise AssertionError(f"the program did not answer in {SECONDS_TO_START} s:\n{log.read_text()}")


def _run(environment: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
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


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
