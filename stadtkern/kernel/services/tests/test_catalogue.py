"""Folders become services; mistakes become sentences; what was begun stays as it was."""

import shutil
import threading
import time
import tomllib
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError, SystemCheckError
from django.db import connection
from django.test import Client

from stadtkern.kernel.events.models import Event
from stadtkern.kernel.services import actions, catalogue, checks, search
from stadtkern.kernel.services.models import Edition
from stadtkern.kernel.services.service import ServiceBroken

from .conftest import SERVICE, put

ANSWERS = {"name": "Fuchur", "heads": 1, "fire": True, "range": 40}


# A folder is a service


def test_a_dropped_in_folder_is_a_service_everywhere(city_folder, offices, client: Client):
    """HOUSE.md § 8: one folder, nothing else changes, no restart."""
    assert client.get("/leistungen/drachen_anmelden/").status_code == 404
    put(city_folder, "drachen_anmelden", SERVICE)
    assert catalogue.find("drachen_anmelden").title == "Drachen anmelden"
    assert [hit.service.key for hit in search.find("feuerspucker")] == ["drachen_anmelden"]
    page = client.get("/leistungen/drachen_anmelden/").content.decode()
    assert "Melden Sie Ihren Drachen an." in page and "42,00" in page and "höchstens 2 Wochen" in page
    assert "Drachen anmelden" in client.get("/leistungen/").content.decode()
    assert client.get("/api/v1/services/drachen_anmelden").json()["form"]["steps"][0]["title"] == "Ihr Drache"
    shutil.rmtree(city_folder / "drachen_anmelden")
    assert client.get("/leistungen/drachen_anmelden/").status_code == 404


def test_new_service_writes_a_folder_that_passes(city_folder, offices, client: Client):
    call_command("new_service", "drachen_anmelden", domain="", title="Drachen anmelden", stdout=StringIO())
    assert catalogue.broken() == {}
    assert [message for message in checks.service_folders() if "drachen" in message.msg] == []
    assert client.get("/leistungen/drachen_anmelden/").status_code == 200
    with pytest.raises(CommandError, match="gibt es schon"):
        call_command("new_service", "drachen_anmelden", domain="")
    for wrong in ("Drache", "../x", "1drache", ""):
        with pytest.raises(CommandError, match="Bitte einen Namen"):
            call_command("new_service", wrong)
    with pytest.raises(CommandError, match="nicht eingeschaltet"):
        call_command("new_service", "drache", domain="zauberei")


def test_the_city_lays_its_statute_over_a_service(city_folder):
    (city_folder / "hundesteuer_anmelden.toml").write_text('[fee]\nfirst_dog = 15600\n[texts.en]\nteaser = "Our own."\n')
    service = catalogue.find("hundesteuer_anmelden")
    answers = {"dog[0]/since": "2026-01-01", "other_dogs": 0}
    assert service.fee_cents(answers) == 15600
    assert "156,00" in service.cost_text
    assert service.fee["further_dog"] == 15000
    english = service.in_language("en")
    assert (english.teaser, english.title) == ("Our own.", "Register a dog (dog tax)")


def test_everything_asked_of_a_service(dragon):
    service = catalogue.find("drachen_anmelden")
    assert service.fee_lines(ANSWERS) == [catalogue.FeeLine("Drachen anmelden", 4200)]
    assert service.problems(ANSWERS) == []
    assert [problem.path for problem in service.problems({**ANSWERS, "heads": 0})] == ["heads"]
    assert service.decide(ANSWERS, {}) is None
    assert service.second_pair(ANSWERS) is False
    assert service.in_language("en") is service
    assert (service.keep.years, service.decision.within_days, service.decision.by) == (3, 14, "ordnungsamt")
    assert "letter.with" in service.template_source()


# Mistakes


