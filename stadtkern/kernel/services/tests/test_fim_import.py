"""Schemas from a folder, an address and the portal; both standards; what the city wrote stays."""

import gzip
import json
import os
import subprocess
import sys
import tomllib
from io import StringIO

import httpx
import pytest
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError

from stadtkern.kernel.services import catalogue, fim_form, fim_sources
from stadtkern.kernel.services.adapters import NotInPortal, PortalUnavailable
from stadtkern.kernel.services.adapters.demo import FOLDER, FakePortal
from stadtkern.kernel.services.adapters.fim_portal import Portal
from stadtkern.kernel.services.fim_fetch import NotFetched, fetch
from stadtkern.kernel.services.fim_report import report, totals
from stadtkern.lib.forms.model import Kind, fields
from stadtkern.lib.forms.rules.model import State
from stadtkern.lib.forms.tests.schemas import FIM, field, put, schema
from stadtkern.lib.forms.tests.test_xdf2 import SPACE as OLD_SPACE

DRAGON = "S99999000001"
LIST = "urn:de:stadtkern:codeliste:drachenarten"


def run(*given: object, **options: object) -> str:
    out = StringIO()
    call_command("import_fim", *map(str, given), stdout=out, stderr=out, **options)
    return out.getvalue()


def served(fake: FakePortal, naps: list[float] | None = None) -> Portal:
    return Portal(transport=httpx.MockTransport(fake), sleep=(naps if naps is not None else []).append)


def test_from_the_portal_with_its_code_list(city_folder):
    said = run(portal=[DRAGON])
    assert f"({DRAGON} 1.1.0): angelegt" in said and "1 Regeln, alle verstanden" in said and "Codeliste fehlt" not in said
    service = catalogue.find("fim_einen_drachen_anmelden")
    by_path = dict(fields(service.form))
    kind = by_path["G99999000001/F99999000002"]
    assert kind.kind is Kind.CHOICE and [option.label for option in kind.options][:2] == ["Lindwurm", "Wyvern"]
    assert service.form.rules[0].state is State.COMPILED and service.origin["source"] == f"FIM-Portal {DRAGON}"
    folder = city_folder / service.key
    assert tomllib.loads((folder / "codelists.toml").read_text())[LIST] == {"code": "schluessel", "label": "kurztext"}
    with pytest.raises(CommandError, match="1 von 2"):
        run(portal=[DRAGON, "S99999999999"])
    assert f"{DRAGON}:1.1.0  XDatenfelder 3.0.0  Einen Drachen anmelden" in run(search="drache")


def test_a_new_version_lies_beside_the_old_and_says_what_changed(city_folder):
    run(portal=[f"{DRAGON}:1.0.0"], key="drache")
    folder = city_folder / "drache"
    old = (folder / "form.xdf3.xml").read_bytes()
    (folder / "codelists.toml").write_text(f'["{LIST}"]\ncode = "kurztext"\nlabel = "schluessel"\n')
    said = run(portal=[DRAGON])
    assert "erneuert" in said and "Geändert: " in said and "Farbe" in said
    assert (folder / "versions" / "1.0.0.xdf3.xml").read_bytes() == old != (folder / "form.xdf3.xml").read_bytes()
    assert (folder / ".gitignore").read_text() == "*\n"
    form = catalogue.find("drache").form
    assert dict(fields(form))["G99999000001/F99999000002"].options[0].code == "Lindwurm", "the city's columns stay"
    assert "erneuert" in run(portal=[DRAGON]) and len(list((folder / "versions").iterdir())) == 1


def test_a_folder_with_lists_both_standards_and_a_bad_file(city_folder, tmp_path):
    folder = tmp_path / "lieferung"
    folder.mkdir()
    for file in FOLDER.glob("S*.xml"):
        (folder / f"{file.name}.gz").write_bytes(gzip.compress(file.read_bytes()))
    (folder / "S99000003V1.0.xml").write_bytes((FOLDER / "S99000003V1.0.xml").read_bytes())  # the same, plain: counts once
    (folder / "drachenarten.genericode.xml").write_bytes((FOLDER / "drachenarten.genericode.xml").read_bytes())
    (folder / "a.xml").write_bytes(b"<kaputt")
    (folder / "b.xml").write_bytes(schema(put(field("F1", sort="select"))).replace(b"F1</x:id>", b"F1</x:id><x:id>F2</x:id>"))
    out = StringIO()
    with pytest.raises(CommandError, match="2 von 6 Dateien"):
        call_command("import_fim", str(folder), stdout=out, stderr=out)
    said = out.getvalue()
    assert "✗ a.xml [5/6]: Die Datei ist kein vollständiges XML" in said and "✗ b.xml [6/6]" in said
    old = catalogue.find("fim_ein_lagerfeuer_anzeigen")
    assert (city_folder / old.key / "form.xdf2.xml").exists() and old.origin["version"] == "1.0"
    assert dict(fields(old.form))["F99000012"].pattern == r"\d{5}"
    assert [problem.path for problem in old.problems({"F99000012": "abc"})] == ["F99000010", "F99000011", "F99000012"]
    assert catalogue.broken() == {}


