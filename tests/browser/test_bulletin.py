"""Journey 4: the staff checks and publishes the bulletin, saves pictures and text, answers a region."""

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.program import Program
from tests.browser.test_access import violations
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

    program.manage("compute_bulletin", days_from_now=1)
    page.get_by_role("navigation", name="主菜单").get_by_role("link", name="进度").click()
    expect(page.locator("#content")).to_contain_text("等待发布")
    assert entered(page) >= before

    page.get_by_role("button", name="发布这期通报").click()
    expect(page.locator("[data-saved]")).to_contain_text("已发布")
    page.locator("tr:not(.own) th.name a").first.click()
    expect(page).to_have_url(re.compile(r"unit="))
    expect(page.locator("tr.own")).to_be_visible()


def test_the_staff_saves_the_pictures_and_the_text(page: Page, tmp_path: Path) -> None:
    sign_in(page, "staff")
    page.goto("/progress/")
    pictures = page.get_by_role("link", name=re.compile("^下载图片"))
    expect(pictures.first).to_be_visible()
    for number in range(pictures.count()):
        with page.expect_download() as download:
            pictures.nth(number).click()
        file = tmp_path / f"{number}.png"
        download.value.save_as(file)
        assert file.read_bytes().startswith(b"\x89PNG")
    text = page.get_by_label("通报文字").input_value()
    assert "录入率" in text and "校验码" in text and 60 <= len(text) <= 300
    assert violations(page) == []


def test_a_region_asks_for_an_early_start_and_the_staff_answers(page: Page) -> None:
    sign_in(page, "city")
    page.goto("/progress/openings/")
    page.get_by_label("理由").fill("学校领域录入过半，农村、社区已完成培训，请求同步推进。")
    page.get_by_role("button", name="提交申请").click()
    expect(page.locator("[data-saved]")).to_be_visible()

    page.context.clear_cookies(name="sessionid")
    sign_in(page, "staff")
    expect(page.locator("#content")).to_contain_text("同步推进申请等待答复")
    page.get_by_role("link", name="查看并答复").first.click()
    expect(page.locator("#content")).to_contain_text("请求同步推进")
    page.get_by_label(re.compile("^意见")).first.fill("同意，请确保学校领域按期完成。")
    page.get_by_role("button", name="同意，即日起开放").first.click()
    expect(page.locator("[data-saved]")).to_be_visible()
    expect(page.locator("#content")).to_contain_text("已同意")
    assert violations(page) == []
