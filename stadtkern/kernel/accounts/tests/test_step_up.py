"""More trust in the middle of a form: every way it can go wrong, said clearly, with nothing lost."""

import base64
from datetime import timedelta
from html import unescape

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from lxml import etree

from stadtkern.kernel.accounts import stepup
from stadtkern.kernel.accounts.actions import forget_answers
from stadtkern.kernel.accounts.models import Answer, Trust
from stadtkern.kernel.accounts.saml import keys, signatures
from stadtkern.kernel.accounts.saml.partner import ourselves
from stadtkern.kernel.accounts.saml.request import UI
from stadtkern.kernel.accounts.saml.xml import AKDB, MD, SAML, SAMLP, parse, unpack

from .elsewhere import bring_back, choose, come_in, leave
from .test_trust import message_of, trust_of

TARGET = "/konto/angaben/?schritt=2"


@pytest.fixture(autouse=True)
def no_memory_of_attempts(db):
    cache.clear()


@pytest.fixture
def browser(login, other_citizen):
    other_citizen.person.delete()  # nothing proved yet
    return login(other_citizen)


def sent_for(browser, trust="high"):
    return leave(browser, step_up=True, target=TARGET, trust=trust)


def way_is_kept(answer) -> bool:
    return f'name="next" value="{TARGET}"' in unescape(answer.content.decode())


@pytest.mark.parametrize(
    ("choice", "words"),
    [
        ({"do": "cancelled"}, "abgebrochen"),
        ({"do": "timeout"}, "zu lange gedauert"),
        ({"do": "error"}, "nicht gültig"),
        ({"do": "level"}, "„niedrig“, nötig ist „hoch“. Nehmen Sie dort den Online-Ausweis."),
        ({"who": "maria", "level": "1"}, "„niedrig“, nötig ist „hoch“. Nehmen Sie dort den Online-Ausweis."),
        ({"who": "maria", "level": "3"}, "„substanziell“, nötig ist „hoch“"),
    ],
)
def test_every_bad_end_says_what_happened_and_keeps_the_way(browser, other_citizen, choice, words):
    answer = come_in(browser, step_up=True, target=TARGET, trust="high", follow=True, **choice)
    assert words in message_of(answer) and way_is_kept(answer)
    assert trust_of(browser, other_citizen) == Trust.BASIC and not other_citizen.identities.exists()


def test_what_was_asked_substantial_takes_substantial_and_high(browser, other_citizen):
    assert come_in(browser, step_up=True, target=TARGET, trust="substantial", who="maria", level="3")["Location"] == TARGET
    assert trust_of(browser, other_citizen) == Trust.SUBSTANTIAL
    assert come_in(browser, step_up=True, target=TARGET, trust="high", who="maria", level="4")["Location"] == TARGET
    assert trust_of(browser, other_citizen) == Trust.HIGH


def test_another_address_on_the_net_on_the_way_back_does_no_harm(browser, other_citizen):
    answer = choose(browser, "bundid", sent_for(browser), who="maria", level="4")
    browser.defaults["REMOTE_ADDR"] = "2001:db8::7"  # the phone left the WLAN
    assert bring_back(browser, "bundid", answer)["Location"] == TARGET
    assert trust_of(browser, other_citizen) == Trust.HIGH


def test_an_answer_counts_once(browser, other_citizen):
    answer = choose(browser, "bundid", sent_for(browser), who="maria", level="4")
    assert bring_back(browser, "bundid", answer)["Location"] == TARGET
    again = bring_back(browser, "bundid", answer, follow=True)
    assert "schon benutzt" in message_of(again)
    row = Answer.objects.get()
    assert row.taken_at and row.sealed == ""
    sent = sent_for(browser, "high")  # trusted already: the door leads on, a new question is a new question
    assert sent["SAMLRequest"] != answer["SAMLResponse"] and forget_answers() == 0
    Answer.objects.update(keep_until=timezone.now() - timedelta(seconds=1))
    assert forget_answers() == 1


def test_a_tampered_answer_gives_nothing(browser, other_citizen):
    answer = choose(browser, "bundid", sent_for(browser), who="maria", level="4")
    text = base64.b64decode(answer["SAMLResponse"])
    assert b"Sevilla" in text
    text = text.replace(b"Sevilla", b"Cordoba")
    back = bring_back(browser, "bundid", {"SAMLResponse": base64.b64encode(text).decode()}, follow=True)
    assert "nicht gültig" in message_of(back) and way_is_kept(back)
    assert trust_of(browser, other_citizen) == Trust.BASIC


def test_an_answer_nobody_asked_for_opens_nothing(browser, other_citizen):
    other = Client()
    answer = choose(other, "bundid", leave(other), who="maria", level="4")  # the attacker's own, for his own question
    back = bring_back(browser, "bundid", answer, follow=True)  # pressed on the victim
    assert "schon benutzt" in message_of(back) and not other_citizen.identities.exists()
    assert bring_back(other, "bundid", answer)["Location"].startswith("/konto/login/")  # once is once


def test_the_key_of_an_answer_is_worth_nothing_in_another_browser(browser, other_citizen):
    thief = Client()
    mine, his = sent_for(browser), leave(thief)
    posted = Client().post("/konto/saml/bundid/", choose(browser, "bundid", mine, who="maria", level="4"))
    key = posted["Location"].split("key=")[1]
    assert thief.get(posted["Location"], follow=True).request["PATH_INFO"] == "/konto/login/"
    thief.get(f"/konto/ausweisen/zurueck/?state={his['RelayState']}&key={key}")  # another question's state with this key
    assert thief.get("/konto/uebersicht/").status_code == 302
    assert browser.get(posted["Location"])["Location"] == TARGET  # and the owner still gets in


