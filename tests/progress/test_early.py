"""同步推进: asking, answering, what it opens, and what every bulletin says about it."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from zhtj.lib import days
from zhtj.lib.problems import Refused

from orgs.models import AuditEntry, OrgUnit
from progress import actions, gate, queries
from progress.models import Asked, EarlyOpening, GateOpening, Stage

from tests import world
from tests.progress.conftest import DAY, Scene, at, whole

pytestmark = pytest.mark.django_db

NEXT = DAY + dt.timedelta(days=1)
REASON = "农村支部名册已核对完毕，录入人员已培训。"


def gated(scene: Scene) -> Stage:
    return scene.campaign.stages.get(key="members_other")


def ask(scene: Scene, reason: str = REASON, region: OrgUnit | None = None) -> EarlyOpening:
    return actions.ask_early_opening(
        world.actor(scene.cast.city_admin),
        stage=gated(scene),
        region=region or scene.cast.city,
        reason=reason,
    )


def answer(scene: Scene, asked: EarlyOpening, *, agree: bool = True, remark: str = "") -> EarlyOpening:
    return actions.decide_early_opening(
        world.actor(scene.cast.staff), asked=asked, agree=agree, remark=remark
    )


def codes(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [problem.code for problem in refused.value.problems]


def village_is_closed(scene: Scene) -> bool:
    return scene.cast.village.pk in gate.check([scene.cast.village.pk], days.today())


# --- asking and answering ----------------------------------------------------------------------


def test_a_request_agreed_to_opens_the_region_at_once(scene: Scene) -> None:
    assert village_is_closed(scene)
    asked = ask(scene)
    assert village_is_closed(scene)
    answer(scene, asked)
    assert not village_is_closed(scene)
    opening = GateOpening.objects.get()
    assert (opening.region, opening.reason, opening.opened_on) == (
        scene.cast.city,
        GateOpening.Reason.EARLY,
        days.today(),
    )
    assert list(AuditEntry.objects.filter(action__contains="early").values_list("action", "unit__code")) == [
        ("progress.ask_early_opening", "HN01"),
        ("progress.decide_early_opening", "HN01"),
    ]


def test_a_branch_right_under_the_province_hears_of_its_refusal(scene: Scene) -> None:
    office = world.branch(scene.cast.province)
    scene.expect(office, 5)
    secretary = world.account(office)
    asked = actions.ask_early_opening(
        world.actor(secretary), stage=gated(scene), region=office, reason=REASON
    )
    answer(scene, asked, agree=False, remark="先完成学校领域")
    assert "先完成学校领域" in world.client(secretary).get(reverse("home")).content.decode()


def test_an_agreed_opening_follows_the_stage_to_another_first_day(scene: Scene) -> None:
    Stage.objects.filter(pk=gated(scene).pk).update(opens_on=NEXT)
    answer(scene, ask(scene))
    assert village_is_closed(scene)
    Stage.objects.filter(pk=gated(scene).pk).update(opens_on=DAY - dt.timedelta(days=9))
    assert not village_is_closed(scene)


def test_a_declined_request_opens_nothing_and_may_be_made_again(scene: Scene) -> None:
    asked = ask(scene)
    with pytest.raises(Refused) as refused:
        answer(scene, asked, agree=False, remark="  ")
    assert codes(refused) == ["remark.missing"]
    answer(scene, asked, agree=False, remark="请先完成学校领域。")
    assert village_is_closed(scene)
    assert (asked.state, asked.remark, asked.decided_by) == (
        Asked.State.DECLINED,
        "请先完成学校领域。",
        scene.cast.staff,
    )
    assert ask(scene).state == Asked.State.WAITING


@pytest.mark.parametrize(
    ("reason", "code"), [("", "reason.missing"), (" \n", "reason.missing"), ("因" * 501, "text.too_long")]
)
def test_a_request_says_why_and_not_too_long(scene: Scene, reason: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        ask(scene, reason)
    assert codes(refused) == [code]
    assert not EarlyOpening.objects.exists()


def test_one_request_waits_at_a_time_and_an_open_stage_needs_none(scene: Scene) -> None:
    asked = ask(scene)
    with pytest.raises(Refused) as refused:
        ask(scene)
    assert codes(refused) == ["opening.waiting_already"]
    answer(scene, asked)
    with pytest.raises(Refused) as refused:
        ask(scene)
    assert codes(refused) == ["opening.open_already"]


def test_only_a_region_asks_and_only_for_a_gated_stage_of_a_running_campaign(scene: Scene) -> None:
    county = world.actor(scene.cast.county_admin)
    with pytest.raises(Refused) as refused:
        actions.ask_early_opening(county, stage=gated(scene), region=scene.cast.county, reason=REASON)
    assert codes(refused) == ["opening.not_a_region"]
    city = world.actor(scene.cast.city_admin)
    school = scene.campaign.stages.get(key="members_school")
    with pytest.raises(Refused) as refused:
        actions.ask_early_opening(city, stage=school, region=scene.cast.city, reason=REASON)
    assert codes(refused) == ["opening.not_gated"]
    scene.campaign.is_active = False
    scene.campaign.save()
    with pytest.raises(Refused) as refused:
        ask(scene)
    assert codes(refused) == ["opening.not_gated"]


def test_a_request_is_answered_once(scene: Scene) -> None:
    asked = ask(scene)
    other = EarlyOpening.objects.get(pk=asked.pk)
    answer(scene, asked, agree=False, remark="不成熟")
    with pytest.raises(Refused) as refused:
        answer(scene, other)
    assert codes(refused) == ["request.decided_already"]
    assert village_is_closed(scene)


def test_only_the_region_asks_for_itself_and_only_the_province_answers(scene: Scene) -> None:
    for who in ("outsider", "viewer", "province_admin", "county_admin"):
        with pytest.raises(PermissionDenied):
            actions.ask_early_opening(
                world.actor(getattr(scene.cast, who)),
                stage=gated(scene),
                region=scene.cast.city,
                reason=REASON,
            )
    asked = ask(scene)
    for who in ("city_admin", "outsider", "viewer"):
        with pytest.raises(PermissionDenied):
            actions.decide_early_opening(world.actor(getattr(scene.cast, who)), asked=asked, agree=True)


# --- in the bulletins --------------------------------------------------------------------------


def early(scene: Scene, day: dt.date) -> list[str]:
    bulletin = queries.on_day(world.actor(scene.cast.staff).scope, scene.campaign, day)
    page = queries.page(
        world.actor(scene.cast.staff).scope, bulletin, scene.cast.province, queries.Choice("members_other")
    )
    return [row.shown.code for row in page.rows if row.is_early]


def test_a_bulletin_shows_it_when_it_was_agreed_to_before_its_cutoff(scene: Scene) -> None:
    asked = ask(scene)
    scene.compute()
    scene.clock.set(at(DAY, 9))
    answer(scene, asked)
    scene.compute(NEXT)
    assert early(scene, DAY) == []
    assert early(scene, NEXT) == ["HN01"]
    page = world.client(scene.cast.staff).get(reverse("bulletin", args=[NEXT]), {"stage": "members_other"})
    assert "同步推进</span>" in page.content.decode()


def test_recomputing_a_day_after_an_agreement_of_that_day_changes_nothing(scene: Scene) -> None:
    asked = ask(scene)
    first = scene.compute()
    frozen, settings = whole(first), first.settings
    scene.clock.set(at(DAY, 9))
    answer(scene, asked)
    again = scene.compute(recompute=True)
    assert (whole(again), again.settings) == (frozen, settings)


# --- what ends by itself -----------------------------------------------------------------------


def reached(scene: Scene) -> None:
    scene.expect(scene.cast.city, 40)
    scene.compute()


def without_a_gate(scene: Scene) -> None:
    plan = actions.plan_of(scene.campaign)
    *others, last = plan.stages
    freed = replace(plan, stages=(*others, replace(last, gate="", gate_rate=None)))
    actions.change_campaign(world.actor(scene.cast.settings_admin), campaign=scene.campaign, plan=freed)


def ended(scene: Scene) -> None:
    actions.end_campaign(world.actor(scene.cast.settings_admin), campaign=scene.campaign)


@pytest.mark.parametrize(
    ("happens", "said"),
    [
        (reached, "已于2018-11-24开放录入，无需提前开放。"),
        (without_a_gate, "已取消前置条件，无需申请提前开放。"),
        (ended, "行动已结束，无需提前开放。"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_request_ends_by_itself_when_there_is_nothing_left_to_answer(
    scene: Scene, happens: Callable[[Scene], None], said: str
) -> None:
    asked, staff = ask(scene), world.actor(scene.cast.staff)
    assert queries.early_openings_to_decide(staff.scope).count() == 1
    happens(scene)
    assert queries.early_openings_to_decide(staff.scope).count() == 0
    page = world.client(scene.cast.city_admin).get(reverse("early_openings")).content.decode()
    assert "已无需审批" in page and "自动办结" in page and said in page
    assert AuditEntry.objects.get(action="progress.end_early_opening").unit == scene.cast.city
    with pytest.raises(Refused) as refused:
        answer(scene, asked)
    assert codes(refused) == ["request.decided_already"]
    assert list(queries.declined(scene.cast.city, days.now())) == [], "nobody said no"


def test_a_request_of_a_region_still_behind_waits_on_and_an_answer_stays_what_it_is(scene: Scene) -> None:
    waits = ask(scene)
    scene.compute()
    waits.refresh_from_db()
    assert waits.state == Asked.State.WAITING
    answer(scene, waits, agree=False, remark="先抓学校")
    scene.expect(scene.cast.city, 40)
    scene.compute(NEXT)
    assert GateOpening.objects.get(region=scene.cast.city).opened_on == NEXT
    waits.refresh_from_db()
    assert (waits.state, waits.remark) == (Asked.State.DECLINED, "先抓学校")


# --- the pages ---------------------------------------------------------------------------------


def test_a_region_asks_on_the_page_and_the_province_answers_there(scene: Scene) -> None:
    url = reverse("early_openings")
    city, staff = world.client(scene.cast.city_admin), world.client(scene.cast.staff)
    assert "郑州团市委申请同步推进" in city.get(url).content.decode()
    refused = city.post(url, {"stage": gated(scene).pk, "reason": ""}).content.decode()
    assert "没有填写理由" in refused
    answered = city.post(url, {"stage": gated(scene).pk, "reason": REASON}, follow=True).content.decode()
    assert "申请已提交" in answered
    assert "提交申请" not in answered
    assert "1 份同步推进申请等待答复" in staff.get(reverse("home")).content.decode()
    page = staff.get(url).content.decode()
    assert REASON in page and "“学校领域”录入率 —；不经申请，达到 70.0% 自动开放" in page
    scene.compute()
    assert "“学校领域”录入率 40.0%" in staff.get(url).content.decode()
    decide = reverse("early_opening_decide", args=[EarlyOpening.objects.get().pk])
    assert "必须写明意见" in staff.post(decide, {"answer": "decline"}, follow=True).content.decode()
    assert "已同意，即日起开放录入" in staff.post(decide, {"answer": "agree"}, follow=True).content.decode()
    assert "等待答复" not in staff.get(reverse("home")).content.decode()
    assert "已同意" in city.get(url).content.decode()


def test_a_region_sees_its_own_requests_and_not_its_neighbours(scene: Scene) -> None:
    ask(scene)
    url = reverse("early_openings")
    assert REASON not in world.client(scene.cast.outsider).get(url).content.decode()
    assert REASON in world.client(scene.cast.viewer).get(url).content.decode()
    decide = reverse("early_opening_decide", args=[EarlyOpening.objects.get().pk])
    assert world.client(scene.cast.city_admin).post(decide, {"answer": "agree"}).status_code == 403


@pytest.mark.parametrize("data", [{}, {"stage": "x", "reason": REASON}, {"stage": "99999", "reason": REASON}])
def test_a_stage_that_cannot_be_asked_for_is_not_accepted(scene: Scene, data: dict[str, str]) -> None:
    answered = world.client(scene.cast.city_admin).post(reverse("early_openings"), data)
    assert answered.status_code == 200
    assert not EarlyOpening.objects.exists()


def test_below_a_region_there_is_nothing_to_ask_for(scene: Scene) -> None:
    client = world.client(scene.cast.county_admin)
    assert "提交申请" not in client.get(reverse("early_openings")).content.decode()
    answered = client.post(reverse("early_openings"), {"reason": REASON}, follow=True)
    assert "没有可以申请同步推进的阶段" in answered.content.decode()


@pytest.mark.parametrize("data", [{}, {"answer": "maybe"}])
def test_an_answer_is_yes_or_no(scene: Scene, data: dict[str, str]) -> None:
    decide = reverse("early_opening_decide", args=[ask(scene).pk])
    assert world.client(scene.cast.staff).post(decide, data).status_code == 404
