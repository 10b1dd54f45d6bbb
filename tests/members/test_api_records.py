"""One record over the API: read with its version, changed against it; claims, disputes, corrections."""

import datetime as dt
import json
from typing import Any

import pytest
from django.test import Client

from members.models import Member, MemberCase
from orgs.models import CorrectionRequest

from tests import world
from tests.cast import Cast
from tests.members.conftest import good_cells

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_gate(settings: Any) -> None:
    settings.ZHTJ_ENTRY_GATE = ""


def post(client: Client, url: str, **body: Any) -> Any:
    return client.post(f"/api/{url}", json.dumps(body), content_type="application/json")


def patch(client: Client, member: Member, version: str = "", **body: Any) -> Any:
    headers = {"if-match": version} if version else {}
    url = f"/api/members/{member.pk}/"
    return client.patch(url, json.dumps(body), content_type="application/json", headers=headers)


def test_a_record_is_corrected_against_the_version_it_was_read_in(cast: Cast) -> None:
    member, client = world.member(cast.branch), world.client(cast.secretary)
    read = client.get(f"/api/members/{member.pk}/")
    assert read["ETag"] == f'"{read.json()["version"]}"'
    answer = patch(client, member, read["ETag"], mobile="13812345678", workplace="一中")
    assert answer.status_code == 200 and answer["ETag"] != read["ETag"]
    assert patch(client, member, answer["ETag"], workplace=None).status_code == 200
    person = Member.objects.get(pk=member.pk).person
    assert (person.mobile, person.workplace) == ("13812345678", ""), "left out stays, a blank clears"


def test_a_change_from_an_old_version_is_shown_the_difference_and_stores_nothing(cast: Cast) -> None:
    member, client = world.member(cast.branch), world.client(cast.secretary)
    old = client.get(f"/api/members/{member.pk}/")["ETag"]
    patch(client, member, old, mobile="13812345678")
    late = patch(client, member, old, qq="12345", mobile="13812345679")
    assert late.status_code == 412 and late.json()["problems"][0]["code"] == "record.changed"
    assert late.json()["difference"] == {"mobile": ["13812345678", "13812345679"], "qq": ["", "12345"]}
    assert Member.objects.get(pk=member.pk).person.qq == ""
    without = patch(client, member, qq="12345")
    assert without.status_code == 428 and without.json()["code"] == "version.missing"


def test_a_correction_meets_the_rules_and_the_scope(cast: Cast) -> None:
    member = world.member(cast.branch)
    client = world.client(cast.secretary)
    version = client.get(f"/api/members/{member.pk}/")["ETag"]
    refused = patch(client, member, version, mobile="1", joined_on="2019-01")
    assert refused.status_code == 422
    assert {p["code"] for p in refused.json()["problems"]} == {"mobile.format", "joined_on.future"}
    assert patch(world.client(cast.outsider), member, version, qq="12345").status_code == 404
    assert patch(world.client(cast.county_admin), member, version, qq="12345").status_code == 403


def test_a_claim_is_asked_answered_and_listed(cast: Cast) -> None:
    held = world.national_id()
    member = world.member(cast.village, world.person("张三", id_text=held))
    asker, holder = world.client(cast.secretary), world.client(cast.village_admin)
    body = {"branch": cast.branch.code, "full_name": "张三", "national_id": held}
    assert post(asker, "members/claim/", **body).json()["problems"][0]["code"] == "reason.missing"
    made = post(asker, "members/claim/", **body, reason="在我处")
    assert made.status_code == 201 and made.json()["kind"] == "claim"
    assert held not in made.content.decode()
    pk = made.json()["id"]
    assert [case["id"] for case in holder.get("/api/cases/").json()["results"]] == [pk]
    assert [case["id"] for case in asker.get("/api/cases/?show=asked").json()["results"]] == [pk]
    assert asker.get("/api/cases/").json()["results"] == []
    assert post(asker, f"cases/{pk}/act/", act="release").status_code == 403
    assert post(world.client(cast.outsider), f"cases/{pk}/act/", act="release").status_code == 404
    assert post(holder, f"cases/{pk}/act/", act="release").json()["state"] == "granted"
    assert Member.objects.get(person=member.person, until_at=None).branch == cast.branch


