"""uploaded → checking → checked → committing → committed | refused | failed | expired: each step once."""

import datetime as dt

import pytest
from django.db import OperationalError

from zhtj.imports import actions, pipeline, tasks
from zhtj.imports.models import BatchState, ImportBatch, ImportRow
from zhtj.imports.pipeline import states
from zhtj.lib.problems import Refused

from orgs.models import AuditEntry
from orgs.scopes import actor_for

from tests.conftest import Clock

GOOD = [("苹果", "3"), ("梨", "4")]


def ask(batch, cast, **more):
    return actions.ask_commit(actor_for(cast.secretary), batch=batch, **more)


def codes(refused):
    return [problem.code for problem in refused.value.problems]


def test_an_upload_waits_sealed_and_nothing_is_judged(uploaded):
    batch = uploaded(GOOD)
    assert batch.state == BatchState.UPLOADED
    assert b"PK" not in bytes(batch.file_sealed)[:40]
    assert batch.rows.count() == 0


def test_a_check_counts_and_keeps_only_rows_to_look_at(checked):
    batch = checked([*GOOD, ("", "1"), ("生柿子", ""), ("西瓜", "300")])
    assert (batch.state, batch.row_count, batch.done_count) == (BatchState.CHECKED, 5, 5)
    assert (batch.ok_count, batch.mend_count, batch.rectify_count) == (3, 1, 1)
    kept = dict(batch.rows.values_list("number", "outcome"))
    assert kept == {4: "mend", 5: "rectify", 6: "ok"}


def test_a_second_delivery_of_the_check_does_nothing(checked):
    batch = checked(GOOD)
    pipeline.check(batch.pk)
    again = ImportBatch.objects.get(pk=batch.pk)
    assert (again.revision, again.state) == (1, BatchState.CHECKED)


def test_a_commit_enters_exactly_the_good_rows_once_and_forgets_the_file(checked, cast, stall):
    batch = checked([*GOOD, ("坏苹果", "1")])
    assert ask(batch, cast)
    pipeline.commit(batch.pk)
    pipeline.commit(batch.pk)
    batch.refresh_from_db()
    assert (batch.state, batch.entered_count, batch.committed_by) == (
        BatchState.COMMITTED,
        2,
        cast.secretary,
    )
    assert stall.written == [2, 3]
    assert batch.file_sealed is batch.rows_sealed is batch.judged_sealed is None
    assert AuditEntry.objects.filter(action="fruit.import", batch_id=batch.pk).count() == 1


def test_a_double_click_on_the_commit_asks_once(checked, cast):
    batch = checked(GOOD)
    stale = ImportBatch.objects.get(pk=batch.pk)
    assert ask(batch, cast) is True
    assert ask(stale, cast) is False
    stale.refresh_from_db()
    assert ask(stale, cast) is False


def test_a_commit_of_a_review_that_is_no_longer_current_is_refused(checked, cast):
    batch = checked([*GOOD, ("坏苹果", "1")])
    seen = batch.revision
    actions.check_again(actor_for(cast.secretary), batch=batch)
    pipeline.check(batch.pk)
    batch.refresh_from_db()
    with pytest.raises(Refused) as refused:
        ask(batch, cast, revision=seen)
    assert codes(refused) == ["batch.checked_anew"]


def test_nothing_is_committed_while_something_is_unacknowledged(checked, cast, stall):
    batch = checked([("榴莲", "9")])
    with pytest.raises(Refused) as refused:
        ask(batch, cast)
    assert codes(refused) == ["batch.unacknowledged"]
    assert ask(batch, cast, acknowledge=["fruit.smells"])
    pipeline.commit(batch.pk)
    batch.refresh_from_db()
    assert batch.state == BatchState.COMMITTED
    assert [(tick["code"], tick["by"]) for tick in batch.acknowledged] == [
        ("fruit.smells", cast.secretary.pk)
    ]


def test_attesting_judges_anew_and_ends_its_acknowledgement(checked, cast):
    batch = checked([("苹果", "")])
    assert [a["code"] for a in batch.acknowledgements] == ["identity.evidence_unattested"]
    actions.attest(actor_for(cast.secretary), batch=batch)
    pipeline.check(batch.pk)
    batch.refresh_from_db()
    assert (batch.attest_evidence, batch.acknowledgements, batch.revision) == (True, [], 2)


