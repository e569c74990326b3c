"""Signing in from elsewhere: what opens which account, what joins, what never does, and every way out."""

import tomllib
from html import unescape
from pathlib import Path

import httpx
import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core import mail
from django.core.cache import cache, caches
from django.test import Client
from django.utils import timezone

from stadtkern.kernel.accounts import adapters, openid
from stadtkern.kernel.accounts.adapters import bundid
from stadtkern.kernel.accounts.models import Account, Company, ExternalIdentity, Membership, Person, Trust
from stadtkern.kernel.accounts.saml import answer, keys
from stadtkern.kernel.accounts.saml.partner import ourselves, partner
from stadtkern.kernel.accounts.simulators import idp, people
from stadtkern.kernel.city.profile import city

from .elsewhere import choose, come_in, fields, leave
from .test_trust import message_of, trust_of

SAVED = Path(__file__).resolve().parents[5] / "shared" / "data" / "fim" / "identity"


@pytest.fixture(autouse=True)
def no_memory_of_attempts(db):
    cache.clear()
    caches["local"].clear()


def register(browser, who="amara", level="4", means="bundid", **more) -> Account:
    """First time, new account."""
    come_in(browser, means, who=who, level=level, **more)
    answer = browser.post("/konto/erstes-mal/")
    assert answer.status_code == 302, answer.content.decode()[:300]
    return ExternalIdentity.objects.latest("pk").account


def page_of(browser, path) -> str:
    return unescape(browser.get(path).content.decode())


# The first time


def test_the_second_time_leads_straight_in():
    account = register(Client())
    browser = Client()
    assert come_in(browser, who="amara", level="1")["Location"] == "/konto/angaben/"
    assert trust_of(browser, account) == Trust.BASIC  # this time with a password only
    assert Account.objects.count() == 1 and account.identities.get().trust == Trust.HIGH


def test_an_equal_mail_address_joins_nothing(clerk):
    Account.objects.filter(pk=clerk.account_id).update(email="petra.sommer@demo.musterstadt.example")
    browser = Client()
    account = register(browser, who="petra")
    assert account.pk != clerk.account_id and not ExternalIdentity.objects.filter(account=clerk.account).exists()
    assert browser.get("/vorgang/schreibtisch/").status_code == 403


# Signed in already


def test_proving_in_the_middle_of_a_form_joins_and_raises(login, other_citizen):
    Person.objects.filter(account=other_citizen).delete()
    EmailAddress.objects.create(user=other_citizen, email=other_citizen.email, verified=True, primary=True)
    browser = login(other_citizen)
    answer = come_in(browser, step_up=True, target="/konto/angaben/?schritt=2", trust="high", who="maria", level="4")
    assert answer["Location"] == "/konto/angaben/?schritt=2"
    assert trust_of(browser, other_citizen) == Trust.HIGH and other_citizen.identities.get().means == "bundid"
    assert "BundID" in mail.outbox[-1].body and "Núñez" not in mail.outbox[-1].body  # the owner is told
    page = page_of(browser, "/konto/uebersicht/")
    assert "BundID trennen" in page and "Vertrauensniveau hoch" in page
    assert 'name="given_names"' not in page_of(browser, "/konto/angaben/")  # a proved name is not typed over


def test_somebody_elses_bundid_does_not_fit(login, citizen, resident):
    browser = login(citizen)
    answer = come_in(browser, step_up=True, trust="high", who="maria", level="4", follow=True)
    assert "passt nicht zu diesem Konto" in message_of(answer) and not ExternalIdentity.objects.exists()
    assert trust_of(browser, citizen) == Trust.BASIC


def reauthenticated(browser):
    browser.post("/konto/reauthenticate/", {"password": "geheim-genug-1"})


def test_a_sign_in_moves_only_by_proof_of_both_and_leaves_nobody_outside(login, other_citizen):
    Person.objects.filter(account=other_citizen).delete()
    first = register(Client(), who="maria")
    browser = login(other_citizen)
    assert come_in(browser, step_up=True, who="maria", level="4")["Location"] == "/konto/verbinden/"
    assert "reauthenticate" in browser.get("/konto/verbinden/")["Location"]  # an old session alone is no proof
    reauthenticated(browser)
    assert "öffnet bisher ein anderes Konto" in page_of(browser, "/konto/verbinden/")
    stuck = browser.post("/konto/verbinden/")
    assert stuck.status_code == 409 and "nicht mehr hinein" in unescape(stuck.content.decode())
    assert ExternalIdentity.objects.get().account == first
    EmailAddress.objects.create(user=first, email="maria@example.org", verified=True, primary=True)
    assert browser.post("/konto/verbinden/").status_code == 302
    assert ExternalIdentity.objects.get().account == other_citizen
    assert "proof" not in browser.session and browser.get("/konto/verbinden/").status_code == 302


