"""Maturity is computed from what a service has; the lowest criterion decides; everything missing is said."""

import csv
import io
from dataclasses import fields, replace
from itertools import product

import pytest
from django.urls import reverse

from stadtkern.kernel.accounts.models import Role, Staff
from stadtkern.kernel.city.profile import city
from stadtkern.kernel.services import catalogue
from stadtkern.kernel.services.directory.books import entries
from stadtkern.kernel.services.directory.general import BASE
from stadtkern.kernel.services.maturity import Facts, Platform, of_entry, of_service
from stadtkern.kernel.services.maturity_models import MODEL_1_1, MODEL_2_0, MODELS
from stadtkern.kernel.services.modules.store import Modules

from .conftest import SERVICE, put

NAMES = [one.name for one in fields(Facts) if one.name != "platform"]
EVERYTHING = Platform(True, True, True, True, True, True, True, True)
BEST = Facts(EVERYTHING, **dict.fromkeys(NAMES, True))
ENOUGH = replace(BEST, upload=False)


def level(facts, model="2.0"):
    return MODELS[model].measure(facts).level


def test_ten_and_thirteen_criteria():
    assert (len(MODEL_1_1.criteria), MODEL_1_1.top, len(MODEL_1_1.levels)) == (10, 4, 5)
    assert (len(MODEL_2_0.criteria), MODEL_2_0.top, len(MODEL_2_0.levels)) == (13, 7, 8)
    for model in MODELS.values():
        for criterion in model.criteria:
            levels = [rung.level for rung in criterion.rungs]
            assert levels == sorted(set(levels)) and 1 <= levels[0] <= levels[-1] <= model.top


def test_nothing_is_offline_and_everything_is_the_top():
    assert level(Facts(Platform())) == level(Facts(Platform()), "1.1") == 0
    assert level(ENOUGH) == 7 and level(ENOUGH, "1.1") == 4


@pytest.mark.parametrize(
    ("missing", "new", "old"),
    [
        ("described", 0, 0),
        ("explained", 2, 2),
        ("leika", 3, 3),
        ("form", 1, 1),
        ("structured", 3, 4),
        ("prefilled", 4, 3),
        ("digital_result", 3, 2),
        ("no_visit", 3, 2),
        ("automatic", 6, 4),
        ("english", 3, 3),
        ("plain", 5, 4),
    ],
)
def test_each_fact_has_its_price(missing, new, old):
    facts = replace(ENOUGH, **{missing: False})
    for model, expected in (("2.0", new), ("1.1", old)):
        measure = MODELS[model].measure(facts)
        assert measure.level == expected
        if expected < MODELS[model].top:
            assert all(str(score.missing).endswith(".") or str(score.missing).endswith(").") for score in measure.holding)


@pytest.mark.parametrize("part", ["federal_account", "federal_evidence", "federal_status", "real_payment"])
def test_level_six_needs_the_federal_parts(part):
    facts = replace(ENOUGH, platform=replace(EVERYTHING, **{part: False}))
    assert level(facts) == 5


def test_a_service_decided_elsewhere_needs_the_transport():
    away = replace(ENOUGH, own_decision=False)
    assert level(away) == 7
    assert level(replace(away, platform=replace(EVERYTHING, state_transport=False))) == 3


def test_more_is_never_less():
    few = ["form", "described", "explained", "prefilled", "digital_result", "leika", "english"]
    for values in product([False, True], repeat=len(few)):
        facts = replace(ENOUGH, **dict(zip(few, values, strict=True)))
        for name, value in zip(few, values, strict=True):
            if not value:
                better = replace(facts, **{name: True})
                assert all(level(better, key) >= level(facts, key) for key in MODELS), (facts, name)


def test_the_catalogue_is_measured_from_its_folders():
    found = {
        key: [model.measure(of_service(catalogue.find(key), Platform.of(city()))).level for model in (MODEL_2_0, MODEL_1_1)]
        for key in ("meldebescheinigung", "hundesteuer_anmelden", "geburtsurkunde_bestellen", "kurtaxe_gaestekarte")
    }
    assert found == {
        "meldebescheinigung": [5, 3],  # decided by rule, prefilled, no document to bring; BundID and NOOTS are missing
        "hundesteuer_anmelden": [4, 3],  # a proof is uploaded
        "geburtsurkunde_bestellen": [3, 2],  # the paper comes by post
        "kurtaxe_gaestekarte": [4, 3],  # nothing comes from a register
    }


