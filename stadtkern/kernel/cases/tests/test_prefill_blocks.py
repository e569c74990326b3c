"""A federal form nobody prepared: after consent the register answers what its building blocks ask about the applicant."""

import shutil
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from stadtkern.kernel.cases import actions
from stadtkern.kernel.privacy.models import Consent
from stadtkern.kernel.services import catalogue
from stadtkern.lib.forms.tests.schemas import field, group, put, schema

from .factories import actor_for

CODES = {"001": "in Deutschland", "002": "außerhalb"}
WORDS = "".join(f"<x:wert><x:code>{code}</x:code><x:name>{name}</x:name></x:wert>" for code, name in CODES.items())


@pytest.fixture
def imported(settings, tmp_path, offices):
    folder = tmp_path / "stadt"
    (folder / "services").mkdir(parents=True)
    shutil.copy(settings.CITY_FOLDER / "city.toml", folder)
    settings.CITY_FOLDER = folder
    born = group("G60000000083", *(put(field(f"F6000000023{n}", kind="num_int")) for n in (1, 2, 3)))
    person = group(
        "G1",
        *(put(field(key)) for key in ("F60000000228", "F60000000227", "F60000000243", "F60000000246", "F99999000001")),
        put(field("F60000000242"), "0:1"),
        put(field("F60000000263", sort="select", more=f"<x:werte>{WORDS}</x:werte>")),
        put(born),
    )
    child = group("G2", put(field("F60000000227")))
    text = schema(put(person), put(child)).decode()
    text = text.replace("Gruppe G1", "Antragstellende Person").replace("Gruppe G2", "Kind der antragstellenden Person")
    (tmp_path / "s.xml").write_text(text)
    call_command("import_fim", str(tmp_path / "s.xml"), key="drachen", stdout=StringIO())
    return catalogue.find("drachen")


def test_the_register_answers_the_building_blocks(imported, citizen, resident):
    citizen.refresh_from_db()
    me = actor_for(citizen)
    case, _secret = actions.start(me, imported)
    case = actions.prefill(me, case)
    today = timezone.localdate().isoformat()
    assert case.answers == {
        "G1/F60000000228": "Zoë Łucja",
        "G1/F60000000227": "Çelik-Müller",
        "G1/F60000000243": "Lindenstraße",
        "G1/F60000000246": "49999",
        "G1/F60000000242": "zoe@example.org",
        "G1/F60000000263": "001",
        "G1/G60000000083/F60000000231": 29,
        "G1/G60000000083/F60000000232": 2,
        "G1/G60000000083/F60000000233": 1988,
    }
    assert case.sources["G1/F60000000227"] == f"residents {today}"
    assert case.sources["G1/F60000000242"] == f"account {today}"
    consent = Consent.objects.get()
    assert sorted(consent.fields) == ["birth_date", "family_name", "given_names", "postcode", "street", "town"]


def test_the_city_takes_a_question_out(imported, citizen, resident):
    (imported.folder / "form.overlay.toml").write_text('[fields."G1/F60000000227"]\nprefill = "none"\n')
    citizen.refresh_from_db()
    me = actor_for(citizen)
    case, _secret = actions.start(me, catalogue.find("drachen"))
    case = actions.prefill(me, case)
    assert "G1/F60000000227" not in case.answers and case.answers["G1/F60000000228"] == "Zoë Łucja"
