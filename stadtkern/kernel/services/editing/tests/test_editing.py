"""From a typed word to a public page and back: draft, preview, publish, history, undo, two editors at once."""

import os
import tomllib

import pytest
from django.test import Client

from stadtkern.kernel.events.models import Event
from stadtkern.kernel.services import catalogue
from stadtkern.kernel.services.editing.files import applied, value_at
from stadtkern.kernel.services.models import Change, Draft
from stadtkern.lib.forms.model import fields

BASE = "/leistungen/redaktion/drachen_anmelden/"


@pytest.fixture
def desk(editor, login) -> Client:
    return login(editor.account)


@pytest.fixture
def second(lead, login) -> Client:
    return login(lead.account)


def shown(client: Client, address: str) -> dict[str, str]:
    """What the inputs of a page hold now, as a browser would send them back."""
    page = client.get(address)
    assert page.status_code == 200, page.content.decode()[:2000]
    import lxml.html

    form = next(one for one in lxml.html.fromstring(page.content.decode()).forms if "_state" in one.fields)
    return {key: value for key, value in form.form_values() if key != "csrfmiddlewaretoken"}


def typed(client: Client, address: str, **changes: str):
    """Change these inputs ("basic__title") and save the draft."""
    data = shown(client, address) | {key.replace("__", "/"): value for key, value in changes.items()}
    return client.post(address, data)


def publish(client: Client, address: str = BASE, note: str = ""):
    return client.post(f"{address}entwurf/", {"do": "publish", "note": note})


def test_a_text_is_public_only_after_publishing(dragon, city_folder, desk, offices):
    answer = typed(
        desk, f"{BASE}texte/", basic__title="Feuerwesen melden", basic__synonyms="Lindwurm\nTatzelwurm", fee__amount="50,00"
    )
    assert answer.status_code == 302
    assert catalogue.find("drachen_anmelden").title == "Drachen anmelden"
    review = desk.get(f"{BASE}entwurf/").content.decode()
    assert "Feuerwesen melden" in review and "42,00 €" in review and "50,00 €" in review
    preview = desk.get(f"{BASE}vorschau/").content.decode()
    assert "Feuerwesen melden" in preview and "noch nicht veröffentlicht" in preview
    publish(desk, note="neue Satzung")
    service = catalogue.find("drachen_anmelden")
    assert (service.title, service.synonyms, service.fee["amount"]) == ("Feuerwesen melden", ("Lindwurm", "Tatzelwurm"), 5000)
    assert "Feuerwesen melden" in Client().get("/leistungen/drachen_anmelden/").content.decode()
    assert tomllib.loads((city_folder / "drachen_anmelden.toml").read_text()) == {
        "title": "Feuerwesen melden", "synonyms": ["Lindwurm", "Tatzelwurm"], "fee": {"amount": 5000},
    }  # fmt: skip
    change = Change.objects.get()
    assert (change.note, change.staff.account.name, change.before) == ("neue Satzung", "Mara Lenz", "")
    assert Event.objects.filter(name="service.edited", subject=f"change:{change.pk}").count() == 1
    assert not Draft.objects.exists()


def test_comments_stay_and_a_text_that_is_the_services_again_goes(dragon, city_folder, desk):
    file = city_folder / "drachen_anmelden.toml"
    file.write_text('# Ratsbeschluss\ntitle = "Alt"  # vom Rat\n\n[fee]\n# Cent\namount = 4300\n')
    typed(desk, f"{BASE}texte/", basic__teaser="Kurz.")
    publish(desk)
    assert (
        file.read_text().startswith('# Ratsbeschluss\ntitle = "Alt"  # vom Rat\n')
        and "# Cent\namount = 4300" in file.read_text()
    )
    typed(desk, f"{BASE}texte/", basic__title="Drachen anmelden", fee__amount="42,00", basic__teaser="")
    publish(desk)
    assert tomllib.loads(file.read_text()) == {}
    assert catalogue.find("drachen_anmelden").teaser == "Melden Sie Ihren Drachen an."


def test_deadline_english_and_sentences(dragon, desk):
    data = {"time__number": "3", "time__unit": "months", "en__title": "Register a dragon", "en__needs": "Claw\nWing"}
    typed(desk, f"{BASE}texte/", **data, message__granted="Fliegen Sie wohl.\n\nIhr Amt")
    publish(desk)
    service = catalogue.find("drachen_anmelden")
    assert service.decision.within_days == 90 and service.messages["granted"] == "Fliegen Sie wohl.\n\nIhr Amt"
    assert service.in_language("en").title == "Register a dragon"
    assert service.in_language("en").documents_needed == ("Claw", "Wing")


