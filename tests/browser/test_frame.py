"""What every page does for its reader: keeps what is typed, sends once, works by keyboard, without script."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.program import Program
from tests.browser.test_secretary import sign_in

pytestmark = pytest.mark.sqlite  # it lives in the page and asks no database


def open_new_unit_form(page: Page) -> None:
    """The form for a branch under the committee's own unit, with its scripts in place."""
    page.get_by_role("link", name="组织信息").click()
    page.get_by_role("link", name="创建下级组织").click()
    expect(page.get_by_label("组织简称")).to_be_visible()
    page.wait_for_load_state()


def test_typed_text_survives_an_expired_session(page: Page) -> None:
    sign_in(page, "committee")
    open_new_unit_form(page)
    page.get_by_label("组织简称").fill("高一(91)班团支部")
    page.get_by_label("组织类别").select_option("branch")
    page.context.clear_cookies(name="sessionid")
    page.get_by_role("button", name="创建").click()

    expect(page).to_have_url(re.compile("/login/"))
    page.locator("[data-demo=committee]").click()
    page.get_by_role("button", name="恢复填写的内容").click()
    expect(page.get_by_label("组织简称")).to_have_value("高一(91)班团支部")
    expect(page.get_by_label("组织类别")).to_have_value("branch")
    page.get_by_role("button", name="创建").click()
    expect(page.locator("[data-saved]")).to_contain_text("已创建“高一(91)班团支部”")

    page.go_back()
    page.reload()
    expect(page.get_by_label("组织简称")).to_have_value("")
    expect(page.get_by_role("button", name="恢复填写的内容")).to_have_count(0)


def test_another_account_in_the_same_tab_sees_no_draft(page: Page) -> None:
    sign_in(page, "committee")
    open_new_unit_form(page)
    form = page.url
    page.get_by_label("组织简称").fill("不给别人看团支部")
    page.context.clear_cookies(name="sessionid")
    sign_in(page, "county")
    page.goto(form)
    expect(page.get_by_role("button", name="恢复填写的内容")).to_have_count(0)
    assert "不给别人看" not in page.evaluate("JSON.stringify(sessionStorage)")


def test_a_double_click_creates_one_unit(page: Page) -> None:
    sign_in(page, "committee")
    open_new_unit_form(page)
    page.get_by_label("组织简称").fill("高一(92)班团支部")
    page.get_by_label("组织类别").select_option("branch")
    page.get_by_role("button", name="创建").dblclick()
    expect(page.locator("[data-saved]")).to_contain_text("已创建")
    page.goto("/units/?q=高一(92)班")
    expect(page.locator("tbody tr")).to_have_count(1)


def test_enter_moves_on_and_ctrl_enter_saves(page: Page) -> None:
    sign_in(page, "committee")
    open_new_unit_form(page)
    page.get_by_label("组织简称").fill("高一(93)班团支部")
    page.keyboard.press("Enter")
    expect(page.get_by_label("组织类别")).to_be_focused()
    page.get_by_label("组织类别").select_option("branch")
    page.keyboard.press("Control+Enter")
    expect(page.locator("[data-saved]")).to_contain_text("已创建“高一(93)班团支部”")


def test_after_a_refused_form_the_first_wrong_field_has_the_focus(page: Page) -> None:
    sign_in(page, "committee")
    open_new_unit_form(page)
    page.get_by_role("button", name="创建").click()
    expect(page.get_by_role("alert")).to_contain_text("没有填写组织简称")
    expect(page.get_by_label("组织简称")).to_be_focused()


def test_on_a_phone_the_menu_is_a_drawer(phone: Page) -> None:
    sign_in(phone, "county")
    menu = phone.get_by_role("navigation", name="主菜单")
    expect(menu).not_to_be_visible()
    phone.get_by_role("button", name="打开菜单").click()
    menu.get_by_role("link", name="组织").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("组织")


def test_forms_lists_and_the_menu_work_without_script(browser: Browser, program: Program) -> None:
    context = browser.new_context(base_url=program.address, java_script_enabled=False, locale="zh-CN")
    page = context.new_page()
    page.goto("/login/")
    page.get_by_role("textbox", name="账号").fill("committee")
    page.get_by_role("textbox", name="密码").fill("zhtj-2018")
    page.get_by_role("button", name="登录", exact=True).click()
    open_new_unit_form(page)
    page.get_by_label("组织简称").fill("高一(94)班团支部")
    page.get_by_label("组织类别").select_option("branch")
    page.get_by_role("button", name="创建").click()
    expect(page.locator("[data-saved]")).to_contain_text("已创建")
    page.set_viewport_size({"width": 375, "height": 812})
    page.get_by_role("button", name="打开菜单").click()
    page.get_by_role("navigation", name="主菜单").get_by_role("link", name="导入").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("导入")
    context.close()


def test_the_tree_opens_branch_by_branch(page: Page) -> None:
    sign_in(page, "county")
    page.goto("/units/tree/")
    school = page.get_by_role("treeitem", name="中原区第一高级中学团委 基层团委", exact=True)
    arrow = school.locator(".tree-open")
    branch = page.get_by_role("treeitem", name="高一(1)班团支部 团支部", exact=True)
    arrow.click()
    expect(branch).to_be_visible()
    expect(school).to_have_attribute("aria-expanded", "true")
    arrow.click()
    expect(branch).not_to_be_visible()
    page.keyboard.press("ArrowRight")
    expect(branch).to_be_visible()
