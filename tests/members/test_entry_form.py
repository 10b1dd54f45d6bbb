"""The entry form: drafts, what is shown while typing, the ways out, two editors, an ended session."""

import datetime as dt
import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from zhtj.lib import crypto

from members import actions
from members.models import AdmissionSettings, EntryDraft, Member, YouthUnderReview
from members.rules import Policy, number_rule

from tests import world
from tests.cast import Cast
from tests.conftest import Clock
from tests.members.conftest import good_cells

pytestmark = pytest.mark.django_db
NUMBER = "201741000001"
# Queries of one POST: session (what the next page tells waits in it), savepoints and trail included.
ENTERING = {"sqlite": 25, "postgresql": 23}
LATE = {"joined_on": "2017-05", "development_number": NUMBER}


@pytest.fixture(autouse=True)
def no_gate(settings: Any) -> None:
    settings.ZHTJ_ENTRY_GATE = ""


@pytest.fixture
def secretary(cast: Cast) -> Client:
    return world.client(cast.secretary)


def url(cast: Cast, part: str = "") -> str:
    return f"/members/enter/{cast.branch.pk}/{part}"


def told(cast: Cast, client: Client, about: str, **cells: str) -> str:
    return client.post(url(cast, "check/"), good_cells(**cells) | {"about": about}).content.decode()


# --- drafts ---------------------------------------------------------------------------------------


def test_a_half_filled_form_survives_logging_out_and_comes_back_to_its_author_only(
    cast: Cast, secretary: Client
) -> None:
    typed = {"full_name": "欧阳修", "national_id": "41010220000501"}
    assert secretary.post(url(cast, "draft/"), typed).status_code == 204
    secretary.post("/logout/")
    secretary.force_login(cast.secretary)
    page = secretary.get(url(cast))
    assert page.context["form"]["national_id"].value() == "41010220000501"
    assert "已恢复" in page.content.decode()
    assert "欧阳修" not in world.client(cast.committee_admin).get(url(cast)).content.decode()


def test_a_draft_lies_sealed_and_goes_once_entered(cast: Cast, secretary: Client) -> None:
    cells = good_cells()
    secretary.post(url(cast, "draft/"), cells)
    assert cells["national_id"].encode() not in bytes(EntryDraft.objects.get().typed_sealed)
    secretary.post(url(cast), cells)
    assert Member.objects.count() == 1 and not EntryDraft.objects.exists()


def test_without_script_a_button_keeps_the_draft_and_one_clears_it(cast: Cast, secretary: Client) -> None:
    page = secretary.post(url(cast), {"full_name": "欧阳修", "draft": "1"}, follow=True)
    assert page.context["form"]["full_name"].value() == "欧阳修"
    page = secretary.post(url(cast), {"clear": "1"}, follow=True)
    assert not page.context["form"]["full_name"].value() and not EntryDraft.objects.exists()


def test_nothing_typed_is_no_draft_and_old_drafts_are_dropped(
    cast: Cast, secretary: Client, clock: Clock
) -> None:
    secretary.post(url(cast, "draft/"), {"full_name": " "})
    assert not EntryDraft.objects.exists()
    secretary.post(url(cast, "draft/"), {"full_name": "欧阳修"})
    clock.forward(days=30)
    assert actions.forget_drafts(clock.now() - actions.drafts.KEPT_FOR, dry_run=False) == 0
    clock.forward(minutes=1)
    assert actions.forget_drafts(clock.now() - actions.drafts.KEPT_FOR, dry_run=False) == 1


def test_what_is_sent_after_the_session_ended_is_back_after_the_log_in(cast: Cast) -> None:
    visitor, cells = Client(), good_cells()
    sent = visitor.post(url(cast), cells | {"typed_by": cast.secretary.pk})
    assert sent.status_code == 302 and sent["Location"].startswith("/login/?next=")
    assert cells["national_id"] not in json.dumps(dict(visitor.session))
    visitor.post(sent["Location"], {"username": "secretary", "password": world.PASSWORD})
    page = visitor.get(url(cast))
    assert page.context["form"]["national_id"].value() == cells["national_id"]
    assert "已经恢复" in page.content.decode() and not Member.objects.exists()
    assert EntryDraft.objects.exists(), "and it is kept from now on"


def test_somebody_else_who_signs_in_never_sees_what_was_typed(cast: Cast) -> None:
    visitor, cells = Client(), good_cells()
    visitor.post(url(cast), cells | {"typed_by": cast.secretary.pk})
    visitor.post("/login/", {"username": "committee_admin", "password": world.PASSWORD})
    assert cells["national_id"] not in visitor.get(url(cast)).content.decode()
    assert "typed" not in visitor.session


