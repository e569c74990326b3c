"""The doors for sound: what may come in, what happens to it, the telephone with its signature, a call from a file."""

import base64
import io
import json
import math
import shutil
import struct
import time
import wave
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client

from stadtkern.kernel.appointments.models import Appointment
from stadtkern.kernel.city.profile import city
from stadtkern.kernel.voice import phone, sound
from stadtkern.kernel.voice.adapters.recognisers import off, whisper_local
from stadtkern.kernel.voice.adapters.speech import espeak
from stadtkern.kernel.voice.adapters.telephone import Turn, sip
from stadtkern.kernel.voice.models import Conversation

SECRET = "s" * 40


def tone(*pieces: float, rate: int = 8000) -> bytes:
    """A WAV file: sound and silence in turns, so many seconds each."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        for place, seconds in enumerate(pieces):
            loud = 8000 if place % 2 == 0 else 0
            frames = (int(loud * math.sin(number / 3)) for number in range(int(rate * seconds)))
            file.writeframes(b"".join(struct.pack("<h", value) for value in frames))
    return out.getvalue()


def opus(seconds: float) -> bytes:
    """The first and the last page of an OGG file, as far as its length goes."""
    page = struct.pack("<4sBBqIIIB", b"OggS", 0, 2, 0, 1, 0, 0, 1)
    return page + b"\x13OpusHead\x01\x01" + struct.pack("<4sBBqIIIB", b"OggS", 0, 4, int(seconds * 48_000), 1, 2, 0, 0)


def m4a(seconds: int) -> bytes:
    """The boxes of an M4A file that say its length."""
    return (
        b"\0\0\0\x18ftypM4A \0\0\0\0"
        + b"\0\0\0\x6cmvhd\0\0\0\0"
        + struct.pack(">IIII", 0, 0, 1000, seconds * 1000)
        + b"\0" * 80
    )


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """A recogniser that always hears the same, and what was given to it."""
    given: list[bytes] = []
    monkeypatch.setitem(city().raw, "voice", {"recogniser": "off"})
    monkeypatch.setattr(off, "SERVER", True)
    monkeypatch.setattr(off, "problem", lambda: "")
    monkeypatch.setattr(off, "hear", lambda data, words: given.append(data) or "Personalausweis, so bald wie möglich")
    return given


def test_length_is_read_from_the_content() -> None:
    assert sound.length(tone(1.5)) == pytest.approx(1.5)
    assert sound.length(opus(3)) == pytest.approx(3)
    assert sound.length(m4a(4)) == pytest.approx(4)
    assert sound.length(b"MZ" + b"\0" * 100) is None and sound.length(b"") is None
    for cut in range(0, 60, 7):  # torn files say nothing and break nothing
        for whole in (tone(0.1), opus(1), m4a(1)):
            sound.length(whole[:cut])


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (opus(31), "zu lang"),
        (m4a(3600), "zu lang"),
        (b"\x7fELF" + b"\0" * 99, "keine Aufnahme"),
        (b"\0" * 3_000_001, "zu groß"),
    ],
)
def test_what_is_too_long_too_large_or_no_sound_is_refused(
    client: Client, heard: list[bytes], db: None, data: bytes, words: str
) -> None:
    response = client.post("/terminwunsch/aufnahme/", {"audio": SimpleUploadedFile("wunsch.wav", data)})
    assert response.status_code == 422 and words in response.content.decode()
    assert heard == []


def test_a_recording_is_a_wish_like_a_typed_one(client: Client, heard: list[bytes], open_hall: object) -> None:
    response = client.post("/terminwunsch/aufnahme/", {"audio": SimpleUploadedFile("x.bin", tone(1))}, follow=True)
    assert "Welche Zeit passt?" in response.content.decode()
    assert heard == [tone(1)]


def test_without_a_recogniser_the_page_says_so(client: Client, open_hall: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(city().raw, "voice", {})
    response = client.post("/terminwunsch/aufnahme/", {"audio": SimpleUploadedFile("x.wav", tone(1))})
    assert response.status_code == 503 and "nicht verbunden" in response.content.decode()


def test_a_call_is_cut_at_its_pauses_and_answers_are_joined() -> None:
    pieces = sound.sentences(tone(1, 1.2, 0.5, 0.4, 0.5, 1.5, 1))
    assert len(pieces) == 3
    assert sound.length(pieces[1]) == pytest.approx(1.4, abs=0.4)  # a short pause does not end a sentence
    assert sound.length(sound.joined(pieces, pause=0)) == pytest.approx(sum(sound.length(one) or 0 for one in pieces), abs=0.01)
    assert sound.sentences(tone(0.0, 2)) == []


@pytest.fixture
def telephone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STADTKERN_TELEPHONE", SECRET)
    monkeypatch.setitem(city().raw, "voice", {"telephone": "sip"})


def ring(client: Client, body: object, *, stamp: str = "", signature: str = "") -> object:
    raw = json.dumps(body).encode() if not isinstance(body, bytes) else body
    stamp = stamp or str(int(time.time()))
    headers = {"X-Stadtkern-Time": stamp, "X-Stadtkern-Signature": signature or sip.signature(stamp, raw)}
    return client.post("/terminwunsch/telefon/", raw, content_type="application/json", headers=headers)


def test_a_whole_call_through_the_gateway(client: Client, telephone: None, open_hall: object) -> None:
    call = {"call": "provider-0001", "caller": "+49 170 1234567"}
    first = ring(client, {**call, "event": "start"}).json()
    assert "Mensch bitte" in first["say"] and first["hangup"] is False
    for text in ("Ich brauche so bald wie möglich einen neuen Personalausweis", "die zweite", "Mein Name ist Anna Weber"):
        said = ring(client, {**call, "event": "speech", "text": text}).json()["say"]
    assert "Anna Weber" in said and "drücken Sie die Eins" in said
    assert not Appointment.objects.filter(status="BOOKED").exists()
    ring(client, {**call, "event": "silence"})
    ring(client, {**call, "event": "speech", "text": "ja aber später"})
    assert not Appointment.objects.filter(status="BOOKED").exists()
    ring(client, {**call, "event": "speech", "text": "eins"})
    last = ring(client, {**call, "event": "digits", "digits": "1"}).json()
    row = Appointment.objects.get(status="BOOKED")
    assert last["hangup"] is True and row.name == "Anna Weber" and row.phone == "+49 170 1234567"
    assert not Conversation.objects.exists()


def test_hanging_up_gives_the_time_back(client: Client, telephone: None, open_hall: object) -> None:
    call = {"call": "provider-0002"}
    for text in ("Personalausweis morgen", "eins"):
        ring(client, {**call, "event": "speech", "text": text})
    assert Appointment.objects.filter(status="HELD").exists()
    ring(client, {**call, "event": "hangup"})
    assert not Appointment.objects.filter(status="HELD").exists() and not Conversation.objects.exists()


def test_the_gateway_must_sign_and_must_not_repeat_an_old_request(client: Client, telephone: None, open_hall: object) -> None:
    turn = {"call": "provider-0003", "event": "start"}
    assert ring(client, turn, signature="0" * 64).status_code == 403
    assert ring(client, turn, stamp=str(int(time.time()) - 600)).status_code == 403
    assert ring(client, turn, stamp="10" * 40).status_code == 403
    for body in (
        b"[]",
        b"{",
        {"call": "x", "event": "start"},
        {**turn, "event": "boo"},
        {**turn, "audio": "%%"},
        {**turn, "text": 7},
        b"[" * 100_000,
    ):
        assert ring(client, body).status_code == 400
    assert not Conversation.objects.exists()


def test_a_turn_sent_twice_is_one_turn(client: Client, telephone: None, open_hall: object) -> None:
    call, stamp = {"call": "provider-0007"}, str(int(time.time()))
    for text in ("Personalausweis, so bald wie möglich", "eins", "Anna Weber", "nein, lieber etwas später"):
        ring(client, {**call, "event": "speech", "text": text})
    first = {**call, "event": "digits", "digits": "1"}  # picks a time; the name is known: the next question is the last one
    answers = [ring(client, first, stamp=stamp).json() for _ in range(3)]
    assert "Soll ich buchen?" in answers[0]["say"] and answers[1] == answers[2] == answers[0]
    assert not Appointment.objects.filter(status="BOOKED").exists()
    yes, later = {**call, "event": "speech", "text": "ja"}, str(int(stamp) + 1)
    assert ring(client, yes, stamp=later).json()["hangup"] and ring(client, yes, stamp=later).json()["hangup"]
    assert Appointment.objects.filter(status="BOOKED").count() == 1
    assert not Appointment.objects.filter(status="HELD").exists()


def test_sound_without_a_recogniser_names_a_human_being(client: Client, telephone: None, open_hall: object) -> None:
    body = {"call": "provider-0008", "event": "speech", "audio": base64.b64encode(tone(0.5)).decode()}
    answer = ring(client, body).json()
    assert "nicht verbunden" in answer["say"] and "Telefon" in answer["say"] and answer["hangup"]


def test_without_a_secret_the_telephone_is_not_connected(client: Client, monkeypatch: pytest.MonkeyPatch, db: None) -> None:
    monkeypatch.setitem(city().raw, "voice", {})
    assert ring(client, {"call": "provider-0004", "event": "start"}).status_code == 503
    monkeypatch.setitem(city().raw, "voice", {"telephone": "sip"})
    assert ring(client, {"call": "provider-0004", "event": "start"}).status_code == 503


def test_many_calls_from_one_number_are_slowed_down(
    telephone: None, open_hall: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(phone, "CALLS", 1)
    assert not phone.answer(Turn("provider-0005", "start", "0170 1")).hangup
    assert phone.answer(Turn("provider-0006", "start", "0170 1")).hangup


@pytest.mark.skipif(not shutil.which("espeak-ng"), reason="espeak-ng is not installed")
def test_a_sound_file_in_and_a_sound_file_out(
    heard: list[bytes], open_hall: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(city().raw, "voice", {"recogniser": "off", "speech": "espeak"})
    (tmp_path / "in.wav").write_bytes(tone(1, 1.2, 1))
    call_command("call", str(tmp_path / "in.wav"), str(tmp_path / "out.wav"))
    assert len(heard) == 2
    assert (sound.length((tmp_path / "out.wav").read_bytes()) or 0) > 5
    assert not Appointment.objects.filter(status__in=("HELD", "BOOKED")).exists()
    assert espeak.say("-w /tmp/x Guten Tag")[:4] == b"RIFF"  # a text is never an option


def test_a_call_needs_what_it_uses(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(city().raw, "voice", {})
    with pytest.raises(CommandError, match="nicht verbunden"):
        call_command("call", str(tmp_path / "in.wav"), str(tmp_path / "out.wav"))


def test_whisper_says_what_is_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(whisper_local.importlib.util, "find_spec", lambda name: None)
    assert "faster-whisper" in whisper_local.problem()
    monkeypatch.setattr(whisper_local.importlib.util, "find_spec", lambda name: object())
    monkeypatch.setenv("STADTKERN_WHISPER", str(tmp_path))
    assert "kein Sprachmodell" in whisper_local.problem()
