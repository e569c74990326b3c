"""XZuFi in and out: nothing lost, an editor's own words stay, everything that is not taken over is told."""

from dataclasses import replace
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stadtkern.kernel.city.profile import city
from stadtkern.kernel.services import catalogue
from stadtkern.kernel.services.models import Change
from stadtkern.kernel.services.modules import incoming, mapping, objects, outgoing, store
from stadtkern.kernel.services.modules.fields import FIELDS
from stadtkern.lib.xzufi.codec import Code, Identifier, Node, Text
from stadtkern.lib.xzufi.message import Loesche, Schreibe, read, write
from stadtkern.lib.xzufi.model import BegriffImKontext, BegriffImKontextModul, Kosten, Kostenmodul, Leistung, Textmodul
from stadtkern.lib.xzufi.places import Organisationseinheit, Spezialisierung

KEY = "99012345001000"
SPACE = "{http://xoev.de/schemata/xzufi/2_2_0}"


def text(code, *texts):
    return Textmodul(leika_textmodul=Code(code, "Modul", mapping.TEXT_MODULES, "20240216"), inhalt=texts)


def leistung(**more):
    """An invented service with things no field shows."""
    values = {
        "id": Identifier("4711", "L100001"),
        "referenz_leika": (Code(KEY, "", mapping.LEIKA),),
        "modul_text": (
            text("02", Text("Drachen steigen lassen"), Text("Flying kites", "en")),
            text("06", Text("<div>Volltext <b>fett</b></div><script>x</script>", "de"), Text("Tekst", "pl")),
            text("99", Text("Ein Modul, das wir nicht kennen")),
        ),
        "modul_kosten": (Kostenmodul(kosten=(Kosten(typ=Code("001")),), beschreibung=(Text("10 EUR"),)),),
        "modul_begriff_im_kontext": (
            BegriffImKontextModul(begriff_im_kontext=(BegriffImKontext(begriff=Text("Drachen"), typ=Code("002")),)),
        ),
        "rest": (Node(f"{SPACE}zukunft", "was kommt"),),
        **more,
    }
    return Leistung(**values)


def deliver(*objects, **options):
    delivery = incoming.Delivery(**options)
    delivery.file(write(one if isinstance(one, Loesche) else Schreibe(one) for one in objects))
    return delivery.report


WORDS = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=60)
TABLES = st.dictionaries(
    st.sampled_from(["de", "en", "leicht"]),
    st.dictionaries(st.sampled_from([field.key for field in FIELDS]), WORDS, max_size=8),
    max_size=3,
)


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(TABLES, TABLES)
def test_what_goes_out_comes_back(before, after):
    def tidy(tables):
        made = {lang: {name: store.tidy(name, value) for name, value in table.items()} for lang, table in tables.items()}
        return {lang: {k: v for k, v in table.items() if v} for lang, table in made.items() if any(table.values())}

    first = mapping.with_texts(mapping.new(Identifier("1", "A"), KEY, ""), tidy(before))
    assert mapping.texts_of(first) == tidy(before)
    second = mapping.with_texts(first, tidy(after))  # edited, over what stood there
    [operation] = read(write([Schreibe(second)]))
    assert mapping.texts_of(operation.objekt) == tidy(after)
    assert operation.objekt.leika == KEY


