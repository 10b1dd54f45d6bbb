"""The commands to the letter: JSON on stdout alone, exit statuses; the scheduled tasks."""

import datetime as dt
import json
import logging
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from zhtj.lib import days

from progress import queries, tasks
from progress.models import Bulletin, BulletinState, Campaign

from tests import world
from tests.progress.conftest import DAY, Scene, at

pytestmark = pytest.mark.django_db


def run(*arguments: str, **options: object) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out, stderr=StringIO(), **options)
    return out.getvalue()


def test_compute_bulletin_tells_what_it_made(scene: Scene) -> None:
    scene.clock.set(at(DAY, 8, 1))
    told = json.loads(run("compute_bulletin", "--json"))
    assert list(told) == ["day", "cutoff_at", "state", "revision", "units", "lines", "seconds", "checks"]
    assert told | {"seconds": 0, "checks": []} == {
        "day": "2018-11-24",
        "cutoff_at": "2018-11-24T08:00:00+08:00",
        "state": "done",
        "revision": 1,
        "units": 8,
        "lines": 8 * 14,
        "seconds": 0,
        "checks": [],
    }
    assert all(set(check) == {"name", "ok", "detail"} for check in told["checks"])


def test_the_default_day_is_that_of_the_last_cutoff_passed(scene: Scene) -> None:
    scene.clock.set(at(DAY, 7, 59, 59))
    with pytest.raises(CommandError, match="还没有任何组织"):  # the day before, when nothing was founded
        run("compute_bulletin")
    scene.clock.set(at(DAY, 8))
    assert "2018-11-24 第1版 done" in run("compute_bulletin")


def test_publish_recompute_and_reason(scene: Scene) -> None:
    scene.clock.set(at(DAY, 9))
    assert json.loads(run("compute_bulletin", "--publish", "--json"))["state"] == "published"
    assert json.loads(run("compute_bulletin", "--json"))["revision"] == 1
    with pytest.raises(CommandError, match="必须说明原因") as refused:
        run("compute_bulletin", "--recompute")
    assert refused.value.returncode == 1
    for reason, said in ((" \u200b\udcff\n", "必须说明原因"), ("因" * 201, "最多200个字")):
        with pytest.raises(CommandError, match=said):
            run("compute_bulletin", "--recompute", "--reason", reason)
    why = ("--reason", "基数\udcff更正，\u202e重算")
    told = json.loads(run("compute_bulletin", "--recompute", *why, "--publish", "--json"))
    assert scene.campaign.bulletins.get(revision=2).reason == "基数更正，重算"
    assert (told["state"], told["revision"]) == ("published", 2)


def test_a_bulletin_with_a_failed_check_is_told_and_ends_in_one(scene: Scene) -> None:
    scene.clock.set(at(DAY, 9))
    scene.cast.branch.placements.update(until_at=at(DAY, 7))
    out = StringIO()
    with pytest.raises(CommandError) as failed:
        call_command("compute_bulletin", "--json", stdout=out)
    assert failed.value.returncode == 1
    assert json.loads(out.getvalue())["state"] == "done"
    with pytest.raises(CommandError, match="自检没有通过"):
        run("compute_bulletin", "--publish")
    assert Bulletin.objects.get().state == BulletinState.DONE


@pytest.mark.parametrize("day", ["2018-11-32", "yesterday", ""])
def test_a_day_that_is_none_is_a_wrong_call(scene: Scene, day: str) -> None:
    with pytest.raises(CommandError, match=r"--day: “.*”不是日期，请写成 2018-11-23 的样子。"):
        run("compute_bulletin", "--day", day)


def test_without_a_campaign_the_command_says_what_to_do(scene: Scene) -> None:
    Campaign.objects.update(is_active=False)
    with pytest.raises(CommandError, match="load_preset"):
        run("compute_bulletin")


def test_report_bulletin_prints_the_lines_as_shown(scene: Scene) -> None:
    bulletin = scene.compute()
    printed = json.loads(run("report_bulletin", "--day", str(DAY), "--unit", "HN", "--json"))
    assert printed == queries.report(None, bulletin, scene.cast.province)
    assert "郑州团市委" in run("report_bulletin", "--day", str(DAY), "--unit", "HN")


@pytest.mark.parametrize(
    ("day", "unit", "words"),
    [
        (str(DAY), "nowhere", "没有编码"),
        ("2018-11-30", "HN", "还没有算完"),
        (str(DAY), "NEW", "没有“新团支部”"),
    ],
)
def test_report_bulletin_refuses_what_is_not_there(scene: Scene, day: str, unit: str, words: str) -> None:
    scene.compute()
    world.branch(scene.cast.committee, "新团支部", code="NEW")
    with pytest.raises(CommandError, match=words):
        run("report_bulletin", "--day", day, "--unit", unit, "--json")


# --- the schedule ------------------------------------------------------------------------------


def test_the_scheduled_task_computes_what_is_due_and_may_run_again(scene: Scene) -> None:
    scene.clock.set(at(DAY, 8))
    tasks.compute_due_bulletins()
    tasks.compute_due_bulletins()
    assert [(bulletin.day, bulletin.state) for bulletin in Bulletin.objects.all()] == [(DAY, "done")]


def test_an_unpublished_bulletin_raises_the_alarm_and_a_published_one_does_not(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    scene.clock.set(at(DAY, 8, 44))
    tasks.alarm_unpublished()
    assert not caplog.records
    scene.clock.set(at(DAY, 8, 45))
    tasks.alarm_unpublished()
    assert "尚未算完" in caplog.text
    scene.compute()
    tasks.alarm_unpublished()
    assert "等待核对和发布" in caplog.text
    assert {record.levelno for record in caplog.records} == {logging.ERROR}
    caplog.clear()
    run("compute_bulletin", "--publish")
    tasks.alarm_unpublished()
    assert not caplog.records


def test_the_alarm_names_a_failed_check(scene: Scene) -> None:
    bulletin = scene.compute()
    bulletin.checks[0]["ok"] = False
    bulletin.save()
    (found,) = queries.unpublished(days.now())
    assert (found.lack, found.is_alarm) == (queries.Lack.CHECK_FAILED, True)
    assert found.details == [bulletin.checks[0]["detail"]]


def test_the_alarm_tells_when_the_bulletin_should_be_out_by_the_campaigns_own_cutoff(scene: Scene) -> None:
    scene.campaign.cutoff_time = dt.time(9, 30)
    scene.campaign.save()
    scene.clock.set(at(DAY, 10, 16))
    scene.compute()
    page = world.client(scene.cast.staff).get(reverse("bulletin", args=[DAY])).content.decode()
    assert "10:20 前应当发出" in page
