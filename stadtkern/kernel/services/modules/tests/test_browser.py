"""Pages of texts and maturity in a real browser: accessible in light and dark, no sideways scrolling, no scripts needed."""

from typing import Any

import pytest

from stadtkern.kernel.accounts.models import Role, Staff
from stadtkern.kernel.services.modules import store

pytestmark = pytest.mark.browser
KEY = "99102013104000"
ENTRY = "99110009000000"  # keeping dogs
TEXTS = """
[de]
full = "<p>Wer einen Hund hält, zahlt Steuer.</p><h2>Ausnahmen</h2><ul><li>Blindenführhunde</li><li>Rettungshunde</li></ul>"
hints = "<p>Die Marke kommt mit der Post. <a href=\\"https://musterstadt.example/hund\\">Mehr über Hunde in der Stadt</a></p>"
remedy = "<p>Innerhalb eines Monats können Sie Widerspruch einlegen.</p>"
[leicht]
full = "<p>Sie haben einen Hund.</p><p>Dann zahlen Sie Geld an die Stadt.</p>"
"""
PATHS = [
    "/leistungen/reifegrad/",
    "/leistungen/reifegrad/?stufe=4&kriterium=evidence",
    "/leistungen/reifegrad/hundesteuer_anmelden/",
    "/leistungen/texte/",
    "/leistungen/texte/?q=hund",
    f"/leistungen/texte/{KEY}/",
    f"/leistungen/texte/{KEY}/?sprache=en",
    "/leistungen/hundesteuer_anmelden/",
    f"/leistungen/verzeichnis/{ENTRY}/",
]


@pytest.fixture
def editor(django_user_model: Any, offices: Any, settings: Any, tmp_path: Any) -> Any:
    account = django_user_model.objects.create(email="edda@stadt.example", name="Edda Editor")
    Staff.objects.create(account=account, office=offices["steueramt"], role=Role.EDITOR)
    (tmp_path / "directory").mkdir()
    for file in settings.CITY_FOLDER.iterdir():
        if file.name != "directory":
            (tmp_path / file.name).symlink_to(file)
    settings.CITY_FOLDER = tmp_path
    for key in (KEY, ENTRY):
        store.path_of(key).write_text(TEXTS, encoding="utf-8")
    return account


def test_pages_are_accessible_in_light_and_dark(open_tab: Any, editor: Any) -> None:
    tab = open_tab(account=editor)
    found = {}
    for path in PATHS:
        assert tab.go(path).status == 200, path
        tab.page.eval_on_selector_all("details", "all => all.forEach(one => one.open = true)")
        found[path] = tab.everywhere()
    assert not {path: lines for path, lines in found.items() if lines}


def test_an_editor_writes_looks_saves_and_takes_back(open_tab: Any, editor: Any) -> None:
    tab = open_tab(account=editor, scripts=False)
    tab.go(f"/leistungen/texte/{KEY}/")
    tab.page.get_by_label("Kosten").fill("120 EUR im Jahr")
    tab.page.get_by_role("button", name="Vorschau").click()
    assert "120 EUR im Jahr" in tab.page.locator("section.sk-panel").inner_text()
    assert not store.modules(KEY).get("costs")
    tab.page.get_by_role("button", name="Speichern").click()
    assert store.modules(KEY).get("costs") == "<p>120 EUR im Jahr</p>"
    tab.page.get_by_role("button", name="Stand davor wiederherstellen").first.click()
    assert "Zurückgenommen" in tab.page.content() and not store.modules(KEY).get("costs")
