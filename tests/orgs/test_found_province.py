"""An empty database becomes a province with somebody in it, by one command."""

import json

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from orgs import admins, founding, tree
from orgs.models import AccessCode, AuditEntry, OrgUnit, User
from orgs.scopes import scope_of

from tests import world

pytestmark = pytest.mark.django_db
HENAN = ("河南团省委", "--code", "HN")


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, str]:
    call_command("found_province", *arguments, "--json")
    return json.loads(capsys.readouterr().out)


def test_an_empty_database_becomes_usable(capsys: pytest.CaptureFixture[str], settings) -> None:
    settings.ZHTJ_ADMINS_HOLD_A_POST = False
    said = run(capsys, *HENAN, "--full-name", "中国共产主义青年团河南省委员会")
    province = OrgUnit.objects.get()
    assert (said["unit"], said["name"], said["purpose"]) == ("HN", "河南团省委", "register")
    assert province.full_name == "中国共产主义青年团河南省委员会" and tree.faults(province.tree_id) == []
    sent = {
        "code": said["code"],
        "username": "first",
        "password": world.PASSWORD,
        "password2": world.PASSWORD,
        "full_name": "王小明",
    }
    assert world.client().post(reverse("register"), sent).status_code == 302
    first = world.client(User.objects.get(username="first"))
    answer = first.post(
        reverse("unit_create", args=[province.pk]), {"short_name": "郑州团市委", "kind": "city_committee"}
    )
    assert answer.status_code == 302
    assert OrgUnit.objects.get(short_name="郑州团市委").code == "HN001"
    written = AuditEntry.objects.filter(unit=province).order_by("id").values_list("action", "door")
    assert list(written)[:2] == [("orgs.create_units", "command"), ("orgs.issue_code", "command")]


def test_again_gives_another_code_and_withdraws_the_first(capsys: pytest.CaptureFixture[str]) -> None:
    first, second = run(capsys, *HENAN), run(capsys, *HENAN)
    assert OrgUnit.objects.count() == 1 and first["code"] != second["code"]
    still_open = AccessCode.objects.filter(withdrawn_at=None)
    assert [admins.plain_code(code) for code in still_open] == [second["code"]]


def test_whoever_forgot_the_password_gets_a_reset_code(capsys: pytest.CaptureFixture[str]) -> None:
    province = world.province(code="HN")
    user = world.account(province, username="head")
    said = run(capsys, *HENAN, "--reset", "head")
    assert said["purpose"] == "reset" and said["address"].endswith("/reset/")
    sent = {"code": said["code"], "password": "New-Horse-42", "password2": "New-Horse-42"}
    assert world.client().post(reverse("reset_password"), sent).status_code == 302
    user.refresh_from_db()
    assert user.check_password("New-Horse-42") and scope_of(user).has("units.manage")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("河南团省委", "--code", "XX"), "编码是 HN"),
        (("河北团省委", "--code", "HN"), "编码"),
        (("", "--code", "HB"), "简称"),
        (("河北团省委", "--code", "有空 格"), "编码"),
        ((*HENAN, "--reset", "nobody"), "没有账号"),
        ((*HENAN, "--reset", "outsider"), "不是"),
        (HENAN, "至多两名"),
    ],
)
def test_what_cannot_be_is_refused_with_a_reason(arguments: tuple[str, ...], said: str) -> None:
    province = world.province(code="HN")
    world.account(province)
    world.account(province)
    world.account(username="outsider")
    before = OrgUnit.objects.count(), AccessCode.objects.count()
    with pytest.raises(CommandError, match=said):
        call_command("found_province", *arguments)
    assert (OrgUnit.objects.count(), AccessCode.objects.count()) == before


def test_a_unit_below_another_gets_its_codes_from_there() -> None:
    with pytest.raises(ValueError, match="from there"):
        founding.let_in(world.branch(world.province()))
