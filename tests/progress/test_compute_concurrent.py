"""The bulletin under concurrency: late committers, two at once, killed half way. PostgreSQL."""

import datetime as dt
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from zhtj.lib import days, locks
from zhtj.lib.problems import Refused

from progress import actions
from progress.actions import openings
from progress.models import Bulletin, BulletinBranch, BulletinState, BulletinUnit, GateOpening

from tests import world
from tests.imports.test_concurrency import in_threads
from tests.progress.conftest import DAY, Scene, at, whole
from tests.waiting import lock_waiters

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

ROOT = Path(__file__).resolve().parents[2]
COMMAND = [sys.executable, "manage.py", "compute_bulletin", "--day", DAY.isoformat(), "--json"]
NEXT = DAY + dt.timedelta(days=1)
PATIENCE = 30  # seconds


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(initializer=connections.close_all) as pool:
        yield pool


def wait_until_blocked(count: int = 1) -> None:
    """Until `count` sessions of this database wait for a lock."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if lock_waiters() >= count:
            return
        time.sleep(0.02)
    raise AssertionError("nobody waits for a lock")


def test_an_entry_stamped_before_the_cutoff_and_committed_after_it_is_counted(
    scene: Scene, threads: ThreadPoolExecutor
) -> None:
    may_commit = threading.Event()
    has_stamped = threading.Event()

    def enter() -> None:
        with transaction.atomic():
            world.member(scene.cast.third_branch, from_at=locks.entry_stamp())
            has_stamped.set()
            assert may_commit.wait(PATIENCE)
        connection.close()

    def compute() -> Bulletin:
        try:
            return actions.compute_bulletin(scene.campaign, DAY, now=days.now())
        finally:
            connection.close()

    scene.clock.set(at(DAY, 7, 59, 59))
    entering = threads.submit(enter)
    assert has_stamped.wait(PATIENCE)
    scene.clock.set(at(DAY, 8, 0, 1))
    computing = threads.submit(compute)
    wait_until_blocked()
    may_commit.set()
    entering.result(PATIENCE)
    bulletin = computing.result(PATIENCE)
    assert bulletin.branches.get(code=scene.cast.third_branch.code).members == 1


def test_two_processes_at_once_make_one_bulletin(scene: Scene, child_environment: dict[str, str]) -> None:
    children = [
        subprocess.Popen(
            COMMAND,
            cwd=ROOT,
            env=child_environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    outputs = [child.communicate(timeout=PATIENCE * 2) for child in children]
    assert [child.returncode for child in children] == [0, 0], outputs
    bulletin = Bulletin.objects.get()
    assert (bulletin.state, bulletin.units.count()) == (BulletinState.DONE, 8)


def test_a_process_killed_while_writing_leaves_a_row_the_next_one_finishes(
    scene: Scene, child_environment: dict[str, str]
) -> None:
    with transaction.atomic():
        with connection.cursor() as cursor:  # the child stops between its lines and its branches
            cursor.execute("LOCK TABLE progress_bulletinbranch IN SHARE ROW EXCLUSIVE MODE")
        child = subprocess.Popen(
            COMMAND, cwd=ROOT, env=child_environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        wait_until_blocked()
        child.send_signal(signal.SIGKILL)
        child.wait(PATIENCE)
    stuck = Bulletin.objects.get()
    assert (stuck.state, stuck.units.count()) == (BulletinState.STARTED, 0)
    finished = actions.compute_bulletin(scene.campaign, DAY, now=at(DAY, 9))
    assert (finished.pk, finished.state) == (stuck.pk, BulletinState.DONE)
    lines = whole(finished)
    again = actions.compute_bulletin(scene.campaign, DAY, now=at(DAY, 10), recompute=True)
    assert whole(again) == lines


def test_entries_wait_only_for_an_instant(scene: Scene, threads: ThreadPoolExecutor) -> None:
    """While the lines are counted and written, entering goes on."""

    def enter() -> dt.datetime:
        try:
            with transaction.atomic():
                stamp = locks.entry_stamp()
                world.member(scene.cast.third_branch, from_at=stamp)
                return stamp
        finally:
            connection.close()

    scene.clock.set(at(DAY, 8, 1))
    taking = actions.bulletins.photograph.take
    entered: list[dt.datetime] = []

    def take_while_someone_enters(*args: object) -> object:
        entered.append(threads.submit(enter).result(PATIENCE))
        return taking(*args)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(actions.bulletins.photograph, "take", take_while_someone_enters)
        bulletin = actions.compute_bulletin(scene.campaign, DAY, now=days.now())
    assert len(entered) == 1
    assert bulletin.branches.get(code=scene.cast.third_branch.code).members == 0


def test_no_query_of_a_computation_joins_rows_the_database_has_not_counted_yet(scene: Scene) -> None:
    """Two bulletins of this minute, joined: taken for one row each, looked through row by row, for hours."""
    scene.compute()
    with CaptureQueriesContext(connection) as asked:
        scene.compute(NEXT)
    of_branches = [query["sql"] for query in asked if 'FROM "progress_bulletinbranch"' in query["sql"]]
    assert of_branches
    assert not [statement for statement in of_branches if "JOIN" in statement]


def test_the_database_counts_the_rows_of_every_bulletin_soon(scene: Scene) -> None:
    """In a campaign of a hundred days a new one is a hundredth of the table."""
    with connection.cursor() as cursor:
        for model in (BulletinUnit, BulletinBranch):
            cursor.execute("SELECT reloptions FROM pg_class WHERE relname = %s", [model._meta.db_table])
            assert "autovacuum_analyze_scale_factor=0" in cursor.fetchone()[0]


def test_of_two_publishers_and_a_correction_at_once_one_comes_first_and_what_was_seen_is_out(
    scene: Scene,
) -> None:
    """Whichever is first: what is published is the computation that was looked at, once."""
    seen, staff = scene.compute(), world.actor(scene.cast.staff)
    told: list[str] = []

    def publish() -> None:
        try:
            found = Bulletin.objects.get(day=DAY, revision=1)
            actions.publish_bulletin(staff, bulletin=found, seen=seen.computed_at)
            told.append("published")
        except Refused as refused:
            told.extend(problem.code for problem in refused.problems)

    def correct() -> None:
        campaign = scene.campaign
        now = days.now() + dt.timedelta(minutes=5)
        actions.recompute_bulletin(staff, campaign=campaign, day=DAY, now=now, reason="核对")

    turns = iter([publish, publish, correct])
    in_threads(lambda: next(turns)(), 3)
    first, *later = Bulletin.objects.filter(day=DAY).order_by("revision")
    if first.state == BulletinState.PUBLISHED:
        assert first.computed_at == seen.computed_at and sorted(told) == ["bulletin.not_done", "published"]
        assert [found.state for found in later] == [BulletinState.DONE]
    else:
        assert set(told) <= {"bulletin.not_done", "bulletin.computed_again"} and not later


def test_a_request_answered_while_its_region_is_found_to_have_reached_the_rate_stops_neither(
    scene: Scene, threads: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer waits for the bulletin, which has the request before it records the opening."""
    asked = actions.ask_early_opening(
        world.actor(scene.cast.city_admin),
        stage=scene.campaign.stages.get(key="members_other"),
        region=scene.cast.city,
        reason="已准备就绪",
    )
    scene.expect(scene.cast.city, 40)
    in_force, answers = openings.in_force, []

    def answer() -> str:
        try:
            actions.decide_early_opening(world.actor(scene.cast.staff), asked=asked, agree=True)
            return "agreed"
        except Refused as refused:
            return refused.problems[0].code
        finally:
            connections.close_all()

    def meanwhile(*given: object) -> object:
        found = in_force(*given)
        answers.append(threads.submit(answer))
        wait_until_blocked()
        return found

    monkeypatch.setattr(openings, "in_force", meanwhile)
    assert scene.compute().state == BulletinState.DONE
    assert answers[0].result(PATIENCE) == "request.decided_already"
    assert GateOpening.objects.get(region=scene.cast.city).reason == GateOpening.Reason.RATE
