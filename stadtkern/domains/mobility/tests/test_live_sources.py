"""Live sources as they fail: parts that do not come, sources that fall silent, what the office reads of it."""

import json
import os
import re
import time
from pathlib import Path

import pytest

from stadtkern.domains.mobility.actions import alerts, live
from stadtkern.domains.mobility.models import Alert, Feed
from stadtkern.domains.mobility.trips import fetching, folder, heard, sharing, world
from stadtkern.lib import transit
from stadtkern.lib.sharing import reader

LISTED = {
    "data": {"de": {"feeds": [{"name": name, "url": f"https://x/{name}"} for name in ("gbfs", "station_status", "pricing")]}}
}


def answers(monkeypatch, **told):
    def answer(url):
        name = url.rpartition("/")[2]
        if told.get(name) is None:
            raise fetching.NotFetched("404")
        return told[name]

    monkeypatch.setattr(live, "_json", answer)


def test_a_part_that_does_not_come_leaves_the_rest_and_its_last_word(monkeypatch):
    missing = []
    answers(monkeypatch, gbfs=LISTED, station_status={"new": 1})
    found = live._documents("https://x/gbfs", {"pricing": {"old": 1}, "station_status": {"old": 1}}, missing)
    assert found == {"gbfs": LISTED, "station_status": {"new": 1}, "pricing": {"old": 1}} and missing == ["pricing"]
    answers(monkeypatch, gbfs=LISTED, pricing={})
    with pytest.raises(fetching.NotFetched):
        live._documents("https://x/gbfs", {"station_status": {"old": 1}}, [])  # yesterday's bicycles are no news


@pytest.mark.parametrize(("minutes", "age", "offered"), [(1, 3500, 1), (1, 3700, 0), (60, 10_000, 1), (60, 11_000, 0)])
def test_a_source_that_fell_silent_offers_nothing(tmp_path, monkeypatch, minutes, age, offered):
    place = tmp_path / "rad"
    place.write_text(json.dumps({"system_information": {"data": {"system_id": "rad"}}}))
    os.utime(place, (time.time() - age,) * 2)
    told = {"rad": {"kind": "GBFS", "folder": str(place), "minutes": minutes}}
    monkeypatch.setattr(folder, "current", lambda: told)
    monkeypatch.setattr(sharing, "_read", {})
    found, stamp = sharing.systems()
    assert len(found) == offered and bool(stamp) == bool(offered)


def test_every_finding_of_a_sharing_feed_has_words():
    code = "".join(file.read_text(encoding="utf-8") for file in Path(reader.__file__).parent.glob("*.py"))
    said = set(re.findall(r"notes\.add\(\"(\w+)\"", code)) | {"no_place", "no_id", "unknown_count", "bad_count"}
    assert len(said) > 15 and said <= set(heard.WORDS)


def test_what_the_office_reads_of_the_last_answer(tmp_path, monkeypatch):
    monkeypatch.setattr(folder, "live_file", lambda key: tmp_path / key)
    source = Feed(key="rad", kind=Feed.Kind.GBFS)
    assert heard.heard(source) is None
    stations = [{"station_id": "1", "lat": 0, "lon": 0}, {"station_id": "2", "lat": 50, "lon": 7}]
    (tmp_path / "rad").write_text(json.dumps({"station_information": {"data": {"stations": stations}}}))
    told = heard.heard(source)
    assert ("Einträge ohne brauchbare Koordinaten haben wir ausgelassen.", "station_information · 1") in told
    assert any(what.startswith("Stationen ohne Stand") for what, _where in told)


def alert(key, title="Umleitung", **more):
    told = {
        "key": key,
        "title": title,
        "text": "x",
        "cause": "",
        "effect": "",
        "url": "",
        "stops": ["a"],
        "routes": [],
        "trips": [],
    }
    return told | {"starts_at": None, "ends_at": None} | more


@pytest.mark.django_db
def test_alerts_that_are_numbered_anew_in_every_message_are_told_once():
    feed = Feed.objects.create(key="rt", title="x", kind=Feed.Kind.REALTIME)
    assert alerts.note(feed, [alert("1"), alert("2", "Aufzug"), alert("1", "doppelt")]) == 2
    assert alerts.note(feed, [alert("8", "Aufzug"), alert("9"), alert("10", "Neu")]) == 1
    assert {(row.key, row.title, row.gone_at) for row in Alert.objects.all()} == {
        ("8", "Aufzug", None), ("9", "Umleitung", None), ("10", "Neu", None),
    }  # fmt: skip
    assert alerts.note(feed, [alert("9", stops=["b"])]) == 0  # the same key: changed, not new
    assert alerts.note(feed, [alert("11", stops=["a"])]) == 1
    assert Alert.objects.filter(gone_at=None).count() == 1


def test_news_that_cannot_be_laid_over_the_plan_leave_the_plan(monkeypatch):
    def falls(*_told):
        raise TypeError

    said = world.Spoken(1, transit.Realtime(updates=[transit.TripUpdate("t")]))
    monkeypatch.setattr(transit, "live", falls)
    plan = object()
    assert world._now(plan, [said]) is plan
