"""A Redis of the test's own, killed and started anew under the real processes: web server, worker, timetable.

Nothing of it is kept on disk, so each start is an empty one: every message is lost. No hand helps: the
sweep and the timetable find what is to be done. They only turn faster here, each second, not each minute.
"""

import datetime as dt
import os
import random
import re
import signal
import socket
import subprocess
import time
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from celery import Celery
from django.conf import settings
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from zhtj.imports.models import BatchState, ImportBatch
from zhtj.lib import days

from members.models import Member
from orgs.models import AuditEntry, User
from progress.models import Bulletin, BulletinState
from progress.presets import load_preset

from tests import processes, workbooks, world
from tests.imports import rooms

pytestmark = [pytest.mark.redis, pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

ROWS = 60
WORKER = """
import datetime as dt, sys, time
from zhtj.celery import app
app.loader.import_default_modules()
from zhtj.imports.pipeline import sweeping
sweeping.UNHEARD = dt.timedelta(seconds=1)
for name, entry in app.conf.beat_schedule.items():
    entry["schedule"] = 1 if name in ("sweep imports", "bulletins missed") else 3600
@app.task(name="nap")
def nap(seconds):
    time.sleep(seconds)

app.worker_main(["worker", "-c", "2", "--beat", "--schedule", sys.argv[1], "--loglevel", "WARNING"])
"""


class Broker:
    """`kill` as a machine dies; the port stays the same."""

    def __init__(self) -> None:
        self.port = processes.free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.start()

    def start(self) -> None:
        command = ["redis-server", "--port", str(self.port), "--save", "", "--appendonly", "no"]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        wait_for(lambda: answers(self.port))

    def count(self, *question: str) -> int:
        """The answer to a command that counts something."""
        asked = ["redis-cli", "-p", str(self.port), *question]
        return int(subprocess.run(asked, capture_output=True, check=True, text=True).stdout)

    def waiting(self) -> int:
        """Messages in the queue."""
        return self.count("llen", "celery")

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


class Desk:
    """The import desk over HTTP, as one person's browser sees it."""

    def __init__(self, address: str, user: User) -> None:
        self.address = address
        session = world.client(user).cookies[settings.SESSION_COOKIE_NAME].value
        token = "t" * 32
        cookies = f"{settings.SESSION_COOKIE_NAME}={session}; csrftoken={token}"
        self._headers = {"Cookie": cookies, "X-CSRFToken": token, "Content-Type": MULTIPART_CONTENT}

    def ask(self, path: str, data: dict[str, Any] | None = None) -> tuple[str, str]:
        """GET, or POST of `data`, redirects followed: where it led and the page. No answer in 20 s fails."""
        body = None if data is None else encode_multipart(BOUNDARY, data)
        request = urllib.request.Request(self.address + path, body, self._headers)
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.geturl(), answer.read().decode()

    def upload(self, file: Path) -> ImportBatch:
        """Hand in a file; it must be received with a word of what becomes of it."""
        with file.open("rb") as data:
            address, page = self.ask("/imports/new/?kind=members", {"file": data, "form_key": uuid.uuid4()})
        found = re.search(r"/imports/([0-9]+)/$", address)
        assert found and re.search("正在排队等待检查|正在逐行检查|可以导入|导入 [0-9]+ 人", page), page
        return ImportBatch.objects.get(pk=found[1])

    def commit(self, batch: ImportBatch) -> None:
        batch.refresh_from_db()
        self.ask(f"/imports/{batch.pk}/commit/", {"revision": batch.revision})


class Site:
    """Broker, web server, and a worker with the timetable in it once `work` is called."""

    def __init__(self, stack: ExitStack, environment: dict[str, str], folder: Path) -> None:
        self.broker = Broker()
        stack.callback(lambda: self.broker.kill())
        self._stack, self._folder, port = stack, folder, processes.free_port()
        here = {"REDIS_URL": self.broker.url, "DJANGO_SETTINGS_MODULE": "zhtj.settings"}
        self._environment = environment | here
        command, log = processes.gunicorn(port, threads=4), folder / "web.log"
        web = processes.answering(command, self._environment, log, port, to_end=0)
        self.address = stack.enter_context(web)

    def work(self) -> None:
        command, log = ["-c", WORKER, str(self._folder / "timetable")], self._folder / "worker.log"
        self._stack.enter_context(processes.python(command, self._environment, log, to_end=0))

    def restart_broker(self, meanwhile: Any) -> Any:
        """Kill it, do something, start it."""
        self.broker.kill()
        done = meanwhile()
        self.broker.start()
        return done


@pytest.fixture
def site(cast, child_environment, tmp_path, monkeypatch) -> Iterator[Site]:
    monkeypatch.undo()  # the processes live by the real clock: so does this test
    with ExitStack() as stack:
        yield Site(stack, child_environment, tmp_path)
    rooms.see_out()


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def wait_for(is_so: Any, seconds: float = 90) -> None:
    """Until it is so; a test that waits longer has failed."""
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.1)


