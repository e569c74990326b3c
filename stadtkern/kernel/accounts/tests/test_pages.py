"""The pages of the account: own data, companies, language, the end, the demo's doors."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.template.loader import get_template
from django.urls import reverse

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.actions import StaffAccount, act_for, close_account, create_token, issue_demo_card
from stadtkern.kernel.accounts.models import Account, Company, Membership, Person, Token
from stadtkern.kernel.events.models import Event


@pytest.fixture
def company(citizen):
    company = Company.objects.create(name="Nordlicht Tiefbau GmbH", register_number="HRB 4711")
    Membership.objects.create(account=citizen, company=company)
    return company


def test_the_overview_names_everything_once_and_counts_nothing_twice(login, citizen, company, django_assert_max_num_queries):
    browser = login(citizen)
    browser.get("/konto/uebersicht/")
    with django_assert_max_num_queries(10):
        page = browser.get("/konto/uebersicht/").content.decode()
    for part in (
        "Zoë Łucja Çelik-Müller",
        "zoe@example.org",
        "Passwort",
        "Zweiter Schritt",
        "Passkeys",
        "Geräte",
        "Meine Daten",
    ):
        assert part in page


def test_own_data_is_saved_and_shown(login, citizen):
    browser = login(citizen)
    facts = {"given_names": "Zoë", "family_name": "ʿAbd ar-Raḥmān", "birth_date": "29.02.1988", "street": "Ölmühlenweg",
             "house_number": "12 a", "postcode": "49999", "town": "Musterstadt"}  # fmt: skip
    assert browser.post("/konto/angaben/", facts).status_code == 302
    person = Person.objects.get(account=citizen)
    assert (person.family_name, str(person.birth_date), person.street) == ("ʿAbd ar-Raḥmān", "1988-02-29", "Ölmühlenweg")
    event = Event.objects.get(name="account.profile_saved")
    assert "Raḥmān" not in str(event.data)


@pytest.mark.parametrize(
    ("field", "value", "hint"),
    [("postcode", "123", "fünf Ziffern"), ("birth_date", "30.02.1990", "Tag, Monat und Jahr"), ("town", "\x00", "")],
)
def test_a_slip_is_explained_and_nothing_typed_is_lost(login, citizen, field, value, hint):
    answer = login(citizen).post("/konto/angaben/", {"street": "Neuer Weg", field: value})
    page = answer.content.decode()
    assert answer.status_code == 200 and "Neuer Weg" in page and hint in page and "kern-error" in page


def test_a_proved_name_cannot_be_typed_over(login, citizen, resident):
    login(citizen).post("/konto/angaben/", {"given_names": "Graf", "family_name": "Zahl", "town": "Anderswo"})
    person = Person.objects.get(account=citizen)
    assert (person.family_name, person.town) == ("Çelik-Müller", "Anderswo")


def test_acting_for_a_company_shows_and_ends(login, citizen, company):
    browser = login(citizen)
    answer = browser.post("/konto/vertretung/wechseln/", {"company": company.pk, "next": "/konto/uebersicht/"}, follow=True)
    assert "Nordlicht Tiefbau GmbH" in answer.content.decode() and "sk-acting" in answer.content.decode()
    answer = browser.post("/konto/vertretung/wechseln/", {"company": ""}, follow=True)
    assert "sk-acting" not in browser.get("/konto/uebersicht/").content.decode()


@pytest.mark.parametrize("choice", ["0", "999999999999999999999", "-1", "abc", "1e3", "²"])
def test_acting_for_nonsense_is_not_found(login, citizen, choice):
    assert login(citizen).post("/konto/vertretung/wechseln/", {"company": choice}).status_code == 404


def test_nobody_acts_for_a_company_of_others(login, other_citizen, company):
    assert login(other_citizen).post("/konto/vertretung/wechseln/", {"company": company.pk}).status_code == 404


def test_membership_is_checked_in_every_request(login, citizen, company):
    browser = login(citizen)
    browser.post("/konto/vertretung/wechseln/", {"company": company.pk})
    Membership.objects.all().delete()
    assert "sk-acting" not in browser.get("/konto/uebersicht/").content.decode()


def test_the_language_is_kept_with_the_account(login, citizen):
    browser = login(citizen)
    answer = browser.post("/konto/sprache/", {"language": "en"})
    citizen.refresh_from_db()
    assert citizen.language == "en" and answer.cookies["django_language"].value == "en"
    browser.post("/konto/sprache/", {"language": "xx"})
    citizen.refresh_from_db()
    assert citizen.language == "en"


def test_the_language_chosen_in_the_frame_is_kept_too(login, citizen, client):
    login(citizen).post("/sprache/", {"language": "en", "next": "/"})
    citizen.refresh_from_db()
    assert citizen.language == "en"
    assert client.post("/sprache/", {"language": "en", "next": "/"}).status_code == 302


# The end


def confirmed(browser):
    browser.post("/konto/reauthenticate/", {"password": "geheim-genug-1"})
    return browser


def test_closing_forgets_the_person_and_keeps_the_shell(login, citizen, resident, company):
    EmailAddress.objects.create(user=citizen, email=citizen.email, verified=True, primary=True)
    create_token(Actor(citizen), "x", 1)
    other_device, browser = login(citizen), confirmed(login(citizen))
    other_device.get("/konto/uebersicht/")
    assert browser.post("/meine-daten/loeschen/", {}).status_code == 200  # not sure: nothing happens
    assert Account.objects.get(pk=citizen.pk).is_active
    assert "Ihre Daten sind gelöscht" in browser.post("/meine-daten/loeschen/", {"sure": "yes"}, follow=True).content.decode()
    shell = Account.objects.get(pk=citizen.pk)
    assert not shell.is_active and shell.name == "" and shell.email.endswith("@account.invalid")
    assert not Person.objects.exists() and not EmailAddress.objects.exists() and not Membership.objects.exists()
    assert not Token.objects.exists() and other_device.get("/konto/uebersicht/").status_code == 302
    assert Event.objects.filter(name="account.closed", subject=f"account:{citizen.pk}").count() == 1
    again = login(citizen)  # a session made for a closed account opens nothing
    assert again.get("/konto/uebersicht/").status_code == 302


def test_the_address_is_free_again_after_closing(citizen):
    close_account(Actor(citizen))
    assert Account.objects.create(email="zoe@example.org").pk != citizen.pk


def test_closing_asks_who_it_is(login, citizen):
    answer = login(citizen).post("/meine-daten/loeschen/", {"sure": "yes"})
    assert "/reauthenticate/" in answer["Location"] and Account.objects.get(pk=citizen.pk).is_active


def test_staff_accounts_are_closed_by_the_office(login, clerk):
    with pytest.raises(StaffAccount):
        close_account(Actor(clerk.account, clerk))
    browser = confirmed(login(clerk.account))
    browser.post("/meine-daten/loeschen/", {"sure": "yes"})
    assert Account.objects.get(pk=clerk.account.pk).is_active


# Demo


def test_one_click_makes_a_demo_person(client, citizen, monkeypatch):
    from stadtkern.kernel.accounts import demo

    monkeypatch.setattr(demo, "_personas", lambda: [{"email": citizen.email, "title": "Zoë", "text": "wohnt hier"}])
    assert "Als Zoë anmelden" in client.get("/konto/demo/").content.decode()
    assert (
        client.post("/konto/demo/werden/", {"email": citizen.email, "next": "/konto/uebersicht/"})["Location"]
        == "/konto/uebersicht/"
    )
    assert client.get("/konto/uebersicht/").status_code == 200


def test_nobody_else_can_be_become(client, citizen, other_citizen):
    for email in (other_citizen.email, "", "\x00", "x" * 10000):
        assert client.post("/konto/demo/werden/", {"email": email}).status_code == 404
    assert client.get("/konto/demo/werden/").status_code == 405


def test_becoming_somebody_else_leaves_nothing_of_the_last_one(client, citizen, other_citizen, company, monkeypatch):
    from stadtkern.kernel.accounts import demo

    people = [{"email": account.email, "title": account.name, "text": ""} for account in (citizen, other_citizen)]
    monkeypatch.setattr(demo, "_personas", lambda: people)
    client.post("/konto/demo/werden/", {"email": citizen.email})
    client.post("/konto/vertretung/wechseln/", {"company": company.pk})
    session = client.session
    session["trust"], session["trust_until"] = 4, 9e9
    session.save()
    client.post("/konto/demo/werden/", {"email": other_citizen.email})
    assert not {"trust", "trust_until", "acting_for"} & set(client.session.keys())


def test_a_sample_card_is_made_once(citizen):
    import uuid
    from datetime import date

    key = uuid.uuid4()
    first, second = (issue_demo_card(key, given_names="A", family_name="B", birth_date=date(1990, 1, 1)) for _ in range(2))
    assert first == second and Event.objects.filter(name="card.issued").count() == 1


# Templates


ACCOUNT = [
    "login",
    "signup",
    "logout",
    "email_change",
    "password_change",
    "password_set",
    "password_reset",
    "reauthenticate",
    "verification_sent",
    "confirm_email_verification_code",
    "confirm_password_reset_code",
    "password_reset_from_key",
    "account_inactive",
]
MFA = [
    "index",
    "authenticate",
    "reauthenticate",
    "totp/activate_form",
    "totp/deactivate_form",
    "recovery_codes/index",
    "recovery_codes/generate",
    "webauthn/add_form",
    "webauthn/authenticator_list",
    "webauthn/edit_form",
    "webauthn/authenticator_confirm_delete",
    "webauthn/reauthenticate",
]


def test_every_page_of_the_sign_in_package_is_ours():
    names = [f"account/{name}.html" for name in ACCOUNT] + [f"mfa/{name}.html" for name in MFA]
    names.append("usersessions/usersession_list.html")
    assert [name for name in names if "/stadtkern/ui/" not in get_template(name).origin.name] == []


PAGES = [
    "account_email",
    "account_change_password",
    "account_logout",
    "mfa_index",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "mfa_list_webauthn",
    "usersessions_list",
    "accounts:overview",
    "accounts:profile",
    "accounts:companies",
    "accounts:tokens",
    "privacy:erase",
    "accounts:step_up",
    "privacy:overview",
    "privacy:accesses",
    "privacy:consents",
]


@pytest.mark.parametrize("name", [*PAGES, "account_login", "account_signup", "account_reset_password", "accounts:personas"])
def test_pages_keep_the_content_policy_and_have_one_heading(login, citizen, client, name):
    EmailAddress.objects.create(user=citizen, email=citizen.email, verified=True, primary=True)
    browser = confirmed(login(citizen)) if name in PAGES else client
    answer = browser.get(reverse(name))
    page = answer.content.decode()
    assert answer.status_code == 200 and page.count("<h1") == 1
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", page)
    for script in re.findall(r"<script[^>]*>", page):
        assert "src=" in script or 'type="application/json"' in script
    assert page.count("kern-btn--primary") <= 1
    assert "'unsafe" not in answer["Content-Security-Policy"]
    assert not re.search(r"[äöüß ]erfolgreich|!</", page)


def test_act_for_without_account_is_refused(rf, db):
    from django.contrib.auth.models import AnonymousUser

    from stadtkern.kernel.accounts.actions import NotAMember

    request = rf.post("/")
    request.user, request.session = AnonymousUser(), {}
    with pytest.raises(NotAMember):
        act_for(request, None)
