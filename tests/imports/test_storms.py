"""The desk under kills and crowds, with the members' own importer: once or not at all, one winner each."""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter

import pytest
from django.db import OperationalError, connection

from zhtj.imports import actions, pipeline
from zhtj.imports.models import BatchState, ImportBatch

from members.models import Member
from orgs.models import AuditEntry
from orgs.scopes import actor_for

from tests import workbooks as make
from tests import world
from tests.conftest import Clock
from tests.imports import rooms
from tests.imports.test_concurrency import in_threads

WORKER = """
import django
django.setup()
from zhtj.imports import pipeline
print("ready", flush=True)
pipeline.{step}({batch})
"""
ROWS = 300


def step_killed(step: str, batch: ImportBatch, environment: dict[str, str], luck: random.Random) -> None:
    """One step in a process of its own, killed after a while left to chance: the point of the test."""
    environment = {**environment, "DJANGO_SETTINGS_MODULE": "zhtj.settings"}
    code = WORKER.format(step=step, batch=batch.pk)
    process = subprocess.Popen([sys.executable, "-c", code], env=environment, stdout=subprocess.PIPE)
    assert process.stdout
    process.stdout.readline()
    time.sleep(luck.uniform(0, 0.6))
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()
    rooms.see_out()


def picked_up(batch: ImportBatch, clock: Clock) -> None:
    """What the minutes' sweeps do with a batch whose worker died."""
    clock.forward(minutes=3)  # the lease of a worker that is gone runs out
    due = pipeline.stale()
    for waiting in due.to_check:
        pipeline.check(waiting)
    for waiting in due.to_commit:
        pipeline.commit(waiting)
    batch.refresh_from_db()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "seed", [0, *(pytest.param(seed, marks=pytest.mark.stress) for seed in range(1, 31))]
)
def test_members_are_entered_once_wherever_the_worker_is_killed(
    seed: int, cast, clock: Clock, child_environment, monkeypatch
):
    luck = random.Random(seed)
    data = make.xlsx([rooms.HEAD, *(rooms.person("王一二") for _ in range(ROWS))])
    batch = actions.upload(
        actor_for(cast.secretary), kind="members", unit=cast.branch, file_name="x.xlsx", data=data
    )
    step_killed("check", batch, child_environment, luck)
    ImportBatch.objects.filter(pk=batch.pk).exclude(lease_until=None).update(lease_until=clock.now())
    picked_up(batch, clock)
    assert (batch.state, batch.ok_count) == (BatchState.CHECKED, ROWS)
    assert actions.ask_commit(actor_for(cast.secretary), batch=batch)
    step_killed("commit", batch, child_environment, luck)
    ImportBatch.objects.filter(pk=batch.pk).exclude(lease_until=None).update(lease_until=clock.now())
    picked_up(batch, clock)
    assert (batch.state, batch.entered_count) == (BatchState.COMMITTED, ROWS)
    assert Member.objects.filter(batch_id=batch.pk, until_at=None).count() == ROWS
    assert AuditEntry.objects.filter(action="members.enter", batch_id=batch.pk).count() == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("step", ["check", "commit"])
def test_a_cut_connection_leaves_the_batch_to_the_sweep(step, cast, clock: Clock, monkeypatch):
    batch = rooms.run(
        cast.secretary, cast.branch, make.xlsx([rooms.HEAD, *rooms.people("王一", "王二", "王三")])
    )
    if step == "check":
        actions.check_again(actor_for(cast.secretary), batch=batch)
    else:
        actions.ask_commit(actor_for(cast.secretary), batch=batch)
    where = "members.imports.judge" if step == "check" else "members.actions.enter.write"

    def cut(*args, **more):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    monkeypatch.setattr(where, cut)
    with pytest.raises(OperationalError):
        getattr(pipeline, step)(batch.pk)
    monkeypatch.undo()
    monkeypatch.setattr("zhtj.lib.days.now", clock.now)
    connection.close()
    assert not Member.objects.filter(batch_id=batch.pk).exists()
    due = pipeline.stale()
    assert [*due.to_check, *due.to_commit] == [batch.pk], "at once, not when a lease has run out"
    picked_up(batch, clock)
    assert batch.state == (BatchState.CHECKED if step == "check" else BatchState.COMMITTED)
    assert Member.objects.filter(batch_id=batch.pk).count() == (0 if step == "check" else 3)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("count", [5, pytest.param(20, marks=pytest.mark.stress)])
def test_overlapping_batches_committed_at_once_have_one_winner_a_person(count: int, cast):
    people = [rooms.person("王一二") for _ in range(30)]
    branches = [world.branch(cast.committee) for _ in range(count)]
    luck, batches = random.Random(count), []
    for branch in branches:
        rows = [*luck.sample(people, 12), *(rooms.person("李一二") for _ in range(3))]
        batch = rooms.run(cast.committee_admin, branch, make.xlsx([rooms.HEAD, *rows]))
        assert rooms.counts(batch) == {"ok": 15}
        actions.ask_commit(actor_for(cast.committee_admin), batch=batch)
        batches.append(batch.pk)
    in_turn = iter(batches)
    in_threads(lambda: pipeline.commit(next(in_turn)), count)
    states = Counter(ImportBatch.objects.filter(pk__in=batches).values_list("state", flat=True))
    assert set(states) <= {BatchState.COMMITTED, BatchState.CHECKED} and states[BatchState.COMMITTED]
    held = Counter(Member.objects.filter(until_at=None).values_list("person", flat=True))
    assert held and max(held.values()) == 1
    for batch in ImportBatch.objects.filter(pk__in=batches):
        entered = Member.objects.filter(batch_id=batch.pk).count()
        if batch.state == BatchState.COMMITTED:
            assert entered == 15
        else:
            clash = batch.rows.filter(codes__contains=" national_id.elsewhere ").count()
            assert (entered, batch.mend_count) == (0, clash) and clash
            assert "系统里的情况与检查时不同" in batch.remark
