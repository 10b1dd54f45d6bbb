"""基数调整: asking, answering, and original beside adjusted in the bulletins."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from zhtj.lib.problems import Refused

from orgs.models import AuditEntry, OrgUnit, User
from progress import actions, tally
from progress.models import Asked, BaselineAdjustment, Bulletin

from tests import world
from tests.progress.conftest import DAY, Scene, at, whole

pytestmark = pytest.mark.django_db

NEXT = DAY + dt.timedelta(days=1)
REASON = "2018年毕业12人，已转出。"


def ask(
    scene: Scene,
    change: int = -12,
    *,
    unit: OrgUnit | None = None,
    user: User | None = None,
    why: str = REASON,
) -> BaselineAdjustment:
    return actions.ask_adjustment(
        world.actor(user or scene.cast.committee_admin),
        campaign=scene.campaign,
        unit=unit or scene.cast.committee,
        domain="school",
        change=change,
        reason=why,
    )


def agree(scene: Scene, asked: BaselineAdjustment) -> None:
    actions.decide_adjustment(world.actor(scene.cast.county_admin), asked=asked, agree=True)


def school(bulletin: Bulletin) -> dict[str, tuple[int | None, int | None]]:
    """Original and adjusted of each unit in the school stage; the domain says the same."""
    found = [
        {unit.code: unit.counted(*key)[:2] for unit in bulletin.units.all()}
        for key in (("members_school", ""), ("", "school"))
    ]
    assert found[0] == found[1]
    return found[0]


def code_of(refused: pytest.ExceptionInfo[Refused]) -> str:
    return refused.value.problems[0].code


def test_adjusting_folds_changes_upwards_and_leaves_the_unknown_unknown() -> None:
    parents = [-1, 0, 1, 0]
    assert tally.adjust(parents, [100, 60, None, 5], [0, 4, -9, -7]) == [88, 55, None, 0]


def test_an_agreed_change_counts_for_the_unit_and_all_above_beside_the_original(scene: Scene) -> None:
    agree(scene, ask(scene))
    figures = school(scene.compute())
    assert figures["HN010101"] == (80, 68)
    assert figures["HN0101"] == (80, 68)
    assert figures["HN01"] == (100, 88)
    assert figures["HN"] == (150, 138)
    assert figures["HN02"] == (50, 50)
    assert figures["HN03"] == (None, None)


def test_what_waits_or_is_declined_changes_nothing(scene: Scene) -> None:
    asked = ask(scene)
    assert school(scene.compute())["HN010101"] == (80, 80)
    actions.decide_adjustment(
        world.actor(scene.cast.county_admin), asked=asked, agree=False, remark="请先核对名册。"
    )
    assert school(scene.compute(NEXT))["HN010101"] == (80, 80)


def test_a_past_day_computed_again_knows_nothing_of_a_later_answer(scene: Scene) -> None:
    asked = ask(scene)
    before = whole(scene.compute())
    scene.clock.set(at(DAY, 9))
    agree(scene, asked)
    assert whole(scene.compute(recompute=True)) == before
    assert school(scene.compute(NEXT))["HN010101"] == (80, 68)


@pytest.mark.parametrize("change", [0, 10_000_001, -10_000_001])
def test_a_change_is_a_number_people_can_have(scene: Scene, change: int) -> None:
    with pytest.raises(Refused) as refused:
        ask(scene, change)
    assert code_of(refused) == "adjustment.format"


def test_one_waits_at_a_time_a_branch_asks_through_its_committee_and_everyone_says_why(scene: Scene) -> None:
    with pytest.raises(Refused) as refused:
        ask(scene, why=" ")
    assert code_of(refused) == "reason.missing"
    ask(scene)
    with pytest.raises(Refused) as refused:
        ask(scene)
    assert code_of(refused) == "adjustment.waiting_already"
    with pytest.raises(Refused) as refused:
        ask(scene, unit=scene.cast.branch, user=scene.cast.secretary)
    assert code_of(refused) == "adjustment.of_a_branch"


def test_without_a_running_campaign_nobody_asks_whatever_the_door(scene: Scene) -> None:
    actions.end_campaign(world.actor(scene.cast.settings_admin), campaign=scene.campaign)
    given = {"domain": "school", "change": -12, "reason": "重复统计"}
    client = world.client(scene.cast.committee_admin)
    answer = client.post("/api/adjustments/", given, content_type="application/json")
    assert (answer.status_code, "adjustment.no_campaign" in answer.content.decode()) == (422, True)
    assert "不能申请调整基数" in client.post(reverse("adjustments"), given, follow=True).content.decode()
    assert not BaselineAdjustment.objects.exists()


def test_only_the_unit_asks_and_only_a_superior_organ_answers(scene: Scene) -> None:
    for who in ("county_admin", "viewer", "outsider", "secretary"):
        with pytest.raises(PermissionDenied):
            ask(scene, user=getattr(scene.cast, who))
    asked = ask(scene)
    for who in ("committee_admin", "viewer", "outsider", "staff"):
        with pytest.raises(PermissionDenied):
            actions.decide_adjustment(world.actor(getattr(scene.cast, who)), asked=asked, agree=True)
    agree(scene, asked)
    assert (asked.state, asked.decided_by) == (Asked.State.AGREED, scene.cast.county_admin)
    with pytest.raises(Refused) as refused:
        agree(scene, asked)
    assert code_of(refused) == "request.decided_already"
    trail = AuditEntry.objects.filter(action__contains="adjustment").values_list("action", "unit__code")
    assert list(trail) == [
        ("progress.ask_adjustment", "HN010101"),
        ("progress.decide_adjustment", "HN010101"),
    ]


def test_a_unit_asks_on_the_page_its_superior_answers_and_the_bulletin_shows_both(scene: Scene) -> None:
    url = reverse("adjustments")
    committee, county = world.client(scene.cast.committee_admin), world.client(scene.cast.county_admin)
    for change in ("", "0", "十二", "1.5", "\x00"):
        data = {"domain": "school", "change": change, "reason": REASON}
        assert "不是可以识别的整数" in committee.post(url, data).content.decode(), change
    data = {"domain": "school", "change": "-12", "reason": REASON}
    assert "申请已提交" in committee.post(url, data, follow=True).content.decode()
    assert "1 份基数调整申请等待答复" in county.get(reverse("home")).content.decode()
    assert REASON in county.get(url).content.decode()
    assert REASON not in world.client(scene.cast.outsider).get(url).content.decode()
    decide = reverse("adjustment_decide", args=[BaselineAdjustment.objects.get().pk])
    assert "必须写明意见" in county.post(decide, {"answer": "decline"}, follow=True).content.decode()
    assert "已同意" in county.post(decide, {"answer": "agree"}, follow=True).content.decode()
    bulletin = scene.compute()
    actions.publish_bulletin(world.actor(scene.cast.staff), bulletin=bulletin)
    html = county.get(reverse("bulletin", args=[DAY])).content.decode()
    assert "按调整后基数" in html
    assert "调整后 68" in html


def test_who_cannot_ask_gets_no_form(scene: Scene) -> None:
    for who in ("province_admin", "secretary", "viewer"):
        page = world.client(getattr(scene.cast, who)).get(reverse("adjustments"))
        assert page.context["form"] is None, who
    answered = world.client(scene.cast.secretary).post(reverse("adjustments"), {"change": "1"}, follow=True)
    assert "当前组织不能申请调整基数" in answered.content.decode()