@pytest.mark.django_db
class TestImport:
    @pytest.fixture(autouse=True)
    def _city(self, city_folder):
        pass

    def test_texts_become_modules_and_go_out_to_the_letter(self):
        original = leistung()
        report = deliver(original)
        assert report.taken == [(KEY, "Drachen steigen lassen")]
        assert report.unknown["leistung/zukunft"] == 1
        found = store.modules(KEY)
        assert found.get("full") == "Volltext <b>fett</b>" and found.own("title", "en") == "Flying kites"
        assert (found.get("costs"), found.synonyms(), found.source["agency"]) == ("<p>10 EUR</p>", ("Drachen",), "L100001")
        out = outgoing.of_entry(found, city())
        assert replace(out, sprachversion=()) == original

    def test_an_edit_changes_its_module_and_nothing_else(self):
        original = leistung()
        deliver(original)
        texts = store.modules(KEY).texts
        edited = {**texts, "de": {**texts["de"], "costs": "<p>12 EUR</p>", "synonyms": "Drachen\nLenkdrachen"}}
        out = mapping.with_texts(outgoing.imported(KEY), edited)
        assert out.modul_text == original.modul_text and out.rest == original.rest
        assert out.modul_kosten[0].kosten == original.modul_kosten[0].kosten
        assert out.modul_kosten[0].beschreibung == (Text("<p>12 EUR</p>"),)
        words = out.modul_begriff_im_kontext[0].begriff_im_kontext
        assert [(one.begriff.value, one.typ and one.typ.value) for one in words] == [("Drachen", "002"), ("Lenkdrachen", None)]

    def test_the_same_again_changes_nothing(self):
        deliver(leistung())
        report = deliver(leistung())
        assert (report.taken, report.same, Change.objects.count()) == ([], 1, 1)

    def test_an_editors_own_words_stay(self):
        deliver(leistung())
        file = store.path_of(KEY)
        file.write_text(file.read_text(encoding="utf-8").replace("10 EUR", "für alle 5 EUR"), encoding="utf-8")
        fresh = leistung(
            modul_kosten=(Kostenmodul(beschreibung=(Text("11 EUR"),)),), modul_text=(text("02", Text("Drachenflug")),)
        )
        report = deliver(fresh)
        assert report.kept == [(KEY, "de", "costs")]
        assert store.modules(KEY).get("costs") == "<p>für alle 5 EUR</p>"
        assert store.modules(KEY).get("title") == "Drachenflug" and not store.modules(KEY).get("full")
        deliver(fresh, overwrite=True)
        assert store.modules(KEY).get("costs") == "<p>11 EUR</p>"

    def test_nothing_is_passed_over_in_silence(self):
        elsewhere = leistung(gueltigkeit_gebiet_id=(Identifier("091620000000"),), referenz_leika=(Code("99012345001001"),))
        report = deliver(
            leistung(referenz_leika=()),
            elsewhere,
            Organisationseinheit(id=Identifier("1")),
            Spezialisierung(id=Identifier("s1"), leistung_id=Identifier("9", "X")),
            Loesche(Identifier("77", "A"), "Leistung"),
            Loesche(Identifier("78", "A"), "Organisationseinheit"),
        )
        assert report.taken == []
        assert len(report.skipped) == 4
        assert dict(report.others) == {"Organisationseinheit": 1, "loesche Organisationseinheit": 1}

    def test_the_text_for_our_town_wins_whatever_the_order(self):
        ours = leistung(gueltigkeit_gebiet_id=(objects.area(city()),), modul_text=(text("02", Text("Drachen in Musterstadt")),))
        land = leistung(gueltigkeit_gebiet_id=(Identifier("050000000000"),), modul_text=(text("02", Text("Drachen in NRW")),))
        for order in ((ours, land), (land, ours)):
            deliver(*order, overwrite=True)
            assert store.modules(KEY).get("title") == "Drachen in Musterstadt"

    def test_a_regional_version_is_laid_over(self):
        part = Spezialisierung(
            id=Identifier("s1"),
            leistung_id=Identifier("4711", "L100001"),
            gebiet_id=(objects.area(city()),),
            modul_text=(text("16", Text("Bei Sturm nicht.")), text("02", Text("Drachen am Rathaus"))),
        )
        deliver(leistung(), part)
        found = store.modules(KEY)
        assert (found.get("title"), found.get("hints"), found.get("costs")) == (
            "Drachen am Rathaus",
            "<p>Bei Sturm nicht.</p>",
            "<p>10 EUR</p>",
        )

    def test_deleted_by_the_sender(self):
        deliver(leistung())
        gone = Loesche(Identifier("4711", "L100001"), "Leistung")
        assert deliver(gone).deleted == [KEY] and store.modules(KEY)
        deliver(gone, delete=True)
        assert not store.modules(KEY) and outgoing.imported(KEY) is None
        assert Change.objects.latest("pk").before  # the history keeps the words


