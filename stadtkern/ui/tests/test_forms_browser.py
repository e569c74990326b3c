"""The form in a real browser: no violation in light and dark, wide and narrow; the search in long selects by keyboard."""

from collections.abc import Callable

import pytest

from stadtkern.lib.forms.check import problems
from stadtkern.lib.forms.model import Field, Group, Kind, Step
from stadtkern.ui.testing import Tab

from .form_page import ANSWERS, EVERYTHING, FILES_OF_CASE, SOURCES, page

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
Open = Callable[..., Tab]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("checked", [False, True])
@pytest.mark.parametrize("width", [1280, 320])
def test_no_violations_and_no_sideways_scrolling(open_tab: Open, theme: str, checked: bool, width: int) -> None:
    tab = open_tab(width=width, scheme=theme)
    tab.page.set_content(page(EVERYTHING, ANSWERS, checked=checked, theme=theme, sources=SOURCES, files=FILES_OF_CASE))
    assert tab.axe() == []
    assert tab.overflow() <= 0


@pytest.mark.parametrize("scripts", [True, False])
def test_the_error_summary_takes_the_focus_and_leads_to_the_field(open_tab: Open, scripts: bool) -> None:
    tab = open_tab(scripts=scripts)
    tab.page.set_content(page(EVERYTHING, ANSWERS, checked=True))
    if scripts:  # without, the attribute autofocus does it on a page that is loaded, not on one that is written
        assert tab.page.evaluate("document.activeElement.id") == "fehler"
    for problem in problems(EVERYTHING, ANSWERS)[:4]:
        tab.page.locator("#fehler a", has_text=problem.message).first.click()
        focused = tab.page.locator(":focus")
        assert (focused.get_attribute("name") or "").startswith(problem.path)


def test_a_long_select_is_searched_by_typing(open_tab: Open) -> None:
    tab = open_tab()
    tab.page.set_content(page(EVERYTHING, {}))
    box = tab.page.get_by_role("combobox", name="Staat")
    box.focus()
    tab.page.keyboard.type("celik")
    assert tab.page.locator("#f-country--list").is_visible() and tab.axe() == []
    assert tab.page.locator("#f-country--list [role=option]").count() == 50
    assert "66 Treffer" in tab.page.locator(".sk-combo [role=status]").inner_text()
    tab.page.keyboard.press("ArrowDown")
    tab.page.keyboard.press("ArrowDown")
    assert box.get_attribute("aria-activedescendant") == "f-country--option-1"
    tab.page.keyboard.press("Enter")
    assert box.input_value() == "Land 4 Çelik" and not tab.page.locator("#f-country--list").is_visible()
    assert tab.page.evaluate("new FormData(document.querySelector('form')).getAll('country').join()") == "004"
    box.fill("Atlantis")
    tab.page.keyboard.press("Tab")
    assert box.input_value() == "Land 4 Çelik", "only what the list offers can be sent"
    box.fill("")
    tab.page.keyboard.press("Tab")
    assert tab.page.evaluate("new FormData(document.querySelector('form')).getAll('country').join()") == ""
    box.click()
    tab.page.locator("#f-country--list [role=option]").nth(2).click()
    assert box.input_value() == "Land 2 Dänemark"
    box.fill("Land 7")
    tab.page.keyboard.press("Escape")
    assert box.input_value() == "Land 2 Dänemark"


def test_without_scripts_the_long_select_is_a_select(open_tab: Open) -> None:
    tab = open_tab(scripts=False)
    tab.page.set_content(page(EVERYTHING, {}))
    tab.page.get_by_label("Staat").select_option("005")
    assert tab.page.get_by_label("Staat").input_value() == "005"


def test_enter_in_a_text_field_goes_on(open_tab: Open) -> None:
    tab = open_tab()
    tab.page.set_content(page(EVERYTHING, ANSWERS))
    listen = "form.addEventListener('submit', e => { e.preventDefault(); window.pressed = e.submitter.name; })"
    tab.page.evaluate(f"form => {{ {listen} }}", tab.page.query_selector("form"))
    tab.page.get_by_label("Familienname").press("Enter")
    assert tab.page.evaluate("window.pressed") == ""


def test_after_adding_the_focus_is_in_the_new_entry(open_tab: Open) -> None:
    step = Step("s", "S", (Group("dogs", "Hund", (Field("name", "Rufname", Kind.TEXT),), maximum=None),))
    tab = open_tab()
    answers = {"dogs[0]/name": "Bello", "dogs[1]": True}
    tab.page.route("**/hunde", lambda route: route.fulfill(body=page(step, answers), content_type="text/html; charset=utf-8"))
    tab.go("/hunde#f-dogs-1")
    tab.page.wait_for_function("document.activeElement.id === 'f-dogs-1-name'")