MISTAKES = [
    ('title = "Drachen anmelden"', "", "title: fehlt"),
    ('office = "ordnungsamt"', "office = 7", "office: muss ein Text sein"),
    ('for = ["citizens"]', 'for = ["citizen"]', "„citizen“ gibt es nicht; gemeint ist vielleicht „citizens“"),
    ('synonyms = ["Feuerspucker"]', "synonims = []", "synonims: unbekannter Schlüssel; gemeint ist vielleicht „synonyms“"),
    ('kind = "number", min_value = 1', 'kind = "nummer"', "„nummer“ gibt es nicht; gemeint ist vielleicht „number“"),
    ("when = { fire = true }", "when = { feuer = true }", "feuer: dieses Feld gibt es hier nicht"),
    ("when = { fire = true }", 'when = { fire = "ja" }', "fire: muss true oder false sein"),
    ('within = "2 weeks"', 'within = "bald"', "„bald“ ist keine Frist"),
    ('because = "Drachensatzung"', "", "because: fehlt"),
    ("[keep]\nyears = 3\nbecause", "[keeps]\nyears = 3\nbecause", "keep: fehlt"),
    ("amount = 4200", "first = 4200", "entweder amount"),
    ("amount = 4200", "amount = -1", "amount: muss mindestens 0 sein"),
    ('label = "Rufname" }', 'label = "Rufname" },\n  { name = "name", label = "Noch einmal" }', "„name“ kommt zweimal vor"),
    ('label = "Rufname" }', 'label = "Rufname", pattern = "[" }', "ist kein gültiges Muster"),
    ('label = "Rufname" }', 'label = "Rufname", patern = "x" }', "patern: unbekannter Schlüssel"),
    ('kind = "yes_no"', 'kind = "choice"', "options: fehlt"),
    ("[fee]", '[prefill]\nnahme = "residents.family_name"\n[fee]', "[prefill] nahme: dieses Feld gibt es im Formular nicht"),
    ("[fee]", '[prefill]\nname = "residents.shoe_size"\n[fee]', "„residents.shoe_size“ gibt es nicht"),
    ("[fee]", '[texts.fr]\ntitle = "Dragon"\n[fee]', "fr: diese Sprache gibt es nicht"),
    ("[fee]", '[texts.en.fields]\nnom = "x"\n[fee]', "[texts.en.fields] nom: dieses Feld gibt es im Formular nicht"),
    ('within = "2 weeks"', 'within = "2 weeks"\nautomatic = "§ 1"', "rules.py hat keine Funktion decide"),
    ('within = "2 weeks"', 'within = "2 weeks"\ntemplate = "anders.typ"', "anders.typ: diese Vorlage fehlt"),
    ('within = "2 weeks"', 'within = "2 weeks"\ntemplate = "../../secret.typ"', "ist kein Name einer Vorlage"),
    ('within = "2 weeks"', 'within = "2 weeks"\nfour_eyes = { wings = 2 }', "four_eyes wings: dieses Feld gibt es nicht"),
    ("[[steps]]", 'form = "form.xdf3.xml"\n[[steps]]', "genau eines von"),
    ('title = "Drachen anmelden"', "title = Drachen", "kein gültiges TOML"),
    ('title = "Drachen anmelden"', 'title = "Drachen\\u0000"', "NUL"),
    ('office = "ordnungsamt"', 'office = "ordnungsamt"\ncost = "{zahn}"', "„{zahn}“ steht nicht in [fee]"),
    ('office = "ordnungsamt"', 'office = "ordnungsamt"\ncost = "{0.__class__}"', "steht nicht in [fee]"),
    ('office = "ordnungsamt"', 'office = "ordnungsamt"\nleika = "123"', "14 Ziffern"),
    ('office = "ordnungsamt"', 'office = "ordnungsamt"\ntrust = "very"', "„very“ gibt es nicht"),
]


@pytest.mark.parametrize(("right", "wrong", "sentence"), MISTAKES, ids=[sentence[:40] for _, _, sentence in MISTAKES])
def test_a_mistake_is_told_with_its_place_and_takes_nothing_down(city_folder, client, right, wrong, sentence):
    assert right in SERVICE
    put(city_folder, "drachen_anmelden", SERVICE.replace(right, wrong, 1))
    told = " ".join(catalogue.broken()["drachen_anmelden"])
    assert sentence in told
    assert any(message.id == "services.E001" and sentence in message.msg for message in checks.service_folders())
    assert "drachen_anmelden" not in catalogue.all_services()
    assert "hundesteuer_anmelden" in catalogue.all_services()
    with pytest.raises(catalogue.UnknownService):
        catalogue.find("drachen_anmelden")


def test_manage_check_fails_for_a_broken_folder(city_folder):
    put(city_folder, "drachen_anmelden", SERVICE.replace("office", "ofice", 1))
    from django.core.checks.registry import registry

    registry.register(checks.service_folders, "services")
    with pytest.raises(SystemCheckError, match="ofice: unbekannter Schlüssel"):
        call_command("check", tags=["services"], stderr=StringIO())


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("hundesteuer_anmeldn.toml", "es gibt keine Leistung"),
        ("hundesteuer_anmelden", "ist schon vergeben"),
        ("Drachen", "nur a-z"),
    ],
)
def test_misplaced_files_are_told(city_folder, name, sentence):
    if name.endswith(".toml"):
        (city_folder / name).write_text("[fee]\nfirst_dog = 1\n")
    else:
        put(city_folder, name, SERVICE)
    assert sentence in str(catalogue.broken())
    assert catalogue.find("hundesteuer_anmelden").fee["first_dog"] == 12000


def test_an_overlay_may_not_invent_amounts(city_folder):
    (city_folder / "hundesteuer_anmelden.toml").write_text("[fee]\nfirst_dgo = 1\n")
    assert "first_dgo" in catalogue.broken()["hundesteuer_anmelden"][0]


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"", b"title = 'x'\n" * 2, b"\x00"])
def test_unreadable_files_are_told(city_folder, content):
    put(city_folder, "drachen_anmelden", "").joinpath("service.toml").write_bytes(content)
    assert catalogue.broken()["drachen_anmelden"]
    assert catalogue.all_services()


