"""Services and entries are found by everyday words."""

import tomllib
from pathlib import Path

import pytest

from stadtkern.kernel.services.directory import search

PHRASINGS = tomllib.loads((Path(__file__).parent / "phrasings.toml").read_text(encoding="utf-8"))


def fits(hit: search.Found, accepted: list[str]) -> bool:
    if hit.service:
        return hit.service.key in accepted
    return hit.entry.ozg in accepted or any(hit.entry.key.startswith(key) for key in accepted)


def missed(part: str) -> list[str]:
    return [
        words for words, accepted in PHRASINGS[part].items() if not any(fits(hit, accepted) for hit in search.find(words)[:3])
    ]


@pytest.mark.parametrize("part", PHRASINGS)
def test_the_right_one_is_among_the_first_three(part):
    assert len(PHRASINGS[part]) == 75
    assert len(missed(part)) <= 0.1 * len(PHRASINGS[part]), missed(part)


def test_the_service_of_the_city_comes_before_the_entry():
    assert search.find("Hund anmelden")[0].key == "hundesteuer_anmelden"
    assert search.find("melde meinen Hund ab")[0].key == "hundesteuer_abmelden"
    assert search.find("Sperrmüll")[0].key == "sperrmuell_anmelden"


def test_a_bundle_is_one_hit():
    hits = search.find("Personalausweis", limit=50)
    bundles = [hit.entry.ozg for hit in hits if hit.entry and hit.entry.ozg]
    assert len(bundles) == len(set(bundles))


def test_the_entry_that_says_more_stands_for_its_bundle():
    hit = next(hit for hit in search.find("Kinderreisepass Ersatz wegen Diebstahl") if hit.entry)
    assert hit.entry.kind == "leika" and hit.entry.title.startswith("Kinderreisepass Ersatz")


def test_the_audience_narrows():
    assert all("companies" in (hit.entry or hit.service).audiences for hit in search.find("anmelden", audience="companies"))


@pytest.mark.parametrize(
    "words", ["", "  ", "a", "der die das", "\x00'\"<>", "🐕", "%%%", "9" * 500, "ich möchte bitte einen Antrag"]
)
def test_nonsense_finds_nothing_and_breaks_nothing(words):
    assert search.find(words) == []


@pytest.mark.parametrize(
    "words", ["hund " * 5000, "a" * 100_000, "ä" * 300, "donaudampfschifffahrtsgesellschaftskapitaen" * 9, "-" * 999]
)
def test_long_questions_are_cut(words):
    search.find(words)
