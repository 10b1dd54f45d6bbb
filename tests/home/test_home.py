"""The first page, the menu and the probes."""

import datetime as dt
import sys
from typing import Any

import pytest
from django.test import Client

from zhtj.home import catalogue, probes, todos
from zhtj.home.context import menu_for
from zhtj.home.in_force import in_force
from zhtj.lib import days
from zhtj.lib.problems import Catalogue

from members.models import AdmissionSettings
from orgs.scopes import NOTHING, scope_of
from progress import actions as progress
from progress import presets

from tests import world


def texts(user: Any, unit: Any) -> list[str]:
    actor = world.actor(user)
    board = todos.board(actor.scope, unit)
    return [todo.text for todo in todos.todos(actor, unit, board, days.today())]


def test_a_branch_without_members_is_told_to_import(cast: Any) -> None:
    assert "本支部还没有录入团员" in texts(cast.secretary, cast.branch)


def test_a_branch_of_two_is_told_to_look_again(cast: Any) -> None:
    world.members(cast.branch, 2)
    assert "本支部只有 2 名团员" in texts(cast.secretary, cast.branch)


def test_a_branch_of_three_need_enter_nobody(cast: Any) -> None:
    world.members(cast.branch, 3)
    assert not [text for text in texts(cast.secretary, cast.branch) if "团员" in text]


def test_a_branch_whose_domain_is_closed_is_told_when_it_opens(cast: Any) -> None:
    presets.load_preset("henan-2018", province=cast.province, shift_days=30)
    assert "2018-12-01" in texts(cast.secretary, cast.branch)[0]


def test_the_province_is_told_of_a_bulletin_to_publish_and_of_what_lags(cast: Any, clock: Any) -> None:
    campaign = presets.load_preset("henan-2018", province=cast.province)
    clock.forward(days=1)
    world.members(cast.branch, 2)
    clock.forward(days=1)
    day = days.today()
    bulletin = progress.compute_bulletin(campaign, day, now=days.now())
    assert texts(cast.staff, cast.province)[0] == f"{day} 的日通报还没有发布：已经算完，等待核对和发布", (
        "it is ten, long due"
    )
    clock.set(dt.datetime.combine(day, dt.time(8, 10)))
    said = texts(cast.staff, cast.province)
    assert said[0] == f"{day} 的日通报已算完，等待发布"
    assert "4 个团支部还没有录入团员" in said
    assert "1 个团支部不足 3 人，需要合并或撤销" in said
    shown = texts(cast.county_admin, cast.county)
    assert not [text for text in shown if "团支部" in text], "the county sees what is published"
    progress.publish_bulletin(world.actor(cast.staff), bulletin=bulletin)
    assert "3 个团支部还没有录入团员" in texts(cast.county_admin, cast.county)


def test_somebody_without_a_grant_is_told_whom_to_ask(cast: Any) -> None:
    page = world.client(cast.stranger).get("/").content.decode()
    assert "现在没有授权的组织" in page


@pytest.mark.parametrize(
    ("person", "labels"),
    [
        ("stranger", ["工作台", "规则说明"]),
        ("viewer", ["工作台", "组织", "进度", "规则说明"]),
        ("auditor", ["工作台", "组织", "审计", "规则说明"]),
        ("staff", ["工作台", "组织", "进度", "规则说明"]),
        ("secretary", ["工作台", "组织", "团员", "团干部", "导入", "进度", "规则说明"]),
    ],
)
def test_the_menu_shows_what_one_may_use(person: str, labels: list[str], cast: Any) -> None:
    scope = scope_of(getattr(cast, person))
    assert [entry.label for entry in menu_for(scope, "/units/4/")] == labels


def test_the_entry_one_is_under_is_marked() -> None:
    assert [entry.label for entry in menu_for(NOTHING, "/rules/") if entry.is_here] == ["规则说明"]


def test_the_rules_page_lists_every_code_once_in_its_section() -> None:
    shown: set[str] = set()
    for _, _, lines in catalogue.sections():
        codes = [line.code for line in lines]
        assert len(codes) == len(set(codes))
        assert not [line.code for line in lines if "{" in line.text + line.mend]
        shown.update(codes)
    assert {"national_id.checksum", "branch.under_three", "short_name.taken", "file.too_big"} <= shown


def test_every_catalogue_of_the_house_has_its_place_on_the_rules_page() -> None:
    listed = {code for _, _, lines in catalogue.sections() for code in (line.code for line in lines)}
    found = {
        code
        for name, module in list(sys.modules.items())
        if name.partition(".")[0] in ("orgs", "cadres", "members", "progress", "zhtj")
        for value in vars(module).values()
        if isinstance(value, Catalogue)
        for code in value
    }
    assert found == listed


def test_the_rules_page_shows_the_settings_in_force_and_the_weight_they_give(cast: Any) -> None:
    def lines() -> dict[str, Any]:
        sections = world.client(cast.viewer).get("/rules/").context["sections"]
        return {line.code: line for _, _, lines in sections for line in lines}

    told = set(in_force(AdmissionSettings(), None))
    assert told <= set(lines()), "a setting of a rule that does not exist"
    assert "2017-01-01" in lines()["joined_on.under_age"].setting
    assert lines()["branch.under_three"].word == "需要确认"
    assert lines()["stage.gate_closed"].setting == "目前没有进行中的行动"
    campaign = presets.load_preset("henan-2018", province=cast.province)
    campaign.gate_mode = "warn"
    campaign.save()
    AdmissionSettings.objects.create(under_three="refuse", minimum_age_from=14)
    assert "须满 14 周岁" in lines()["joined_on.under_age"].setting
    assert lines()["branch.under_three"].word == "必须改正"
    assert lines()["stage.gate_closed"].word == "提醒"


def test_the_process_answers_without_a_database(
    client: Client, db: None, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(0):
        assert client.get("/healthz").json() == {"status": "ok"}


def test_ready_says_what_is_and_what_is_late(client: Client, db: None) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "database": "ok", "broker": "ok", "schedule": "late"}


def test_without_a_broker_nobody_is_sent_here(client: Client, db: None, monkeypatch: Any) -> None:
    monkeypatch.setattr(probes, "_broker", lambda: "down")
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["status"] == "unavailable"


def test_a_day_is_that_of_shanghai(cast: Any, clock: Any) -> None:
    clock.set(dt.datetime(2018, 11, 30, 23, 59))
    assert "2018-11-30" in world.client(cast.secretary).get("/").content.decode()
