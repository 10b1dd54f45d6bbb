"""Campaigns one after another: edited, made from earlier ones, begun, ended, rehearsed."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Any
from unittest.mock import patch

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse
from kombu.exceptions import OperationalError as BrokerDown

from zhtj.lib import days
from zhtj.lib.problems import Refused

from orgs.models import AuditEntry
from progress import actions, gate, plans, presets, tasks
from progress.models import Baseline, Bulletin, BulletinState, Campaign, GateOpening, Stage
from progress.plans import Plan, fingerprint

from tests import world
from tests.progress.conftest import DAY, Scene, whole

pytestmark = pytest.mark.django_db


def codes(refusal: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [problem.code for problem in refusal.value.problems]


def change(scene: Scene, plan: Plan, seen: str = "") -> list[str]:
    actor = world.actor(scene.cast.settings_admin)
    return actions.change_campaign(actor, campaign=scene.campaign, plan=plan, seen=seen)


def create(scene: Scene, **changed: Any) -> Campaign:
    given = {"source": scene.campaign, "name": "第二次行动", "starts_on": dt.date(2019, 3, 1)} | changed
    actor = world.actor(scene.cast.settings_admin)
    return actions.create_campaign(actor, province=scene.cast.province, **given)


def rehearse(scene: Scene) -> Campaign:
    return create(scene, name="演练", starts_on=scene.campaign.starts_on, rehearsal=True)


def typed(campaign: Campaign) -> dict[str, Any]:
    """The settings page filled in as it stands."""
    plan = actions.plan_of(campaign)
    data: dict[str, Any] = {
        "seen": fingerprint(plan),
        "name": plan.name,
        "starts_on": plan.starts_on,
        "ends_on": plan.ends_on,
        "plans_due_on": plan.plans_due_on,
        "cutoff_time": "08:00",
        "lag_points": plan.lag_points,
        "gate_mode": plan.gate_mode,
        "direct_counties_rank_apart": "on",
        "stage-new-position": len(plan.stages) + 1,
        "stage-new-measure": "members",
    }
    for index, stage in enumerate(plan.stages):
        data |= {
            f"stage-{index}-position": index + 1,
            f"stage-{index}-name": stage.name,
            f"stage-{index}-measure": stage.measure,
            f"stage-{index}-opens_on": stage.opens_on,
            f"stage-{index}-deadline": stage.deadline,
            f"stage-{index}-domains": list(stage.domains),
            f"stage-{index}-gate": stage.gate,
            f"stage-{index}-gate_percent": plans.in_percent(stage.gate_rate) if stage.gate_rate else "",
        }
    return data


def test_the_plan_of_a_campaign_is_its_preset(empty_scene: Scene) -> None:
    assert actions.plan_of(empty_scene.campaign) == presets.PRESETS["henan-2018"]


def test_a_change_is_told_before_and_after_and_the_same_again_is_none(empty_scene: Scene) -> None:
    plan = actions.plan_of(empty_scene.campaign)
    later = replace(plan.stages[2], deadline=dt.date(2019, 1, 10))
    changed = replace(plan, lag_points=8, stages=(*plan.stages[:2], later, *plan.stages[3:]))
    assert change(empty_scene, changed) == ["lag_points", "members_school.deadline"]
    entry = AuditEntry.objects.get(action="progress.change_campaign")
    assert entry.before == {"lag_points": 5, "members_school.deadline": "2018-12-31"}
    assert entry.after == {"lag_points": 8, "members_school.deadline": "2019-01-10"}
    assert change(empty_scene, changed) == []
    assert AuditEntry.objects.filter(action="progress.change_campaign").count() == 1
    assert actions.plan_of(Campaign.objects.get()) == changed


def test_a_plan_that_contradicts_itself_changes_nothing(empty_scene: Scene) -> None:
    plan = actions.plan_of(empty_scene.campaign)
    with pytest.raises(Refused) as refusal:
        change(empty_scene, replace(plan, ends_on=dt.date(2018, 12, 1), lag_points=0))
    assert {"lag_points.range", "deadline.outside"} <= set(codes(refusal))
    assert actions.plan_of(Campaign.objects.get()) == plan


def test_stages_keep_their_rows_move_up_and_go_unless_something_hangs_on_them(scene: Scene) -> None:
    plan = actions.plan_of(scene.campaign)
    rows = dict(scene.campaign.stages.values_list("key", "pk"))
    organ, grassroots, school, state, other = plan.stages
    freed = replace(other, gate="", gate_rate=None)
    change(scene, replace(plan, stages=(state, freed, organ, grassroots)))
    left = dict(scene.campaign.stages.values_list("key", "pk"))
    assert list(left) == ["members_state", "members_other", "organ_cadres", "grassroots_cadres"]
    assert left == {key: rows[key] for key in left}
    GateOpening.objects.create(
        stage_id=left["members_other"], region=scene.cast.city, opened_on=DAY, reason="early"
    )
    with pytest.raises(Refused) as refusal:
        change(scene, replace(plan, stages=(state, organ)))
    assert codes(refusal) == ["stage.in_use"]
    assert Stage.objects.count() == 4
    assert school.key not in left


def test_whoever_started_from_an_older_state_is_told(empty_scene: Scene) -> None:
    plan = actions.plan_of(empty_scene.campaign)
    change(empty_scene, replace(plan, lag_points=8), fingerprint(plan))
    with pytest.raises(Refused) as refusal:
        change(empty_scene, replace(plan, lag_points=9), fingerprint(plan))
    assert codes(refusal) == ["campaign.changed_meanwhile"]


def test_a_change_means_nothing_to_what_is_published(scene: Scene) -> None:
    bulletin = scene.compute()
    actions.publish_bulletin(world.actor(scene.cast.staff), bulletin=bulletin)
    before, settings = whole(bulletin), bulletin.settings
    client = world.client(scene.cast.province_admin)
    shown = client.get(reverse("bulletin", args=[DAY])).content.decode()
    plan = actions.plan_of(scene.campaign)
    moved = tuple(replace(stage, name=f"新{stage.name}", deadline=plan.ends_on) for stage in plan.stages)
    change(scene, replace(plan, lag_points=50, direct_counties_rank_apart=False, stages=moved))
    bulletin.refresh_from_db()
    assert (whole(bulletin), bulletin.settings) == (before, settings)
    again = client.get(reverse("bulletin", args=[DAY])).content.decode()
    assert _without_tokens(again) == _without_tokens(shown)


def _without_tokens(page: str) -> list[str]:
    return [line for line in page.splitlines() if "csrf" not in line.lower()]


def test_a_new_campaign_is_like_the_one_before_with_its_dates_moved_and_does_not_run(scene: Scene) -> None:
    made = create(scene)
    assert (made.starts_on, made.ends_on, made.is_active) == (
        dt.date(2019, 3, 1),
        dt.date(2019, 5, 31),
        False,
    )
    plan, copy = actions.plan_of(scene.campaign), actions.plan_of(made)
    assert [stage.key for stage in copy.stages] == [stage.key for stage in plan.stages]
    assert copy.stages[4].gate == "members_school"
    assert made.stages.get(key="members_other").gate_stage in made.stages.all()
    assert not made.baselines.exists()
    assert create(scene, name="第三次行动").key != made.key


def test_the_figures_in_force_come_along_when_wanted(scene: Scene) -> None:
    scene.expect(scene.cast.city, 90)  # the 100 before is history
    made = create(scene, with_baselines=True)

    def figures(campaign: Campaign) -> set[tuple[Any, ...]]:
        return set(campaign.baselines.filter(until_at=None).values_list("unit", "domain", "member_count"))

    assert figures(made) == figures(scene.campaign)
    assert Baseline.objects.filter(campaign=made).count() == 5


def test_a_preset_has_no_figures_and_no_rehearsal(scene: Scene) -> None:
    source = presets.PRESETS["henan-2018"]
    for wanted in ({"with_baselines": True}, {"rehearsal": True}):
        with pytest.raises(Refused) as refusal:
            create(scene, source=source, **wanted)
        assert codes(refusal) == ["campaign.source"]
    assert create(scene, source=source).stages.count() == 5


def test_one_runs_at_a_time_and_the_ended_one_stays_readable(scene: Scene) -> None:
    actor = world.actor(scene.cast.settings_admin)
    bulletin = scene.compute()
    actions.publish_bulletin(world.actor(scene.cast.staff), bulletin=bulletin)
    made = create(scene)
    with pytest.raises(Refused) as refusal:
        actions.activate_campaign(actor, campaign=made)
    assert codes(refusal) == ["campaign.another_active"]
    actions.end_campaign(actor, campaign=scene.campaign)
    with pytest.raises(Refused) as refusal:
        actions.end_campaign(actor, campaign=scene.campaign)
    assert codes(refusal) == ["campaign.state"]
    actions.activate_campaign(actor, campaign=made)
    client = world.client(scene.cast.committee_admin)
    assert "第二次行动" in client.get(reverse("campaign")).content.decode()
    page = client.get(reverse("campaign_of", args=[scene.campaign.key])).content.decode()
    address = reverse("bulletin_of", args=[scene.campaign.key, DAY])
    assert address in page
    assert client.get(address).status_code == 200
    files = reverse("bulletin_file", args=[DAY, "txt"]) + f"?campaign={scene.campaign.key}&unit=HN010101"
    assert client.get(files).status_code == 200
    assert client.get(reverse("bulletin", args=[DAY])).status_code == 404, "of the new one there is none"


def test_what_waits_in_an_ended_campaign_is_nobodys_to_do(scene: Scene) -> None:
    cast, campaign = scene.cast, scene.campaign
    actions.ask_early_opening(
        world.actor(cast.city_admin),
        stage=campaign.stages.get(key="members_other"),
        region=cast.city,
        reason="名册已核对",
    )
    asked = {"campaign": campaign, "unit": cast.city, "domain": "school", "reason": "重复统计"}
    actions.ask_adjustment(world.actor(cast.city_admin), change=-5, **asked)
    counts = {"moved_count": 60}
    actions.declare_complete(world.actor(cast.city_admin), counts=counts, **asked)

    def waiting() -> list[str]:
        page = world.client(cast.province_admin).get(reverse("home")).content.decode()
        return [
            kind for kind in ("同步推进申请", "基数调整申请", "录完说明") if f"1 份{kind}等待答复" in page
        ]

    assert waiting() == ["同步推进申请", "基数调整申请", "录完说明"]
    made = create(scene)
    settings = world.actor(cast.settings_admin)
    actions.end_campaign(settings, campaign=campaign)
    actions.activate_campaign(settings, campaign=made)
    assert waiting() == []


def test_only_settings_people_set_up(scene: Scene) -> None:
    plan, province = actions.plan_of(scene.campaign), scene.cast.province
    for user in (scene.cast.staff, scene.cast.city_admin, scene.cast.viewer):
        actor = world.actor(user)
        with pytest.raises(PermissionDenied):
            actions.change_campaign(actor, campaign=scene.campaign, plan=plan)
        with pytest.raises(PermissionDenied):
            actions.end_campaign(actor, campaign=scene.campaign)
        with pytest.raises(PermissionDenied):
            actions.activate_campaign(actor, campaign=scene.campaign)
        with pytest.raises(PermissionDenied):
            actions.create_campaign(actor, source=plan, province=province, name="x", starts_on=DAY)


def test_a_rehearsal_counts_past_days_with_the_figures_of_its_campaign(scene: Scene) -> None:
    real = scene.compute()
    scene.clock.forward(days=3)
    rehearsal = rehearse(scene)
    span = (DAY, DAY + dt.timedelta(days=1))
    asked = actions.ask_rehearsal(
        world.actor(scene.cast.settings_admin),
        campaign=rehearsal,
        first=span[0],
        last=span[1],
        now=days.now(),
    )
    computed = actions.compute_rehearsal(rehearsal.pk, *span, days.now())
    assert [bulletin.day for bulletin in computed] == asked == list(span)
    assert whole(computed[0]) == whole(real)
    assert actions.compute_rehearsal(rehearsal.pk, *span, days.now()) == computed, "twice is once"


def test_days_asked_of_a_rehearsal_are_computed_though_no_message_arrives(
    scene: Scene, django_capture_on_commit_callbacks: Any
) -> None:
    rehearsal = rehearse(scene)
    scene.clock.forward(days=1)
    at = reverse("campaign_rehearse", args=[rehearsal.key])
    gone = patch.object(tasks.compute_rehearsal, "apply_async", side_effect=BrokerDown("gone"))
    with gone as sent, django_capture_on_commit_callbacks(execute=True):
        answer = world.client(scene.cast.province_admin).post(
            at, {"first": str(DAY), "last": str(DAY)}, follow=True
        )
    assert sent.called and "正在后台试算" in answer.content.decode()
    tasks.compute_due_bulletins()
    assert Bulletin.objects.get(campaign=rehearsal).state == BulletinState.DONE


def test_a_rehearsal_never_runs_gates_publishes_or_is_given_out(scene: Scene) -> None:
    scene.compute()
    rehearsal = rehearse(scene)
    actor = world.actor(scene.cast.province_admin)
    (bulletin,) = actions.compute_rehearsal(rehearsal.pk, DAY, DAY, days.now())
    with pytest.raises(Refused) as refusal:
        actions.publish_bulletin(actor, bulletin=bulletin)
    assert codes(refusal) == ["bulletin.rehearsal"]
    with pytest.raises(Refused) as refusal:
        actions.activate_campaign(actor, campaign=rehearsal)
    assert codes(refusal) == ["campaign.rehearsal"]
    with pytest.raises(IntegrityError), transaction.atomic():
        Campaign.objects.filter(pk=rehearsal.pk).update(is_active=True)
    actions.end_campaign(actor, campaign=scene.campaign)
    assert gate.check([scene.cast.village.pk], DAY) == {}
    address = reverse("bulletin_of", args=[rehearsal.key, DAY])
    page = world.client(scene.cast.province_admin).get(address).content.decode()
    assert "演练，不发布" in page
    assert "发布这期通报" not in page
    assert reverse("bulletin_outputs", args=[DAY]) not in page
    assert world.client(scene.cast.city_admin).get(address).status_code == 404
    files = reverse("bulletin_file", args=[DAY, "txt"]) + f"?campaign={rehearsal.key}"
    assert world.client(scene.cast.province_admin).get(files).status_code == 404


@pytest.mark.parametrize(
    ("first", "last"), [(5, 9), (-60, -50), (0, -1)], ids=["to come", "before it began", "backwards"]
)
def test_days_that_cannot_be_rehearsed_are_refused(scene: Scene, first: int, last: int) -> None:
    rehearsal = rehearse(scene)
    with pytest.raises(Refused) as refusal:
        actions.ask_rehearsal(
            world.actor(scene.cast.settings_admin),
            campaign=rehearsal,
            first=DAY + dt.timedelta(days=first),
            last=DAY + dt.timedelta(days=last),
            now=days.now(),
        )
    assert codes(refusal) == ["rehearsal.days"]


def test_the_settings_page_saves_all_or_nothing_and_says_where_it_is_wrong(scene: Scene) -> None:
    client = world.client(scene.cast.settings_admin)
    url = reverse("campaign_edit", args=[scene.campaign.key])
    assert "保存全部设置" in client.get(url).content.decode()
    data = typed(scene.campaign)
    answer = client.post(url, data | {"stage-4-domains": ["school", "rural"], "lag_points": 9})
    assert "“学校”领域同时出现在“学校领域”、“其他领域”" in answer.content.decode()
    assert "没有填写" not in answer.content.decode()
    assert actions.plan_of(scene.campaign).lag_points == 5
    new = {
        "stage-new-position": "1",
        "stage-new-name": "农村先行",
        "stage-new-measure": "members",
        "stage-new-opens_on": "2018-11-05",
        "stage-new-deadline": "2018-11-30",
        "stage-new-domains": ["rural"],
        "stage-new-gate": "",
        "stage-4-domains": ["community", "other"],
        "stage-1-remove": "on",
        "help_line": "0371-12345678",
    }
    assert client.post(url, data | new).status_code == 302
    plan = actions.plan_of(Campaign.objects.get())
    assert [stage.key for stage in plan.stages] == [
        "organ_cadres",
        "stage-1",
        "members_school",
        "members_state",
        "members_other",
    ]
    assert "其他人修改了这项行动的设置" in client.post(url, data).content.decode()
    assert "0371-12345678" in world.client(scene.cast.secretary).get(reverse("rules")).content.decode()


def test_a_rate_with_a_tenth_stays_what_it_is_when_something_else_is_saved(scene: Scene) -> None:
    scene.campaign.stages.filter(key="members_other").update(gate_rate=Decimal("0.705"))
    client = world.client(scene.cast.province_admin)
    url = reverse("campaign_edit", args=[scene.campaign.key])
    (shown,) = (form for form in client.get(url).context["forms"].stages if form.key == "members_other")
    assert shown["gate_percent"].value() == "70.5"
    assert "没有改动" in client.post(url, typed(scene.campaign), follow=True).content.decode()
    client.post(url, typed(scene.campaign) | {"lag_points": 9})
    scene.campaign.refresh_from_db()
    assert scene.campaign.lag_points == 9
    assert scene.campaign.stages.get(key="members_other").gate_rate == Decimal("0.705")


@pytest.mark.parametrize(
    "bad",
    [
        {"starts_on": "昨天"},
        {"stage-0-position": "x\x00"},
        {"cutoff_time": "25:00"},
        {"stage-4-gate": "nobody"},
        {"stage-4-gate_percent": "101"},
        {"stage-new-name": "只有名称"},
    ],
)
def test_what_cannot_be_read_is_said_and_nothing_changes(scene: Scene, bad: dict[str, str]) -> None:
    plan = actions.plan_of(scene.campaign)
    url = reverse("campaign_edit", args=[scene.campaign.key])
    answer = world.client(scene.cast.settings_admin).post(url, typed(scene.campaign) | bad)
    assert answer.status_code == 200
    assert "没有保存" in answer.content.decode()
    assert actions.plan_of(scene.campaign) == plan


def test_a_province_makes_begins_ends_and_rehearses_on_its_pages(
    scene: Scene, django_capture_on_commit_callbacks: Any
) -> None:
    scene.compute()
    client = world.client(scene.cast.province_admin)
    url = reverse("campaign_list")
    data = {"source": scene.campaign.key, "name": "演练一次", "starts_on": "2018-11-01", "rehearsal": "on"}
    assert client.post(url, data).status_code == 302
    rehearsal = Campaign.objects.get(name="演练一次")
    at = reverse("campaign_rehearse", args=[rehearsal.key])
    with django_capture_on_commit_callbacks(execute=True):
        client.post(at, {"first": str(DAY), "last": str(DAY)})
    assert Bulletin.objects.filter(campaign=rehearsal).count() == 1
    page = client.get(reverse("campaign_of", args=[rehearsal.key])).content.decode()
    assert reverse("bulletin_of", args=[rehearsal.key, DAY]) in page
    assert client.post(at, {"first": "?"}, follow=True).status_code == 200
    assert client.post(url, data | {"source": "nothing"}).status_code == 200
    page = client.get(reverse("campaign_list")).content.decode()
    assert "不再计算和发布日通报" in page and "确认结束</button>" in page, "one click ends no campaign"
    client.post(reverse("campaign_switch", args=[scene.campaign.key]), {"to": "end"})
    assert not Campaign.objects.filter(is_active=True).exists()
    assert client.post(reverse("campaign_switch", args=[scene.campaign.key])).status_code == 302
    assert Campaign.objects.get(is_active=True) == scene.campaign
