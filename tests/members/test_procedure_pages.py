"""The pages and addresses of transfer, withdrawal, applications and the identity check."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from zhtj.lib import crypto

from members.models import Member, MemberCase, YouthUnderReview

from tests import world
from tests.cast import Cast
from tests.members.conftest import good_cells

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_gate(settings: Any, tmp_path: Path) -> None:
    settings.ZHTJ_ENTRY_GATE = ""
    settings.MEDIA_ROOT = str(tmp_path)


def text_of(answer: Any) -> str:
    assert answer.status_code == 200
    return answer.content.decode()


def test_ticked_rows_are_transferred_after_the_question(cast: Cast) -> None:
    members = world.members(cast.branch, 3)
    browser, ids = world.client(cast.committee_admin), [m.pk for m in members[:2]]
    assert 'name="member"' in text_of(browser.get(f"/members/?branch={cast.branch.pk}"))
    assert "转接 2 人" in text_of(browser.post("/members/transfer/", {"member": ids}))
    given = {"member": ids, "confirm": "1", "to_branch": "HN99"}
    assert "没有找到编码为“HN99”" in text_of(browser.post("/members/transfer/", given))
    answer = browser.post("/members/transfer/", given | {"to_branch": cast.second_branch.code}, follow=True)
    assert "已将2名团员转入高一2班团支部" in text_of(answer)
    assert Member.objects.filter(branch=cast.second_branch, until_at=None).count() == 2


def test_a_record_leads_to_transfer_and_withdrawal(cast: Cast) -> None:
    member = world.member(cast.branch)
    browser = world.client(cast.secretary)
    page = text_of(browser.get(f"/members/{member.pk}/"))
    for address in ("/members/transfer/", "/members/withdraw/"):
        assert f'action="{address}"' in page
        assert member.person.full_name in text_of(browser.post(address, {"member": member.pk}))
    assert "/members/withdraw/" not in text_of(world.client(cast.county_admin).get(f"/members/{member.pk}/"))


def test_ticked_rows_are_withdrawn_with_a_reason(cast: Cast) -> None:
    member, browser = world.member(cast.branch), world.client(cast.secretary)
    given = {"member": member.pk, "confirm": "1"}
    assert "请从列表中选择" in text_of(browser.post("/members/withdraw/", given | {"reason": "x"}))
    answer = browser.post("/members/withdraw/", given | {"reason": "left"}, follow=True)
    assert "1名团员已移出名册" in text_of(answer)
    assert "没有选择团员" in text_of(browser.post("/members/withdraw/", follow=True))


@pytest.mark.parametrize("ids", [["x"], ["9" * 30], ["-1"], [""]])
def test_nonsense_ticks_are_nobody(cast: Cast, ids: list[str]) -> None:
    assert "没有选择团员" in text_of(
        world.client(cast.secretary).post("/members/transfer/", {"member": ids}, follow=True)
    )


def test_an_identity_is_corrected_from_page_to_page(cast: Cast) -> None:
    member, new_id = world.member(cast.branch), world.national_id()
    secretary = world.client(cast.secretary)
    given = {"full_name": "李秀英", "national_id": new_id}
    address = f"/members/{member.pk}/identity/"
    assert "没有填写理由" in text_of(secretary.post(address, given))
    answer = secretary.post(address, given | {"reason": "户口本有误"}, follow=True)
    assert "等待上级团组织核准" in text_of(answer) and "办理中" in text_of(answer)
    case = MemberCase.objects.get()
    admin = world.client(cast.committee_admin)
    assert "李秀英" not in text_of(admin.get("/members/cases/"))
    page = text_of(admin.get(f"/members/cases/{case.pk}/"))
    assert "李秀英" in page and new_id not in page and 'value="grant"' in page
    assert "必须写明理由" in page
    assert 'value="grant"' not in text_of(secretary.get(f"/members/cases/{case.pk}/"))
    assert "没有填写理由" in text_of(admin.post(f"/members/cases/{case.pk}/", {"act": "refuse"}))
    assert "已办理" in text_of(admin.post(f"/members/cases/{case.pk}/", {"act": "grant"}, follow=True))
    assert "李秀英" in text_of(secretary.get(f"/members/{member.pk}/"))


def test_a_claim_is_made_seen_in_dispute_and_answered(cast: Cast) -> None:
    national_id = world.national_id()
    member = world.member(cast.other_branch, world.person("张三", id_text=national_id))
    holder = world.client(world.account(cast.other_branch))
    given = {"full_name": "张三", "national_id": national_id, "reason": "已到我校就读"}
    page = text_of(world.client(cast.secretary).post(f"/members/claim/{cast.branch.pk}/", given, follow=True))
    assert "48小时内答复" in page and "争议中" in page and national_id not in page
    assert "争议中" in text_of(holder.get("/members/"))
    assert "争议中" in text_of(holder.get(f"/members/{member.pk}/"))
    case = MemberCase.objects.get()
    page = text_of(holder.get(f"/members/cases/{case.pk}/"))
    assert "已到我校就读" in page and cast.secretary.display_name in page
    holder.post(f"/members/cases/{case.pk}/", {"act": "release"})
    assert Member.objects.get(until_at=None).branch == cast.branch


def test_somebody_goes_from_the_rectification_list_into_the_roster(cast: Cast) -> None:
    browser = world.client(cast.secretary)
    cells = good_cells(full_name="王小明", joined_on="2017-05")
    page = text_of(browser.post(f"/members/review/add/{cast.branch.pk}/", cells, follow=True))
    assert "已将王小明列入整改清单" in page and "没有填写发展团员编号" in page
    youth = YouthUnderReview.objects.get()
    act = f"/members/review/{youth.pk}/act/"
    file = SimpleUploadedFile("志愿书.pdf", b"%PDF-1.4 scan")
    assert "材料已上传" in text_of(browser.post(act, {"act": "attach", "document": file}, follow=True))
    document = youth.documents.get()
    answer = browser.get(f"/members/review/{youth.pk}/documents/{document.pk}/")
    assert answer.content == b"%PDF-1.4 scan" and "attachment" in answer["Content-Disposition"]
    wrong = SimpleUploadedFile("x.pdf", b"<script>")
    assert "只能上传" in text_of(browser.post(act, {"act": "attach", "document": wrong}))
    assert "没有填写发展团员编号" in text_of(browser.post(act, {"act": "recognise"}))
    mend = f"/members/review/{youth.pk}/mend/"
    typed = {**cells, "development_number": "201741000001"}
    assert "已符合条件" in text_of(browser.post(mend, typed, follow=True))
    assert "已认定王小明为团员" in text_of(browser.post(act, {"act": "recognise"}, follow=True))
    assert Member.objects.get(until_at=None).person.full_name == "王小明"
    city = text_of(
        world.client(cast.city_admin).get(f"/members/review/?unit={cast.city.pk}&state=recognised")
    )
    assert "王小明" in city and "已认定 1 人" in city


def test_a_faulty_row_is_told_to_be_mended_first(cast: Cast) -> None:
    cells = good_cells(joined_on="2017-05", mobile="1")
    page = text_of(world.client(cast.secretary).post(f"/members/review/add/{cast.branch.pk}/", cells))
    assert "请填写11位手机号码" in page and not YouthUnderReview.objects.exists()


def test_the_api_moves_and_withdraws(cast: Cast) -> None:
    members = world.members(cast.branch, 2)
    client = world.client(cast.committee_admin)

    def post(address: str, **body: Any) -> Any:
        return client.post(address, json.dumps(body), content_type="application/json")

    first, second = (m.pk for m in members)
    assert post("/api/members/transfer/", members=[first], to_branch="?").status_code == 422
    moved = post("/api/members/transfer/", members=[first], to_branch=cast.second_branch.code)
    assert moved.json() == {"done": 1, "asked": 0}
    assert post("/api/members/transfer/", members=[first], to_branch="HN").status_code == 404
    assert post("/api/members/withdraw/", members=[second], reason="left").json() == {"withdrawn": 1}
    outside = world.member(cast.other_branch).pk
    assert post("/api/members/withdraw/", members=[outside], reason="left").status_code == 404
    assert post("/api/members/withdraw/", members=[10**30], reason="left").status_code == 404


def test_people_are_listed_masked_inside_the_scope(cast: Cast) -> None:
    person = world.person(mobile="13812345678", birth_on=dt.date(2000, 5, 1))
    world.member(cast.branch, person)
    world.member(cast.other_branch)
    (line,) = world.client(cast.committee_admin).get("/api/people/").json()["results"]
    assert (line["id"], line["mobile"], line["national_id"]) == (person.pk, "138****5678", person.masked_id)


def test_ticked_transfers_are_granted_together_by_the_receiving_side_only(cast: Cast) -> None:
    members = world.members(cast.branch, 3)
    ids = [member.pk for member in members]
    given = {"member": ids, "confirm": "1", "to_branch": cast.other_branch.code, "reason": "升学"}
    world.client(cast.secretary).post("/members/transfer/", given)
    cases = list(MemberCase.objects.order_by("pk").values_list("pk", flat=True))
    assert len(cases) == 3
    sender = world.client(cast.secretary)
    assert "没有选择等待办理的转接" in text_of(
        sender.post("/members/cases/grant/", {"case": cases}, follow=True)
    )
    receiver = world.client(world.account(cast.other_branch, "unit_admin", "开高"))
    assert "同意所选的转接" in text_of(receiver.get("/members/cases/"))
    assert "同意所选的转接" not in text_of(sender.get("/members/cases/?show=asked"))
    said = text_of(receiver.post("/members/cases/grant/", {"case": [*cases[:2], "x", "9" * 30]}, follow=True))
    assert "已同意 2 名团员的转接" in said
    people = [member.person_id for member in members]
    assert Member.objects.filter(branch=cast.other_branch, until_at=None, person__in=people).count() == 2
    again = text_of(receiver.post("/members/cases/grant/", {"case": cases[:2]}, follow=True))
    assert "没有选择等待办理的转接" in again, "granted once"


def test_who_is_elsewhere_may_be_claimed_before_the_form_is_filled_in(cast: Cast) -> None:
    held = world.member(cast.other_branch)
    typed = {"national_id": good_cells()["national_id"], "about": "national_id"}
    url = f"/members/enter/{cast.branch.pk}/check/"
    browser = world.client(cast.secretary)
    assert "提出认领" not in text_of(browser.post(url, typed))
    typed["national_id"] = crypto.unseal(held.person.id_sealed)
    answer = text_of(browser.post(url, typed))
    assert f'formaction="/members/claim/{cast.branch.pk}/"' in answer


def test_a_refused_act_on_a_youth_keeps_its_part_of_the_page_open(cast: Cast) -> None:
    cells = good_cells(full_name="王小明", joined_on="2017-05")
    browser = world.client(cast.secretary)
    browser.post(f"/members/review/add/{cast.branch.pk}/", cells)
    youth = YouthUnderReview.objects.get()
    superior = world.client(cast.committee_admin)
    assert "open>" not in text_of(superior.get(f"/members/review/{youth.pk}/"))
    for act, summary in (("release", "核准放行（上级）"), ("dismiss", "不予认定")):
        said = text_of(superior.post(f"/members/review/{youth.pk}/act/", {"act": act, "words": " "}))
        assert said.count("open>") == 1
        assert said[said.index("open>") :].split("</summary>")[0].endswith(summary)


def test_who_corrects_a_name_alone_need_not_type_the_id_again(cast: Cast) -> None:
    member = world.member(cast.branch)
    url, browser = f"/members/{member.pk}/identity/", world.client(cast.secretary)
    same = {"full_name": member.person.full_name, "national_id": "", "reason": "字错"}
    assert "相同" in text_of(browser.post(url, same)), "nothing to correct"
    assert "没有填写姓名" in text_of(browser.post(url, same | {"full_name": ""}))
    assert "校验位" in text_of(browser.post(url, same | {"national_id": "410105200305013066"}))
    browser.post(url, same | {"full_name": "王小梅"})
    case = MemberCase.objects.get()
    assert case.new_name == "王小梅"
    world.client(cast.committee_admin).post(f"/members/cases/{case.pk}/", {"act": "grant"})
    old_id = crypto.unseal(member.person.id_sealed)
    member.person.refresh_from_db()
    assert (member.person.full_name, crypto.unseal(member.person.id_sealed)) == ("王小梅", old_id)


def test_the_branch_hears_that_its_application_was_refused(cast: Cast, clock: Any) -> None:
    member = world.member(cast.branch)
    given = {"member": member.pk, "confirm": "1", "to_branch": cast.other_branch.code, "reason": "升学"}
    sender = world.client(cast.secretary)
    sender.post("/members/transfer/", given)
    assert "未获同意" not in text_of(sender.get("/"))
    case = MemberCase.objects.get()
    receiver = world.client(world.account(cast.other_branch, "unit_admin", "开高"))
    receiver.post(f"/members/cases/{case.pk}/", {"act": "refuse", "decision": "本班已满"})
    assert "1 项更正、转接、认领申请未获同意" in text_of(sender.get("/"))
    assert "未获同意" not in text_of(receiver.get("/"))
    clock.forward(days=8)
    assert "未获同意" not in text_of(world.client(cast.secretary).get("/"))


def test_the_holding_branch_is_named_with_its_superior(cast: Cast) -> None:
    held = world.member(cast.other_branch)
    typed = {"national_id": crypto.unseal(held.person.id_sealed), "about": "national_id"}
    said = text_of(world.client(cast.secretary).post(f"/members/enter/{cast.branch.pk}/check/", typed))
    assert f"{cast.other_branch.parent.short_name} {cast.other_branch.short_name}" in said


def test_who_decides_an_application_refuses_it_with_a_word_and_cannot_take_it_back(cast: Cast) -> None:
    member = world.member(cast.branch)
    asked = {"full_name": "王小梅", "national_id": "", "reason": "字错"}
    asker = world.client(cast.secretary)
    asker.post(f"/members/{member.pk}/identity/", asked)
    url = f"/members/cases/{MemberCase.objects.get().pk}/"
    assert 'value="cancel"' in text_of(asker.get(url))
    said = text_of(world.client(cast.committee_admin).get(url))
    assert 'value="refuse"' in said and 'value="cancel"' not in said


def test_of_a_number_the_buttons_say_whose_it_is_and_the_winner_hears_of_it(
    cast: Cast, settings: Any
) -> None:
    settings.ZHTJ_ENTRY_GATE = ""
    number = "201741000001"
    joined = {"joined_on": dt.date(2017, 5, 1), "development_number": number, "application_form": True}
    member = world.member(cast.village, **joined)
    asker = world.client(cast.secretary)
    person = {"full_name": "秦朗", "national_id": world.national_id(901), "development_number": number}
    asker.post(f"/members/dispute/{cast.branch.pk}/", person | {"reason": "志愿书上的编号"})
    case = MemberCase.objects.get()
    url = f"/members/cases/{case.pk}/"
    holder = world.client(world.account(cast.town, "unit_admin", "须水"))
    holder.post(url, {"act": "keep", "decision": "是我们的"})
    superior = world.client(cast.county_admin)
    said = text_of(superior.get(url))
    assert "编号归秦朗" in said and f"编号仍归{member.person.full_name}" in said
    assert "已归我方" not in text_of(asker.get("/"))
    superior.post(url, {"act": "grant"})
    assert "1 个争议编号已归我方" in text_of(asker.get("/"))
    world.member(cast.branch, **joined)
    assert "已归我方" not in text_of(asker.get("/")), "it is in use"
