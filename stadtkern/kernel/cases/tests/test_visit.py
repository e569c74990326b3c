"""A service that needs a visit: chosen in the form, booked with sending, lost and found, given back."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import connections, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Trust
from stadtkern.kernel.appointments import actions as appointments
from stadtkern.kernel.appointments import search
from stadtkern.kernel.appointments.models import Appointment, Counter, Hours, Matter, Place
from stadtkern.kernel.appointments.wish import Wish
from stadtkern.kernel.cases import actions, visits
from stadtkern.kernel.cases.models import Case, Status
from stadtkern.kernel.services import catalogue

KEY = "personalausweis_beantragen"
ANSWERS = {
    "for_whom": "self", "reason": "expires", "person/given_names": "Anna", "person/family_name": "Ärmlich",
    "person/birth_date": "1990-05-05", "person/birth_place": "Köln", "address/street": "Rosenweg", "address/house_number": "3",
    "address/postcode": "49999", "address/town": "Musterstadt", "height": 170, "eyes": "blue", "photo": "provider",
    "pick_up": "counter",
}  # fmt: skip


@pytest.fixture
def counter(offices):
    matter = Matter.objects.create(key="perso", title="Personalausweis", service=KEY, minutes=15)
    place = Place.objects.create(
        key="amt", title="Bürgeramt", office=offices["buergeramt"], state="NW", street="Rathausplatz 1"
    )
    row = Counter.objects.create(place=place, key="a", name="Schalter 1")
    row.matters.add(matter)
    for weekday in range(7):
        Hours.objects.create(place=place, weekday=weekday, opens="08:00", closes="10:00")
    appointments.generate_days(timezone.localdate(), timezone.localdate() + timedelta(days=20))
    return row


@pytest.fixture
def draft(citizen, counter):
    case, _secret = actions.start(Actor(citizen, trust=Trust.BASIC), catalogue.find(KEY))
    Case.objects.filter(pk=case.pk).update(answers=ANSWERS, steps_done=[step.key for step in catalogue.find(KEY).form.steps])
    case.refresh_from_db()
    return case


def button(skip: int = 0) -> str:
    day = timezone.localdate() + timedelta(days=2)
    found = search.free(Wish.of("perso"), day, day + timedelta(days=5))[skip]
    return f"{found.place.key} {found.starts_at.isoformat()}"


def page(name: str, case: Case) -> str:
    return reverse(f"cases:{name}", args=[case.reference])


def test_held_with_the_form_and_booked_with_sending(draft, citizen, login, django_assert_max_num_queries):
    mine = login(citizen)
    assert "Weiter ohne Termin" in mine.get(page("visit", draft)).content.decode()
    assert mine.post(page("visit", draft), {"zeit": button()})["Location"] == page("review", draft)
    row = Appointment.objects.get()
    assert (row.status, row.about, row.account) == ("HELD", str(draft), citizen)
    assert "Für Sie reserviert bis" in mine.get(page("review", draft)).content.decode()
    mine.post(page("visit", draft), {"zeit": button(3)})
    assert Appointment.objects.filter(status="HELD").count() == 1, "another time gives the first one back"
    mine.post(page("submit", draft))
    row = Appointment.objects.get(status="BOOKED")
    assert row.name == "Anna Ärmlich" and actions.book_visit(draft.pk) is None
    done = mine.get(page("done", draft)).content.decode()
    assert "Sie kommen am" in done and row.number in mine.get(page("track", draft)).content.decode()
    assert mine.get(page("visit", draft))["Location"] == page("track", draft)
    with django_assert_max_num_queries(40):
        mine.get(page("track", draft))


def test_one_account_holds_one_time_and_the_application_still_gets_its_own(draft, citizen, login):
    """Nobody hoards: another click gives the first hold back. With sending it is taken again, if nobody was faster."""
    other = Matter.objects.create(key="anderes", title="Anderes", minutes=15)
    Counter.objects.get().matters.add(other)
    appointments.generate_days(timezone.localdate(), timezone.localdate() + timedelta(days=20))
    mine = login(citizen)
    mine.post(page("visit", draft), {"zeit": button()})
    wanted = Appointment.objects.get()
    assert mine.post(reverse("appointments:hold"), {"anliegen": "anderes", "zeit": button(2)}).status_code == 302
    assert "Die Reservierung ist abgelaufen" in mine.get(page("review", draft)).content.decode()
    mine.post(page("submit", draft))
    wanted.refresh_from_db()
    assert wanted.status == "BOOKED" and wanted.about == str(draft)


def test_the_time_is_kept_while_somebody_fills_in_but_not_for_ever(draft, citizen, login):
    login(citizen).post(page("visit", draft), {"zeit": button()})
    row = Appointment.objects.get()
    later = row.held_until - timedelta(minutes=1)
    kept = appointments.keep_longer(str(draft), "account:1", later)
    assert kept.held_until > row.held_until
    Appointment.objects.update(created_at=row.created_at - timedelta(minutes=44), held_until=later)
    assert appointments.keep_longer(str(draft), "account:1", later - timedelta(minutes=5)).held_until == later


def test_a_time_that_is_gone_does_not_stop_the_application(draft, citizen, login):
    mine = login(citizen)
    mine.post(page("visit", draft), {"zeit": button()})
    taken = Appointment.objects.get()
    Appointment.objects.update(held_until=timezone.now() - timedelta(minutes=1))
    appointments.expire_due()
    assert "Die Reservierung ist abgelaufen" in mine.get(page("review", draft)).content.decode()
    appointments.hold(Actor(), Wish.of("perso"), taken.place, taken.starts_at, holder="faster")
    said = mine.post(page("submit", draft), follow=True).content.decode()
    draft.refresh_from_db()
    assert draft.status == Status.AWAITING_PAYMENT and "Nur der Termin fehlt noch" in said
    assert "Termin wählen" in mine.get(page("track", draft)).content.decode()
    assert mine.post(page("visit", draft), {"zeit": button(4)})["Location"] == page("track", draft)
    assert Appointment.objects.get(status="BOOKED").about == str(draft), "chosen afterwards it is booked at once"


def test_withdrawn_and_thrown_away_give_the_time_back(draft, citizen, login):
    mine = login(citizen)
    mine.post(page("visit", draft), {"zeit": button()})
    mine.post(page("submit", draft))
    mine.post(page("withdraw", draft))
    assert Appointment.objects.get().status == "CANCELLED"
    again, _secret = actions.start(Actor(citizen, trust=Trust.BASIC), catalogue.find(KEY))
    Case.objects.filter(pk=again.pk).update(answers=ANSWERS, steps_done=[step.key for step in catalogue.find(KEY).form.steps])
    mine.post(page("visit", again), {"zeit": button()})
    mine.post(page("discard", again))
    assert (
        not Appointment.objects.filter(status__in=("HELD", "BOOKED")).exists() and not Case.objects.filter(pk=again.pk).exists()
    )


def test_whoever_missed_it_chooses_another(draft, citizen, login):
    mine = login(citizen)
    mine.post(page("visit", draft), {"zeit": button()})
    mine.post(page("submit", draft))
    Case.objects.filter(pk=draft.pk).update(status=Status.IN_REVIEW)
    appointments.miss(Actor(), Appointment.objects.get())
    told = mine.get(page("track", draft)).content.decode()
    assert "Termin verpasst" in told and "Wählen Sie einen neuen Termin" in told
    assert mine.post(page("visit", draft), {"zeit": button(4)})["Location"] == page("track", draft)
    assert Appointment.objects.get(status="BOOKED").about == str(draft)
    assert "Termin vereinbart" in mine.get(page("track", draft)).content.decode()


def test_somebody_was_faster_shows_what_is_near(draft, citizen, login):
    wanted = button()
    key, _space, at = wanted.partition(" ")
    appointments.hold(Actor(), Wish.of("perso"), Place.objects.get(key=key), timezone.datetime.fromisoformat(at), holder="x")
    answer = login(citizen).post(page("visit", draft), {"zeit": wanted})
    assert answer.status_code == 409 and "Am nächsten daran ist frei" in answer.content.decode()
    assert f'action="{page("visit", draft)}"' in answer.content.decode(), "the alternatives belong to the application"


def test_foreign_drafts_stay_foreign(draft, other_citizen, login):
    assert login(other_citizen).get(page("visit", draft)).status_code == 404
    assert Client().post(page("visit", draft), {"zeit": button()}).status_code == 404
    assert not Appointment.objects.exists()


def test_a_city_without_times_asks_for_no_visit(draft, citizen, login):
    Counter.objects.update(active=False)
    mine = login(citizen)
    assert mine.get(page("visit", draft))["Location"] == page("review", draft)
    assert visits.matter_of(catalogue.find(KEY), {}) is None
    assert mine.post(page("submit", draft)).status_code == 302


def test_withdrawn_while_a_time_is_booked_leaves_no_appointment(transactional_db, draft, citizen, login):
    mine = login(citizen)
    mine.post(page("visit", draft), {"zeit": button()})
    Case.objects.filter(pk=draft.pk).update(status=Status.SUBMITTED)  # sent; its time is booked at the same moment as:

    def book() -> Appointment | None:
        try:
            return actions.book_visit(draft.pk)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            actions.withdraw(Actor(citizen, trust=Trust.BASIC), draft)
            booking = pool.submit(book)
            with suppress(TimeoutError):
                booking.result(0.3)  # it waits for the withdrawal
        assert booking.result(10) is None
    assert not Appointment.objects.filter(status="BOOKED").exists()