def test_acknowledging_the_blank_evidence_is_attesting_it(checked, cast):
    batch = checked([("苹果", "")])
    assert ask(batch, cast, acknowledge=["identity.evidence_unattested"])
    pipeline.commit(batch.pk)
    batch.refresh_from_db()
    assert (batch.state, batch.attest_evidence) == (BatchState.COMMITTED, True)


def test_only_faulty_rows_cannot_be_committed(checked, cast):
    with pytest.raises(Refused) as refused:
        ask(checked([("坏苹果", "1")]), cast)
    assert codes(refused) == ["batch.nothing_to_enter"]


def test_the_same_file_again_changes_nothing(checked, cast, stall):
    first = checked(GOOD)
    ask(first, cast)
    pipeline.commit(first.pk)
    second = checked(GOOD)
    assert (second.unchanged_count, second.ok_count) == (2, 0)
    assert ask(second, cast)
    pipeline.commit(second.pk)
    second.refresh_from_db()
    assert (second.state, second.entered_count) == (BatchState.COMMITTED, 0)
    assert stall.written == [2, 3]


def test_a_moved_world_writes_nothing_and_is_checked_anew_in_words(checked, cast, stall):
    batch = checked(GOOD)
    ask(batch, cast)
    stall.stock["苹果"] = "3"
    pipeline.commit(batch.pk)
    batch.refresh_from_db()
    assert (batch.state, batch.revision, batch.unchanged_count, batch.ok_count) == ("checked", 2, 1, 1)
    assert "没有写入任何内容，已重新检查" in batch.remark
    assert stall.written == []
    assert batch.acknowledged == [] and batch.committed_by is None


def test_an_acknowledgement_the_review_did_not_show_counts_as_a_moved_world(checked, cast, stall):
    batch = checked([("榴莲", "9")])
    ask(batch, cast, acknowledge=["fruit.smells"])
    ImportBatch.objects.filter(pk=batch.pk).update(acknowledged=[])
    pipeline.commit(batch.pk)
    batch.refresh_from_db()
    assert (batch.state, stall.written) == ("checked", [])


def test_an_exception_in_a_check_is_said_and_keeps_the_file(checked, stall, caplog):
    stall.explode = "judge"
    batch = checked(GOOD)
    assert batch.state == BatchState.FAILED
    assert batch.problems[0]["code"] == "file.failed"
    assert "没有写入任何内容" in batch.problems[0]["message"]
    assert "ZeroDivisionError" in caplog.text
    assert batch.file_sealed is not None


def test_an_exception_in_a_commit_rolls_back_and_gives_the_review_back(checked, cast, stall):
    batch = checked(GOOD)
    ask(batch, cast)
    stall.explode = "write"
    pipeline.commit(batch.pk)
    batch.refresh_from_db()
    assert (batch.state, stall.written) == (BatchState.CHECKED, [])
    assert "请再提交一次" in batch.remark
    assert not AuditEntry.objects.filter(action="fruit.import").exists()
    stall.explode = ""
    assert ask(batch, cast)
    pipeline.commit(batch.pk)
    assert stall.written == [2, 3]


def test_a_right_lost_since_the_upload_refuses_the_check(uploaded, cast):
    batch = uploaded(GOOD)
    cast.secretary.is_active = False
    cast.secretary.save()
    pipeline.check(batch.pk)
    batch.refresh_from_db()
    assert (batch.state, batch.problems[0]["code"]) == (BatchState.REFUSED, "batch.no_right")


def test_a_right_lost_since_the_check_keeps_the_commit_from_writing(checked, cast, stall):
    batch = checked(GOOD)
    ask(batch, cast)
    cast.secretary.is_active = False
    cast.secretary.save()
    pipeline.commit(batch.pk)
    batch.refresh_from_db()
    assert (batch.state, stall.written) == (BatchState.CHECKED, [])
    assert "没有在" in batch.remark


