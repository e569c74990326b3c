"""Every page of the account in a real browser: axe, 320 pixels, both languages, light and dark; one journey by keyboard."""

import pytest
from allauth.account.models import EmailAddress
from django.core import mail

pytestmark = pytest.mark.browser

OPEN = ["login/", "signup/", "password/reset/", "demo/"]
OWN = [
    "uebersicht/",
    "angaben/",
    "vertretung/",
    "vertretung/kinder/",
    "schluessel/",
    "ausweisen/?trust=high",
    "email/",
    "password/change/",
    "logout/",
    "zwei-faktor/",
    "zwei-faktor/totp/activate/",
    "zwei-faktor/webauthn/",
    "zwei-faktor/webauthn/add/",
    "sitzungen/",
]
DATA = ["", "zugriffe/", "einwilligungen/", "loeschen/"]


@pytest.fixture
def person(transactional_db, citizen):
    EmailAddress.objects.create(user=citizen, email=citizen.email, verified=True, primary=True)
    citizen.set_unusable_password()  # so that no page asks for it once more
    citizen.save()
    return citizen


@pytest.mark.parametrize(("language", "scheme", "width"), [("de", "light", 1280), ("en", "dark", 320)])
def test_every_page_is_accessible_and_fits(open_tab, person, language, scheme, width):
    visitor = open_tab(width=width, scheme=scheme, language=language)
    member = open_tab(width=width, scheme=scheme, language=language, account=person)
    places = [(visitor, f"/konto/{path}") for path in OPEN] + [(member, f"/konto/{path}") for path in OWN]
    for tab, path in [*places, *[(member, f"/meine-daten/{path}") for path in DATA]]:
        assert tab.go(path).status == 200, path
        assert tab.axe() == [] and tab.overflow() <= 0, path


def test_signing_up_by_keyboard_alone(open_tab, transactional_db):
    tab = open_tab()
    tab.go("/konto/signup/")
    tab.tab_to("E-Mail-Adresse")
    tab.page.keyboard.type("neu@example.org")
    tab.tab_to("Passwort")
    tab.page.keyboard.type("vier-ruhige-Worte-hier")
    tab.page.keyboard.press("Enter")
    tab.page.get_by_role("heading", name="E-Mail-Adresse bestätigen").wait_for()
    code = next(line for line in mail.outbox[-1].body.splitlines() if line.isupper() or line.replace("-", "").isalnum())
    tab.tab_to("Code")
    tab.page.keyboard.type(code.strip())
    tab.page.keyboard.press("Enter")
    tab.page.wait_for_url("**/meine-stadt/")
