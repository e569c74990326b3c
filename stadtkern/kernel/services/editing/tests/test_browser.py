"""The editors' pages in a real browser: accessible, narrow, by keyboard, without scripts, seen by everybody at once."""

from typing import Any

import pytest

from stadtkern.kernel.services import catalogue
from stadtkern.kernel.services.confirmed import rule_id
from stadtkern.kernel.services.editing.actions import mark

pytestmark = pytest.mark.browser
DESK = "/leistungen/redaktion/"
FLIGHT = f"{DESK}drachenflug/"


def rule_page() -> str:
    (rule,) = catalogue.find("drachenflug").form.rules
    return f"{FLIGHT}regeln/{mark(rule_id(rule))}/"


@pytest.fixture
def pages(federal, dragon) -> list[str]:
    steps = [
        "",
        "texte/",
        "formular/",
        "formular/G1/",
        "entwurf/",
        "vorschau/",
        "vorschau/G1/",
        "regeln/",
        "fassungen/",
        "verlauf/",
    ]
    return [DESK, *(f"{FLIGHT}{step}" for step in steps), rule_page()]


def test_every_page_is_accessible_and_narrow(open_tab: Any, editor: Any, pages: list[str]) -> None:
    wide, phone = open_tab(account=editor.account), open_tab(account=editor.account, width=320, scheme="dark")
    wide.go(f"{FLIGHT}texte/")
    wide.page.get_by_label("Titel").first.fill("Fliegen")
    wide.page.get_by_role("button", name="Entwurf speichern").click()
    found = {}
    for path in pages:
        for tab in (wide, phone):
            tab.go(path)
            tab.page.eval_on_selector_all("details", "all => all.forEach(one => one.open = true)")
            found[path] = found.get(path, []) + (tab.axe() if tab is wide else tab.axe(["color-contrast", "target-size"]))
        assert phone.overflow() <= 0, path
    assert not {path: lines for path, lines in found.items() if lines}


def test_a_text_is_seen_by_others_and_taken_back_without_scripts(open_tab: Any, editor: Any, dragon: Any) -> None:
    tab, other = open_tab(account=editor.account, scripts=False), open_tab()
    tab.go(f"{DESK}drachen_anmelden/texte/")
    tab.page.get_by_label("Titel").first.fill("Feuerwesen melden")
    tab.page.get_by_role("button", name="Weiter zur Vorschau").click()
    tab.page.get_by_role("link", name="Seite der Leistung").click()
    assert "Feuerwesen melden" in tab.page.locator("h1").inner_text()
    other.go("/leistungen/drachen_anmelden/")
    assert "Drachen anmelden" in other.page.locator("h1").inner_text()
    tab.page.go_back()
    tab.page.get_by_label("Warum ändern Sie das?").fill("Beschluss")
    tab.page.get_by_role("button", name="Veröffentlichen").click()
    other.page.reload()
    assert "Feuerwesen melden" in other.page.locator("h1").inner_text()
    tab.page.get_by_role("link", name="Verlauf").click()
    tab.page.locator("ol.sk-rows a").first.click()
    tab.page.get_by_role("button", name="Rückgängig").click()
    other.page.reload()
    assert "Drachen anmelden" in other.page.locator("h1").inner_text()


def test_the_second_editor_reads_both_texts(open_tab: Any, editor: Any, lead: Any, dragon: Any) -> None:
    one, two = open_tab(account=editor.account), open_tab(account=lead.account)
    for tab, title in ((one, "Von Mara"), (two, "Von Ruth")):
        tab.go(f"{DESK}drachen_anmelden/texte/")
        tab.page.get_by_label("Titel").first.fill(title)
        tab.page.get_by_role("button", name="Weiter zur Vorschau").click()
    for tab in (two, one):
        tab.page.get_by_role("button", name="Veröffentlichen").click()
    text = one.page.locator("main").inner_text()
    assert all(word in text for word in ("Inzwischen gilt eine andere Fassung", "Ruth Krause", "Von Ruth", "Von Mara"))
    assert not one.axe()
    one.page.get_by_role("button", name="Auf die neue Fassung übertragen").click()
    one.page.get_by_role("button", name="Veröffentlichen").click()
    assert catalogue.find("drachen_anmelden").title == "Von Mara"


def test_a_rule_is_written_by_keyboard_and_the_form_obeys(open_tab: Any, editor: Any, federal: Any) -> None:
    tab = open_tab(account=editor.account)
    tab.go(rule_page())
    page = tab.page
    page.get_by_label("muss dann ausgefüllt werden").focus()
    page.keyboard.press("Space")
    choose(page, "target[0]/what", "G1/F3")
    page.get_by_label("wenn alle Bedingungen stimmen").check()
    choose(page, "when[0]/what", "G1/F2")
    choose(page, "when[0]/operator", "more")
    page.locator('[name="when[0]/value"]').fill("2")
    page.get_by_role("button", name="Wirkung in den Entwurf").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("text=ist „Höhle“ Pflicht")
    page.get_by_role("link", name="Ansehen und veröffentlichen").click()
    page.get_by_role("button", name="Veröffentlichen").click()
    page.wait_for_selector("text=Veröffentlicht.")
    problems = catalogue.find("drachenflug").problems({"G1/F1": "Fauchi", "G1/F2": 3, "G2/F4": "Alb"})
    assert [problem.path for problem in problems] == ["G1/F3"]


def choose(page: Any, name: str, code: str) -> None:
    """A short list is a row of radio buttons, a longer one a select."""
    box = page.locator(f'select[name="{name}"]')
    if box.count():
        box.select_option(code)
    else:
        page.locator(f'input[name="{name}"][value="{code}"]').check()
