"""Coming in, going out, the first password, the unit acted for."""

from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.urls import reverse

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
