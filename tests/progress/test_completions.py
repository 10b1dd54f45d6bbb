"""本级录完: accounting for what is missing, the superior's answer, what counts as of which cut-off."""

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from zhtj.lib import days
from zhtj.lib.problems import Refused

from orgs.models import AuditEntry, OrgUnit, User
from progress import actions, queries
from progress.models import Completion

from tests import world
from tests.progress.conftest import Scene

pytestmark = pytest.mark.django_db

COUNTS = {"graduated_count": 7, "moved_count": 3}  # the branch has 30 of 40


def declare(
    scene: Scene, unit: OrgUnit | None = None, user: User | None = None, **changed: Any
) -> Completion:
    given: dict[str, Any] = {"domain": "school", "counts": COUNTS, "reason": "已逐人核对名册。"}
    return actions.declare_complete(
        world.actor(user or scene.cast.secretary),
        campaign=scene.campaign,
        unit=unit or scene.cast.branch,
        **given | changed,
    )


def accept(scene: Scene, declared: Completion) -> None:
    actions.decide_completion(world.actor(scene.cast.committee_admin), asked=declared, agree=True)


def codes(refusal: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [problem.code for problem in refusal.value.problems]


def explained(scene: Scene, at: dt.datetime) -> dict[tuple[int, str], int]:
    return queries.explained(scene.campaign, at)


def test_a_unit_stands_at_its_own_figure_or_the_sum_of_its_childrens_with_what_was_agreed(
    scene: Scene,
) -> None:
    def standing(unit: OrgUnit) -> list[tuple[str, int, int]]:
        found = queries.standing(scene.campaign, unit)
        return [(known.domain, known.expected, known.entered) for known in found]

    cast = scene.cast
    assert standing(cast.branch) == [("school", 40, 30)]
    assert standing(cast.committee) == [("school", 80, 40)]
    assert standing(cast.city) == [("school", 100, 40), ("rural", 30, 2)]
    assert standing(cast.university) == []
    asked = actions.ask_adjustment(
        world.actor(cast.committee_admin),
        campaign=scene.campaign,
        unit=cast.committee,
        domain="school",
        change=-5,
        reason="重复统计",
    )
    actions.decide_adjustment(world.actor(cast.county_admin), asked=asked, agree=True)
    assert standing(cast.committee) == [("school", 75, 40)]
    assert standing(cast.branch) == [("school", 40, 30)]


def test_an_accepted_declaration_counts_from_the_answer_on_and_the_past_stays(scene: Scene) -> None:
    declared = declare(scene)
    asked_at = days.now()
    scene.clock.forward(minutes=10)
    accept(scene, declared)
    accepted_at = days.now()
    scene.clock.forward(hours=1)
    key = (scene.cast.branch.pk, "school")
    assert explained(scene, asked_at) == {}
    assert explained(scene, accepted_at) == {}, "the moment itself is after the cut-off"
    assert explained(scene, days.now()) == {key: 10}
    before = days.now()
    actions.withdraw_completion(world.actor(scene.cast.secretary), declared=declared)
    scene.clock.forward(hours=1)
    assert explained(scene, days.now()) == {}
    assert explained(scene, before) == {key: 10}
    about = AuditEntry.objects.filter(unit=scene.cast.branch, action__contains="complet").order_by("pk")
    assert list(about.values_list("action", flat=True)) == [
        "progress.declare_complete",
        "progress.decide_completion",
        "progress.withdraw_completion",
    ]


def test_a_returned_one_needs_a_remark_and_may_be_made_again(scene: Scene) -> None:
    declared = declare(scene)
    committee = world.actor(scene.cast.committee_admin)
    with pytest.raises(Refused) as refusal:
        actions.decide_completion(committee, asked=declared, agree=False)
    assert codes(refusal) == ["remark.missing"]
    actions.decide_completion(committee, asked=declared, agree=False, remark="请附名册")
    accept(scene, declare(scene))
    assert explained(scene, days.now() + dt.timedelta(seconds=1)) == {(scene.cast.branch.pk, "school"): 10}


def test_a_later_accepted_one_follows_the_one_before(scene: Scene) -> None:
    accept(scene, declare(scene))
    world.members(scene.cast.branch, 4)
    scene.clock.forward(hours=1)
    accept(scene, declare(scene, counts={"double_count": 6}))
    scene.clock.forward(hours=1)
    assert explained(scene, days.now()) == {(scene.cast.branch.pk, "school"): 6}


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"counts": {"graduated_count": 9}}, "completion.counts"),
        ({"counts": {"graduated_count": 11}}, "completion.counts"),
        ({"counts": {"graduated_count": 11, "moved_count": -1}}, "completion.counts"),
        ({"reason": " "}, "reason.missing"),
        ({"reason": "长" * 501}, "text.too_long"),
        ({"domain": "rural"}, "completion.nothing_expected"),
    ],
)
def test_the_numbers_add_up_to_what_is_missing_and_say_why(
    scene: Scene, changed: dict[str, Any], code: str
) -> None:
    with pytest.raises(Refused) as refusal:
        declare(scene, **changed)
    assert codes(refusal) == [code]
    assert not Completion.objects.exists()


