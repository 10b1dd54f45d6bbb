"""What `manage.py doctor` finds, check by check."""

import datetime as dt
import json
from io import StringIO

import pytest
from django.core.management import call_command

from zhtj import health, tasks
from zhtj.health import Level
from zhtj.imports.models import BatchState, ImportBatch
from zhtj.lib import days

from orgs import audit, sealing
from orgs.models import AuditEntry, OrgUnit
from orgs.scopes import Actor
from progress.models import Bulletin, BulletinState, Campaign
from progress.presets import load_preset

from tests import world

pytestmark = pytest.mark.django_db


def level(check):
    return check(days.now()).level


def test_a_worker_never_seen_is_a_warning():
    assert level(health.worker_is_alive) is Level.WARNING


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [(0, Level.OK), (3, Level.OK), (4, Level.WARNING), (15, Level.WARNING), (16, Level.CRITICAL)],
)
def test_a_silent_worker_gets_worse_with_time(clock, minutes, expected):
    tasks.beat()
    clock.forward(minutes=minutes)
    assert level(health.worker_is_alive) is expected


def test_a_fault_in_the_tree_is_critical(cast):
    assert level(health.tree_is_sound) is Level.OK
    OrgUnit.objects.filter(pk=cast.branch.pk).update(lft=cast.city.rght + 1, rght=cast.city.rght + 2)
    assert level(health.tree_is_sound) is Level.CRITICAL


class TestBulletins:
    @pytest.fixture
    def campaign(self):
        return load_preset("henan-2018", province=world.province())

    def at(self, clock, hour, minute=0):
        clock.set(dt.datetime(2018, 11, 23, hour, minute))
        return level(health.bulletins_are_up_to_date)

    def photograph(self, campaign, day, state):
        Bulletin.objects.create(
            campaign=campaign, day=day, state=state, cutoff_at=days.now(), started_at=days.now()
        )

    def test_without_a_campaign_nothing_is_missing(self):
        assert level(health.bulletins_are_up_to_date) is Level.OK

    def test_it_may_take_ten_minutes_to_compute(self, campaign, clock):
        assert self.at(clock, 8, 10) is Level.OK
        assert self.at(clock, 8, 11) is Level.CRITICAL

    def test_before_the_cutoff_yesterday_counts(self, campaign, clock):
        self.photograph(campaign, dt.date(2018, 11, 22), BulletinState.PUBLISHED)
        assert self.at(clock, 7, 59) is Level.OK

    def test_unpublished_from_a_quarter_to_nine_is_a_warning_and_after_ten_to_nine_critical(
        self, campaign, clock
    ):
        self.photograph(campaign, dt.date(2018, 11, 23), BulletinState.DONE)
        assert self.at(clock, 8, 44) is Level.OK
        assert self.at(clock, 8, 45) is Level.WARNING
        assert self.at(clock, 8, 50) is Level.WARNING
        assert self.at(clock, 8, 51) is Level.CRITICAL

    def test_a_failed_check_is_critical_at_once_and_says_why(self, campaign, clock):
        self.photograph(campaign, dt.date(2018, 11, 23), BulletinState.DONE)
        Bulletin.objects.update(checks=[{"name": "sums", "ok": False, "detail": "上下级合计不符"}])
        assert self.at(clock, 8, 1) is Level.CRITICAL
        assert "上下级合计不符" in health.bulletins_are_up_to_date(days.now()).message

    def test_a_rehearsal_is_nobodys_duty(self, campaign, clock):
        Campaign.objects.update(is_active=False, rehearses=campaign)
        assert self.at(clock, 9) is Level.OK

    def test_one_begun_and_never_finished_is_missing(self, campaign, clock):
        self.photograph(campaign, dt.date(2018, 11, 23), BulletinState.STARTED)
        assert self.at(clock, 9) is Level.CRITICAL

    def test_after_the_campaign_nothing_is_due(self, campaign, clock):
        clock.set(dt.datetime(2019, 3, 1, 9))
        assert level(health.bulletins_are_up_to_date) is Level.OK


class TestBatches:
    @pytest.mark.parametrize(
        ("state", "age", "lease", "expected"),
        [
            (BatchState.CHECKING, 11, None, Level.WARNING),
            (BatchState.UPLOADED, 11, None, Level.WARNING),
            (BatchState.COMMITTING, 11, -1, Level.WARNING),
            (BatchState.CHECKING, 11, 1, Level.OK),  # a worker is on it
            (BatchState.CHECKING, 10, None, Level.OK),
            (BatchState.CHECKED, 600, None, Level.OK),  # waits for a person
        ],
    )
    def test_only_a_batch_nobody_works_on_is_stuck(self, cast, state, age, lease, expected):
        now = days.now()
        ImportBatch.objects.create(
            kind="members",
            unit=cast.branch,
            uploaded_by=cast.secretary,
            uploaded_at=now,
            file_name="a.xlsx",
            file_size=1,
            file_digest="0" * 64,
            state=state,
            state_at=now - dt.timedelta(minutes=age),
            lease_until=now + dt.timedelta(minutes=lease) if lease else None,
        )
        assert level(health.batches_move) is expected


def test_an_audit_entry_changed_after_it_was_sealed_is_critical():
    for _ in range(3):
        audit.record(Actor(None, door="command"), "test.something")
    sealing.seal_entries()
    assert level(health.audit_is_sealed) is Level.OK
    AuditEntry.objects.filter(seal_number=2).update(action="test.nothing")
    finding = health.audit_is_sealed(days.now())
    assert finding.level is Level.CRITICAL and "第 2 条" in finding.message


def test_audit_entries_unsealed_for_long_are_a_warning(clock):
    audit.record(Actor(None, door="command"), "test.something")
    assert level(health.audit_is_sealed) is Level.OK
    clock.forward(minutes=11)
    assert level(health.audit_is_sealed) is Level.WARNING
    sealing.seal_entries()
    assert level(health.audit_is_sealed) is Level.OK


def test_the_command_says_it_in_json_and_in_its_exit_status():
    out = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("doctor", "--json", stdout=out)
    report = json.loads(out.getvalue())
    assert ended.value.code == 1
    assert report["status"] == "WARNING"
    assert [check["name"] for check in report["checks"]] == list(health.CHECKS)


def test_all_well_is_exit_status_0():
    tasks.beat()
    out = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("doctor", "--only", "worker", stdout=out)
    assert ended.value.code == 0
    assert out.getvalue().splitlines()[-1] == "OK"
