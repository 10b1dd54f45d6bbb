"""The pages: roster, one member, entering, correcting."""

from typing import Any

import pytest
from django.test import Client

from members.models import Member

from tests import world
from tests.cast import Cast
from tests.members.conftest import good_cells

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_gate(settings: Any) -> None:
    settings.ZHTJ_ENTRY_GATE = ""


@pytest.fixture
def browser(cast: Cast) -> Client:
    return world.client(cast.secretary)


def text_of(answer: Any) -> str:
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_saved_member_stands_in_the_roster_with_the_id_masked(cast: Cast, browser: Client) -> None:
    cells = good_cells(full_name="王小明", is_cadre="是", post="书记")
    answer = browser.post(f"/members/enter/{cast.branch.pk}/", cells, follow=True)
    page = text_of(answer)
    assert "已录入王小明" in page and "书记" in page
    assert cells["national_id"] not in page
    assert cells["national_id"][:3] + "*" * 11 + cells["national_id"][14:] in page


def test_save_and_next_leads_to_an_empty_form(cast: Cast, browser: Client) -> None:
    answer = browser.post(f"/members/enter/{cast.branch.pk}/", good_cells() | {"next": "1"}, follow=True)
    assert answer.redirect_chain[-1][0] == f"/members/enter/{cast.branch.pk}/"
    assert not answer.context["form"].is_bound


def test_faults_stand_under_their_fields_and_in_a_summary_that_leads_there(
    cast: Cast, browser: Client
) -> None:
    page = text_of(browser.post(f"/members/enter/{cast.branch.pk}/", good_cells(full_name="1", mobile="2")))
    assert 'href="#id_full_name"' in page and 'id="id_full_name_error"' in page
    assert '<details class="fold" open>' in page, "a fold with a fault in it is open"
    assert not Member.objects.exists()


def test_the_same_person_again_opens_the_record(cast: Cast, browser: Client) -> None:
    cells = good_cells()
    browser.post(f"/members/enter/{cast.branch.pk}/", cells)
    answer = browser.post(f"/members/enter/{cast.branch.pk}/", cells | {"qq": "12345"}, follow=True)
    member = Member.objects.get()
    assert answer.redirect_chain[-1][0] == f"/members/{member.pk}/"
    assert member.person.qq == ""


def test_while_typing_a_known_id_leads_to_the_record(cast: Cast, browser: Client) -> None:
    here = world.national_id()
    member = world.member(cast.branch, world.person(id_text=here))
    address = f"/members/enter/{cast.branch.pk}/check/"
    assert f"/members/{member.pk}/" in text_of(browser.post(address, {"national_id": here}))


