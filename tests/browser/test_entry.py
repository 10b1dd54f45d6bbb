"""The entry form by keyboard and typed into early: what the id says, whom it meets, drafts, save and next."""

import datetime as dt
import json

from playwright.sync_api import Page, Route, expect

from tests import world
from tests.browser.program import Program
from tests.browser.test_secretary import sign_in

HELD = """
import json
from zhtj.lib import crypto
from members.models import Member
from orgs.models import User
from orgs.scopes import scope_of
own = scope_of(User.objects.get(username="branch")).unit_id
found = Member.objects.filter(until_at=None).exclude(branch=own).select_related("person", "branch").first()
print(json.dumps([crypto.unseal(found.person.id_sealed), found.person.full_name, found.branch.short_name]))
"""


def open_entry_form(page: Page) -> None:
    """The form as its branch opens it; what it does by script may still be on its way."""
    sign_in(page, "branch")
    page.get_by_role("navigation", name="主菜单").get_by_role("link", name="团员", exact=True).click()
    page.get_by_role("link", name="录入团员", exact=True).click()
    expect(page.get_by_label("姓名")).to_be_focused()


def test_a_member_is_entered_by_keyboard_alone(page: Page, program: Program) -> None:
    held_id, held_name, holder = json.loads(program.manage("shell", "-c", HELD).splitlines()[-1])
    open_entry_form(page)
    page.wait_for_load_state()
    keys, form = page.keyboard, page.locator("form#entry")

    keys.type("欧阳键盘")
    keys.press("Enter")
    keys.type(held_id)
    expect(form.locator("[data-derived]")).to_contain_text("周岁")
    keys.press("Tab")
    expect(form).to_contain_text(holder)
    expect(form).not_to_contain_text(held_name)

    keys.press("Shift+Tab")  # the button that would claim them
    keys.press("Shift+Tab")
    expect(page.get_by_label("身份证号码")).to_be_focused()
    keys.press("Control+A")
    keys.type(world.national_id(17, born=dt.date(2000, 5, 1), male=True))
    expect(form.locator("[data-derived]")).to_contain_text("男，2000-05-01 出生")
    keys.press("Enter")
    expect(form).not_to_contain_text(holder)
    keys.type("汉族")
    keys.press("Enter")
    keys.press("ArrowDown")
    expect(page.get_by_label("政治面貌")).to_have_value("共青团员")
    expect(form.locator("[data-kept]")).to_contain_text("草稿")

    page.reload()
    expect(page.locator("#content")).to_contain_text("已恢复")
    expect(page.get_by_label("姓名")).to_have_value("欧阳键盘")
    page.get_by_label("入团年月").focus()
    keys.type("2015-05")
    keys.press("Enter")
    expect(form).to_contain_text("编号可以不填")
    keys.press("Enter")
    keys.press("ArrowDown")
    keys.press("ArrowDown")
    expect(page.get_by_label("是否为团干部")).to_have_value("否")
    keys.press("Enter")
    keys.press("ArrowDown")
    expect(page.get_by_label("入团志愿书")).to_have_value("有")
    keys.press("Control+Enter")

    expect(page.locator("body")).to_contain_text("已录入欧阳键盘")
    expect(page.get_by_label("姓名")).to_be_focused()
    expect(page.get_by_label("姓名")).to_have_value("")


def test_an_id_typed_before_the_scripts_came_or_kept_in_a_draft_is_asked_about(
    page: Page, program: Program
) -> None:
    held_id, _, holder = json.loads(program.manage("shell", "-c", HELD).splitlines()[-1])
    scripts: list[Route] = []
    page.route("**/js/members_enter*", lambda route: scripts.append(route))
    with page.expect_request("**/js/members_enter*"):
        open_entry_form(page)
    keys, form = page.keyboard, page.locator("form#entry")
    keys.press("Tab")
    keys.type(held_id)
    keys.press("Tab")
    scripts.pop().continue_()
    expect(form).to_contain_text(holder)

    page.unroute_all()
    page.get_by_label("姓名").fill("欧阳草稿")
    page.get_by_role("button", name="存为草稿").click()
    expect(page.locator("#content")).to_contain_text("已恢复")
    expect(form).to_contain_text(holder)
    page.get_by_role("button", name="清空重填").click()
    expect(form).not_to_contain_text(holder)