def test_wrong_columns_are_told_and_repaired(city_folder):
    run(portal=[DRAGON], key="drache")
    (city_folder / "drache" / "codelists.toml").write_text(f'["{LIST}"]\ncode = "gibtesnicht"\nlabel = "kurztext"\n')
    with pytest.raises(catalogue.UnknownService):
        catalogue.find("drache")
    assert "fehlt die Spalte" in " ".join(catalogue.broken()["drache"])
    with pytest.raises(CommandError):
        run(portal=[DRAGON])
    for text in ("x = 1", "= 1", '["a"]\ncode = "x"'):
        with pytest.raises(fim_form.ServiceBroken, match=r"codelists\.toml"):
            fim_form.columns(text)


@pytest.mark.parametrize(
    ("moods", "naps", "outcome"),
    [
        ([], 0, 4),
        (["429", "429", "503"], 3, 4),
        (["drop"], 1, 4),
        (["429"] * 9, 5, PortalUnavailable),
        (["html"], 0, PortalUnavailable),
        (["403"], 0, PortalUnavailable),
        (["404"], 0, NotInPortal),
    ],
)
def test_the_moods_of_the_portal(moods, naps, outcome):
    slept: list[float] = []
    portal = served(FakePortal(moods=list(moods)), slept)
    if isinstance(outcome, int):
        assert len(list(portal.search(released=False))) + 1 == outcome  # one of the four is not the newest
    else:
        with pytest.raises(outcome):
            list(portal.search())
    assert len(slept) == naps and slept == sorted(slept)


def test_the_portal_is_read_page_by_page_and_slows_down_when_told(monkeypatch):
    monkeypatch.setattr("stadtkern.kernel.services.adapters.fim_portal.PAGE", 1)
    now = [0.0]
    fake = FakePortal(per_second=2, clock=lambda: now[0])
    portal = Portal(transport=httpx.MockTransport(fake), sleep=lambda seconds: now.__setitem__(0, now[0] + seconds))
    assert [record.id for record in portal.search(released=False)] == ["S99000003", DRAGON, "S99999000002"]
    assert now[0] >= 1 and sum("offset=2" in path for path in fake.asked) >= 2, "the third page was refused at first"
    with pytest.raises(PortalUnavailable, match="422"):
        monkeypatch.setattr("stadtkern.kernel.services.adapters.fim_portal.PAGE", 201)
        list(portal.search())


def test_half_a_file_is_refused(city_folder, monkeypatch):
    monkeypatch.setattr("stadtkern.kernel.services.adapters.demo.FakePortal", lambda: FakePortal(moods=["cut"]))
    with pytest.raises(CommandError, match="1 von 1"):
        run(portal=[DRAGON])
    assert list(city_folder.iterdir()) == []


@pytest.mark.skipif(not (FIM / "api").is_dir(), reason="the description of the portal is not here")
def test_the_fake_answers_as_the_portal_describes_itself():
    described = json.loads((FIM / "api" / "fim-portal-openapi-0.24.0.json").read_text())["components"]["schemas"]
    client = httpx.Client(transport=httpx.MockTransport(FakePortal()), base_url="https://fimportal.de")
    listed = client.get("/api/v1/schemas").json()
    full = client.get(f"/api/v1/schemas/{DRAGON}/latest").json()
    lists = client.get("/api/v0/code-lists").json()
    for found, name in (
        (listed, "PaginatedResult_SchemaOut_"),
        (listed["items"][0], "SchemaOut"),
        (full, "FullSchemaOut"),
        (full["uploads"][0], "SchemaUpload"),
        (full["uploads"][0]["code_lists"][0], "CodeListOut"),
        (lists, "PaginatedResult_CodeListOut_"),
        (lists["items"][0], "CodeListOut"),
        (client.get("/api/v1/schemas/S1/latest/xdf").json(), "ErrorMessage"),
    ):
        assert set(described[name]["required"]) <= set(found), name
    assert [each["fim_version"] for each in client.get(f"/api/v1/schemas/{DRAGON}").json()] == ["1.0.0", "1.1.0"]


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("http://fim.example/x.xml", "https"),
        ("ftp://fim.example/x.xml", "https"),
        ("https://user:word@fim.example/x", "Benutzernamen"),
        ("https://[x/", "nicht lesen"),
        ("https://127.0.0.1/x", "privates Netz"),
        ("https://localhost/x", "privates Netz"),
        ("https://169.254.169.254/x", "privates Netz"),
        ("https://[::ffff:10.0.0.1]/x", "privates Netz"),
        ("https://2130706433/x", "privates Netz"),
    ],
)
def test_addresses_that_are_not_fetched(url, says):
    with pytest.raises(NotFetched, match=says):
        fetch(url)


