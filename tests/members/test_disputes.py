"""编号争议: a number another member carries; 48 hours, then a common superior (domain, section 6)."""

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from zhtj.lib import days
from zhtj.lib.problems import Refused

from members import actions, queries
from members.models import Member, MemberCase, YouthUnderReview
from members.rules import Entry, EntryReader
from orgs.models import AuditEntry

from tests import world
from tests.cast import Cast
from tests.conftest import Clock
from tests.members.conftest import good_cells

TODAY = dt.date(2018, 11, 23)
NUMBER = "201741000001"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_gate(settings: Any) -> None:
    settings.ZHTJ_ENTRY_GATE = ""


@pytest.fixture
def holder(cast: Cast) -> Member:
    """Carries the number in the village; joined when a number is required."""
    return world.member(
        cast.village, joined_on=dt.date(2017, 5, 1), development_number=NUMBER, application_form=True
    )


def entry(**cells: Any) -> Entry:
    said = {"joined_on": "2017-05", "development_number": NUMBER} | cells
    return EntryReader(TODAY).read(good_cells(**said))


def ask(cast: Cast, what: Entry, user: Any = None, reason: str = "志愿书上是这个编号") -> MemberCase:
    actor = world.actor(user or cast.secretary)
    return actions.ask_number(actor, branch=cast.branch, entry=what, reason=reason, today=TODAY)


def codes(call: Any) -> list[str]:
    with pytest.raises(Refused) as refused:
        call()
    return [problem.code for problem in refused.value.problems]


def number_of(member: Member) -> str:
    return Member.objects.get(pk=member.pk).development_number


def waiting(user: Any) -> list[int]:
    return [case.pk for case in queries.waiting_cases(world.actor(user).scope, days.now())]


def test_who_gives_the_number_up_keeps_the_member_who_comes_onto_the_rectification_list(
    cast: Cast, holder: Member
) -> None:
    what = entry()
    assert codes(
        lambda: actions.enter_member(world.actor(cast.secretary), branch=cast.branch, entry=what, today=TODAY)
    ) == ["development_number.taken"]
    case = ask(cast, what)
    assert what.national_id not in str(MemberCase.objects.values())
    assert queries.disputed([holder.pk]) == {holder.pk}
    assert waiting(cast.village_admin) == [case.pk] and waiting(cast.county_admin) == []
    actions.answer_claim(world.actor(cast.village_admin), case=case, release=True, today=TODAY)
    assert number_of(holder) == "" and Member.objects.get(pk=holder.pk).until_at is None
    row = YouthUnderReview.objects.get()
    assert row.member_id == holder.pk
    assert [reason["code"] for reason in row.reasons] == ["development_number.missing"]
    trail = AuditEntry.objects.get(action="members.free_number")
    assert trail.before == {"development_number": NUMBER}
    actions.enter_member(world.actor(cast.secretary), branch=cast.branch, entry=what, today=TODAY)


def test_after_a_refusal_or_48_hours_the_nearest_common_superior_decides(
    cast: Cast, holder: Member, clock: Clock
) -> None:
    case = ask(cast, entry())
    superior = world.actor(cast.county_admin)
    decide = lambda: actions.decide_case(superior, case=case, grant=True, today=TODAY)  # noqa: E731
    assert codes(decide) == ["case.waiting"]
    with pytest.raises(PermissionDenied):
        actions.decide_case(world.actor(cast.committee_admin), case=case, grant=True, today=TODAY)
    clock.forward(hours=48)
    assert waiting(cast.county_admin) == [case.pk] and waiting(cast.village_admin) == []
    assert decide().state == "granted"
    assert number_of(holder) == ""


def test_a_superior_of_both_settles_it_at_once(cast: Cast, holder: Member) -> None:
    branch_admin = world.account(cast.branch)
    world.grant(branch_admin, cast.county, "unit_admin")
    assert ask(cast, entry(), branch_admin).state == "granted"
    assert number_of(holder) == ""


