"""One plate for one person: races, expiry, the application that reserves it, and what becomes of it."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from stadtkern.domains.mobility.actions import plates as actions
from stadtkern.domains.mobility.models import Plate
from stadtkern.domains.mobility.plates import SERVICE
from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Account
from stadtkern.kernel.cases.models import Case, Status
from stadtkern.kernel.inbox.models import Message
from stadtkern.kernel.registers.models import Vehicle
from stadtkern.kernel.services import catalogue
from stadtkern.kernel.services.actions import publish

WISH = "MST-ZC 7"


def case_of(account, plate=WISH, reference="MS-1111-1111"):
    return Case.objects.create(
        reference=reference, service=SERVICE, edition=publish(catalogue.find(SERVICE)), status=Status.SUBMITTED,
        account=account, applicant="x", answers={"plate": plate, "choice": "wish"},
    )  # fmt: skip


def test_held_by_one_refused_to_another_and_free_again(citizen, other_citizen):
    row = actions.hold(Actor(citizen), "mst zc 7")
    assert row.plate == WISH and actions.hold(Actor(citizen), WISH).pk == row.pk
    with pytest.raises(actions.Taken, match="gerade vergeben"):
        actions.hold(Actor(other_citizen), WISH)
    actions.give_up(Actor(other_citizen), row)  # not the holder: nothing happens
    assert Plate.objects.get().status == "HELD"
    actions.give_up(Actor(citizen), row)
    assert actions.hold(Actor(other_citizen), WISH).account == other_citizen


@pytest.mark.parametrize(
    "typed", ["MST-SS 1", "MST-A 88", "MST-HJ 7", "B-AB 1", "MST-AB 12345", "", "\ud800", "x" * 500, "MST-AB 1\x00"]
)
def test_what_the_city_does_not_give_out(citizen, typed):
    with pytest.raises(actions.Refused):
        actions.hold(Actor(citizen), typed)


def test_a_vehicle_bears_it(citizen):
    Vehicle.objects.create(plate=WISH, make="x", first_registration_date=date(2020, 1, 1), person_key=uuid.uuid4())
    with pytest.raises(actions.Taken):
        actions.hold(Actor(citizen), WISH)


def test_not_more_than_a_few_at_once(citizen):
    for number in (1, 2):
        actions.hold(Actor(citizen), f"MST-AA {number}")
    with pytest.raises(actions.Refused, match="Sie halten schon 2"):
        actions.hold(Actor(citizen), "MST-AA 3")


def test_a_hold_ends_by_the_clock_and_by_the_next_who_wants_it(citizen, other_citizen):
    actions.hold(Actor(citizen), WISH)
    Plate.objects.update(until=timezone.now() - timedelta(seconds=1))
    assert actions.hold(Actor(other_citizen), WISH).account == other_citizen  # before the clock came
    Plate.objects.filter(status="HELD").update(until=timezone.now() - timedelta(seconds=1))
    assert actions.expire_due(timezone.now()) == 1 and not Plate.objects.live().exists()


def test_an_application_reserves_it_for_ninety_days_and_the_decision_gives_it(citizen):
    actions.hold(Actor(citizen), WISH)
    case = case_of(citizen)
    row = actions.reserve(case.pk)
    assert actions.reserve(case.pk) == row and row.status == "RESERVED"
    assert timedelta(days=89) < row.until - timezone.now() <= timedelta(days=90)
    actions.settle(case.pk, granted=True)
    assert Plate.objects.get().status == "ASSIGNED" and actions.expire_due(timezone.now() + timedelta(days=999)) == 0


def test_a_withdrawn_application_frees_it(citizen, other_citizen):
    case = case_of(citizen)
    actions.reserve(case.pk)
    actions.settle(case.pk, granted=False)
    assert actions.hold(Actor(other_citizen), WISH)


def test_who_comes_too_late_is_told(citizen, other_citizen):
    actions.hold(Actor(other_citizen), WISH)
    assert actions.reserve(case_of(citizen).pk) is None
    assert WISH in Message.objects.get(account=citizen).body


@pytest.mark.parametrize("plate", ["MST-HJ 7", "B-AB 1"])
def test_what_the_city_does_not_give_out_is_not_reserved_by_typing_it_into_the_form(citizen, plate):
    case = case_of(citizen, plate)
    assert actions.reserve(case.pk) is None and not Plate.objects.exists()
    assert Message.objects.get(account=citizen).title == "Ihr Wunschkennzeichen gibt es hier nicht"


def test_an_application_that_is_withdrawn_already_reserves_nothing(citizen):
    case = case_of(citizen)
    actions.settle(case.pk, granted=False)  # jobs of two events may come in any order
    Case.objects.update(status=Status.WITHDRAWN)
    assert actions.reserve(case.pk) is None and not Plate.objects.exists()


def test_search_hold_and_release_on_the_page(citizen, login, client):
    page = client.get(reverse("mobility:plates"), {"q": "ZC 7"})
    assert WISH in page.text
    assert client.get(reverse("mobility:plates"), {"q": "ZZZ 99999"}).status_code == 422
    assert client.post(reverse("mobility:plate_keep"), {"kennzeichen": WISH}).status_code == 302 and not Plate.objects.exists()
    browser = login(citizen)
    page = browser.post(reverse("mobility:plate_keep"), {"kennzeichen": WISH}, follow=True)
    assert "MST-ZC 7 ist für Sie festgehalten" in page.text
    assert f'value="{WISH}"' not in client.get(reverse("mobility:plates"), {"q": "ZC 7"}).text
    browser.post(reverse("mobility:plate_release", args=[Plate.objects.get().pk]))
    assert f'value="{WISH}"' in client.get(reverse("mobility:plates"), {"q": "ZC 7"}).text


@pytest.mark.django_db(transaction=True)
def test_twelve_people_want_the_same_plate_at_once(transactional_db):
    people = [Account.objects.create(email=f"p{at}@example.org", name=f"P{at}") for at in range(12)]

    def want(person):
        try:
            return actions.hold(Actor(person), WISH).account_id
        except actions.Taken:
            return None
        finally:
            connection.close()

    with ThreadPoolExecutor(12) as pool:
        came = list(pool.map(want, people))
    assert len([one for one in came if one]) == 1 and Plate.objects.live().count() == 1
