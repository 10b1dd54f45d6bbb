"""What the province does on its pages, over the API: the same outcome, the same codes."""

import json
from typing import Any

import pytest
from django.urls import reverse

from orgs.models import AuditEntry, User
from progress import actions
from progress.models import BulletinState, Campaign, Completion

from tests import world
from tests.progress.conftest import DAY, Scene

pytestmark = pytest.mark.django_db


def ask(user: User, method: str, door: str, /, *arguments: Any, **sent: Any) -> tuple[int, Any]:
    url = reverse(door, args=arguments)
    answer = world.client(user).generic(method, url, json.dumps(sent), content_type="application/json")
    return answer.status_code, answer.json()


def codes(answer: tuple[int, Any]) -> tuple[int, list[tuple[str, str]]]:
    return answer[0], [(problem["field"], problem["code"]) for problem in answer[1]["problems"]]


def plan(scene: Scene) -> dict[str, Any]:
    status, said = ask(scene.cast.settings_admin, "GET", "api_campaign_plan", scene.campaign.key)
    assert status == 200
    return dict(said)


def put(scene: Scene, changed: dict[str, Any]) -> tuple[int, Any]:
    return ask(scene.cast.settings_admin, "PUT", "api_campaign_plan", scene.campaign.key, **changed)


def test_a_day_is_published_and_published_again_with_a_reason(scene: Scene) -> None:
    scene.compute()
    staff = scene.cast.staff
    assert ask(staff, "POST", "api_bulletin_publish", DAY, revision=2)[0] == 404, "not the one looked at"
    stale = {"revision": 1, "computed_at": "2018-11-24T08:00:59.999999+08:00"}
    assert codes(ask(staff, "POST", "api_bulletin_publish", DAY, **stale)) == (
        422,
        [("bulletin", "bulletin.computed_again")],
    )
    (listed,) = ask(staff, "GET", "api_bulletins")[1]["results"]
    seen = {name: listed[name] for name in ("revision", "computed_at")}
    status, said = ask(staff, "POST", "api_bulletin_publish", DAY, **seen)
    assert (status, said["state"], said["revision"]) == (200, "published", 1)
    assert ask(staff, "POST", "api_bulletin_publish", DAY, revision=1)[0] == 404, "none waits any more"
    assert codes(ask(staff, "POST", "api_bulletin_recompute", DAY)) == (
        422,
        [("bulletin", "bulletin.reason_missing")],
    )
    status, said = ask(staff, "POST", "api_bulletin_recompute", DAY, reason="数据有误")
    assert (status, said["state"], said["revision"], said["reason"]) == (200, "done", 2, "数据有误")
    states = scene.campaign.bulletins.order_by("revision").values_list("state", flat=True)
    assert list(states) == [BulletinState.PUBLISHED, BulletinState.DONE]
    assert ask(staff, "POST", "api_bulletin_publish", DAY, revision=2)[0] == 200, "the moment may be left out"


def test_what_is_read_is_stored_again_unchanged_and_an_old_version_is_refused(scene: Scene) -> None:
    read = plan(scene)
    status, said = put(scene, read)
    assert (status, said) == (200, read)
    assert not AuditEntry.objects.filter(action="progress.change_campaign").exists()
    status, said = put(scene, read | {"lag_points": 7, "name": " 百日\n攻坚 \u200b"})
    assert (status, said["lag_points"], said["name"]) == (200, 7, "百日 攻坚")
    assert said["version"] != read["version"]
    assert codes(put(scene, read | {"lag_points": 8})) == (422, [("campaign", "campaign.changed_meanwhile")])
    assert Campaign.objects.get().lag_points == 7


def test_a_plan_is_stored_as_a_whole_or_not_at_all_with_the_codes_of_the_page(scene: Scene) -> None:
    read = plan(scene)
    first, *others = read["stages"]
    wrong = read | {
        "ends_on": "2018-01-01",
        "lag_points": 0,
        "help_line": "1" * 61,
        "stages": [first | {"name": ""}, *others],
    }
    status, found = codes(put(scene, wrong))
    assert status == 422
    assert {
        ("stages.0.name", "name.missing"),
        ("ends_on", "ends_on.before_start"),
        ("lag_points", "lag_points.range"),
        ("help_line", "text.too_long"),
    } <= set(found)
    assert codes(put(scene, read | {"stages": [first | {"key": "nobody"}, *others]})) == (
        422,
        [("stages", "stages.unknown")],
    )
    assert ("stages", "stages.twice") in codes(put(scene, read | {"stages": [first, *read["stages"]]}))[1]
    assert plan(scene) == read