def test_an_address_follows_only_a_few_careful_redirects_and_has_an_end():
    def answer(request: httpx.Request) -> httpx.Response:
        path = request.url.path
        if path == "/far":
            return httpx.Response(302, headers={"location": "http://intern.example/"})
        if path == "/round":
            return httpx.Response(302, headers={"location": "/round"})
        if path == "/moved":
            return httpx.Response(301, headers={"location": "/file"})
        return httpx.Response(200, content=b"x" * (65 * 1024 * 1024 if path == "/big" else 10))

    def get(path: str) -> bytes:
        return fetch(f"https://fim.example{path}", transport=httpx.MockTransport(answer))

    assert get("/moved") == b"x" * 10
    for path, says in (("/far", "https"), ("/round", "leitet immer weiter"), ("/big", "64 MB")):
        with pytest.raises(NotFetched, match=says):
            get(path)
    with pytest.raises(NotFetched, match="privates Netz"):
        fetch("https://fim.example/x", resolve=lambda host, port: ["93.184.216.34", "10.0.0.1"])


def test_from_an_address(city_folder, monkeypatch):
    monkeypatch.setattr(fim_sources, "fetch", lambda url: (FOLDER / url.rpartition("/")[2]).read_bytes())
    said = run("https://fim.example/S99000003V1.0.xml")
    assert "Ein Lagerfeuer anzeigen (S99000003 1.0): angelegt" in said
    assert catalogue.find("fim_ein_lagerfeuer_anzeigen").origin["source"] == "https://fim.example/S99000003V1.0.xml"
    with pytest.raises(CommandError, match="nennen Sie"):
        run()


def test_the_report_needs_no_database_and_survives_anything(tmp_path):
    broken, packed, old = tmp_path / "kaputt.xml", tmp_path / "drache.xml.gz", tmp_path / "alt.xml"
    broken.write_bytes(b"<kaputt")
    packed.write_bytes(gzip.compress((FOLDER / f"{DRAGON}V1.1.0.xml").read_bytes()))
    old.write_bytes(schema(space=OLD_SPACE))
    env = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "PYTEST_XDIST_WORKER")}
    env |= {"STADTKERN_HOME": str(tmp_path / "home"), "STADTKERN_MODE": "demo"}
    command = [sys.executable, "manage.py", "fim_report", "--json", *map(str, (broken, packed, old, tmp_path / "fehlt.xml"))]
    done = subprocess.run(command, cwd=settings.ROOT, env=env, capture_output=True, text=True, timeout=120)
    rows = json.loads(done.stdout)["files"]
    assert [row["ok"] for row in rows] == [False, True, True, False] and done.returncode == 0
    assert rows[1] == {
        "file": str(packed), "ok": True, "fields": 8, "groups": 2, "rules": 1, "compiled": 1, "references": 2, "resolved": 2,
        "problems": ["Codeliste fehlt, bis dahin freie Eingabe: urn:de:stadtkern:codeliste:drachenarten_2026-01-01"],
    }  # fmt: skip
    assert rows[2]["problems"] == ["Das Schema enthält keine Felder."] and "kein vollständiges XML" in rows[0]["problems"][0]
    assert {path.name for path in (tmp_path / "home").iterdir()} <= {"secret"}, "no server, no database"


def test_totals_count_a_rule_once(tmp_path):
    reports = [report(path) for path in sorted(FOLDER.glob(f"{DRAGON}*.xml"))]
    sums = totals([*reports, report(tmp_path / "fehlt.xml")])
    assert (sums["files"], sums["ok"], sums["rules"], sums["compiled"], sums["open"], sums["references"]) == (3, 2, 1, 1, 0, 4)
    out = StringIO()
    call_command("fim_report", str(FOLDER / f"{DRAGON}V1.0.0.xml"), str(tmp_path / "fehlt.xml"), stdout=out)
    assert "1 verschiedene Regeln: 1 übersetzt (100.0%)" in out.getvalue() and "nicht lesbar" in out.getvalue()
