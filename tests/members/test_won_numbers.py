"""录入 after a number was won: the form opens with whose it is, the id masked, and takes it as typed."""

import datetime as dt
import json
from typing import Any

import pytest
from django.test import Client

from members import actions
from members.models import EntryDraft, Member, MemberCase
from members.rules import EntryReader
from orgs.scopes import actor_for

from tests import world
from tests.cast import Cast
from tests.members.conftest import good_cells

TODAY = dt.date(2018, 11, 23)
NUMBER = "201741000001"
REST = {"joined_on": "2017-05", "development_number": NUMBER, "application_form": "有"}
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_gate(settings: Any) -> None:
    settings.ZHTJ_ENTRY_GATE = ""


@pytest.fixture
def typed() -> dict[str, Any]:
    """The member as the secretary would type them."""
    return good_cells(full_name="秦朗", **REST)


@pytest.fixture
def won(cast: Cast, typed: dict[str, Any]) -> MemberCase:
    """The village has given the number up for the person in `typed`."""
    world.member(
        cast.village, joined_on=dt.date(2017, 5, 1), development_number=NUMBER, application_form=True
    )
    case = actions.ask_number(
        actor_for(cast.secretary),
        branch=cast.branch,
        entry=EntryReader(TODAY).read(typed),
        reason="志愿书上是这个编号",
        today=TODAY,
    )
    return actions.answer_claim(actor_for(cast.village_admin), case=case, release=True, today=TODAY)


@pytest.fixture
def client(cast: Cast) -> Client:
    return world.client(cast.secretary)


def form_of(cast: Cast, case: MemberCase | int) -> str:
    return f"/members/enter/{cast.branch.pk}/?case={getattr(case, 'pk', case)}"


def as_shown(case: MemberCase, typed: dict[str, Any]) -> dict[str, Any]:
    return typed | {"national_id": case.masked_new_id, "case": str(case.pk)}


def member_of(cast: Cast, name: str = "秦朗") -> Member:
    return Member.objects.get(branch=cast.branch, person__full_name=name)


def test_the_page_of_the_dispute_leads_to_a_form_that_holds_name_number_and_masked_id(
    cast: Cast, client: Client, won: MemberCase, typed: dict[str, Any]
) -> None:
    page = client.get(f"/members/cases/{won.pk}/").content.decode()
    assert f'href="{form_of(cast, won)}"' in page
    page = client.get(form_of(cast, won)).content.decode()
    for value in ("秦朗", NUMBER, won.masked_new_id, "已填入编号争议中的"):
        assert value in page
    assert typed["national_id"] not in page and typed["national_id"] not in form_of(cast, won)


def test_sent_as_it_stands_the_member_is_entered_under_the_whole_id(
    cast: Cast, client: Client, won: MemberCase, typed: dict[str, Any]
) -> None:
    client.post(f"/members/enter/{cast.branch.pk}/", as_shown(won, typed))
    member = member_of(cast)
    assert (member.person.masked_id, member.development_number) == (won.masked_new_id, NUMBER)
    assert client.get(f"/members/?branch={cast.branch.pk}").content.decode().count("秦朗") >= 1


def test_refused_the_page_still_shows_it_masked_and_the_list_takes_it(
    cast: Cast, client: Client, won: MemberCase, typed: dict[str, Any]
) -> None:
    young = as_shown(won, typed) | {"application_form": "无"}
    page = client.post(f"/members/enter/{cast.branch.pk}/", young).content.decode()
    assert "列入整改清单" in page and won.masked_new_id in page and "national_id" not in _codes(page)
    assert typed["national_id"] not in page
    said = client.post(f"/members/review/add/{cast.branch.pk}/", young)
    assert said.status_code == 302, said.content.decode()


def _codes(page: str) -> str:
    """The codes of the errors a page shows."""
    return " ".join(part.split('"')[0] for part in page.split('data-code="')[1:])


def test_on_leaving_the_masked_id_nothing_is_said_against_it(
    cast: Cast, client: Client, won: MemberCase, typed: dict[str, Any]
) -> None:
    asked = as_shown(won, typed) | {"about": "national_id"}
    said = client.post(f"/members/enter/{cast.branch.pk}/check/", asked).content.decode()
    assert "18" not in said


def test_another_id_than_the_one_shown_is_read_as_typed(
    cast: Cast, client: Client, won: MemberCase, typed: dict[str, Any]
) -> None:
    wrong = as_shown(won, typed) | {"national_id": "411***********0000"}
    client.post(f"/members/enter/{cast.branch.pk}/", wrong)
    assert not Member.objects.filter(branch=cast.branch, person__full_name="秦朗").exists()


@pytest.mark.parametrize("other", ["another branch", "not won", "no number", "nobody's"])
def test_a_masked_id_means_nobody_beside_a_case_that_is_not_won_here(
    cast: Cast, won: MemberCase, typed: dict[str, Any], other: str
) -> None:
    client, branch = world.client(cast.secretary), cast.branch
    sent = as_shown(won, typed)
    if other == "another branch":
        client, branch = world.client(cast.village_admin), cast.village
    elif other == "not won":
        MemberCase.objects.filter(pk=won.pk).update(state="refused")
    else:
        sent["case"] = {"no number": "x１", "nobody's": "999999999999999999"}[other]
    before = Member.objects.count()
    page = client.post(f"/members/enter/{branch.pk}/", sent).content.decode()
    assert "秦朗" in page and Member.objects.count() == before
    empty = client.get(f"/members/enter/{branch.pk}/?case={sent['case']}").content.decode()
    assert won.masked_new_id not in empty