def test_two_tabs_may_ask_at_once(browser, other_citizen):
    first, second = leave(browser, step_up=True, target="/konto/angaben/", trust="high"), sent_for(browser)
    late = choose(browser, "bundid", second, who="maria", level="4")
    early = choose(browser, "bundid", first, who="maria", level="4")
    assert bring_back(browser, "bundid", late)["Location"] == TARGET
    assert bring_back(browser, "bundid", early)["Location"] == "/konto/angaben/"


def test_only_five_questions_are_remembered(browser):
    sent = [sent_for(browser) for _ in range(7)]
    assert len(browser.session["identify"]) == 5
    assert "schon benutzt" in message_of(
        bring_back(browser, "bundid", choose(browser, "bundid", sent[0], who="maria", level="4"), True)
    )


def test_the_back_button_starts_nothing_by_itself(browser):
    sent = sent_for(browser)
    page = f"/konto/weiter/?state={sent['RelayState']}"
    assert browser.get(page).status_code == 200  # the form again, waiting for a click
    bring_back(browser, "bundid", choose(browser, "bundid", sent, who="maria", level="4"))
    assert "abgeschlossen" in message_of(browser.get(page, follow=True))


def test_a_session_that_ended_meanwhile_is_said_and_nobody_is_signed_in(browser):
    answer = choose(browser, "bundid", sent_for(browser), who="maria", level="4")
    Session.objects.all().delete()
    back = bring_back(browser, "bundid", answer, follow=True)
    assert back.request["PATH_INFO"] == "/konto/login/" and "Sitzung ist inzwischen zu Ende" in message_of(back)


def test_somebody_else_signed_in_meanwhile_gets_nothing(browser, citizen, other_citizen):
    answer = choose(browser, "bundid", sent_for(browser), who="maria", level="4")
    session = browser.session
    kept = session["identify"]
    browser.force_login(citizen, backend="stadtkern.kernel.accounts.sign_in.Backend")
    session = browser.session
    session["identify"] = kept
    session.save()
    back = bring_back(browser, "bundid", answer, follow=True)
    assert "inzwischen jemand anderes angemeldet" in message_of(back) and not citizen.identities.exists()


def test_a_question_older_than_a_quarter_of_an_hour_is_over(browser, monkeypatch):
    sent = sent_for(browser)
    monkeypatch.setattr(stepup, "SECONDS", -1)
    back = bring_back(browser, "bundid", choose(browser, "bundid", sent, who="maria", level="4"), follow=True)
    assert "zu lange gedauert" in message_of(back) and way_is_kept(back)


def test_a_kept_answer_not_fetched_in_five_minutes_is_over(browser):
    posted = Client().post("/konto/saml/bundid/", choose(browser, "bundid", sent_for(browser), who="maria", level="4"))
    Answer.objects.update(created_at=timezone.now() - timedelta(minutes=6))
    assert "nicht gültig" in message_of(browser.get(posted["Location"], follow=True))


def test_the_page_between_lets_its_form_go_there_and_nowhere_else(browser, settings):
    answer = browser.post("/konto/ausweisen/los/", {"means": "bundid", "trust": "high", "next": TARGET})
    page = browser.get(answer["Location"])
    assert "form-action 'self' http://localhost:8000" in page["Content-Security-Policy"]
    assert "form-action 'self';" in browser.get("/konto/angaben/")["Content-Security-Policy"] + ";"


# Our question, and who we are


def test_our_question_is_signed_and_says_what_bundid_wants_to_know(browser):
    root = parse(unpack(sent_for(browser, "substantial")["SAMLRequest"]))
    signatures.verify(root.find(f"{{{'http://www.w3.org/2000/09/xmldsig#'}}}Signature"), (keys.own().certificate,))
    assert [etree.QName(child).localname for child in root] == [
        "Issuer", "Signature", "Extensions", "NameIDPolicy", "RequestedAuthnContext",
    ]  # fmt: skip
    asked = root.find(f"{{{SAMLP}}}Extensions/{{{AKDB}}}AuthenticationRequest")
    assert asked.get("Version") == "2"
    methods = [etree.QName(node).localname for node in asked.find(f"{{{AKDB}}}AuthnMethods")]
    assert methods == ["Elster", "eID", "eIDAS", "FINK"]  # a password would not do
    wanted = {node.get("Name"): node.get("RequiredAttribute") for node in asked.iter(f"{{{AKDB}}}RequestedAttribute")}
    assert wanted["urn:oid:1.3.6.1.4.1.25484.494450.3"] == "true" and wanted["urn:oid:2.5.4.18"] == "false"
    assert asked.findtext(f".//{{{UI}}}OnlineServiceId") == "STADTKERN-DEMO"
    context = root.find(f"{{{SAMLP}}}RequestedAuthnContext")
    assert context.get("Comparison") == "minimum"
    assert context.findtext(f"{{{SAML}}}AuthnContextClassRef") == "STORK-QAA-Level-3"


def test_metadata_says_where_answers_go_and_that_they_must_be_signed(client):
    answer = client.get("/konto/saml/bundid/metadata.xml")
    root = parse(answer.content)
    us = ourselves("bundid")
    described = root.find(f"{{{MD}}}SPSSODescriptor")
    assert root.get("entityID") == us.entity and described.get("WantAssertionsSigned") == "true"
    assert described.get("AuthnRequestsSigned") == "true"
    assert described.find(f"{{{MD}}}AssertionConsumerService").get("Location") == us.address
    assert {node.get("use") for node in described.iter(f"{{{MD}}}KeyDescriptor")} == {"signing", "encryption"}
