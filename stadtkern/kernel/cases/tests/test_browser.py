"""An application in a real browser: accessible in every state, at 320 pixels, by keyboard alone, with and without scripts."""

from typing import Any

import pytest

from stadtkern.kernel.cases import actions
from stadtkern.kernel.cases.models import Case, Status
from stadtkern.kernel.privacy.models import Emergency
from stadtkern.kernel.services.catalogue import find

from .factories import actor_for, case_in, city_with, clerk_actor, draft

pytestmark = pytest.mark.browser


@pytest.fixture
def probe(settings: Any, tmp_path: Any, offices: Any) -> str:
    """Like the other tests' probe, with a fee; loaded before the browser asks."""
    settings.CITY_FOLDER = city_with(tmp_path, fee=1200)
    assert find("probe")
    return "probe"


def addresses(citizen: Any, clerk: Any) -> dict[str, str]:
    """A page of every kind."""
    filled, empty = draft(citizen), draft(citizen)
    Case.objects.filter(pk=empty.pk).update(answers={"things[0]": True}, steps_done=["sie"])
    asked = case_in(Status.IN_REVIEW, citizen)
    actions.tell_citizen(clerk_actor(clerk), asked, "Ein Hinweis\nmit zwei Zeilen.")
    actions.ask_citizen(clerk_actor(clerk), asked, "Welche Farbe?")
    unpaid = actions.submit(actor_for(citizen), draft(citizen))
    decided = case_in(Status.IN_REVIEW, citizen)
    actions.decide(clerk_actor(clerk), decided, "PARTLY", "Nur zum Teil.")
    actions.close(decided.pk)
    return {
        "start": "/vorgang/neu/probe/",
        "page": f"/vorgang/{empty.reference}/angaben/sache/",
        "consent": f"/vorgang/{empty.reference}/daten/",
        "review": f"/vorgang/{filled.reference}/pruefen/",
        "discard": f"/vorgang/{filled.reference}/verwerfen/",
        "done": f"/vorgang/{unpaid.reference}/danke/",
        "receipt": f"/vorgang/{unpaid.reference}/beleg/",
        "unpaid": f"/vorgang/{unpaid.reference}/",
        "asked": f"/vorgang/{asked.reference}/",
        "withdraw": f"/vorgang/{asked.reference}/zuruecknehmen/",
        "decided": f"/vorgang/{decided.reference}/",
    }


@pytest.mark.parametrize("language", ["de", "en"])
def test_every_page_is_accessible(open_tab: Any, probe: str, citizen: Any, clerk: Any, resident: Any, language: str) -> None:
    tab = open_tab(language=language, account=citizen)
    found = {}
    for name, path in addresses(citizen, clerk).items():
        assert tab.go(path).status == 200, name
        if lines := tab.everywhere():
            found[name] = lines
    assert not found


def test_the_whole_way_by_keyboard_alone(open_tab: Any, probe: str, citizen: Any) -> None:
    tab = open_tab(account=citizen)
    keys = tab.page.keyboard
    tab.go("/vorgang/neu/probe/")
    tab.tab_to("Vornamen")
    keys.type("Zoë")
    tab.tab_to("Weiter")
    keys.press("Enter")
    tab.page.wait_for_selector("#fehler")
    assert "Bitte prüfen Sie" in tab.focused(), "the error summary takes the focus"
    assert tab.axe() == []
    tab.tab_to("Familienname")
    keys.press("Enter")  # the link leads to the field
    assert tab.focused().startswith("Familienname")
    keys.type("Çelik")
    keys.press("Enter")  # Enter goes on, it does not add or remove anything
    tab.page.wait_for_url("**/angaben/sache/")
    tab.tab_to("Was wünschen Sie?")
    keys.type("Einen Ausweis")
    tab.tab_to("Ja")
    keys.press("Space")
    tab.page.wait_for_selector("[name=extra]")
    assert tab.focused() == "Ja", "the focus stays where it was"
    tab.tab_to("Was noch?")
    keys.type("Schnell")
    tab.tab_to("hinzufügen")
    keys.press("Enter")
    tab.page.wait_for_selector("[name='things[0]/what']:focus")  # one goes on typing where the page has grown
    keys.type("Rad")
    keys.press("Enter")
    tab.page.wait_for_url("**/pruefen/")
    tab.tab_to("Antrag abschicken")
    keys.press("Enter")
    tab.page.wait_for_url("**/danke/")
    case = Case.objects.get()
    assert case.status == Status.AWAITING_PAYMENT
    assert case.answers["extra"] == "Schnell" and case.answers["things[0]/what"] == "Rad"


