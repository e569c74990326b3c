"""Trust: what a session is worth, how it is raised, and every way a proof of identity can end."""

import re
import uuid
from datetime import date, timedelta
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils import timezone

from stadtkern.kernel.accounts import access, adapters, stepup
from stadtkern.kernel.accounts.actions import IdentityTaken, issue_demo_card, link_resident
from stadtkern.kernel.accounts.models import Person, Trust
from stadtkern.kernel.accounts.sign_in import Backend
from stadtkern.kernel.events.models import Event

TARGET = "/konto/angaben/?schritt=2"


def trust_of(browser, account) -> Trust:
    request = RequestFactory().get("/")
    request.session, request.user = browser.session, Backend().get_user(account.pk)
    return access.actor_of(request).trust


def reader(browser, target=TARGET, trust="high"):
    """Walk up to the card reader; returns the signed question."""
    answer = browser.post("/konto/ausweisen/los/", {"next": target, "trust": trust})
    return parse_qs(urlsplit(answer["Location"]).query)["question"][0]


def show_card(browser, question, key, pin="123456", **more):
    return browser.post("/konto/demo/ausweis/", {"question": question, "card": str(key), "pin": pin, **more})


def message_of(answer) -> str:
    return unescape(re.search(r'sk-messages.*?kern-title">(.*?)<', answer.content.decode(), re.S)[1])


def test_a_password_is_worth_basic_and_no_more(login, citizen):
    browser = login(citizen)
    assert trust_of(browser, citizen) == Trust.BASIC
    session = browser.session
    session["trust"] = int(Trust.HIGH)  # without an end it counts for nothing
    session.save()
    assert trust_of(browser, citizen) == Trust.BASIC


def test_a_card_and_a_pin_raise_trust_for_half_an_hour_and_lead_back(login, citizen, resident):
    browser = login(citizen)
    question = reader(browser)
    answer = show_card(browser, question, resident.key)
    answer = browser.get(answer["Location"])
    assert answer["Location"] == TARGET and trust_of(browser, citizen) == Trust.HIGH
    assert Event.objects.filter(name="account.trust_raised").count() == 1
    session = browser.session
    assert 1700 < session["trust_until"] - timezone.now().timestamp() <= 1800
    session["trust_until"] = timezone.now().timestamp() - 1
    session.save()
    assert trust_of(browser, citizen) == Trust.BASIC


def test_a_proof_links_a_new_account_and_fills_in_the_person(login, other_citizen):
    key = uuid.uuid4()
    issue_demo_card(
        key, given_names="Anna", family_name="Ærø", birth_date=date(1990, 1, 2), street="Am Deich", town="Musterstadt"
    )
    browser = login(other_citizen)
    answer = show_card(browser, reader(browser), key)
    browser.get(answer["Location"])
    person = Person.objects.get(account=other_citizen)
    assert (person.register_key, person.proved_by, person.proved_trust) == (key, "demo", Trust.HIGH)
    assert (person.family_name, person.birth_date, person.street) == ("Ærø", date(1990, 1, 2), "Am Deich")
    other_citizen.refresh_from_db()
    assert other_citizen.name == "Anna Ærø"


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ("cancelled", "abgebrochen"),
        ("timeout", "zu lange gedauert"),
        ("pin_blocked", "dreimal falsch"),
        ("forged", "nicht gültig"),
    ],
)
def test_every_bad_end_says_what_happened_and_keeps_the_way_back(login, citizen, resident, how, words):
    browser = login(citizen)
    question = reader(browser)
    if how == "pin_blocked":
        for left in (2, 1):
            answer = show_card(browser, question, resident.key, pin="000000")
            assert answer.status_code == 400 and f"Noch {'ein' if left == 1 else left} Versuch" in answer.content.decode()
        back = show_card(browser, question, resident.key, pin="000000")["Location"]
    elif how == "forged":
        back = show_card(browser, question, resident.key)["Location"].replace("answer=", "answer=x")
    else:
        back = browser.post("/konto/demo/ausweis/", {"question": question, "do": how})["Location"]
    answer = browser.get(back, follow=True)
    assert words in message_of(answer) and trust_of(browser, citizen) == Trust.BASIC
    assert f'name="next" value="{TARGET}"' in unescape(answer.content.decode())


def test_an_answer_counts_once_and_only_in_the_browser_that_asked(login, citizen, other_citizen, resident):
    browser = login(citizen)
    back = show_card(browser, reader(browser), resident.key)["Location"]
    thief = login(other_citizen)
    assert "schon benutzt" in message_of(thief.get(back, follow=True))
    assert trust_of(thief, other_citizen) == Trust.BASIC
    browser.get(back)
    assert "schon benutzt" in unescape(browser.get(back, follow=True).content.decode())  # back button


def test_two_tabs_may_ask_at_once(login, citizen, resident):
    browser = login(citizen)
    first, second = reader(browser, "/konto/angaben/"), reader(browser, "/konto/vertretung/")
    assert browser.get(show_card(browser, first, resident.key)["Location"])["Location"] == "/konto/angaben/"
    assert browser.get(show_card(browser, second, resident.key)["Location"])["Location"] == "/konto/vertretung/"


def test_somebody_elses_card_does_not_open_this_account(login, citizen, other_citizen, resident):
    browser = login(other_citizen)
    person = other_citizen.person
    person.register_key = uuid.uuid4()
    person.save()
    sample = issue_demo_card(uuid.uuid4(), given_names="Eva", family_name="Fremd", birth_date=date(1990, 1, 1))
    answer = browser.get(show_card(browser, reader(browser), sample.register_key)["Location"], follow=True)
    assert "passt nicht zu diesem Konto" in message_of(answer)
    assert trust_of(browser, other_citizen) == Trust.BASIC and other_citizen.person.given_names == "Otto"
    assert show_card(browser, reader(browser), resident.key).status_code == 400  # not on the table at all


