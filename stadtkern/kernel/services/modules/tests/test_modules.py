"""Texts are saved, shown, taken back; two editors do not overwrite each other; nothing dangerous reaches a page."""

import threading

import pytest
from django.db import connection, transaction
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Role, Staff
from stadtkern.kernel.events.models import Event
from stadtkern.kernel.services.models import Change
from stadtkern.kernel.services.modules import actions, shown, store
from stadtkern.kernel.services.modules.fields import FIELDS, LONGEST

KEY = "99102013104000"  # dog tax


@pytest.fixture
def editor(django_user_model, offices):
    account = django_user_model.objects.create(email="edda@stadt.example", name="Edda Editor")
    return Staff.objects.create(account=account, office=offices["steueramt"], role=Role.EDITOR)


@pytest.fixture
def actor(editor, city_folder):
    return Actor(editor.account, editor)


def save(actor, texts, *, key=KEY, language="de", seen=None, **more):
    return actions.save(key, language, texts, actor, seen=actions.version(store.text_of(key)) if seen is None else seen, **more)


WORDS = st.text(st.characters(exclude_categories=("Cs",)), max_size=80)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.dictionaries(st.sampled_from([field.key for field in FIELDS]), WORDS, max_size=6), WORDS)
def test_what_is_written_is_read_again(texts, comment):
    tidy = {name: store.tidy(name, text) for name, text in texts.items()}
    text = store.written("# von Hand\n", {"de": tidy, "en": tidy})
    found = store.parse(text, KEY)
    assert found.problems == ()
    assert text.startswith("# von Hand")
    expected = {name: value for name, value in tidy.items() if value}
    assert found.texts == ({"de": expected, "en": expected} if expected else {})
    assert store.parse(store.written(text, {"de": dict.fromkeys(tidy, "")}), KEY).texts.get("de", {}) == {}


def test_a_file_made_by_hand_is_read_with_care():
    found = store.parse(
        '[de]\nfull = "<script>x</script>Ja"\nsynonyms = ["Hund", "Welpe"]\nunsinn = "x"\nteaser = 3\n[xx]\n', KEY
    )
    assert found.texts == {"de": {"full": "<script>x</script>Ja", "synonyms": "Hund\nWelpe"}}
    assert [str(one.body) for one in shown.shown(found, "de")] == ["<p>Ja</p>"]
    assert len(found.problems) == 3
    assert store.parse("[de", KEY).problems and not store.parse("[de", KEY)
    assert store.modules("../../etc/passwd").texts == {}


def test_mistakes_are_told_by_the_check(city_folder):
    store.folder().mkdir()
    (store.folder() / "hund.toml").write_text("", encoding="utf-8")
    store.path_of(KEY).write_text("[de]\nunsinn = 1\n", encoding="utf-8")
    assert [sentence.split(":")[0] for sentence in store.faults()] == ["directory/hund.toml", f"{KEY}.toml [de] unsinn"]


@pytest.mark.django_db
class TestActions:
    def test_save_writes_file_history_and_diary(self, actor):
        change = save(actor, {"full": "Erster\n\nZweiter", "synonyms": "Hund\n\nHund\nWelpe"}, note="Neu")
        assert store.modules(KEY).texts == {"de": {"full": "<p>Erster</p><p>Zweiter</p>", "synonyms": "Hund\nWelpe"}}
        assert (change.service, change.before, change.note, change.staff) == (KEY, "", "Neu", actor.staff)
        event = Event.objects.get(name="service.texts_saved")
        assert (event.subject, event.actor) == (f"change:{change.pk}", actor.key)
        assert save(actor, {"full": "Erster\n\nZweiter"}) is None
        assert Change.objects.count() == 1

    def test_undo_and_undo_of_the_undo(self, actor):
        save(actor, {"full": "Eins"})
        second = save(actor, {"full": "Zwei", "teaser": "T"})
        back = actions.restore(second, actor, seen=actions.version(store.text_of(KEY)))
        assert store.modules(KEY).texts == {"de": {"full": "<p>Eins</p>"}}
        actions.restore(back, actor, seen=actions.version(store.text_of(KEY)))
        assert store.modules(KEY).texts == {"de": {"full": "<p>Zwei</p>", "teaser": "T"}}
        first = Change.objects.order_by("pk").first()
        actions.restore(first, actor, seen=actions.version(store.text_of(KEY)))
        assert not store.modules(KEY) and not store.path_of(KEY).exists()

    def test_who_saw_an_old_text_is_told(self, actor):
        seen = actions.version(store.text_of(KEY))
        save(actor, {"full": "Von A"}, seen=seen)
        with pytest.raises(actions.Overtaken):
            save(actor, {"full": "Von B"}, seen=seen)
        assert store.modules(KEY).get("full") == "<p>Von A</p>"

    def test_refused(self, actor):
        for call in (
            lambda: save(actor, {"full": "x" * (LONGEST + 1)}),
            lambda: save(actor, {"full": "x"}, language="klingonisch"),
        ):
            with pytest.raises(actions.Refused):
                call()
        with pytest.raises(ValueError, match="passwd"):
            save(actor, {"full": "x"}, key="../passwd", seen="")
        assert not Change.objects.exists()

    def test_a_read_only_folder_leaves_no_trace(self, actor, monkeypatch):
        def denied(*args, **kwargs):
            raise PermissionError

        monkeypatch.setattr("pathlib.Path.mkdir", denied)
        with pytest.raises(actions.Refused, match="schreibgeschützt"), transaction.atomic():
            save(actor, {"full": "x"}, seen=actions.version(""))
        assert not Change.objects.exists() and not Event.objects.filter(name="service.texts_saved").exists()