# Editions


def test_an_application_goes_on_with_what_it_was_begun_on(dragon, db):
    begun = actions.publish(catalogue.find("drachen_anmelden"))
    put(dragon.parent, dragon.name, SERVICE.replace("4200", "9900").replace("Köpfe", "Häupter"))
    now, then = catalogue.find("drachen_anmelden"), catalogue.from_edition(begun)
    assert (now.fee_cents(ANSWERS), then.fee_cents(ANSWERS)) == (9900, 4200)
    assert (now.form.steps[0].children[1].label, then.form.steps[0].children[1].label) == ("Häupter", "Köpfe")
    assert then.digest == begun.digest != now.digest
    assert actions.publish(now) != begun
    shutil.rmtree(dragon)
    with pytest.raises(catalogue.UnknownService):
        catalogue.find("drachen_anmelden")
    assert catalogue.from_edition(begun).title == "Drachen anmelden"
    assert catalogue.from_edition(begun).problems(ANSWERS) == []


def test_the_letter_is_part_of_the_edition(dragon, db):
    begun = actions.publish(catalogue.find("drachen_anmelden"))
    (dragon / "bescheid.typ").write_text('#set text(lang: "de")\nNeu')
    assert catalogue.find("drachen_anmelden").template_source().endswith("Neu")
    assert "letter.with" in catalogue.from_edition(begun).template_source()


def test_examples_make_no_new_edition(dragon, db):
    begun = actions.publish(catalogue.find("drachen_anmelden"))
    (dragon / "examples.toml").write_text("")
    assert actions.publish(catalogue.find("drachen_anmelden")) == begun


def test_publishing_twice_is_one_edition_and_one_diary_line(dragon, db, django_assert_num_queries):
    first = actions.publish(catalogue.find("drachen_anmelden"))
    with django_assert_num_queries(1):
        again = actions.publish(catalogue.find("drachen_anmelden"))
    assert again == first
    assert Event.objects.filter(name="service.published").count() == 1


def test_publishing_at_the_same_moment_is_one_edition(dragon, transactional_db):
    service = catalogue.find("drachen_anmelden")
    found, gate = [], threading.Barrier(6)

    def publish() -> None:
        gate.wait()
        try:
            found.append(actions.publish(service).pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=publish) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 6 and len(set(found)) == 1
    assert Edition.objects.count() == Event.objects.filter(name="service.published").count() == 1


def test_an_edition_of_an_older_release_is_read_leniently(dragon, db):
    begun = actions.publish(catalogue.find("drachen_anmelden"))
    files = {
        **begun.files,
        "service.toml": begun.files["service.toml"].replace('for = ["citizens"]', 'for = ["dragons"]\nold = 1'),
    }
    old = Edition.objects.create(service="drachen_anmelden", digest="0" * 64, files=files)
    assert catalogue.from_edition(old).fee_cents(ANSWERS) == 4200


def test_a_fee_is_never_silently_zero(dragon, db):
    begun = actions.publish(catalogue.find("hundesteuer_anmelden"))
    files = {**begun.files, "service.toml": begun.files["service.toml"]}
    gone = Edition.objects.create(service="dienst_ohne_regeln", digest="1" * 64, files=files)
    with pytest.raises(ServiceBroken, match=r"rules\.py"):
        catalogue.from_edition(gone).fee_cents({})


def test_a_retired_service_takes_no_new_applications(dragon, db):
    begun = actions.publish(catalogue.find("drachen_anmelden"))
    put(dragon.parent, dragon.name, "retired = true\n" + SERVICE)
    assert catalogue.broken() == {}
    assert "drachen_anmelden" not in catalogue.all_services()
    with pytest.raises(catalogue.UnknownService):
        catalogue.find("drachen_anmelden")
    assert catalogue.from_edition(begun).title == "Drachen anmelden"


def test_an_edition_in_use_costs_no_query(dragon, db, django_assert_num_queries):
    begun = actions.publish(catalogue.find("drachen_anmelden"))
    with django_assert_num_queries(0):
        assert catalogue.from_edition(begun).digest == begun.digest


# Size


def test_575_folders_are_read_and_watched_quickly(city_folder):
    """Measured against the bare TOML parser in the same minute: the machine may be busy."""
    for number in range(575):
        put(city_folder, f"drachen_{number}", SERVICE)
    start = time.thread_time()
    for _ in range(575):
        tomllib.loads(SERVICE)
    bare = time.thread_time() - start
    start = time.thread_time()
    assert len(catalogue.all_services()) >= 575
    read = time.thread_time() - start
    start = time.thread_time()
    catalogue.all_services()
    swept = time.thread_time() - start
    assert read < max(1.0, 10 * bare), f"{read:.2f} s, parser alone {bare:.2f} s"
    assert swept < max(0.05, bare), f"{swept:.3f} s"
