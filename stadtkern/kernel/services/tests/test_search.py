"""Finding services by the words people use."""

import time
from dataclasses import replace

import pytest

from stadtkern.kernel.services import catalogue, search

REGISTER, DEREGISTER = "hundesteuer_anmelden", "hundesteuer_abmelden"
RESIDENCE, BIRTH, BULKY = "meldebescheinigung", "geburtsurkunde_bestellen", "sperrmuell_anmelden"
BUILDING, FOUND, GUEST = "baustelle_anzeigen", "fundsache_melden", "kurtaxe_gaestekarte"
VOLUNTEER, PARKING, TRADE = "ehrenamtskarte_beantragen", "parkausweis_schwerbehinderung", "gewerbe_auskunft"

FIRST = {
    "hund anmelden": REGISTER, "hundemarke": REGISTER, "Kampfhund": REGISTER, "welpe": REGISTER, "dog tax": REGISTER,
    "register my dog": REGISTER, "hund abmelden": DEREGISTER, "mein hund ist gestorben": DEREGISTER, "dog died": DEREGISTER,
    "meldebestätigung": RESIDENCE, "Meldebestaetigung": RESIDENCE, "meldebescheinigun": RESIDENCE,
    "melde bescheinigung": RESIDENCE,
    "wohnsitz bescheinigung": RESIDENCE, "Wohnsitzbescheinigung": RESIDENCE, "adresse nachweisen bank": RESIDENCE,
    "proof of address": RESIDENCE, "einwohnermeldeamt": RESIDENCE, "Geburtsurkunde": BIRTH, "geburtsurkude": BIRTH,
    "GEBURTSURKUNDEN": BIRTH, "birth certificate": BIRTH, "geburtsschein": BIRTH, "sperrmüll": BULKY,
    "sperrmuell": BULKY, "Spermüll": BULKY, "altes Sofa": BULKY, "möbel entsorgen": BULKY, "matratze weg": BULKY,
    "bulky waste": BULKY,
    "baugerüst": BUILDING, "geruest aufstellen": BUILDING, "Halteverbot Umzug": BUILDING, "container auf der straße": BUILDING,
    "schlüssel gefunden": FOUND, "fundbüro": FOUND, "Fundbuero": FOUND, "found a phone": FOUND, "gästekarte": GUEST,
    "kurtaxe": GUEST, "tourist tax": GUEST, "urlaub": GUEST, "ehrenamt": VOLUNTEER, "ehrenamtskarte": VOLUNTEER,
    "volunteer card": VOLUNTEER, "behindertenparkausweis": PARKING, "parken schwerbehindert": PARKING, "blue badge": PARKING,
    "gewerberegister": TRADE, "handwerker überprüfen": TRADE, "who owns a company": TRADE,
}  # fmt: skip


@pytest.mark.parametrize("words", FIRST)
def test_everyday_words_find_the_service_first(words):
    hits = search.find(words)
    assert hits and hits[0].service.key == FIRST[words], [(hit.service.key, hit.score) for hit in hits]


def test_an_office_finds_what_it_does():
    assert {hit.service.key for hit in search.find("standesamt")[:2]} == {BIRTH, "eheschliessung_anmelden"}


@pytest.mark.parametrize("words", ["Hudnesteuer", "hundesteur", "Hunde Steuer", "hund", "dog"])
def test_both_dog_services_come_before_all_others(words):
    assert {hit.service.key for hit in search.find(words)[:2]} == {REGISTER, DEREGISTER}


@pytest.mark.parametrize("words", ["", "   ", "a", "der die das", "xqzvw", "\x00'\"<>", "🐕", "%%%", "9" * 500])
def test_nonsense_finds_nothing_and_breaks_nothing(words):
    assert search.find(words) == []


def test_half_typed_words_suggest():
    assert search.find("geb")[0].service.key == BIRTH
    assert search.find("meldebe")[0].service.key == RESIDENCE
    assert search.find("sperrm")[0].service.key == BULKY


def test_a_title_beats_a_mention():
    hits = [hit.service.key for hit in search.find("kurtaxe hund")]
    assert hits.index(GUEST) < 3
    assert search.find("anmelden")[0].service.title.lower().count("anmelden")


def test_the_audience_narrows():
    assert search.find("hund", audience="tourists") == []
    assert [hit.service.key for hit in search.find("gefunden", audience="tourists")] == [FOUND]


def test_500_services_are_searched_in_less_than_20_ms(monkeypatch):
    base = list(catalogue.all_services().values())
    many = [
        replace(service, key=f"{service.key}_{number}", title=f"{service.title} {number} Bezirk{chr(97 + number % 26)}")
        for number in range(50)
        for service in base
    ]
    index = search.Index(many)
    monkeypatch.setattr(search, "_index", lambda: index)
    assert len(many) >= 500
    times = []
    for words in FIRST:
        start = time.thread_time()
        assert search.find(words)
        times.append(time.thread_time() - start)
    assert sorted(times)[int(len(times) * 0.9)] < 0.02
