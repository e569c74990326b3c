"""The portal in a real browser: no axe violation, no sideways scrolling, no foreign request, usable by keyboard alone."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.cases.models import Case, Status
from stadtkern.kernel.inbox.models import Message
from stadtkern.kernel.provider.actions import connect
from stadtkern.kernel.provider.tests.conftest import application
from stadtkern.kernel.services import actions as services
from stadtkern.kernel.services import catalogue

pytestmark = pytest.mark.browser

PUBLIC = [
    "/", "/suche/", "/suche/?q=hund", "/suche/?q=gibtesnicht", "/lebenslage/tier/", "/fuer/menschen/", "/fuer/gaeste/",
    "/seite/impressum/", "/seite/datenschutz/", "/seite/barrierefreiheit/", "/seite/leichte-sprache/",
    "/seite/gebaerdensprache/", "/seite/hilfe/", "/problem-melden/?seite=/suche/", "/gibt-es-nicht/", "/ui/",
]  # fmt: skip


def flaws(tab: Any, path: str) -> list[str]:
    """What axe finds, in light and dark; the dark look differs in colours only, so only contrast is asked again."""
    tab.page.emulate_media(color_scheme="light")
    tab.go(path)
    light = tab.axe()
    tab.page.emulate_media(color_scheme="dark")
    return light + [f"dark: {line}" for line in tab.axe(rules=["color-contrast", "link-in-text-block"])]


@pytest.fixture
def lived_in(citizen: Any, offices: Any) -> Any:
    """A citizen with something in every corner of "my city"."""
    service = next(iter(catalogue.all_services().values()))
    edition = services.publish(service)
    now = timezone.now()
    for number, status in enumerate([*Status.values, *[Status.IN_REVIEW] * 30]):
        Case.objects.create(
            reference=f"MU-TEST-{number:04d}", service=service.key, edition=edition, status=status, account=citizen,
            office=offices["buergeramt"], fee_cents=12000, submitted_at=None if status == Status.DRAFT else now,
            due_date=None if status == Status.DRAFT else (now + timedelta(days=number)).date(),
        )  # fmt: skip
    for number in range(6):
        Message.objects.create(
            account=citizen, office=offices["buergeramt"], direction="TO_PERSON", title=f"Ihr Bescheid {number}", body="…"
        )
    return citizen


@pytest.mark.parametrize("language", ["de", "en"])
def test_public_pages_are_accessible(open_tab: Any, offices: Any, language: str) -> None:
    tab = open_tab(language=language)
    found = {path: flaws(tab, path) for path in PUBLIC}
    assert not {path: lines for path, lines in found.items() if lines}


@pytest.mark.parametrize("language", ["de", "en"])
def test_my_pages_are_accessible(open_tab: Any, lived_in: Any, language: str) -> None:
    tab = open_tab(language=language, account=lived_in)
    found = {path: flaws(tab, path) for path in ("/meine-stadt/", "/meine-stadt/vorgaenge/", "/")}
    assert not {path: lines for path, lines in found.items() if lines}
    assert tab.page.locator("html").get_attribute("lang") == language


def test_nothing_scrolls_sideways_at_320_pixels(open_tab: Any, lived_in: Any) -> None:
    visitor, owner = open_tab(width=320), open_tab(width=320, account=lived_in)
    for path in PUBLIC:
        visitor.go(path)
        assert visitor.overflow() <= 0, path
    for path in ("/", "/meine-stadt/", "/meine-stadt/vorgaenge/"):
        owner.go(path)
        assert owner.overflow() <= 0, path


def test_the_letters_of_rare_names_are_fetched_only_when_needed(open_tab: Any, offices: Any) -> None:
    tab = open_tab()
    fonts: list[str] = []
    tab.page.on("request", lambda request: fonts.append(request.url) if request.url.endswith(".woff2") else None)
    for path in ("/", "/suche/?q=hund", "/seite/hilfe/", "/gibt-es-nicht/"):
        tab.go(path)
        tab.page.wait_for_function("document.fonts.status === 'loaded'")
    assert fonts and not [url for url in fonts if "names-" in url]


def test_skip_link_is_first_and_leads_to_the_content(open_tab: Any, db: None) -> None:
    tab = open_tab()
    tab.go("/seite/hilfe/")
    tab.page.keyboard.press("Tab")
    assert tab.focused() == "Zum Inhalt springen"
    assert tab.page.locator(".sk-skip").bounding_box()["y"] >= 0
    tab.page.keyboard.press("Enter")
    assert tab.page.evaluate("document.activeElement.id") == "inhalt"


def test_search_by_keyboard_with_suggestions(open_tab: Any, db: None) -> None:
    tab = open_tab()
    tab.go("/")
    tab.tab_to("Suchwörter")
    tab.page.keyboard.type("hund")
    tab.page.locator(".sk-suggest a").first.wait_for()
    assert tab.axe() == []
    tab.tab_to("Hund")
    tab.page.keyboard.press("Enter")
    tab.page.wait_for_url("**/leistungen/*/")


def test_search_works_without_scripts(open_tab: Any, db: None) -> None:
    tab = open_tab(scripts=False)
    tab.go("/")
    tab.page.fill("#q", "hund")
    tab.page.keyboard.press("Enter")
    tab.page.wait_for_url("**/suche/?q=hund")
    assert "Hund" in tab.page.locator("main").inner_text()


def test_theme_and_language_are_chosen_and_kept(open_tab: Any, db: None) -> None:
    tab = open_tab()
    tab.go("/seite/hilfe/")
    background = "getComputedStyle(document.body).backgroundColor"
    assert tab.page.evaluate(background) == "rgb(255, 255, 255)"
    with tab.page.expect_navigation():
        tab.page.get_by_role("button", name="Dunkel").click()
    assert tab.page.url.endswith("/seite/hilfe/")
    assert tab.page.evaluate(background) != "rgb(255, 255, 255)"
    with tab.page.expect_navigation():
        tab.page.get_by_role("button", name="English").click()
    assert tab.page.locator("html").get_attribute("lang") == "en"
    assert tab.page.locator("html").get_attribute("data-kern-theme") == "dark"


def test_account_menu_opens_by_keyboard_and_signs_out(open_tab: Any, citizen: Any) -> None:
    tab = open_tab(account=citizen)
    tab.go("/meine-stadt/")
    tab.tab_to("Konto")
    tab.page.keyboard.press("Enter")
    tab.tab_to("Abmelden")
    with tab.page.expect_navigation():
        tab.page.keyboard.press("Enter")
    tab.go("/")
    assert tab.page.locator(".sk-signin").is_visible()


def test_page_at_400_percent_zoom_keeps_its_words(open_tab: Any, db: None) -> None:
    """1280 by 1024 pixels at 400 % are 320 by 256 (WCAG 1.4.10): everything reachable, nothing cut."""
    tab = open_tab(width=320, height=256)
    tab.go("/")
    assert tab.overflow() <= 0
    button = tab.page.get_by_role("button", name="Suchen", exact=True)
    button.scroll_into_view_if_needed()
    assert button.is_visible()


def test_what_people_see_of_apps(transactional_db: None, open_tab: Any, citizen: Any, resident: Any, operator: Any) -> None:
    app = application()
    connect(Actor(citizen), app.client, ["resident"], ["resident"])
    person, runs = open_tab(account=citizen), open_tab(account=operator.account)
    asks = f"/openid/authorize?{app.question(scope='openid given_name address resident')}"
    for tab, path in ((person, asks), (person, "/verbundene-dienste/"), (runs, "/verbundene-dienste/anwendungen/")):
        assert tab.go(path).status == 200, path
        assert "Bücherei" in tab.page.inner_text("main"), path
        assert tab.everywhere() == [], path
        assert tab.page.locator("h1").count() == 1, path
