"""Applications: corrections of name and id, claims with their clock, transfers to others."""

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from zhtj.lib import crypto, days
from zhtj.lib.problems import Refused

from members import actions, queries
from members.models import Member, MemberCase
from members.rules import Entry, EntryReader
from orgs.models import AuditEntry, OrgUnit

from tests import world
from tests.cast import Cast
from tests.conftest import Clock

TODAY = dt.date(2018, 11, 23)
pytestmark = pytest.mark.django_db


def who(full_name: str, national_id: str) -> Entry:
    return EntryReader(TODAY).read({"full_name": full_name, "national_id": national_id})


def codes(call: Any) -> list[str]:
    with pytest.raises(Refused) as refused:
        call()
    return [problem.code for problem in refused.value.problems]


def waiting(user: Any) -> list[int]:
    return [case.pk for case in queries.waiting_cases(world.actor(user).scope, days.now())]


# --- corrections ----------------------------------------------------------------------------------


def ask_correction(cast: Cast, member: Member, name: str, national_id: str, user: Any = None) -> MemberCase:
    return actions.ask_correction(
        world.actor(user or cast.secretary),
        member=member,
        entry=who(name, national_id),
        reason="身份证核对有误",
        today=TODAY,
    )


def test_a_corrected_id_waits_for_the_direct_superior_and_is_audited_masked(cast: Cast) -> None:
    member = world.member(cast.branch)
    new_id = world.national_id(born=dt.date(2001, 2, 3), male=False)
    case = ask_correction(cast, member, "李秀英", new_id)
    assert waiting(cast.committee_admin) == [case.pk]
    assert waiting(cast.secretary) == waiting(cast.county_admin) == waiting(cast.outsider) == []
    assert new_id not in str(MemberCase.objects.values())
    old_name = member.person.full_name
    actions.decide_case(world.actor(cast.committee_admin), case=case, grant=True, today=TODAY)
    person = type(member.person).objects.get(pk=member.person_id)
    assert (person.full_name, crypto.unseal(person.id_sealed), person.id_index) == (
        "李秀英",
        new_id,
        crypto.blind_index(new_id),
    )
    assert (person.sex, person.birth_on) == ("female", dt.date(2001, 2, 3))
    entry = AuditEntry.objects.get(action="members.correct_identity")
    assert (entry.before["full_name"], entry.after["full_name"]) == (old_name, "李秀英")
    assert new_id not in str(list(AuditEntry.objects.values()))
    assert waiting(cast.committee_admin) == []
    assert codes(
        lambda: actions.decide_case(world.actor(cast.committee_admin), case=case, grant=True, today=TODAY)
    ) == ["case.settled"]


def test_the_superior_corrects_at_once(cast: Cast) -> None:
    member, new_id = world.member(cast.branch), world.national_id()
    case = ask_correction(cast, member, "李秀英", new_id, cast.committee_admin)
    assert case.state == "granted"
    member.person.refresh_from_db()
    assert crypto.unseal(member.person.id_sealed) == new_id


def test_a_correction_meets_the_rules_of_entering(cast: Cast) -> None:
    same, known = world.national_id(), world.national_id()
    member = world.member(cast.branch, world.person("张三", id_text=same), joined_on=dt.date(2017, 5, 1),
                          development_number="201741000001")  # fmt: skip
    world.person("李四", id_text=known)
    young = world.national_id(born=dt.date(2005, 1, 1))
    assert codes(lambda: ask_correction(cast, member, "张三", same)) == ["correction.same"]
    assert codes(lambda: ask_correction(cast, member, "张三", known)) == ["correction.id_known"]
    assert codes(lambda: ask_correction(cast, member, "张三", young)) == ["joined_on.under_age"]
    assert codes(lambda: ask_correction(cast, member, "1", same[:17])) == [
        "full_name.format",
        "national_id.format",
    ]
    assert not MemberCase.objects.exists()


def test_refusing_needs_a_reason_and_only_a_superior_decides(cast: Cast) -> None:
    member = world.member(cast.branch)
    case = ask_correction(cast, member, "李秀英", world.national_id())
    for user in (cast.secretary, cast.outsider, cast.viewer):
        with pytest.raises(PermissionDenied):
            actions.decide_case(world.actor(user), case=case, grant=True, today=TODAY)
    admin = world.actor(cast.committee_admin)
    assert codes(lambda: actions.decide_case(admin, case=case, grant=False, today=TODAY)) == [
        "reason.missing"
    ]
    actions.decide_case(admin, case=case, grant=False, decision="与档案不符", today=TODAY)
    case.refresh_from_db()
    assert (case.state, case.decision, case.decided_by) == ("refused", "与档案不符", cast.committee_admin)
    ask_correction(cast, member, "李秀英", world.national_id())


