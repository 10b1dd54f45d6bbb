"""Journey 2: a committee plants branches by workbook, hands out codes, enters members for all, merges two."""

import datetime as dt
import re
from pathlib import Path

from openpyxl import Workbook
from playwright.sync_api import Page, expect

from zhtj.demo import identities

from tests.browser.test_access import violations
from tests.browser.test_secretary import sign_in

BRANCHES = [f"初三({number})班团支部" for number in range(1, 13)]
SMALL = BRANCHES[-2:]  # two of two members each; the others have three
BORN = dt.date(2002, 3, 1)
MEMBER_HEADERS = ["姓名", "身份证号码", "民族", "政治面貌", "入团年月", "所在团支部", "是否为团干部"]
MEMBER_HEADERS += ["团内职务", "入团志愿书"]


def save(folder: Path, name: str, *rows: list[str]) -> Path:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    file = folder / name
    book.save(file)
    return file


def upload(page: Page, link: str, file: Path, headline: str) -> None:
    """From the first page to the review of `file`."""
    page.goto("/")
    page.get_by_role("link", name=link, exact=True).first.click()
    page.get_by_label("填好的工作簿").set_input_files(file)
    page.get_by_role("button", name="上传并检查").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(headline, timeout=30_000)


def members() -> list[list[str]]:
    """Two or three a branch, the first of each its secretary."""
    rows = []
    for place, branch in enumerate(BRANCHES):
        for seat in range(2 if branch in SMALL else 3):
            number = 10 * place + seat
            who = [identities.name(8_000 + number), identities.national_id("410103", BORN, 200 + number)]
            post = ["是", "书记"] if seat == 0 else ["否", ""]
            rows.append([*who, "汉族", "共青团员", "2016-05", branch, *post, "有"])
    return rows


def test_the_committee_creates_staffs_fills_and_merges_its_branches(page: Page, tmp_path: Path) -> None:
    sign_in(page, "committee")
    units = [["组织简称", "组织类别"], *([name, "团支部"] for name in BRANCHES)]
    upload(page, "导入下级组织", save(tmp_path, "units.xlsx", *units), "12 行")
    page.get_by_role("button", name=re.compile("^导入 12 ")).last.click()
    expect(page.locator("#content")).to_contain_text("同一份文件再次导入不会重复", timeout=30_000)

    page.goto("/")
    page.get_by_role("link", name="组织信息").click()
    page.get_by_role("link", name="下级管理员").click()
    page.get_by_role("button", name="发放注册码").click()
    page.get_by_role("link", name="打印注册码").click()
    for name in BRANCHES:
        expect(page.locator("#content")).to_contain_text(name)
    page.go_back()
    assert violations(page) == []

    file = save(tmp_path, "members.xlsx", MEMBER_HEADERS, *members())
    upload(page, "导入团员", file, "34 行可以导入")
    expect(page.locator("#content")).to_contain_text(SMALL[0])
    page.get_by_label("我已知晓并核实").check()
    page.get_by_role("button", name="导入 34 人").last.click()
    expect(page.locator("#content")).to_contain_text("同一份文件再次导入不会重复", timeout=30_000)

    page.goto("/units/small/")
    row = page.locator("tbody tr", has_text=SMALL[0]).filter(has=page.get_by_role("rowheader", name=SMALL[0]))
    row.get_by_role("link", name=re.compile(re.escape(f"{SMALL[1]}（4 人"))).click()
    expect(page.locator("#content")).to_contain_text("合并后")
    page.get_by_role("button", name=f"确认并入“{SMALL[1]}”").click()
    expect(page.locator("[data-saved]")).to_contain_text(SMALL[1])

    page.goto(f"/units/?q={SMALL[1]}")
    page.get_by_role("link", name=SMALL[1], exact=True).first.click()
    expect(page.locator("#content")).to_contain_text(SMALL[0])  # went up in this one
    page.get_by_role("link", name="查看团员名册").click()
    expect(page.locator("#content")).to_contain_text("现有团员 4 人")
