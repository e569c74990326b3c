"""The blank form: PDF/UA, everything the form asks, made once, and a schema for programs."""

import json
import subprocess
from dataclasses import replace
from pathlib import Path

import jsonschema_rs
import outloud
import pdfua
import pikepdf
import pytest
from django.test import Client

from stadtkern.kernel.services import catalogue, exports, paper
from stadtkern.kernel.services.actions import publish
from stadtkern.lib.forms.export.data import dumps, to_data
from stadtkern.lib.forms.export.tree import Keys
from stadtkern.lib.forms.model import Kind, fields
from stadtkern.lib.forms.sample import valid_answers

SERVICES = ["hundesteuer_anmelden", "baustelle_anzeigen"]


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(paper, "KEPT", tmp_path / "forms")
    return tmp_path / "forms"


def findings(pdf: bytes, folder: Path) -> list[str]:
    file = folder / "form.pdf"
    file.write_bytes(pdf)
    found = [f.message for f in pdfua.validate(file).findings if f.severity.name == "ERROR"]
    return found + [f.message for f in outloud.check(file).sorted_findings() if str(f.severity).lower().endswith("error")]


@pytest.mark.parametrize("key", SERVICES)
def test_it_is_accessible_and_asks_everything(offices, client: Client, kept: Path, tmp_path: Path, key: str) -> None:
    answer = client.get(f"/leistungen/{key}/formular.pdf", headers={"accept-language": "en"})
    assert answer.status_code == 200 and answer["Content-Type"] == "application/pdf"
    assert findings(answer.content, tmp_path) == []
    with pikepdf.open(tmp_path / "form.pdf") as pdf, pdf.open_metadata() as meta:
        assert meta["pdfuaid:part"] == "1" and str(pdf.Root.Lang) == "de-DE"
    text = text_of(tmp_path / "form.pdf")
    for _path, field in fields(catalogue.find(key).form):
        if not (field.hidden or field.locked or field.kind is Kind.LABEL):
            assert words(field.label) in text, field.label


def text_of(file: Path) -> str:
    said = subprocess.run(["pdftotext", "-layout", str(file), "-"], capture_output=True, check=True).stdout.decode()
    return words(said)


def words(text: str) -> str:
    """Without blanks and breaks: lines end where the sheet ends."""
    return "".join(text.split()).replace("-", "").replace("\u00ad", "")


def test_it_is_made_once_and_anew_when_something_changes(offices, client: Client, kept: Path, monkeypatch) -> None:
    made = []
    real = paper.render
    monkeypatch.setattr(paper, "render", lambda *args, **more: made.append(1) or real(*args, **more))
    first = client.get(f"/leistungen/{SERVICES[0]}/formular.pdf")
    again = client.get(f"/leistungen/{SERVICES[0]}/formular.pdf")
    assert first.content == again.content and len(made) == 1 and first["ETag"] == again["ETag"]
    assert client.get(f"/leistungen/{SERVICES[0]}/formular.pdf", headers={"if-none-match": first["ETag"]}).status_code == 304
    old = set(kept.iterdir())
    changed = paper._data(catalogue.find(SERVICES[0])) | {"teaser": "Anders."}
    monkeypatch.setattr(paper, "_data", lambda service: changed)
    assert client.get(f"/leistungen/{SERVICES[0]}/formular.pdf").content != first.content
    assert len(made) == 2 and len(set(kept.iterdir())) == 1 and set(kept.iterdir()) != old


def test_what_cannot_be_printed_is_said_kindly(offices, client: Client, kept: Path, monkeypatch) -> None:
    monkeypatch.setattr(paper, "ITEMS", 1)
    answer = client.get(f"/leistungen/{SERVICES[0]}/formular.pdf")
    assert answer.status_code == 503 and "nicht auf Papier" in answer.content.decode()
    assert client.get("/leistungen/gibt_es_nicht/formular.pdf").status_code == 404


def test_a_full_disk_costs_time_only(offices, client: Client, tmp_path: Path, monkeypatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setattr(paper, "KEPT", tmp_path / "file" / "forms")
    assert client.get(f"/leistungen/{SERVICES[0]}/formular.pdf").status_code == 200


def test_the_page_links_to_it(offices, client: Client) -> None:
    assert f"/leistungen/{SERVICES[0]}/formular.pdf" in client.get(f"/leistungen/{SERVICES[0]}/").content.decode()


@pytest.mark.parametrize("key", [pytest.param(key, id=key) for key in SERVICES])
def test_the_schema_of_a_service_fits_its_data(offices, client: Client, key: str) -> None:
    answer = client.get(f"/api/v1/services/{key}/schema.json")
    assert answer.status_code == 200 and answer["Content-Type"] == "application/json"
    schema = json.loads(answer.content)
    edition = catalogue.find(key).digest
    assert schema["$id"].endswith(f"/api/v1/services/{key}/schema.json?edition={edition}&style=id")
    again = client.get(f"/api/v1/services/{key}/schema.json?edition={edition}")
    assert again.content == answer.content and "31536000" in again["Cache-Control"]
    assert client.get(f"/api/v1/services/{key}/schema.json?edition={'0' * 64}").status_code == 404
    form = catalogue.find(key).form
    data = json.loads(dumps(to_data(form, valid_answers(form, 1))))
    assert jsonschema_rs.validator_for(schema, validate_formats=True).is_valid(data)
    assert client.get(f"/api/v1/services/{key}/schema.json?style=versioned").status_code == 200
    assert client.get(f"/api/v1/services/{key}/schema.json?style=other").status_code == 422
    assert client.get("/api/v1/services/gibt_es_nicht/schema.json").status_code == 404


def test_every_service_of_this_city_has_a_schema_its_data_fit(offices) -> None:
    for key, service in catalogue.all_services().items():
        form = service.form
        validator = jsonschema_rs.validator_for(exports.json_schema(service, Keys.ID), validate_formats=True)
        for seed in range(2):
            data = json.loads(dumps(to_data(form, valid_answers(form, seed))))
            assert [each.message for each in validator.iter_errors(data)] == [], key


def test_the_schema_of_an_edition_stays(offices, client: Client, monkeypatch) -> None:
    """What was sent by it yesterday can be checked against it tomorrow."""
    service = catalogue.find(SERVICES[0])
    publish(service)
    before = client.get(f"/api/v1/services/{SERVICES[0]}/schema.json?edition={service.digest}").content
    changed = replace(service, title="Anders", read_files=lambda: {**service.read_files(), "overlay.toml": 'title = "Anders"'})
    monkeypatch.setattr(catalogue, "find", lambda key: changed)
    catalogue._rebuilt.cache_clear()
    assert changed.digest != service.digest
    assert client.get(f"/api/v1/services/{SERVICES[0]}/schema.json?edition={service.digest}").content == before
