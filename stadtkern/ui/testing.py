"""Fixtures for tests in a real browser (`pytest -m browser`): a tab that minds CSP, console errors, axe and 320 pixels."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache, wraps
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, Response, expect, sync_playwright

# Debian's package: Playwright's own browsers are never downloaded.
CHROMIUM = "/usr/bin/chromium"
WIDTHS = (390, 1280)  # a phone and a desk: the widths of every picture
PATIENCE = 60_000  # ms; a busy machine is no finding
LOCALES = {"de": "de-DE", "en": "en-GB"}
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_WIDEST = """(() => {
  const far = [...document.querySelectorAll("main *")].filter(one => one.getBoundingClientRect().right > innerWidth + 1);
  return far.slice(-3).map(one => one.outerHTML.slice(0, 200)).join(" … ");
})()"""
DARK_RULES = ["color-contrast", "link-in-text-block", "target-size", "scrollable-region-focusable"]
_FOCUSED = """(e => e ? e.labels?.[0]?.innerText || e.getAttribute('aria-label') || e.innerText || e.tagName : '')(
    document.activeElement
)"""


class Tab:
    """One browser tab. `page` is Playwright's; everything the page complains about is collected in `complaints`."""

    def __init__(self, context: BrowserContext, base: str) -> None:
        self.context, self.base = context, base
        self.page: Page = context.new_page()
        self.complaints: list[str] = []
        self.foreign: list[str] = []
        self.page.on("console", self._listen)
        self.page.on("pageerror", lambda error: self.complaints.append(f"script error: {error}"))
        self.page.on("request", lambda request: self._watch(request.url))

    def _listen(self, message: ConsoleMessage) -> None:
        # The browser reports every 4xx page as an error; tests look at the status themselves.
        if message.type in ("error", "warning") and "the server responded with a status of 4" not in message.text:
            self.complaints.append(message.text)

    def _watch(self, url: str) -> None:
        if not url.startswith((self.base, "data:", "blob:", "about:", "mailto:")):
            self.foreign.append(url)

    def go(self, path: str) -> Response:
        """Open an address of our own ("/suche/")."""
        response = self.page.goto(self.base + path)
        assert response is not None
        return response

    def axe(self, rules: list[str] | None = None) -> list[str]:
        """Violations of WCAG 2.2 AA and axe's best practice on the page as it stands (or of these rules), one line each."""
        self.page.wait_for_load_state()
        if not self.page.evaluate("typeof window.axe === 'object'"):
            self.page.evaluate(_axe_source())
        wanted = {"type": "rule", "values": rules} if rules else {"type": "tag", "values": AXE_TAGS}
        found = self.page.evaluate(
            "runOnly => axe.run(document, {runOnly, resultTypes: ['violations'], preload: false})", wanted
        )
        return [
            f"{violation['id']}: {violation['help']} – {node['html'][:200]} {node.get('failureSummary', '')[:300]}"
            for violation in found["violations"]
            for node in violation["nodes"]
        ]

    def everywhere(self, narrow: int = 320) -> list[str]:
        """The page as it stands, then dark on a small phone: what depends on colour and room is looked at again, not loaded."""
        wide = self.page.viewport_size
        found = self.axe()
        self.page.emulate_media(color_scheme="dark")
        self.page.set_viewport_size({"width": narrow, "height": 800})
        found += [f"dark, {narrow}: {line}" for line in self.axe(DARK_RULES)]
        if (over := self.overflow()) > 0:
            found.append(f"{over} pixels wider than {narrow}: {self.page.evaluate(_WIDEST)}")
        self.page.emulate_media(color_scheme="light")
        if wide:
            self.page.set_viewport_size(wide)
        return found

    def look(self, name: str, *, whole: bool = True) -> None:
        """One step of a story: accessible and never wider than its window, at 320, 390 and 1280 pixels.

        The page is not loaded again, its window is resized. With `STADTKERN_SHOTS=/a/folder` every step is kept as
        `<story>-<step>-<width>.png`; `name` is "<story>-<step>", `whole` is the page down to its end.
        """
        own, folder = self.page.viewport_size, os.environ.get("STADTKERN_SHOTS")
        found = self.everywhere()
        for width in WIDTHS:
            self.page.set_viewport_size({"width": width, "height": 844 if width < 500 else 900})
            if (over := self.overflow()) > 0:
                found.append(f"{over} pixels wider than {width}: {self.page.evaluate(_WIDEST)}")
            if folder:
                self.page.wait_for_timeout(250)  # maps draw themselves again
                self.page.screenshot(path=Path(folder) / f"{name}-{width}.png", full_page=whole, scale="css")
        if own:
            self.page.set_viewport_size(own)
        assert found == [], name

    def overflow(self) -> int:
        """By how many pixels the page is wider than the window."""
        self.page.wait_for_load_state()
        wide: int = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        return wide

    def focused(self) -> str:
        """What has the focus, in words: label, name or text; nothing while a page is still empty."""
        words: str = self.page.evaluate(_FOCUSED)
        return " ".join(words.split())

    def press(self, key: str) -> None:
        """Press a key on what has the focus; a page it leads to is there afterwards (`keyboard` does not wait)."""
        self.page.locator(":focus").press(key)

    def tab_to(self, words: str, limit: int = 60) -> None:
        """Press Tab until something with these words has the focus."""
        seen = []
        self.page.wait_for_load_state()
        for _ in range(limit):
            self.page.keyboard.press("Tab")
            if words in (now := self.focused()):
                return
            seen.append(now)
        raise AssertionError(f"{words!r} not reached by Tab; passed {seen}")

    def check(self) -> None:
        """Nothing refused by the content security policy, no script error, nothing fetched from elsewhere."""
        assert not self.complaints, self.complaints
        assert not self.foreign, self.foreign


