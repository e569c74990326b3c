"""Residents book, move, cancel and wait, with and without an account; what people are told, and doors that stay shut."""

import re
from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from ical.calendar_stream import IcsCalendarStream

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.actions import mandates
from stadtkern.kernel.accounts.models import Mandate
from stadtkern.kernel.appointments import actions, erasure, link, search
from stadtkern.kernel.appointments.models import Appointment, Feed, Notice, Waiting, Wave
from stadtkern.kernel.appointments.views import held as views_held
from stadtkern.kernel.appointments.views import manage
from stadtkern.kernel.appointments.wish import Wish
from stadtkern.kernel.events.models import Event
from stadtkern.kernel.inbox.models import Message

GUEST = {"name": "Đurđa Đorđević", "email": "gast@example.org", "phone": "", "names": ""}
FAMILY = Wish((("ausweis", 2), ("ummelden", 1)))


@pytest.fixture
def open_hall(hall):
    """The small town hall with days from today on."""
    actions.generate_days(timezone.localdate(), timezone.localdate() + timedelta(days=25))
    return hall


@pytest.fixture
def mails(settings, tmp_path):
    """E-mails handed over so far."""
    settings.HOME = tmp_path

    def read():
        files = sorted((tmp_path / "mail").glob("*.eml"), key=lambda file: file.stat().st_mtime_ns)
        return [file.read_text() for file in files]

    return read


def free(wish: Wish = FAMILY, skip: int = 0):
    """A time at least two days ahead."""
    day = timezone.localdate() + timedelta(days=2)
    return search.free(wish, day, day + timedelta(days=10))[skip]


def button(found) -> str:
    return f"{found.place.key} {found.starts_at.isoformat()}"


def post_hold(client: Client, found, wish: Wish = FAMILY):
    data = {"anliegen": [key for key, _n in wish.matters], "zeit": button(found)}
    data |= {f"personen.{key}": count for key, count in wish.matters}
    return client.post(reverse("appointments:hold"), data)


def book(client: Client, found=None, wish: Wish = FAMILY, **typed: str) -> Appointment:
    held = post_hold(client, found or free(wish), wish)
    assert held.status_code == 302, held.content.decode()
    done = client.post(held["Location"], GUEST | typed)
    assert done.status_code == 302, done.content.decode()
    return Appointment.objects.get(number=done["Location"].split("/")[2])


def test_a_family_books_without_an_account(open_hall, client):
    page = client.get(reverse("appointments:matters"), {"anliegen": ["ausweis", "ummelden"], "weiter": "1"})
    assert page["Location"] == "/termin/wie/?anliegen=ausweis&anliegen=ummelden"
    how = client.get(page["Location"]).content.decode()
    assert 'name="personen.ausweis"' in how and "Egal, möglichst bald" in how
    times = client.get(reverse("appointments:times"), {"anliegen": ["ausweis", "ummelden"], "personen.ausweis": "2"})
    found = free()
    assert "etwa 35 Minuten" in times.content.decode() and "Früheste Termine" in times.content.decode()
    held = post_hold(client, found)
    row = Appointment.objects.get()
    assert (row.status, row.persons, row.account) == ("HELD", 2, None)
    assert post_hold(client, found)["Location"] == held["Location"] and Appointment.objects.count() == 1, "a double click"
    form = client.get(held["Location"]).content.decode()
    assert "Für Sie reserviert bis" in form and "2. Person" in form
    wrong = client.post(held["Location"], GUEST | {"email": "gast@"})
    assert wrong.status_code == 422 and "Đurđa Đorđević" in wrong.content.decode()
    done = client.post(held["Location"], GUEST | {"names": "Ömer"}, follow=True)
    row.refresh_from_db()
    assert (row.status, row.name, row.names) == ("BOOKED", "Đurđa Đorđević", ["Ömer"])
    assert row.number in done.content.decode() and "Ihr Termin ist gebucht" in done.content.decode()
    assert client.post(held["Location"], GUEST).status_code == 302, "the back button ends at the appointment"
    assert Event.objects.filter(name="appointment.booked").count() == 1


