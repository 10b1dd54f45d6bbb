"""The moments between two steps: somebody acts just then, a worker lives on unheard, a message is lost."""

import threading
from unittest.mock import Mock, patch

import pytest
from django.db import OperationalError, transaction
from kombu.exceptions import OperationalError as BrokerDown

from zhtj.imports import actions, listing, pipeline, tasks, undoing
from zhtj.imports.models import BatchState, RowOutcome
from zhtj.imports.pipeline import beside, states, sweeping
from zhtj.lib import jobs
from zhtj.lib.problems import Refused

from orgs.scopes import actor_for

from tests import workbooks
from tests.conftest import Clock
from tests.imports import rooms
from tests.imports.test_concurrency import in_threads
from tests.waiting import lock_waiters

GOOD = [("苹果", "3"), ("梨", "4")]


def died(take, batch, clock: Clock, times: int = 1):
    """Workers that took the batch and were never heard of again; the last one's hold on it."""
    for _ in range(times):
        taken = take(batch.pk)
        clock.forward(minutes=3)
    return taken


# --- a worker that lives, unheard -----------------------------------------------------------------


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_third_commit_that_is_still_writing_is_not_given_up(
    checked, cast, stall, clock: Clock, monkeypatch
):
    monkeypatch.setattr(beside, "SECONDS_BETWEEN_BEATS", 60)
    batch = checked(GOOD)
    actions.ask_commit(actor_for(cast.secretary), batch=batch)
    died(states.take_for_commit, batch, clock, times=2)

    def meanwhile():
        clock.forward(minutes=5)
        in_threads(pipeline.stale, 1)

    stall.on_write = meanwhile
    pipeline.commit(batch.pk)
    batch.refresh_from_db()
    assert (batch.state, batch.remark, stall.written) == (BatchState.COMMITTED, "", [2, 3])


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_beat_that_fails_is_followed_by_the_next(checked, cast, monkeypatch):
    batch, told = checked(GOOD), threading.Event()
    actions.ask_commit(actor_for(cast.secretary), batch=batch)
    taken = states.take_for_commit(batch.pk)
    monkeypatch.setattr(beside, "SECONDS_BETWEEN_BEATS", 0)
    beat, failures = states.beat, [OperationalError("cut")]

    def shaky(*args):
        if failures:
            raise failures.pop()
        beat(*args)
        told.set()

    monkeypatch.setattr(states, "beat", shaky)
    with beside.told(taken), transaction.atomic():
        assert told.wait(10)


@pytest.mark.django_db
def test_a_worker_thought_dead_does_not_act_for_the_commit_asked_anew(checked, cast, clock: Clock):
    batch = checked(GOOD)
    actions.ask_commit(actor_for(cast.secretary), batch=batch)
    slow = states.take_for_commit(batch.pk)
    clock.forward(minutes=3)
    died(states.take_for_commit, batch, clock, times=2)
    pipeline.stale()
    batch.refresh_from_db()
    assert (batch.state, batch.attempts) == (BatchState.CHECKED, 0)
    actions.ask_commit(actor_for(cast.secretary), batch=batch)
    fresh = states.take_for_commit(batch.pk)
    assert (fresh.attempts, fresh.revision) == (slow.attempts, slow.revision)
    with pytest.raises(states.Superseded):
        states.leave(slow, BatchState.CHECKED)
    states.leave(fresh, BatchState.COMMITTED)


# --- somebody else, just then ---------------------------------------------------------------------


@pytest.mark.django_db
def test_a_commit_asked_while_somebody_mends_a_row_says_so(checked, cast):
    batch = checked([*GOOD, ("坏苹果", "1")])
    seen = actions.ImportBatch.objects.get(pk=batch.pk)
    actions.mend_row(actor_for(cast.secretary), batch=batch, number=4, typed={"fruit": "桃"})
    with pytest.raises(Refused) as refused:
        actions.ask_commit(actor_for(cast.secretary), batch=seen, revision=seen.revision)
    assert [problem.code for problem in refused.value.problems] == ["batch.checked_anew"]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("deed", ["mend", "skip"])
