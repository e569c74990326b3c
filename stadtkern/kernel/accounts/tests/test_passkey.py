"""Passkeys in a real browser with a virtual authenticator: as the way in, and as the second step."""

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator

pytestmark = pytest.mark.browser


@pytest.fixture
def tab(open_tab, transactional_db, citizen):
    EmailAddress.objects.create(user=citizen, email=citizen.email, verified=True, primary=True)
    tab = open_tab()
    devtools = tab.context.new_cdp_session(tab.page)
    devtools.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
               "isUserVerified": True, "automaticPresenceSimulation": True}  # fmt: skip
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return tab


def sign_in(tab) -> None:
    tab.go("/konto/login/")
    tab.page.get_by_label("E-Mail-Adresse").fill("zoe@example.org")
    tab.page.get_by_label("Passwort", exact=True).fill("geheim-genug-1")
    tab.page.get_by_role("button", name="Anmelden", exact=True).click()


def sign_out(tab) -> None:
    tab.go("/konto/logout/")
    tab.page.locator("main").get_by_role("button", name="Abmelden").click()


def add_key(tab, *, passwordless: bool) -> None:
    tab.go("/konto/zwei-faktor/webauthn/add/")
    if "reauthenticate" in tab.page.url:
        tab.page.get_by_label("Passwort").fill("geheim-genug-1")
        tab.page.get_by_role("button", name="Weiter").click()
    tab.page.get_by_label("Name des Schlüssels").fill("Mein Telefon")
    if passwordless:
        tab.page.get_by_label("Auch ohne Passwort").check()
    tab.page.get_by_role("button", name="Schlüssel hinzufügen").click()
    tab.page.get_by_role("heading", name="Notfall-Codes", level=1).wait_for()


def test_a_passkey_opens_the_account_without_a_password(tab, citizen):
    sign_in(tab)
    tab.page.wait_for_url("**/meine-stadt/")
    add_key(tab, passwordless=True)
    assert Authenticator.objects.filter(user=citizen, type="webauthn").count() == 1
    sign_out(tab)
    tab.go("/konto/login/")
    tab.page.get_by_role("button", name="Mit Passkey anmelden").click()
    tab.page.wait_for_url("**/meine-stadt/")
    tab.check()


def test_a_key_is_the_second_step_after_the_password(tab):
    sign_in(tab)
    tab.page.wait_for_url("**/meine-stadt/")
    add_key(tab, passwordless=False)
    sign_out(tab)
    sign_in(tab)
    tab.page.get_by_role("heading", name="Zweiter Schritt").wait_for()
    tab.page.get_by_role("button", name="Sicherheitsschlüssel oder Passkey benutzen").click()
    tab.page.wait_for_url("**/meine-stadt/")
    tab.go("/konto/zwei-faktor/webauthn/")
    assert "Mein Telefon" in tab.page.content() and "gilt als zweiter Schritt" in tab.page.content()
    tab.check()


def test_a_refusing_device_is_explained(open_tab, transactional_db):
    tab = open_tab()
    tab.go("/konto/login/")
    tab.page.evaluate("() => { navigator.credentials.get = () => Promise.reject(new DOMException('no', 'NotAllowedError')) }")
    tab.page.get_by_role("button", name="Mit Passkey anmelden").click()
    tab.page.get_by_text("Das hat nicht geklappt").wait_for()


def test_without_a_script_nothing_is_offered_that_needs_one(open_tab, transactional_db):
    tab = open_tab(scripts=False)
    tab.go("/konto/login/")
    assert not tab.page.get_by_role("button", name="Mit Passkey anmelden").is_visible()
    assert not tab.page.get_by_text("Das hat nicht geklappt").is_visible()


def test_the_excuse_stays_hidden_until_it_is_needed(open_tab, transactional_db):
    tab = open_tab()
    tab.go("/konto/login/")
    assert tab.page.get_by_role("button", name="Mit Passkey anmelden").is_visible()
    assert not tab.page.get_by_text("Das hat nicht geklappt").is_visible()