def test_somebody_was_faster(open_hall, client):
    found = free()
    held = post_hold(client, found)
    for _again in range(3):  # every counter of the place that could serve it
        post_hold(Client(), found)
    answer = post_hold(Client(), found)
    assert answer.status_code == 409 and "Diese Zeit ist vergeben" in answer.content.decode()
    assert "Am nächsten daran ist frei" in answer.content.decode()
    Appointment.objects.update(held_until=timezone.now() - timedelta(minutes=1))
    actions.expire_due()
    stranger = Client()
    while post_hold(stranger, found).status_code == 302:
        stranger = Client()
    lost = client.post(held["Location"], GUEST)
    assert lost.status_code == 409 and "Ihre Angaben haben wir behalten" in lost.content.decode()
    again = post_hold(client, free(skip=5))
    form = client.get(again["Location"]).content.decode()
    assert "Đurđa Đorđević" in form and "gast@example.org" in form, "nothing typed is lost"


def test_a_lapsed_hold_that_nobody_took_is_still_confirmed(open_hall, client):
    held = post_hold(client, free())
    Appointment.objects.update(held_until=timezone.now() - timedelta(minutes=1))
    actions.expire_due()
    assert "Die Reservierung ist abgelaufen" in client.get(held["Location"]).content.decode()
    client.post(held["Location"], GUEST)
    assert Appointment.objects.get().status == "BOOKED"


def test_another_browser_needs_the_link(open_hall, client):
    row = book(client)
    stranger, path = Client(), reverse("appointments:show", args=[row.number])
    for name in ("show", "data", "move", "cancel", "calendar"):
        assert stranger.get(reverse(f"appointments:{name}", args=[row.number])).status_code == 404
    assert stranger.post(reverse("appointments:cancel", args=[row.number])).status_code == 404
    door = reverse("appointments:open", args=[link.code_of(row)])
    opened = stranger.get(door)
    assert opened["Location"] == path and link.code_of(row) not in stranger.get(path).headers.get("Location", "")
    assert row.number in stranger.get(path).content.decode()
    moved = stranger.post(reverse("appointments:move", args=[row.number]), {"zeit": button(free(skip=7))}, follow=True)
    assert "Ihr Termin ist verschoben" in moved.content.decode()
    assert "Termin absagen?" in stranger.get(reverse("appointments:cancel", args=[row.number])).content.decode()
    stranger.post(reverse("appointments:cancel", args=[row.number]))
    row.refresh_from_db()
    assert (row.status, row.sequence) == ("CANCELLED", 2)
    assert "Dieser Termin ist abgesagt" in Client().get(door, follow=True).content.decode()


def test_links_cannot_be_guessed(open_hall, client):
    answers = [client.get(f"/termin/o/{'x' * 20}{n}/").status_code for n in range(22)]
    assert answers[0] == 404 and answers[-1] == 429


def test_after_the_appointment_the_page_says_so(open_hall, client, monkeypatch):
    row = book(client)
    monkeypatch.setattr(manage, "timezone", SimpleNamespace(now=lambda: row.ends_at + timedelta(hours=2)))
    page = client.get(reverse("appointments:show", args=[row.number])).content.decode()
    assert "Dieser Termin ist vorbei" in page and "Verschieben" not in page
    assert client.get(reverse("appointments:cancel", args=[row.number])).status_code == 302


def test_signed_in_everything_is_filled_in_and_listed(open_hall, client, citizen, other_citizen, login):
    mine = login(citizen)
    held = post_hold(mine, free())
    assert citizen.email in mine.get(held["Location"]).content.decode()
    row = book(mine, email=citizen.email)
    assert row.account == citizen and row.number in mine.get(reverse("appointments:show", args=[row.number])).content.decode()
    assert login(other_citizen).get(reverse("appointments:show", args=[row.number])).status_code == 404
    listed = mine.get(reverse("appointments:mine")).content.decode()
    assert "Personalausweis (2 Personen), Wohnung ummelden" in listed
    second = post_hold(mine, free(skip=9))
    assert second.status_code == 409 and "Zu meinen Terminen" in second.content.decode(), "one where one is allowed"


def test_the_list_of_appointments_asks_little(open_hall, citizen, login, django_assert_max_num_queries):
    open_hall.pass_.per_person_limit = 0
    open_hall.pass_.save()
    for number in range(6):
        found = free(Wish.of("ausweis"), skip=number * 3)
        row = actions.hold(Actor(citizen), Wish.of("ausweis"), found.place, found.starts_at, holder=f"h{number}")
        actions.confirm(Actor(citizen), row, name="Anna", email=citizen.email)
    mine = login(citizen)
    mine.get(reverse("appointments:mine"))
    with django_assert_max_num_queries(10):
        assert mine.get(reverse("appointments:mine")).content.decode().count("Bürgeramt") >= 6


