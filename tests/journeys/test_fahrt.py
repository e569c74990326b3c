"""A trip through the town: two addresses, a ticket in six actions; one trip with its map, watched; an alert in the inbox."""

import re
import shutil
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from stadtkern.domains.mobility.actions import alerts, feeds
from stadtkern.domains.mobility.models import Feed, Ticket, Watch
from stadtkern.domains.mobility.trips import bounded, folder, world
from stadtkern.kernel.inbox.models import Message

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
MOST_ACTIONS = 6  # signing in with BundID takes two more, the very first time three


@pytest.fixture
def timetable(tmp_path, settings):
    settings.HOME = tmp_path
    place = tmp_path / "fahrplan"
    place.mkdir()
    shutil.copyfile(settings.CITY_FOLDER / "mobility" / "gtfs.zip", place / "source")
    bounded.build(feeds.job_of("GTFS", place) | {"days": 3}, lambda step: None)
    world.forget()
    folder.point_to("fahrplan", {"kind": "GTFS", "number": 1, "folder": str(place), "feed": 0})
    yield
    world.forget()


def test_from_two_addresses_to_a_ticket_and_an_alert_in_the_inbox(timetable, citizen, offices, open_tab, run_jobs):
    tab, done = open_tab(account=citizen), []
    page = tab.page

    def act(what, do, step=""):
        do()
        page.wait_for_load_state()
        done.append(what)
        if step:
            tab.look(f"fahrt-{step}")

    tomorrow = timezone.localdate() + timedelta(days=1)
    tab.go(f"/mobil/?tag={tomorrow.isoformat()}&zeit=08:00")  # at night nothing runs
    tab.look("fahrt-1-fragen")
    act("Von", lambda: page.get_by_label("Von", exact=True).fill("Sonnenhang 20"))
    act("Nach", lambda: page.get_by_label("Nach", exact=True).fill("Fährstr. 100"))
    act("Suchen", lambda: page.get_by_role("button", name="Verbindung suchen").click())
    page.locator(".mo-trip").first.wait_for()
    tab.look("fahrt-2-verbindungen")
    found = page.url
    act("Ticket", lambda: page.get_by_role("link", name="Ticket kaufen").first.click(), "3-ticket-pruefen")
    act("Bezahlen", lambda: page.get_by_role("button", name=re.compile("[Bb]ezahlen")).first.click())
    act("Karte", lambda: page.get_by_role("button", name="Mit Karte bezahlen").click())
    run_jobs()
    assert len(done) <= MOST_ACTIONS and Ticket.objects.get().account == citizen
    page.reload()  # what the provider said has arrived
    tab.look("fahrt-5-bezahlt")
    tab.go("/nachweise/")
    assert page.get_by_text("Einzelfahrschein").first.is_visible()
    tab.look("fahrt-6-alle-nachweise")
    tab.go("/mobil/tickets/meine/")
    assert page.get_by_text("Einzelfahrschein").first.is_visible()
    tab.look("fahrt-7-meine-tickets")
    tab.go(found.removeprefix(tab.base))
    act(
        "Halte und Karte",
        lambda: (
            page.locator(".mo-trip", has=page.locator(".mo-line--vehicle"))
            .get_by_role("link", name="Halte und Karte")
            .first.click()
        ),
    )
    page.locator("[data-geo-map][data-ready]").wait_for()
    tab.look("stoerung-1-verbindung")
    trip = page.url
    act("Beobachten", lambda: page.get_by_role("button", name="Diese Fahrt beobachten").first.click())
    assert page.get_by_text("Sie bekommen Nachricht").first.is_visible()
    tab.look("stoerung-2-beobachtet")

    feed = Feed.objects.create(key="echtzeit", title="Echtzeit", kind="REALTIME", url="demo:echtzeit")
    told = {
        "key": "1",
        "title": "Die Fahrt fällt heute aus",
        "text": "Nehmen Sie die nächste.",
        "trips": [Watch.objects.get().ref],
    }
    for _again in range(2):
        alerts.note(feed, [told])
        run_jobs()
    assert Message.objects.count() == 1
    tab.go("/post/")
    assert page.get_by_text("Meldung zu").count() == 1
    tab.look("stoerung-3-postfach")
    page.get_by_role("link", name=re.compile("Meldung zu")).click()
    assert page.get_by_text("Nehmen Sie die nächste.").is_visible()
    tab.look("stoerung-4-nachricht")
    tab.go(reverse("mobility:stop", args=["S1"]))
    tab.look("fahrplan-haltestelle")
    tab.go("/mobil/erreichbar/?von=Rathausplatz")
    page.locator("[data-geo-map][data-ready]").wait_for()
    tab.look("fahrplan-erreichbar")
    assert page.request.get(trip).status == 200
