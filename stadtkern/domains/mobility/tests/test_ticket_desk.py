"""Inspections leave numbers and what does not fit; the desk finds, revokes and answers; nobody else looks."""

import base64
import io
import json
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.serialization import load_der_public_key
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from django.utils.translation import override

from stadtkern.domains.mobility.actions import inspections, ticket_copies, ticket_forgetting
from stadtkern.domains.mobility.models import (
    FareCredit,
    FareRight,
    InspectionCount,
    InspectionFinding,
    InspectionSeen,
    Order,
    Ticket,
    TicketCopy,
)
from stadtkern.domains.mobility.tickets import by_number, control, erasure, products
from stadtkern.domains.mobility.tickets.quoting import balance
from stadtkern.domains.mobility.tickets.report import report
from stadtkern.domains.mobility.tickets.vdv import NotConnected, chosen
from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Role, Staff, Trust
from stadtkern.kernel.privacy.models import Access
from stadtkern.lib.uic import Known, aztec, inspect

CONTROL, DESK = "/mobil/tickets/kontrolle/", "/mobil/tickets/schalter/"


@pytest.fixture
def inspector(offices, other_citizen, settings, tmp_path) -> Staff:
    settings.HOME = tmp_path
    return Staff.objects.create(account=other_citizen, office=offices["ordnungsamt"], role="CLERK")


def a_ticket(account, number="7QK2M9T4X", **more) -> Ticket:
    now = timezone.now()
    order = Order.objects.create(
        account=account, once=number, product="einzel", title="Einzelfahrschein", kind="ride", zones=["A"], full_cents=220,
        due_cents=220, status="PAID", paid_at=now,
    )  # fmt: skip
    told = {"since": now - timedelta(minutes=5), "until": now + timedelta(minutes=85)} | more
    return Ticket.objects.create(number=number, account=account, order=order, title=order.title, zones=["A"], **told)


def me(account) -> Actor:
    return Actor(account=account, trust=Trust.BASIC)


def test_without_javascript_the_server_says_the_same_of_a_picture(citizen, inspector, login):
    row = a_ticket(citizen)
    paper = aztec.png(ticket_copies.on_paper(me(citizen), row))
    browser = login(inspector.account)
    page = browser.post(CONTROL, {"zone": "1", "bild": SimpleUploadedFile("x.png", paper)}).text
    assert "tk-result--success" in page and "Zoë" in page
    assert "Andere Zone" in browser.post(CONTROL, {"zone": "2", "bild": SimpleUploadedFile("x.png", paper)}).text
    ticket_copies.lost_phone(me(citizen))
    assert "Gesperrt" in browser.post(CONTROL, {"bild": SimpleUploadedFile("x.png", paper)}).text
    for wrong in (b"", b"GIF89a", io.BytesIO(paper).read(300)):
        assert browser.post(CONTROL, {"bild": SimpleUploadedFile("x.png", wrong)}).status_code == 200
    counted = dict(InspectionCount.objects.values_list("outcome", "count"))
    assert counted == {"valid": 1, "zone": 1, "revoked": 1}
    page = browser.get(CONTROL)
    assert "camera=(self)" in page["Permissions-Policy"] and "wasm-unsafe-eval" in page["Content-Security-Policy"]
    told = browser.get(f"{CONTROL}listen.json").json()
    assert told["revoked"] == [f"{row.number}-1"] and told["keys"][0]["number"] == 1


def test_what_a_device_hands_in_is_counted_compared_and_forgotten(citizen, inspector, login):
    row = a_ticket(citizen)
    ticket_copies.on_paper(me(citizen), row)
    gone = a_ticket(citizen, "GGGGGGGGG", status="REVOKED")
    now = int(timezone.now().timestamp())
    rows = [
        {"outcome": "valid", "at": now, "reference": f"{row.number}-1", "paper": True},
        {"outcome": "valid", "at": now, "reference": "XXXXXXXXX-1"},
        {"outcome": "valid", "at": now, "reference": f"{gone.number}-1"},
        {"outcome": "valid", "at": now - 7200, "reference": f"{row.number}-1"},
        {"outcome": "forged", "at": now}, {"outcome": "quatsch", "at": now}, {"outcome": "forged", "at": now - 10**6},
    ]  # fmt: skip
    browser, batch = login(inspector.account), str(uuid.uuid4())
    for new in (True, False):
        answer = browser.post(f"{CONTROL}buch/", {"batch": batch, "rows": rows}, "application/json")
        assert answer.json() == {"new": new}, "what is sent twice counts once"
    browser.post(f"{CONTROL}buch/", {"batch": str(uuid.uuid4()), "rows": rows[:1]}, "application/json")
    assert set(InspectionFinding.objects.values_list("kind", flat=True)) == {"UNKNOWN", "LATE", "CLOCK", "TWICE"}
    assert dict(InspectionCount.objects.filter(outcome="forged").values_list("outcome", "count")) == {"forged": 1}
    assert row.number not in str([vars(one) for one in InspectionSeen.objects.all()])
    for wrong in ("{", "[]", '{"rows": 1}', '{"batch": "x", "rows": []}', f'{{"batch": "{batch}", "rows": [{{"at": 1e400}}]}}'):
        assert browser.post(f"{CONTROL}buch/", wrong, content_type="application/json").status_code == 422
    page = browser.get(DESK).text
    assert "Schlüssel prüfen" in page and "nicht verbunden" in page
    finding = InspectionFinding.objects.first()
    for _click in range(2):
        assert browser.post(f"{DESK}befund/{finding.pk}/").status_code == 302
    assert inspections.forget(timezone.localdate() + timedelta(days=4)) >= 2 and not InspectionSeen.objects.exists()


