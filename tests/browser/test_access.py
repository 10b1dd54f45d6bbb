"""The main pages hold what axe asks for, on an office screen and on a phone, and never scroll sideways."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import SCREENS
from tests.browser.test_secretary import sign_in

pytestmark = pytest.mark.sqlite  # how a page is made up is the same on either database

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
# Placed by hand because evaluated in the page: everything axe knows of WCAG 2.1 A and AA. What is in order is
# not listed element by element, and no media are fetched for the one rule about sound.
RUN = """() => axe.run(document, {
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'], resultTypes: ['violations'], preload: false,
})"""

UNIT_PAGES = ("", "edit/", "create/", "codes/", "codes/sheet/", "admins/")  # of the own unit's child
BRANCH_PAGES = ("", "edit/", "admins/", "merge/", "close/", "move/", "rename/", "industry/")
PAGES = {
    "branch": ["/", "/members/", "/imports/", "/imports/new/?kind=members", "/rules/", "/password/"],
    "county": ["/", "/units/", "/units/tree/", "/units/health/", "/units/small/", "/imports/", "/progress/"],
    "province": ["/cadres/", "/cadres/organs/", "/cadres/missing/"],
    "auditor": ["/audit/", "/audit/people/"],
    "staff": [
        "/",
        "/units/?q=团支部",
        "/progress/",
        "/progress/campaign/",
        "/progress/form/",
        "/progress/openings/",
    ],
}


def violations(page: Page) -> list[str]:
    # Given to the page by the test's own hand: the content policy lets no script in.
    page.evaluate(AXE.read_text() + ";0")
    found = page.evaluate(RUN)["violations"]
    return [
        f"{rule['id']} ({rule['impact']}): {rule['help']} at {json.dumps(node['target'])}"
        for rule in found
        for node in rule["nodes"]
    ]


def flaws(page: Page, path: str, *, axe_on_phone: bool = False) -> list[str]:
    """The page on an office screen, then, as it folds up, on a phone."""
    page.goto(path)
    found = violations(page) + overflow(page, "an office screen")
    page.set_viewport_size(SCREENS["phone"])
    found += violations(page) if axe_on_phone else []
    found += overflow(page, "a phone")
    page.set_viewport_size(SCREENS["office"])
    return found


def overflow(page: Page, screen: str) -> list[str]:
    wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    return [f"the page scrolls sideways on {screen}"] if wide else []


@pytest.mark.parametrize("username", PAGES)
def test_the_main_pages_are_accessible(username: str, page: Page) -> None:
    # The same markup on both screens; the menu and tables of a phone are looked at with the branch's pages.
    on_phone = username == "branch"
    wrong = {"/login/": flaws(page, "/login/", axe_on_phone=True)} if on_phone else {}
    sign_in(page, username)
    wrong |= {path: flaws(page, path, axe_on_phone=on_phone) for path in PAGES[username]}
    assert {path: found for path, found in wrong.items() if found} == {}


def test_the_pages_of_units_are_accessible(page: Page) -> None:
    sign_in(page, "county")
    school, branch = (first_of(page, "/units/?kind=" + kind) for kind in ("committee", "branch"))
    paths = [school + name for name in UNIT_PAGES] + [branch + name for name in BRANCH_PAGES]
    wrong = {path: flaws(page, path) for path in paths}
    assert {path: found for path, found in wrong.items() if found} == {}


def first_of(page: Page, path: str) -> str:
    """The address of the first unit a list shows."""
    page.goto(path)
    return page.locator("tbody th a").first.get_attribute("href") or ""
