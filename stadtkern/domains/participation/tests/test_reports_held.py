"""What of a report waits until somebody has looked at it, what goes again, and which second sending is another report."""

from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from stadtkern.domains.participation.actions import (
    Refused,
    reports,
    reports_desk,
    reports_follow,
    reports_keep,
    reports_telling,
)
from stadtkern.domains.participation.models import AreaWatch, Attachment, Contribution, Report, ReportFollow, ReportStep
from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Account, Staff
from stadtkern.kernel.cases import actions as cases
from stadtkern.kernel.cases.models import Case
from stadtkern.kernel.city.models import Office
from stadtkern.kernel.events.models import Event
from stadtkern.kernel.services import catalogue
from stadtkern.lib.pictures.tests.hostile import paint

PLACE = {"lat": "51.9624", "long": "8.0338"}
HOLE = {"category": "schlagloch", "text": "Tiefes Loch vor der Bäckerei", **PLACE}
SEND = reverse("participation:report_send")
JSON = {"accept": "application/json"}
KEY = "7d1f7c0e-6c0b-4a53-9a53-0d1c4a1f2b3c"


@pytest.fixture
def roads(bureau) -> Office:
    return Office.objects.create(key="tiefbauamt", title="Tiefbauamt")


@pytest.fixture
def acting(roads) -> Actor:
    account = Account.objects.create(email="jo@stadt.example", name="Jo Kruse")
    return Actor(account, Staff.objects.create(account=account, office=roads, role="CLERK"))


def test_an_address_is_the_citys_own_and_the_rest_waits_with_the_text(roads, citizen):
    bare = {"category": "schlagloch", "text": "Loch"}
    row = reports.report(Actor(), {**bare, "address": "Lindenstraße 12, bei Ada Geheim"}).contribution
    assert (row.address, row.text) == ("Lindenstraße 12", "bei Ada Geheim\n\nLoch")
    row = reports.report(Actor(), {**bare, "address": "Lindenstraße, Ada ist dumm"}).contribution
    assert row.address == "Lindenstraße" and row.text.startswith("Ada ist dumm")
    row = reports.report(Actor(), {**HOLE, "address": "Ada Geheim, Tel. 0123"}).contribution
    assert "Ada" not in row.address and row.address and row.text.startswith("Ada Geheim, Tel. 0123\n\nTiefes")
    row = reports.report(Actor(), {**bare, "address": "lindenstr. 12"}).contribution
    assert (row.address, row.text) == ("Lindenstraße 12", "Loch")
    told = {"category": "Straßenlaterne defekt", "place": "Lindenstraße 12, Ada Geheim", "text": "Dunkel"}
    case, _fresh = cases.apply(Actor(citizen), catalogue.find("maengel_melden"), told)
    reports_keep.take_in(case.pk)
    row = Contribution.objects.get(case=case)
    assert (row.address, row.text) == ("Lindenstraße 12", "Ada Geheim\n\nDunkel")


def test_pictures_always_wait_and_texts_until_one_was_looked_at(roads, acting, citizen):
    first = reports.report(Actor(citizen), HOLE)
    assert not first.shown
    reports_desk.check(acting, first)
    assert reports.report(Actor(citizen), HOLE).shown
    assert not reports.report(Actor(citizen), HOLE, photo=paint(size=(60, 40))).shown
    reports_desk.hide(acting, first, "insult")
    assert not reports.report(Actor(citizen), HOLE).shown


def test_hidden_by_the_office_and_shown_again(client, roads, acting, citizen, login):
    made = reports.report(Actor(citizen), HOLE)
    work = reverse("participation:report_work", args=[made.contribution.reference])
    page = reverse("participation:report_page", args=[made.contribution.reference])
    with pytest.raises(Refused):
        reports_desk.hide(acting, made, "")
    desk = login(acting.account)
    assert 'value="verbergen"' in desk.get(work).content.decode()
    assert desk.post(work, {"was": "verbergen", "reason": "personal_data"}).status_code == 302
    made.refresh_from_db()
    assert (made.contribution.state, made.listed, made.shown, made.is_open) == ("HIDDEN", False, False, True)
    kept = Event.objects.get(name="report.hidden").data["moderation"]
    reports_telling.tell_hidden(made.pk, kept)
    client.logout()
    assert client.get(page).status_code == 404 and desk.get(work).status_code == 200
    reports_desk.check(acting, made)
    made.refresh_from_db()
    assert (made.contribution.state, made.listed, made.shown) == ("PUBLISHED", True, True)


def test_laid_together_what_is_held_back_stays_so_and_watchers_hear_once_it_is_looked_at(roads, acting, citizen):
    held, known = reports.report(Actor(), {**HOLE, "suspect": True}), reports.report(Actor(), HOLE)
    with pytest.raises(Refused):
        reports_desk.merge(acting, known, held)  # nobody can go there
    alone = reports.report(Actor(), {**HOLE, "suspect": True})
    reports_desk.merge(acting, held, known)
    assert Contribution.objects.get(pk=held.pk).state == "SUBMITTED" and not Report.objects.public().filter(pk=held.pk).exists()
    reports_desk.check(acting, held)
    assert Contribution.objects.get(pk=held.pk).state == "MERGED"
    AreaWatch.objects.create(email="b@example.org", lat=51.9624, long=8.0338, radius=100, confirmed_at=timezone.now())
    reports_desk.check(acting, alone)
    assert Event.objects.filter(name="report.checked").latest("pk").data["fresh"]
    reports_telling.tell_watchers(alone.pk)
    assert [one.to for one in mail.outbox] == [["b@example.org"]]