def test_a_new_stage_gets_a_key_of_its_own(scene: Scene) -> None:
    read = plan(scene)
    *kept, last = read["stages"]
    new = last | {"key": "", "name": "其他", "domains": ["other"], "gate": "", "gate_rate": None}
    rest = last | {"domains": [domain for domain in last["domains"] if domain != "other"]}
    status, said = put(scene, read | {"stages": [*kept, rest, new]})
    assert (status, said["stages"][-1]["key"]) == (200, "stage-1")
    assert [stage["key"] for stage in said["stages"][:-1]] == [stage["key"] for stage in read["stages"]]


def test_a_campaign_is_made_run_and_ended(scene: Scene) -> None:
    settings = scene.cast.settings_admin
    new = {"name": "第二次行动", "starts_on": "2019-03-01"}
    assert codes(ask(settings, "POST", "api_campaign_plans", source="nothing", **new)) == (
        422,
        [("source", "campaign.source")],
    )
    status, said = ask(settings, "POST", "api_campaign_plans", source="preset:henan-2018", **new)
    assert (status, said["starts_on"], said["is_active"]) == (201, "2019-03-01", False)
    key = said["key"]
    assert codes(ask(settings, "POST", "api_campaign_activate", key))[1] == [
        ("campaign", "campaign.another_active")
    ]
    assert ask(settings, "POST", "api_campaign_end", scene.campaign.key)[1]["is_active"] is False
    assert ask(settings, "POST", "api_campaign_activate", key)[1]["is_active"] is True
    listed = ask(settings, "GET", "api_campaign_plans")[1]["results"]
    assert [(one["key"], one["is_active"]) for one in listed] == [(key, True), (scene.campaign.key, False)]


def test_past_days_of_a_rehearsal_are_computed(scene: Scene) -> None:
    scene.compute()
    settings, begins = scene.cast.settings_admin, scene.campaign.starts_on.isoformat()
    trial = {"source": scene.campaign.key, "name": "演练", "starts_on": begins, "rehearsal": True}
    made = ask(settings, "POST", "api_campaign_plans", **trial)[1]
    assert made["is_rehearsal"] is True
    days = {"first": DAY.isoformat(), "last": DAY.isoformat()}
    assert ask(settings, "POST", "api_campaign_rehearse", made["key"], **days) == (
        202,
        {"days": [DAY.isoformat()]},
    )
    assert codes(ask(settings, "POST", "api_campaign_rehearse", scene.campaign.key, **days))[1] == [
        ("first", "rehearsal.days")
    ]


def test_an_explanation_is_taken_back_by_whoever_gave_it(scene: Scene) -> None:
    given = {"domain": "school", "graduated_count": 10, "reason": "已核"}
    made = ask(scene.cast.secretary, "POST", "api_completions", **given)[1]
    assert ask(scene.cast.outsider, "POST", "api_completion_withdraw", made["id"])[0] == 404
    assert ask(scene.cast.committee_admin, "POST", "api_completion_withdraw", made["id"])[0] == 403
    status, said = ask(scene.cast.secretary, "POST", "api_completion_withdraw", made["id"])
    assert (status, said["state"]) == (200, Completion.objects.get().state)
    assert ask(scene.cast.secretary, "POST", "api_completion_withdraw", made["id"])[0] == 422


def test_the_2017_form_and_the_live_figures_are_those_of_the_pages(scene: Scene) -> None:
    scene.compute()
    actions.publish_bulletin(world.actor(scene.cast.staff), bulletin=scene.campaign.bulletins.get())
    said = ask(scene.cast.county_admin, "GET", "api_form2017")[1]
    school, total = said["lines"][0], said["lines"][-1]
    assert (said["unit"], school["name"], total["name"]) == ("HN0101", "学校", "合计")
    assert school["member_count"] == {"stated": 80, "entered": 40}
    world.member(scene.cast.branch)
    (school,) = [
        stage
        for stage in ask(scene.cast.county_admin, "GET", "api_bulletin_live", DAY)[1]["stages"]
        if stage["label"].startswith("学校")
    ]
    assert (school["frozen"], school["now"]) == (40, 41)