def test_times_ask_little(open_hall, client, django_assert_max_num_queries):
    with django_assert_max_num_queries(13):
        client.get(reverse("appointments:times"), {"anliegen": "ausweis"})


@pytest.mark.parametrize(
    "query",
    [
        "anliegen=%00", "anliegen=gibtsnicht", "anliegen=ausweis&personen.ausweis=" + "9" * 400, "anliegen=ausweis&ort=%00",
        "anliegen=ausweis&ort=nirgends", "anliegen=ausweis&ab=2026-13-45&tag=%ED%A0%80", "anliegen=ausweis&ab=9999-12-31",
        "anliegen=ausweis&art=fax", "anliegen=trauung&art=video", "anliegen=ausweis&anliegen=ausweis&personen.ausweis=-1",
        "&".join(f"anliegen=a{n}" for n in range(50)), "anliegen=ausweis&ab=0001-01-01",
    ],
)  # fmt: skip
def test_odd_addresses_are_no_error(open_hall, client, query):
    for name in ("matters", "how", "times", "join"):
        assert client.get(f"{reverse(f'appointments:{name}')}?{query}").status_code in (200, 302, 422)


@pytest.mark.parametrize(
    "time",
    ["", "mitte", "mitte gestern", "mitte 2026-12-02T10:20:00", "nirgends 2026-12-02T10:20:00+01:00",
     "mitte 9999-12-31T23:59:59+00:00", "\0 \0", "mitte 2026-12-02T10:21:37+01:00", "mitte 1999-01-01T00:00:00+01:00"],
)  # fmt: skip
def test_times_nobody_offered_are_refused(open_hall, client, time):
    answer = client.post(reverse("appointments:hold"), {"anliegen": "ausweis", "zeit": time})
    assert answer.status_code in (302, 409) and not Appointment.objects.exists()


def test_odd_names_reach_calendar_and_page(open_hall, client):
    open_hall.pass_.title = 'Ausweis, "Pass"; Kind\\n 👨‍👩‍👧'
    open_hall.pass_.save()
    held = post_hold(client, free())
    body = "email=gast%40example.org&name=Zo%C3%AB%E2%80%A8+%3Cb%3E%ED%A0%80%07%00%2C+" + "x" * 500
    done = client.post(held["Location"], body, content_type="application/x-www-form-urlencoded")
    assert done.status_code == 302, done.content.decode()
    row = Appointment.objects.get()
    assert "<b>" not in client.get(reverse("appointments:show", args=[row.number])).content.decode().replace("&lt;b&gt;", "")
    answer = client.get(reverse("appointments:calendar", args=[row.number]))
    assert answer["Content-Type"] == "text/calendar; charset=utf-8; method=PUBLISH"
    (event,) = IcsCalendarStream.calendar_from_ics(answer.content.decode()).events
    assert event.summary == 'Ausweis, "Pass"; Kind\\n 👨‍👩‍👧 (2 Personen), Wohnung ummelden'
    assert event.uid.startswith(row.number.lower()) and event.dtstart == row.starts_at


@pytest.mark.django_db(transaction=True)
def test_guests_get_mails_with_a_calendar_file(open_hall, client, run_jobs, mails, settings):
    row = book(client)
    run_jobs()
    (mail,) = mails()
    assert "gast@example.org" in mail and "text/calendar" in mail and 'filename="termin.ics"' in mail
    assert "Personalausweis" not in mail, "an e-mail does not say what it is for"
    (path,) = set(re.findall(r"/termin/o/[\w-]+/", mail.replace("=\n", "")))
    assert Client().get(path)["Location"] == reverse("appointments:show", args=[row.number])
    actions.move(Actor(), row, free(skip=7).place, free(skip=7).starts_at)
    run_jobs()
    actions.cancel(Actor(), row)
    run_jobs()
    _booked, moved, gone = mails()
    assert "METHOD:PUBLISH" in moved and "SEQUENCE:1" in moved and "METHOD:CANCEL" in gone and "SEQUENCE:2" in gone
    assert [notice.state for notice in Notice.objects.order_by("pk")] == ["SENT"] * 3
    again = book(client, free(skip=3))
    actions.cancel(Actor(), again)
    run_jobs()
    assert len(mails()) == 4 and "METHOD:CANCEL" in mails()[3], "a confirmation that a cancellation has overtaken is not sent"


