"""`manage.py backup` and `manage.py restore`: what they say, and their exit statuses."""

import datetime as dt
import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from zhtj import backup, health
from zhtj.health import Level
from zhtj.lib import days
from zhtj.models import Heartbeat

from orgs.models import AuditEntry, User

from tests.backup import handmade
from tests.conftest import Clock


def said(*call: Any) -> tuple[int, str]:
    """Exit status and standard output."""
    out = StringIO()
    try:
        call_command(*call, stdout=out)
    except SystemExit as ended:
        return int(ended.code or 0), out.getvalue()
    except CommandError as error:
        return error.returncode, str(error)
    return 0, out.getvalue()


@pytest.mark.django_db(transaction=True)
def test_into_a_folder_a_backup_gets_a_name_of_its_own_and_can_be_restored(tmp_path: Path) -> None:
    status, answer = said("backup", "-o", tmp_path, "--json")
    told = json.loads(answer)
    path = tmp_path / "zhtj-20181123-100000.backup"
    assert (status, told["state"], told["file"]) == (0, "done", str(path))
    assert told["bytes"] == path.stat().st_size
    assert AuditEntry.objects.get().after["sha256"] == told["sha256"]
    assert said("backup", "-o", path) == (
        1,
        f"{path} 已经存在，没有覆盖。请换一个文件名；确要覆盖请加 --force。",
    )
    assert json.loads(said("restore", path, "--verify", "--json")[1])["sha256"] == told["sha256"]
    status, answer = said("restore", path, "--json")
    assert (status, json.loads(answer)["code"]) == (1, "backup.not_empty")
    status, answer = said("restore", path, "--replace")
    assert status == 0 and answer.startswith("已恢复：2018-11-23 10:00 的备份")


def test_a_wrong_call_is_exit_status_2(tmp_path: Path) -> None:
    assert said("backup", "-o", tmp_path / "nowhere" / "a.backup")[0] == 2
    assert said("restore", tmp_path / "a.backup")[0] == 2
    assert said("restore", tmp_path)[0] == 2


def test_a_file_that_is_no_backup_is_exit_status_1_and_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "a.backup"
    path.write_bytes(b"PK\x03\x04")
    assert said("restore", path) == (1, f"{path} 不是本系统的备份文件。")
    path = handmade.write(path)
    path.write_bytes(path.read_bytes()[:-1])
    status, answer = said("restore", path, "--json")
    assert (status, json.loads(answer)["state"], json.loads(answer)["code"]) == (
        1,
        "refused",
        "backup.damaged",
    )


@pytest.mark.django_db
class TestDoctor:
    def level(self) -> Level:
        return health.backups_are_recent(days.now()).level

    def test_where_nobody_has_an_account_yet_no_backup_is_due(self) -> None:
        assert self.level() is Level.OK

    @pytest.mark.parametrize(
        ("hours", "expected", "in_development"),
        [
            (26, Level.OK, Level.OK),
            (27, Level.WARNING, Level.WARNING),
            (72, Level.WARNING, Level.WARNING),
            (73, Level.CRITICAL, Level.WARNING),
        ],
    )
    def test_without_any_backup_the_days_count_from_the_first_account(
        self, clock: Clock, settings: Any, hours: int, expected: Level, in_development: Level
    ) -> None:
        User.objects.create_user("first", date_joined=days.now())
        clock.forward(hours=hours)
        for settings.DEBUG, level in ((False, expected), (True, in_development)):
            assert self.level() is level

    @pytest.mark.parametrize(
        ("hours", "expected"),
        [(26, Level.OK), (27, Level.WARNING), (72, Level.WARNING), (73, Level.CRITICAL)],
    )
    def test_one_missed_is_a_warning_three_days_are_critical(
        self, clock: Clock, settings: Any, hours: int, expected: Level
    ) -> None:
        settings.DEBUG = True
        User.objects.create_user("first", date_joined=days.now() - dt.timedelta(days=90))
        health.mark(health.BACKUP, days.now())
        clock.forward(hours=hours)
        assert self.level() is expected

    def test_a_backup_that_failed_does_not_count(self, tmp_path: Path) -> None:
        (tmp_path / "a.backup").write_bytes(b"older")
        with pytest.raises(backup.BackupRefused):
            backup.take(tmp_path / "a.backup", now=days.now())
        assert not Heartbeat.objects.exists()
