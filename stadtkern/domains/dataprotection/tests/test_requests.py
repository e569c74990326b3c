"""Rights with their legal clocks, and what happens when they are granted."""

import io
import json
import zipfile
from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone
from jsonschema import Draft202012Validator

from stadtkern.domains.dataprotection import actions, figures
from stadtkern.domains.dataprotection.actions import erasing, requests
from stadtkern.domains.dataprotection.fulfil import archive, where
from stadtkern.domains.dataprotection.models import Correction
from stadtkern.kernel.cases import actions as cases
from stadtkern.kernel.cases.models import Case
from stadtkern.kernel.documents.models import Document
from stadtkern.kernel.events.models import Event
from stadtkern.kernel.inbox.models import Message
from stadtkern.kernel.privacy.models import Access, Erasure, Restriction

from .conftest import acting


def sent_on(case: Case, day: date) -> Case:
    """As if it had come in on this day."""
    at = timezone.make_aware(datetime(day.year, day.month, day.day, 9))
    Case.objects.filter(pk=case.pk).update(submitted_at=at, due_date=case.begun_on.decision.due(day))
    case.refresh_from_db()
    return case


def grant(case: Case, officer, run_jobs, outcome: str = "GRANTED", reason: str = "") -> Case:
    cases.decide(officer, case, outcome, reason)
    run_jobs()
    case.refresh_from_db()
    return case


def test_the_month_of_the_law(ask, citizen):
    case = sent_on(ask(citizen, "datenschutz_auskunft"), date(2026, 1, 31))
    assert case.due_date == date(2026, 3, 2)  # 28 February is a Saturday
    assert case.begun_on.decision.due(date(2026, 3, 5)) == date(2026, 4, 7)  # Easter
    assert case.begun_on.decision.due(date(2026, 1, 31), extended=True) == date(2026, 4, 30)


def test_extending_once_with_a_letter_and_only_in_time(ask, citizen, officer, monkeypatch):
    case = ask(citizen, "datenschutz_auskunft")
    with pytest.raises(cases.Refused, match="begründen"):
        cases.extend(officer, case, " ")
    first = cases.extend(officer, case, "Wir fragen in der Bücherei nach.")
    assert first.due_date == case.begun_on.decision.due(timezone.localdate(), extended=True) and first.extended_at
    again = cases.extend(officer, case, "Noch einmal")
    assert again.extended_at == first.extended_at and Message.objects.filter(about=str(case)).count() == 1
    letter = Message.objects.get(about=str(case))
    assert "Bücherei" in letter.body and "Aufsichtsbehörde" in letter.body
    late = sent_on(ask(citizen, "datenschutz_berichtigung"), timezone.localdate() - timedelta(days=60))
    with pytest.raises(cases.Refused, match="abgelaufen"):
        cases.extend(officer, late, "zu spät")


def test_the_legal_clock_does_not_wait_for_answers(ask, citizen, officer):
    from stadtkern.kernel.accounts.access import Actor

    case = ask(citizen, "datenschutz_auskunft")
    due = case.due_date
    cases.ask_citizen(officer, case, "Welche Bücherei?")
    Case.objects.filter(pk=case.pk).update(asked_at=timezone.now() - timedelta(days=9))
    answered = cases.answer(Actor(citizen), case, "Die am Markt.")
    assert answered.due_date == due


def test_the_desk_shows_the_clock_and_extends(ask, citizen, privacy_officer, login):
    case = ask(citizen, "datenschutz_auskunft")
    browser = login(privacy_officer.account)
    page = browser.get(f"/vorgang/schreibtisch/{case.reference}/").content.decode()
    assert "Gesetzliche Frist (Art. 12 Abs. 3 DSGVO)" in page and "Frist verlängern" in page
    assert browser.post(f"/vorgang/schreibtisch/{case.reference}/verlaengern/", {"because": ""}).status_code == 409
    browser.post(f"/vorgang/schreibtisch/{case.reference}/verlaengern/", {"because": "Viele Akten."})
    page = browser.get(f"/vorgang/schreibtisch/{case.reference}/").content.decode()
    assert "Verlängert am" in page and "Verlängern und Brief senden" not in page
    sent_on(case, timezone.localdate() - timedelta(days=60))
    assert "überfällig" in browser.get("/datenschutz/schreibtisch/").content.decode()


