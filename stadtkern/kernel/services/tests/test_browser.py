"""Service page and list in a real browser: accessible, no sideways scrolling, usable by keyboard and without scripts."""

from typing import Any

import pytest

pytestmark = pytest.mark.browser
PATHS = [
    "/leistungen/",
    "/leistungen/?fuer=tourists&lage=tier",
    "/leistungen/meldebescheinigung/",
    "/leistungen/fundsache_melden/",
    "/leistungen/lage/umzug/",
    "/leistungen/verzeichnis/10124/?ort=Nirgendweg",
    "/leistungen/verzeichnis/10160/",
    "/leistungen/verzeichnis/10532/",
    "/suche/?q=ich+ziehe+um",
]


@pytest.mark.parametrize("language", ["de", "en"])
def test_pages_are_accessible_in_light_and_dark(open_tab: Any, offices: Any, language: str) -> None:
    tab = open_tab(language=language)
    found = {}
    for path in PATHS:
        tab.go(path)
        tab.page.eval_on_selector_all("details", "all => all.forEach(one => one.open = true)")
        found[path] = tab.everywhere()
    assert not {path: lines for path, lines in found.items() if lines}


def test_from_the_list_to_the_first_question_by_keyboard(open_tab: Any, offices: Any) -> None:
    tab = open_tab(scripts=False)
    tab.go("/leistungen/?fuer=tourists")
    tab.tab_to("Fundsache melden")
    tab.page.keyboard.press("Enter")
    tab.page.wait_for_url("**/leistungen/fundsache_melden/")
    tab.tab_to("Jetzt beginnen")
    tab.page.keyboard.press("Enter")
    tab.page.wait_for_url("**/vorgang/neu/fundsache_melden/")
    assert "Was Sie gefunden haben" in tab.page.content()
