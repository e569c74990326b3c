"""The doors of a call: who gets in, when, how much they may say, and what is left afterwards."""

import base64
import hashlib
import hmac
import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.appointments.models import Appointment
from stadtkern.kernel.calls import actions, checks, report, turn
from stadtkern.kernel.calls.actions.exchanging import PER_MINUTE
from stadtkern.kernel.calls.lines import SDP, WAITING
from stadtkern.kernel.calls.models import Call, Seat, Signal
from stadtkern.kernel.city.profile import city
from stadtkern.kernel.privacy.models import Access

from .conftest import Side, link_of

OFFER = {"description": {"type": "offer", "sdp": "v=0\r\n"}, "screen": ""}
CANDIDATE = {"candidate": {"candidate": "candidate:1 1 udp 1 192.0.2.1 9 typ host", "sdpMid": "0", "sdpMLineIndex": 0}}


@pytest.fixture
def guest(book: Any, client: Client) -> Side:
    """Came by the link, agreed, is in."""
    row = book()
    client.post(link_of(row))
    return Side(client, row).enter()


@pytest.fixture
def row(guest: Side) -> Appointment:
    return Appointment.objects.get()


@pytest.fixture
def desk(row: Appointment, clerk: Any, login: Any) -> Side:
    return Side(login(clerk.account), row).enter()


def test_offer_and_answer_go_through_once_and_are_gone(guest: Side, desk: Side) -> None:
    assert guest.say(OFFER, to=desk.epoch).json() == {"why": "waiting", "text": "Sie sind noch im Warteraum."}
    for side in (guest, desk):
        side.say()
    assert desk.post("einlassen").json() == {"open": True}
    heard = desk.say(OFFER, CANDIDATE, to=guest.epoch).json()
    assert heard["open"] and heard["here"] and heard["ready"] and heard["next"] == 300
    got = guest.say().json()["lines"]
    assert [line["body"] for line in got] == [OFFER, {"candidate": CANDIDATE["candidate"] | {"usernameFragment": None}}]
    assert guest.say().json()["lines"] == [] and not Signal.objects.exists(), "fetched once, then gone"
    assert guest.say(connected=True, relayed=True).json()["next"] == 5000
    call = Call.objects.get()
    assert call.connected_at and call.relayed and call.opened_at and call.agreed_at
    assert Appointment.objects.get().status == "CALLED"


def test_the_call_is_locked_before_its_seats(guest: Side, desk: Side, row: Appointment, clerk: Any) -> None:
    """Everywhere in the same order: a connection that is noted while the clerk ends the call waits, and both come through."""
    desk.post("einlassen")
    steps = {
        "exchange": lambda: guest.say(connected=True, relayed=False),
        "come_in": lambda: guest.post("betreten"),
        "agree": lambda: guest.client.post(f"{guest.base}einverstanden/"),
        "leave": lambda: guest.client.post(f"{guest.base}verlassen/"),
        "end": lambda: desk.client.post(f"{desk.base}beenden/"),
        "forget": lambda: Appointment.objects.update(account=clerk.account) and actions.forget_of(clerk.account_id),
    }
    for step, act in steps.items():
        with CaptureQueriesContext(connection) as asked:
            act()
        touched = [
            query["sql"] for query in asked
            if re.search(r"^(UPDATE|DELETE FROM) .calls_|FOR (NO KEY )?UPDATE", query["sql"]) and "calls_" in query["sql"]
        ]  # fmt: skip
        assert 'FROM "calls_call"' in touched[0] and "FOR " in touched[0], (step, touched[0])


def test_a_line_sent_twice_is_one_line(guest: Side, desk: Side) -> None:
    desk.say()
    desk.post("einlassen")
    said = {"epoch": desk.epoch, "after": 0, "ready": True, "lines": [{"seq": 7, "to": guest.epoch, "body": OFFER}]}
    assert [desk.post("austausch", said).status_code for _turn in range(3)] == [200] * 3
    assert Signal.objects.count() == 1


def test_lines_for_a_page_that_is_gone_reach_nobody(guest: Side, desk: Side) -> None:
    desk.post("einlassen")
    old = guest.epoch
    desk.say(OFFER, to=old)
    guest.epoch = guest.post("betreten").json()["epoch"]  # loaded again
    assert guest.say().json()["lines"] == [] and desk.say(CANDIDATE, to=old).status_code == 200
    assert guest.say().json()["lines"] == [] and desk.say().json()["peer"] == guest.epoch
    guest.epoch = old
    assert guest.say().json()["why"] == "elsewhere", "the older page of the same browser is out"


