"""The page: a wish in one field, three times, a time held; booked only by a yes, and nothing said stays longer than an hour."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from stadtkern.kernel.accounts.models import Account
from stadtkern.kernel.appointments.models import Appointment
from stadtkern.kernel.voice import actions, views
from stadtkern.kernel.voice.models import Conversation

PAGE = "/terminwunsch/"


def say(client: Client, text: str) -> str:
    row = Conversation.objects.first()
    response = client.post(PAGE, {"say": text, "turn": row.state["turns"] if row else ""}, follow=True)
    assert response.status_code == 200, response.content[:500]
    return response.content.decode()


def test_a_visitor_finds_holds_and_goes_on_to_the_booking_page(client: Client, open_hall: object) -> None:
    assert PAGE in client.get("/termin/").content.decode()
    page = say(client, "Ich brauche einen neuen Personalausweis, so bald wie möglich")
    assert "Ich habe verstanden" in page and "Welche Zeit passt?" in page
    page = say(client, "die zweite")
    row = Appointment.objects.get()
    assert row.status == "HELD" and row.matter.key == "ausweis"
    assert row.number in page or "Auf welchen Namen" in page


def test_a_person_with_an_account_books_by_yes_and_by_nothing_else(client: Client, citizen: Account, open_hall: object) -> None:
    client.force_login(citizen)
    say(client, "Personalausweis, so bald wie möglich")
    page = say(client, "eins")
    assert citizen.name in page and "Soll ich buchen?" in page
    say(client, "ja aber lieber nicht")
    assert not Appointment.objects.filter(status="BOOKED").exists()
    say(client, "eins")
    page = say(client, "Ja")
    row = Appointment.objects.get(status="BOOKED")
    assert row.account == citizen and row.name == citizen.name
    assert "Ihr Termin ist gebucht" in page


def test_a_yes_from_an_old_page_or_a_second_click_books_nothing(client: Client, citizen: Account, open_hall: object) -> None:
    client.force_login(citizen)
    say(client, "Personalausweis, so bald wie möglich")
    say(client, "eins")
    for old in ({"turn": "1"}, {}, {"turn": "x"}):
        late = client.post(PAGE, {"say": "Ja", **old})
        assert late.status_code == 409 and "Soll ich buchen?" in late.content.decode()
    assert not Appointment.objects.filter(status="BOOKED").exists()
    say(client, "Ja")
    assert client.post(PAGE, {"say": "Ja", "turn": "2"}).status_code == 409
    assert "Ihr Termin ist gebucht" in say(client, "Ja")
    assert Appointment.objects.filter(status="BOOKED").count() == 1 == Appointment.objects.count()


def test_what_is_done_online_gets_its_address(client: Client, open_hall: object) -> None:
    page = say(client, "Ich möchte meinen Hund zur Hundesteuer anmelden")
    assert "/leistungen/hundesteuer_anmelden/" in page and "keinen Termin" in page


def test_starting_over_gives_the_time_back_and_forgets(client: Client, open_hall: object) -> None:
    say(client, "Personalausweis morgen")
    say(client, "eins")
    client.post(PAGE + "neu/")
    assert not Appointment.objects.filter(status="HELD").exists()
    assert not Conversation.objects.exists()
    assert "Personalausweis" not in client.get(PAGE).content.decode()


def test_words_are_gone_after_an_hour(client: Client, open_hall: object) -> None:
    say(client, "Personalausweis morgen")
    Conversation.objects.update(touched_at=timezone.now() - timedelta(minutes=61))
    assert "Ich habe verstanden" not in client.get(PAGE).content.decode()
    assert actions.forget_old(timezone.now()) == 1 and not Conversation.objects.exists()


@pytest.mark.parametrize(
    "text",
    ["\0\0", "<script>alert(1)</script>", "1" * 5000, "\ud800", "ja", "²½ﷺ", "am 99.99. um 77:77 Uhr", "in 999999 Tagen"],
)
def test_odd_input_gets_an_answer(client: Client, open_hall: object, text: str) -> None:
    response = client.post(PAGE, {"say": text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")}, follow=True)
    assert response.status_code in (200, 422)
    assert b"<script>alert" not in response.content
    assert not Appointment.objects.exists()


def test_an_empty_field_and_too_much(client: Client, open_hall: object, monkeypatch: pytest.MonkeyPatch) -> None:
    assert client.post(PAGE, {"say": " "}).status_code == 422
    monkeypatch.setattr(views, "MOST_TURNS", 1)
    assert client.post(PAGE, {"say": "hm"}).status_code == 429
