"""The directory is complete, and every entry has its place."""

import csv
import os
from pathlib import Path

import pytest
from django.conf import settings

from stadtkern.kernel.services import directory
from stadtkern.kernel.services.directory import books, responsibility


def test_everything_is_there():
    entries = directory.entries().values()
    assert sum(entry.kind == "ozg" for entry in entries) == 557
    assert sum(entry.kind == "leika" for entry in entries) == 5249
    assert sum("-" in entry.key for entry in entries) == 436
    assert len(directory.situations()) == 55
    assert len(directory.fields()) == 14


def test_it_says_what_the_source_says():
    place = Path(os.environ.get("STADTKERN_SHARED", settings.ROOT.parent / "shared")) / "data" / "fim" / "ozg"
    if not place.is_dir():
        pytest.skip("the source lies beside the repository only where it was read")
    with (place / "leika_leistungen_nrw_2019.csv").open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    said = [(row["leistung"].split(), row["typ"], row["ozg_id"]) for row in rows]
    ours = [(entry.title.split(), entry.type, entry.ozg) for entry in directory.entries().values() if entry.kind == "leika"]
    assert ours == said
    keys = [row["leika_schluessel"] for row in rows]
    assert [entry.leika or "nicht im LeiKa" for entry in directory.entries().values() if entry.kind == "leika"] == keys


def test_every_entry_stands_in_a_lage_and_somebody_is_responsible():
    for entry in directory.entries().values():
        assert entry.situation.key in directory.situations()
        assert responsibility.usual_body(entry).title


def test_no_body_and_no_word_belongs_to_nothing():
    keys = set(directory.entries())
    assert {str(ozg) for raw in books.book("bodies").values() for ozg in raw["ozg"]} <= keys
    assert set(books.book("words")) <= keys
    listed = [ozg for raw in books.book("bodies").values() for ozg in raw["ozg"]]
    assert len(listed) == len(set(listed)) == 557


def test_unknown_keys():
    with pytest.raises(directory.UnknownEntry):
        directory.find("99999999999999")
    assert books.nearest("99102013104000").ozg == "10160"  # younger than the list: the dog tax
    assert books.nearest("") is None
