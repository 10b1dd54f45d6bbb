"""Two commits of one batch at once, and processes killed in the middle: entered once, never half."""

import os
import random
import signal
import subprocess
import sys
import threading
import time

import pytest
from django.db import connection, connections, transaction

from zhtj.imports import actions, pipeline, review
from zhtj.imports.models import BatchState, ImportBatch
from zhtj.imports.pipeline import beside, states
from zhtj.lib import days, locks

from orgs.models import AuditEntry
from orgs.scopes import actor_for

from tests.conftest import Clock
from tests.imports import rooms
from tests.waiting import lock_waiters

GOOD = [(f"果{number}", str(number % 50)) for number in range(40)]


def in_threads(work, count):
    """Run `work` in threads, each on its own connection, started together."""
    gate, failures = threading.Barrier(count), []

    def run():
        try:
            gate.wait()
            work()
        except Exception as error:
            failures.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def written(batch):
    return AuditEntry.objects.filter(action="fruit.import", batch_id=batch.pk).count()


@pytest.mark.django_db(transaction=True)
def test_many_workers_on_one_batch_check_and_commit_it_once(uploaded, cast, stall):
    batch = uploaded(GOOD)
    in_threads(lambda: pipeline.check(batch.pk), 4)
    batch.refresh_from_db()
    assert (batch.state, batch.revision) == (BatchState.CHECKED, 1)
    asked = []
    in_threads(lambda: asked.append(actions.ask_commit(actor_for(cast.secretary), batch=batch)), 4)
    assert sorted(asked) == [False, False, False, True]
    in_threads(lambda: pipeline.commit(batch.pk), 4)
    batch.refresh_from_db()
    assert (batch.state, batch.entered_count, written(batch)) == (BatchState.COMMITTED, 40, 1)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_commit_whose_lease_ran_out_but_lives_is_not_done_twice(checked, cast, stall, clock: Clock):
    batch = checked(GOOD)
    actions.ask_commit(actor_for(cast.secretary), batch=batch)

    def meanwhile():
        clock.forward(minutes=5)
        in_threads(lambda: pipeline.commit(batch.pk), 2)

    stall.on_write = meanwhile
    pipeline.commit(batch.pk)
    batch.refresh_from_db()
    assert (batch.state, written(batch), len(stall.written)) == (BatchState.COMMITTED, 1, 40)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_commit_waits_for_who_only_looks_whether_the_batch_is_free(checked, cast, stall, monkeypatch):
    batch, holds, over = checked(GOOD), threading.Event(), threading.Event()
    actions.ask_commit(actor_for(cast.secretary), batch=batch)

    def look():
        with transaction.atomic():
            assert locks.try_exclusive(f"import:{batch.pk}")
            holds.set()
            while not (lock_waiters() or over.wait(0.01)):
                pass

    looker = threading.Thread(target=in_threads, args=(look, 1))
    take = states.take_for_commit

    def take_and_be_looked_at(batch_id):
        transaction.on_commit(lambda: (looker.start(), holds.wait(10)))
        return take(batch_id)

    monkeypatch.setattr(states, "take_for_commit", take_and_be_looked_at)
    pipeline.commit(batch.pk)
    over.set()
    looker.join()
    batch.refresh_from_db()
    assert (batch.state, batch.entered_count, written(batch)) == (BatchState.COMMITTED, 40, 1)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_progress_is_seen_from_outside_while_a_check_runs(uploaded, monkeypatch):
    batch, seen = uploaded(GOOD), []
    monkeypatch.setattr("zhtj.imports.pipeline.checking.SECONDS_BETWEEN_BEATS", 0)
    beat = states.beat

    def look(*args, **more):
        beat(*args, **more)
        in_threads(lambda: seen.append(ImportBatch.objects.get(pk=batch.pk).done_count), 1)

    monkeypatch.setattr(states, "beat", look)
    pipeline.check(batch.pk)
    assert seen[-1] == 40 and sorted(seen) == seen


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_progress_is_seen_from_outside_while_a_commit_runs(checked, cast, monkeypatch):
    batch, told = checked(GOOD), threading.Event()
    actions.ask_commit(actor_for(cast.secretary), batch=batch)
    taken = states.take_for_commit(batch.pk)
    monkeypatch.setattr("zhtj.imports.pipeline.beside.SECONDS_BETWEEN_BEATS", 0)
    beat = states.beat

    def look(*args, **more):
        beat(*args, **more)
        if args[1] == 17:
            told.set()

    monkeypatch.setattr(states, "beat", look)
    with beside.told(taken) as report, transaction.atomic():
        report(17)
        assert told.wait(10)
        batch.refresh_from_db()
        waiting = review.waiting(batch, days.now())
    assert (batch.done_count, waiting["rows"], waiting["percent"]) == (17, 40, 42)


WORKER = """
import django
django.setup()
from tests.imports import fruit
from zhtj.imports import pipeline, registry
registry.KINDS["fruit"] = fruit.KIND
print("ready", flush=True)
pipeline.{step}({batch})
"""


def killed_at_random(step, batch, environment, luck):
    """Run one step in a process of its own and kill it after a random while."""
    code = WORKER.format(step=step, batch=batch.pk)
    environment = {**environment, "DJANGO_SETTINGS_MODULE": "zhtj.settings"}
    process = subprocess.Popen([sys.executable, "-c", code], env=environment, stdout=subprocess.PIPE)
    process.stdout.readline()
    time.sleep(luck.uniform(0, 0.25))  # the point of the test: where it hits is left to chance
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()
    rooms.see_out()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("seed", range(3))
def test_a_process_killed_anywhere_leaves_a_batch_that_can_be_done_again(
    seed, uploaded, cast, stall, clock: Clock, child_environment
):
    luck = random.Random(seed)
    batch = uploaded(GOOD)
    killed_at_random("check", batch, child_environment, luck)
    ImportBatch.objects.filter(pk=batch.pk, lease_until__isnull=False).update(lease_until=clock.now())
    clock.forward(minutes=3)
    pipeline.check(batch.pk)
    batch.refresh_from_db()
    assert (batch.state, batch.ok_count) == (BatchState.CHECKED, 40)
    actions.ask_commit(actor_for(cast.secretary), batch=batch)
    killed_at_random("commit", batch, child_environment, luck)
    ImportBatch.objects.filter(pk=batch.pk, lease_until__isnull=False).update(lease_until=clock.now())
    clock.forward(minutes=3)
    pipeline.commit(batch.pk)
    batch.refresh_from_db()
    assert (batch.state, written(batch)) == (BatchState.COMMITTED, 1)


@pytest.mark.django_db(transaction=True)
def test_nothing_of_a_commit_is_seen_before_all_of_it(checked, cast, stall):
    batch = checked(GOOD)
    actions.ask_commit(actor_for(cast.secretary), batch=batch)
    seen = []
    if connection.vendor == "postgresql":
        stall.on_write = lambda: in_threads(lambda: seen.append(written(batch)), 1)
    pipeline.commit(batch.pk)
    assert seen in ([], [0])
    assert written(batch) == 1
    assert not transaction.get_connection().in_atomic_block
