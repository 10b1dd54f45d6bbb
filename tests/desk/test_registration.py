"""Coming in with a code: the account, its grant and the post behind it; and nobody guesses a code."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from zhtj.lib import days

from cadres.models import Cadre
from orgs import admins, throttle
from orgs.idle import BY_ITSELF
from orgs.models import AccessCode, AuditEntry, CodeTry, OrgUnit, Person, User

from tests import world
from tests.cast import Cast
from tests.conftest import Clock

pytestmark = pytest.mark.django_db
ID = world.national_id(7001, region="410105")


def code_for(cast: Cast, unit: OrgUnit) -> str:
    actor = world.actor(cast.province_admin)
    return admins.plain_code(admins.issue_codes(actor, units=[unit])[0])


def typed(code: str, **changes: str) -> dict[str, str]:
    return {
        "code": code,
        "full_name": "王芳",
        "national_id": ID,
        "ethnicity": "汉族",
        "political_status": "共青团员",
        "post": "书记",
        "mobile": "13812345678",
        "username": "wangfang",
        "password": "Xin-Mi-Ma-2018",
        "password2": "Xin-Mi-Ma-2018",
        **changes,
    }


def errors_of(answer: Any) -> set[str]:
    return {error.code for errors in answer.context["form"].errors.as_data().values() for error in errors}


def test_the_code_shows_whose_it_is_and_its_holder_registers_with_a_post(cast: Cast, client: Client) -> None:
    code = code_for(cast, cast.town)
    answer = client.post(reverse("register"), {"code": code})
    assert cast.town.short_name in answer.content.decode() and not User.objects.filter(username="wangfang")
    answer = client.post(reverse("register"), typed(code))
    assert answer.status_code == 302 and answer["Location"] == reverse("login")
    user = User.objects.get(username="wangfang")
    assert world.actor(user).scope.may("cadres.enter", cast.town)
    post = Cadre.objects.get()
    assert (post.unit, post.post, post.person) == (cast.town, "书记", user.person)
    assert user.person.mobile == "13812345678" and ID not in str(AuditEntry.objects.values_list("after"))
    assert client.login(username="wangfang", password="Xin-Mi-Ma-2018")


def test_a_person_already_known_is_taken_as_is_and_a_post_already_held_is_not_doubled(
    cast: Cast, client: Client
) -> None:
    known = world.person("王芳", id_text=ID, mobile="")
    world.cadre(cast.town, "书记", known)
    client.post(reverse("register"), typed(code_for(cast, cast.town)))
    assert User.objects.get(username="wangfang").person == known
    assert Cadre.objects.count() == 1 and Person.objects.get(pk=known.pk).mobile == ""


BAD = [
    ({"full_name": ""}, "full_name.missing"),
    ({"full_name": "王1"}, "full_name.format"),
    ({"national_id": ""}, "national_id.missing"),
    ({"national_id": ID[:17] + ("1" if ID[17] != "1" else "2")}, "national_id.checksum"),
    ({"ethnicity": ""}, "ethnicity.missing"),
    ({"political_status": "民主人士"}, "political_status.unknown"),
    ({"post": ""}, "post.missing"),
    ({"post": "组织委员"}, "post.not_at_this_kind"),
    ({"mobile": "12345"}, "mobile.format"),
    ({"username": "王芳"}, "username.format"),
    ({"username": "CITY_ADMIN"}, "username.taken"),
    ({"password": "123", "password2": "123"}, "password.weak"),
    ({"password2": "else"}, "password.mismatch"),
]


@pytest.mark.parametrize(("change", "expected"), BAD)
def test_a_faulty_registration_names_its_fault_writes_nothing_and_leaves_the_code_open(
    cast: Cast, client: Client, change: dict[str, str], expected: str
) -> None:
    code, accounts = code_for(cast, cast.town), User.objects.count()
    answer = client.post(reverse("register"), typed(code, **change))
    assert expected in errors_of(answer)
    assert User.objects.count() == accounts and not Cadre.objects.exists()
    assert admins.look_up(code, "register", now=days.now())


def test_everything_wrong_is_said_at_once(cast: Cast, client: Client) -> None:
    code = code_for(cast, cast.town)
    answer = client.post(reverse("register"), typed(code, national_id="1", post="", username="a b"))
    assert errors_of(answer) >= {"national_id.format", "post.missing", "username.format"}


def test_a_known_id_under_another_name_is_refused(cast: Cast, client: Client) -> None:
    world.person("李四", id_text=ID)
    answer = client.post(reverse("register"), typed(code_for(cast, cast.town)))
    assert errors_of(answer) == {"person.name_mismatch"} and "李四" not in answer.content.decode()


def test_who_loses_the_race_for_a_username_is_told_it_is_taken(
    cast: Cast, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody took it between the look and the writing: as if the first look had come too early."""
    world.account(username="wangfang")
    looks = iter([lambda username: [], admins.username_problems])
    monkeypatch.setattr(admins.codes, "username_problems", lambda username: next(looks)(username))
    answer = client.post(reverse("register"), typed(code_for(cast, cast.town)))
    assert errors_of(answer) == {"username.taken"} and not Cadre.objects.exists()