def test_the_desk_finds_and_revokes_and_the_look_is_noted(citizen, inspector, login):
    row = a_ticket(citizen)
    browser = login(inspector.account)
    assert browser.get(f"{DESK}?nummer={row.number.lower()}").url == f"{DESK}{row.number}/"
    page = browser.get(f"{DESK}{row.number}/").text
    assert row.number in page and "Çelik" not in page
    assert Access.objects.filter(accounts__contains=[citizen.pk], source="tickets").exists()
    assert browser.post(f"{DESK}{row.number}/", {"grund": "quatsch"}).status_code == 422
    assert browser.post(f"{DESK}{row.number}/", {"grund": "misuse", "mehr": "kopiert"}).status_code == 302
    row.refresh_from_db()
    assert row.status == "REVOKED" and row.because == "Missbrauch: kopiert"
    for query in ("%00", "9" * 300, "%F0%9F%92%A5"):
        assert browser.get(f"{DESK}?nummer={query}").status_code == 200


def test_the_desk_answers_who_may_ride_for_less_but_not_about_hidden_people(citizen, resident, inspector, login):
    right = FareRight.objects.create(account=citizen, reduction="stadtpass")
    browser = login(inspector.account)
    assert "Mit Stadtpass" in browser.get(DESK).text
    row = a_ticket(citizen)
    type(resident).objects.filter(pk=resident.pk).update(blocked=True)
    assert citizen.name not in browser.get(DESK).text and "Auskunftssperre" in browser.get(DESK).text
    assert browser.post(f"{DESK}ermaessigung/{right.pk}/", {"antwort": "ja"}).status_code == 404
    assert browser.get(f"{DESK}{row.number}/").status_code == 404
    Staff.objects.filter(pk=inspector.pk).update(role=Role.LEAD)
    head = login(inspector.account)
    assert citizen.name not in head.get(DESK).text and "Mit Stadtpass" in head.get(DESK).text
    assert head.post(f"{DESK}ermaessigung/{right.pk}/", {"antwort": "ja"}).status_code == 302
    right.refresh_from_db()
    assert right.status == "GRANTED" and right.until, "the head of the office answers without reading a name"


def test_only_inspectors_look(citizen, clerk, inspector, login):
    for path in (CONTROL, f"{CONTROL}listen.json", DESK, f"{DESK}7QK2M9T4X/"):
        assert Client().get(path).status_code == 302
        assert login(citizen).get(path).status_code == 403 and login(clerk.account).get(path).status_code == 403
    assert Client().get(f"{CONTROL}sw.js")["Content-Type"].startswith("text/javascript")
    assert Client().get(f"{CONTROL}app.webmanifest").json()["scope"] == CONTROL


def test_a_person_goes_and_their_tickets_with_them(citizen, inspector, db):
    row = a_ticket(citizen)
    ticket_copies.on_paper(me(citizen), row)
    FareRight.objects.create(account=citizen, reduction="stadtpass")
    assert report(me(citizen))["tickets"][0]["number"] == row.number and report(me(citizen))["fare_rights"]
    assert len(erasure.preview(citizen.pk, None).goes) == 2
    for _again in range(2):
        assert erasure.erase(citizen.pk, None) == []
    assert not Ticket.objects.exclude(account=None).exists() and not FareRight.objects.exists()
    assert not TicketCopy.objects.filter(ended_at=None).exists(), "what was on a phone is on the revocation list"
    old = timezone.now() + timedelta(days=200)
    assert ticket_forgetting.forget_old(old) == 2 and not Order.objects.exists()


def test_the_place_for_vdv_says_what_is_missing():
    vdv = chosen("none")
    assert not vdv.connected and "nicht verbunden" in vdv.words()
    for ask in (lambda: vdv.issue("1", "x"), lambda: vdv.read(b"x")):
        with pytest.raises(NotConnected, match="Schlüssel"):
            ask()
    with pytest.raises(ValueError, match="vdv is one of"):
        chosen("os")
    assert datetime.now(UTC)