def test_one_person_has_one_account(citizen, other_citizen, resident):
    with pytest.raises(IdentityTaken):
        link_resident(other_citizen, resident.key, "demo", Trust.HIGH)
    assert Person.objects.get(account=other_citizen).register_key is None
    link_resident(citizen, resident.key, "demo", Trust.HIGH)  # again is no change


def test_an_old_question_is_worth_nothing(login, citizen, resident, monkeypatch):
    browser = login(citizen)
    question = reader(browser)
    later = timezone.now().timestamp() + 1000
    monkeypatch.setattr("django.core.signing.time.time", lambda: later)
    answer = show_card(browser, question, resident.key)
    assert answer.status_code == 400 and "abgelaufen" in answer.content.decode()


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "\\\\evil.example", ""])
def test_the_way_back_stays_in_the_house(login, citizen, resident, target):
    browser = login(citizen)
    back = show_card(browser, reader(browser, target), resident.key)["Location"]
    assert browser.get(back)["Location"] == "/meine-stadt/"


@pytest.mark.parametrize("query", ["", "?state=x", "?state=%00&answer=%00", "?answer=a&error=b", "?state[]=1"])
def test_a_made_up_answer_is_no_error_of_ours(login, citizen, query):
    answer = login(citizen).get(f"/konto/ausweisen/zurueck/{query}", follow=True)
    assert answer.status_code == 200 and "schon benutzt" in message_of(answer)


@pytest.mark.parametrize("question", ["", "x", "\x00", "a:b:c"])
def test_a_made_up_question_is_refused(login, citizen, question):
    answer = login(citizen).post("/konto/demo/ausweis/", {"question": question, "card": "1", "pin": "1"})
    assert answer.status_code == 400


def test_the_page_is_honest_about_what_works(login, citizen):
    page = login(citizen).get("/konto/ausweisen/?trust=high&next=/konto/angaben/").content.decode()
    assert "Demo-Ausweis" in page and "Weiter mit: BundID" in page and "Bürgeramt" in page
    assert "Unmittelbar ist er hier nicht verbunden" in page  # no card reader of our own


def test_without_a_provider_the_page_offers_the_counter(login, citizen, monkeypatch):
    monkeypatch.setattr(adapters, "offered", list)
    monkeypatch.setattr(stepup, "offered", list)
    browser = login(citizen)
    page = browser.get("/konto/ausweisen/?trust=high").content.decode()
    assert "Demo-Ausweis" not in page and "nicht verbunden" in page and "Bürgeramt" in page
    assert browser.post("/konto/ausweisen/los/", {})["Location"] == "/konto/ausweisen/"


def test_require_lets_through_or_shows_the_way(rf, citizen, client):
    def asked(account, wanted, **session):
        request = rf.post("/vorgang/X/senden/?a=1")
        request.user = Backend().get_user(account.pk) if account else AnonymousUser()
        request.session = {**session}
        return stepup.require(request, wanted)

    assert asked(None, Trust.NONE) is None and asked(citizen, Trust.BASIC) is None
    assert asked(None, Trust.BASIC)["Location"] == "/konto/login/?next=/vorgang/X/senden/%3Fa%3D1"
    assert asked(citizen, Trust.HIGH)["Location"] == "/konto/ausweisen/?trust=high&next=%2Fvorgang%2FX%2Fsenden%2F%3Fa%3D1"
    until = (timezone.now() + timedelta(minutes=5)).timestamp()
    assert asked(citizen, Trust.HIGH, trust=4, trust_until=until) is None
    assert asked(citizen, Trust.HIGH, trust=3, trust_until=until) is not None


# Staff


def test_no_desk_by_password_alone(login, clerk, settings):
    settings.STAFF_SECOND_FACTOR = True
    browser = login(clerk.account)
    for path in ("/vorgang/schreibtisch/", "/konto/schluessel/"):
        assert browser.get(path)["Location"] == "/konto/zwei-faktor/"
    assert browser.get("/api/v1/desk/cases").status_code == 403  # a citizen, as far as anybody can see
    session = browser.session
    session["account_authentication_methods"] = [{"method": "password", "at": 1}, {"method": "mfa", "at": 2}]
    session.save()
    assert browser.get("/vorgang/schreibtisch/").status_code == 200
    assert browser.get("/api/v1/desk/cases").status_code == 200


def test_citizens_may_choose(login, citizen, settings):
    settings.STAFF_SECOND_FACTOR = True
    assert login(citizen).get("/konto/uebersicht/").status_code == 200


# Deny by default


def test_a_view_without_declaration_is_not_served(rf):
    def forgotten(request):
        return HttpResponse("secret")

    guard = access.DenyByDefault(lambda request: HttpResponse())
    for view in (forgotten, lambda request: None, type("Odd", (), {"__call__": forgotten})()):
        with pytest.raises(PermissionDenied):
            guard.process_view(rf.get("/"), view, (), {})


def test_similar_names_of_packages_are_not_let_in():
    def evil(request):
        return HttpResponse()

    for module in ("ninja_evil.views", "allauth.account.viewsx", "xallauth.mfa", ""):
        evil.__module__ = module
        assert access.access_of(evil) is None


def test_members_pages_of_packages_send_visitors_to_sign_in(client):
    for path in ("/konto/zwei-faktor/", "/konto/sitzungen/", "/konto/zwei-faktor/webauthn/"):
        assert client.get(path)["Location"].startswith("/konto/login/")
