"""Rules of a form in a real browser: a page that changes with the answers stays accessible, and focus stays where it was."""

from typing import Any

import pytest

from .test_rules import ASK, MAIL, WHY, A, C, case, service, url

__all__ = ["case", "service"]
pytestmark = pytest.mark.browser


def test_an_answer_opens_a_question_and_a_page(open_tab: Any, service: Any, case: Any, citizen: Any) -> None:
    tab = open_tab(account=citizen)
    page = tab.page
    page.set_viewport_size({"width": 390, "height": 800})
    tab.go(url(case, A))
    assert page.locator(f"[name='{A}/{WHY}']").count() == 0
    page.check(f"[name='{A}/{ASK}'][value=true]")
    page.wait_for_selector(f"[name='{A}/{WHY}']")
    assert page.evaluate("document.activeElement.value") == "true", "the focus stays on the answer"
    assert "Gruppe G99999000002" in page.content() and tab.axe() == []
    page.check(f"[name='{A}/{ASK}'][value=false]")
    page.wait_for_selector(f"[name='{A}/{WHY}']", state="detached")
    page.click("button[name=_next]")
    page.wait_for_url(f"**{url(case, C)}")
    page.click("button[name=_next]")  # neither mail nor telephone
    page.wait_for_selector("#fehler")
    assert "mindestens eine" in page.inner_text("#fehler")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert tab.axe() == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.fill(f"[name='{C}/{MAIL}']", "name@example.org")
    page.click("button[name=_next]")
    page.wait_for_url("**/pruefen/")
    assert "Warum" not in page.content()
