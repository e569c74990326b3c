"""The public page in a real browser: a paper in the hand of a landlord, on a phone, without an account."""

import pytest

from stadtkern.kernel.documents import actions

from .test_papers import paper

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("language", ["de", "en"])
def test_every_answer_is_accessible_on_a_phone(open_tab, language):
    document, gone = paper(), paper()
    tab = open_tab(language=language)
    for path in (
        "/dokumente/pruefen/",
        f"/dokumente/pruefen/{document.verify_code}/",
        "/dokumente/pruefen/falsch/",
    ):
        tab.go(path)
        assert tab.everywhere() == []
    actions.revoke("staff:1", gone, "x")
    tab.go(f"/dokumente/pruefen/{gone.verify_code}/")
    assert tab.everywhere() == []


def test_checking_a_paper_by_keyboard(open_tab, tmp_path):
    document = paper()
    tab = open_tab()
    tab.go("/dokumente/pruefen/")
    tab.tab_to("Prüfcode vom Papier")
    tab.page.keyboard.type("zu kurz")
    tab.press("Enter")
    assert "Das ist kein Prüfcode" in tab.page.inner_text("main")
    assert tab.page.title().startswith("Fehler") and tab.axe() == []
    tab.page.fill("#code", document.verify_code.lower())
    tab.press("Enter")
    tab.page.wait_for_url("**/pruefen/*/")
    assert "Echt und gültig" in tab.page.inner_text("main")
    assert "Zoë" not in tab.page.content()
    (tmp_path / "brief.pdf").write_bytes(bytes(document.content.data))
    tab.go("/dokumente/pruefen/")
    tab.page.set_input_files("#file", str(tmp_path / "brief.pdf"))
    tab.page.get_by_role("button", name="Prüfen").click()
    assert "Byte für Byte" in tab.page.inner_text("main")
