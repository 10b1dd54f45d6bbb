"""The roster narrowed: every filter on both sides, the walk page by page, columns that are kept."""

import datetime as dt
import json
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from zhtj.lib import crypto, days

from members import actions, queries
from members.models import Member, RosterColumns
from members.queries import walk
from members.queries.filters import Filters
from members.rules import Entry, EntryReader

from tests import world
from tests.cast import Cast
from tests.members.conftest import good_cells

pytestmark = pytest.mark.django_db
TODAY = dt.date(2018, 11, 23)


@pytest.fixture
def people(cast: Cast) -> dict[str, Member]:
    """One member for each side of each filter; everybody a day ago but 新."""
    yesterday = days.now() - dt.timedelta(days=1)
    born = {"老": dt.date(1990, 11, 23), "少": dt.date(1990, 11, 24), "干": dt.date(1980, 1, 1)}
    made: dict[str, Any] = {
        "党": {"political_status": "party_member"},
        "女": {"id_text": world.national_id(male=False)},
        **{name: {"id_text": world.national_id(born=day)} for name, day in born.items()},
        **{name: {} for name in ("早", "晚", "证", "新", "村", "争", "号", "退", "转")},
    }
    rows = {
        "早": {"joined_on": dt.date(2014, 4, 1)},
        "晚": {"joined_on": dt.date(2016, 6, 1)},
        "证": {"application_form": None, "attested_at": yesterday},
        "新": {"from_at": days.now()},
        "号": {"joined_on": dt.date(2017, 5, 1), "development_number": "201741000001"},
        "退": {"until_at": yesterday, "left_reason": "left"},
        "转": {"until_at": yesterday, "left_reason": "transferred"},
    }
    found = {
        name: world.member(
            cast.village if name == "村" else cast.branch,
            world.person(name, **who),
            **{"from_at": yesterday, **rows.get(name, {})},
        )
        for name, who in made.items()
    }
    world.cadre(cast.branch, "书记", found["干"].person)
    _claim(cast, found["争"])
    _dispute(cast, found["号"])
    return found


def _claim(cast: Cast, member: Member) -> None:

    entry = Entry(full_name="争", national_id=crypto.unseal(member.person.id_sealed))
    asking = world.actor(world.account(cast.other_branch))
    actions.ask_claim(asking, branch=cast.other_branch, entry=entry, reason="在我处")


def _dispute(cast: Cast, member: Member) -> None:
    cells = good_cells(joined_on="2017-05", development_number=member.development_number)
    asking = world.actor(world.account(cast.other_branch))
    entry = EntryReader(TODAY).read(cells)
    actions.ask_number(asking, branch=cast.other_branch, entry=entry, reason="在我处", today=TODAY)


TABLE = [
    (Filters(political_status="party_member"), "党", "女老少干早晚证新村争"),
    (Filters(sex="female"), "女", "党老少干早晚证新村争"),
    (Filters(is_overage=True), "老", "少干"),
    (Filters(is_cadre="yes"), "干", "老少"),
    (Filters(is_cadre="no"), "老少", "干"),
    (Filters(is_cadre="yes", is_overage=True), "", "老干"),
    (Filters(joined_until=dt.date(2014, 4, 1)), "早", "晚党"),
    (Filters(joined_from=dt.date(2016, 6, 1)), "晚", "早党"),
    (Filters(joined_from=dt.date(2014, 5, 1), joined_until=dt.date(2016, 5, 1)), "党", "早晚"),
    (Filters(evidence="attested"), "证", "党"),
    (Filters(evidence="stated"), "党", "证"),
    (Filters(entered_since=TODAY), "新", "党"),
    (Filters(domain="rural"), "村", "党"),
    (Filters(state="disputed"), "争号", "党"),
    (Filters(state="pending"), "争号", "党"),
    (Filters(state="withdrawn"), "退", "转党"),
    (Filters(text="党"), "党", "女退"),
    (Filters(text="党", sex="female"), "", "党女"),
]


def test_a_filter_lets_through_who_fits_and_nobody_else(cast: Cast, people: dict[str, Member]) -> None:
    scope, wrong = world.actor(cast.county_admin).scope, []
    for filters, inside, outside in TABLE:
        for found in (
            queries.roster(scope, unit=cast.county, today=TODAY, filters=filters).members,
            list(queries.narrowed(scope, cast.county, filters, today=TODAY)),
        ):
            names = {member.person.full_name for member in found}
            if not names >= set(inside) or names & set(outside):
                wrong.append((filters.told(), names))
    assert not wrong