@pytest.mark.django_db(transaction=True)
def test_two_at_once_one_wins(actor):
    seen, results = actions.version(store.text_of(KEY)), []
    start = threading.Barrier(4)

    def work(number):
        start.wait()
        try:
            save(actor, {"full": f"Fassung {number}"}, seen=seen)
            results.append("saved")
        except actions.Overtaken:
            results.append("told")
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["saved", "told", "told", "told"]
    assert Change.objects.count() == 1


def test_the_page_gets_clean_html_whatever_stands_in_the_file(city_folder):
    store.folder().mkdir()
    store.path_of(KEY).write_text(
        "[de]\nfull = \"<h1>A</h1><img src=x onerror=alert(1)><a href='javascript:x'>k</a>\"\n", encoding="utf-8"
    )
    body = str(shown.shown(store.modules(KEY), "de")[0].body)
    assert body == '<h2 class="kern-heading-small">A</h2>k'
    foreign = shown.shown(store.modules(KEY), "en")[0]
    assert foreign.language == "de"


@pytest.mark.django_db
class TestPages:
    @pytest.fixture(autouse=True)
    def _signed_in(self, client, editor, city_folder):
        client.force_login(editor.account)
        self.client, self.address = client, reverse("services:modules", args=[KEY])

    def seen(self):
        return actions.version(store.text_of(KEY))

    def test_preview_saves_nothing_then_save_then_undo(self):
        typed = {"full": "<b>Neu</b><script>x</script>", "seen": self.seen()}
        page = self.client.post(self.address, {**typed, "preview": "1"})
        assert "<b>Neu</b>" in page.content.decode() and "Gespeichert ist noch nichts" in page.content.decode()
        assert not store.modules(KEY)
        assert self.client.post(self.address, typed).status_code == 302
        assert store.modules(KEY).get("full") == "<b>Neu</b>"
        assert "Edda Editor" in self.client.get(self.address).content.decode()
        undo = reverse("services:modules_undo", args=[KEY, Change.objects.get().pk])
        assert self.client.get(undo).status_code == 405
        assert self.client.post(undo, {"seen": self.seen()}).status_code == 302
        assert not store.modules(KEY)
        assert self.client.post(undo, {"seen": self.seen()}).status_code == 302  # twice: nothing more happens
        assert self.client.post(reverse("services:modules_undo", args=["12345", Change.objects.first().pk])).status_code == 404

    def test_the_other_tab_is_told_and_loses_nothing(self):
        old = self.seen()
        self.client.post(self.address, {"full": "Erste", "seen": old})
        page = self.client.post(self.address, {"full": "Zweite", "seen": old})
        assert page.status_code == 409 and "Zweite" in page.content.decode()

    def test_languages_and_the_list(self):
        self.client.post(f"{self.address}?sprache=en", {"full": "English", "seen": self.seen()})
        assert store.modules(KEY).own("full", "en") == "<p>English</p>"
        index = self.client.get(reverse("services:modules_index"))
        assert KEY in index.content.decode()
        found = self.client.get(reverse("services:modules_index"), {"q": "hund"}).content.decode()
        assert KEY in found or "99102013" in found
        assert self.client.get(reverse("services:modules_index"), {"q": "\0<x>" + "a" * 5000}).status_code == 200

    def test_hostile_requests(self):
        for key in ("1", "999999999999999", "00000000000000"):
            assert self.client.get(reverse("services:modules", args=[key])).status_code == 404
        assert self.client.get(f"{self.address}?sprache=%00").status_code == 200
        page = self.client.post(self.address, {"full": "x" * 30_000 + "\0", "seen": self.seen()})
        assert page.status_code == 400 and "Zu lang" in page.content.decode()

    def test_only_editors(self, editor):
        editor.role = Role.CLERK
        editor.save()
        assert self.client.get(self.address).status_code == 403
        assert self.client.post(self.address, {"full": "x", "seen": self.seen()}).status_code == 403
