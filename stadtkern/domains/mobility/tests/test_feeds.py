"""Sources: read by a bounded process, exchanged as a whole; what is broken or hostile changes nothing."""

import io
import zipfile
from datetime import timedelta

import httpx
import numpy as np
import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from stadtkern.domains.mobility.actions import feeds
from stadtkern.domains.mobility.models import Feed, FeedVersion
from stadtkern.domains.mobility.trips import bounded, building, fetching, folder, sentences, world
from stadtkern.kernel.accounts.access import Actor
from stadtkern.lib.transit import FeedRefused, Timetable
from stadtkern.lib.transit.findings import CODES
from stadtkern.lib.transit.tests.test_planner_small import VILLAGE, feed_of

DEMO = {
    "key": "fahrplan",
    "kind": "GTFS",
    "title": "Fahrplan",
    "url": "demo:fahrplan",
    "every_minutes": "1440",
    "open_data": "1",
    "active": "1",
}


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setattr(settings, "HOME", tmp_path)
    monkeypatch.setattr(feeds.days, "DAYS", 2)
    world.forget()
    yield tmp_path
    world.forget()


@pytest.fixture
def feed(clerk, home):
    return feeds.set_up(Actor(clerk.account, clerk), DEMO)


def commit(run):
    """The action with its `on_commit`, as outside of a test's transaction."""
    from django.test import TestCase

    with TestCase.captureOnCommitCallbacks(execute=True):
        return run()


def test_read_exchanged_refused_and_taken_back(feed, clerk, home):
    first = commit(lambda: feeds.read(feed.pk))
    feed.refresh_from_db()
    assert first.state == "READY" and feed.current == first and first.figures["trips"] == 1854 and first.findings == []
    assert world.version().number == 1 and len(world.stations().all) > 40
    folder.point_to("fahrplan", None)  # killed between the version and its pointer
    assert commit(lambda: feeds.read(feed.pk)) is None and FeedVersion.objects.count() == 1  # the same file: nothing to do
    assert world.version().number == 1

    broken = (settings.CITY_FOLDER / "mobility" / "gtfs.zip").read_bytes()[:60_000]
    feeds.upload(Actor(clerk.account, clerk), feed, [broken], len(broken))
    refused = commit(lambda: feeds.read(feed.pk))
    feed.refresh_from_db()
    assert refused.state == "REFUSED" and feed.state == "FAILED" and feed.current == first and feed.problem
    assert sentences.sentence(refused.findings[0]) and world.version().number == 1

    other = without("fare_rules.txt")
    feeds.upload(Actor(clerk.account, clerk), feed, [other], len(other))
    second = commit(lambda: feeds.read(feed.pk))
    assert second.number == 3 and world.version().number == 3
    with pytest.raises(feeds.Refused):
        feeds.go_back(Actor(clerk.account, clerk), feed, 2)  # was never good
    commit(lambda: feeds.go_back(Actor(clerk.account, clerk), feed, 1))
    feed.refresh_from_db()
    assert world.version().number == 1 and feed.every_minutes == 0


def without(name):
    """The demo feed, one table short."""
    out = io.BytesIO()
    with zipfile.ZipFile(settings.CITY_FOLDER / "mobility" / "gtfs.zip") as old, zipfile.ZipFile(out, "w") as new:
        for entry in old.namelist():
            if entry != name:
                new.writestr(entry, old.read(entry))
    return out.getvalue()


def test_a_reading_that_takes_too_much_memory_or_time_dies_alone(feed, home, monkeypatch):
    source = home / "source"
    source.write_bytes((settings.CITY_FOLDER / "mobility" / "gtfs.zip").read_bytes())
    job = feeds.job_of("GTFS", home)
    monkeypatch.setattr(bounded, "bounds", lambda: (300, 60))  # the interpreter with numpy alone maps more
    with pytest.raises(bounded.Refused, match=r"300 MB|brach ab"):
        bounded.build(job, lambda step: None)
    monkeypatch.setattr(bounded, "bounds", lambda: (6000, 0.05))
    with pytest.raises(bounded.Refused, match="länger als"):
        bounded.build(job, lambda step: None)


def test_every_finding_of_the_reader_has_its_sentence():
    assert set(CODES) <= set(sentences.WORDS)
    assert (
        sentences.place({"file": "stops.txt", "line": 3, "count": 2, "values": {"stop_id": "S1"}})
        == "stops.txt · Zeile 3 · 2-mal · stop_id: S1"
    )


@pytest.mark.parametrize(
    ("status", "headers", "body", "words"),
    [
        (404, {}, b"", "Fehler 404"),
        (302, {"location": "ftp://example.org/x"}, b"", "https://"),
        (302, {"location": "/immer-weiter"}, b"", "leitet immer weiter"),
        (200, {}, b"x" * 2000, "größer als"),
    ],
)
def test_fetching_refuses_in_words(tmp_path, monkeypatch, status, headers, body, words):
    answer = httpx.MockTransport(lambda request: httpx.Response(status, headers=headers, content=body))
    monkeypatch.setattr(fetching, "transport", answer)
    with pytest.raises(fetching.NotFetched, match=words):
        fetching.fetch("https://example.org/gtfs.zip", tmp_path / "x", most=1000)


