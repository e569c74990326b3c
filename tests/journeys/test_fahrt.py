"""A trip through the town: two addresses, a ticket in eight actions; one trip with its map, watched; an alert in the inbox."""

import os
import re
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone

from stadtkern.domains.mobility.actions import alerts, feeds
from stadtkern.domains.mobility.models import Feed, Ticket, Watch
from stadtkern.domains.mobility.trips import bounded, folder, world
from stadtkern.kernel.inbox.models import Message

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
MOST_ACTIONS = 8


@pytest.fixture
def timetable(tmp_path, settings):
    settings.HOME = tmp_path
    place = tmp_path / "fahrplan"
    place.mkdir()
    shutil.copyfile(settings.CITY_FOLDER / "mobility" / "gtfs.zip", place / "source")
    bounded.build(feeds._job("GTFS", place) | {"days": 3}, lambda step: None)
    world.forget()
    folder.point_to("fahrplan", {"kind": "GTFS", "number": 1, "folder": str(place), "feed": 0})
    yield
    world.forget()


def look(tab, name):
    """Accessible and no wider than a small phone; kept where somebody wants to look (`STADTKERN_SHOTS=/some/folder`)."""
    if shots := os.environ.get("STADTKERN_SHOTS"):
        for width in (1280, 390):
            tab.page.set_viewport_size({"width": width, "height": 900})
            tab.page.wait_for_timeout(300)
            tab.page.screenshot(path=Path(shots) / f"{name}-{width}.png", full_page=True)
        tab.page.set_viewport_size({"width": 1280, "height": 900})
    assert tab.everywhere() == []


def test_from_two_addresses_to_a_ticket_and_an_alert_in_the_inbox(timetable, citizen, offices, open_tab, run_jobs):
    tab, done = open_tab(account=citizen), []
    page = tab.page

    def act(what, do):
        do()
        page.wait_for_load_state()
        done.append(what)

    tomorrow = timezone.localdate() + timedelta(days=1)
    tab.go(f"/mobil/?tag={tomorrow.isoformat()}&zeit=08:00")  # at night nothing runs
    look(tab, "mobil")
    act("Von", lambda: page.get_by_label("Von", exact=True).fill("Sonnenhang 20"))
    act("Nach", lambda: page.get_by_label("Nach", exact=True).fill("Fährstr. 100"))
    act("Suchen", lambda: page.get_by_role("button", name="Verbindung suchen").click())
    page.locator(".mo-trip").first.wait_for()
    look(tab, "verbindungen")
    found = page.url
    act("Ticket", lambda: page.get_by_role("link", name="Ticket kaufen").first.click())
    act("Auswählen", lambda: page.get_by_role("link", name=re.compile("Auswählen.*Einzelfahrschein")).click())
    act("Bezahlen", lambda: page.get_by_role("button", name=re.compile("[Bb]ezahlen")).first.click())
    act("Karte", lambda: page.get_by_role("button", name="Mit Karte bezahlen").click())
    run_jobs()
    assert len(done) <= MOST_ACTIONS and Ticket.objects.get().account == citizen
    tab.go("/mobil/tickets/meine/")
    assert page.get_by_text("Einzelfahrschein").first.is_visible()
    look(tab, "tickets")
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
    look(tab, "verbindung")
    trip = page.url
    act("Beobachten", lambda: page.get_by_role("button", name="Diese Fahrt beobachten").first.click())
    assert page.get_by_text("Sie bekommen Nachricht").first.is_visible()

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
    tab.go(reverse("mobility:stop", args=["S1"]))
    look(tab, "haltestelle")
    tab.go("/mobil/erreichbar/?von=Rathausplatz")
    page.locator("[data-geo-map][data-ready]").wait_for()
    look(tab, "erreichbar")
    assert page.request.get(trip).status == 200
