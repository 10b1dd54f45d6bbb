"""What an account may do about an application: one rule, whichever door it comes through."""

import datetime as dt
import json
import re
from typing import Any

import pytest
from django.test import Client

from members import actions
from members.models import MemberCase
from members.rules import Entry
from orgs.scopes import actor_for

from tests import world
from tests.cast import Cast
from tests.conftest import Clock

TODAY = dt.date(2018, 11, 23)
pytestmark = pytest.mark.django_db
ANSWER, DECIDE, BACK, NOTHING = ["release", "keep"], ["grant", "refuse"], ["cancel"], []


def correction(cast: Cast) -> MemberCase:
    member = world.member(cast.branch)
    entry = Entry(full_name="王小梅", national_id=world.national_id())
    return actions.ask_correction(
        actor_for(cast.secretary), member=member, entry=entry, reason="字错", today=TODAY
    )


def claim(cast: Cast) -> MemberCase:
    held = world.national_id()
    world.member(cast.village, world.person("张三", id_text=held))
    entry = Entry(full_name="张三", national_id=held)
    return actions.ask_claim(actor_for(cast.secretary), branch=cast.branch, entry=entry, reason="在我处")


def kept_claim(cast: Cast) -> MemberCase:
    return actions.answer_claim(
        actor_for(cast.village_admin), case=claim(cast), release=False, answer="是我们的", today=TODAY
    )


def settled(cast: Cast) -> MemberCase:
    return actions.cancel_case(actor_for(cast.secretary), case=correction(cast))


# Who asked is the secretary. The committee's admin enters for the branch as well, and decides about it.
TABLE = [
    (correction, "secretary", BACK),
    (correction, "committee_admin", DECIDE),
    (claim, "secretary", BACK),
    (claim, "committee_admin", BACK),
    (claim, "village_admin", ANSWER),
    (claim, "county_admin", NOTHING),
    (kept_claim, "secretary", BACK),
    (kept_claim, "village_admin", NOTHING),
    (kept_claim, "county_admin", DECIDE),
    (settled, "secretary", NOTHING),
    (settled, "committee_admin", NOTHING),
]


def by_page(client: Client, case: MemberCase) -> Any:
    return client.post(f"/members/cases/{case.pk}/", {"act": "cancel"})


def by_api(client: Client, case: MemberCase) -> Any:
    body = json.dumps({"act": "cancel"})
    return client.post(f"/api/cases/{case.pk}/act/", body, content_type="application/json")


@pytest.mark.parametrize(("asked", "name", "acts"), TABLE)
def test_page_and_api_offer_the_same(
    cast: Cast, clock: Clock, asked: Any, name: str, acts: list[str]
) -> None:
    case, client = asked(cast), world.client(getattr(cast, name))
    page = client.get(f"/members/cases/{case.pk}/").content.decode()
    assert re.findall('name="act" value="([a-z]+)"', page) == acts
    assert client.get(f"/api/cases/{case.pk}/").json()["acts"] == acts


@pytest.mark.parametrize("door", [by_page, by_api])
@pytest.mark.parametrize(("asked", "name", "acts"), TABLE)
def test_only_who_is_offered_it_can_take_an_application_back(
    cast: Cast, clock: Clock, asked: Any, name: str, acts: list[str], door: Any
) -> None:
    case = asked(cast)
    before = case.state
    answer = door(world.client(getattr(cast, name)), case)
    case.refresh_from_db()
    assert case.state == ("cancelled" if "cancel" in acts else before)
    if name == "committee_admin" and acts == DECIDE:
        assert answer.status_code == 403 and "撤回由申请方办理" in answer.content.decode()