def test_access_hands_out_everything_once(ask, citizen, resident, officer, run_jobs):
    case = grant(ask(citizen, "datenschutz_auskunft"), officer, run_jobs)
    paper = Document.objects.get(about=str(case), media_type="application/zip")
    requests.hand_out(case.pk)
    assert Document.objects.filter(media_type="application/zip").count() == 1 and paper.account_id == citizen.pk
    with zipfile.ZipFile(io.BytesIO(bytes(paper.content.data))) as found:
        assert {"LIESMICH.txt", "auskunft.json", "zwecke.json"} <= set(found.namelist())
        told = json.loads(found.read("auskunft.json"))
    assert told["account"]["email"] == citizen.email and told["cases"][0]["reference"] == case.reference
    assert "registers" in told and "inbox" in told and "dataprotection" in told
    assert Message.objects.filter(about=str(case), title__contains="herunterladen".capitalize()[:5]).count() <= 1


def test_a_rejected_request_hands_out_nothing(ask, citizen, officer, run_jobs):
    case = grant(ask(citizen, "datenschutz_auskunft"), officer, run_jobs, "REJECTED", "Sie sind nicht die Person.")
    assert case.status == "CLOSED" and not Document.objects.filter(media_type="application/zip").exists()


def test_portability_holds_what_came_from_the_person(ask, citizen, officer, run_jobs):
    case = ask(citizen, "datenschutz_uebertragbarkeit", files=True)
    Case.objects.filter(pk=case.pk).update(sources={"address/street": "residents 2026-11-22"})
    case = grant(case, officer, run_jobs)
    paper = Document.objects.get(about=str(case), media_type="application/zip")
    with zipfile.ZipFile(io.BytesIO(bytes(paper.content.data))) as found:
        told, schema = json.loads(found.read("daten.json")), json.loads(found.read("daten.schema.json"))
    Draft202012Validator.check_schema(schema)
    assert not list(Draft202012Validator(schema).iter_errors(told))
    answers = told["cases"][0]["answers"]
    assert "address/street" not in answers and answers["person/given_names"] == "Zoë Łucja"
    assert "decision" not in json.dumps(told) and schema == archive.SCHEMA


def test_rectification_finds_the_places_and_asks_the_office(ask, citizen, officer, offices, clerk, login, other_clerk):
    ask(citizen, "datenschutz_auskunft", elsewhere="Bücherei Nord")
    case = ask(citizen, "datenschutz_berichtigung", old="Bücherei Nord", new="Bücherei Süd")
    found = where.places(citizen, "bücherei  nord")
    assert [place.path for place in found] and any("elsewhere" in place.path for place in found)
    assert where.places(citizen, "x" * 50) == []
    for _click in range(2):
        order = actions.ask_office(officer, case, offices["buergeramt"], "Bitte ändern.")
    assert Correction.objects.count() == 1
    mine, foreign = login(clerk.account), login(other_clerk.account)
    assert "Bitte ändern." in mine.get("/datenschutz/berichtigungen/").content.decode()
    assert "Bitte ändern." not in foreign.get("/datenschutz/berichtigungen/").content.decode()
    assert foreign.post(f"/datenschutz/berichtigungen/{order.pk}/", {"answer": "x"}).status_code == 404
    mine.post(f"/datenschutz/berichtigungen/{order.pk}/", {"answer": "Geändert."})
    mine.post(f"/datenschutz/berichtigungen/{order.pk}/", {"answer": "Anders."})
    order.refresh_from_db()
    assert order.answer == "Geändert."