@pytest.mark.django_db
class TestCommandsAndApi:
    def test_out_and_in_again(self, city_folder, offices, tmp_path):
        deliver(leistung())
        call_command("export_xzufi", folder=tmp_path / "aus", stdout=StringIO())
        names = (tmp_path / "aus" / "index.txt").read_text().split()
        assert set(names) == {file.name for file in (tmp_path / "aus").iterdir()} - {"index.txt"}
        before = store.path_of(KEY).read_text(encoding="utf-8")
        store.path_of(KEY).unlink()
        store.original_of(KEY).unlink()
        out = StringIO()
        call_command("import_xzufi", tmp_path / "aus", stdout=out)
        assert store.path_of(KEY).read_text(encoding="utf-8") == before
        assert "Organisationseinheit: " in out.getvalue() and "Onlinedienst: " in out.getvalue()

    def test_a_service_folder_goes_out_whole(self, offices):
        out = StringIO()
        call_command("export_xzufi", key="hundesteuer_anmelden", stdout=out)
        [first, online, office, dienst] = [one.objekt for one in read(out.getvalue().encode())]
        service = catalogue.find("hundesteuer_anmelden")
        texts = mapping.texts_of(first)
        assert texts["de"]["title"] == service.title and texts["en"]["title"] == "Register a dog (dog tax)"
        assert texts["de"]["synonyms"].splitlines() == list(service.synonyms)
        assert first.leika == service.leika and first.vertrauensniveau.value == "20"
        assert online.link[0].link.endswith("/leistungen/hundesteuer_anmelden/")
        assert office.uebergeordnetes_objekt_id.value == "steueramt" and dienst.uebergeordnetes_objekt_id == online.id
        assert office.zustaendigkeit.leistung_id == (first.id,) and office.zustaendigkeit.gebiet_id[0].value == "059990000000"

    def test_offices_have_address_and_hours(self, offices):
        out = StringIO()
        call_command("export_xzufi", key="stellen", stdout=out)
        units = {one.objekt.id.value: one.objekt for one in read(out.getvalue().encode())}
        assert set(units) == set(offices)
        assert all(unit.name.name[0].value and unit.anschrift[0].ort for unit in units.values())

    def test_errors_are_told(self, city_folder, tmp_path):
        with pytest.raises(CommandError, match="weder"):
            call_command("export_xzufi", key="gibt_es_nicht", stdout=StringIO())
        (tmp_path / "kaputt.xml").write_text("<a>", encoding="utf-8")
        with pytest.raises(CommandError, match="1 Dateien"):
            call_command("import_xzufi", tmp_path / "kaputt.xml", stdout=StringIO(), stderr=StringIO())

    def test_a_collector_fetches_file_by_file(self, client, city_folder, offices):
        store.folder().mkdir()
        store.path_of(KEY).write_text('[de]\ntitle = "Drachen"\n[leicht]\ntitle = "Leicht"\n', encoding="utf-8")
        index = client.get("/api/v1/xzufi/index.txt")
        names = index.content.decode().split()
        assert f"leistung-{KEY}.xml" in names and "stellen.xml" in names and "leistung-meldebescheinigung.xml" in names
        for name in names:
            answer = client.get(f"/api/v1/xzufi/{name}")
            assert answer.status_code == 200 and answer["Content-Type"].startswith("application/xml")
            message = read(answer.content)
            assert list(message) and not message.unknown
            again = client.get(f"/api/v1/xzufi/{name}", headers={"If-None-Match": answer["ETag"]})
            assert again.status_code == 304 and "max-age" in answer["Cache-Control"]
        assert b"Leicht" not in client.get(f"/api/v1/xzufi/leistung-{KEY}.xml").content  # the federal portal takes de and en
        for name in ("leistung-nichts", "nichts", "leistung-..%2Fcity", "leistung-99999999999999"):
            assert client.get(f"/api/v1/xzufi/{name}.xml").status_code == 404

    def test_what_belongs_to_others_goes_out_only_where_we_say_more(self, client, city_folder, offices):
        deliver(leistung())
        assert f"leistung-{KEY}" not in outgoing.names()
        assert client.get(f"/api/v1/xzufi/leistung-{KEY}.xml").status_code == 404
        file = store.path_of(KEY)
        file.write_text(file.read_text(encoding="utf-8").replace("10 EUR", "12 EUR"), encoding="utf-8")
        assert f"leistung-{KEY}" in outgoing.names()
        [operation] = read(client.get(f"/api/v1/xzufi/leistung-{KEY}.xml").content)
        part = operation.objekt
        assert isinstance(part, Spezialisierung) and part.leistung_id == Identifier("4711", "L100001")
        assert part.modul_text == () and part.modul_kosten[0].beschreibung == (Text("<p>12 EUR</p>"),)