def test_only_the_owner_separates_and_never_the_last_way_in(login, other_citizen):
    browser = Client()
    register(browser, who="maria")
    row = ExternalIdentity.objects.get()
    stranger = login(other_citizen)
    reauthenticated(stranger)
    assert stranger.post(f"/konto/verbindungen/{row.pk}/trennen/").status_code == 404
    answer = browser.post(f"/konto/verbindungen/{row.pk}/trennen/", follow=True)
    assert "einziger Weg" in message_of(answer) and ExternalIdentity.objects.exists()
    EmailAddress.objects.create(user=row.account, email="maria@example.org", verified=True, primary=True)
    browser.post(f"/konto/verbindungen/{row.pk}/trennen/")
    assert not ExternalIdentity.objects.exists() and Person.objects.get(account=row.account).proved
    assert browser.post("/konto/verbindungen/999999999999999999999999999999/trennen/").status_code == 404


def test_a_weak_proof_does_not_go_around_the_second_step():
    account = register(Client(), who="maria")
    Authenticator.objects.create(user=account, type="totp", data={"secret": "x"})
    weak, strong = Client(), Client()
    assert "zwei-faktor/authenticate" in come_in(weak, who="maria", level="1")["Location"]
    assert weak.get("/konto/uebersicht/").status_code == 302
    assert come_in(strong, who="maria", level="4")["Location"] == "/konto/angaben/"


def test_a_closed_account_is_not_opened(login):
    account = register(Client(), who="maria")
    Account.objects.filter(pk=account.pk).update(is_active=False)
    browser = Client()
    come_in(browser, who="maria", level="4")
    assert browser.post("/konto/erstes-mal/")["Location"] == "/konto/login/"
    assert browser.get("/konto/uebersicht/").status_code == 302 and Account.objects.count() == 1


def test_a_new_name_under_the_same_pseudonym_is_a_new_name(monkeypatch):
    account = register(Client(), who="maria")
    married = {**people.of("people"), "maria": {**people.of("people")["maria"], "family_name": "García Núñez"}}
    monkeypatch.setattr(people, "of", lambda name: married)
    assert come_in(Client(), who="maria", level="4")["Location"] == "/konto/angaben/"
    account.refresh_from_db()
    assert account.name == "María José García Núñez" and Person.objects.get().family_name == "García Núñez"


def test_nobody_loses_an_account_to_two_tabs():
    browser = Client()
    come_in(browser, who="maria", level="4")
    session = browser.session
    waiting = session["proof"]
    register(Client(), who="maria")  # the other tab, in another browser
    session["proof"] = waiting
    session.save()
    assert browser.post("/konto/erstes-mal/")["Location"] == "/konto/login/" and Account.objects.count() == 1


# Companies


def test_the_organisation_account_leads_to_the_company_and_acts_for_it():
    known = Company.objects.create(
        name="Nordlicht Tiefbau GmbH", register_number="HRB 4711", street="Industriestraße", house_number="3", postcode="49999"
    )
    browser = Client()
    account = register(browser, "4711b2d7f8e94c6a8a5e3d4b", "3", "organisation")
    membership = Membership.objects.get()
    assert (membership.company, membership.account, membership.role) == (known, account, "OWNER")
    known.refresh_from_db()
    assert known.account_key == "du-4711b2d7f8e94c6a8a5e3d4b" and browser.session["acting_for"] == known.pk
    assert trust_of(browser, account) == Trust.BASIC  # who the company is, not who the person is
    again = Client()
    assert come_in(again, "organisation", who="4711b2d7f8e94c6a8a5e3d4b", level="3")["Location"] == "/konto/angaben/"
    assert again.session["acting_for"] == known.pk


def test_a_similar_company_is_another_one():
    Company.objects.create(name="Nordlicht Tiefbau GmbH", register_number="HRB 4711", street="Hafenstraße", postcode="28195")
    register(Client(), "4711b2d7f8e94c6a8a5e3d4b", "3", "organisation")
    assert Company.objects.count() == 2 and Membership.objects.get().company.street == "Industriestraße"