def test_a_number_is_disputed_and_decided(cast: Cast) -> None:
    number = "201741000001"
    world.member(cast.village, joined_on=dt.date(2017, 5, 1), development_number=number)
    who = {"full_name": "张三", "national_id": world.national_id(), "development_number": number}
    asker, holder = world.client(cast.secretary), world.client(cast.village_admin)
    made = post(asker, "members/dispute/", branch=cast.branch.code, reason="志愿书", **who).json()
    assert (made["kind"], made["number"], made["decider"]) == ("number", number, cast.county.code)
    post(holder, f"cases/{made['id']}/act/", act="keep", decision="我处档案为准")
    decided = post(world.client(cast.county_admin), f"cases/{made['id']}/act/", act="grant")
    assert decided.json()["state"] == "granted"
    cells = good_cells(joined_on="2017-05", **who)
    assert post(asker, "members/", **cells).status_code == 201


def test_name_and_id_are_corrected_by_approval(cast: Cast) -> None:
    member = world.member(cast.branch, world.person("李秀英"))
    new = {"full_name": "李秀", "national_id": world.national_id()}
    url = f"members/{member.pk}/identity/"
    assert post(world.client(cast.secretary), url, full_name="李秀").json()["problems"] == [
        {"field": "national_id", "code": "national_id.missing", "message": "没有填写身份证号码。"}
    ]
    made = post(world.client(cast.secretary), url, **new, reason="有误").json()
    assert made["state"] == "open" and new["national_id"] not in json.dumps(made)
    assert (
        post(world.client(cast.committee_admin), f"cases/{made['id']}/act/", act="grant").status_code == 200
    )
    assert Member.objects.get(pk=member.pk).person.full_name == "李秀"


def test_a_person_is_corrected_on_request(cast: Cast) -> None:
    cadre = world.cadre(cast.county)
    city, county = world.client(cast.city_admin), world.client(cast.county_admin)
    url = f"people/{cadre.person_id}/corrections/"
    made = post(city, url, education="大学本科", is_volunteer=True, mobile=None, reason="毕业证")
    assert made.status_code == 201 and made.json()["keeper"] == cast.county.code
    assert [line["asked"] for line in made.json()["changes"]] == ["大学本科", "是"]
    pk = made.json()["id"]
    assert [asked["id"] for asked in county.get("/api/corrections/").json()["results"]] == [pk]
    assert post(county, f"corrections/{pk}/act/", act="grant").json()["state"] == "granted"
    cadre.person.refresh_from_db()
    assert (cadre.person.education, cadre.person.is_volunteer) == ("大学本科", True)
    assert post(world.client(cast.outsider), url, education="高中", reason="x").status_code == 404


@pytest.mark.parametrize("value", [None, True, 1.5, 10**30, "\x00", [], {}, "\ud800", "a" * 5000])
def test_whatever_is_sent_is_a_named_problem(cast: Cast, value: Any) -> None:
    member, client = world.member(cast.branch), world.client(cast.secretary)
    version = client.get(f"/api/members/{member.pk}/")["ETag"]
    who = {"full_name": value, "national_id": value, "reason": value}
    answers = [
        patch(client, member, version, **dict.fromkeys(("ethnicity", "mobile", "is_cadre", "post"), value)),
        patch(client, member, "x", qq=value),
        post(client, f"members/{member.pk}/identity/", **who),
        post(client, "members/claim/", branch=value, **who),
        post(client, "members/dispute/", branch=cast.branch.code, development_number=value, **who),
        post(client, f"people/{member.person_id}/corrections/", **who, mobile=value),
        post(client, "cases/1/act/", act=value),
    ]
    assert {answer.status_code for answer in answers} <= {400, 404, 412, 422}
    assert not MemberCase.objects.exists() and not CorrectionRequest.objects.exists()