@pytest.mark.django_db(transaction=True)
def test_accounts_get_letters_once(open_hall, citizen, login, run_jobs, mails):
    row = book(login(citizen), email=citizen.email)
    run_jobs()
    letter = Message.objects.get()
    assert "Personalausweis (2 Personen), Wohnung ummelden" in letter.body and row.number in letter.body
    assert letter.link == reverse("appointments:show", args=[row.number]) and "Es gibt neue Post" in mails()[0]
    event = Event.objects.get(name="appointment.booked")
    actions.tell(row, "booked", once=f"event:{event.pk}", actor_key="system")
    assert Message.objects.count() == 1, "a replay tells nothing twice"


@pytest.mark.django_db(transaction=True)
def test_a_day_before_everybody_is_reminded_once(open_hall, client, run_jobs, mails):
    row = book(client)
    almost = row.starts_at - timedelta(hours=23)
    assert actions.remind(row.starts_at - timedelta(hours=30)) == 0, "too early"
    Appointment.objects.update(booked_at=row.starts_at - timedelta(hours=25))
    assert actions.remind(almost) == 0, "whoever booked so late has the confirmation in hand"
    Appointment.objects.update(booked_at=row.starts_at - timedelta(days=5))
    assert actions.remind(almost) == 1 and actions.remind(almost) == 0
    run_jobs()
    assert sum("Erinnerung" in mail for mail in mails()) == 1
    assert Event.objects.filter(name="appointment.reminded").count() == 1


def test_the_feed_of_an_account(open_hall, citizen, login, client):
    mine = login(citizen)
    row = book(mine, email=citizen.email)
    mine.post(reverse("appointments:subscribe"))
    page = mine.get(reverse("appointments:mine")).content.decode()
    (path,) = set(re.findall(r"/termin/kalender/[\w-]+\.ics", page))
    assert path not in mine.get(reverse("appointments:mine")).content.decode(), "shown once"
    feed = IcsCalendarStream.calendar_from_ics(client.get(path).content.decode())
    assert [event.uid.partition("@")[0] for event in feed.events] == [row.number.lower()]
    actions.cancel(Actor(citizen), row)
    (event,) = IcsCalendarStream.calendar_from_ics(client.get(path).content.decode()).events
    assert event.status.value == "CANCELLED" and event.sequence == 1
    mine.post(reverse("appointments:subscribe"), {"end": "1"})
    assert client.get(path).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_the_waiting_list_offers_and_asks(open_hall, client, run_jobs, mails):
    """Everything of the next days is taken; one cancels, the one who waits gets it by link and says yes."""
    wish, day = Wish.of("trauung"), timezone.localdate() + timedelta(days=3)
    while day.weekday() > 4:
        day += timedelta(days=1)
    taken = []
    while found := search.free(wish, day, day):
        held = actions.hold(Actor(), wish, found[0].place, found[0].starts_at, holder=f"h{len(taken)}")
        taken.append(actions.confirm(Actor(), held, name="Paar", email=f"paar{len(taken)}@example.org"))
    data = GUEST | {"first": day.isoformat(), "last": day.isoformat(), "weekday": ["0", "1", "2", "3", "4", "5"], "hours": ""}
    wrong = client.post(reverse("appointments:join") + "?anliegen=trauung", {**data, "first": "quatsch", "email": "x"})
    assert wrong.status_code == 422
    joined = client.post(reverse("appointments:join") + "?anliegen=trauung", data)
    assert joined.status_code == 302, joined.content.decode()
    entry = Waiting.objects.get()
    assert "Sie stehen auf der Warteliste" in client.get(joined["Location"]).content.decode()
    assert Client().get(joined["Location"]).status_code == 404
    twice = client.post(reverse("appointments:join") + "?anliegen=trauung", data)
    assert twice.status_code == 409 and "schon auf der Warteliste" in twice.content.decode()
    actions.cancel(Actor(), taken[0])
    run_jobs()
    offer = next(mail for mail in mails() if "/warteliste/o/" in mail.replace("=\n", ""))
    (path,) = set(re.findall(r"/termin/warteliste/o/[\w-]+/", offer.replace("=\n", "")))
    phone = Client()
    page = phone.get(path, follow=True).content.decode()
    assert "Dieser Termin ist für Sie frei" in page
    yes = phone.post(reverse("appointments:waiting_answer", args=[entry.pk]), {"antwort": "ja"})
    entry.refresh_from_db()
    assert entry.status == "TAKEN" and entry.offer.status == "BOOKED"
    assert yes["Location"] == reverse("appointments:show", args=[entry.offer.number])
    again = phone.post(reverse("appointments:waiting_answer", args=[entry.pk]), {"antwort": "ja"})
    assert again.status_code == 302 and Appointment.objects.filter(status="BOOKED").count() == len(taken)
    assert phone.get(yes["Location"]).status_code == 200, "whoever answered by link may open the appointment"