def test_a_leading_organ_asks_the_kind_of_engagement(cast: Cast, client: Client) -> None:
    OrgUnit.objects.get(pk=cast.county.pk).grants.all().delete()
    code = code_for(cast, cast.county)
    assert errors_of(client.post(reverse("register"), typed(code))) == {"engagement.missing"}
    client.post(reverse("register"), typed(code, engagement="full_time"))
    assert Cadre.objects.get().engagement == "full_time"


def test_without_the_setting_no_post_is_asked(cast: Cast, client: Client, settings: Any) -> None:
    settings.ZHTJ_ADMINS_HOLD_A_POST = False
    code = code_for(cast, cast.town)
    assert "national_id" not in client.post(reverse("register"), {"code": code}).context["form"].fields
    wanted = {name: typed(code)[name] for name in ("code", "full_name", "username", "password", "password2")}
    assert client.post(reverse("register"), wanted).status_code == 302
    assert User.objects.get(username="wangfang").person is None and not Cadre.objects.exists()


def test_ten_wrong_codes_from_one_address_close_the_page_for_fifteen_minutes(
    cast: Cast, client: Client, clock: Clock
) -> None:
    code = code_for(cast, cast.town)
    for number in range(throttle.MOST_WRONG):
        answer = client.post(reverse("register"), {"code": f"WRONG{number:03d}"})
        assert errors_of(answer) == {"code.unknown"}
    for page in ("register", "reset_password"):
        answer = client.post(reverse(page), typed(code))
        assert answer.status_code == 429 and "15 分钟" in answer.content.decode()
    assert client.post(reverse("register"), {"code": code}, REMOTE_ADDR="10.0.0.9").status_code == 200
    assert AuditEntry.objects.filter(action="orgs.codes_blocked").count() == 1
    clock.forward(minutes=15, seconds=1)
    assert client.post(reverse("register"), {"code": code}).status_code == 200
    assert CodeTry.objects.count() == throttle.MOST_WRONG


def test_behind_a_proxy_wrong_codes_of_one_visitor_close_the_page_for_nobody_else(
    cast: Cast, client: Client, settings: Any
) -> None:
    settings.ZHTJ_PROXIES = 1
    code = code_for(cast, cast.town)
    for number in range(throttle.MOST_WRONG):
        claimed = f"198.51.100.{number}, 203.0.113.7"  # the visitor wrote the left one, the proxy the right
        client.post(reverse("register"), {"code": f"WRONG{number:03d}"}, HTTP_X_FORWARDED_FOR=claimed)
    for address, status in (("203.0.113.7", 429), ("198.51.100.1, 203.0.113.7", 429), ("203.0.113.8", 200)):
        answer = client.post(reverse("register"), {"code": code}, HTTP_X_FORWARDED_FOR=address)
        assert answer.status_code == status, address


def test_without_proxies_nobody_is_who_they_claim(cast: Cast, client: Client) -> None:
    for number in range(throttle.MOST_WRONG):
        claimed = f"198.51.100.{number}"
        client.post(reverse("register"), {"code": f"WRONG{number:03d}"}, HTTP_X_FORWARDED_FOR=claimed)
    answer = client.post(reverse("register"), {"code": "X"}, HTTP_X_FORWARDED_FOR="203.0.113.8")
    assert answer.status_code == 429