def test_the_whole_way_without_scripts(open_tab: Any, probe: str, citizen: Any) -> None:
    tab = open_tab(account=citizen, scripts=False)
    page = tab.page
    tab.go("/vorgang/neu/probe/")
    page.fill("[name='person/given_names']", "Zoë")
    page.fill("[name='person/family_name']", "Çelik")
    page.click("button[name=_next]")
    page.fill("[name=wish]", "Einen Ausweis")
    page.check("[name=more][value=true]")
    page.click("button[name=_next]")  # the page comes again with the question this has opened
    assert page.locator("#fehler").count() == 0
    page.fill("[name=extra]", "Schnell")
    page.click("button[name=_next]")
    page.click("text=Antrag abschicken")
    page.wait_for_url("**/danke/")
    assert Case.objects.get().answers["extra"] == "Schnell"


def test_what_is_typed_while_the_page_saves_itself_stays(open_tab: Any, probe: str, citizen: Any) -> None:
    """A slow line: the answer to the radio button comes back while somebody is already typing in another field."""
    case = draft(citizen)
    Case.objects.filter(pk=case.pk).update(answers={**case.answers, "more": None})
    tab = open_tab(account=citizen)
    page = tab.page
    tab.go(f"/vorgang/{case.reference}/angaben/sache/")
    held = []
    page.route("**/angaben/sache/", lambda route: held.append(route) if route.request.method == "POST" else route.continue_())
    with page.expect_request("**/angaben/sache/"):
        page.check("[name=more][value=true]")
    page.focus("[name=wish]")
    page.keyboard.press("End")
    page.keyboard.type(" und mehr")
    with page.expect_response("**/angaben/sache/"):
        for route in held:
            route.continue_()
    page.unroute("**/angaben/sache/")
    assert page.input_value("[name=wish]") == "x und mehr"
    with page.expect_response("**/angaben/sache/"):
        page.keyboard.press("Tab")  # leaving the field saves it, and now the new question appears
    page.wait_for_selector("[name=extra]")
    assert page.input_value("[name=wish]") == "x und mehr"


def test_two_tabs_send_one_application(open_tab: Any, probe: str, citizen: Any) -> None:
    case = draft(citizen)
    tab = open_tab(account=citizen)
    second = tab.context.new_page()
    tab.go(f"/vorgang/{case.reference}/pruefen/")
    second.goto(f"{tab.base}/vorgang/{case.reference}/pruefen/")
    tab.page.click("text=Antrag abschicken")
    second.click("text=Antrag abschicken")
    second.wait_for_url("**/danke/")
    tab.page.go_back()
    tab.page.wait_for_load_state()
    assert "Antrag abschicken" not in tab.page.inner_text("main"), "the way back does not lead to a second sending"
    assert Case.objects.count() == 1


def test_an_emergency_and_its_review_are_accessible(
    open_tab: Any, probe: str, citizen: Any, other_clerk: Any, privacy_officer: Any
) -> None:
    case = case_in(Status.IN_REVIEW, citizen)
    clerk = open_tab(width=320, account=other_clerk.account)
    clerk.go("/vorgang/schreibtisch/notfall/")
    assert clerk.axe() == [] and clerk.overflow() <= 0
    clerk.page.get_by_label("Vorgangsnummer").fill(case.reference)
    clerk.page.get_by_label("Warum müssen Sie").fill("Wasserrohrbruch, wir brauchen den Eigentümer jetzt.")
    clerk.page.get_by_label("Ich weiß").check()
    clerk.page.get_by_role("button", name="Für 30 Minuten öffnen").click()
    clerk.page.get_by_text("Notfallzugriff, nur zum Lesen").wait_for()
    assert clerk.axe() == [] and clerk.overflow() <= 0
    opened = Emergency.objects.get()
    officer = open_tab(width=320, account=privacy_officer.account)
    pages = ("", "notfaelle/", f"notfaelle/{opened.pk}/", "statistik/", f"zugriffe/?platz={other_clerk.pk}", "protokoll/")
    for page in pages:
        assert officer.go(f"/datenschutz-aufsicht/{page}").status == 200, page
        assert officer.axe() == [] and officer.overflow() <= 0, page
        assert officer.page.locator("h1").count() == 1, page
    citizen_tab = open_tab(width=320, account=citizen)
    citizen_tab.go("/meine-daten/zugriffe/")
    assert "im Notfall" in citizen_tab.page.inner_text("main")
    assert citizen_tab.axe() == [] and citizen_tab.overflow() <= 0
