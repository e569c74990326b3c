"""Sign-up, sign-in, recovery, second factor, sessions: the pages as a browser without JavaScript sees them."""

import re
from datetime import timedelta
from html import unescape

import pytest
from allauth.account.models import EmailAddress
from allauth.core import context
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import AnonymousUser
from django.core import mail
from django.core.cache import cache, caches
from django.db import connection
from django.test import Client
from django.utils import timezone

from stadtkern.kernel.accounts import forms, models
from stadtkern.kernel.accounts.actions import forget_stale
from stadtkern.kernel.accounts.forms import SignupForm
from stadtkern.kernel.accounts.models import Account
from stadtkern.kernel.events.models import Event

PASSWORD = "vier-ruhige-Worte-hier"


@pytest.fixture(autouse=True)
def no_memory_of_attempts(db):
    cache.clear()


def code_in(message) -> str:
    return re.search(r"^\s*([A-Z0-9]{2,}-?[A-Z0-9]{2,})\s*$", message.body, re.M)[1]


def title_of(answer) -> str:
    return unescape(re.search(r"<h1[^>]*>(.*?)</h1>", answer.content.decode(), re.S)[1]).strip()


def sign_up(browser, email="neu@example.org", password=PASSWORD):
    return browser.post("/konto/signup/", {"email": email, "password1": password}, follow=True)


def sign_in(browser, email, password=PASSWORD, **more):
    return browser.post("/konto/login/", {"login": email, "password": password, **more}, follow=True)


def signed_in(browser) -> bool:
    return browser.get("/konto/uebersicht/").status_code == 200


def test_from_sign_up_to_my_city_with_a_code(client):
    answer = sign_up(client)
    assert title_of(answer) == "E-Mail-Adresse bestätigen" and not signed_in(client)
    assert client.post("/konto/confirm-email/", {"code": "FALSCH"}).status_code == 200
    answer = client.post("/konto/confirm-email/", {"code": code_in(mail.outbox[0])}, follow=True)
    assert answer.redirect_chain[-1][0] == "/meine-stadt/" and signed_in(client)
    account = Account.objects.get(email="neu@example.org")
    assert EmailAddress.objects.get(user=account).verified
    assert Event.objects.filter(name="account.signed_in", subject=f"account:{account.pk}").count() == 1


def test_the_way_back_to_the_application_survives_sign_up(client):
    client.post("/konto/signup/", {"email": "neu@example.org", "password1": PASSWORD, "next": "/leistungen/"})
    answer = client.post("/konto/confirm-email/", {"code": code_in(mail.outbox[0]), "next": "/leistungen/"})
    assert answer["Location"] == "/leistungen/"
    answer = sign_in(Client(), "neu@example.org", next="https://evil.example/")
    assert answer.redirect_chain[-1][0] == "/meine-stadt/"


def test_known_and_unknown_addresses_look_the_same(client, citizen, monkeypatch):
    spent = []
    monkeypatch.setattr(forms, "make_password", lambda raw: spent.append("known"))
    original = models.Account.set_password
    monkeypatch.setattr(models.Account, "set_password", lambda self, raw: (spent.append("new"), original(self, raw))[1])
    pages = []
    for address in ("zoe@example.org", "neu@example.org"):
        browser = Client()
        page = sign_up(browser, address).content.decode().replace(address, "X")
        pages.append(re.sub(r'(csrfmiddlewaretoken" value=")[^"]+|nonce-[^"]+', "", page))
        assert browser.post("/konto/confirm-email/", {"code": "FALSCH1"}).status_code == 200
    assert pages[0] == pages[1]
    assert spent == ["known", "new"]  # both cost one hash
    assert [message.to for message in mail.outbox] == [["zoe@example.org"], ["neu@example.org"]]
    assert "Sie haben schon ein Konto" in mail.outbox[0].subject


def test_sign_in_says_nothing_about_which_part_was_wrong(client, citizen):
    wrong, unknown = (sign_in(Client(), address, "falsch-falsch-1") for address in ("zoe@example.org", "niemand@example.org"))
    texts = [re.search(r"kern-alert--danger.*?</div></div>", a.content.decode(), re.S)[0] for a in (wrong, unknown)]
    assert texts[0] == texts[1] and "passen nicht zusammen" in texts[0]


def test_password_reset_by_code_and_no_word_about_unknown_addresses(citizen):
    EmailAddress.objects.create(user=citizen, email=citizen.email, verified=True, primary=True)
    pages = []
    for address in ("zoe@example.org", "niemand@example.org"):
        browser = Client()
        page = browser.post("/konto/password/reset/", {"email": address}, follow=True).content.decode()
        pages.append(re.sub(r'csrfmiddlewaretoken" value="[^"]+', "", page).replace(address, "X"))
    assert pages[0] == pages[1]
    browser = Client()
    browser.post("/konto/password/reset/", {"email": "zoe@example.org"})
    code = code_in(mail.outbox[-1])
    answer = browser.post("/konto/password/reset/confirm/", {"code": code}, follow=True)
    assert title_of(answer) == "Neues Passwort"
    browser.post("/konto/password/reset/complete/", {"password1": "ganz-neue-Worte-42"})
    assert signed_in(Client()) is False
    fresh = Client()
    sign_in(fresh, "zoe@example.org", "ganz-neue-Worte-42")
    assert signed_in(fresh)
    assert "Passwort wurde neu gesetzt" in mail.outbox[-1].subject