def test_a_correction_sent_after_the_session_ended_is_back_too(cast: Cast) -> None:
    member = world.member(cast.branch)
    visitor, at = Client(), f"/members/{member.pk}/correct/"
    visitor.post(at, good_cells(workplace="第一中学") | {"typed_by": cast.secretary.pk})
    visitor.post("/login/", {"username": "secretary", "password": world.PASSWORD})
    assert visitor.get(at).context["form"]["workplace"].value() == "第一中学"


# --- while typing ---------------------------------------------------------------------------------


def test_on_leaving_the_id_a_clash_names_the_holding_unit_and_nothing_else(
    cast: Cast, secretary: Client
) -> None:
    held = world.national_id()
    world.member(cast.village, world.person("李秀英", id_text=held, mobile="13812345678"))
    shown = told(cast, secretary, "national_id", national_id=held)
    assert cast.village.short_name in shown
    assert not any(secret in shown for secret in ("李秀英", "13812345678", held))
    assert told(cast, secretary, "national_id", national_id=world.national_id()).strip() == ""
    assert "校验位" in told(cast, secretary, "national_id", national_id=held[:17] + "0123456789X"[
        "0123456789X".index(held[17]) - 1
    ])  # fmt: skip


def test_on_leaving_the_number_a_clash_names_the_holding_unit(cast: Cast, secretary: Client) -> None:
    world.member(cast.village, joined_on=dt.date(2017, 5, 1), development_number=NUMBER)
    assert cast.village.short_name in told(cast, secretary, "development_number", **LATE)
    assert "使用" not in told(
        cast, secretary, "development_number", joined_on="2017-05", development_number="201741000002"
    )


def test_a_member_on_record_does_not_collide_with_the_own_number(cast: Cast, secretary: Client) -> None:
    member = world.member(cast.branch, joined_on=dt.date(2017, 5, 1), development_number=NUMBER)
    at = f"/members/{member.pk}/correct/check/"
    assert "使用" not in secretary.post(at, LATE).content.decode()
    world.member(cast.village, joined_on=dt.date(2017, 5, 1), development_number="201741000002")
    assert "使用" in secretary.post(at, LATE | {"development_number": "201741000002"}).content.decode()


@pytest.mark.parametrize(
    ("month", "words"),
    [
        ("2016-12", ["可以不填", "前四位为2016", "201516、201617"]),
        ("2017-01", ["必须填写", "12位", "2017或2018", "201617"]),
        ("2018-05", ["必须填写", "2017或2018"]),
        ("2012-05", ["可以不填", "前四位为2012"]),
        ("", ["2017-01起入团的必须填写"]),
    ],
)
def test_the_number_rule_is_said_for_the_chosen_month(
    cast: Cast, secretary: Client, month: str, words: list[str]
) -> None:
    shown = told(cast, secretary, "development_number", joined_on=month)
    assert all(word in shown for word in words), shown


def test_the_number_rule_follows_the_settings(cast: Cast, secretary: Client) -> None:
    AdmissionSettings.objects.create(strict_admission_from=dt.date(2016, 1, 1))
    assert "必须填写" in told(cast, secretary, "development_number", joined_on="2016-12")
    assert "2016-01起" in secretary.get(url(cast)).content.decode()
    assert "年满14周岁" in number_rule(dt.date(2018, 1, 1), Policy(minimum_age_from=14))


# --- the ways out ---------------------------------------------------------------------------------


def test_an_irregular_number_leads_to_the_rectification_list_in_one_click(
    cast: Cast, secretary: Client
) -> None:
    cells = good_cells(joined_on="2017-05", development_number="2017410001")
    page = secretary.post(url(cast), cells).content.decode()
    assert f"/members/review/add/{cast.branch.pk}/" in page and "列入整改清单" in page
    secretary.post(f"/members/review/add/{cast.branch.pk}/", cells)
    assert YouthUnderReview.objects.get().reasons[0]["code"] == "development_number.length"


def test_a_taken_number_leads_to_a_dispute_and_a_held_person_to_a_claim(
    cast: Cast, secretary: Client
) -> None:
    held = world.national_id()
    world.member(
        cast.village,
        world.person("张三", id_text=held),
        joined_on=dt.date(2017, 5, 1),
        development_number=NUMBER,
    )
    page = secretary.post(url(cast), good_cells(**LATE)).content.decode()
    assert f"/members/dispute/{cast.branch.pk}/" in page
    page = secretary.post(url(cast), good_cells(national_id=held)).content.decode()
    assert f"/members/claim/{cast.branch.pk}/" in page
    begun = secretary.post(f"/members/claim/{cast.branch.pk}/", good_cells(national_id=held) | {"begin": "1"})
    assert begun.context["form"].initial["national_id"] == held and not begun.context["form"].errors


def test_a_data_fault_is_mended_in_the_form_and_leads_nowhere_else(cast: Cast, secretary: Client) -> None:
    page = secretary.post(url(cast), good_cells(national_id="41")).content.decode()
    assert "列入整改清单" not in page and "提出认领" not in page


