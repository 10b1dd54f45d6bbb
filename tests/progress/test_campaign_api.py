"""The campaign, its figures and its requests over the API: what the pages say, with the same codes."""

import json
from typing import Any

import pytest
from django.urls import reverse

from orgs.models import User
from progress import actions
from progress.models import Baseline, BaselineAdjustment, Completion, EarlyOpening, SpotCheck

from tests import world
from tests.progress.conftest import Scene

pytestmark = pytest.mark.django_db


def post(user: User, name: str, data: dict[str, Any], pk: int | None = None) -> tuple[int, Any]:
    url = reverse(name, args=[] if pk is None else [pk])
    answer = world.client(user).post(url, json.dumps(data), content_type="application/json")
    return answer.status_code, answer.json()


def get(user: User, name: str, **arguments: Any) -> Any:
    return world.client(user).get(reverse(name, kwargs=arguments)).json()


def codes(answer: tuple[int, Any]) -> tuple[int, list[str]]:
    return answer[0], [problem["code"] for problem in answer[1]["problems"]]


def test_campaigns_with_stages_gate_and_openings(scene: Scene) -> None:
    scene.compute()  # Kaifeng passes the gate
    (campaign,) = get(scene.cast.secretary, "api_campaigns")["results"]
    assert campaign == get(scene.cast.secretary, "api_campaign", key=scene.campaign.key)
    assert (campaign["province"], campaign["is_active"], campaign["gate_mode"]) == ("HN", True, "refuse")
    other = campaign["stages"][4]
    assert (other["gate"], other["gate_rate"], other["domains"][0]) == ("members_school", "0.700", "rural")
    assert [(opening["region"], opening["reason"]) for opening in other["openings"]] == [("HN02", "rate")]


def test_a_rehearsal_is_for_the_province(scene: Scene) -> None:
    actions.create_campaign(
        world.actor(scene.cast.province_admin),
        source=scene.campaign,
        province=scene.cast.province,
        name="演练",
        starts_on=scene.campaign.starts_on,
        rehearsal=True,
    )
    assert len(get(scene.cast.city_admin, "api_campaigns")["results"]) == 1
    assert len(get(scene.cast.province_admin, "api_campaigns")["results"]) == 2


def test_a_figure_is_stated_as_in_the_workbook(scene: Scene) -> None:
    county, data = scene.cast.county_admin, {"unit": "HN010101", "domain": "学校", "member_count": "1,200"}
    status, said = post(county, "api_baselines", data | {"full_time_count": 2})
    assert (status, said["member_count"], said["full_time_count"], said["changed"]) == (201, 1200, 2, True)
    assert post(county, "api_baselines", data) == (200, {"changed": False})
    assert post(county, "api_baselines", data | {"member_count": 900})[0] == 200
    assert codes(post(county, "api_baselines", data | {"member_count": "很多"})) == (422, ["count.format"])
    assert codes(post(county, "api_baselines", data | {"unit": "HN02"})) == (422, ["unit.out_of_scope"])
    assert Baseline.objects.get(unit=scene.cast.committee, until_at=None).full_time_count == 2


def test_an_adjustment_is_asked_and_answered(scene: Scene) -> None:
    data = {"domain": "school", "change": -5, "reason": "重复统计"}
    status, said = post(scene.cast.committee_admin, "api_adjustments", data)
    assert (status, said["unit"], said["state"]) == (201, "HN010101", "waiting")
    answer = {"agree": False}
    assert codes(post(scene.cast.county_admin, "api_adjustment_answer", answer, said["id"])) == (
        422,
        ["remark.missing"],
    )
    status, said = post(scene.cast.county_admin, "api_adjustment_answer", {"agree": True}, said["id"])
    assert (status, said["state"]) == (200, "agreed")
    assert BaselineAdjustment.objects.get().state == "agreed"
    assert len(get(scene.cast.city_admin, "api_adjustments")["results"]) == 1
    assert get(scene.cast.outsider, "api_adjustments")["results"] == []
    assert post(scene.cast.outsider, "api_adjustment_answer", {"agree": True}, said["id"])[0] == 404


def test_a_completion_is_declared_and_answered(scene: Scene) -> None:
    data = {"domain": "school", "graduated_count": 9, "reason": "已核"}
    assert codes(post(scene.cast.secretary, "api_completions", data)) == (422, ["completion.counts"])
    assert post(scene.cast.secretary, "api_completions", data | {"moved_count": -1})[0] == 400
    status, said = post(scene.cast.secretary, "api_completions", data | {"moved_count": 1})
    assert (status, said["expected_count"], said["entered_count"]) == (201, 40, 30)
    status, said = post(scene.cast.committee_admin, "api_completion_answer", {"agree": True}, said["id"])
    assert (status, Completion.objects.get().state) == (200, "agreed")


def test_an_early_opening_is_asked_and_answered(scene: Scene) -> None:
    data = {"stage": "members_other", "reason": "名册已齐"}
    status, said = post(scene.cast.city_admin, "api_early_openings", data)
    assert (status, said["region"], said["stage"]) == (201, "HN01", "members_other")
    assert post(scene.cast.city_admin, "api_early_openings", data | {"stage": "none"})[0] == 404
    status, said = post(scene.cast.staff, "api_early_opening_answer", {"agree": True}, said["id"])
    assert (status, EarlyOpening.objects.get().state) == (200, "agreed")


def test_a_spot_check_is_read_and_answered(scene: Scene) -> None:
    check = SpotCheck.objects.create(
        branch=scene.cast.branch, pattern="one_birthday", count=5, found_at=scene.clock.moment
    )
    (said,) = get(scene.cast.committee_admin, "api_spot_checks")["results"]
    assert (said["branch"], said["state"]) == ("HN01010101", "proposed")
    assert codes(
        post(scene.cast.committee_admin, "api_spot_check_answer", {"state": "correct"}, check.pk)
    ) == (422, ["spot_check.remark"])
    status, said = post(scene.cast.committee_admin, "api_spot_check_answer", {"state": "fine"}, check.pk)
    assert (status, said["state"]) == (200, "fine")


def test_what_is_due_stands_on_the_first_page_of_whoever_it_waits_for(scene: Scene) -> None:
    declare = {"domain": "school", "graduated_count": 10, "reason": "已核"}
    post(scene.cast.secretary, "api_completions", declare)
    SpotCheck.objects.create(
        branch=scene.cast.branch, pattern="one_birthday", count=5, found_at=scene.clock.moment
    )
    scene.compute()
    actions.publish_bulletin(world.actor(scene.cast.staff), bulletin=scene.campaign.bulletins.get())

    def home(user: User) -> str:
        return world.client(user).get(reverse("home")).content.decode()

    committee, province, county = map(
        home, (scene.cast.committee_admin, scene.cast.province_admin, scene.cast.county_admin)
    )
    assert "1 份录完说明等待答复" in committee
    assert "1 份录完说明等待答复" not in county, "it waits for the committee first"
    assert "1 条抽查提示还没有看" in county
    assert "1 个直属下级还没有团统数" in province, "郑州大学"
    assert "1 个组织的团统数与下级合计不一致" in province, "郑州 says 100, its branches 80"
    assert "还没有团统数" not in county
    assert "等待答复" not in home(scene.cast.secretary)