def test_a_search_goes_on_from_window_to_window_without_gap_or_double(cast: Cast, monkeypatch: Any) -> None:
    monkeypatch.setattr(walk, "WINDOW", 1)
    monkeypatch.setattr(walk, "SECONDS", 0)
    branches = (cast.branch, cast.second_branch, cast.third_branch)
    wanted = []
    for branch in branches:
        world.members(branch, 2)
        wanted += [world.member(branch, world.person("王", sex="female")).pk]
    scope, after, seen, looked = world.actor(cast.committee_admin).scope, "", [], []
    filters = Filters(sex="female")
    for _ in range(9):
        page = queries.roster(scope, unit=cast.committee, today=TODAY, filters=filters, after=after, size=2)
        seen += [member.pk for member in page.members]
        looked += [page.looked_to] if page.looked_to else []
        after = page.after
        if not after:
            break
    assert seen == wanted and looked, "broken off on the way, and nothing lost by it"
    assert (
        queries.roster(scope, unit=cast.committee, today=TODAY, filters=Filters(text="王"), size=2).looked_to
        is None
    ), "few hits of an index are read at once"


def test_a_search_that_finds_nobody_costs_its_fixed_number_of_queries(cast: Cast, monkeypatch: Any) -> None:
    monkeypatch.setattr(walk, "WINDOW", 1)
    monkeypatch.setattr(walk, "SECONDS", 60)
    browser = world.client(cast.committee_admin)
    costs = []
    for number in range(3 * walk.MOST_WINDOWS):
        world.member(world.branch(cast.committee, f"高二{number}班团支部"))
        if number in (walk.MOST_WINDOWS, 3 * walk.MOST_WINDOWS - 1):
            with CaptureQueriesContext(connection) as captured:
                page = browser.get("/members/?sex=female")
            assert "继续查找" in page.content.decode()
            costs.append(len(captured))
    assert costs[0] == costs[1] <= 11 + 2 * walk.MOST_WINDOWS


RARE = [
    Filters(political_status="party_member"),
    Filters(is_overage=True),
    Filters(joined_until=dt.date(2010, 1, 1)),
    Filters(text="罕"),
    Filters(evidence="attested"),
    Filters(political_status="party_member", is_overage=True, sex="male", is_cadre="no"),
]


def test_the_few_whom_an_index_leads_to_come_page_by_page_in_the_order_of_the_list(
    cast: Cast, monkeypatch: Any, django_assert_max_num_queries: Any
) -> None:
    monkeypatch.setattr(walk, "MOST_WINDOWS", 0)  # a walk would be cut off at once
    branches = (cast.third_branch, cast.branch, cast.second_branch)
    for number in range(9):
        born = world.national_id(born=dt.date(1985, 1, 1 + number))
        who = world.person(f"罕{number}", id_text=born, political_status="party_member")
        rare = {"joined_on": dt.date(2009, 5, 1), "attested_at": days.now()}
        world.member(branches[number % 3], who, **rare)
        world.member(branches[number % 3])
    scope = world.actor(cast.city_admin).scope
    for filters in RARE:
        wanted = list(queries.narrowed(scope, cast.committee, filters, today=TODAY))
        seen, after = [], ""
        for _ in range(5):
            with django_assert_max_num_queries(8):
                page = queries.roster(
                    scope, unit=cast.committee, today=TODAY, filters=filters, after=after, size=2
                )
            seen += page.members
            after = page.after
            assert page.looked_to is None
        assert seen == wanted and len(wanted) == 9 and not after, filters.told()


def test_more_than_a_page_can_sort_are_walked(cast: Cast, monkeypatch: Any) -> None:
    world.members(cast.branch, 3)
    scope, filters = world.actor(cast.committee_admin).scope, Filters(joined_from=dt.date(2010, 1, 1))
    found = []
    for led in (3, 2):
        monkeypatch.setattr(walk, "LED", led)
        with CaptureQueriesContext(connection) as captured:
            page = queries.roster(scope, unit=cast.committee, today=TODAY, filters=filters)
        found.append((page.members, any("LIMIT 1 OFFSET 149" in query["sql"] for query in captured)))
    assert found == [(found[0][0], False), (found[0][0], True)] and len(found[0][0]) == 3