def test_a_person_joins_a_company_to_the_account_and_leaves_it_again(login, other_citizen):
    browser = login(other_citizen)
    come_in(browser, "organisation", who="9903c3e8a7f05d5b7c4f4e5a", level="3")
    assert Membership.objects.get(account=other_citizen).company.name.startswith("Deichblick")
    assert Person.objects.get(account=other_citizen).given_names == "Otto"  # who acts for it is not who owns the account
    EmailAddress.objects.create(user=other_citizen, email=other_citizen.email, verified=True, primary=True)
    reauthenticated(browser)
    browser.post(f"/konto/verbindungen/{other_citizen.identities.get().pk}/trennen/")
    assert not Membership.objects.exists()


def test_the_organisation_account_with_a_password_alone_is_too_weak():
    answer = come_in(Client(), "organisation", who="9903c3e8a7f05d5b7c4f4e5a", level="1", follow=True)
    assert "Vertrauensniveau „niedrig“" in message_of(answer)


# Staff


@pytest.fixture
def directory(monkeypatch):
    """The simulator answers our program's own calls without a network."""

    def call(request: httpx.Request) -> httpx.Response:
        browser = Client()
        extra = {"authorization": request.headers["Authorization"]} if "Authorization" in request.headers else {}
        if request.method == "GET":
            told = browser.get(request.url.path)
        else:
            told = browser.generic(
                "POST", request.url.path, request.content, "application/x-www-form-urlencoded", headers=extra
            )
        return httpx.Response(told.status_code, content=told.content)

    monkeypatch.setattr(openid, "TRANSPORT", httpx.MockTransport(call))


def staff_in(browser, email, **choice):
    answer = browser.post("/konto/anmelden-mit/", {"means": "staff", "next": "/vorgang/schreibtisch/"})
    page = browser.get(answer["Location"])
    assert 'method="get" action="http://localhost:8000/konto/demo/verzeichnis/"' in page.content.decode()
    question = fields(browser.get("/konto/demo/verzeichnis/", fields(page)))["question"]
    back = browser.post("/konto/demo/verzeichnis/", {"question": question, "who": email, **choice})["Location"]
    return browser.get("/" + back.split("/", 3)[3])


def test_the_directory_opens_the_workplace_and_counts_as_second_step_only_if_it_says_so(directory, clerk, settings):
    settings.STAFF_SECOND_FACTOR = True
    Account.objects.filter(pk=clerk.account_id).update(email="petra.sommer@demo.musterstadt.example")
    browser = Client()
    assert staff_in(browser, "petra.sommer@demo.musterstadt.example", mfa="yes")["Location"] == "/vorgang/schreibtisch/"
    assert browser.get("/vorgang/schreibtisch/").status_code == 200
    assert clerk.account.identities.get().means == "staff"
    Account.objects.filter(pk=clerk.account_id).update(email="petra.neu@stadt.example")  # from now on by the stored subject
    weak = Client()
    staff_in(weak, "petra.sommer@demo.musterstadt.example")
    assert weak.get("/vorgang/schreibtisch/")["Location"] == "/konto/zwei-faktor/"


def test_nobody_without_a_workplace_comes_in_by_the_directory(directory, citizen, clerk):
    Account.objects.filter(pk=citizen.pk).update(email="ruth.krause@demo.musterstadt.example")  # a citizen's address
    browser = Client()
    staff_in(browser, "ruth.krause@demo.musterstadt.example", mfa="yes")
    assert "keinen Arbeitsplatz" in message_of(browser.get("/konto/login/"))
    assert browser.get("/konto/uebersicht/").status_code == 302 and Account.objects.count() == 2


def test_who_left_the_office_comes_in_no_more(directory, clerk):
    Account.objects.filter(pk=clerk.account_id).update(email="petra.sommer@demo.musterstadt.example")
    staff_in(Client(), "petra.sommer@demo.musterstadt.example")
    clerk.delete()
    browser = Client()
    staff_in(browser, "petra.sommer@demo.musterstadt.example")
    assert browser.get("/konto/uebersicht/").status_code == 302


@pytest.mark.parametrize(("do", "words"), [("access_denied", "abgebrochen"), ("server_error", "antwortet gerade nicht")])
def test_the_directory_says_no(directory, do, words):
    browser = Client()
    staff_in(browser, "x", do=do)
    assert words in message_of(browser.get("/konto/login/"))


def test_a_directory_that_is_away_is_said(monkeypatch):
    monkeypatch.setattr(openid, "TRANSPORT", httpx.MockTransport(lambda request: httpx.Response(503)))
    answer = Client().post("/konto/anmelden-mit/", {"means": "staff", "next": "https://boese.example/"}, follow=True)
    assert "antwortet gerade nicht" in message_of(answer) and "boese" not in answer.content.decode()


# The pages