def test_a_refusal_that_needs_the_superior_says_how_to_reach_it(cast: Cast, secretary: Client) -> None:
    cast.committee.secretary_name, cast.committee.phone = "王芳", "0371-65902921"
    cast.committee.save(update_fields=["secretary_name", "phone"])
    page = secretary.post(url(cast), good_cells(joined_on="2017-05")).content.decode()
    assert "第一中学团委（书记 王芳，电话 0371-65902921）" in page
    refused = secretary.get(f"/members/enter/{cast.second_branch.pk}/")
    assert refused.status_code == 404
    member = world.member(cast.branch)
    county = world.client(cast.county_admin)
    cast.city.phone = "0371-1"
    cast.city.save(update_fields=["phone"])
    denied = county.get(f"/members/{member.pk}/correct/")
    assert denied.status_code == 403 and "郑州团市委（电话 0371-1）" in denied.content.decode()


def test_sent_twice_it_is_entered_once(cast: Cast, secretary: Client) -> None:
    cells = good_cells()
    for _ in range(2):
        page = secretary.post(url(cast), cells | {"next": "1"}, follow=True)
    assert Member.objects.count() == 1 and "已在本支部名册中" in page.content.decode()


# --- two editors ----------------------------------------------------------------------------------


def opened(client: Client, member: Member) -> dict[str, str]:
    """The correction form as a browser would send it back."""
    form = client.get(f"/members/{member.pk}/correct/").context["form"]
    return {name: form[name].value() or "" for name in form.fields if name != "attest_evidence"}


def test_the_second_editor_chooses_field_by_field_and_nothing_is_lost(cast: Cast, secretary: Client) -> None:
    member = world.member(cast.branch)
    at = f"/members/{member.pk}/correct/"
    superior = world.client(cast.committee_admin)
    first, second = opened(superior, member), opened(secretary, member)
    superior.post(at, first | {"mobile": "13812345678", "workplace": "甲校"})
    page = secretary.post(at, second | {"qq": "12345", "workplace": "乙校"})
    member.refresh_from_db()
    assert (member.person.qq, member.person.workplace) == ("", "甲校"), "nothing is stored unseen"
    rows = {row.field: (row.stored, row.typed, row.is_own) for row in page.context["differences"]}
    assert rows == {
        "mobile": ("13812345678", "", False),
        "qq": ("", "12345", True),
        "workplace": ("甲校", "乙校", True),
    }
    shown = page.context["form"]
    again = {name: shown[name].value() or "" for name in shown.fields if name != "attest_evidence"}
    chosen = {"keep-mobile": "theirs", "keep-qq": "mine", "keep-workplace": "theirs"}
    assert secretary.post(at, again | chosen).status_code == 302
    person = Member.objects.get(pk=member.pk).person
    assert (person.mobile, person.qq, person.workplace) == ("13812345678", "12345", "甲校")


def test_a_third_change_in_between_is_shown_again(cast: Cast, secretary: Client) -> None:
    member = world.member(cast.branch)
    at = f"/members/{member.pk}/correct/"
    superior = world.client(cast.committee_admin)
    second = opened(secretary, member)
    for number in ("13812345678", "13812345679"):
        superior.post(at, opened(superior, member) | {"mobile": number})
        page = secretary.post(at, second | {"qq": "12345"})
        assert page.context["differences"]
        shown = page.context["form"]
        second = {name: shown[name].value() or "" for name in shown.fields if name != "attest_evidence"}
    assert secretary.post(at, second | {"keep-mobile": "theirs"}).status_code == 302
    assert Member.objects.get(pk=member.pk).person.mobile == "13812345679"


@pytest.mark.parametrize("base", ["", "not json", "[1]", '{"qq": 7}'])
def test_whatever_the_hidden_fields_hold_is_no_error(cast: Cast, secretary: Client, base: str) -> None:
    member = world.member(cast.branch)
    said = good_cells() | {"seen": "x", "base": base}
    assert secretary.post(f"/members/{member.pk}/correct/", said).status_code == 200


def test_a_draft_sealed_with_a_lone_surrogate_opens_again(cast: Cast, secretary: Client) -> None:
    secretary.post(url(cast, "draft/"), {"full_name": "\ud83d".encode("utf-8", "surrogatepass")})
    assert secretary.get(url(cast)).status_code == 200
    assert crypto.unseal(EntryDraft.objects.get().typed_sealed)


def test_entering_one_costs_its_fixed_number_of_queries(cast: Cast, secretary: Client) -> None:
    secretary.post(url(cast), good_cells())  # what a process asks only once
    for _ in range(2):
        with CaptureQueriesContext(connection) as captured:
            answer = secretary.post(url(cast), good_cells())
        assert answer.status_code == 302
        assert len(captured) == ENTERING[connection.vendor], [q["sql"][:90] for q in captured]
        world.members(cast.branch, 20)
