"""Journey 5: who entered somebody, from which file, sheet and row, and who looked at the id."""

import datetime as dt
from pathlib import Path

from openpyxl import Workbook
from playwright.sync_api import Page, expect

from zhtj.demo import identities

from tests.browser.program import Program
from tests.browser.test_access import violations
from tests.browser.test_county import code_of
from tests.browser.test_secretary import sign_in

NAME = "来历可查"
NATIONAL_ID = identities.national_id("410104", dt.date(2002, 5, 4), 301)
GRANT = """
from guardian.shortcuts import assign_perm
from orgs.models import User
county = User.objects.get(username='county')
assign_perm('ids_reveal', county, county.acting_unit)
"""


def enter_from_file(program: Program, folder: Path) -> None:
    """Somebody in the second row of a sheet of the branch's own workbook, entered by the branch."""
    book = Workbook()
    book.active.title = "花名册"
    book.active.append(["姓名", "身份证号码", "民族", "政治面貌", "入团年月", "是否为团干部", "入团志愿书"])
    book.active.append([NAME, NATIONAL_ID, "汉族", "共青团员", "2016-05", "否", "有"])
    file = folder / "来历.xlsx"
    book.save(file)
    where = ("--unit", code_of(program, "branch"), "--actor", "branch")
    ticked = ("--acknowledge", "branch.under_three")
    program.manage("import_workbook", "members", str(file), *where, "--commit", *ticked)


def test_the_auditor_learns_who_entered_somebody_and_who_saw_the_id(
    page: Page, program: Program, tmp_path: Path
) -> None:
    enter_from_file(program, tmp_path)
    program.manage("shell", "-c", GRANT)
    sign_in(page, "county")
    page.goto("/members/")
    page.get_by_role("searchbox", name="姓名开头").fill(NAME)
    page.get_by_role("button", name="查找").click()
    page.get_by_role("link", name=NAME, exact=True).click()
    page.get_by_label("查看完整号码的用途").fill("核对重名")
    page.get_by_role("button", name="查看完整号码").click()
    expect(page.locator("#content")).to_contain_text(NATIONAL_ID)

    page.context.clear_cookies(name="sessionid")
    sign_in(page, "auditor")
    page.get_by_role("navigation", name="主菜单").get_by_role("link", name="审计").click()
    page.get_by_role("link", name="查人员来历").click()
    page.get_by_label("完整姓名").fill(NAME)
    page.get_by_role("button", name="查找").click()
    told = page.get_by_role("region", name=NAME)
    expect(told).to_contain_text("文件《来历.xlsx》工作表“花名册”第 2 行")
    expect(told).to_contain_text("（branch）")
    expect(told).to_contain_text("（county）：查看完整身份证号码；用途 核对重名")
    expect(page.locator("body")).not_to_contain_text(NATIONAL_ID)
    assert violations(page) == []