def test_a_change_in_the_folder_changes_the_level(city_folder):
    put(city_folder, "drachen", SERVICE.replace('synonyms = ["Feuerspucker"]', 'description = "Alles."\nlegal_basis = "§ 1"'))

    def now():
        return MODEL_2_0.measure(of_service(catalogue.find("drachen"), Platform.of(city())))

    first = now()
    assert first.level == 3 and {one.criterion.key for one in first.holding} == {"description", "access"}
    text = (city_folder / "drachen" / "service.toml").read_text()
    more = text.replace('office = "ordnungsamt"', 'office = "ordnungsamt"\nleika = "99000000000000"')
    put(city_folder, "drachen", more + '\n[texts.en]\ntitle = "Dragon"\n')
    assert now().level == 4


def test_entries_without_a_service():
    entry = next(one for one in entries().values() if one.leika)
    platform = Platform.of(city())

    def measured(texts, *, startable):
        facts = of_entry(entry, platform, Modules(entry.key, texts), startable=startable)
        return level(facts), level(facts, "1.1")

    assert measured({}, startable=False) == (0, 0)
    assert measured({}, startable=True) == (2, 2)  # the page says who is responsible, the general application begins
    assert measured({"de": {"teaser": "Kurz gesagt."}}, startable=False) == (1, 1)
    assert measured({"de": {"teaser": "Kurz gesagt."}}, startable=True) == (2, 2)
    full = {"de": {"full": "<p>Alles.</p>", "legal_basis": "§ 1"}, "en": {"full": "All."}}
    assert measured(full, startable=True) == (3, 3)  # the general application; own questions are missing


@pytest.mark.django_db
class TestPages:
    @pytest.fixture(autouse=True)
    def _people(self, client, django_user_model, offices):
        account = django_user_model.objects.create(email="editor@stadt.example", name="Edda Editor")
        Staff.objects.create(account=account, office=offices["steueramt"], role=Role.EDITOR)
        client.force_login(account)
        self.client = client

    def test_table_filters_and_csv(self):
        page = self.client.get(reverse("services:maturity"))
        assert page.status_code == 200
        text = page.content.decode()
        assert "Meldebescheinigung" in text and "Daten statt Dokumente" in text
        few = self.client.get(reverse("services:maturity"), {"stufe": "5"}).content.decode()
        assert "Geburtsurkunde bestellen" not in few
        assert self.client.get(reverse("services:maturity"), {"stufe": "\0", "kriterium": "<b>"}).status_code == 200
        rows = list(
            csv.reader(
                io.StringIO(self.client.get(reverse("services:maturity_csv")).content.decode("utf-8-sig")), delimiter=";"
            )
        )
        assert {row[0] for row in rows[1:]} == set(catalogue.all_services()) - {BASE}
        assert len(rows[0]) == 6 + 13 + 10
        found = {row[0]: row for row in rows[1:]}
        assert found["meldebescheinigung"][3:5] == ["5", "3"]
        more = self.client.get(reverse("services:maturity_csv"), {"umfang": "verzeichnis"}).content.decode("utf-8-sig")
        assert len(more.splitlines()) > 5_500

    def test_one_service_by_criterion(self):
        page = self.client.get(reverse("services:maturity_page", args=["hundesteuer_anmelden"])).content.decode()
        assert "Nachweise müssen noch hochgeladen werden." in page and "nicht nötig" in page
        assert self.client.get(reverse("services:maturity_page", args=["gibt-es-nicht"])).status_code == 404


@pytest.mark.django_db
def test_the_public_page_and_the_api_say_it(client):
    assert "Reifegrad 5 von 7" in client.get("/leistungen/meldebescheinigung/").content.decode()
    body = client.get("/api/v1/services/meldebescheinigung/maturity").json()
    assert [(one["model"], one["level"], len(one["criteria"])) for one in body["maturity"]] == [("2.0", 5, 13), ("1.1", 3, 10)]
    levels = {one["key"]: one["levels"] for one in client.get("/api/v1/maturity").json()}
    assert levels["meldebescheinigung"] == {"2.0": 5, "1.1": 3} and set(levels) == set(catalogue.all_services()) - {BASE}
    assert client.get("/api/v1/services/nichts/maturity").status_code == 404
    assert client.get(reverse("services:maturity")).status_code == 302