def file_of(folder: Path, name: str, rows: int = ROWS) -> Path:
    path = folder / f"{name}.xlsx"
    path.write_bytes(workbooks.xlsx([rooms.HEAD, *rooms.people(*["王一二"] * rows)]))
    return path


def wait_until_all_are(state: BatchState, batches: list[ImportBatch]) -> None:
    keys = [batch.pk for batch in batches]
    wait_for(lambda: ImportBatch.objects.filter(pk__in=keys, state=state).count() == len(keys))


def assert_entered_once(batches: list[ImportBatch], rows: int = ROWS) -> None:
    for batch in batches:
        batch.refresh_from_db()
        assert (batch.entered_count, batch.revision) == (rows, 1)
        assert Member.objects.filter(batch_id=batch.pk, until_at=None).count() == rows
        assert AuditEntry.objects.filter(action="members.enter", batch_id=batch.pk).count() == 1


@pytest.mark.parametrize(
    ("seed", "rounds"), [(0, 1), *(pytest.param(seed, 3, marks=pytest.mark.stress) for seed in range(1, 6))]
)
def test_a_broker_killed_at_any_moment_loses_no_batch_and_no_bulletin(
    seed: int, rounds: int, cast, site: Site, tmp_path: Path
):
    luck, desk = random.Random(seed), Desk(site.address, cast.secretary)
    files = (file_of(tmp_path, str(number)) for number in range(100))
    # While nobody works, with messages waiting: they are gone, and one upload has none from the start.
    batches = [desk.upload(next(files)), desk.upload(next(files))]
    assert site.broker.waiting() == 2
    batches.append(site.restart_broker(lambda: desk.upload(next(files))))
    assert site.broker.waiting() == 0
    site.work()
    wait_until_all_are(BatchState.CHECKED, batches)
    for _ in range(rounds):
        for batch in batches:
            desk.commit(batch)
        new = [desk.upload(next(files)), desk.upload(next(files))]
        time.sleep(luck.uniform(0, 0.4))  # amid checks and commits: where is left to chance
        new.append(site.restart_broker(lambda: desk.upload(next(files))))
        wait_until_all_are(BatchState.COMMITTED, batches)
        wait_until_all_are(BatchState.CHECKED, new)
        assert_entered_once(batches)
        batches = new
    campaign = load_preset("henan-2018", province=cast.province)
    campaign.ends_on = campaign.starts_on = days.today() - dt.timedelta(days=1)
    campaign.save()
    wait_for(lambda: Bulletin.objects.filter(campaign=campaign, state=BulletinState.DONE).exists())


def test_a_worker_outlives_its_broker_in_the_middle_of_a_task(cast, site: Site, tmp_path: Path):
    """Celery 5.7.0 does not: it ends when the connection breaks while one task runs and it waits for more."""
    desk = Desk(site.address, cast.secretary)
    site.work()
    with Celery(broker=site.broker.url) as sender:
        sender.send_task("nap", (6,))
    wait_for(lambda: site.broker.count("hlen", "unacked") == 1)
    batch = site.restart_broker(lambda: desk.upload(file_of(tmp_path, "1")))
    wait_until_all_are(BatchState.CHECKED, [batch])


@pytest.mark.stress
def test_a_broker_that_hangs_keeps_nobody_waiting_for_ever(cast, site: Site, tmp_path: Path):
    desk = Desk(site.address, cast.secretary)
    first = desk.upload(file_of(tmp_path, "1"))
    os.kill(site.broker.process.pid, signal.SIGSTOP)
    second = desk.upload(file_of(tmp_path, "2"))
    os.kill(site.broker.process.pid, signal.SIGCONT)
    site.work()
    wait_until_all_are(BatchState.CHECKED, [first, second])
