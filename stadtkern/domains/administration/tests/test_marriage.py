"""Two people register a marriage, each from the own account; the yes is to what stands there, the day to what was paid."""

from datetime import date, timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from stadtkern.domains.administration.services.eheschliessung_anmelden import rules
from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Account, Trust
from stadtkern.kernel.appointments import actions as appointments
from stadtkern.kernel.appointments import search
from stadtkern.kernel.appointments.models import Appointment, Counter, Hours, Matter, Place
from stadtkern.kernel.appointments.wish import Wish
from stadtkern.kernel.cases import actions, visits
from stadtkern.kernel.cases.models import Agreement, Case, Status
from stadtkern.kernel.cases.report import report
from stadtkern.kernel.city.models import Office
from stadtkern.kernel.payments.models import Payment
from stadtkern.kernel.privacy.models import Access
from stadtkern.kernel.services import catalogue

KEY = "eheschliessung_anmelden"
ANSWERS = {
    "place": "castle", "time": "saturday", "person/given_names": "Zoë Łucja", "person/family_name": "Çelik-Müller",
    "person/birth_date": "1988-02-29", "person/birth_place": "Gießen", "nationality": "german", "status": "single",
    "partner/given_names": "Otto", "partner/family_name": "Anders", "partner/birth_date": "1970-05-05",
    "partner/birth_place": "Köln", "partner_nationality": "german", "partner_status": "single", "children": False,
    "related": False, "interpreter": False, "copies": 2, "book": True,
}  # fmt: skip


@pytest.fixture
def draft(citizen, offices) -> Case:
    cache.clear()
    Office.objects.create(key="standesamt", title="Standesamt")
    case, _secret = actions.start(Actor(citizen, trust=Trust.SUBSTANTIAL), catalogue.find(KEY))
    Case.objects.filter(pk=case.pk).update(answers=ANSWERS, steps_done=[step.key for step in catalogue.find(KEY).form.steps])
    case.refresh_from_db()
    return case


@pytest.fixture
def sure(login):
    """A browser whose session has just proved who sits there."""

    def sign_in(account: Account, trust: int = 3) -> Client:
        client = login(account)
        session = client.session
        session["trust"], session["trust_until"] = trust, (timezone.now() + timedelta(minutes=9)).timestamp()
        session.save()
        return client

    return sign_in


def page(name: str, case: Case) -> str:
    return reverse(f"cases:{name}", args=[case.reference])


def number(client: Client, case: Case) -> str:
    shown = client.post(page("invite", case)).content.decode()
    return shown.partition('id="nummer" translate="no">')[2].partition("<")[0]


def answer(client: Client, where: str, said: str) -> str:
    seen = client.get(where).content.decode().partition('name="seen" value="')[2].partition('"')[0]
    return client.post(where, {"answer": said, "seen": seen}, follow=True).content.decode()


def test_sent_only_with_the_yes_to_exactly_these_answers(draft, citizen, other_citizen, sure, login):
    mine, theirs = sure(citizen), sure(other_citizen)
    assert "sobald zugestimmt hat" in mine.get(page("review", draft)).content.decode()
    assert "fehlt noch die Zustimmung" in mine.post(page("submit", draft), follow=True).content.decode()
    code = number(mine, draft)
    assert "noch nicht benutzt" in mine.get(page("review", draft)).content.decode()
    where = theirs.post("/vorgang/zustimmen/", {"code": code.lower()})["Location"]
    shown = theirs.get(where).content.decode()
    assert "Ich weiß von keinem Grund" in shown and "Çelik-Müller" in shown and "Samstag" in shown
    assert Access.objects.filter(accounts__contains=[citizen.pk], actor=f"account:{other_citizen.pk}").exists()
    assert "Sie haben zugestimmt" in answer(theirs, where, "yes")
    # Whatever changes afterwards needs a new yes, on the same page.
    Case.objects.filter(pk=draft.pk).update(answers=ANSWERS | {"copies": 5})
    assert "etwas geändert" in mine.post(page("submit", draft), follow=True).content.decode()
    assert "Ihre Antwort gilt nicht mehr" in theirs.get(where).content.decode()
    assert theirs.post(where, {"answer": "yes", "seen": "0" * 64}).status_code == 409, "not to something they did not see"
    answer(theirs, where, "yes")
    mine.post(page("submit", draft))
    draft.refresh_from_db()
    assert draft.status == Status.AWAITING_PAYMENT
    bill = {item["label"]: item["cents"] for item in Payment.objects.get().items}
    assert (
        bill["Zuschlag: Samstag"] == 12000
        and sum(bill.values()) == draft.fee_cents == 4000 + 15000 + 12000 + 1200 + 2400 + 2800
    )
    assert "abgeschickt" in theirs.get(where).content.decode()
    assert theirs.post(where, {"answer": "no", "seen": "x"}).status_code == 409
    [told] = [row for row in report(Actor(other_citizen)) if row.get("role") == "second person"]
    assert told["reference"] == draft.reference and told["state"] == "AGREED" and told["statement"].startswith("Ich melde")


