"""The main pages hold what axe asks for, on an office screen and on a phone, and never scroll sideways."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.test_secretary import sign_in

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
# Placed by hand because evaluated in the page: everything axe knows of WCAG 2.1 A and AA.
RUN = "() => axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']})"

PAGES = {
    "branch": ["/", "/members/", "/imports/", "/imports/new/?kind=members", "/rules/", "/password/"],
    "county": ["/", "/units/", "/imports/", "/progress/"],
    "province": ["/cadres/", "/cadres/organs/", "/cadres/missing/"],
    "auditor": ["/audit/", "/audit/people/"],
    "staff": ["/", "/units/?q=团支部", "/progress/", "/progress/campaign/"],
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


@pytest.mark.parametrize("screen", ["page", "phone"])
@pytest.mark.parametrize("username", PAGES)
def test_the_main_pages_are_accessible(username: str, screen: str, request: pytest.FixtureRequest) -> None:
    page: Page = request.getfixturevalue(screen)
    page.goto("/login/")
    wrong = {"/login/": violations(page)}
    sign_in(page, username)
    for path in PAGES[username]:
        page.goto(path)
        wrong[path] = violations(page)
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            wrong[path].append("the page scrolls sideways")
    assert {path: found for path, found in wrong.items() if found} == {}