def test_a_row_mended_or_skipped_is_not_put_on_the_list_the_same_moment(deed, cast, monkeypatch):
    rows = [rooms.HEAD, rooms.under_age("王一"), rooms.under_age("王二")]
    batch = rooms.run(cast.secretary, cast.branch, workbooks.xlsx(rows))
    secretary, find, refusals = actor_for(cast.secretary), actions._row_in_hand, []

    def put_on_list():
        try:
            listing.put_on_list(secretary, batch=batch, numbers=[2])
        except Refused as refusal:
            refusals.extend(problem.code for problem in refusal.problems)

    other = threading.Thread(target=in_threads, args=(put_on_list, 1))

    def found_and_listed_by_another(*args):
        row = find(*args)
        other.start()
        while other.is_alive() and not lock_waiters():
            pass
        return row

    monkeypatch.setattr(actions, "_row_in_hand", found_and_listed_by_another)
    if deed == "mend":
        actions.mend_row(secretary, batch=batch, number=2, typed={"joined_on": "2018-10"})
    else:
        actions.skip_row(secretary, batch=batch, number=2)
    other.join()
    assert refusals == ["batch.not_ready"]
    row = batch.rows.get(number=2)
    assert row.listed == {} and row.outcome == (RowOutcome.MEND if deed == "mend" else RowOutcome.SKIPPED)


class Deadlock(Exception):
    pgcode = "40P01"


@pytest.mark.django_db
def test_two_that_undo_what_the_other_touched_are_told_and_may_try_again(cast):
    batch = rooms.members_of(cast.secretary, cast.branch, *rooms.people("王一"))
    deadlock = OperationalError("deadlock detected")
    deadlock.__cause__ = Deadlock()
    with patch.object(undoing, "_ask", side_effect=deadlock), pytest.raises(Refused) as refused:
        undoing.undo(actor_for(cast.secretary), batch=batch)
    assert [problem.code for problem in refused.value.problems] == ["batch.undo_moved"]
    assert undoing.undo(actor_for(cast.secretary), batch=batch).withdrawn == 1


# --- messages and sweeps --------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_sweep_names_the_oldest_and_the_others_when_their_turn_comes(uploaded, clock: Clock, monkeypatch):
    monkeypatch.setattr(sweeping, "AT_ONCE", 2)
    first, second, third = (uploaded(GOOD) for _ in range(3))
    clock.forward(minutes=1)
    assert pipeline.stale().to_check == [first.pk, second.pk]
    pipeline.check(first.pk)
    assert pipeline.stale().to_check == [second.pk, third.pk]


@pytest.mark.django_db
def test_an_expiry_that_is_killed_half_way_leaves_the_batch_to_the_next(checked, clock: Clock):
    batch = checked([*GOOD, ("坏苹果", "1")])
    clock.forward(days=31)
    old, rows = sweeping._old, Mock()
    rows.filter.return_value.delete.side_effect = SystemExit
    with (
        patch.object(sweeping, "_old", lambda *args: (Mock(), old(*args)[1])),
        patch.object(sweeping.ImportRow, "objects", rows),
        pytest.raises(SystemExit),
    ):
        pipeline.expire()
    batch.refresh_from_db()
    assert batch.state == BatchState.CHECKED
    assert pipeline.expire() == 1 and not batch.rows.exists()


@pytest.mark.django_db
def test_without_a_broker_the_first_of_many_files_tries_and_all_wait_for_the_sweep(
    uploaded, clock: Clock, django_capture_on_commit_callbacks
):
    batches = [uploaded(GOOD) for _ in range(3)]
    gone = patch.object(tasks.check_batch, "apply_async", side_effect=BrokerDown("gone"))
    with gone as tried, django_capture_on_commit_callbacks(execute=True):
        tasks.start_check(*batches)
    assert tried.call_count == 1
    clock.forward(minutes=1)
    assert pipeline.stale().to_check == [batch.pk for batch in batches]


def test_only_a_broker_that_is_gone_is_passed_over():
    task = Mock()
    task.name = "a.task"
    assert jobs.send(task, 1)
    for error in (BrokerDown("down"), ConnectionRefusedError()):
        task.apply_async.side_effect = error
        assert not jobs.send(task, 1)
    task.apply_async.side_effect = TypeError("a fault of ours")
    with pytest.raises(TypeError):
        jobs.send(task, 1)
