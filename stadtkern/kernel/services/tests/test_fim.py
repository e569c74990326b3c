"""A federal schema, unchanged, becomes a service that starts, asks everything and checks it."""

import gzip
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.template import Context, Template
from django.test import Client

from stadtkern.kernel.services import actions, catalogue, search
from stadtkern.kernel.services.examples import examples_of, mistakes, typed
from stadtkern.lib.forms.model import Field, Kind
from stadtkern.lib.forms.shape import placed
from stadtkern.lib.forms.tests.schemas import FILES, FIM, field, group, put, schema
from stadtkern.lib.forms.walk import Walk, is_ticks

PAGE = Template("{% load forms %}{% form_fields placed %}")


def run(*files: Path, **options: object) -> str:
    out = StringIO()
    call_command("import_fim", *map(str, files), stdout=out, stderr=out, **options)
    return out.getvalue()


def invented(tmp_path: Path, *inside: str, name: str = "drachen.xml", **options: str) -> Path:
    file = tmp_path / name
    file.write_bytes(schema(*inside, **options))
    return file


DRAGON = (put(group("G1", put(field("F1", label="Rufname")), put(field("F2", kind="num_int", label="Köpfe"), "0:1"))),)


@pytest.mark.skipif(not FILES, reason="the federal schemas are not here")
@pytest.mark.parametrize("path", FILES, ids=[path.name.split(".")[0] for path in FILES])
def test_every_federal_schema_becomes_a_service(city_folder, client: Client, db, path):
    said = run(path, codelists=FIM / "codelists")
    folder = next(child for child in city_folder.iterdir() if child.is_dir())
    assert (folder / "form.xdf3.xml").read_bytes() == gzip.decompress(path.read_bytes())
    assert f"/leistungen/{folder.name}/" in said
    service = catalogue.find(folder.name)
    assert catalogue.broken() == {}
    examples = examples_of(service)
    assert len(examples) == 2
    assert [mistake for example in examples for mistake in mistakes(service, example)] == []
    assert client.get(f"/leistungen/{service.key}/").status_code == 200
    answers = typed(service.form, examples[0].answers)
    for step in service.form.steps:
        html = PAGE.render(Context({"placed": placed(step, answers)}))
        for visit in Walk(step, answers).visits():
            element = visit.element
            if isinstance(element, Field) and not (element.locked or element.hidden or element.kind is Kind.LABEL):
                name = visit.path.rpartition("[")[0] if is_ticks(element) else visit.path
                asked = [f'name="{name}', f'value="{name}"']  # a file that was handed in can be removed
                assert any(each in html for each in asked), (step.title, visit.path)


def test_the_import_is_a_folder_of_data(city_folder, tmp_path, offices, client: Client):
    said = run(invented(tmp_path, *DRAGON), office="ordnungsamt", trust="substantial")
    assert "Drachen anmelden (S99999000001 1.2.0): angelegt" in said
    folder = city_folder / "fim_drachen_anmelden"
    assert {file.name for file in folder.iterdir()} == {"service.toml", "form.xdf3.xml", "examples.toml", ".gitignore"}
    assert (folder / ".gitignore").read_text() == "*\n"
    service = catalogue.find("fim_drachen_anmelden")
    assert (service.office, int(service.trust), service.legal_basis) == ("ordnungsamt", 3, "§ 1 Drachensatzung")
    assert service.decision.automatic == "" and service.keep.because
    assert search.find("drachen")[0].service is service
    page = client.get("/leistungen/fim_drachen_anmelden/").content.decode()
    assert "Drachen anmelden" in page and "Ordnungsamt" in page
    assert [problem.path for problem in service.problems({"G1/F2": "viele"})] == ["G1/F1", "G1/F2"]


