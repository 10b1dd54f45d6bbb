"""Journey 4, first half: provincial staff opens the bulletin and sees it change the next morning."""

import re

from playwright.sync_api import Page, expect

from tests.browser.program import Program
from tests.browser.test_secretary import sign_in


def entered(page: Page) -> int:
    """The members entered, of the province's own row."""
    own = page.locator("tr.own td.num").nth(2).inner_text()
    return int(own.replace(",", ""))


def test_the_staff_sees_what_was_entered_in_the_next_bulletin(page: Page, program: Program) -> None:
    sign_in(page, "staff")
    page.get_by_role("navigation", name="主菜单").get_by_role("link", name="进度").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("日通报")
    before = entered(page)

    program.manage_later(1, "compute_bulletin")
    page.get_by_role("navigation", name="主菜单").get_by_role("link", name="进度").click()
    expect(page.locator("#content")).to_contain_text("等待发布")
    assert entered(page) >= before

    page.get_by_role("button", name="发布这期通报").click()
    expect(page.locator("[data-saved]")).to_contain_text("已发布")
    page.locator("tr:not(.own) th.name a").first.click()
    expect(page).to_have_url(re.compile(r"unit="))
    expect(page.locator("tr.own")).to_be_visible()