def test_filters_that_contradict_each_other_find_nobody_without_a_walk(
    cast: Cast, django_assert_num_queries: Any
) -> None:
    world.member(cast.branch)
    scope, filters = world.actor(cast.city_admin).scope, Filters(is_cadre="yes", is_overage=True)
    with django_assert_num_queries(1):
        page = queries.roster(scope, unit=cast.city, today=TODAY, filters=filters)
    assert (page.members, page.after) == ([], "")


def test_the_page_says_how_far_a_search_has_looked(cast: Cast, monkeypatch: Any) -> None:
    monkeypatch.setattr(walk, "WINDOW", 1)
    monkeypatch.setattr(walk, "SECONDS", 0)
    world.members(cast.branch, 2)
    page = world.client(cast.committee_admin).get("/members/?sex=female").content.decode()
    assert "继续查找" in page and "已按隶属顺序查到" in page


def test_what_is_posted_leads_to_an_address_but_for_ids_and_mobiles(cast: Cast) -> None:
    browser = world.client(cast.committee_admin)
    answer = browser.post("/members/", {"q": "王", "sex": "male", "state": "", "unit": cast.branch.pk})
    assert answer["Location"] == f"/members/?unit={cast.branch.pk}&q=%E7%8E%8B&sex=male"
    assert browser.post("/members/", {"q": "13812345678"}).status_code == 200


def test_a_filter_that_cannot_be_read_is_said_and_filters_nothing(cast: Cast) -> None:
    world.member(cast.branch)
    answer = world.client(cast.secretary).get("/members/?joined_from=gestern&sex=x")
    assert len(answer.context["roster"].members) == 1
    assert set(answer.context["form"].errors) == {"joined_from", "sex"}


def test_the_columns_somebody_chose_are_kept_for_them_alone(cast: Cast) -> None:
    world.member(cast.branch, world.person("王小明", education="大学本科"))
    browser = world.client(cast.secretary)
    answer = browser.post("/members/columns/", {"columns": ["education", "x"], "next": "https://a.b/"})
    assert answer["Location"] == "/members/" and not RosterColumns.objects.exists(), "an unknown one: nothing"
    back = f"/members/?unit={cast.branch.pk}"
    assert browser.post("/members/columns/", {"columns": ["education"], "next": back})["Location"] == back
    headers = lambda user: [c.header for c in world.client(user).get("/members/").context["columns"]]  # noqa: E731
    assert headers(cast.secretary) == ["文化程度"]
    assert "身份证号码" in headers(cast.committee_admin)


def test_the_api_knows_the_same_filters_and_never_an_id_in_an_address(cast: Cast) -> None:
    whole = world.national_id()
    world.member(cast.branch, world.person("王小明", id_text=whole, political_status="party_member"))
    world.member(cast.branch, world.person("李小红"))
    client = world.client(cast.committee_admin)

    def names(answer: Any) -> list[str]:
        assert answer.status_code == 200, answer.content
        return [row["full_name"] for row in answer.json()["results"]]

    def post(address: str, body: Any) -> Any:
        return client.post(address, json.dumps(body), content_type="application/json")

    assert names(client.get("/api/members/?political_status=party_member")) == ["王小明"]
    assert names(client.get(f"/api/members/?q=李&unit={cast.branch.code}")) == ["李小红"]
    assert client.get("/api/members/?sex=x").json()["problems"][0]["field"] == "sex"
    assert client.get(f"/api/members/?q={whole}").status_code == 400
    assert names(post("/api/members/search/", {"q": whole})) == ["王小明"]
    assert client.get(f"/api/members/?unit={cast.other_branch.code}").status_code == 404
    compared = post("/api/members/compare/", {"list": [whole, "赵六"]}).json()
    assert compared["found"][0]["member"]["full_name"] == "王小明" and compared["missing"] == ["赵六"]
    assert whole not in json.dumps(compared)
    file = post("/api/members/export/", {"columns": ["sex"], "sex": "male"})
    assert file.status_code == 200 and b"".join(file.streaming_content)[:2] == b"PK"
    assert post("/api/members/export/", {"full": True, "purpose": "x"}).status_code == 403


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_a_day_nobody_means_filters_nothing(cast: Cast, day: str) -> None:
    who = world.member(cast.branch)
    answer = world.client(cast.secretary).get(reverse("member_list"), {"entered_since": day})
    assert answer.status_code == 200 and who.person.full_name in answer.content.decode()
