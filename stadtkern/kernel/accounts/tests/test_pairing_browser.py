"""Both screens in a real browser: without JavaScript, at 320 pixels, for screen readers."""

from urllib.parse import urlsplit

import pytest

from stadtkern.kernel.accounts.models import Pairing

pytestmark = pytest.mark.browser


@pytest.mark.django_db(transaction=True)
def test_without_javascript_the_phone_lets_the_screen_in(open_tab, citizen):
    first, phone = open_tab(width=320, scripts=False), open_tab(width=320, account=citizen)
    first.go("/handy/anmelden/?next=/hilfe/")
    assert first.overflow() <= 0
    first.page.get_by_text("Ohne Kamera").click()
    phone.go(urlsplit(first.page.inner_text("#adresse")).path)
    assert phone.axe() == [] and phone.overflow() <= 0
    phone.page.get_by_role("button", name=first.page.inner_text("#zahl"), exact=True).click()
    phone.page.get_by_role("heading", name="Bestätigt").wait_for()
    assert phone.axe() == []
    first.page.get_by_role("link", name="Stand neu abrufen").click()
    first.page.get_by_role("button", name="Weiter", exact=True).click()
    first.page.wait_for_url("**/hilfe/")
    assert Pairing.objects.get().state == "USED"


@pytest.mark.django_db(transaction=True)
def test_the_first_screen_follows_by_itself(open_tab, citizen):
    first, phone = open_tab(width=390, account=citizen), open_tab(width=320)
    first.go("/handy/weiter/?next=/hilfe/")
    assert first.axe() == []
    phone.go(urlsplit(first.page.text_content("#adresse").strip()).path)
    first.page.get_by_text("Auf dem Handy geöffnet").wait_for()
    phone.page.get_by_role("button", name=first.page.inner_text("#zahl"), exact=True).click()
    assert phone.axe() == [] and phone.overflow() <= 0
    first.page.get_by_role("button", name="Ja, das ist mein Handy").click()
    phone.page.wait_for_url("**/hilfe/")
    assert phone.page.get_by_text("Zoë Łucja Çelik-Müller").count(), "signed in"
    first.page.get_by_text("Es geht auf dem Handy weiter").wait_for()
    assert first.axe() == []