def test_a_number_counts_only_with_the_name_on_the_card_and_says_nobody_who_it_is(citizen, resident, inspector, login):
    row = a_ticket(citizen, personal=True)
    type(resident).objects.filter(pk=resident.pk).update(blocked=True)  # no name is shown: there is nothing to hide
    browser, name = login(inspector.account), citizen.person.family_name
    for number, told, zone, word in (
        (row.number.lower(), f" {name.lower()} ", "1", "Gültig mit Ausweis"), (row.number, name, "2", "Andere Zone"),
        (row.number, "Schmidt", "", "Name passt nicht"), ("2222BBBBB", name, "", "Nummer unbekannt"),
        (row.number, "\x00", "", "Geben Sie die Nummer"), ("9" * 500, "🦊", "x" * 99, "Geben Sie die Nummer"),
    ):  # fmt: skip
        page = browser.post(CONTROL, {"nummer": number, "name": told, "zone": zone}).text
        assert word in page and name not in page, word
    folds = {"Łucja-Ćwik": "lucjacwik", "Đorđe": "dorde", "O’Neil": "oneil", "Ilkçağ": "ilkcag"}
    assert all(folded in by_number.spellings(told) for told, folded in folds.items())
    assert dict(InspectionCount.objects.values_list("outcome", "count")) == {"valid": 1, "zone": 1}
    assert not Access.objects.exists() and not InspectionSeen.objects.exists()
    row.status = "REVOKED"
    row.save()
    assert "Gesperrt" in browser.post(CONTROL, {"nummer": row.number, "name": name}).text
    for _number in range(by_number.TRIES):
        page = browser.post(CONTROL, {"nummer": "2222BBBBB", "name": name}).text
    assert "viele Nummern" in page


def test_keys_come_and_go_and_old_tickets_keep_their_word(citizen, inspector, login, capsys):
    def said(*told) -> str:
        call_command("ticket_keys", *told)
        return capsys.readouterr().out

    old = ticket_copies.on_paper(me(citizen), a_ticket(citizen))
    assert "0001" in said("list") and "Schlüssel 2" in said("rotate")
    new = ticket_copies.on_paper(me(citizen), a_ticket(citizen, "NEU777777"))
    now = datetime.now(UTC)
    assert [inspect(code, control.known_keys(), Known(), now).state for code in (old, new)] == ["valid", "valid"]
    listed = json.loads(said("export"))
    assert [one["number"] for one in listed["keys"]] == [2, 1] and "PRIVATE" not in str(listed)
    theirs = {("MVB", one["number"]): load_der_public_key(base64.b64decode(one["publicKey"])) for one in listed["keys"]}
    assert inspect(new, theirs, Known(), now).state == "valid", "a partner reads the list"
    assert "Schlüssel 2 ist zurückgezogen, 3 unterschreibt" in said("revoke", "2")
    assert [inspect(code, control.known_keys(), Known(), now).state for code in (old, new)] == ["valid", "unknown_key"]
    assert "zurückgezogen" in said("list") and "Schlüssel 4" in said("rotate"), "no number comes twice"
    for wrong in (("revoke", "2"), ("revoke",)):
        with pytest.raises(CommandError):
            said(*wrong)
    assert login(inspector.account).get(f"{CONTROL}listen.json").json()["keys"][0]["number"] == 4


def test_what_is_sold_speaks_the_language_of_whoever_reads(citizen, settings, tmp_path):
    rules = products.tariff()
    with override("en"):
        assert rules.products["einzel"].said_title == "Single ticket" and rules.zones["A"].lang == "en"
        assert a_ticket(citizen).said_title == "Single ticket"
        assert not [one.key for one in (*rules.products.values(), *rules.reductions.values()) if one.lang != "en"]
    with override("uk"):
        assert rules.products["einzel"].said_title == "Einzelfahrschein" and rules.products["einzel"].lang == "de"
    settings.CITY_FOLDER = tmp_path
    assert products.office() == "-", "no tariff, no inspectors"
    text = 'office = "verkehr"\n[zones.A]\nnumber = 1\ntitle = "A"\ntexts.uk = { title = "А" }\n'
    (tmp_path / "tickets.toml").write_text(text)
    with override("uk"):
        assert products.office() == "verkehr" and products.tariff().zones["A"].said_title == "А"
    (tmp_path / "tickets.toml").write_text(text + "texts.en = 'A'\n")
    assert products.office() == "-"
    with pytest.raises(ValueError, match="title, text and ask"):
        products.tariff()


def test_credit_that_was_used_does_not_come_back_when_its_purchase_is_forgotten(citizen, db):
    for cents in (100, 300):
        FareCredit.objects.create(account=citizen, once=f"c{cents}", cents=cents, because="Bestpreis")
    row = a_ticket(citizen)
    Order.objects.update(credit_cents=220, created_at=timezone.now() - timedelta(days=1))
    assert balance(citizen) == 180
    assert ticket_forgetting.forget_old(timezone.now() + timedelta(days=200)) >= 2
    assert not Order.objects.exists() and not Ticket.objects.filter(pk=row.pk).exists()
    assert balance(citizen) == 180 and FareCredit.objects.filter(account=citizen).count() == 1