def test_fetching_says_when_nothing_changed_and_never_goes_into_the_own_network(tmp_path, monkeypatch):
    seen = []

    def answer(request):
        seen.append(request.headers.get("if-none-match"))
        return httpx.Response(304) if seen[-1] else httpx.Response(200, headers={"etag": '"1"'}, content=b"zip")

    monkeypatch.setattr(fetching, "transport", httpx.MockTransport(answer))
    first = fetching.fetch("https://example.org/gtfs.zip", tmp_path / "x")
    assert first.fresh and first.size == 3 and (tmp_path / "x").read_bytes() == b"zip"
    assert not fetching.fetch("https://example.org/gtfs.zip", tmp_path / "x", etag=first.etag).fresh
    monkeypatch.setattr(fetching, "transport", None)
    for url in ("http://127.0.0.1/x", "http://[::1]/x", "http://169.254.169.254/latest", "http://localhost:1/x"):
        with pytest.raises(fetching.NotFetched, match="privates Netz"):
            fetching.fetch(url, tmp_path / "x")


def test_the_desk_sets_up_uploads_and_shows_what_was_wrong(login, planner_of_office, home):
    browser = login(planner_of_office.account)
    assert browser.post(reverse("mobility:source_new"), {**DEMO, "key": "Ä Ö"}).status_code == 422
    assert browser.post(reverse("mobility:source_new"), DEMO).status_code == 302
    page = reverse("mobility:source", args=["fahrplan"])
    assert "noch nie gelesen" in browser.get(page).content.decode()
    nothing = SimpleUploadedFile("x.zip", b"PK\x03\x04 nothing")
    assert browser.post(reverse("mobility:source_upload", args=["fahrplan"]), {"file": nothing}).status_code == 302
    feeds.read(Feed.objects.get().pk)
    text = browser.get(page).content.decode()
    assert "nicht gelungen" in text and any(str(words) in text for words in sentences.WORDS.values())
    assert browser.post(reverse("mobility:source_back", args=["fahrplan"]), {"number": "9" * 30}).status_code == 422
    assert "Fahrplan" in browser.get(reverse("mobility:sources")).content.decode()
    assert folder.current() == {}


@pytest.mark.parametrize(
    ("left", "state", "words", "public"),
    [
        (-1, "abgelaufen", "Er galt bis zum", "Der neue ist noch nicht da"),
        (13, "läuft bald ab", "noch 13 Tage", "gilt bis"),
        (14, "in Ordnung", None, "gilt bis"),
    ],
)
def test_the_office_is_warned_before_a_timetable_ends_and_passengers_see_until_when_it_is_valid(
    client, login, planner_of_office, home, left, state, words, public
):
    feed = feeds.set_up(Actor(planner_of_office.account, planner_of_office), DEMO)
    until = timezone.localdate() + timedelta(days=left)
    version = FeedVersion.objects.create(feed=feed, number=1, state="READY", size=1, figures={"until": str(until)})
    Feed.objects.update(current=version)
    feeds.point(Feed.objects.get())
    page = login(planner_of_office.account).get(reverse("mobility:source", args=["fahrplan"])).content.decode()
    assert state in page and f"Gültig bis {until:%d.%m.%Y}" in page
    assert words in page if words else "Der Fahrplan läuft ab" not in page
    text = client.get(reverse("mobility:planner")).content.decode()
    assert public in text and f"{until:%d.%m.%Y}" in text


def test_what_a_file_of_another_standard_is_called():
    said = sentences.sentence({"code": "other_format", "values": {"format": "NeTEx"}})
    assert "NeTEx wird erkannt, aber nicht gelesen" in said


def test_a_timetable_that_is_over_or_has_not_begun_takes_no_others_place_and_stops_off_the_streets_stay_walkable(tmp_path):
    """The reading program itself, in this process: a village far from the town's streets."""
    (tmp_path / "source").mkdir()
    feed_of(tmp_path / "source", VILLAGE)
    job = feeds.job_of("GTFS", tmp_path) | {"days": 3, "replaces": True}
    for first, code in (("2027-03-01", "over"), ("2025-11-01", "not_begun")):
        with pytest.raises(FeedRefused) as caught:
            building.timetable(job | {"first": first})
        assert caught.value.finding.code == code
    done = building.timetable(job | {"first": "2026-11-28"})  # Saturday, Sunday: only Monday's buses run
    assert done["figures"]["until"] == "2026-12-31" and np.load(tmp_path / "served.npy").tolist() == [0, 1, 2, 3]
    monday = Timetable.load(tmp_path / "day-20261130")
    assert monday.net.foot_to[monday.net.foot_start[2] :].tolist() == [3, 2]  # Chor and Damm are 56 m apart
