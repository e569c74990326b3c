"""Who is responsible: the city's rules, by district, and who it is where the city is not."""

import shutil

import pytest

from stadtkern.kernel.services import checks, directory
from stadtkern.kernel.services.directory import responsibility
from stadtkern.kernel.services.directory.responsibility import responsible, responsible_office


def own_city(settings, tmp_path, rules: str) -> None:
    folder = tmp_path / "cities" / "probe"
    folder.mkdir(parents=True)
    shutil.copy(settings.CITY_FOLDER / "city.toml", folder)
    (folder / responsibility.FILE).write_text(rules, encoding="utf-8")
    settings.CITY_FOLDER = folder


@pytest.mark.parametrize(
    ("key", "office"),
    [
        ("10026", "standesamt"), ("10110", "stadtreinigung"), ("10092", "bauamt"), ("10294", "ordnungsamt"),
        ("10439", "strassenverkehrsamt"),
        ("10255", "auslaenderamt"), ("10019", "jugendamt"), ("10014", "kulturamt"), ("10160", "steueramt"),
        ("99110009070000", "ordnungsamt"),
        ("99102013000000", "steueramt"), ("10214", "sozialamt"), ("10145", "buergeramt"), ("10556", "buergeramt"),
    ],
)  # fmt: skip
def test_the_demo_city_knows_its_offices(key, office):
    assert responsible_office(directory.find(key)) == office


@pytest.mark.parametrize(
    ("place", "office"),
    [
        ("Dorfstraße 5", "buergerbuero_hohenbrueck"), ("dorfstr. 5 b", "buergerbuero_hohenbrueck"),
        ("Zur Höhe", "buergerbuero_hohenbrueck"),
        ("Hohenbrück", "buergerbuero_hohenbrueck"), ("AUENWEG 12-14", "buergerbuero_hohenbrueck"), ("Nordring 1", "buergeramt"),
        ("Annette-von-Droste-Straße 3", "buergeramt"), ("Annette von Droste Str 3", "buergeramt"),
        ("Äußere Brücker Str. 1", "buergerbuero_hohenbrueck"),
        ("Gibtsnichtweg 1", None), ("", None), ("5", None), ("\x00", None), ("a" * 10_000, None), ("((((", None),
    ],
)  # fmt: skip
def test_the_district_decides(place, office):
    assert responsible_office(directory.find("10124"), place) == office


@pytest.mark.parametrize(
    ("key", "who", "level"),
    [
        ("10532", "das Gericht", "state"), ("10005", "die Familienkasse", "federal"), ("10077", "Ihr Finanzamt", "state"),
        ("10104", "die Deutsche Rentenversicherung", "self"), ("10396", "Behörde des Bundes", "federal"),
        ("99089003000000", "die Polizei", "state"),
    ],
)  # fmt: skip
def test_what_others_do_says_who(key, who, level):
    found = responsible(directory.find(key))
    assert not found.ours
    assert (found.body.title, found.body.level) == (who, level)


def test_a_federal_entry_in_a_municipal_bundle_is_the_federations():
    entry = next(entry for entry in directory.bundles()["10119"] if entry.type == "1")
    assert not responsible(entry).ours
    assert responsible(entry).body.level == "federal"


def test_a_town_in_a_kreis_sends_people_there(settings, tmp_path):
    rules = (
        'office = "rathaus"\n[elsewhere.kreis]\ntitle = "Kreis Beispiel"\nweb = "https://kreis.example"\nbodies = ["kreis"]\n'
    )
    rules += '[[rules]]\noffice = "bauamt"\nfields = ["wohnen"]\n'
    own_city(settings, tmp_path, rules)
    assert responsible(directory.find("10439")).body.title == "Kreis Beispiel"
    assert responsible_office(directory.find("10519")) is None  # building permits are the Kreis's, whatever the field
    assert responsible_office(directory.find("10112")) == "bauamt"
    assert responsible_office(directory.find("10026")) == "rathaus"


def test_the_closest_rule_wins_and_streets_have_numbers(settings, tmp_path):
    rules = """
office = "rathaus"
[districts.ost]
streets = ["Ring 1-40"]
[districts.west]
streets = ["Ring 41-99"]
postcodes = ["12345"]
[[rules]]
office = "feld"
fields = ["familie"]
[[rules]]
office = "lage"
situations = ["heiraten"]
[[rules]]
office = "ost"
ozg = [10026]
districts = ["ost"]
[[rules]]
office = "west"
ozg = [10026]
districts = ["west"]
[[rules]]
office = "genau"
leika = ["99059004012"]
"""
    own_city(settings, tmp_path, rules)
    assert responsible_office(directory.find("10019")) == "feld"
    assert responsible_office(directory.find("10025")) == "lage"
    assert responsible(directory.find("10026")).offices == ("ost", "west")
    assert responsible_office(directory.find("10026"), "Ring 7") == "ost"
    assert responsible_office(directory.find("10026"), "Ring 41a") == "west"
    assert responsible_office(directory.find("10026"), "12345") == "west"
    assert responsible_office(directory.find("10026"), "Ring") is None
    assert responsible_office(directory.find("99059004012000")) == "genau"


def test_a_city_without_rules_does_what_is_municipal(settings, tmp_path):
    own_city(settings, tmp_path, "")
    (settings.CITY_FOLDER / responsibility.FILE).unlink()
    assert responsible_office(directory.find("10026")) == "buergeramt"
    assert responsible_office(directory.find("10439")) is None


def test_mistakes_are_told_and_break_nothing(settings, tmp_path):
    own_city(
        settings, tmp_path, 'office = "rathaus"\n[[rules]]\noffice = "x"\nozg = [1]\nlagen = ["a"]\ndistricts = ["nirgends"]\n'
    )
    told = " ".join(responsibility.faults({"rathaus"}))
    assert "OZG-Nummern" in told and "lagen" in told and "nirgends" in told and "„x“" in told
    (settings.CITY_FOLDER / responsibility.FILE).write_text("kaputt = [", encoding="utf-8")
    assert "kein gültiges TOML" in responsibility.faults(set())[0]
    assert responsible_office(directory.find("10026")) == "buergeramt"


def test_the_check_reads_the_rules(settings, tmp_path):
    own_city(settings, tmp_path, 'office = "rathaus"\nunsinn = 1\n')
    assert any(found.id == "services.W003" and "unsinn" in found.msg for found in checks.service_folders())