def test_kept_by_the_superior_the_number_stays(cast: Cast, holder: Member) -> None:
    case = ask(cast, entry())
    village = world.actor(cast.village_admin)
    assert codes(lambda: actions.answer_claim(village, case=case, release=False, today=TODAY)) == [
        "reason.missing"
    ]
    actions.answer_claim(village, case=case, release=False, answer="我处档案为准", today=TODAY)
    actions.decide_case(
        world.actor(cast.county_admin), case=case, grant=False, decision="档案属实", today=TODAY
    )
    assert number_of(holder) == NUMBER
    assert queries.disputed([holder.pk]) == set()


def test_where_no_number_is_required_nobody_is_listed(cast: Cast) -> None:
    old = "201541000001"
    holder = world.member(cast.village, development_number=old)
    case = ask(cast, entry(joined_on="2015-05", development_number=old))
    actions.answer_claim(world.actor(cast.village_admin), case=case, release=True, today=TODAY)
    assert number_of(holder) == "" and not YouthUnderReview.objects.exists()


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"development_number": "201741000002"}, "number.free"),
        ({"development_number": "20151"}, "number.free"),
        ({"development_number": ""}, "development_number.missing"),
        ({"national_id": "41"}, "national_id.format"),
    ],
)
def test_what_nobody_else_carries_is_no_dispute(
    cast: Cast, holder: Member, cells: dict[str, str], code: str
) -> None:
    world.member(cast.village, development_number="20151")
    assert codes(lambda: ask(cast, entry(**cells))) == [code]


def test_a_number_in_the_own_branch_is_corrected_not_disputed(cast: Cast) -> None:
    world.member(cast.branch, joined_on=dt.date(2017, 5, 1), development_number=NUMBER)
    assert codes(lambda: ask(cast, entry())) == ["number.own_branch"]


def test_two_who_dispute_one_number_are_told_in_turn(cast: Cast, holder: Member) -> None:
    ask(cast, entry())
    assert codes(lambda: ask(cast, entry())) == ["case.open"]


def test_nobody_escapes_by_moving_the_member_but_a_corrected_number_ends_it(
    cast: Cast, holder: Member
) -> None:
    case = ask(cast, entry())
    county = world.actor(cast.county_admin)
    assert codes(
        lambda: actions.transfer_members(county, member_ids=[holder.pk], to_branch=cast.second_branch)
    ) == ["case.open"]
    correct(cast, holder, development_number="201741000009")
    case.refresh_from_db()
    assert (case.state, case.decision) == ("granted", "原支部已更正编号")


def correct(cast: Cast, member: Member, **cells: str) -> None:
    said = good_cells(joined_on="2017-05", ethnicity="汉族") | cells
    actions.correct_member(
        world.actor(cast.village_admin), member=member, entry=EntryReader(TODAY).read(said), today=TODAY
    )


def test_who_lost_a_number_can_be_corrected_meanwhile_and_the_right_number_settles_it(
    cast: Cast, holder: Member
) -> None:
    case = ask(cast, entry())
    actions.answer_claim(world.actor(cast.village_admin), case=case, release=True, today=TODAY)
    (row,) = YouthUnderReview.objects.all()
    correct(cast, holder, mobile="13812345678")
    assert YouthUnderReview.objects.get().state == "open"
    for refused in (
        lambda: actions.recognise(world.actor(cast.village_admin), youth=row, today=TODAY),
        lambda: actions.dismiss_youth(world.actor(cast.village_admin), youth=row, remark="x"),
        lambda: actions.mend_youth(world.actor(cast.village_admin), youth=row, entry=entry(), today=TODAY),
    ):
        assert codes(refused) == ["youth.is_member"]
    correct(cast, holder, development_number="201741000009", mobile="13812345678")
    assert YouthUnderReview.objects.get().state == "recognised"