def test_what_is_wrong_is_told_before_it_can_be_public(dragon, city_folder, desk):
    assert typed(desk, f"{BASE}texte/", fee__amount="viel").status_code == 422
    typed(desk, f"{BASE}texte/", basic__cost="{gibtsnicht} im Jahr")
    review = desk.get(f"{BASE}entwurf/").content.decode()
    assert (
        "So kann der Entwurf nicht veröffentlicht werden" in review
        and "gibtsnicht" in review
        and 'value="publish"' not in review
    )
    publish(desk)
    assert not (city_folder / "drachen_anmelden.toml").exists() and not Change.objects.exists()
    desk.post(f"{BASE}entwurf/", {"do": "discard"})
    assert not Draft.objects.exists()


def test_undo_and_any_earlier_version(dragon, city_folder, desk):
    for title in ("Eins", "Zwei", "Drei"):
        typed(desk, f"{BASE}texte/", basic__title=title)
        publish(desk)
    one, _two, three = Change.objects.order_by("pk")
    page = shown_standing(desk, f"{BASE}verlauf/{three.pk}/")
    desk.post(f"{BASE}verlauf/{three.pk}/", {"do": "undo", "standing": page})
    assert catalogue.find("drachen_anmelden").title == "Zwei"
    desk.post(f"{BASE}verlauf/{one.pk}/", {"do": "restore", "standing": page})  # an old page: refused
    assert catalogue.find("drachen_anmelden").title == "Zwei"
    desk.post(f"{BASE}verlauf/{one.pk}/", {"do": "restore", "standing": shown_standing(desk, f"{BASE}verlauf/{one.pk}/")})
    assert catalogue.find("drachen_anmelden").title == "Eins"
    desk.post(f"{BASE}verlauf/{one.pk}/", {"do": "undo", "standing": shown_standing(desk, f"{BASE}verlauf/{one.pk}/")})
    assert (
        catalogue.find("drachen_anmelden").title == "Drachen anmelden" and not (city_folder / "drachen_anmelden.toml").exists()
    )
    assert Change.objects.count() == 6 and Event.objects.filter(name="service.restored").count() == 3
    assert "früherer Stand" in desk.get(f"{BASE}verlauf/").content.decode()


def shown_standing(client: Client, address: str) -> str:
    return client.get(address).content.decode().partition('name="standing" value="')[2].partition('"')[0]


def test_two_editors_at_once_lose_nothing(dragon, desk, second):
    typed(desk, f"{BASE}texte/", basic__title="Von Mara", basic__teaser="Mara sagt.")
    typed(second, f"{BASE}texte/", basic__title="Von Ruth", fee__amount="60")
    publish(second)
    publish(desk)
    assert catalogue.find("drachen_anmelden").title == "Von Ruth"
    page = desk.get(f"{BASE}entwurf/").content.decode()
    for text in ("Ruth Krause", "Von Ruth", "Von Mara", "Mara sagt.", "Inzwischen gilt eine andere Fassung"):
        assert text in page
    desk.post(f"{BASE}entwurf/", {"do": "rebase"})
    publish(desk)
    service = catalogue.find("drachen_anmelden")
    assert (service.title, service.teaser, service.fee["amount"]) == ("Von Mara", "Mara sagt.", 6000)


def test_the_other_text_can_be_kept(dragon, desk, second):
    typed(desk, f"{BASE}texte/", basic__title="Von Mara", basic__teaser="Mara sagt.")
    typed(second, f"{BASE}texte/", basic__title="Von Ruth")
    publish(second)
    page = desk.get(f"{BASE}entwurf/").content.decode()
    name = page.partition('value="theirs" id="t-')[2].partition('"')[0]
    desk.post(f"{BASE}entwurf/", {"do": "rebase", f"keep-{name}": "theirs"})
    publish(desk)
    assert (catalogue.find("drachen_anmelden").title, catalogue.find("drachen_anmelden").teaser) == ("Von Ruth", "Mara sagt.")


def test_two_windows_of_one_editor(dragon, desk):
    old = shown(desk, f"{BASE}texte/")
    typed(desk, f"{BASE}texte/", basic__title="Neu")
    answer = desk.post(f"{BASE}texte/", old | {"basic/teaser": "Aus dem alten Fenster"})
    page = answer.content.decode()
    assert "in einem anderen Fenster geändert" in page and "Aus dem alten Fenster" in page
    assert Draft.objects.get().edits == [[["title"], "Neu"]]


def test_a_double_click_publishes_once(dragon, desk):
    typed(desk, f"{BASE}texte/", basic__title="Neu")
    publish(desk)
    assert "schon veröffentlicht" in desk.post(f"{BASE}entwurf/", {"do": "publish"}, follow=True).content.decode()
    assert Change.objects.count() == 1