@cache
def _axe_source() -> str:
    import axe_playwright_python  # type: ignore[import-untyped,unused-ignore]

    return (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")


def arriving(act: Callable[..., None]) -> Callable[..., None]:
    """Playwright waits until the page behind a click answers; here the click is over when that page can be read."""

    @wraps(act)
    def acted(place: Locator | Page, *args: Any, **options: Any) -> None:
        page = place if isinstance(place, Page) else place.page
        act(place, *args, **options)
        if not page.is_closed():
            page.wait_for_load_state("domcontentloaded")

    return acted


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Headless Chromium, started once."""
    expect.set_options(timeout=PATIENCE)
    with ExitStack() as stack:
        playwright = stack.enter_context(sync_playwright())
        for kind in (Locator, Page):
            stack.enter_context(patch.multiple(kind, click=arriving(kind.click), press=arriving(kind.press)))
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield chromium
        chromium.close()


@pytest.fixture
def open_tab(browser: Browser, live_server: Any) -> Iterator[Callable[..., Tab]]:
    """`open_tab(width=320, scheme="dark", language="en", account=citizen)`; every tab is checked at the end of the test."""
    tabs: list[Tab] = []

    def opened(
        *,
        width: int = 1280,
        height: int = 900,
        scheme: str = "light",
        language: str = "de",
        account: Any = None,
        scripts: bool = True,
        **options: Any,
    ) -> Tab:
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if scheme == "dark" else "light",
            locale=LOCALES[language],
            timezone_id="Europe/Berlin",
            java_script_enabled=scripts,
            reduced_motion="reduce",
            **options,
        )
        context.set_default_timeout(PATIENCE)
        if account is not None:
            sign_in(context, live_server.url, account)
        tab = Tab(context, live_server.url)
        tabs.append(tab)
        return tab

    yield opened
    for tab in tabs:
        tab.context.close()
    for tab in tabs:
        tab.check()


def sign_in(context: BrowserContext, url: str, account: Any) -> None:
    """Give the browser the session of this account (password, trust "basic")."""
    client = Client()
    client.force_login(account, backend=settings.AUTHENTICATION_BACKENDS[0])
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": url}])