def test_a_number_of_somebody_else_says_nothing(open_hall, client):
    assert client.get("/termin/T-0000-0000/").status_code == 404
    assert client.get("/termin/T-7F3K-9QXM%00/").status_code == 404


def test_phone_appointments_need_a_number(open_hall, client):
    wish = Wish.of("ausweis", channel="phone")
    found = free(wish)
    held = client.post(reverse("appointments:hold"), {"anliegen": "ausweis", "art": "phone", "zeit": button(found)})
    assert client.post(held["Location"], GUEST).status_code == 422
    assert client.post(held["Location"], GUEST | {"phone": "0123 456789"}).status_code == 302
    assert datetime.now(tz=found.starts_at.tzinfo) < Appointment.objects.get().starts_at


@pytest.mark.django_db(transaction=True)
def test_when_the_person_is_forgotten_so_are_letters_and_feed(open_hall, citizen, login, run_jobs, mails):
    mine = login(citizen)
    row = book(mine, email=citizen.email)
    mine.post(reverse("appointments:subscribe"))
    run_jobs()
    assert Message.objects.filter(about=str(row)).exists() and Notice.objects.exists()
    assert actions.forget_notices() == 0, "as long as the appointment has a person"
    erasure.erase(citizen.pk, None)
    assert actions.forget_notices() == 1 and actions.forget_notices() == 0
    assert not Message.objects.filter(about=str(row)).exists() and not Feed.objects.exists()


def test_one_address_cannot_click_all_times_away(open_hall, monkeypatch):
    monkeypatch.setattr(views_held, "MOST_HOLDS", 3)
    found = free(Wish.of("ausweis"))
    answers = [post_hold(Client(), found, Wish.of("ausweis")).status_code for _n in range(5)]
    assert answers[0] == 302 and answers[-1] == 429


def test_a_mandate_for_something_else_books_nothing(open_hall, citizen, other_citizen, login):
    open_hall.pass_.service = "personalausweis_beantragen"
    open_hall.pass_.save()
    EmailAddress.objects.create(user=citizen, email=citizen.email, verified=True, primary=True)
    until = timezone.localdate() + timedelta(days=30)
    _row, code = mandates.invite(Actor(other_citizen), email=citizen.email, until=until, services=["hundesteuer_anmelden"])
    mandates.accept(Actor(citizen), code)
    mine = login(citizen)
    session = mine.session
    session["mandate"] = Mandate.objects.under(citizen).get().pk
    session.save()
    answer = post_hold(mine, free(Wish.of("ausweis")), Wish.of("ausweis"))
    assert answer.status_code == 409 and "gilt dafür nicht" in answer.content.decode()
    assert not Appointment.objects.exists()


def test_contested_times_lead_to_the_queue(open_hall, client):
    found = free(Wish.of("ausweis"))
    day, now = timezone.localdate(found.starts_at), timezone.now()
    row = book(client, free(Wish.of("ausweis"), skip=30), Wish.of("ausweis"))
    wave = Wave.objects.create(
        matter=open_hall.pass_, opens_at=now - timedelta(minutes=5), queue_from=now - timedelta(hours=1), first=day, last=day
    )
    queue = reverse("admission:queue", args=[wave.pk])
    assert client.get(reverse("appointments:times"), {"anliegen": "ausweis"})["Location"] == queue
    assert post_hold(Client(), found, Wish.of("ausweis"))["Location"] == queue, "not by an old page either"
    moved = client.post(reverse("appointments:move", args=[row.number]), {"zeit": button(found)})
    assert moved.status_code == 409 and "Warteschlange" in moved.content.decode()
    wave.gone_at = now
    wave.save()
    assert client.get(reverse("appointments:times"), {"anliegen": "ausweis"}).status_code == 200
