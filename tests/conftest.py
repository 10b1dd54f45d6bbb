"""What every test stands on: a fixed clock, a fast hasher, inline tasks, no network, throw-away keys.

Marks decide where a test runs: `postgres` only on PostgreSQL, `sqlite` only on SQLite (the
runner makes one pass on each), `redis` and `browser` only where these are reachable, `stress`
only when asked for (`make stress`). With REQUIRE=all a skip is a failure. What asks no database
is said once: the runner leaves it out of its second pass (TESTS_PASS=again).
"""

import datetime as dt
import gc
import marshal
import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.conf import settings
from django.db import connections
from xdist.scheduler import LoadFileScheduling

from zhtj.lib import days
from zhtj.lib.sheets import child, read

from tests import reach
from tests.standing import Ground
from tests.witness import Witness

# Day 23 of the campaign: schools and state enterprises are open, the other domains gated.
MORNING = dt.datetime(2018, 11, 23, 10, 0, tzinfo=days.SHANGHAI)
FIELD_KEY = "a-field-key-for-tests-only-0123456789"
REQUIRE_ALL = os.environ.get("REQUIRE") == "all"
IS_SECOND_PASS = os.environ.get("TESTS_PASS") == "again"
# Fixtures and marks by which a test is known to concern a database, its own or a child's.
ON_DATABASE = {"django_db_setup", "child_environment", "django_db", "postgres", "redis", "browser"}
READ_BY_CHILD = ("tests/lib/", "tests/imports/test_files.py")

WITNESS = Witness()
GROUND = Ground()


class Clock:
    """The one clock of a test. It stands still until it is moved."""

    def __init__(self) -> None:
        self.moment = MORNING

    def now(self) -> dt.datetime:
        return self.moment.astimezone(dt.UTC)

    def set(self, moment: dt.datetime) -> None:
        """Go to `moment`; a naive one is read in Shanghai."""
        self.moment = moment if moment.tzinfo else moment.replace(tzinfo=days.SHANGHAI)

    def forward(self, **amount: float) -> None:
        """Move on: `forward(days=1, hours=2)`."""
        self.moment += dt.timedelta(**amount)


def pytest_configure(config: pytest.Config) -> None:
    settings.ZHTJ_FIELD_KEY = FIELD_KEY
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.AXES_ENABLED = False
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "testserver"]
    hypothesis.settings.register_profile("suite", deadline=None)  # a slow machine is no fault of the code
    hypothesis.settings.load_profile("suite")
    from zhtj.celery import app

    app.conf.update(task_always_eager=True, task_eager_propagates=True)


class OneProgram(LoadFileScheduling):
    """A file is one worker's; so is all that drives a browser: it shares one program and one Chromium."""

    def _split_scope(self, nodeid: str) -> str:
        folder = "tests/browser/"
        return folder if nodeid.startswith(folder) else super()._split_scope(nodeid)

    def _reschedule(self, node: Any) -> None:
        super()._reschedule(node)
        if not self.workqueue:
            self.tell_the_runner()

    @staticmethod
    def tell_the_runner() -> None:
        """Every file is with a worker: the next pass may begin (tests/__main__.py). Said once."""
        if listener := os.environ.pop("TESTS_TELL", ""):
            os.write(int(listener), b".")


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> OneProgram | None:
    return OneProgram(config, log) if config.option.dist == "loadfile" else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what belongs to the other pass, or was not asked for."""
    on_postgres = settings.DATABASES["default"]["ENGINE"].endswith("postgresql")
    out = {"sqlite" if on_postgres else "postgres"}
    if "stress" not in config.option.markexpr:
        out.add("stress")
    dropped = [item for item in items if out & _marks(item) or (IS_SECOND_PASS and _is_said_once(item))]
    if dropped:
        config.hook.pytest_deselected(items=dropped)
        items[:] = [item for item in items if item not in set(dropped)]


def pytest_collection_finish() -> None:
    """What is loaded by now stays loaded: the collector, called rarely, does not look through it again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000)


def _marks(item: pytest.Item) -> set[str]:
    return {mark.name for mark in item.iter_markers()}


def _is_said_once(item: pytest.Item) -> bool:
    """Would the test say the same on every database?"""
    return not ON_DATABASE & (_marks(item) | set(getattr(item, "fixturenames", ON_DATABASE)))


def pytest_runtest_setup(item: pytest.Item) -> None:
    if not _is_said_once(item):
        GROUND.lay(*_ground(item))
    for mark in item.iter_markers():
        what, found, remedy = reach.NEEDS.get(mark.name, ("", lambda: True, ""))
        if not found():
            pytest.skip(f"no {what} here: {remedy}")


