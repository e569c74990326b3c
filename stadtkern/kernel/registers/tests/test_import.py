"""Whole registers from files: what is new, changed, the same, refused; files as they really come; the same file twice."""

import json
import tracemalloc
import uuid
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from stadtkern.kernel.accounts.models import Company
from stadtkern.kernel.events.models import Event
from stadtkern.kernel.registers.actions import take_over
from stadtkern.kernel.registers.intake.files import Raw
from stadtkern.kernel.registers.models import CivilRecord, Dog, Household, Parentage, Resident, Trade, Vehicle
from stadtkern.kernel.registers.queries import entries

KEY = uuid.UUID(int=1)
HEAD = (
    "plate;make;model;first_registration_date;fuel;valid;person_key;family_name;given_names;birth_date;company_register_number"
)


def run(register, path, **options):
    out, wrong = StringIO(), StringIO()
    try:
        call_command("import_register", register, str(path), stdout=out, stderr=wrong, **options)
    except CommandError as refused:
        return out.getvalue(), wrong.getvalue() + str(refused)
    return out.getvalue(), wrong.getvalue()


@pytest.fixture
def file(tmp_path):
    def write(text, name="f.csv", encoding="utf-8"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
        return path

    return write


def test_every_way_to_name_the_holder_and_the_same_file_twice(resident, file):
    Company.objects.create(name="Nordlicht", register_number="HRB 4711")
    path = file(
        f"{HEAD}\r\nmst ab 1;Opel;Corsa;02.05.2019;Benzin;ja;{KEY};;;;\r\n"
        "MST-AB 2;VW;;2020-01-01;electric;;;Çelik-Müller;Zoë Łucja;29.02.1988;\r\n"
        "MST-AB 3;MAN;;2020-01-01;diesel;1;;;;;HRB 4711\r\n"
    )
    assert (
        "Probelauf, nichts geändert: 3 neu, 0 geändert, 0 unverändert, 0 abgelehnt." in run("vehicles", path, dry_run=True)[0]
    )
    assert not Vehicle.objects.exists() and not Event.objects.filter(name="register.imported").exists()
    assert "Übernommen: 3 neu" in run("vehicles", path)[0]
    assert entries("vehicles", KEY)[0]["plate"] == "MST-AB 1" and entries("vehicles", KEY)[0]["fuel"] == "Benzin"
    assert not Vehicle.objects.get(person_key=resident.key).valid
    assert Vehicle.objects.get(plate="MST-AB 3").company.name == "Nordlicht"
    assert "0 neu, 0 geändert, 3 unverändert" in run("vehicles", path)[0]
    path.write_text(path.read_text().replace("Corsa", "Astra"))
    assert "0 neu, 1 geändert, 2 unverändert" in run("vehicles", path)[0]
    assert Event.objects.filter(name="register.imported", data__changed=1).count() == 1


def test_what_is_wrong_is_told_line_by_line_and_the_rest_counts(resident, file):
    lines = [
        f"MST-AB 1;Opel;;2019-05-02;petrol;ja;{KEY};;;;",
        f"Fahrrad;Opel;;2019-05-02;petrol;ja;{KEY};;;;",
        f"MST-AB 2;;;2019-05-02;petrol;ja;{KEY};;;;",
        f"MST-AB 3;Opel;;31.02.2019;petrol;ja;{KEY};;;;",
        f"MST-AB 4;Opel;;2019-05-02;Holzgas;ja;{KEY};;;;",
        f"MST-AB 5;Opel;;2019-05-02;petrol;vielleicht;{KEY};;;;",
        "MST-AB 6;Opel;;2019-05-02;petrol;ja;;;;;",
        "MST-AB 7;Opel;;2019-05-02;petrol;ja;;Niemand;Nie;1990-01-01;",
        "MST-AB 8;Opel;;2019-05-02;petrol;ja;;;;;HRB 1",
        "MST-AB 9;Opel;;2019-05-02;petrol;ja;17;;;;",
        f"mst-ab-1;Opel;;2019-05-02;petrol;ja;{KEY};;;;",
        "MST-AB 10;Opel",
        f"MST-AB 11;{'x' * 61};;2019-05-02;petrol;ja;{KEY};;;;",
    ]
    out, wrong = run("vehicles", file("\n".join([HEAD, *lines])))
    assert "1 neu, 0 geändert, 0 unverändert, 12 abgelehnt." in out and Vehicle.objects.count() == 1
    told = {int(line.split()[1].rstrip(":")): line for line in wrong.splitlines() if line.startswith("Zeile")}
    assert sorted(told) == list(range(3, 15))
    for line, words in {
        3: "kein Kennzeichen", 4: "„make“ fehlt", 5: "kein Datum", 6: "kennt das Register nicht", 7: "weder ja noch nein",
        8: "wem der Eintrag gehört", 9: "diese Person nicht", 10: "die Firma HRB 1 nicht", 11: "kein Schlüssel",
        12: "schon weiter oben", 13: "2 Werte statt 11", 14: "länger als 60",
    }.items():  # fmt: skip
        assert words in told[line], told[line]


@pytest.mark.parametrize(
    ("content", "encoding", "said"),
    [
        (b"", "", "Die Datei ist leer."),
        ("number;name;since_date;person_key\n1;Ännchen;2020-01-01;{key}\n", "utf-8-sig", "1 neu"),
        ("number,name,since_date,person_key\n1,Ännchen,2020-01-01,{key}\n", "utf-16", "1 neu"),
        ("number\tname\tsince_date\tperson_key\n1\tÄnnchen\t2020-01-01\t{key}\n", "utf-8", "1 neu"),
        ("number;name;since_date;person_key\n1;Ännchen;2020-01-01;{key}\n", "cp1252", "Versuchen Sie --encoding cp1252"),
        (b"number;name\n1;\x00\n", "", "NUL"),
        (b'number;name\n1;"offen\n', "", "keine lesbare CSV-Datei"),
        (b"number;number\n", "", "eigenen Namen"),
        (b"number;shoe_size\n1;43\n", "", "Die Spalte „shoe_size“ gibt es nicht."),
    ],
)
def test_files_as_they_come(db, file, content, encoding, said):
    path = file(content if isinstance(content, bytes) else content.replace("{key}", str(KEY)), encoding=encoding or "utf-8")
    out, wrong = run("dogs", path)
    assert said in out + wrong
    if encoding == "cp1252":
        assert "1 neu" in run("dogs", path, encoding="cp1252")[0] and Dog.objects.get().name == "Ännchen"


def test_residents_move_and_get_blocked_by_the_next_file(db, file):
    head = "key;household;given_names;family_name;birth_date;birth_place;sex;street;house_number;postcode;town;moved_in_date"
    head += ";blocked"
    row = "{key};H1;Ada;Okonkwo;1990-01-01;Köln;w;{street};1;49999;Musterstadt;2020-01-01;{blocked}"
    keys = [uuid.UUID(int=n) for n in (1, 2)]

    def load(street, blocked):
        rows = [row.format(key=key, street=street, blocked=blocked) for key in keys]
        return run("residents", file("\n".join([head, *rows])))[0]

    assert "2 neu" in load("Heideweg", "nein")
    assert Household.objects.count() == 1 and entries("residents", keys[0])[0]["household_size"] == 2
    assert "2 unverändert" in load("Heideweg", "nein")
    assert "2 geändert" in load("Rosenweg", "ja")
    assert Resident.objects.filter(blocked=True).count() == 2 and entries("residents", keys[0])[0]["street"] == "Rosenweg"


def test_births_in_both_shapes_and_who_is_whose_parent(db, file):
    told = {"kind": "Geburt", "office": "Standesamt Köln", "register_number": "G 1", "event_date": "1990-01-01",
            "event_place": "Köln", "entered_date": "1990-01-03"}  # fmt: skip
    people = [
        {"role": "CHILD", "given_names": "Ada", "family_name": "Okonkwo", "person_key": str(KEY)},
        {"role": "PARENT", "given_names": "Ify", "family_name": "Okonkwo"},
    ]
    path = file(json.dumps({**told, "people": people}) + "\n\nkein json\n[]\n" + json.dumps(told), "f.jsonl")
    out, wrong = run("civil", path)
    assert "1 neu" in out and "3 abgelehnt" in out and "kein JSON." in wrong and "nennt niemanden" in wrong
    assert entries("births", KEY)[0]["parents"] == "Ify Okonkwo"
    flat = {f"people.{n}.{name}": value for n, one in enumerate(people, 1) for name, value in one.items()}
    cells = {**told, **flat}
    text = ";".join(cells) + "\n" + ";".join(cells.values())
    assert "1 unverändert" in run("civil", file(text))[0]
    assert "1 geändert" in run("civil", file(text.replace("Ify", "Ngozi")))[0]
    assert CivilRecord.objects.count() == 1 and entries("births", KEY)[0]["parents"] == "Ngozi Okonkwo"
    pair = f"child_key;parent_key;custody\n{KEY};{uuid.UUID(int=2)};nein\n"
    assert "1 neu" in run("parentage", file(pair))[0] and not Parentage.objects.get().custody
    trade = f"number;title;activity;since_date;person_key\nG-1;Imbiss;Speisen;2020-01-01;{KEY}\n"
    assert "1 neu" in run("trade", file(trade))[0] and Trade.objects.get().title == "Imbiss"


def test_a_big_file_needs_little_memory(db):
    def many():
        for n in range(5_000):
            yield Raw(n, {"number": str(n), "name": "Rex", "since_date": "2020-01-01", "person_key": str(KEY)})

    tracemalloc.start()
    counts = take_over("dogs", many(), "system", lambda line, problem: None)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert counts.new == 5_000 and peak < 12_000_000, peak
