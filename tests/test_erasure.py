"""Erasure that really erases: a person with distinctive values goes through real doors, and nothing is found afterwards."""

import io
import re
from datetime import date
from pathlib import Path

import pikepdf
import pytest
from allauth.account.models import EmailAddress
from django.conf import settings as conf
from django.core import mail
from django.test import Client

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.actions import close_account
from stadtkern.kernel.accounts.models import Account, Person, Trust
from stadtkern.kernel.cases import actions as cases
from stadtkern.kernel.cases.models import Case, Status
from stadtkern.kernel.city.models import Office
from stadtkern.kernel.documents import actions as documents
from stadtkern.kernel.documents.models import Content, Document, Upload
from stadtkern.kernel.events.models import Event
from stadtkern.kernel.inbox.models import Message
from stadtkern.kernel.payments.adapters import demo
from stadtkern.kernel.payments.models import Payment
from stadtkern.kernel.privacy import actions as privacy
from stadtkern.kernel.privacy import erasure, keys
from stadtkern.kernel.privacy.erasing import journal
from stadtkern.kernel.privacy.models import Erasure, Key
from stadtkern.kernel.registers import actions as registers
from stadtkern.kernel.registers.models import Household, Resident, Vehicle
from stadtkern.kernel.services import catalogue

from . import traces

# Letters of DIN 91379 that fall apart, fold to two, or do not decompose at all.
WHO = {
    "given_names": "Ľubošťa Þórbjørg",
    "family_name": "Żółkiewska-Grüßenbacher",
    "birth_date": "1971-03-07",
    "street": "Quittenallee am Wombatteich",
    "email": "l.zolk@lurchmail.example",
    "iban": "DE02120300000000202051",
    "phone": "0471 5550193",
    "request": "Purpurwal im Vorgarten",
    "file_name": "zebrafinkbeleg",
    "file_text": "Nashornrechnung Nummer vier",
    "letter": "Karfunkel frage ich nach",
    "token": "Tapirschlüssel",
    "device": "OkapiBrowser/9.1",
    "draft": "Mufflonentwurf",
    "reason": "Weil der Okapibulle bellt",
    "item": "Dugongurkunde",
    "recipient": "Frau Axolotl",
    "plate": "MS-ZQ 7719",
}
PASSWORD = "geheim-genug-1"


def pdf_saying(text: str) -> bytes:
    pdf = pikepdf.new()
    page = pdf.add_blank_page(page_size=(300, 300))
    name = pikepdf.Name
    font = pdf.make_indirect(pikepdf.Dictionary(Type=name.Font, Subtype=name.Type1, BaseFont=name.Helvetica))
    page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
    page.Contents = pdf.make_stream(f"BT /F1 12 Tf 20 100 Td ({text}) Tj ET".encode())
    out = io.BytesIO()
    pdf.save(out)
    return out.getvalue()


@pytest.fixture
def home(settings, tmp_path):
    settings.HOME = tmp_path
    keys.forget()
    return tmp_path


@pytest.fixture
def wanda(home, offices, transactional_db):
    """The person, in the residents register too; and a browser of theirs."""
    Office.objects.create(key="stadtreinigung", title="Stadtreinigung")
    account = Account(email=WHO["email"])
    account.set_password(PASSWORD)
    account.save()
    EmailAddress.objects.create(user=account, email=account.email, verified=True, primary=True)
    house = Household.objects.create(street=WHO["street"], house_number="77z", postcode="49999", town="Musterstadt")
    entry = Resident.objects.create(
        given_names=WHO["given_names"], family_name=WHO["family_name"], birth_date=WHO["birth_date"], birth_place="Ort",
        sex="w", household=house, moved_in_date=date(2015, 4, 1),
    )  # fmt: skip
    person = Person.objects.create(account=account)
    person.register_key, person.proved_by, person.proved_trust = entry.key, "counter", 3
    person.save()
    Vehicle.objects.create(person_key=entry.key, plate=WHO["plate"], vin="W0L000051T2123456", make="Opel", model="Corsa",
                           first_registration_date=date(2019, 5, 5), fuel="PETROL")  # fmt: skip
    return account


