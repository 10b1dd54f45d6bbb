"""A browser in front of the real program."""

from collections.abc import Iterator

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests import reach
from tests.browser import program as programs
from tests.browser.program import Program

SCREENS = {"office": {"width": 1366, "height": 768}, "phone": {"width": 375, "height": 812}}
PATIENCE = 15_000  # ms, for whatever is awaited; a busy machine takes seconds to answer
# What the window does that no test looks at, a third of the work: an address bar's pages, made anew for each
# window, and a process kept ready for the next page. The last of such flags counts, so that those Playwright
# turns off itself are named again.
UNSEEN = ["WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "SpareRendererForSitePerProcess"]
AS_PLAYWRIGHT = [
    *("AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "HttpsUpgrades"),
    *("HttpsFirstBalancedModeAutoEnable", "LensOverlay", "MediaRouter", "PaintHolding", "AimEnabled"),
    *("ThirdPartyStoragePartitioning", "OptimizationHints", "NetworkTimeServiceQuerying"),
    "PreconnectToSearch",
]
QUIET = [
    *("--no-sandbox", "--disable-gpu", "--disable-background-networking"),
    f"--disable-features={','.join([*UNSEEN, *AS_PLAYWRIGHT])}",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here drives a browser; on the PostgreSQL pass it needs Redis as well. It goes first.

    It takes longest. And whoever asks Django for a connection while Playwright's loop is in the thread
    is given another one than before and after, which nobody closes.
    """
    for item in items:
        if _is_here(item):
            item.add_marker(pytest.mark.browser)
            if _is_on_servers():
                item.add_marker(pytest.mark.redis)
    items.sort(key=lambda item: not _is_here(item))


def _is_here(item: pytest.Item) -> bool:
    return item.nodeid.startswith("tests/browser/")


@pytest.fixture(scope="package")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """The running program with the small demo, embedded or on servers as this pass has it."""
    start = programs.on_servers if _is_on_servers() else programs.embedded
    with start(tmp_path_factory.mktemp("program")) as running:
        yield running


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=reach.chromium(), args=QUIET)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser, program: Program) -> Iterator[Page]:
    """A fresh tab on an office screen; whatever the page's console complains of is a failure."""
    with _tab(browser, program, "office") as tab:
        yield tab


@pytest.fixture
def phone(browser: Browser, program: Program) -> Iterator[Page]:
    """The same on a phone."""
    with _tab(browser, program, "phone") as tab:
        yield tab


class _tab:
    def __init__(self, browser: Browser, program: Program, screen: str) -> None:
        self.context = browser.new_context(
            base_url=program.address, viewport=SCREENS[screen], locale="zh-CN", accept_downloads=True
        )
        self.complaints: list[str] = []

    def __enter__(self) -> Page:
        tab = self.context.new_page()
        tab.set_default_timeout(PATIENCE)
        tab.on("pageerror", lambda error: self.complaints.append(str(error)))
        tab.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        return tab

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        self.context.close()
        if kind is None:
            assert not self.complaints, f"the browser complained: {self.complaints}"


def _is_on_servers() -> bool:
    return str(settings.DATABASES["default"]["ENGINE"]).endswith("postgresql")
