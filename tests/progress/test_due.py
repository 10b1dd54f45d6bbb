"""What is due by itself: days missed, computations that stopped, the morning after the last day."""

import datetime as dt
from typing import Any
from unittest.mock import patch

import pytest

from zhtj.lib import days

from orgs.scopes import actor_for
from progress import actions, queries
from progress.actions import due
from progress.models import Bulletin, BulletinState, Campaign

from tests import world
from tests.progress.conftest import DAY, Scene, at

NEXT = DAY + dt.timedelta(days=1)

pytestmark = pytest.mark.django_db


def test_days_missed_are_caught_up_in_order(scene: Scene) -> None:
    scene.compute()
    scene.clock.set(at(DAY + dt.timedelta(days=4), 7, 59))
    computed = actions.compute_due(days.now())
    assert [bulletin.day for bulletin in computed] == [DAY + dt.timedelta(days=n) for n in (1, 2, 3)]
    assert computed[-1].settings["compared_with"] == {
        "1": computed[1].pk,
        "3": Bulletin.objects.get(day=DAY).pk,
    }
    assert actions.compute_due(days.now()) == []


def test_a_stopped_computation_is_due_again(scene: Scene) -> None:
    scene.clock.set(at(DAY, 9))
    with (
        patch("progress.actions.bulletins.frozen.write", side_effect=RuntimeError),
        pytest.raises(RuntimeError),
    ):
        actions.compute_due(days.now())
    assert [bulletin.state for bulletin in actions.compute_due(days.now())] == [BulletinState.DONE]


def test_a_stopped_correction_of_a_published_day_is_due_again(scene: Scene) -> None:
    actions.publish_bulletin(actor_for(scene.cast.staff), bulletin=scene.compute())
    killed = patch("progress.actions.bulletins.frozen.write", side_effect=RuntimeError)
    with killed, pytest.raises(RuntimeError):
        scene.compute(recompute=True, reason="更正")
    (finished,) = actions.compute_due(days.now())
    assert (finished.day, finished.revision, finished.state) == (DAY, 2, BulletinState.DONE)


def test_a_stopped_correction_is_due_though_its_campaign_has_ended(scene: Scene) -> None:
    actions.publish_bulletin(actor_for(scene.cast.staff), bulletin=scene.compute())
    killed = patch("progress.actions.bulletins.frozen.write", side_effect=RuntimeError)
    with killed, pytest.raises(RuntimeError):
        scene.compute(recompute=True, reason="更正")
    Campaign.objects.update(is_active=False)
    (finished,) = actions.compute_due(days.now())
    assert (finished.day, finished.revision, finished.state) == (DAY, 2, BulletinState.DONE)
    assert actions.compute_due(days.now()) == []


def test_what_the_last_day_brings_is_counted_on_the_morning_after(scene: Scene) -> None:
    Campaign.objects.update(ends_on=DAY)
    scene.campaign.stages.update(deadline=DAY)
    scene.compute()
    scene.clock.set(at(DAY, 23, 59))
    world.members(scene.cast.third_branch, 60)
    scene.clock.set(at(NEXT, 8, 45))
    (late,) = queries.unpublished(days.now())
    assert (late.day, late.is_alarm) == (NEXT, True)
    (last,) = actions.compute_due(days.now())
    assert last.units.get(code="HN01").counted("members_school", "") == (100, 100, 100, None)
    lines = queries.report(None, last, scene.cast.province)
    stood = {line["unit"]: line["status"] for line in lines if line["stage"] == "members_other"}
    assert stood["HN01"] == "逾期"


def test_nothing_is_due_of_a_campaign_that_is_not_active_or_over(scene: Scene) -> None:
    scene.campaign.ends_on = DAY
    scene.campaign.save()
    scene.clock.set(at(NEXT, 9) + dt.timedelta(days=9))
    assert [bulletin.day for bulletin in actions.compute_due(days.now())] == [DAY, NEXT]
    scene.campaign.is_active = False
    scene.campaign.ends_on = NEXT
    scene.campaign.save()
    assert actions.compute_due(days.now()) == []


def test_what_stops_one_campaign_stops_no_other_and_is_raised_in_the_end(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Campaign.objects.get(pk=scene.campaign.pk)
    other.pk, other.key, other.province = None, "other", world.province("湖北团省委")
    other.save()
    asked = []

    def compute(campaign: Campaign, day: dt.date, **more: Any) -> Any:
        asked.append(campaign.key)
        raise RuntimeError(campaign.key)

    monkeypatch.setattr(due, "due_days", lambda campaign, now: [DAY, DAY])
    monkeypatch.setattr(due, "compute_bulletin", compute)
    with pytest.raises(RuntimeError):
        actions.compute_due(days.now())
    assert sorted(asked) == sorted([scene.campaign.key, "other"]), "of each its first day, then no later one"