def test_rest_really_stops_everything(ask, citizen, officer, clerk, offices, run_jobs, login):
    """Nobody sees it, nobody decides, until a ground of the law is named; the person reads the ground."""
    from stadtkern.kernel.accounts.access import Actor
    from stadtkern.kernel.accounts.models import Trust
    from stadtkern.kernel.services import catalogue
    from stadtkern.kernel.services.examples import examples_of, typed

    person, service = Actor(citizen, trust=Trust.SUBSTANTIAL), catalogue.find("meldebescheinigung")
    other, _secret = cases.start(person, service)
    cases.fill(person, other, typed(service.form, examples_of(service)[0].answers))
    Case.objects.filter(pk=other.pk).update(status="IN_REVIEW", submitted_at=timezone.now(), due_date=timezone.localdate())
    request = grant(ask(citizen, "datenschutz_einschraenkung"), officer, run_jobs)
    rest = Restriction.objects.get(about=str(request))
    assert (rest.scope, rest.ground) == ("", "accuracy")
    other.refresh_from_db()
    browser, street = login(clerk.account), str(other.answers["address/street"])
    page = browser.get(f"/vorgang/schreibtisch/{other.reference}/").content.decode()
    assert "Verarbeitung eingeschränkt" in page and street not in page
    assert browser.get(f"/vorgang/{other.reference}/antrag.json").status_code == 404
    assert cases.decide_by_rule(other.pk) is None
    with pytest.raises(cases.Refused, match="eingeschränkt"):
        cases.decide(acting(clerk), other, "GRANTED")
    desk = f"/vorgang/schreibtisch/{other.reference}/trotzdem/"
    assert browser.post(desk, {"ground": "neugier", "because": "x"}).status_code == 409
    assert browser.post(desk, {"ground": "claims", "because": "Klage gegen den Bescheid"}).status_code == 302
    assert street in browser.get(f"/vorgang/schreibtisch/{other.reference}/").content.decode()
    assert "Art. 18 Abs. 2" in "".join(Access.objects.values_list("legal_basis", flat=True))
    assert cases.decide(acting(clerk), other, "GRANTED").made_at
    for _click in range(2):
        requests.lift(officer, rest.pk, "Die Daten sind berichtigt.")
    assert Message.objects.filter(body__contains="Die Daten sind berichtigt.").count() == 1
    assert Event.objects.filter(name="restriction.lifted").count() == 1
    with pytest.raises(PermissionError):
        requests.lift(acting(clerk), rest.pk, "x")


def test_an_objection_rests_until_it_is_decided(ask, citizen, run_jobs):
    ask(citizen, "datenschutz_widerspruch")
    run_jobs()
    assert Restriction.objects.get().ground == "objection"


def test_erasure_needs_everything_first_and_leaves_a_certificate(
    ask, citizen, officer, run_jobs, login, privacy_officer, settings, tmp_path
):
    settings.HOME = tmp_path
    case = ask(citizen, "datenschutz_loeschung")
    browser = login(privacy_officer.account)
    page = browser.get(f"/datenschutz/antrag/{case.reference}/").content.decode()
    assert "Das geht" in page and "Das bleibt" in page and "Endgültig löschen" not in page
    with pytest.raises(actions.Refused, match="bewilligt"):
        erasing.erase(officer, case, case.reference, by_post=True)
    case = grant(case, officer, run_jobs)
    with pytest.raises(actions.Refused, match="genau ab"):
        erasing.erase(officer, case, "MS-0000-0000", by_post=True)
    with pytest.raises(actions.Refused, match="noch nicht gelesen"):
        erasing.erase(officer, case, case.reference)
    Message.objects.filter(about=str(case)).update(read_at=timezone.now())
    for _click in range(2):
        browser.post(f"/datenschutz/antrag/{case.reference}/loeschen/", {"confirmed": case.reference.lower()})
    assert Erasure.objects.filter(finished_at__isnull=False).count() == 1
    citizen.refresh_from_db()
    assert not citizen.is_active and "zoe" not in citizen.email
    page = browser.get(f"/datenschutz/antrag/{case.reference}/").content.decode()
    assert "Bescheinigung" in page and "Çelik" not in page


def test_nobody_else_erases(ask, citizen, clerk):
    case = ask(citizen, "datenschutz_loeschung")
    with pytest.raises(PermissionError):
        erasing.erase(acting(clerk), case, case.reference, by_post=True)


def test_figures_are_measured(ask, citizen, officer, run_jobs):
    assert figures.median_days() is None and figures.overdue() is None
    case = sent_on(ask(citizen, "datenschutz_auskunft"), timezone.localdate() - timedelta(days=70))
    assert figures.overdue() == 1 and figures.received() == 1
    cases.decide(officer, case, "GRANTED")
    assert figures.overdue() == 1 and 69 <= figures.median_days() <= 71