HOSTILE = [
    "\x00",
    "\ud800",
    "😀" * 50,
    "\u202e诶",
    "<script>alert(1)</script>",
    "a" * 5000,
    "=1+1",
    "' OR 1=1",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_in_any_field_is_a_named_problem_or_stored_and_shown_escaped(
    cast: Cast, browser: Client, text: str
) -> None:
    text = text.encode("utf-8", "surrogatepass").decode("utf-8", "replace") if text != "\x00" else text
    cells = dict.fromkeys(good_cells(), text) | {"workplace": text, "wechat": text}
    page = text_of(browser.post(f"/members/enter/{cast.branch.pk}/", cells))
    assert "<script>alert" not in page
    answer = browser.post(f"/members/enter/{cast.branch.pk}/", good_cells(workplace=text), follow=True)
    assert "<script>alert" not in text_of(answer)


def test_blank_evidence_asks_for_the_tick(cast: Cast, browser: Client) -> None:
    cells = good_cells(application_form="")
    page = browser.post(f"/members/enter/{cast.branch.pk}/", cells)
    assert page.context["form"].errors.as_data()["attest_evidence"][0].code == "identity.evidence_unattested"
    browser.post(f"/members/enter/{cast.branch.pk}/", cells | {"attest_evidence": "on"})
    assert Member.objects.get().attested_by == cast.secretary


# --- the roster -----------------------------------------------------------------------------------


@pytest.fixture
def roster(cast: Cast) -> dict[str, Member]:
    people = {
        "王小明": cast.branch,
        "王大明": cast.second_branch,
        "李小红": cast.second_branch,
        "王外人": cast.other_branch,
        "赵村民": cast.village,
    }
    return {name: world.member(branch, world.person(name)) for name, branch in people.items()}


def names_on(answer: Any) -> list[str]:
    assert answer.status_code == 200
    return [member.person.full_name for member in answer.context["roster"].members]


def test_a_roster_holds_the_sub_tree_in_the_order_of_the_tree(cast: Cast, roster: Any) -> None:
    county = world.client(cast.county_admin)
    assert names_on(county.get("/members/")) == ["王小明", "王大明", "李小红", "赵村民"]
    assert names_on(county.get(f"/members/?branch={cast.second_branch.pk}")) == ["王大明", "李小红"]


def test_search_is_by_the_beginning_of_a_name_inside_the_scope(cast: Cast, roster: Any) -> None:
    county = world.client(cast.county_admin)
    assert names_on(county.get("/members/?q=王")) == ["王小明", "王大明"]
    assert names_on(county.post("/members/", {"q": "王大"}, follow=True)) == ["王大明"]
    assert names_on(county.get("/members/?q=明")) == []


def test_a_whole_id_is_found_by_post_only_and_never_repeated(cast: Cast) -> None:
    number = world.national_id()
    world.member(cast.branch, world.person("王小明", id_text=number))
    world.member(cast.branch, world.person("李小红"))
    browser = world.client(cast.secretary)
    found = browser.post("/members/", {"q": number})
    assert names_on(found) == ["王小明"]
    assert number not in found.content.decode()
    assert len(names_on(browser.get(f"/members/?q={number}"))) == 2


def test_somebody_outside_is_not_found_by_id(cast: Cast) -> None:
    number = world.national_id()
    world.member(cast.other_branch, world.person("王外人", id_text=number))
    assert names_on(world.client(cast.secretary).post("/members/", {"q": number})) == []


def test_pages_follow_one_another_without_gap_or_double(cast: Cast, monkeypatch: Any) -> None:
    monkeypatch.setattr("members.queries.rosters.PAGE_SIZE", 4)
    for branch, count in ((cast.branch, 5), (cast.second_branch, 3), (cast.third_branch, 2)):
        world.members(branch, count)
    browser, after, seen = world.client(cast.committee_admin), "", []
    for _ in range(4):
        answer = browser.get(f"/members/?after={after}")
        seen += [member.pk for member in answer.context["roster"].members]
        after = answer.context["roster"].after
        if not after:
            break
    assert seen == sorted(seen) and len(seen) == len(set(seen)) == 10


@pytest.mark.parametrize(
    "query", ["after=x", "after=999999.1", "branch=0", "branch=x", "branch=99999999999999999999"]
)
def test_a_made_up_query_is_the_first_page_or_not_found(cast: Cast, query: str) -> None:
    assert world.client(cast.secretary).get(f"/members/?{query}").status_code in (200, 404)


def test_others_units_and_members_are_not_found(
    cast: Cast, roster: dict[str, Member], browser: Client
) -> None:
    theirs = roster["王外人"].pk
    for address in (
        f"/members/?branch={cast.other_branch.pk}",
        f"/members/{theirs}/",
        f"/members/{theirs}/correct/",
        f"/members/enter/{cast.other_branch.pk}/",
        f"/members/enter/{cast.other_branch.pk}/check/",
    ):
        method = browser.post if address.endswith("check/") else browser.get
        assert method(address).status_code == 404, address


def test_a_superior_further_up_sees_but_does_not_enter(cast: Cast, roster: dict[str, Member]) -> None:
    county = world.client(cast.county_admin)
    member = roster["王小明"].pk
    assert f"/members/{member}/correct/" not in text_of(county.get(f"/members/{member}/"))
    assert county.get(f"/members/{member}/correct/").status_code == 403
    assert county.get(f"/members/enter/{cast.branch.pk}/").status_code == 403


def test_the_roster_costs_the_same_at_any_length(
    cast: Cast, browser: Client, django_assert_max_num_queries: Any
) -> None:
    world.members(cast.branch, 30)
    with django_assert_max_num_queries(13):
        browser.get("/members/")


# --- one member -----------------------------------------------------------------------------------


def test_a_correction_is_prefilled_saved_and_shown(cast: Cast, browser: Client) -> None:
    browser.post(
        f"/members/enter/{cast.branch.pk}/", good_cells(mobile="13812345678", is_cadre="是", post="书记")
    )
    member = Member.objects.get()
    form = browser.get(f"/members/{member.pk}/correct/").context["form"]
    typed = {name: form[name].value() or "" for name in form.fields if name != "attest_evidence"}
    assert (typed["mobile"], typed["post"], typed["joined_on"]) == ("13812345678", "书记", "2015-05")
    answer = browser.post(
        f"/members/{member.pk}/correct/", typed | {"mobile": "", "post": "副书记"}, follow=True
    )
    page = text_of(answer)
    assert "已更正" in page and "副书记" in page and "13812345678" not in page


def test_a_faulty_correction_is_refused(cast: Cast, browser: Client) -> None:
    member = world.member(cast.branch)
    answer = browser.post(f"/members/{member.pk}/correct/", {"joined_on": "2030-01"})
    codes = {e.code for errors in answer.context["form"].errors.as_data().values() for e in errors}
    assert {"joined_on.future", "ethnicity.missing", "is_cadre.missing"} <= codes
    member.refresh_from_db()
    assert f"{member.joined_on:%Y-%m}" == "2015-05"