def test_who_lost_a_number_may_have_name_and_id_put_right_meanwhile(cast: Cast, holder: Member) -> None:
    case = ask(cast, entry())
    village = world.actor(cast.village_admin)
    actions.answer_claim(village, case=case, release=True, today=TODAY)
    right = Entry(full_name="李四", national_id=world.national_id())
    asked = actions.ask_correction(village, member=holder, entry=right, reason="笔误", today=TODAY)
    actions.decide_case(world.actor(cast.county_admin), case=asked, grant=True, today=TODAY)
    assert Member.objects.get(pk=holder.pk).person.full_name == "李四"
    child = Entry(full_name="李四", national_id=world.national_id(born=dt.date(2008, 1, 1)))
    assert codes(
        lambda: actions.ask_correction(village, member=holder, entry=child, reason="笔误", today=TODAY)
    ) == ["joined_on.under_age"]


def test_who_lost_a_number_and_has_none_is_released_in_writing(cast: Cast, holder: Member) -> None:
    case = ask(cast, entry())
    actions.answer_claim(world.actor(cast.village_admin), case=case, release=True, today=TODAY)
    row = YouthUnderReview.objects.get()
    town = world.account(cast.town)
    actions.release_youth(world.actor(town), youth=row, reason="档案遗失", today=TODAY)
    assert YouthUnderReview.objects.get().state == "recognised"
    assert Member.objects.get(pk=holder.pk).waived == "development_number.missing"
    correct(cast, holder, mobile="13812345678")


def test_the_row_of_who_lost_a_number_goes_along_and_ends_with_the_membership(
    cast: Cast, holder: Member
) -> None:
    case = ask(cast, entry())
    actions.answer_claim(world.actor(cast.village_admin), case=case, release=True, today=TODAY)
    county = world.actor(cast.county_admin)
    actions.transfer_members(county, member_ids=[holder.pk], to_branch=cast.second_branch)
    left, row = YouthUnderReview.objects.order_by("state")
    assert (left.branch, left.state, left.member_id) == (cast.village, "moved", holder.pk)
    assert row.branch == cast.second_branch and row.member_id != holder.pk
    committee = world.actor(cast.committee_admin)
    actions.withdraw_members(committee, member_ids=[row.member_id or 0], reason="left")
    assert YouthUnderReview.objects.exclude(state="moved").get().state == "dismissed"


def test_an_irregular_number_rightly_issued_gets_in_by_list_and_release(cast: Cast) -> None:
    odd = entry(development_number="2017410000000000077")
    secretary = world.actor(cast.secretary)
    (row,) = actions.put_under_review(secretary, branch=cast.branch, entries=[odd], today=TODAY)
    actions.release_youth(world.actor(cast.committee_admin), youth=row, reason="编号按实际发放", today=TODAY)
    member = actions.recognise(secretary, youth=row, today=TODAY)
    assert member.development_number == "2017410000000000077"
    endless = entry(development_number="2" * 31)
    assert "youth.number_too_long" in codes(
        lambda: actions.put_under_review(secretary, branch=cast.branch, entries=[endless], today=TODAY)
    )


def test_the_page_opens_a_dispute_from_what_was_typed_in_the_entry_form(cast: Cast, holder: Member) -> None:
    browser = world.client(cast.secretary)
    url = f"/members/dispute/{cast.branch.pk}/"
    typed = {"full_name": "张三", "national_id": world.national_id(), "development_number": NUMBER}
    begun = browser.post(url, typed | {"begin": "1"})
    assert not MemberCase.objects.exists()
    assert begun.context["form"].initial["development_number"] == NUMBER
    page = browser.post(url, typed | {"reason": "志愿书"}, follow=True)
    shown = page.content.decode()
    assert "争议中" in shown and NUMBER in shown and typed["national_id"] not in shown
    case = MemberCase.objects.get()
    other = world.client(cast.village_admin)
    assert "放弃编号" in other.get(f"/members/cases/{case.pk}/").content.decode()
    other.post(f"/members/cases/{case.pk}/", {"act": "release", "decision": ""})
    assert f"/members/enter/{cast.branch.pk}/" in browser.get(f"/members/cases/{case.pk}/").content.decode()