def test_a_no_stops_it_and_a_new_number_begins_anew(draft, citizen, other_citizen, sure):
    mine, theirs = sure(citizen), sure(other_citizen)
    old = number(mine, draft)
    code = number(mine, draft)
    assert theirs.post("/vorgang/zustimmen/", {"code": old}).status_code == 422, "the newer number ends the older one"
    where = theirs.post("/vorgang/zustimmen/", {"code": code})["Location"]
    answer(theirs, where, "no")
    assert "hat abgelehnt" in mine.get(page("review", draft)).content.decode()
    mine.post(page("submit", draft))
    draft.refresh_from_db()
    assert draft.status == Status.DRAFT
    number(mine, draft)
    assert theirs.get(where).status_code == 404 and Agreement.objects.get().state == "OPEN"


def test_doors_that_stay_shut(draft, citizen, other_citizen, clerk, sure, login, client):
    mine = sure(citizen)
    code = number(mine, draft)
    assert "eigener Antrag" in mine.post("/vorgang/zustimmen/", {"code": code}).content.decode()
    stranger = sure(clerk.account)
    shown = stranger.post("/vorgang/zustimmen/", {"code": code}).content.decode()
    assert "eine andere Person" in shown and "Çelik" not in shown
    assert client.post("/vorgang/zustimmen/", {"code": code}).status_code == 302, "to sign in"
    weak = login(other_citizen).post("/vorgang/zustimmen/", {"code": code})
    assert weak.status_code == 302 and "zustimmen/" not in weak["Location"].split("?")[0], "a password is not enough"
    for wrong in ("", "x", "7F3K-9QXM-2TCD", "\0", "9" * 5000):
        assert sure(other_citizen).post("/vorgang/zustimmen/", {"code": wrong}).status_code == 422
    theirs = sure(other_citizen)
    where = theirs.post("/vorgang/zustimmen/", {"code": code})["Location"]
    assert sure(clerk.account).get(where).status_code == 404 and mine.get(where).status_code == 404
    assert theirs.get("/vorgang/zustimmen/99999999999999999999999/").status_code == 404
    assert theirs.post("/vorgang/zustimmen/", {"code": code}).status_code == 422, "a number opens once"
    assert sure(other_citizen).post(page("invite", draft)).status_code == 404
    answers = [theirs.post("/vorgang/zustimmen/", {"code": f"BCDF-GHJK-M{n:03}"}).status_code for n in range(25)]
    assert answers[-1] == 429


@pytest.fixture
def rooms(offices, draft):
    place = Place.objects.create(key="sa", title="Standesamt", office=Office.objects.get(key="standesamt"), state="NW")
    for key, weekdays in (("trauung", (3, 4)), ("trauung_samstag", (5,))):
        matter = Matter.objects.create(key=key, title=key, service=KEY, minutes=30)
        counter = Counter.objects.create(place=place, key=key, name=key)
        counter.matters.add(matter)
        for weekday in weekdays:
            Hours.objects.create(place=place, counter=counter, weekday=weekday, opens="09:00", closes="11:00")
    appointments.generate_days(timezone.localdate(), timezone.localdate() + timedelta(days=20))
    return place


def test_the_day_one_pays_for_is_the_day_one_can_choose(rooms, draft, citizen, sure):
    mine, service = sure(citizen), catalogue.find(KEY)
    assert visits.matter_of(service, draft.answers).key == "trauung_samstag"
    assert visits.matter_of(service, ANSWERS | {"place": "town_hall", "time": "hours"}) is None, "no times for it here"
    first = timezone.localdate() + timedelta(days=2)
    free = search.free(Wish.of("trauung_samstag"), first, first + timedelta(days=14))
    assert {one.starts_at.astimezone(timezone.get_current_timezone()).weekday() for one in free} == {5}
    mine.post(page("visit", draft), {"zeit": f"{free[0].place.key} {free[0].starts_at.isoformat()}"})
    assert Appointment.objects.get().status == "HELD"
    Case.objects.filter(pk=draft.pk).update(answers=ANSWERS | {"time": "hours"})
    assert "passt nicht mehr zu Ihren Angaben" in mine.post(page("submit", draft), follow=True).content.decode()


def test_the_notice_holds_six_months():
    until = {
        day: rules.grant({}, {"today": day})["valid_until"] for day in ("2026-08-31", "2026-11-29", "2027-08-30", "2027-12-31")
    }
    assert until == {
        "2026-08-31": "2027-02-28", "2026-11-29": "2027-05-29", "2027-08-30": "2028-02-29", "2027-12-31": "2028-06-30",
    }  # fmt: skip
    assert rules.problems({"person/birth_date": (date.today() - timedelta(days=17 * 365)).isoformat()}, date.today())