SUBSIDY = {"power": 800, "price": 64990, "bought_on": "2026-11-02", "rented": False, "address/house_number": "77z"}
BULKY = {"items[0]": "furniture", "volume": 7, "address/house_number": "77z", "date": "2029-12-04"}
PLACE = {"address/postcode": "49999", "address/town": "Musterstadt", "address/street": WHO["street"]}


def applied(browser: Client, token: str, service: str, answers: dict, *, submit: bool) -> Case:
    """An application through the interface for programs."""
    body = {"service": service, "answers": answers, "submit": submit}
    answer = browser.post("/api/v1/cases", body, "application/json", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 201, answer.json()
    return Case.objects.get(reference=answer.json()["reference"])


def lives(wanda: Account, clerk, run_jobs) -> dict[str, Case]:
    """Everything a citizen does, through doors."""
    browser = Client(headers={"User-Agent": WHO["device"]})
    assert browser.post("/konto/login/", {"login": WHO["email"], "password": PASSWORD}).status_code == 302
    profile = {"street": WHO["street"], "house_number": "77z", "postcode": "49999", "town": "Musterstadt"}
    assert browser.post("/konto/angaben/", profile).status_code == 302
    browser.post("/konto/reauthenticate/", {"password": PASSWORD})
    page = browser.post("/konto/schluessel/", {"title": WHO["token"], "days": 30}).content.decode()
    token = re.search(r"stk_[\w-]+", page)[0]
    _vault(browser)
    made = {"granted": _request(browser, token), "sent": _subsidy(browser, token), "fee": _fee(browser, token, run_jobs)}
    made["draft"] = applied(browser, token, "balkonkraftwerk_foerderung", {"person/family_name": WHO["draft"]}, submit=False)
    with_file(browser, token, made["draft"], "invoice")
    actor = Actor(wanda)
    key = wanda.person.register_key
    fields = ["family_name", "given_names", "street"]
    consent = privacy.give_consent(
        actor, account=wanda, purpose="hundesteuer_anmelden", evidence="residents", fields=fields, legal_basis="§ 1", about=""
    )
    found = registers.ask(
        actor, person_key=key, fields=fields, purpose="hundesteuer_anmelden", legal_basis="§ 1", about="", consent=consent
    )
    assert found.values["family_name"] == WHO["family_name"]
    cars = privacy.give_consent(
        actor, account=wanda, purpose="probe", evidence="vehicles", fields=["plate"], legal_basis="§ 1", about=""
    )
    ground = {"person_key": key, "fields": ["plate"], "purpose": "probe", "legal_basis": "§ 1", "about": "", "consent": cars}
    assert registers.ask(Actor(wanda, trust=Trust.HIGH), evidence="vehicles", **ground).proof
    _decide(made["granted"], clerk)
    run_jobs()
    assert browser.get("/meine-stadt/").status_code == 200
    for case in made.values():
        case.refresh_from_db()
    found = {name: case.status for name, case in made.items() if name != "sent"}
    assert found == {"granted": Status.CLOSED, "fee": Status.IN_REVIEW, "draft": Status.DRAFT}
    return made


def with_file(browser: Client, token: str, case: Case, path: str) -> None:
    file = io.BytesIO(pdf_saying(WHO["file_text"]))
    file.name = f"{WHO['file_name']}.pdf"
    url = f"/api/v1/cases/{case.reference}/files?path={path}"
    answer = browser.post(url, {"file": file}, headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 201, answer.content


def _vault(browser: Client) -> None:
    """A document of one's own, shown to somebody who looks at it."""
    file = io.BytesIO(pdf_saying(WHO["file_text"]))
    file.name = f"{WHO['file_name']}.pdf"
    assert browser.post("/tresor/hochladen/", {"title": WHO["item"], "kind": "OTHER", "file": file}).status_code == 302
    told = {"what": "ADDRESS", "recipient": WHO["recipient"], "purpose": "Ansehen", "lasts": "1d", "with_name": "on"}
    page = browser.post("/tresor/teilen/", told).content.decode()
    link, code = re.search(r"/tresor/geteilt/[\w-]+/", page)[0], re.search(r">(\d{3} \d{3})<", page)[1]
    seen = Client(headers={"User-Agent": "Firefox"}).post(link, {"code": code}).content.decode()
    assert WHO["street"] in seen and WHO["family_name"] in seen


def _request(browser: Client, token: str) -> Case:
    """A request in one's own words, with a letter to the office."""
    answers = {f"person/{name}": WHO[name] for name in ("given_names", "family_name", "birth_date")}
    answers |= {**PLACE, "address/house_number": "77z", "request": f"{WHO['request']}!", "contact/phone": WHO["phone"]}
    case = applied(browser, token, "allgemeiner_antrag", answers | {"contact/email": WHO["email"]}, submit=True)
    url = f"/api/v1/cases/{case.reference}/messages"
    answer = browser.post(url, {"body": WHO["letter"]}, "application/json", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 201, answer.json()
    return case


def _subsidy(browser: Client, token: str) -> Case:
    """An application with a file, that another authority decides."""
    who = {f"person/{name}": WHO[name] for name in ("given_names", "family_name")}
    case = applied(browser, token, "balkonkraftwerk_foerderung", who | SUBSIDY | PLACE | {"account": WHO["iban"]}, submit=False)
    with_file(browser, token, case, "invoice")
    sent = browser.post(f"/api/v1/cases/{case.reference}/submit", headers={"Authorization": f"Bearer {token}"})
    assert sent.status_code == 200, sent.json()
    return case


def _fee(browser: Client, token: str, run_jobs) -> Case:
    name = f"{WHO['given_names']} {WHO['family_name']}"
    answers = {**BULKY, **PLACE, "name": name, "contact/email": WHO["email"], "contact/phone": WHO["phone"]}
    case = applied(browser, token, "sperrmuell_anmelden", answers, submit=True)
    run_jobs()
    payment = Payment.objects.get(about=str(case))
    page = browser.post(f"/zahlung/{payment.pk}/bezahlen/")
    assert page.status_code in (200, 302), page.content
    payment.refresh_from_db()
    demo.connect().press(payment.transaction_id, demo.TransactionStatus.PAYED, "CREDITCARD")
    browser.get(f"/zahlung/{payment.pk}/zurueck/")
    run_jobs()
    return case


def _decide(case: Case, clerk) -> None:
    cases.decide(Actor(clerk.account, clerk), Case.objects.get(pk=case.pk), "GRANTED", WHO["reason"])


def unexplained(found: list[traces.Trace], kept: set[int]) -> list[str]:
    """Traces outside what the rules of retention name: the register by its law, files that were sent by theirs."""
    named = {"registers_resident", "registers_household", "registers_vehicle"}
    about = {f"case:{pk}" for pk in kept}
    files = set(Upload.objects.filter(about__in=about).values_list("pk", flat=True))
    papers = set(Document.objects.filter(about__in=about).values_list("pk", flat=True))

    def explained(trace: traces.Trace) -> bool:
        row = trace.row
        return (
            trace.place in named
            or (trace.place == "cases_case" and row["id"] in kept)
            or (trace.place == "cases_decision" and row["case_id"] in kept)
            or (trace.place in ("inbox_message", "documents_document", "documents_upload") and row["about"] in about)
            or (trace.place == "documents_content" and row["document_id"] in papers)
            or (trace.place == "documents_uploadcontent" and row["upload_id"] in files)
        )

    return [str(trace) for trace in found if not explained(trace)]


def test_nothing_is_found_outside_what_a_law_keeps(wanda, clerk, run_jobs, home):
    made = lives(wanda, clerk, run_jobs)
    folders = (home, Path(conf.EMAIL_FILE_PATH))
    before = traces.find(WHO, *folders)
    # The search can find: every value, in the clear and sealed, in the search index and in files.
    assert {trace.kind for trace in before} == set(WHO)
    places = {trace.place for trace in before}
    assert places >= {
        "accounts_account", "accounts_person", "accounts_token", "cases_case", "cases_decision", "documents_content",
        "documents_upload", "documents_uploadcontent", "inbox_message", "usersessions_usersession", "registers_resident",
        "file", "vault_item", "vault_share", "registers_proof",
    }, places  # fmt: skip
    mail.outbox.clear()

    told = erasure.preview(wanda)
    done = erasure.erase(wanda, Actor(wanda))

    assert done.finished_at and set(done.done) == set(erasure.PARTS)
    kept = {int(line["about"].removeprefix("case:")) for line in done.kept if line["about"]}
    assert kept == {made[name].pk for name in ("granted", "sent", "fee")}
    assert [(k.what, k.because) for k in told.kept] == [(line["what"], line["because"]) for line in done.kept]
    assert all(line["because"] for line in done.kept)
    after = traces.find(WHO, *folders)
    assert unexplained(after, kept) == []
    # What is kept can still be used by the office: opened, but no longer found by name once it is closed.
    assert Content.objects.get(document__about=str(made["granted"])).data.startswith(b"%PDF")
    granted = Case.objects.get(pk=made["granted"].pk)
    assert granted.applicant == "" and granted.answers["request"]
    assert set(Case.objects.found_by("Zolkiewska")) == {made["fee"], made["sent"]}, "what still runs"
    assert Payment.objects.get().account is None

    # When the time named is over, the nightly jobs leave nothing at all.
    decide_the_rest(made["fee"], clerk, run_jobs)
    cases.pass_on(made["sent"].pk)
    assert cases.conceal_closed() == 2 and not Case.objects.found_by("Zolkiewska")
    Case.objects.update(keep_until=date(2020, 12, 31))
    Document.objects.update(keep_until=date(2020, 12, 31))
    cases.shred_due(date(2021, 1, 1))
    documents.shred_due(date(2021, 1, 1))
    assert unexplained(traces.find(WHO, *folders), set()) == []
    assert not Message.objects.exists() and not Case.objects.exists()
    assert not Key.objects.filter(shredded_at=None).exists()
    assert {line["kind"] for line in journal.lines()} == {"account", "keys"}


def decide_the_rest(case: Case, clerk, run_jobs) -> None:
    clerk.office = Office.objects.get(key="stadtreinigung")
    clerk.save()
    _decide(case, clerk)
    run_jobs()


def test_a_killed_erasure_goes_on_where_it_was(wanda, clerk, run_jobs, monkeypatch):
    draft = cases.start(Actor(wanda), catalogue.find("allgemeiner_antrag"))[0]
    parts = dict(erasure.PARTS)

    def dies(account_id, register_key):
        raise KeyboardInterrupt

    monkeypatch.setitem(erasure.PARTS, "documents", dies)
    with pytest.raises(KeyboardInterrupt):
        erasure.erase(wanda, Actor(wanda))
    half = Erasure.objects.get()
    assert half.finished_at is None and "cases" in half.done and "accounts" not in half.done
    assert not Case.objects.filter(pk=draft.pk).exists() and Person.objects.exists()
    monkeypatch.setitem(erasure.PARTS, "documents", parts["documents"])
    assert erasure.resume() == 1
    done = Erasure.objects.get()
    assert done.finished_at and done.register_key is None and not Person.objects.exists()
    assert erasure.resume() == 0
    assert Event.objects.filter(name="account.closed").count() == 1


def test_a_place_in_an_office_is_not_erased(clerk):
    with pytest.raises(erasure.StaffAccount):
        erasure.erase(clerk.account)


def test_closing_an_account_erases_everywhere(wanda, clerk, run_jobs):
    with_draft = cases.start(Actor(wanda), catalogue.find("allgemeiner_antrag"))[0]
    close_account(Actor(wanda))
    run_jobs()
    assert Erasure.objects.get(account_id=wanda.pk).finished_at and not Case.objects.filter(pk=with_draft.pk).exists()