def test_a_lost_database_leaves_the_batch_to_the_sweep(uploaded, cast, monkeypatch):
    batch = uploaded(GOOD)

    def gone(*args):
        raise OperationalError("the server closed the connection")

    monkeypatch.setattr("tests.imports.fruit.FruitImporter.judge", gone)
    with pytest.raises(OperationalError):
        pipeline.check(batch.pk)
    monkeypatch.undo()
    assert pipeline.stale().to_check == [batch.pk]


class TestSweep:
    def test_it_queues_again_what_no_worker_heard_of(self, uploaded, clock: Clock):
        batch = uploaded(GOOD)
        assert pipeline.stale().to_check == []
        clock.forward(minutes=1)
        assert pipeline.stale().to_check == [batch.pk]
        tasks.sweep()
        batch.refresh_from_db()
        assert batch.state == BatchState.CHECKED

    def test_it_leaves_a_living_worker_alone(self, uploaded, clock: Clock):
        batch = uploaded(GOOD)
        assert states.take_for_check(batch.pk)
        clock.forward(seconds=90)
        assert pipeline.stale().to_check == []
        assert states.take_for_check(batch.pk) is None

    def test_a_heartbeat_extends_the_lease(self, uploaded, clock: Clock):
        batch = states.take_for_check(uploaded(GOOD).pk)
        clock.forward(seconds=90)
        states.beat(batch, 1)
        clock.forward(seconds=90)
        assert pipeline.stale().to_check == []

    def test_a_dead_workers_batch_is_taken_over_and_its_late_result_dropped(self, uploaded, clock: Clock):
        batch = uploaded(GOOD)
        slow = states.take_for_check(batch.pk)
        clock.forward(minutes=3)
        assert pipeline.stale().to_check == [batch.pk]
        pipeline.check(batch.pk)
        with pytest.raises(states.Superseded):
            states.leave(slow, BatchState.REFUSED)
        batch.refresh_from_db()
        assert batch.state == BatchState.CHECKED

    def test_a_dead_commit_is_done_by_the_next(self, checked, cast, stall, clock: Clock):
        batch = checked(GOOD)
        ask(batch, cast)
        states.take_for_commit(batch.pk)
        clock.forward(minutes=3)
        tasks.sweep()
        assert stall.written == [2, 3]

    def test_a_batch_that_kills_its_worker_three_times_waits_for_a_person(self, uploaded, clock: Clock):
        batch = uploaded(GOOD)
        for _ in range(3):
            assert states.take_for_check(batch.pk)
            clock.forward(minutes=3)
        assert pipeline.stale().to_check == []
        batch.refresh_from_db()
        assert (batch.state, batch.problems[0]["code"]) == (BatchState.FAILED, "file.interrupted")
        assert batch.file_sealed is not None

    def test_a_commit_that_dies_three_times_goes_back_to_review(self, checked, cast, clock: Clock):
        batch = checked(GOOD)
        ask(batch, cast)
        for _ in range(3):
            assert states.take_for_commit(batch.pk)
            clock.forward(minutes=3)
        assert pipeline.stale().to_commit == []
        batch.refresh_from_db()
        assert batch.state == BatchState.CHECKED
        assert "多次中断" in batch.remark

    def test_a_batch_nobody_commits_for_thirty_days_expires_with_its_rows(self, checked, clock: Clock):
        batch = checked([*GOOD, ("坏苹果", "1")])
        clock.forward(days=29)
        assert pipeline.expire() == 0
        clock.forward(days=2)
        assert pipeline.expire() == 1
        batch.refresh_from_db()
        assert batch.state == BatchState.EXPIRED
        assert batch.file_sealed is batch.rows_sealed is batch.judged_sealed is None
        assert not ImportRow.objects.filter(batch=batch).exists()

    def test_the_rows_a_commit_left_over_are_removed_after_thirty_days(self, checked, cast, clock: Clock):
        batch = checked([*GOOD, ("坏苹果", "1")])
        ask(batch, cast)
        pipeline.commit(batch.pk)
        assert batch.rows.count() == 1
        clock.forward(days=31)
        pipeline.expire()
        assert batch.rows.count() == 0


def test_the_age_of_a_message_is_measured_by_the_given_clock(uploaded, clock: Clock):
    uploaded(GOOD)
    clock.set(dt.datetime(2018, 11, 23, 10, 0, 20))
    assert pipeline.stale().to_check == []
