"""Mandates are granted by those who may, accepted by those they were meant for, ended by either; nothing can be guessed."""

import re
from datetime import date, timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.actions import close_account, create_token, mandates
from stadtkern.kernel.accounts.models import Account, Company, Mandate, Membership
from stadtkern.kernel.events.models import Event

pytestmark = pytest.mark.django_db
PAGE = "/konto/vertretung/"
SWITCH, GRANT, ACCEPT, WARDS = f"{PAGE}wechseln/", f"{PAGE}erteilen/", f"{PAGE}annehmen/", f"{PAGE}betreuung/"


@pytest.fixture(autouse=True)
def calm(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    cache.clear()


@pytest.fixture
def otto(other_citizen):
    EmailAddress.objects.create(user=other_citizen, email=other_citizen.email, verified=True, primary=True)
    return other_citizen


def invited(citizen, otto) -> tuple[Mandate, str]:
    return mandates.invite(Actor(citizen), email=otto.email, until=None)


def test_granted_accepted_used_and_ended(citizen, otto, login, django_capture_on_commit_callbacks):
    until = date.today() + timedelta(days=30)
    with django_capture_on_commit_callbacks(execute=True):
        login(citizen).post(GRANT, {"email": otto.email, "until": until.isoformat(), "scope": "all"})
    code = re.search(r"[0-9A-Z]{5}-[0-9A-Z]{5}", mail.outbox[-1].body)[0]
    assert mail.outbox[-1].to == [otto.email] and "Zoë" in mail.outbox[-1].body
    browser = login(otto)
    assert browser.post(ACCEPT, {"code": code.lower()}).status_code == 302
    row = Mandate.objects.get()
    assert row.agent == otto and row.principal == citizen and row.live and not row.invited and not row.code
    assert browser.post(ACCEPT, {"code": code}).status_code == 422  # once
    browser.post(SWITCH, {"for": f"mandate:{row.pk}"})
    page = browser.get("/konto/uebersicht/").content.decode()
    assert f"Sie handeln für <strong>{row.title}</strong>" in page and "Wieder für mich selbst" in page
    told = login(citizen).get(PAGE).content.decode()
    assert "Otto Anders" in told and "Zuletzt benutzt" in told
    login(citizen).post(f"{PAGE}{row.pk}/beenden/")
    assert "ist beendet" in browser.get("/konto/uebersicht/", follow=True).content.decode()
    names = [*Event.objects.filter(name__startswith="mandate.").order_by("pk").values_list("name", flat=True)]
    assert names == ["mandate.offered", "mandate.accepted", "mandate.used", "mandate.revoked"]


def test_back_to_oneself(citizen, otto, login):
    row, code = invited(citizen, otto)
    mandates.accept(Actor(otto), code)
    browser = login(otto)
    browser.post(SWITCH, {"for": f"mandate:{row.pk}"})
    browser.post(SWITCH, {"for": ""})
    assert "mandate" not in browser.session and "Sie handeln für <strong>" not in browser.get(PAGE).content.decode()


def test_the_answer_is_the_same_whether_there_is_an_account_or_not(citizen, otto, login):
    browser, answers = login(citizen), []
    for email in (otto.email, "nemo@example.org"):
        page = browser.post(GRANT, {"email": email, "scope": "all"}, follow=True).content.decode()
        answers.append(re.search(r"Wir haben einen Code an .+? geschickt", page)[0].replace(email, ""))
        Mandate.objects.all().delete()
    assert answers[0] == answers[1]


def test_a_foreign_code_is_worth_nothing_and_guessing_is_braked(citizen, otto, login):
    _row, code = mandates.invite(Actor(citizen), email="jemand@example.org", until=None)
    browser = login(otto)
    assert browser.post(ACCEPT, {"code": code}).status_code == 422  # the address is another one
    for _ in range(4):
        assert browser.post(ACCEPT, {"code": "BBBBB-BBBBB"}).status_code == 422
    assert browser.post(ACCEPT, {"code": code}).status_code == 429
    assert not Mandate.objects.live().exists()


def test_codes_grow_old_and_unconfirmed_addresses_do_not_count(citizen, otto):
    row, code = invited(citizen, otto)
    Mandate.objects.filter(pk=row.pk).update(code_until=timezone.now())
    with pytest.raises(mandates.BadCode):
        mandates.accept(Actor(otto), code)
    _row, code = invited(citizen, otto)
    EmailAddress.objects.update(verified=False)
    for shown in (code, "\0" * 400, ""):
        with pytest.raises(mandates.BadCode):
            mandates.accept(Actor(otto), shown)


def test_withdrawn_before_it_was_accepted(citizen, otto):
    row, code = invited(citizen, otto)
    mandates.revoke(Actor(citizen), row)
    with pytest.raises(mandates.BadCode):
        mandates.accept(Actor(otto), code)


@pytest.mark.parametrize("who", ["agent", "principal"])
def test_whoever_closes_the_account_ends_it(who, citizen, otto):
    row, code = invited(citizen, otto)
    mandates.accept(Actor(otto), code)
    close_account(Actor(otto if who == "agent" else citizen))
    row.refresh_from_db()
    assert row.revoked_at and not Mandate.objects.live().exists()


def test_only_owners_send_somebody_for_a_company(citizen, otto, login):
    company = Company.objects.create(name="Sportfreunde e. V.")
    member = Membership.objects.create(account=citizen, company=company)
    form = {"email": otto.email, "company": company.pk, "scope": "all"}
    assert login(citizen).post(GRANT, form).status_code == 404
    with pytest.raises(mandates.Refused):
        mandates.invite(Actor(citizen), email=otto.email, until=None, company=company)
    Membership.objects.filter(pk=member.pk).update(role="OWNER")
    assert login(citizen).post(GRANT, form).status_code == 302
    assert Mandate.objects.get().kind == "ASSOCIATION"


def test_nobody_hands_on_a_mandate_or_makes_a_key_under_it(citizen, otto):
    row, code = invited(citizen, otto)
    acting = Actor(otto, mandate=mandates.accept(Actor(otto), code))
    with pytest.raises(mandates.Refused):
        mandates.invite(acting, email="dritte@example.org", until=None)
    with pytest.raises(ValueError, match="mandate"):
        create_token(acting, "Schlüssel", 5)
    assert not mandates.may_revoke(acting, row)


WRONG = [
    {"email": "kein"},
    {"email": "a@b.example", "until": "gestern"},
    {"email": "a@b.example", "until": "2001-01-01"},
    {"email": "a@b.example", "scope": "some"},
    {"email": "zoe@example.org"},
    {"email": "a\0@b.example" * 30},
]


@pytest.mark.parametrize("form", WRONG)
def test_what_cannot_be_granted_says_why(form, citizen, login):
    answer = login(citizen).post(GRANT, {"scope": "all", **form})
    assert answer.status_code == 422 and "Noch nicht erteilt" in answer.content.decode() and not Mandate.objects.exists()


def test_strangers_cannot_end_or_take_it(citizen, otto, login, clerk):
    row, code = invited(citizen, otto)
    mandates.accept(Actor(otto), code)
    stranger = Account.objects.create(email="fremd@example.org")
    for account in (stranger, clerk.account):
        assert login(account).post(f"{PAGE}{row.pk}/beenden/").status_code == 404
        assert login(account).post(SWITCH, {"for": f"mandate:{row.pk}"}).status_code == 404
    for odd in ("mandate:" + "9" * 30, "mandate:x", "mandate:", "\0", "company:1e3"):
        assert login(otto).post(SWITCH, {"for": odd}).status_code in (302, 404)
    assert Mandate.objects.get().live


def test_a_clerk_enters_a_guardian_who_accepts(otto, clerk, login, mayor):
    form = {"given_names": "Käthe", "family_name": "Sommer", "birth_date": "1941-03-02", "reference": "12 XVII 34/26",
            "until": (date.today() + timedelta(days=700)).isoformat(), "email": otto.email}  # fmt: skip
    assert login(mayor.account).get(WARDS).status_code == 403
    browser = login(clerk.account)
    for name in ("reference", "until", "birth_date", "family_name"):
        assert browser.post(WARDS, form | {name: ""}).status_code == 422
    assert browser.post(WARDS, form).status_code == 302
    row = Mandate.objects.get()
    assert row.proof == "COURT" and row.reference == "12 XVII 34/26" and not row.principal.is_active and not row.live
    assert "Käthe Sommer" in browser.get(WARDS).content.decode()
    Mandate.objects.filter(pk=row.pk).update(code=mandates.digest_of("BBBBB-BBBBB"))
    assert login(otto).post(ACCEPT, {"code": "bbbbb bbbbb"}).status_code == 302
    assert Mandate.objects.under(otto).get() == row
    browser.post(f"{PAGE}{row.pk}/beenden/")
    assert not Mandate.objects.live().exists()


def test_one_query_however_many_mandates(citizen, otto, login):
    browser = login(otto)
    held = {"kind": "PERSON", "proof": "OWN", "title": "x", "agent": otto, "principal": citizen}
    rows = [Mandate.objects.create(**held, accepted_at=timezone.now()) for _ in range(5)]
    counted = []
    for chosen in ("", f"mandate:{rows[0].pk}"):
        browser.post(SWITCH, {"for": chosen})
        browser.get("/konto/angaben/")
        with CaptureQueriesContext(connection) as queries:
            browser.get("/konto/angaben/")
        counted.append(len(queries))
    assert counted[1] <= counted[0] + 1