def test_the_sign_in_page_offers_what_works_and_says_what_does_not(client, settings):
    page = page_of(client, "/konto/login/?next=/konto/angaben/")
    assert all(f"Weiter mit: {name}" in page for name in ("BundID", "Mein Unternehmenskonto", "Anmeldung der Stadtverwaltung"))
    assert "Mit Passkey anmelden" in page
    settings.MODE = "production"
    page = page_of(client, "/konto/login/")
    assert page.count("nicht verbunden") == 3 and "Weiter mit" not in page
    assert "noch nicht angeschlossen" in message_of(client.post("/konto/anmelden-mit/", {"means": "bundid"}, follow=True))
    assert client.get("/konto/saml/bundid/metadata.xml").status_code == 404


def test_ways_in_are_listed_together(login, citizen):
    page = page_of(login(citizen), "/konto/uebersicht/")
    assert "E-Mail-Adresse und Passwort" in page and "Noch kein Passkey" in page and "BundID verbinden" in page


@pytest.mark.parametrize(
    "means", ["", "demo", "nichts", "\x00", "staff\ud800".encode("utf-8", "surrogatepass").decode("latin-1")]
)
def test_unknown_means_lead_nowhere(client, means):
    assert client.post("/konto/anmelden-mit/", {"means": means}).status_code == 302


def test_the_saved_people_are_understood():
    if not (SAVED / "bundid-sim-users.yml").exists():
        pytest.skip("the saved data are not here")
    yaml = pytest.importorskip("yaml")
    listed = yaml.safe_load((SAVED / "bundid-sim-users.yml").read_text(encoding="utf-8"))["users"]
    numbers = yaml.safe_load((SAVED / "bundid-field-definitions.yml").read_text(encoding="utf-8"))["fields"]
    names = {one["name"]: one["attributes"]["name"] for one in numbers}  # with their stray blanks
    assert len(listed) == 9
    for one in listed:
        told = [idp.Attribute(names[key], str(value)) for key, value in one.items() if key in names and value]
        us, them, now = ourselves("bundid"), partner("bundid"), timezone.now()
        story = idp.story("_q", us, them, "STORK-QAA-Level-4", told, now)
        packed = idp.pack(idp.signed(story, keys.simulator("bundid")))
        identity = bundid.understand(answer.read(packed, us, them, keys.own(), now))
        assert identity.subject == one["bpk2"] and identity.facts["family_name"] == one["surname"]
        assert identity.facts["birth_date"].isoformat() == str(one["birthdate"])
        assert ("street" in identity.facts) == ("postalAddress" in one)


def test_the_cast_is_what_it_says():
    cast = people.of("people")
    assert len(cast) == 12 and len({one["mail"] for one in cast.values() if "mail" in one}) > 6
    personas = {one["email"]: one for one in city().raw["personas"]}
    for one in cast.values():
        if known := personas.get(one.get("persona", "")):
            shared = ("given_names", "family_name", "birth_date", "street", "house_number")
            assert {name: one[name] for name in shared} == {name: known[name] for name in shared}
    companies = tomllib.loads((city().folder / "seed" / "people.toml").read_text(encoding="utf-8"))["companies"]
    assert {one["name"] for one in companies} & {one["name"] for one in people.of("organisations").values()}
    assert {load.NAME for load in map(adapters.load, adapters.KNOWN)} == set(adapters.KNOWN)


@pytest.mark.parametrize(
    ("written", "street", "number"),
    [("Lindenstraße 12 a", "Lindenstraße", "12 a"), ("Straße des 17. Juni 135", "Straße des 17. Juni", "135"),
     ("Am Deich", "Am Deich", ""), ("12 Rue Haute", "12 Rue Haute", ""),
     ("Äußere Brücker Straße 9b", "Äußere Brücker Straße", "9b")],
)  # fmt: skip
def test_an_address_is_divided_at_its_number(written, street, number):
    assert bundid.divided(written) == (street, number)


def test_choosing_nobody_at_the_simulator_is_asked_again():
    browser = Client()
    sent = leave(browser)
    page = browser.post("/konto/demo/anbieter/bundid/", sent)
    answer = browser.post(
        "/konto/demo/anbieter/bundid/", {"question": fields(page)["question"], "who": "niemand", "level": "7"}
    )
    assert answer.status_code == 400 and "Wählen Sie" in answer.content.decode()
    assert browser.post("/konto/demo/anbieter/bundid/", {"SAMLRequest": "x"}).status_code == 400
    assert choose(browser, "bundid", sent, who="maria", level="4")["SAMLResponse"]
