"""Evidence beside the residents register: consent for each register, a look before use, yes, no, and what stays of it."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from stadtkern.kernel.cases.models import Case
from stadtkern.kernel.events.models import Event
from stadtkern.kernel.privacy.actions import revoke_consent
from stadtkern.kernel.privacy.models import Access, Consent
from stadtkern.kernel.registers import actions as registers
from stadtkern.kernel.registers.models import Proof, Vehicle

from .factories import actor_for, city_with

PLATES = ["MST-ZC 42", "MST-ZC 7"]


@pytest.fixture
def with_car(settings, tmp_path, offices):
    """The probe asks for number plate and make on its first page as well."""
    settings.CITY_FOLDER = city_with(tmp_path)
    file = settings.CITY_FOLDER / "services" / "probe" / "service.toml"
    text = file.read_text().replace("[prefill]\n", '[prefill]\nplate = "vehicles.plate"\nmake = "vehicles.make"\n')
    asked = '{ name = "plate", label = "Kennzeichen" }, { name = "make", label = "Marke", optional = true },\n  { name = "town"'
    file.write_text(text.replace('{ name = "town"', asked))


def cars(resident, count):
    for plate in PLATES[:count]:
        Vehicle.objects.create(plate=plate, make="Opel", first_registration_date=date(2019, 5, 2), person_key=resident.key)


@pytest.fixture
def started(with_car, citizen, resident, login):
    """Up to the yes: what the browser shows then."""

    def start(count=1, follow=True):
        if not Vehicle.objects.exists():
            cars(resident, count)
        client = login(citizen)
        client.get("/vorgang/neu/probe/")
        page = client.get("/vorgang/neu/probe/")
        answer = client.post("/vorgang/neu/probe/", {"_prefill": "yes", "_token": page.context["token"]}, follow=follow)
        return client, page.content.decode(), answer, Case.objects.order_by("-pk").first()

    return start


def test_nothing_is_in_the_application_before_the_yes(started):
    client, asked, answer, case = started()
    assert "Fahrzeugregister: Kennzeichen, Hersteller" in asked and "Melderegister: " in asked
    text = answer.content.decode()
    assert answer.redirect_chain[-1][0] == f"/vorgang/{case.reference}/daten/ansehen/"
    assert "Das wurde abgerufen" in text and "MST-ZC 42" in text and "Übernehmen" in text
    assert "plate" not in case.answers and case.answers["town"] == "Musterstadt"
    proof = Proof.objects.get()
    assert {c.evidence for c in Consent.objects.all()} == {"residents", "vehicles"}
    client.post(f"/vorgang/{case.reference}/daten/ansehen/", {"_use": "yes", "proof": proof.pk, "record": "0"})
    case.refresh_from_db()
    assert (case.answers["plate"], case.answers["make"]) == ("MST-ZC 42", "Opel")
    assert case.sources["plate"] == f"vehicles {timezone.localdate().isoformat()}"
    assert "aus dem Fahrzeugregister" in client.get(f"/vorgang/{case.reference}/angaben/sie/").content.decode()
    assert Access.objects.get(source="vehicles").fields == ["make", "plate"]
    assert "Fahrzeugregister" in client.get("/meine-daten/zugriffe/").content.decode()


def test_no_means_dropped_and_noted(started):
    client, _, _, case = started()
    proof = Proof.objects.get()
    answer = client.post(f"/vorgang/{case.reference}/daten/ansehen/", {"_use": "no", "proof": proof.pk}, follow=True)
    assert "Wir haben den Nachweis verworfen" in answer.content.decode()
    proof.refresh_from_db()
    case.refresh_from_db()
    assert proof.state == "DROPPED" and bytes(proof.content) == b"" and "plate" not in case.answers
    assert Event.objects.filter(name="proof.dropped", subject=str(case)).count() == 1
    again = client.post(
        f"/vorgang/{case.reference}/daten/ansehen/", {"_use": "yes", "proof": proof.pk, "record": "0"}, follow=True
    )
    assert "liegt nicht mehr bereit" in again.content.decode()


def test_of_two_cars_the_person_chooses_one(started):
    client, _, answer, case = started(2)
    assert all(plate in answer.content.decode() for plate in PLATES)
    place, proof = f"/vorgang/{case.reference}/daten/ansehen/", Proof.objects.get()
    for record in ("", "7", "-1", str(10**30), "0\x00"):
        wrong = client.post(place, {"_use": "yes", "proof": proof.pk, "record": record})
        assert wrong.status_code in (422, 302), record
        assert not Case.objects.filter(answers__has_key="plate").exists()
    client.post(place, {"_use": "yes", "proof": proof.pk, "record": "1"})
    client.post(place, {"_use": "yes", "proof": proof.pk, "record": "0"})  # a second tab
    assert Case.objects.get(pk=case.pk).answers["plate"] == PLATES[1]


def test_a_proof_belongs_to_its_person_and_its_application(started, other_citizen, login):
    client, _, _, first = started()
    proof = Proof.objects.get()
    stranger = login(other_citizen)
    assert stranger.post(f"/vorgang/{first.reference}/daten/ansehen/", {"_use": "yes", "proof": proof.pk}).status_code == 404
    client.post(f"/vorgang/{first.reference}/verwerfen/")
    _, _, _, second = started()
    client.post(f"/vorgang/{second.reference}/daten/ansehen/", {"_use": "yes", "proof": proof.pk, "record": "0"})
    assert Proof.objects.get(pk=proof.pk).state == "FETCHED" and "plate" not in Case.objects.get(pk=second.pk).answers


def test_no_entry_is_said_and_the_form_goes_on_by_hand(started):
    _, _, answer, case = started(0)
    text = answer.content.decode()
    assert "Das Fahrzeugregister hat keinen Eintrag zu Ihnen." in text and 'name="plate"' in text
    assert case.answers["town"] == "Musterstadt" and not Proof.objects.exists()


def test_with_a_living_consent_a_fresh_proof_is_not_fetched_twice(started, citizen, monkeypatch):
    def use(case):
        waiting = Proof.objects.get(about=str(case))
        client.post(f"/vorgang/{case.reference}/daten/ansehen/", {"_use": "yes", "proof": waiting.pk, "record": "0"})
        return Case.objects.get(pk=case.pk).answers.get("plate")

    client, _, _, first = started()
    assert use(first) == PLATES[0]
    Vehicle.objects.update(plate="MST-NEU 1")  # the register moves on, unasked
    _, _, _, second = started()
    assert use(second) == PLATES[0] and Event.objects.filter(name="register.reused").count() == 1
    Proof.objects.update(until=timezone.now() - timedelta(seconds=1))
    _, _, _, third = started()
    assert use(third) == "MST-NEU 1", "too old: asked again"
    for consent in Consent.objects.filter(revoked_at=None):
        revoke_consent(actor_for(citizen), consent)
    Vehicle.objects.update(plate="MST-NEU 2")
    _, _, _, fourth = started()
    assert use(fourth) == "MST-NEU 2", "revoked: asked again"


def test_a_revoked_consent_takes_its_proofs_along(started, citizen):
    started()
    consent = Consent.objects.get(evidence="vehicles")
    revoke_consent(actor_for(citizen), consent)
    registers.drop_with_consent(consent.pk)  # the reaction, run by hand
    assert bytes(Proof.objects.get().content) == b""
    Proof.objects.update(until=timezone.now() - timedelta(seconds=1))
    assert registers.forget_proofs() == 1 and not Proof.objects.exists()


@pytest.mark.browser
def test_the_look_before_use_in_a_browser(open_tab, with_car, citizen, resident):
    """Consent, look and choice are accessible and fit a phone; the radio buttons are reached by keyboard."""
    citizen.refresh_from_db()
    cars(resident, 2)
    tab = open_tab(width=320, account=citizen)
    assert tab.go("/vorgang/neu/probe/").status == 200
    assert tab.axe() == [] and tab.overflow() <= 0
    tab.page.get_by_role("button", name="Ja, Daten übernehmen").click()
    tab.page.get_by_role("heading", name="Das wurde abgerufen").wait_for()
    assert tab.axe() == [] and tab.overflow() <= 0
    tab.page.get_by_role("button", name="Übernehmen").click()
    tab.page.get_by_text("Wählen Sie einen Eintrag.").wait_for()
    assert tab.axe() == []
    tab.page.get_by_label(PLATES[1]).check()
    tab.page.get_by_role("button", name="Übernehmen").click()
    tab.page.wait_for_url("**/angaben/**")
    assert Case.objects.get().answers["plate"] == PLATES[1]
    tab.check()
