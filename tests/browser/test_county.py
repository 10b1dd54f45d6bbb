"""Journey 3: a county organ's admin verifies nine pre-loaded cadres, adds one and declares it done."""

import datetime as dt
import re
from pathlib import Path

import pytest
from openpyxl import Workbook
from playwright.sync_api import Page, expect

from zhtj.demo import identities

from tests.browser.program import Program
from tests.browser.test_access import violations
from tests.browser.test_secretary import sign_in

COUNTY = "中原团区委"
BORN = dt.date(1984, 6, 2)
HEADERS = ["姓名", "身份证号码", "民族", "政治面貌", "团内职务", "所在组织", "团干部性质", "任职年月"]
NAMES = [f"核对人{digit}" for digit in "甲乙丙丁戊己庚辛壬"]


def national_id(number: int) -> str:
    return identities.national_id("410102", BORN, 700 + number)


def preload(program: Program, folder: Path) -> None:
    """The province's workbook: nine people for the county."""
    book = Workbook()
    book.active.append(HEADERS)
    for number, name in enumerate(NAMES):
        row = [name, national_id(number), "汉族", "中共党员", "委员", COUNTY, "专职", "2016-09"]
        book.active.append(row)
    file = folder / "county.xlsx"
    book.save(file)
    program.manage(
        "import_workbook", "cadres", str(file), "--unit", code_of(program, "province"), "--actor", "province",
        "--commit",
    )  # fmt: skip


def plant_hollow(program: Program, folder: Path) -> None:
    """A committee of the county without a branch below it."""
    file = folder / "units.csv"
    file.write_text("组织简称,组织类别,行业类别\n空心中学团委,团委,普通高中\n", encoding="utf-8")
    where = ("--unit", code_of(program, "county"), "--actor", "county")
    program.manage("import_workbook", "units", str(file), *where, "--commit")


def code_of(program: Program, username: str) -> str:
    """The unit an account acts for."""
    out = program.manage(
        "shell",
        "-c",
        f"from orgs.models import User; print('@', User.objects.get(username='{username}').acting_unit.code)",
    )
    return out.rpartition("@")[2].strip()


def open_own(page: Page) -> None:
    page.get_by_role("navigation", name="主菜单").get_by_role("link", name="团干部", exact=True).click()
    page.get_by_role("link", name="本级团干部", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("本级团干部")


def depart(page: Page, name: str) -> None:
    page.get_by_role("link", name=f"{name}已离任").click()
    page.get_by_label("离任日期").fill("2018-11-01")
    page.get_by_label("离任原因").select_option("工作调动")
    page.get_by_role("button", name="登记离任").click()
    expect(page.locator("[data-saved]")).to_contain_text(f"已登记{name}离任")


def verify_all(page: Page, first: str) -> int:
    """From the first one to the last, by the button that leads to the next; returns how many."""
    page.get_by_role("link", name=f"核对{first}").click()
    count = 0
    while page.get_by_role("button", name="核对无误，下一人").is_visible():
        page.get_by_role("button", name="核对无误，下一人").click()
        count += 1
        expect(page.locator("[data-saved]")).to_contain_text("已核对")
    return count


def test_the_county_verifies_departs_adds_and_declares(page: Page, program: Program, tmp_path: Path) -> None:
    preload(program, tmp_path)
    sign_in(page, "county")
    expect(page.locator("#content")).to_contain_text("本机关团干部待核对")
    open_own(page)
    for name in NAMES[:2]:
        depart(page, name)
    expect(page.get_by_role("button", name="声明核对完成")).to_have_count(0)
    depart(page, NAMES[2])
    page.get_by_role("button", name=f"撤销离任：{NAMES[2]}").click()
    expect(page.locator("[data-saved]")).to_contain_text(f"已撤销{NAMES[2]}的离任登记")

    assert verify_all(page, NAMES[2]) >= 7
    expect(page.locator("[data-saved]")).to_contain_text("全部核对完")
    expect(page.locator("#content")).to_contain_text("其中已离任 2 人")

    page.get_by_role("link", name="录入团干部", exact=True).click()
    page.get_by_label("姓名").fill("新任挂职")
    page.get_by_label("身份证号码").fill(national_id(20))
    page.get_by_label("民族").fill("汉")
    page.get_by_label("政治面貌").select_option("中共党员")
    page.get_by_label("团内职务").select_option("副书记")
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.locator(".errors")).to_contain_text("没有填写团干部性质")
    page.get_by_label("团干部性质").select_option("挂职")
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.locator("[data-saved]")).to_contain_text("已录入新任挂职")
    expect(page.locator("#content")).to_contain_text("新录入 1 人")

    page.get_by_role("button", name="声明核对完成").click()
    expect(page.locator("[data-saved]")).to_contain_text("已声明核对完成")
    expect(page.locator("#content")).to_contain_text("100.0%")
    assert violations(page) == []

    page.goto("/")
    expect(page.locator("#content")).not_to_contain_text("本机关团干部待核对")

    plant_hollow(program, tmp_path)
    page.goto("/units/health/?code=unit.hollow")
    expect(page.locator("#content")).to_contain_text("空心中学团委")


@pytest.mark.sqlite  # as in test_access
def test_the_pages_of_cadres_are_accessible_on_a_phone(phone: Page) -> None:
    sign_in(phone, "county")
    wrong = {}
    open_pages = ["/cadres/", "/cadres/missing/"]
    for path in open_pages:
        phone.goto(path)
        wrong[path] = violations(phone)
    phone.goto("/cadres/")
    phone.get_by_role("link", name="本级团干部", exact=True).click()
    for name in ("修改", "录入团干部", "组织人员图"):
        here = phone.url
        wrong[here] = violations(phone)
        if phone.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            wrong[here].append("the page scrolls sideways")
        phone.get_by_role("link", name=re.compile(f"^{name}")).first.click()
        wrong[phone.url] = violations(phone)
        phone.goto(here)
    assert {path: found for path, found in wrong.items() if found} == {}