def test_what_was_typed_of_the_same_person_comes_back_whole(
    cast: Cast, client: Client, won: MemberCase, typed: dict[str, Any]
) -> None:
    client.post(f"/members/enter/{cast.branch.pk}/draft/", typed | {"mobile": "13812345678"})
    page = client.get(form_of(cast, won)).content.decode()
    assert "13812345678" in page and "已恢复" in page and typed["national_id"] in page


def test_the_draft_of_somebody_else_outlives_it(
    cast: Cast, client: Client, won: MemberCase, typed: dict[str, Any]
) -> None:
    client.post(f"/members/enter/{cast.branch.pk}/draft/", {"full_name": "王草稿"})
    page = client.get(form_of(cast, won)).content.decode()
    assert "王草稿" not in page and "data-keep" not in page and "另有一份没有填完的草稿" in page
    client.post(f"/members/enter/{cast.branch.pk}/", as_shown(won, typed))
    assert member_of(cast) and EntryDraft.objects.count() == 1
    assert "王草稿" in client.get(f"/members/enter/{cast.branch.pk}/").content.decode()


def test_a_draft_of_the_form_as_it_opened_is_taken_up_again_and_goes_once_entered(
    cast: Cast, client: Client, won: MemberCase, typed: dict[str, Any]
) -> None:
    client.post(f"/members/enter/{cast.branch.pk}/draft/", as_shown(won, typed) | {"mobile": "13812345678"})
    page = client.get(f"/members/enter/{cast.branch.pk}/").content.decode()
    assert f'name="case" value="{won.pk}"' in page and "13812345678" in page
    client.post(f"/members/enter/{cast.branch.pk}/", as_shown(won, typed))
    assert member_of(cast) and not EntryDraft.objects.exists()


@pytest.mark.parametrize("national_id", ["", "as shown"])
def test_a_program_names_the_dispute_and_need_not_know_the_id(
    cast: Cast, client: Client, won: MemberCase, typed: dict[str, Any], national_id: str
) -> None:
    cells = {name: cell for name, cell in typed.items() if name not in ("national_id", "full_name")}
    body = cells | {"case": won.pk, "national_id": won.masked_new_id if national_id else ""}
    answer = client.post("/api/members/", json.dumps(body), content_type="application/json")
    assert answer.status_code == 201, answer.content.decode()
    assert member_of(cast).person.masked_id == won.masked_new_id
    assert typed["national_id"] not in answer.content.decode()


def test_a_program_meets_nothing_behind_a_dispute_that_others_won(cast: Cast, won: MemberCase) -> None:
    body = json.dumps({"case": won.pk, "joined_on": "2017-05"})
    for user in (cast.village_admin, cast.outsider):
        answer = world.client(user).post("/api/members/", body, content_type="application/json")
        assert answer.status_code == 404


@pytest.fixture
def elsewhere(cast: Cast, typed: dict[str, Any], won: MemberCase) -> Member:
    """Who the number was won for has been entered by the village meanwhile."""
    return world.member(cast.village, world.person("秦朗", id_text=typed["national_id"]))


def test_who_is_refused_with_a_masked_id_is_claimed_without_typing_it(
    cast: Cast, client: Client, won: MemberCase, typed: dict[str, Any], elsewhere: Member
) -> None:
    sent = as_shown(won, typed)
    refused = client.post(f"/members/enter/{cast.branch.pk}/", sent).content.decode()
    claim = f"/members/claim/{cast.branch.pk}/"
    assert f'formaction="{claim}"' in refused
    form = client.post(claim, sent | {"begin": "1"}).content.decode()
    assert won.masked_new_id in form and f'name="case" value="{won.pk}"' in form
    asked = {name: sent[name] for name in ("full_name", "national_id", "case")} | {"reason": "在我处"}
    another = client.post(claim, asked | {"national_id": "411***********0000"}).content.decode()
    assert "18位" in another and not MemberCase.objects.filter(kind="claim").exists()
    answer = client.post(claim, asked)
    case = MemberCase.objects.get(kind="claim")
    assert (case.member, answer["Location"]) == (elsewhere, f"/members/cases/{case.pk}/")
    for shown in (form, another):
        assert typed["national_id"] not in shown


def test_a_program_claims_by_the_dispute_and_nobody_by_one_that_is_not_theirs(
    cast: Cast, client: Client, won: MemberCase, elsewhere: Member
) -> None:
    body = {"case": won.pk, "branch": cast.branch.code, "reason": "在我处"}
    theirs = world.client(cast.village_admin).post("/api/members/claim/", body, "application/json")
    assert theirs.status_code == 404 and not MemberCase.objects.filter(kind="claim").exists()
    answer = client.post("/api/members/claim/", body, "application/json")
    assert (answer.status_code, answer.json()["member"]) == (201, elsewhere.pk)


def test_a_granted_claim_leads_to_the_record_there_is(cast: Cast, client: Client) -> None:
    held = world.national_id()
    world.member(cast.village, world.person("张三", id_text=held))
    case = actions.ask_claim(
        actor_for(cast.secretary),
        branch=cast.branch,
        entry=EntryReader(TODAY).read({"full_name": "张三", "national_id": held}),
        reason="在我处",
    )
    assert "打开张三的记录" not in client.get(f"/members/cases/{case.pk}/").content.decode()
    actions.answer_claim(actor_for(cast.village_admin), case=case, release=True, today=TODAY)
    page = client.get(f"/members/cases/{case.pk}/").content.decode()
    assert f'href="/members/{member_of(cast, "张三").pk}/"' in page
