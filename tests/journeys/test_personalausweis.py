"""An identity card: from the page of the service to the appointment, the fee, the order, and the code for the locker."""

import re

import pytest
from django.conf import settings as installed
from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone

from stadtkern.domains.administration import actions as papers
from stadtkern.domains.administration.adapters import Said, Word
from stadtkern.domains.administration.adapters.demo import DemoLocker
from stadtkern.domains.administration.models import Order
from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Staff, Trust
from stadtkern.kernel.appointments.models import Appointment
from stadtkern.kernel.cases.models import Case, Status
from stadtkern.kernel.inbox.models import Message
from stadtkern.ui.testing import Tab

pytestmark = pytest.mark.browser


def press(tab: Tab, words: str, *, exact: bool = False) -> None:
    main = tab.page.locator("main")
    found = main.get_by_role("button", name=words, exact=exact).or_(main.get_by_role("link", name=words, exact=exact))
    found = found.locator("visible=true")
    assert found.count() == 1, f"{found.count()} × {words!r} on {tab.page.url}:\n{main.inner_text()}"
    found.click()
    tab.page.wait_for_load_state()


def test_an_identity_card_from_click_to_pocket(town, open_tab, run_jobs, heading, settings, live_server, tmp_path):
    settings.BASE_URL, settings.HOME = live_server.url, tmp_path
    zoe, petra = town("zoe"), town("petra")
    phone = open_tab(width=390, account=zoe)
    applies(phone, heading)
    chooses_the_time(phone, heading)
    case = sends_and_pays(phone, heading, run_jobs)
    the_clerk_takes_it_in(open_tab(width=1280, account=petra), case)
    run_jobs()
    the_paper_travels(phone, case, heading)
    run_jobs()
    assert Case.objects.get(pk=case.pk).status == Status.CLOSED


def with_trust(tab: Tab) -> None:
    """As after the online identity card."""
    key = next(one["value"] for one in tab.context.cookies() if one["name"] == installed.SESSION_COOKIE_NAME)
    session = SessionStore(key)
    session["trust"], session["trust_until"] = int(Trust.SUBSTANTIAL), timezone.now().timestamp() + 600
    session.save()


def applies(phone: Tab, heading) -> None:
    with_trust(phone)
    phone.go("/leistungen/personalausweis_beantragen/")
    assert phone.axe() == [] and phone.overflow() <= 0
    press(phone, "Jetzt beginnen")
    page = phone.page
    page.get_by_label("Für mich").check()
    page.get_by_label("Der alte läuft ab").check()
    press(phone, "Weiter", exact=True)
    assert heading(phone) == "Dürfen wir Ihre Daten übernehmen?"
    press(phone, "Ja, Daten übernehmen")
    assert "Çelik-Große" in page.inner_text("main") and "aus dem Melderegister" in page.inner_text("main")
    page.get_by_label("Größe in Zentimetern").fill("172")
    page.get_by_label("grün").check()
    press(phone, "Weiter", exact=True)
    page.get_by_label("Aufnahme beim Termin im Bürgeramt").check()
    page.get_by_label("Am Ausgabeterminal").check()
    press(phone, "Weiter", exact=True)


def chooses_the_time(phone: Tab, heading) -> None:
    assert heading(phone) == "Wann passt es Ihnen?"
    assert phone.axe() == [] and phone.overflow() <= 0
    phone.page.locator("#zeiten button").first.click()
    phone.page.wait_for_load_state()
    assert heading(phone) == "Stimmt alles?" and "Für Sie reserviert bis" in phone.page.inner_text("main")
    assert "52,00" in phone.page.inner_text("main"), "46 € and 6 € for the picture"
    assert phone.axe() == []


def sends_and_pays(phone: Tab, heading, run_jobs) -> Case:
    press(phone, "Abschicken und")
    press(phone, "Mit Karte bezahlen")
    run_jobs()
    case = Case.objects.get(service="personalausweis_beantragen")
    appointment = Appointment.objects.get(about=str(case))
    assert (case.status, appointment.status, appointment.account) == (Status.IN_REVIEW, "BOOKED", case.account)
    phone.go(f"/vorgang/{case.reference}/")
    told = phone.page.inner_text("main")
    assert appointment.number in told and "Termin vereinbart" in told
    assert phone.axe() == [] and phone.overflow() <= 0
    assert "Ihr Termin am" in Message.objects.filter(about=str(case)).get().title
    return case


def the_clerk_takes_it_in(desk: Tab, case: Case) -> None:
    desk.go(f"/vorgang/schreibtisch/{case.reference}/")
    press(desk, "Was für diesen Vorgang zu tun ist")
    press(desk, "Annehmen und bestellen")
    assert "Ohne diese Punkte wird nicht bestellt" in desk.page.inner_text("main")
    for box in desk.page.locator("main input[type=checkbox]").all():
        box.check()
    assert desk.axe() == []
    press(desk, "Annehmen und bestellen")
    assert "Die Bestellung geht jetzt an den Hersteller" in desk.page.inner_text("main")


def the_paper_travels(phone: Tab, case: Case, heading) -> None:
    order = Order.objects.get()
    assert order.status == "ORDERED"
    phone.go(f"/vorgang/{case.reference}/")
    assert "Bei der Bundesdruckerei bestellt" in phone.page.inner_text("main")
    papers.advance(order.pk, Said(Word.DELIVERED))
    petra = Staff.objects.select_related("account", "office").get(account__email__startswith="petra.")
    papers.lay_out(Actor(petra.account, petra), order, "locker")
    letter = Message.objects.filter(about=str(case), title__startswith="Sie können Ihr Dokument abholen").get()
    (code,) = re.findall(r"Ihr Code: (\w{8})", letter.body)
    phone.page.reload()
    assert "Im Ausgabeterminal bis zum" in phone.page.inner_text("main")
    assert phone.axe() == []
    assert DemoLocker(installed.HOME).open_with(code) == order.number
    assert papers.look_into_locker(timezone.localdate()) == 1
