"""The record of processing: every service and purpose, no gap unseen, and files that open."""

import csv
import io
import json

from stadtkern.domains.dataprotection import desk, record
from stadtkern.kernel.privacy.purposes import PURPOSES
from stadtkern.kernel.services import catalogue


def test_every_service_and_every_purpose_stands_in_it(db):
    found = {(entry.kind, entry.key) for entry in record.entries()}
    assert found == {("service", key) for key in catalogue.all_services()} | {("platform", key) for key in PURPOSES}


def test_each_entry_says_what_the_law_asks(offices):
    for entry in record.entries():
        assert entry.title and entry.purpose and entry.data and entry.people and entry.recipients and entry.retention, entry.key
        assert entry.measures and entry.third_countries, entry.key


def test_a_gap_is_a_task(offices, monkeypatch):
    from dataclasses import replace

    service = replace(
        catalogue.find("fundsache_melden"),
        legal_basis="",
        decision=replace(catalogue.find("fundsache_melden").decision, legal_basis=""),
    )
    monkeypatch.setattr(catalogue, "all_services", lambda: {"fundsache_melden": service})
    titles = [task.title for task in desk.gaps()]
    assert service.title in titles


def test_hints_for_an_impact_assessment(offices):
    found = {entry.key: entry.assess for entry in record.entries()}
    assert any("ohne einen Menschen" in hint for hint in found["meldebescheinigung"])
    assert any("Art. 9" in hint for hint in found["parkausweis_schwerbehinderung"])


def test_page_and_files_for_everybody(offices, client):
    page = client.get("/datenschutz/verzeichnis/").content.decode()
    opened = client.get("/datenschutz/verzeichnis/?alle=1").content.decode()
    assert " open>" in opened and " open>" not in page
    assert "Hund anmelden" in page and "Wer Ihre Daten gesehen hat" in page and "§ 18 BMG" in page
    rows = list(
        csv.DictReader(io.StringIO(client.get("/datenschutz/verzeichnis.csv").content.decode("utf-8-sig")), delimiter=";")
    )
    assert len(rows) == len(record.entries()) and rows[0]["legal_basis"]
    told = json.loads(client.get("/datenschutz/verzeichnis.json").content)
    assert told["controller"] == "Stadt Musterstadt" and len(told["activities"]) == len(rows)


def test_the_page_of_rights(offices, client):
    page = client.get("/datenschutz/").content.decode()
    for words in ("Auskunft über meine Daten", "Verdacht melden", "Datenschutzbeauftragte", "Landesbeauftragte", "Abholcode"):
        assert words in page, words