@pytest.mark.parametrize("password", ["kurz", "password1234", "neu@example.org", "1234567890"])
def test_weak_passwords_are_refused_with_a_reason(client, password):
    answer = sign_up(client, password=password)
    assert title_of(answer) == "Konto anlegen" and 'id="id_password1_error"' in answer.content.decode()
    assert not Account.objects.exists()


def test_five_wrong_passwords_stop_the_guessing(client, citizen):
    for _ in range(5):
        sign_in(client, "zoe@example.org", "falsch-falsch-1")
    answer = sign_in(Client(), "zoe@example.org", "geheim-genug-1")
    assert "zu viele Versuche" in answer.content.decode()


def test_many_sign_ups_from_one_place_are_slowed_down():
    answers = [Client().post("/konto/signup/", {"email": f"a{i}@example.org", "password1": "x"}) for i in range(21)]
    assert answers[19].status_code == 200 and answers[20].status_code == 429
    assert "Kurz warten" in answers[20].content.decode()


@pytest.mark.parametrize("field", ["login", "password"])
@pytest.mark.parametrize(
    "value", ["\x00", "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"), "a" * 20000, "' OR 1=1 --", "＠"]
)
def test_hostile_input_is_a_calm_error(client, field, value):
    answer = client.post("/konto/login/", {"login": "zoe@example.org", "password": "x", field: value})
    assert answer.status_code == 200