def _ground(item: pytest.Item) -> tuple[object, Callable[[], dict[str, Any]] | None]:
    """What the test begins with, and a key that is its module's; nothing for one that commits."""
    fixtures = getattr(item, "fixturenames", ())
    commits = any(mark.kwargs.get("transaction") for mark in item.iter_markers("django_db"))
    if "cast" not in fixtures or commits:
        return None, None
    builds = _scene if "scene" in fixtures else _cast
    return (item.path, builds), builds


def _cast() -> dict[str, Any]:
    from tests.cast import assemble

    return {"cast": assemble()}


def _scene() -> dict[str, Any]:
    from tests.progress.conftest import campaign_of, settle

    cast = _cast()["cast"]
    campaign = campaign_of(cast)
    settle(cast, campaign)
    return {"cast": cast, "campaign": campaign}


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Iterator[None]:
    """Whoever left an id in clear is named (tests/witness.py)."""
    WITNESS.look_at_files()
    if any(mark.kwargs.get("transaction") for mark in item.iter_markers("django_db")):
        WITNESS.look_at_tables()
    seen = WITNESS.take()
    yield
    assert not seen, "a national id in clear: " + "; ".join(seen[:5])


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    report: Any = yield
    if REQUIRE_ALL and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped although REQUIRE=all: {report.longrepr}"
    return report


@pytest.fixture(scope="session", autouse=True)
def witness() -> Witness:
    """Looks on from the first test to the last."""
    WITNESS.begin()
    return WITNESS


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """SQLite in a file, as in production: threads and other processes can share it."""
    default = connections["default"].settings_dict
    if default["ENGINE"].endswith("sqlite3"):
        default["TEST"]["NAME"] = str(tmp_path_factory.mktemp("db") / "test.sqlite3")


@pytest.fixture(scope="session", autouse=True)
def empty_by_delete() -> Iterator[None]:
    """After a test that commits, tables are emptied on PostgreSQL as on SQLite: TRUNCATE, Django's way there,
    gives each of fifty tables and its indexes new files, a hundred times the work for a few rows."""

    def sql_flush(self: Any, style: Any, tables: list[str], **how: bool) -> list[str]:
        assert not any(how.values()), "nobody asks for sequences or cascades"
        return [f"DELETE FROM {self.quote_name(table)}" for table in tables]

    with pytest.MonkeyPatch.context() as patch:
        if connections["default"].vendor == "postgresql":
            patch.setattr(type(connections["default"].ops), "sql_flush", sql_flush)
        yield


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The fixed clock: 2018-11-23 10:00 in Shanghai."""
    fixed = Clock()
    monkeypatch.setattr(days, "now", fixed.now)
    return fixed


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only this machine may be spoken to."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in (
            "127.0.0.1",
            "::1",
            "localhost",
        ):
            raise AssertionError(f"a test spoke to the network: {address}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(autouse=True)
def one_reader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Workbooks are read by the code of the child process, here: a thousand starts are a minute. The process
    itself has the tests of reading, of refused files, and every program that is started."""
    if not request.node.nodeid.startswith(READ_BY_CHILD):
        monkeypatch.setattr(read, "_answer", lambda data, limits: marshal.dumps(child.answer(data, limits)))


@pytest.fixture(scope="session")
def ground(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """From the first test that asks for the cast to the last."""
    GROUND.ready(django_db_blocker)
    yield
    GROUND.clear()


@pytest.fixture
def given(ground: None, db: None) -> dict[str, Any]:
    """Copies of what stands already, by name (tests/standing.py)."""
    return GROUND.copy()


@pytest.fixture
def cast(given: dict[str, Any]) -> Any:
    """The named test characters of tests/cast.py."""
    return given.get("cast") or _cast()["cast"]


@pytest.fixture
def child_environment() -> dict[str, str]:
    """Environment for a child process (worker, server, command) on this test's database and keys."""
    default = connections["default"].settings_dict
    if default["ENGINE"].endswith("sqlite3"):
        url = f"sqlite:///{default['NAME']}"
    else:
        login = f"{default['USER']}:{default['PASSWORD']}".rstrip(":")
        port = f":{default['PORT']}" if default["PORT"] else ""
        url = f"postgres://{login}@{default['HOST']}{port}/{default['NAME']}"
    root = str(Path(__file__).resolve().parent.parent)
    return {**os.environ, "DATABASE_URL": url, "ZHTJ_FIELD_KEY": FIELD_KEY, "PYTHONPATH": root}