def test_a_new_version_keeps_what_the_city_wrote(city_folder, tmp_path, db):
    run(invented(tmp_path, *DRAGON))
    folder = city_folder / "fim_drachen_anmelden"
    toml = folder / "service.toml"
    toml.write_text(toml.read_text().replace('title = "Drachen anmelden"', 'title = "Feuerwesen melden"'))
    (folder / "form.overlay.toml").write_text('[fields."G1/F1"]\nlabel = "Wie heißt er?"\n')
    begun = actions.publish(catalogue.find(folder.name))
    newer = schema(put(group("G1", put(field("F1")), put(field("F3", label="Farbe"))))).replace(b"1.2.0", b"1.3.0", 1)
    (tmp_path / "neu.xml").write_bytes(newer)
    assert "erneuert" in run(tmp_path / "neu.xml")
    service = catalogue.find(folder.name)
    assert (service.title, service.origin["version"]) == ("Feuerwesen melden", "1.3.0")
    labels = [child.label for child in service.form.steps[0].children[0].children]
    assert labels == ["Wie heißt er?", "Farbe"]
    then = [child.label for child in catalogue.from_edition(begun).form.steps[0].children[0].children]
    assert then == ["Wie heißt er?", "Köpfe"]


def test_the_overlay_hides_orders_and_names(city_folder, tmp_path):
    run(invented(tmp_path, *DRAGON, put(group("G2", put(field("F9")))), name="zwei.xml"))
    folder = city_folder / "fim_drachen_anmelden"
    (folder / "form.overlay.toml").write_text(
        'order = ["G2"]\nhide = ["G1/F2"]\n[steps.G2]\ntitle = "Zuerst"\n[fields."G2/F9"]\nhelp = "So geht das."\n'
    )
    form = catalogue.find(folder.name).form
    assert [step.key for step in form.steps] == ["G2", "G1"]
    assert form.steps[0].title == "Zuerst"
    assert form.steps[0].children[0].children[0].help == "So geht das."
    assert [child.key for child in form.steps[1].children[0].children] == ["F1"]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "✗"),
        (b"<a/>", "keine Datei im Format XDatenfelder"),
        (schema(*DRAGON)[:-40], "✗"),
        (b"\x1f\x8bbroken", "beschädigt"),
        (schema(*DRAGON).replace(b"UTF-8", b"ISO-8859-1").replace("ö".encode(), b"\xf6"), "nicht in UTF-8"),
        (b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + schema(*DRAGON), "✗"),
    ],
)
def test_broken_files_are_refused_and_leave_nothing_behind(city_folder, tmp_path, content, sentence):
    file, good = tmp_path / "kaputt.xml", invented(tmp_path, *DRAGON)
    file.write_bytes(content)
    out = StringIO()
    with pytest.raises(CommandError, match="1 von 2 Dateien"):
        call_command("import_fim", str(file), str(good), stdout=out, stderr=out)
    assert "✗ kaputt.xml" in out.getvalue() and sentence in out.getvalue()
    assert [child.name for child in city_folder.iterdir()] == ["fim_drachen_anmelden"]


def test_a_key_of_somebody_else_is_not_taken(city_folder, tmp_path):
    file = invented(tmp_path, *DRAGON)
    for key in ("hundesteuer_anmelden", "../weg", "Drache"):
        with pytest.raises(CommandError):
            run(file, key=key)
    assert list(city_folder.iterdir()) == []
    run(file, key="drachen")
    other = tmp_path / "anders.xml"
    other.write_bytes(schema(*DRAGON).replace(b"S99999000001", b"S99999000002"))
    with pytest.raises(CommandError):
        run(other, key="drachen")
    with pytest.raises(CommandError, match="kein Ordner einer Stadt"):
        run(file, city="atlantis")


def test_a_broken_schema_dropped_in_takes_nothing_down(city_folder, tmp_path, offices, client: Client):
    run(invented(tmp_path, *DRAGON))
    (city_folder / "fim_drachen_anmelden" / "form.xdf3.xml").write_bytes(b"<kaputt")
    assert client.get("/leistungen/").status_code == 200
    assert client.get("/leistungen/fim_drachen_anmelden/").status_code == 404
    assert "form.xdf3.xml" in " ".join(catalogue.broken()["fim_drachen_anmelden"])
    assert "fim_drachen_anmelden" not in catalogue.all_services()
