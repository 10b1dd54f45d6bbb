"""Coming in, going out, the first password, the unit acted for."""

from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.urls import reverse

from zhtj.lib import days

from orgs import admins
from orgs.models import AuditEntry, User

from tests import world

LOGIN = "/login/"


def sign_in(client: Client, username: str, password: str = world.PASSWORD, **more: str) -> Any:
    return client.post(LOGIN, {"username": username, "password": password, **more})


def test_signing_in_leads_where_the_visitor_was_going(cast: Any, client: Client) -> None:
    asked = client.get("/units/?q=HN01&kind=branch")
    answer = client.post(asked["Location"], {"username": "secretary", "password": world.PASSWORD})
    assert answer.status_code == 302
    assert answer["Location"] == "/units/?q=HN01&kind=branch"


@pytest.mark.parametrize(
    "wanted", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "\\\\evil"]
)
def test_signing_in_never_leads_elsewhere(wanted: str, cast: Any, client: Client) -> None:
    assert sign_in(client, "secretary", next=wanted)["Location"] == "/"


def test_a_wrong_password_is_told_without_saying_what_is_wrong(cast: Any, client: Client) -> None:
    known = sign_in(client, "secretary", "wrong").content.decode()
    unknown = sign_in(client, "nobody-of-that-name", "wrong").content.decode()
    assert "账号或密码不正确" in known
    assert "账号或密码不正确" in unknown


def test_five_wrong_passwords_lock_the_account_here_for_a_while(
    cast: Any, client: Client, settings: Any
) -> None:
    settings.AXES_ENABLED = True
    answers = [sign_in(client, "secretary", f"wrong{number}") for number in range(5)]
    assert answers[-1].status_code == 429
    assert "15 分钟" in answers[-1].content.decode()
    assert sign_in(client, "secretary").status_code == 429
    assert sign_in(client, "committee_admin").status_code == 302


def test_one_password_tried_with_many_names_locks_the_address(cast: Any, settings: Any) -> None:
    settings.AXES_ENABLED = True
    settings.ZHTJ_PROXIES = 1
    here, elsewhere = (Client(headers={"X-Forwarded-For": address}) for address in ("10.0.0.1", "10.0.0.2"))
    answers = [sign_in(here, f"name{number}", "Spring-2018") for number in range(50)]
    assert [answer.status_code for answer in answers] == [200] * 49 + [429]
    refused = sign_in(here, "secretary")
    assert refused.status_code == 429 and "从您的网络登录失败的次数太多" in refused.content.decode()
    assert sign_in(elsewhere, "secretary").status_code == 302
    assert AuditEntry.objects.get(action="orgs.logins_blocked").after == {"address": "10.0.0.1"}


def test_the_typing_errors_of_a_school_behind_one_address_lock_only_their_own_names(
    cast: Any, client: Client, settings: Any
) -> None:
    settings.AXES_ENABLED = True
    for name in ("committee_admin", "viewer", "village_admin"):
        for _ in range(5):
            sign_in(client, name, "wrong")
    assert sign_in(client, "secretary").status_code == 302


def test_who_sets_a_new_password_by_a_code_signs_in_at_once(cast: Any, client: Client, settings: Any) -> None:
    settings.AXES_ENABLED = True
    for number in range(5):
        sign_in(client, "secretary", f"wrong{number}")
    code = admins.issue_reset_code(world.actor(cast.committee_admin), user=cast.secretary, unit=cast.branch)
    new = "Hao-De-Mi-Ma-9"
    admins.reset_password(code_text=admins.plain_code(code), password=new, now=days.now())
    assert sign_in(client, "secretary", new).status_code == 302


def test_the_first_password_must_be_changed_before_anything_else(cast: Any, client: Client) -> None:
    User.objects.filter(pk=cast.secretary.pk).update(must_change_password=True)
    sign_in(client, "secretary")
    assert client.get("/")["Location"] == reverse("password_change")
    assert "第一次登录" in client.get(reverse("password_change")).content.decode()
    new = "另一句-Long-Enough-7"
    typed = {"old_password": world.PASSWORD, "new_password1": new, "new_password2": new}
    assert client.post(reverse("password_change"), typed)["Location"] == "/"
    assert client.get("/").status_code == 200
    assert AuditEntry.objects.filter(action="orgs.change_password", actor=cast.secretary).exists()
    assert sign_in(Client(), "secretary", new).status_code == 302


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"old_password": "wrong"}, "原密码不正确"),
        ({"new_password2": "something-else-9"}, "不一致"),
        ({"new_password1": "12345678", "new_password2": "12345678"}, "密码"),
        ({"new_password1": "", "new_password2": ""}, "请填写这一项"),
    ],
)
def test_a_password_that_will_not_do_is_explained(typed: dict[str, str], said: str, cast: Any) -> None:
    client = world.client(cast.secretary)
    good = {
        "old_password": world.PASSWORD,
        "new_password1": "Long-Enough-7",
        "new_password2": "Long-Enough-7",
    }
    answer = client.post(reverse("password_change"), good | typed)
    assert answer.status_code == 200
    assert said in answer.content.decode()


def test_signing_out_ends_the_session(cast: Any) -> None:
    client = world.client(cast.secretary)
    assert client.post("/logout/")["Location"] == LOGIN
    assert client.get("/").status_code == 302


def test_one_account_may_act_for_each_of_its_units(cast: Any) -> None:
    world.grant(cast.secretary, cast.second_branch, "unit_admin")
    client = world.client(cast.secretary)
    assert "切换到我管理的另一个组织" in client.get("/").content.decode()
    answer = client.post("/switch-unit/", {"unit": cast.second_branch.pk}, follow=True)
    assert answer.context["unit"] == cast.second_branch
    assert client.post("/switch-unit/", {"unit": cast.third_branch.pk}).status_code == 404


def test_the_demo_cast_is_listed_in_development_only(cast: Any, client: Client, settings: Any) -> None:
    world.account(cast.branch, username="branch")
    settings.ZHTJ_DEMO_LOGIN = True
    assert "data-demo=" in client.get(LOGIN).content.decode()
    settings.ZHTJ_DEMO_LOGIN = False
    assert "data-demo=" not in client.get(LOGIN).content.decode()


def test_the_session_cookie_is_out_of_reach_of_scripts() -> None:
    assert django_settings.SESSION_COOKIE_HTTPONLY
    assert not django_settings.SESSION_SAVE_EVERY_REQUEST