def test_a_reset_code_sets_a_new_password_on_the_public_page(cast: Cast, client: Client) -> None:
    actor = world.actor(cast.county_admin)
    made = admins.issue_reset_code(actor, user=cast.committee_admin, unit=cast.committee)
    new = {"code": admins.plain_code(made), "password": "Hao-De-Mi-Ma-9", "password2": "Hao-De-Mi-Ma-9"}
    assert client.post(reverse("reset_password"), new)["Location"] == reverse("login")
    assert client.login(username="committee_admin", password="Hao-De-Mi-Ma-9")
    assert errors_of(client.post(reverse("reset_password"), new)) == {"code.used"}


def test_a_registration_code_is_no_reset_code(cast: Cast, client: Client) -> None:
    code = code_for(cast, cast.town)
    answer = client.post(reverse("reset_password"), {"code": code, "password": "a" * 9, "password2": "a" * 9})
    assert errors_of(answer) == {"code.unknown"}
    assert AccessCode.objects.get().used_at is None


def just_signed_in(user: User) -> Client:
    """As the log-in page leaves somebody, by the clock of the test: other tests' clients are never idle."""
    browser = Client()
    browser.force_login(user)
    return browser


def test_a_silent_session_ends_and_a_busy_one_goes_on(cast: Cast, clock: Clock, settings: Any) -> None:
    settings.ZHTJ_IDLE_MINUTES = 60
    User.objects.update(last_login=None)
    client = just_signed_in(cast.secretary)
    User.objects.filter(pk=cast.secretary.pk).update(last_login=days.now())
    for _ in range(3):
        clock.forward(minutes=50)
        assert client.get(reverse("rules")).status_code == 200
    clock.forward(minutes=61)
    answer = client.get(reverse("rules"))
    assert answer.status_code == 302 and answer["Location"].startswith(reverse("login"))
    assert "60 分钟没有操作" in client.get(answer["Location"]).content.decode()


def test_a_page_that_asks_for_itself_keeps_no_session_alive(cast: Cast, clock: Clock, settings: Any) -> None:
    settings.ZHTJ_IDLE_MINUTES = 60
    client = just_signed_in(cast.secretary)
    User.objects.update(last_login=days.now())
    polled = {"HX-Request": "true", BY_ITSELF: "1"}
    answers = []
    for _ in range(13):
        clock.forward(minutes=5)
        answers.append(client.get(reverse("import_list"), headers=polled).status_code)
    assert answers == [200] * 12 + [302], "an hour and no more"
    assert client.get(reverse("rules"))["Location"].startswith(reverse("login"))


def test_who_works_beside_it_stays_signed_in(cast: Cast, clock: Clock, settings: Any) -> None:
    settings.ZHTJ_IDLE_MINUTES = 60
    client = just_signed_in(cast.secretary)
    User.objects.update(last_login=days.now())
    for minute in range(0, 150, 5):
        headers = {} if minute % 50 == 0 else {BY_ITSELF: "1"}
        assert client.get(reverse("import_list"), headers=headers).status_code == 200
        clock.forward(minutes=5)


# --- an account that exists takes on a further unit ---------------------------------------------


def test_somebody_signed_in_takes_on_a_further_unit_with_a_post_in_it(cast: Cast) -> None:
    cast.village_admin.person = world.person("王芳", id_text=ID)
    cast.village_admin.save(update_fields=["person"])
    client, code = world.client(cast.village_admin), code_for(cast, cast.town)
    step = client.post(reverse("register"), {"code": code})
    assert "同时成为“须水镇团委”" in step.content.decode()
    answer = client.post(reverse("register"), {"code": code, "post": "书记", "confirm": "1"})
    assert answer["Location"] == reverse("home")
    assert set(admins.admins(cast.town)) == {cast.village_admin}
    assert Cadre.objects.get(unit=cast.town).person == cast.village_admin.person
    assert "切换到我管理的另一个组织" in client.get(reverse("home")).content.decode()


TAKE_ON_BAD = [("", True, "post.missing"), ("书记", False, "account.nobody")]


@pytest.mark.parametrize(("post", "has_person", "code"), TAKE_ON_BAD)
def test_a_further_unit_needs_a_post_and_a_person(cast: Cast, post: str, has_person: bool, code: str) -> None:
    if has_person:
        cast.village_admin.person = world.person("王芳", id_text=ID)
        cast.village_admin.save(update_fields=["person"])
    entry = {"code": code_for(cast, cast.town), "post": post, "confirm": "1"}
    answer = world.client(cast.village_admin).post(reverse("register"), entry)
    assert code in errors_of(answer) and not admins.admins(cast.town).exists()
