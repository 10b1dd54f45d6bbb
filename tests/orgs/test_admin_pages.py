"""The pages of administrators: codes on screen, on paper, as a workbook; reset and dismissal."""

import io

import pytest
from django.urls import reverse

from zhtj.lib import sheets

from orgs import admins
from orgs.models import AccessCode, AuditEntry

from tests import world
from tests.cast import Cast

pytestmark = pytest.mark.django_db


def test_a_superior_issues_one_code_sees_it_and_the_audit_does_not(cast: Cast) -> None:
    client = world.client(cast.committee_admin)
    client.post(reverse("code_issue", args=[cast.second_branch.pk]))
    text = admins.plain_code(AccessCode.objects.get())
    assert text in client.get(reverse("unit_admins", args=[cast.second_branch.pk])).content.decode()
    assert text not in str(list(AuditEntry.objects.values_list("before", "after")))


def test_one_press_gives_a_code_to_every_child_without_an_administrator(cast: Cast) -> None:
    client = world.client(cast.committee_admin)
    page = reverse("unit_codes", args=[cast.committee.pk])
    assert "为 2 个没有管理员的下级发放注册码" in client.get(page).content.decode()
    client.post(page)
    codes = list(AccessCode.objects.all())
    assert {code.unit for code in codes} == {cast.second_branch, cast.third_branch}
    client.post(page)
    assert AccessCode.objects.count() == 2, "who holds an open code keeps it"
    sheet = client.get(reverse("code_sheet", args=[cast.committee.pk])).content.decode()
    assert all(admins.plain_code(code) in sheet for code in codes)
    assert AuditEntry.objects.get(action="orgs.print_codes").after == {"count": 2}
    answer = client.post(reverse("code_workbook", args=[cast.committee.pk]))
    data = b"".join(answer.streaming_content)
    (page_of_sheet,) = sheets.read_rows(data, "注册码.xlsx", limits=sheets.Limits())
    shown = {cell for _, row in page_of_sheet.rows for cell in row}
    assert {admins.plain_code(code) for code in codes} <= shown
    assert AuditEntry.objects.get(action="orgs.export_codes").after == {"count": 2}
    assert io.BytesIO(data).read(2) == b"PK"


def test_the_api_gives_the_open_codes_of_the_children_out_with_a_trail(cast: Cast) -> None:
    client = world.client(cast.committee_admin)
    address = reverse("api_unit_codes", args=[cast.committee.pk])
    issued = client.post(address).json()["codes"]
    admins.issue_reset_code(world.actor(cast.committee_admin), user=cast.secretary, unit=cast.branch)
    assert len(issued) == 2 and not AuditEntry.objects.filter(action="orgs.export_codes").exists()
    listed = client.get(address)
    assert (listed.json()["codes"], listed["Cache-Control"]) == (issued, "no-store")
    book = client.post(reverse("api_code_workbook", args=[cast.committee.pk]))
    assert "no-store" in book["Cache-Control"]
    (sheet,) = sheets.read_rows(b"".join(book.streaming_content), "codes.xlsx", limits=sheets.Limits())
    shown = {cell for _, row in sheet.rows for cell in row}
    assert {code["code"] for code in issued} | {code["unit"] for code in issued} <= shown
    trail = AuditEntry.objects.filter(action="orgs.export_codes")
    assert [(entry.unit, entry.door, entry.after) for entry in trail] == [
        (cast.committee, "api", {"count": 2})
    ] * 2
    above = world.client(cast.county_admin).get(address).json()["codes"]
    assert above == issued, "who staffs the committee staffs what is below it"
    for name in ("api_unit_codes", "api_code_workbook"):
        for user, status in ((cast.outsider, 404), (cast.viewer, 403)):
            asked = getattr(world.client(user), "get" if name == "api_unit_codes" else "post")
            assert asked(reverse(name, args=[cast.committee.pk])).status_code == status


def test_a_third_administrator_is_refused_with_the_way_out(cast: Cast) -> None:
    world.account(cast.branch)
    client = world.client(cast.committee_admin)
    answer = client.post(reverse("code_issue", args=[cast.branch.pk]), follow=True).content.decode()
    assert "请先解除其中一名" in answer and not AccessCode.objects.exists()


def test_reset_and_dismissal_from_the_page(cast: Cast) -> None:
    client = world.client(cast.committee_admin)
    client.post(reverse("admin_reset", args=[cast.branch.pk]), {"user": cast.secretary.pk})
    text = admins.plain_code(AccessCode.objects.get(purpose="reset"))
    assert text in client.get(reverse("unit_admins", args=[cast.branch.pk])).content.decode()
    client.post(reverse("admin_dismiss", args=[cast.branch.pk]), {"user": cast.secretary.pk})
    assert not admins.admins(cast.branch).exists()
    assert world.client(cast.secretary).get(reverse("unit_detail", args=[cast.branch.pk])).status_code == 403


@pytest.mark.parametrize("user", ["", "x", "-1", "9" * 30, "１"])
def test_whoever_is_no_administrator_cannot_be_reset(cast: Cast, user: str) -> None:
    client = world.client(cast.committee_admin)
    assert client.post(reverse("admin_reset", args=[cast.branch.pk]), {"user": user}).status_code == 404


def test_the_api_issues_resets_and_dismisses(cast: Cast) -> None:
    client = world.client(cast.committee_admin)
    code = client.post(reverse("api_code_issue", args=[cast.second_branch.pk])).json()["code"]
    assert code == admins.plain_code(AccessCode.objects.get())
    who = {"username": "secretary"}
    made = client.post(reverse("api_admin_reset", args=[cast.branch.pk]), who, "application/json").json()
    assert len(made["code"]) == admins.CODE_LENGTH
    answer = client.post(reverse("api_admin_dismiss", args=[cast.branch.pk]), who, "application/json")
    assert answer.status_code == 204 and not admins.admins(cast.branch).exists()