def test_a_mail_server_that_is_away_is_said_on_the_page(client, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", 1, 1
    answer = sign_up(client)
    assert answer.status_code == 200 and "antwortet gerade nicht" in answer.content.decode()


def test_mails_carry_no_name_and_no_address(client, citizen, settings):
    EmailAddress.objects.create(user=citizen, email=citizen.email, verified=True, primary=True)
    client.post("/konto/password/reset/", {"email": citizen.email})
    sign_up(Client(), citizen.email)
    for message in mail.outbox:
        assert not re.search(r"Çelik|Zoë|127\.0\.0\.1|zoe@", message.subject + message.body)
        assert message.subject.startswith("Musterstadt: ") and "Hello" not in message.body and "{{" not in message.body


def test_the_same_address_in_two_tabs_makes_one_account(rf):
    first, second = (SignupForm({"email": "neu@example.org", "password1": PASSWORD}) for _ in range(2))
    assert first.is_valid() and second.is_valid()  # both saw the address free
    for form in (first, second):
        request = rf.post("/konto/signup/")
        request.session, request.user = Client().session, AnonymousUser()
        with context.request_context(request):
            form.try_save(request)
    assert Account.objects.filter(email="neu@example.org").count() == 1


# Second factor


def totp_now(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


def confirmed(browser) -> None:
    browser.post("/konto/reauthenticate/", {"password": "geheim-genug-1"})


@pytest.fixture
def with_app(login, citizen):
    """A browser whose account has an authenticator app; returns browser and secret."""
    EmailAddress.objects.create(user=citizen, email=citizen.email, verified=True, primary=True)
    browser = login(citizen)
    confirmed(browser)
    page = browser.get("/konto/zwei-faktor/totp/activate/").content.decode()
    secret = re.search(r'<code translate="no">([A-Z2-7]+)</code>', page)[1]
    answer = browser.post("/konto/zwei-faktor/totp/activate/", {"code": totp_now(secret)}, follow=True)
    assert title_of(answer) == "Notfall-Codes"
    return browser, secret


def test_an_app_guards_the_sign_in(with_app, citizen):
    _, secret = with_app
    browser = Client()
    answer = sign_in(browser, citizen.email, "geheim-genug-1")
    assert title_of(answer) == "Zweiter Schritt" and not signed_in(browser)
    assert "stimmt nicht" in browser.post("/konto/zwei-faktor/authenticate/", {"code": "000000"}).content.decode()
    cache.clear()  # one code opens once; the clock of the test does not move on
    browser.post("/konto/zwei-faktor/authenticate/", {"code": totp_now(secret)})
    assert signed_in(browser)


def test_a_recovery_code_opens_once(with_app, citizen):
    browser, _ = with_app
    page = browser.get("/konto/zwei-faktor/recovery-codes/").content.decode()
    codes = re.findall(r"<li><code>(\d+)</code></li>", page)
    assert len(codes) == 10
    for attempt in (1, 2):
        other = Client()
        sign_in(other, citizen.email, "geheim-genug-1")
        other.post("/konto/zwei-faktor/authenticate/", {"code": codes[0]})
        assert signed_in(other) is (attempt == 1)


def test_secrets_are_sealed_in_the_database(with_app):
    _, secret = with_app
    stored = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in stored  # neither the app's secret …
    seeds = Authenticator.objects.get(type="recovery_codes").data
    assert seeds["seed"].startswith("gAAAA")  # … nor the seed of the recovery codes


def test_the_second_factor_cannot_be_removed_without_proof(with_app, citizen, login):
    later = login(citizen)
    answer = later.post("/konto/zwei-faktor/totp/deactivate/")
    assert "authenticate/" in answer["Location"] and Authenticator.objects.filter(type="totp").exists()


# Sessions


def test_devices_are_listed_and_signed_out_one_by_one(login, citizen, other_citizen):
    here, there = login(citizen), login(citizen)
    there.get("/konto/uebersicht/", headers={"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko Firefox/140.0"})
    page = here.get("/konto/sitzungen/").content.decode()
    assert "Firefox, Linux" in page and "dieses Gerät" in page
    row = UserSession.objects.get(session_key=there.session.session_key)
    assert login(other_citizen).post(f"/konto/sitzungen/{row.pk}/beenden/").status_code == 404
    assert signed_in(there)
    here.post(f"/konto/sitzungen/{row.pk}/beenden/")
    assert signed_in(here) and not signed_in(there)


def test_all_other_devices_at_once(login, citizen):
    here, *others = (login(citizen) for _ in range(3))
    for browser in (here, *others):
        browser.get("/konto/uebersicht/")
    here.post("/konto/sitzungen/")
    assert signed_in(here) and not any(signed_in(browser) for browser in others)


def test_a_changed_password_signs_the_other_devices_out(login, citizen):
    here, there = login(citizen), login(citizen)
    here.post("/konto/password/change/", {"oldpassword": "geheim-genug-1", "password1": PASSWORD})
    assert signed_in(here) and not signed_in(there)


def test_last_seen_is_written_every_five_minutes_only(login, citizen, django_assert_num_queries):
    browser = login(citizen)
    browser.get("/konto/uebersicht/")
    before = UserSession.objects.get().last_seen_at
    with django_assert_num_queries(2):  # session, account with staff, office and person
        browser.get("/konto/sprache/")
    assert UserSession.objects.get().last_seen_at == before


def test_a_closed_account_is_signed_out_everywhere(login, citizen):
    browser = login(citizen)
    Account.objects.filter(pk=citizen.pk).update(is_active=False)
    assert not signed_in(browser)


def test_the_address_changes_only_after_the_code(login, citizen):
    EmailAddress.objects.create(user=citizen, email=citizen.email, verified=True, primary=True)
    browser = login(citizen)
    confirmed(browser)
    browser.post("/konto/email/", {"email": "zoe.neu@example.org", "action_add": ""})
    citizen.refresh_from_db()
    assert citizen.email == "zoe@example.org"
    code = next(code_in(message) for message in mail.outbox if message.to == ["zoe.neu@example.org"])
    browser.post("/konto/confirm-email/", {"code": code})
    citizen.refresh_from_db()
    assert citizen.email == "zoe.neu@example.org"
    assert list(EmailAddress.objects.filter(user=citizen).values_list("email", flat=True)) == ["zoe.neu@example.org"]


def test_what_nobody_needs_any_more_is_forgotten(login, citizen, clerk):
    here, gone = login(citizen), login(citizen)
    for browser in (here, gone):
        browser.get("/konto/uebersicht/")
    gone.session.delete()
    Account.objects.create(email="nie-bestaetigt@example.org", created_at=timezone.now() - timedelta(days=31))
    Account.objects.create(email="gestern@example.org", created_at=timezone.now() - timedelta(days=1))
    Account.objects.filter(pk__in=[citizen.pk, clerk.account.pk]).update(created_at=timezone.now() - timedelta(days=99))
    EmailAddress.objects.create(user=citizen, email=citizen.email, verified=True, primary=True)
    assert forget_stale() == 2 and forget_stale() == 0
    assert UserSession.objects.get().session_key == here.session.session_key
    assert set(Account.objects.values_list("email", flat=True)) == {citizen.email, clerk.account.email, "gestern@example.org"}


def test_attempts_are_counted_by_the_address_behind_the_proxy(settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1

    def sign_up_from(address):
        return Client().post("/konto/signup/", {"email": "x"}, headers={"X-Forwarded-For": address}).status_code

    assert [sign_up_from(f"10.0.0.{number}, 203.0.113.7") for number in range(21)][
        -1
    ] == 429  # what the client claims is no help
    assert sign_up_from("10.0.0.1, 203.0.113.8") == 200


def test_attempts_are_counted_for_all_processes():
    with connection.cursor() as cursor:
        cursor.execute("SELECT relpersistence FROM pg_class WHERE relname = 'accounts_attempts'")
        assert cursor.fetchone() == ("u",)  # one unlogged table for everybody
    cache.set("probe", 1)
    assert caches.create_connection("default").get("probe") == 1