def test_a_folder_that_cannot_be_written_says_so_and_keeps_the_draft(dragon, city_folder, desk, monkeypatch):
    typed(desk, f"{BASE}texte/", basic__title="Neu")
    monkeypatch.setattr(os, "access", lambda *_args, **_more: False)
    assert "schreibgeschützt" in desk.get(BASE).content.decode()

    def refuse(self, *_args, **_more):
        raise PermissionError(13, "read-only")

    monkeypatch.setattr("pathlib.Path.replace", refuse)
    answer = desk.post(f"{BASE}entwurf/", {"do": "publish"})
    monkeypatch.undo()
    assert answer.status_code == 302 and Draft.objects.exists() and not Change.objects.exists()
    assert "schreibgeschützt oder voll" in desk.get(BASE).content.decode()


def test_a_file_broken_by_hand_is_told(dragon, city_folder, desk):
    (city_folder / "drachen_anmelden.toml").write_text("title = ")
    assert "kein gültiges TOML" in desk.get(BASE).content.decode()
    assert desk.get(f"{BASE}texte/").status_code == 302
    assert desk.get("/leistungen/redaktion/?wort=drachen").status_code == 200


def test_hostile_texts_stay_texts(dragon, desk, offices):
    nasty = '"""\n[fee]\namount = 1\n\x00\\u0000 <script>'
    typed(desk, f"{BASE}texte/", basic__description=nasty, basic__title='"] = {}')
    publish(desk)
    service = catalogue.find("drachen_anmelden")
    assert service.fee["amount"] == 4200 and service.title == '"] = {}' and "[fee]" in service.description
    assert b"<script>" not in Client().get("/leistungen/drachen_anmelden/").content


@pytest.mark.parametrize("who", ["clerk", "operator", "mayor", "citizen"])
def test_nobody_else_edits(who, request, dragon, login):
    one = request.getfixturevalue(who)
    client = login(getattr(one, "account", one))
    for address in (BASE, f"{BASE}texte/", f"{BASE}entwurf/", "/leistungen/redaktion/"):
        assert client.get(address).status_code == 403 and client.post(address).status_code == 403


def test_unknown_things_are_404(dragon, desk):
    for address in ("/leistungen/redaktion/gibtsnicht/", f"{BASE}formular/", f"{BASE}regeln/", f"{BASE}verlauf/999/",
                    f"{BASE}fassungen/", f"{BASE}vorschau/nirgends/", f"{BASE}regeln/abc/"):  # fmt: skip
        assert desk.get(address).status_code == 404, address


def test_edits_go_into_toml_and_out_again():
    text = applied("# oben\n", [(("fields", "G1/F1", "label"), "Ä"), (("hide",), ["G1/F2"]), (("texts", "en", "title"), "x")])
    assert value_at(text, ("fields", "G1/F1", "label")) == "Ä" and text.startswith("# oben")
    assert tomllib.loads(applied(text, [(("fields", "G1/F1", "label"), None), (("texts", "en", "title"), None)])) == {
        "hide": ["G1/F2"]
    }


# The form.

FLIGHT = "/leistungen/redaktion/drachenflug/"


def test_a_question_gets_the_citys_words(federal, desk):
    typed(desk, f"{FLIGHT}formular/G1/", **{"e1__label": "Wie heißt er?", "e2__hide": "true", "e3__default": "Felsnest"})
    assert "Wie heißt er?" in desk.get(f"{FLIGHT}vorschau/G1/").content.decode()
    publish(desk, FLIGHT)
    found = dict(fields(catalogue.find("drachenflug").form))
    assert found["G1/F1"].label == "Wie heißt er?" and "G1/F2" not in found and found["G1/F3"].default == "Felsnest"


def test_pages_are_moved_joined_and_cut(federal, desk):
    typed(desk, f"{FLIGHT}formular/", p0__place="2", p1__place="1", p1__title="Wo")
    publish(desk, FLIGHT)
    assert [step.title for step in catalogue.find("drachenflug").form.steps] == ["Wo", "Gruppe G1"]
    typed(desk, f"{FLIGHT}formular/", p1__join="true")
    publish(desk, FLIGHT)
    assert [step.key for step in catalogue.find("drachenflug").form.steps] == ["G2"]
    typed(desk, f"{FLIGHT}formular/G2/", e3__place="1", e5__cut="true")
    publish(desk, FLIGHT)
    form = catalogue.find("drachenflug").form
    assert len(form.steps) == 2 and sorted(path for path, _ in fields(form)) == ["G1/F1", "G1/F2", "G1/F3", "G2/F4"]
    typed(desk, f"{FLIGHT}formular/", p1__join="true")
    publish(desk, FLIGHT)
    assert len(catalogue.find("drachenflug").form.steps) == 1


def test_prefill_is_chosen_by_its_name(federal, desk):
    typed(desk, f"{FLIGHT}formular/G2/", e1__prefill="residents.town")
    publish(desk, FLIGHT)
    assert catalogue.find("drachenflug").prefill == {"G2/F4": "residents.town"}