def test_withdrawn_ones_are_not_opened_again_and_a_category_may_be_gone(roads, acting, citizen):
    made = reports.report(Actor(citizen), HOLE)
    reports_keep.settle_withdrawn(made.contribution.case_id)
    with pytest.raises(Refused):
        reports_follow.reopen(Actor(citizen), made, "doch")
    other = reports.report(Actor(citizen), HOLE)
    reports.set_state(acting, other, "DONE")
    Report.objects.filter(pk=other.pk).update(category="gibt-es-nicht-mehr")
    assert reports_follow.reopen(Actor(citizen), other, "").is_open


def test_after_three_years_nothing_of_people_is_left(roads, acting):
    made = reports.report(Actor(), {"category": "schlagloch", **PLACE}, photo=paint(size=(60, 40)))
    Contribution.objects.filter(pk=made.pk).update(
        draft_key="", details={"attributes": {"a": "Ada"}, "x": 1}, origin={"request": {"name": "Ada"}, "id": "7"}
    )
    reports.set_state(acting, made, "DONE")
    late = timezone.now() + timedelta(days=1100)
    assert reports_keep.forget(late) == 1 and reports_keep.forget(late) == 0
    row = Contribution.objects.get(pk=made.pk)
    assert (row.address, row.details, row.origin, row.lat) == ("", {"x": 1}, {"id": "7"}, 51.9624)
    assert not Attachment.objects.exists()


def test_who_goes_takes_text_and_photo_along(roads, citizen):
    made = reports.report(Actor(citizen), HOLE, photo=paint(size=(60, 40)))
    ReportStep.objects.create(report=made, what="REPORTER", text="Ich wohne hier")
    reports_keep.forget_of(citizen.pk)
    row = Contribution.objects.get(pk=made.pk)
    assert (row.text, row.report.category, row.report.listed, row.lat) == ("", "schlagloch", True, 51.9624)
    assert not Attachment.objects.exists() and not ReportStep.objects.filter(what="REPORTER").exists()


def test_a_key_belongs_to_one_report_and_to_the_web(client, roads, acting):
    first = client.post(SEND, {**HOLE, "key": KEY}, headers=JSON)
    made = Report.objects.get()
    reports_desk.categorise(acting, made, "gehweg")
    assert client.post(SEND, {**HOLE, "key": KEY.upper()}, headers=JSON).json() == first.json()  # sent again, sorted meanwhile
    for changes in ({"lat": "51.9634"}, {"category": "laterne"}, {"lat": "", "long": "", "address": "Am Deich 40"}):
        answer = client.post(SEND, {**HOLE, **changes, "key": KEY}, headers=JSON)
        assert answer.status_code == 409 and "noch einmal" in answer.json()["error"]
    form = client.post(SEND, {**HOLE, "category": "laterne", "key": KEY}).content.decode()
    assert KEY not in form and Report.objects.count() == 1
    for _twice in range(2):
        client.post(SEND, {**HOLE, "key": "senderkey:1:abc"}, headers=JSON)  # another system's name space is out of reach
    assert Report.objects.count() == 3


def test_written_signed_out_is_sent_without_a_name(client, roads, citizen, login):
    client = login(citizen)
    assert 'name="anonymous"' not in client.get(reverse("participation:report")).content.decode()
    client.post(SEND, {**HOLE, "anonymous": "1", "offline": "1"}, headers=JSON)
    assert Contribution.objects.get().account is None and Case.objects.get().account is None
    client.post(SEND, HOLE, headers=JSON)
    assert Contribution.objects.latest("pk").account == citizen


def test_one_address_is_asked_three_times_a_day_whoever_typed_it(roads):
    for number in range(5):
        made = reports.report(
            Actor(), {**HOLE, "contact": {"email": "Fremd@example.org" if number % 2 else "fremd@example.org"}}
        )
        reports_telling.ask_reporter(made.pk)
    assert len(mail.outbox) == 3 and ReportFollow.objects.count() == 5


def test_many_from_one_network_are_looked_at_first_and_accounts_are_counted_by_themselves(
    client, roads, citizen, login, monkeypatch
):
    from stadtkern.domains.participation.views import reports as views

    monkeypatch.setattr(views, "LOOKED_AT", 1)
    for _each in range(2):
        client.post(SEND, HOLE, headers=JSON)
    assert Report.objects.latest("pk").suspect
    login(citizen).post(SEND, HOLE, headers=JSON)
    assert not Report.objects.latest("pk").suspect
    monkeypatch.setattr(views.throttle, "network_of", lambda request: "")
    client.logout()
    for _each in range(3):
        client.post(SEND, HOLE, headers=JSON)
    assert not Report.objects.latest("pk").suspect


def test_the_questions_of_a_category_are_asked_on_our_own_page(roads):
    page = Client().get("/maengel/melden/").content.decode()
    assert "Nummer am Mast der Laterne" in page
    told = {
        "category": "laterne", "lat": HOLE["lat"], "long": HOLE["long"], "frage.laterne.was": "flackert",
        "frage.laterne.mast": " 4711 ", "frage.schrottauto.art": "auto", "key": KEY,
    }  # fmt: skip
    again = Client().post(SEND, {**told, "frage.laterne.was": "erfunden"})
    assert again.status_code == 400 and 'value=" 4711 "' in again.content.decode()  # nothing typed is lost
    assert Client().post(SEND, told).status_code == 302
    row = Contribution.objects.get()
    assert row.details["attributes"] == {"was": "flackert", "mast": "4711"}
    note = ReportStep.objects.get(what="NOTE")
    assert "Sie flackert" in note.text and not note.public