def test_an_application_is_taken_back_by_who_asked(cast: Cast) -> None:
    case = ask_correction(cast, world.member(cast.branch), "李秀英", world.national_id())
    with pytest.raises(PermissionDenied):
        actions.cancel_case(world.actor(cast.outsider), case=case)
    assert actions.cancel_case(world.actor(cast.secretary), case=case).state == "cancelled"


# --- claims ---------------------------------------------------------------------------------------


@pytest.fixture
def claimed(cast: Cast) -> Member:
    return world.member(cast.other_branch, world.person("张三", id_text=CLAIMED_ID))


CLAIMED_ID = world.national_id(777)


def claim(cast: Cast, user: Any = None, branch: Any = None) -> MemberCase:
    return actions.ask_claim(
        world.actor(user or cast.secretary),
        branch=branch or cast.branch,
        entry=who("张三", CLAIMED_ID),
        reason="已到我校就读",
    )


def test_the_holder_sees_who_asks_and_releases(cast: Cast, claimed: Member) -> None:
    holder = world.account(cast.other_branch)
    case = claim(cast)
    assert case.due_at == days.now() + dt.timedelta(hours=48)
    assert (case.state, case.decider, waiting(holder)) == ("open", cast.province, [case.pk])
    assert queries.disputed([claimed.pk]) == {claimed.pk}
    assert Member.objects.filter(until_at=None).count() == 1, "counted once"
    leave = lambda: actions.withdraw_members(world.actor(holder), member_ids=[claimed.pk], reason="left")  # noqa: E731
    assert codes(leave) == ["case.open"]
    actions.answer_claim(world.actor(holder), case=case, release=True, today=TODAY)
    assert Member.objects.get(until_at=None).branch == cast.branch
    case.refresh_from_db()
    assert case.state == "granted" and queries.disputed([claimed.pk]) == set()


def test_a_kept_claim_goes_to_the_nearest_common_superior(cast: Cast, claimed: Member) -> None:
    case, holder = claim(cast), world.account(cast.other_branch)
    province = world.actor(cast.province_admin)
    assert codes(lambda: actions.decide_case(province, case=case, grant=True, today=TODAY)) == [
        "case.waiting"
    ]
    assert codes(
        lambda: actions.answer_claim(world.actor(holder), case=case, release=False, today=TODAY)
    ) == ["reason.missing"]
    actions.answer_claim(world.actor(holder), case=case, release=False, answer="仍在我班", today=TODAY)
    assert waiting(cast.province_admin) == [case.pk] and waiting(holder) == []
    for user in (cast.city_admin, cast.outsider, cast.secretary, cast.staff):
        with pytest.raises(PermissionDenied):
            actions.decide_case(world.actor(user), case=case, grant=True, today=TODAY)
    case.refresh_from_db()
    actions.decide_case(province, case=case, grant=True, today=TODAY)
    assert Member.objects.get(until_at=None).branch == cast.branch


def test_after_48_hours_the_superior_decides_without_an_answer(
    cast: Cast, claimed: Member, clock: Clock
) -> None:
    case, holder = claim(cast), world.account(cast.other_branch)
    clock.forward(hours=48)
    assert waiting(cast.province_admin) == [case.pk] and waiting(holder) == []
    actions.decide_case(
        world.actor(cast.province_admin), case=case, grant=False, decision="学籍在开封", today=TODAY
    )
    assert Member.objects.get(until_at=None) == claimed


def test_a_claim_under_ones_own_superior_moves_at_once(cast: Cast) -> None:
    world.member(cast.second_branch, world.person("张三", id_text=CLAIMED_ID))
    assert claim(cast, cast.committee_admin).state == "granted"
    assert Member.objects.get(until_at=None).branch == cast.branch


def test_a_claim_needs_somebody_elsewhere_of_that_name(cast: Cast) -> None:
    assert codes(lambda: claim(cast)) == ["claim.nowhere"]
    member = world.member(cast.other_branch, world.person("李四", id_text=CLAIMED_ID))
    assert codes(lambda: claim(cast)) == ["claim.name"]
    actions.withdraw_members(
        world.actor(world.account(cast.other_branch)), member_ids=[member.pk], reason="left"
    )
    assert codes(lambda: claim(cast)) == ["claim.nowhere"]