def test_there_is_something_missing_one_waits_at_a_time_and_the_campaign_runs(scene: Scene) -> None:
    with pytest.raises(Refused) as refusal:
        declare(scene, scene.cast.other_branch, world.account(scene.cast.other_branch, "unit_admin", "开高"))
    assert codes(refusal) == ["completion.nothing_missing"]
    declare(scene)
    with pytest.raises(Refused) as refusal:
        declare(scene)
    assert codes(refusal) == ["completion.waiting_already"]
    scene.campaign.is_active = False
    with pytest.raises(Refused) as refusal:
        declare(scene)
    assert codes(refusal) == ["completion.no_campaign"]


def test_an_answer_comes_once_and_nothing_is_answered_that_was_taken_back(scene: Scene) -> None:
    declared = declare(scene)
    actions.withdraw_completion(world.actor(scene.cast.secretary), declared=declared)
    with pytest.raises(Refused) as refusal:
        accept(scene, declared)
    assert codes(refusal) == ["request.decided_already"]
    with pytest.raises(Refused) as refusal:
        actions.withdraw_completion(world.actor(scene.cast.secretary), declared=declared)
    assert codes(refusal) == ["completion.not_in_force"]


def test_only_the_unit_declares_and_only_a_superior_answers(scene: Scene) -> None:
    with pytest.raises(PermissionDenied):
        declare(scene, user=scene.cast.committee_admin)
    declared = declare(scene)
    for user in (scene.cast.secretary, scene.cast.village_admin, scene.cast.outsider, scene.cast.viewer):
        with pytest.raises(PermissionDenied):
            actions.decide_completion(world.actor(user), asked=declared, agree=True)
    with pytest.raises(PermissionDenied):
        actions.withdraw_completion(world.actor(scene.cast.committee_admin), declared=declared)
    actions.decide_completion(world.actor(scene.cast.county_admin), asked=declared, agree=True)


def test_a_secretary_declares_on_the_page_and_the_committee_accepts_there(scene: Scene) -> None:
    secretary, committee = world.client(scene.cast.secretary), world.client(scene.cast.committee_admin)
    url = reverse("completions")
    typed = {"domain": "school", "graduated_count": "8", "moved_count": "", "reason": "名册已核"}
    answer = secretary.post(url, typed)
    assert "差10人；说明的人数合计为8人" in answer.content.decode()
    assert "请填写一个整数" in secretary.post(url, typed | {"moved_count": "二"}).content.decode()
    assert secretary.post(url, typed | {"moved_count": "2"}).status_code == 302
    declared = Completion.objects.get()
    page = committee.get(url).content.decode()
    assert "接受" in page
    assert reverse("completion_decide", args=[declared.pk]) in page
    committee.post(reverse("completion_decide", args=[declared.pk]), {"answer": "agree"})
    declared.refresh_from_db()
    assert declared.state == Completion.State.AGREED
    page = secretary.get(url).content.decode()
    assert reverse("completion_withdraw", args=[declared.pk]) in page
    secretary.post(reverse("completion_withdraw", args=[declared.pk]))
    assert "已失效" in secretary.get(url).content.decode()
    assert "高一1班" not in world.client(scene.cast.outsider).get(url).content.decode()


def said_at_home(user: User) -> str:
    return world.client(user).get(reverse("home")).content.decode()


def test_a_returned_declaration_is_heard_of_until_there_is_a_new_one(scene: Scene) -> None:
    decided = {"asked": declare(scene), "agree": False, "remark": "请附名册"}
    actions.decide_completion(world.actor(scene.cast.committee_admin), **decided)
    page = said_at_home(scene.cast.secretary)
    assert "学校的录完说明被退回" in page
    assert "请附名册" in page
    assert "被退回" not in said_at_home(scene.cast.committee_admin), "whoever answered knows"
    scene.clock.forward(hours=1)
    declare(scene)
    assert "被退回" not in said_at_home(scene.cast.secretary)


def test_an_old_refusal_is_no_to_do_for_ever(scene: Scene) -> None:
    decided = {"asked": declare(scene), "agree": False, "remark": "请附名册"}
    actions.decide_completion(world.actor(scene.cast.committee_admin), **decided)
    scene.clock.forward(days=15)
    assert "被退回" not in said_at_home(scene.cast.secretary)


def test_what_waits_for_the_reader_stands_above_the_own_form_and_a_domain_that_waits_is_not_asked(
    scene: Scene,
) -> None:
    declare(scene)
    page = world.client(scene.cast.committee_admin).get(reverse("completions")).content.decode()
    assert page.index("接受") < page.index("提交说明")
    own = world.client(scene.cast.secretary).get(reverse("completions")).content.decode()
    assert "等待答复" in own
    assert "提交说明" not in own
