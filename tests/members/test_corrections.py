"""更正请求: who reads a person but does not keep them asks the unit that does (domain, section 4)."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from zhtj.lib import crypto, days
from zhtj.lib.problems import Refused

from members import actions
from orgs import corrections
from orgs.models import AuditEntry, CorrectionRequest, OrgUnit, Person

from tests import world
from tests.cast import Cast

pytestmark = pytest.mark.django_db
TODAY = days.dt.date(2018, 11, 23)
State = CorrectionRequest.State


def ask(
    user: Any, unit: OrgUnit, person: Person, reason: str = "证件为准", **typed: str
) -> CorrectionRequest:
    return actions.ask_person_correction(
        world.actor(user), person=person, unit=unit, typed=typed, reason=reason, today=TODAY
    )


def answer(
    user: Any, asked: CorrectionRequest, agrees: bool = True, words: str = "同意"
) -> CorrectionRequest:
    return actions.answer_person_correction(
        world.actor(user), request=asked, agrees=agrees, decision=words, today=TODAY
    )


def codes(refused: pytest.ExceptionInfo[Refused]) -> set[str]:
    return {problem.code for problem in refused.value.problems}


def test_the_keeper_stores_what_is_no_identity_at_once(cast: Cast) -> None:
    member = world.member(cast.branch, world.person(education="初中"))
    asked = ask(cast.city_admin, cast.city, member.person, education="高中", mobile="13812345678")
    assert (asked.state, asked.keeper) == (State.OPEN, cast.branch)
    answer(cast.secretary, asked)
    person = Person.objects.get(pk=member.person_id)
    assert (person.education, person.mobile) == ("高中", "13812345678")
    entry = AuditEntry.objects.get(action="orgs.correct_person")
    assert entry.before["文化程度"] == "初中" and entry.after["文化程度"] == "高中"


def test_name_and_id_wait_for_the_superior_of_the_keeper(cast: Cast) -> None:
    member = world.member(cast.branch, world.person("李秀英"))
    new_id = world.national_id()
    asked = ask(cast.city_admin, cast.city, member.person, full_name="李秀英子", national_id=new_id)
    assert answer(cast.secretary, asked).state == State.CONFIRMED
    with pytest.raises(PermissionDenied):
        answer(cast.secretary, asked)
    assert answer(cast.committee_admin, asked).state == State.GRANTED
    person = Person.objects.get(pk=member.person_id)
    assert person.full_name == "李秀英子" and crypto.unseal(person.id_sealed) == new_id
    assert new_id not in str(list(AuditEntry.objects.values_list("before", "after")))


def test_of_a_cadre_without_membership_the_first_post_keeps_and_its_superior_approves(cast: Cast) -> None:
    cadre = world.cadre(cast.county)
    asked = ask(cast.county_admin, cast.county, cadre.person, full_name="赵六")
    assert asked.state == State.CONFIRMED, "the keeper asks: its word is given"
    assert answer(cast.city_admin, asked).state == State.GRANTED
    assert Person.objects.get(pk=cadre.person_id).full_name == "赵六"


def test_the_province_has_no_superior_and_answers_for_its_own_people(cast: Cast) -> None:
    cadre = world.cadre(cast.province)
    assert ask(cast.province_admin, cast.province, cadre.person, full_name="赵六").state == State.GRANTED


def test_a_refusal_needs_a_reason_and_changes_nothing(cast: Cast) -> None:
    member = world.member(cast.branch, world.person("李秀英"))
    asked = ask(cast.city_admin, cast.city, member.person, full_name="李秀")
    with pytest.raises(Refused) as refused:
        answer(cast.secretary, asked, agrees=False, words=" ")
    assert codes(refused) == {"request.reason"}
    assert answer(cast.secretary, asked, agrees=False, words="户口本为准").state == State.REFUSED
    assert Person.objects.get(pk=member.person_id).full_name == "李秀英"
    with pytest.raises(Refused) as refused:
        answer(cast.secretary, asked)
    assert codes(refused) == {"request.settled"}


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ({}, "request.nothing"),
        ({"full_name": "李秀英"}, "request.nothing"),
        ({"national_id": "41010220000501123"}, "national_id.format"),
        ({"national_id": "KNOWN"}, "request.id_known"),
        ({"mobile": "123"}, "mobile.format"),
        ({"political_status": "群众"}, "political_status.not_a_member"),
        ({"national_id": "YOUNG"}, "joined_on.before_birth"),
    ],
)
def test_what_cannot_be_stored_is_not_asked(cast: Cast, typed: dict[str, str], code: str) -> None:
    known, young = world.national_id(7001), world.national_id(7002, born=days.dt.date(2016, 1, 1))
    world.person(id_text=known)
    member = world.member(cast.branch, world.person("李秀英"))
    said = {name: {"KNOWN": known, "YOUNG": young}.get(text, text) for name, text in typed.items()}
    with pytest.raises(Refused) as refused:
        ask(cast.city_admin, cast.city, member.person, **said)
    assert codes(refused) == {code}
    assert not CorrectionRequest.objects.exists()


def test_a_second_request_of_the_same_unit_waits_for_the_first(cast: Cast) -> None:
    member = world.member(cast.branch, world.person("李秀英"))
    asked = ask(cast.city_admin, cast.city, member.person, full_name="李秀")
    with pytest.raises(Refused) as refused:
        ask(cast.city_admin, cast.city, member.person, education="高中")
    assert codes(refused) == {"request.open"}
    corrections.cancel_person_correction(world.actor(cast.city_admin), request=asked)
    assert ask(cast.city_admin, cast.city, member.person, education="高中").is_open


def test_a_request_goes_along_with_a_member_who_is_transferred(cast: Cast) -> None:
    member = world.member(cast.branch, world.person("李秀英"))
    asked = ask(cast.city_admin, cast.city, member.person, education="高中")
    actions.transfer_members(
        world.actor(cast.committee_admin), member_ids=[member.pk], to_branch=cast.second_branch
    )
    asked.refresh_from_db()
    assert asked.keeper == cast.second_branch


def test_a_request_to_who_no_longer_keeps_the_person_is_passed_on(cast: Cast) -> None:
    cadre = world.cadre(cast.county)
    asked = ask(cast.city_admin, cast.city, cadre.person, education="高中")
    world.member(cast.branch, cadre.person)
    with pytest.raises(Refused) as refused:
        answer(cast.county_admin, asked)
    assert codes(refused) == {"request.moved"}
    asked.refresh_from_db()
    assert asked.keeper == cast.branch


def test_the_pages_lead_from_a_member_read_only_to_the_request_and_its_answer(cast: Cast) -> None:
    member = world.member(cast.branch, world.person("李秀英", mobile="13812345678"))
    city, secretary = world.client(cast.city_admin), world.client(cast.secretary)
    shown = city.get(f"/members/{member.pk}/").content.decode()
    assert f"/members/people/{member.person_id}/correct/" in shown and "在这里只能查看" in shown
    form = city.get(f"/members/people/{member.person_id}/correct/").content.decode()
    assert "138****5678" in form and "13812345678" not in form
    said = {"education": "高中", "reason": "毕业证"}
    page = city.post(f"/members/people/{member.person_id}/correct/", said, follow=True)
    asked = CorrectionRequest.objects.get()
    assert page.redirect_chain == [(f"/members/corrections/{asked.pk}/", 302)]
    assert "更正请求" in secretary.get("/members/cases/").content.decode()
    assert "1 项" in secretary.get("/").content.decode()
    secretary.post(f"/members/corrections/{asked.pk}/", {"act": "grant", "decision": ""})
    assert Person.objects.get(pk=member.person_id).education == "高中"