@pytest.mark.parametrize(
    "bad",
    [
        b"\xff\xfe", b"[]", b"null", b"{}", b'{"epoch": 1e400}', b"[" * 20_000, b'{"epoch": true}', b'{"epoch": -1}',
        b'{"epoch": 1, "after": ' + b"9" * 40 + b"}", b'{"epoch": 1, "lines": {}}', b'{"epoch": 1, "lines": [1]}',
        json.dumps({"epoch": 1, "lines": [{"seq": 1, "to": 1, "body": {"eval": "x"}}]}).encode(),
        json.dumps({"epoch": 1, "lines": [{"seq": 1, "to": 1, "body": OFFER | {"screen": "\0"}}]}).encode(),
        json.dumps({"epoch": 1, "lines": [{"seq": 1, "to": 1, "body": OFFER | {"screen": "\ud800"}}]}).encode(),
        json.dumps({"epoch": 1, "lines": [{"seq": 1, "to": 1, "body": OFFER | {"screen": []}}]}).encode(),
        json.dumps({"epoch": 1, "lines": [{"seq": 10**30, "to": 1, "body": OFFER}]}).encode(),
        json.dumps({"epoch": 1, "lines": [{"seq": 1, "to": 1, "body": {"description": "v=0", "screen": ""}}]}).encode(),
        json.dumps({"epoch": 1, "lines": [{"seq": 1, "to": 1, "body": OFFER | {
            "description": {"type": "offer", "sdp": "v=0" + "a" * SDP}}}]}).encode(),
        json.dumps({"epoch": 1, "lines": [{"seq": 1, "to": 1, "body": OFFER | {
            "description": {"type": "rollback", "sdp": "v=0"}}}]}).encode(),
        json.dumps({"epoch": 1, "lines": [{"seq": n, "to": 1, "body": CANDIDATE} for n in range(61)]}).encode(),
    ],
)  # fmt: skip
def test_what_no_browser_of_ours_says_is_not_kept(bad: bytes, guest: Side) -> None:
    answer = guest.client.post(f"{guest.base}austausch/", bad, content_type="application/json")
    assert answer.status_code == 400 and answer.json()["why"] == "malformed" and not Signal.objects.exists()


