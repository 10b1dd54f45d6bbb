"""The roster taken along: export, print, comparing a list, searching, showing one id in full."""

import io
import re
from html import unescape
from typing import Any

import openpyxl
import pytest

from cadres.views import rosters as cadre_sheets
from members.views import export as member_sheets
from orgs.models import AuditEntry

from tests import world
from tests.cast import Cast

pytestmark = pytest.mark.django_db


def text_of(answer: Any) -> str:
    assert answer.status_code == 200
    return answer.content.decode()


def export(user: Any, unit: Any, **given: str) -> Any:
    return world.client(user).post(f"/members/export/?unit={unit.pk}", {"purpose": "", **given})


def rows_of(answer: Any) -> list[tuple[Any, ...]]:
    """The header and what is below; the title and what it says about ids stand above."""
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    (title, *_), (note, *_), *rows = book.active.iter_rows(values_only=True)
    assert title.endswith("团员名册") and "身份证号码" in note
    return rows


def test_an_export_holds_the_sub_tree_masked_and_leaves_a_trail(cast: Cast) -> None:
    whole = world.national_id()
    person = world.person("=1+1", id_text=whole, mobile="13812345678")
    world.cadre(cast.branch, "书记", world.member(cast.branch, person).person)
    world.member(cast.village)
    world.member(cast.other_branch)
    header, first, second = rows_of(export(cast.county_admin, cast.county))
    assert header[:4] == ("团支部", "组织编码", "姓名", "身份证号码")
    assert first[2:4] == ("=1+1", person.masked_id) and first[10:12] == ("书记", "138****5678")
    assert header[10:12] == ("团内职务", "手机号码")
    assert second[0] == "小寨村团支部"
    entry = AuditEntry.objects.get(action="members.export")
    assert (entry.unit, entry.after["count"], entry.after["full_ids"]) == (cast.county, 2, False)


def test_an_export_honours_filters_and_columns_and_says_so_in_the_trail(cast: Cast) -> None:
    world.member(cast.branch, world.person("王小明", political_status="party_member"))
    world.member(cast.branch, world.person("李小红"))
    browser = world.client(cast.committee_admin)
    address = "/members/export/?political_status=party_member"
    assert "政治面貌：中共党员" in text_of(browser.get(address))
    header, *rows = rows_of(browser.post(address, {"columns": ["education", "sex"]}))
    assert header == ("团支部", "组织编码", "姓名", "性别", "文化程度")
    assert [row[2] for row in rows] == ["王小明"]
    after = AuditEntry.objects.get(action="members.export").after
    assert after["filters"] == {"political_status": "party_member"}
    assert after["columns"][-2:] == ["sex", "education"]


def test_more_than_one_export_may_hold_is_refused_before_it_begins(cast: Cast, monkeypatch: Any) -> None:
    world.members(cast.branch, 3)
    monkeypatch.setattr("orgs.taking.MOST_ROWS", 2)
    assert "超过一次导出的上限" in text_of(export(cast.committee_admin, cast.committee))
    assert not AuditEntry.objects.filter(action="members.export").exists()


def test_whole_ids_need_the_capability_and_a_purpose(cast: Cast) -> None:
    whole = world.national_id()
    world.member(cast.branch, world.person(id_text=whole))
    admin = cast.committee_admin
    assert export(admin, cast.committee, full="on", purpose="核验").status_code == 403
    world.grant(admin, cast.committee, "ids_reveal")
    assert "没有填写用途" in text_of(export(admin, cast.committee, full="on"))
    assert not AuditEntry.objects.filter(action="members.export").exists()
    assert rows_of(export(admin, cast.committee, full="on", purpose="核验"))[1][3] == whole
    assert AuditEntry.objects.get(action="members.export").after["purpose"] == "核验"


def test_one_id_is_shown_in_full_after_a_purpose(cast: Cast) -> None:
    whole = world.national_id()
    member = world.member(cast.branch, world.person(id_text=whole))
    address = f"/members/{member.pk}/reveal/"
    browser = world.client(cast.secretary)
    assert browser.post(address, {"purpose": "核验"}).status_code == 403
    world.grant(cast.secretary, cast.branch, "ids_reveal")
    page = text_of(browser.post(address, {"purpose": " "}))
    assert "没有填写用途" in page and whole not in page
    assert whole not in text_of(browser.get(f"/members/{member.pk}/"))
    assert whole in text_of(browser.post(address, {"purpose": "核验"}))
    entry = AuditEntry.objects.get(action="members.reveal_id")
    assert (entry.person, entry.after) == (member.person, {"purpose": "核验"})
    outside = world.member(cast.other_branch)
    assert browser.post(f"/members/{outside.pk}/reveal/", {"purpose": "x"}).status_code == 404


def test_a_pasted_list_says_who_is_in_and_who_is_not(cast: Cast) -> None:
    here, outside, unknown = (world.national_id() for _ in range(3))
    world.member(cast.branch, world.person("王小明", id_text=here))
    world.member(cast.branch, world.person("李秀英"))
    world.member(cast.other_branch, world.person("赵六", id_text=outside))
    text = f" 王 小明\n李秀英\n{here.lower()}\n\n赵六\n{outside}\n{unknown}\n李秀英\n\x00😀"
    answer = world.client(cast.committee_admin).post("/members/compare/", {"list": text.replace("\x00", "")})
    pasted = answer.context["pasted"]
    assert [member.person.full_name for _, member in pasted.found] == ["王小明", "李秀英", "王小明"]
    assert len(pasted.missing) == 4 and pasted.missing[0] == "赵六"
    page = text_of(answer)
    assert unknown not in page.split("<textarea")[1].split("</textarea>")[1]