# --- transfers to others --------------------------------------------------------------------------


def test_the_receiving_side_decides_a_transfer(cast: Cast) -> None:
    member, receiver = world.member(cast.branch), world.account(cast.other_branch)
    actions.transfer_members(
        world.actor(cast.secretary), member_ids=[member.pk], to_branch=cast.other_branch, reason="转学"
    )
    case = MemberCase.objects.get()
    assert waiting(receiver) == [case.pk] and waiting(cast.secretary) == []
    with pytest.raises(PermissionDenied):
        actions.decide_case(world.actor(cast.secretary), case=case, grant=True, today=TODAY)
    actions.decide_case(world.actor(receiver), case=case, grant=True, today=TODAY)
    assert Member.objects.get(until_at=None).branch == cast.other_branch


def test_moving_a_member_ends_what_was_still_asked_about_them(cast: Cast) -> None:
    member = world.member(cast.branch)
    case = ask_correction(cast, member, "李秀英", world.national_id())
    actions.transfer_members(
        world.actor(cast.committee_admin), member_ids=[member.pk], to_branch=cast.second_branch
    )
    case.refresh_from_db()
    assert case.state == "cancelled"


# --- the lists ------------------------------------------------------------------------------------


def every_kind_in_every_state(cast: Cast) -> None:
    """Sixteen cases between four branches, decided on four levels, some past their time."""
    branches = [cast.branch, cast.second_branch, cast.village, cast.other_branch]
    deciders = [cast.committee, cast.city, cast.province, cast.county]
    states = [MemberCase.State.OPEN, MemberCase.State.OPEN, MemberCase.State.KEPT, MemberCase.State.GRANTED]
    for number, kind in enumerate(MemberCase.Kind):
        for away, state in enumerate(states):
            MemberCase.objects.create(
                kind=kind,
                state=state,
                member=world.member(branches[number]),
                branch=branches[number],
                to_branch=None if kind == MemberCase.Kind.CORRECTION else branches[(number + away + 1) % 4],
                decider=None if kind == MemberCase.Kind.TRANSFER else deciders[away],
                reason="转学",
                asked_at=days.now(),
                due_at=days.now() + dt.timedelta(hours=-1 if away else 1),
            )


def looked_through(user: Any) -> dict[str, list[int]]:
    """Each list of the page, found by looking at every case there is."""
    scope = world.actor(user).scope
    units = OrgUnit.objects.values_list("pk", flat=True)
    seen, entered = (set(units.filter(scope.q(capability=f"members.{may}"))) for may in ("see", "enter"))
    decides = {grant.unit_id for grant in scope.grants if grant.gives("approvals.decide")}
    found: dict[str, list[int]] = {"all": [], "asked": [], "": []}
    for case in MemberCase.objects.order_by("-pk"):
        if not {case.branch_id, case.to_branch_id} & seen:
            continue
        found["all"].append(case.pk)
        if case.is_open and (case.to_branch_id if case.is_dispute else case.branch_id) in entered:
            found["asked"].append(case.pk)
        if case.kind == MemberCase.Kind.TRANSFER:
            waits = case.to_branch_id in entered
        elif case.is_dispute and case.state == MemberCase.State.OPEN and case.due_at > days.now():
            waits = case.branch_id in entered
        else:
            waits = case.decider_id in decides
        if case.is_open and waits:
            found[""].append(case.pk)
    return found


def test_each_list_is_what_a_look_at_every_case_gives_page_by_page(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    every_kind_in_every_state(cast)
    monkeypatch.setattr("members.views.cases.PAGE_SIZE", 3)
    monkeypatch.setattr("members.queries.MOST_CASES", 1)
    for name in ("province_admin", "city_admin", "county_admin", "committee_admin", "secretary", "outsider"):
        user = getattr(cast, name)
        browser, told = world.client(user), looked_through(user)
        for show, expected in told.items():
            listed, after = [], "nothing"
            while after:
                page = browser.get("/members/cases/", {"show": show, "after": after})
                listed += [case.pk for case in page.context["cases"]]
                after = page.context["after"]
            assert listed == expected, (name, show)
        word = "1 多" if len(told[""]) > 1 else str(len(told[""]))
        assert f"等待我办理（{word}）" in page.content.decode(), name