def test_too_much_is_refused(guest: Side, desk: Side) -> None:
    assert guest.client.post(f"{guest.base}austausch/", b"x" * 200_001, content_type="application/json").status_code == 413
    desk.post("einlassen")
    answers = [guest.say(*[CANDIDATE] * 60, to=desk.epoch).status_code for _turn in range(WAITING // 60 + 1)]
    assert answers == [200] * (WAITING // 60) + [429]
    Seat.objects.filter(role="CITIZEN").update(asked=PER_MINUTE, counted_at=timezone.now())
    assert guest.say().json()["why"] == "fast"
    Seat.objects.filter(role="CITIZEN").update(counted_at=timezone.now() - timedelta(seconds=61))
    assert guest.say().status_code == 200


def test_strangers_find_nothing_and_a_third_stays_outside(guest: Side, desk: Side, row: Appointment, other_citizen, other_clerk,
                                                          second_clerk, lead, operator, login) -> None:  # fmt: skip
    for stranger in (Client(), login(other_citizen), login(other_clerk.account), login(operator.account)):
        side = Side(stranger, row)
        assert stranger.get(side.base).status_code == 404
        doors = ("einverstanden", "betreten", "austausch", "verlassen")
        assert {side.post(door).status_code for door in doors} == {404}
        assert {side.post(door).status_code for door in ("einlassen", "beenden", "vermerk")} <= {302, 403, 404}
    for colleague in (login(second_clerk.account), login(lead.account)):
        page = colleague.get(guest.base)
        assert page.status_code == 409 and "schon zwei" in page.content.decode() and row.name not in page.content.decode()
        assert colleague.post(f"{guest.base}einverstanden/").status_code == 409
        assert Side(colleague, row).post("betreten").json()["why"] == "lost"
        assert Side(colleague, row).post("einlassen").status_code == 409
    twin = Client()
    twin.post(link_of(row))
    assert twin.get(guest.base).status_code == 409 and twin.post(f"{guest.base}einverstanden/").status_code == 409
    assert guest.say().status_code == 200 and guest.post("einlassen").status_code == 302, "a visitor is sent to sign in"
    guest.client.post(f"{guest.base}beenden/")
    assert Call.objects.get().ended_at is None, "only the clerk ends it for both"


def test_another_device_may_take_a_seat_that_grew_cold_and_is_let_in_anew(guest: Side, desk: Side, row: Appointment) -> None:
    desk.post("einlassen")
    Seat.objects.filter(role="CITIZEN").update(seen_at=timezone.now() - timedelta(seconds=31))
    laptop = Client()
    laptop.post(link_of(row))
    side = Side(laptop, row).enter()
    assert side.say(OFFER, to=desk.epoch).json()["why"] == "waiting"
    assert guest.say().json()["why"] == "lost"


def test_the_database_has_two_seats(guest: Side, desk: Side) -> None:
    call = Call.objects.get()
    for role in ("CITIZEN", "STAFF", "THIRD"):
        with pytest.raises(IntegrityError), transaction.atomic():
            Seat.objects.create(call=call, role=role, holder="x")
    with connection.cursor() as cursor:
        cursor.execute("SELECT relpersistence FROM pg_class WHERE relname = 'calls_signal'")
        assert cursor.fetchone() == ("u",), "addresses of networks never reach the log of the database"


def test_the_link_alone_changes_nothing_and_wrong_ones_are_braked(book: Any, client: Client) -> None:
    row = book()
    assert client.get(link_of(row)).status_code == 200 and not Call.objects.exists() and "stadtkern_video" not in client.cookies
    assert client.get(f"/video/termin/{row.pk}/").status_code == 404
    seen = {client.get(f"/video/mit/{'x' * 21}{number}/").status_code for number in range(32)}
    assert seen == {404, 429} and client.get(link_of(row)).status_code == 429


@pytest.mark.parametrize(("minutes", "words"), [(60, "Warteraum ist noch zu"), (-120, "Das Gespräch ist beendet")])
def test_before_and_after_the_hours(minutes: int, words: str, book: Any, client: Client) -> None:
    row = book(minutes=minutes)
    client.post(link_of(row))
    assert words in client.get(f"/video/termin/{row.pk}/").content.decode()
    client.post(f"/video/termin/{row.pk}/einverstanden/")
    assert not Call.objects.exists() and Side(client, row).post("betreten").status_code in (409, 410)


def test_a_cancelled_appointment_empties_the_room(guest: Side, desk: Side, row: Appointment) -> None:
    Appointment.objects.update(status="CANCELLED")
    assert guest.say().status_code == 410
    actions.close_room(row.pk)
    assert not Seat.objects.exists() and "findet nicht statt" in guest.client.get(guest.base).content.decode()


def test_after_the_end_nothing_goes_in(guest: Side, desk: Side) -> None:
    desk.post("einlassen")
    desk.say(OFFER, to=guest.epoch)
    desk.client.post(f"{desk.base}beenden/")
    assert (Signal.objects.count(), Seat.objects.count()) == (0, 0)
    for side in (guest, desk):
        assert side.say(OFFER, to=1).status_code == 410 and side.post("betreten").status_code == 410
    assert guest.client.post(f"{guest.base}einverstanden/").status_code == 302
    assert not Signal.objects.exists() and not Seat.objects.exists()
    assert Appointment.objects.get().status == "DONE"


def test_without_a_case_there_is_no_file_and_no_note(guest: Side, desk: Side, row: Appointment, clerk: Any) -> None:
    desk.client.post(f"{desk.base}beenden/")
    answer = desk.client.post(f"{desk.base}vermerk/", {"note": "Geheim"})
    assert answer.status_code == 409 and "kein Vorgang" in answer.content.decode() and bytes(Call.objects.get().note) == b""


def test_everything_is_forgotten_in_time(guest: Side, desk: Side, row: Appointment) -> None:
    now = timezone.now()
    desk.post("einlassen")
    desk.say(OFFER, to=guest.epoch)
    assert actions.end_due(now) == 0 and actions.end_due(now + timedelta(hours=2)) == 1
    assert not Signal.objects.exists() and Call.objects.get().ended_by == "CLOCK"
    assert actions.forget_due(now + timedelta(days=89)) == 0 and actions.forget_due(now + timedelta(days=91)) == 1
    assert not Call.objects.exists()


def test_the_person_reads_and_erases_their_times(book: Any, citizen: Any, login: Any) -> None:
    row = book(citizen)
    Side(login(citizen), row).enter()
    told = report.report(Actor(citizen))["video_appointments"]
    assert told[0]["number"] == row.number and told[0]["agreed_at"]
    assert actions.forget_of(citizen.pk) == 1 and not Call.objects.exists()


def test_credentials_of_the_relay_are_for_participants_and_end(guest: Side, row, monkeypatch, settings) -> None:
    assert guest.post("betreten").json()["ice"] == [], "none is set up: no server, also none of somebody else"
    settings.TURN_SECRET = "geheim"
    monkeypatch.setitem(city().raw, "calls", {"turn": ["turn:relay.example:3478", "https://boese.example"]})
    [given] = guest.post("betreten").json()["ice"]
    until, label = given["username"].split(":")
    assert given["urls"] == ["turn:relay.example:3478"] and label == f"{row.pk}-citizen"
    assert timezone.now().timestamp() < int(until) <= (row.ends_at + timedelta(hours=1)).timestamp()
    proof = hmac.new(b"geheim", given["username"].encode(), hashlib.sha1).digest()
    assert given["credential"] == base64.b64encode(proof).decode() and turn.relay().connected
    assert "geheim" not in guest.client.get(guest.base).content.decode()


def test_a_promise_of_relay_only_without_a_relay_is_named(monkeypatch, settings) -> None:
    monkeypatch.setitem(city().raw, "calls", {"relay_only": True})
    assert [one.id for one in checks.relay()] == ["calls.W002"]
    monkeypatch.setitem(city().raw, "calls", {"relay_only": True, "turn": ["turn:relay.example:3478"]})
    settings.TURN_SECRET = "geheim"
    assert checks.relay() == []


def test_camera_and_microphone_are_allowed_on_the_call_page_alone(guest: Side, book: Any) -> None:
    page = guest.client.get(guest.base)
    assert "camera=(self)" in page["Permissions-Policy"] and "microphone=(self)" in page["Permissions-Policy"]
    for path in ("/", link_of(book())):
        assert "camera=()" in guest.client.get(path)["Permissions-Policy"]


def test_nothing_is_recorded_anywhere() -> None:
    """No recorder in the scripts, no server but the city's, no column that could hold a word."""
    scripts = "".join(file.read_text() for file in (Path(actions.__file__).parents[1] / "static" / "calls").glob("*.js"))
    assert not re.search(r"MediaRecorder|captureStream|toDataURL|stun:|https?://", scripts) and "RTCPeerConnection" in scripts
    texts = {field.name for field in Call._meta.get_fields() if field.get_internal_type() in ("TextField", "JSONField")}
    assert texts == set()


def test_the_clerks_list_names_who_waits_and_is_noted(book, citizen, clerk, login) -> None:
    row = book(citizen)
    guest = Side(login(citizen), row).enter()
    desk = login(clerk.account)
    assert "Prüft Kamera" in desk.get("/video/schreibtisch/").content.decode()
    guest.say()
    page = desk.get("/video/schreibtisch/").content.decode()
    assert "Wartet seit" in page and row.name in page and "nicht verbunden" in page
    assert Access.objects.filter(accounts__contains=[citizen.pk], source="appointments").exists()


def test_a_hidden_person_has_no_name_on_the_list(book, citizen, resident, clerk, login) -> None:
    type(resident).objects.update(blocked=True)
    row = book(citizen)
    desk = Side(login(clerk.account), row)
    assert row.name not in desk.client.get("/video/schreibtisch/").content.decode()
    page = desk.enter().client.get(desk.base).content.decode()
    assert "Kamera und Mikrofon prüfen" in page and "Auskunftssperre (§ 51 BMG)" in page
    assert row.name not in page and row.phone not in page
    assert not Access.objects.filter(accounts__contains=[citizen.pk], source="appointments").exists(), "nothing was read"
    type(resident).objects.update(blocked=False)
    page = desk.client.get(desk.base).content.decode()
    assert row.name in page and row.phone in page