def test_in_a_large_sub_tree_a_common_name_asks_for_the_id(cast: Cast, monkeypatch: Any) -> None:
    monkeypatch.setattr("members.queries.compare.SMALL", 2)
    monkeypatch.setattr("members.queries.compare.SAME_NAME", 2)
    for branch in (cast.branch, cast.branch, cast.other_branch):
        world.member(branch, world.person("王伟"))
    world.member(cast.branch, world.person("李小红"))
    answer = world.client(cast.committee_admin).post("/members/compare/", {"list": "王伟\n李小红\n赵六"})
    pasted = answer.context["pasted"]
    assert pasted.common == [("王伟", 3)] and pasted.missing == ["赵六"]
    assert [member.person.full_name for _, member in pasted.found] == ["李小红"]
    assert "同名太多" in text_of(answer)


def test_the_roster_is_searched_by_mobile_and_number(cast: Cast) -> None:
    world.member(cast.branch, world.person("王小明", mobile="13812345678"))
    world.member(cast.branch, world.person("李秀英"), development_number="201541000001")
    browser = world.client(cast.committee_admin)

    def found(text: str) -> list[str]:
        answer = browser.post("/members/", {"q": text}, follow=True)
        return [member.person.full_name for member in answer.context["roster"].members]

    assert found("13812345678") == ["王小明"]
    assert found("201541000001") == ["李秀英"]
    assert found("13812345679") == []
    assert "13812345678" not in text_of(browser.post("/members/", {"q": "13812345678"}))


def test_the_printed_roster_has_room_for_signature_and_seal(cast: Cast) -> None:
    world.member(cast.branch, world.person("王小明"))
    page = text_of(world.client(cast.secretary).get("/members/print/"))
    assert "王小明" in page and "盖章" in page and "本人签名" in page


@pytest.mark.parametrize("room", ["members", "cadres"])
def test_a_long_roster_is_printed_sheet_by_sheet_and_nobody_twice(
    cast: Cast, room: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = [f"王{name}" for name in "甲乙丙丁戊"]
    for name in people:
        person = world.person(name)
        world.member(cast.branch, person)
        world.cadre(cast.branch, "委员", person)
    world.member(cast.branch, world.person("李己"))
    monkeypatch.setattr(member_sheets if room == "members" else cadre_sheets, "SHEET", 2)
    browser = world.client(cast.committee_admin)
    address, printed, numbers = f"/{room}/print/?q=王", [], []
    while address:
        page = text_of(browser.get(address))
        lines = re.findall(r"<tr><td>([0-9]+)</td><th scope=\"row\">([^<]+)</th>", page)
        numbers += [int(number) for number, _ in lines]
        printed += [name for _, name in lines]
        following = re.search(r'rel="next" href="([^"]+)"', page)
        address = f"/{room}/print/{unescape(following[1])}" if following else ""
    assert (printed, numbers) == (people, [1, 2, 3, 4, 5])
    assert "第 5–5 " in page and "到此为止" in page
    counts = AuditEntry.objects.filter(action=f"{room}.print").order_by("id").values_list("after", flat=True)
    assert [after["count"] for after in counts] == [2, 2, 1]
    assert "第 1–2 " in text_of(browser.get(f"/{room}/print/?after=x&before=%C2%B2"))


def test_whoever_opens_a_roster_to_print_leaves_a_trail(cast: Cast) -> None:
    world.members(cast.branch, 2)
    world.cadre(cast.county, "书记")
    admin = world.client(cast.county_admin)
    assert admin.get("/members/print/").status_code == 200
    assert admin.get("/cadres/print/").status_code == 200
    members = AuditEntry.objects.get(action="members.print")
    assert (members.actor, members.unit, members.after["count"]) == (cast.county_admin, cast.county, 2)
    cadres = AuditEntry.objects.get(action="cadres.print")
    assert (cadres.actor, cadres.unit, cadres.after["count"]) == (cast.county_admin, cast.county, 1)


def test_the_api_shows_a_whole_id_with_a_purpose_as_the_page_does(cast: Cast) -> None:
    id_text = world.national_id(60_500)
    member, outside = (
        world.member(cast.branch, world.person(id_text=id_text)),
        world.member(cast.other_branch),
    )
    address, browser = f"/api/members/{member.pk}/reveal/", world.client(cast.secretary)
    sent = {"purpose": " 核对户口本\x00 "}
    assert browser.post(address, sent, "application/json").status_code == 403
    world.grant(cast.secretary, cast.branch, "ids_reveal")
    refused = browser.post(address, {"purpose": "\u200b"}, "application/json")
    assert (refused.status_code, refused.json()["problems"][0]["code"]) == (422, "purpose.missing")
    assert not AuditEntry.objects.filter(action="members.reveal_id").exists()
    answer = browser.post(address, sent, "application/json")
    assert answer.json() == {"national_id": id_text}
    assert answer["Cache-Control"] == "no-store"
    entry = AuditEntry.objects.get(action="members.reveal_id")
    assert (entry.person, entry.door, entry.after) == (member.person, "api", {"purpose": "核对户口本"})
    assert browser.post(f"/api/members/{outside.pk}/reveal/", sent, "application/json").status_code == 404
