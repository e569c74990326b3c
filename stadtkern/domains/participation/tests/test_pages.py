"""Pages: from the form to the public page, for visitors, authors and moderators; constant queries; hostile input."""

import re
from datetime import timedelta
from io import BytesIO

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image

from stadtkern.domains.participation import actions
from stadtkern.domains.participation.models import Comment, Contribution, Link, Process
from stadtkern.domains.participation.queries import Wanted, listed
from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Person
from stadtkern.kernel.cases.models import Case
from stadtkern.kernel.privacy.models import Access

IDEA = {"title": "Mehr Bänke im Stadtpark", "text": "Auf dem ganzen Weg gibt es keine Bank.", "author": "none", "keep": "stay"}
EVIL = "<script>alert(1)</script><img src=x onerror=alert(2)>"


@pytest.fixture(autouse=True)
def fresh_counters(db):
    cache.clear()


def text(response) -> str:
    return response.content.decode()


def published(process: Process, number: int = 1, **more) -> list[Contribution]:
    """Straight on the table, as the search finds them."""
    now = timezone.now()
    rows = []
    for index in range(number):
        values = {
            "title": f"Idee {index}",
            "text": "Ein Text über Bänke.",
            "reference": f"MS-{process.pk:04d}-{index:04d}",
        } | more
        row = Contribution(
            process=process, kind="IDEA", state="PUBLISHED", published_at=now - timedelta(minutes=index), **values
        )
        actions.store_new(row)
        rows.append(row)
    return rows


def test_from_the_form_to_the_public_page(process, citizen, moderator, login):
    browser, url = login(citizen), f"/beteiligung/{process.key}/neu/"
    page = text(browser.get(url))
    assert "Wer was sieht" in page and "Mein Name: Zoë Łucja Çelik-Müller" in page
    draft = browser.post(url, {**IDEA, "title": "Nur", "_entwurf": "1"}, follow=True)
    assert "Ihr Entwurf" in text(draft) and Contribution.objects.get().state == "DRAFT"
    wrong = browser.post(url, {**IDEA, "title": "", "category": "gruen"})
    assert wrong.status_code == 422 and "keine Bank" in text(wrong)  # nothing typed is lost
    done = browser.post(url, {**IDEA, "category": "gruen"}, follow=True)
    row = Contribution.objects.get()
    assert row.state == "SUBMITTED" and row.reference in text(done) and "Wird geprüft" in text(done)
    address = f"/beteiligung/{process.key}/{row.reference}/"
    assert Client().get(address).status_code == 404
    clerk = login(moderator.account)
    assert "Mehr Bänke" in text(clerk.get("/beteiligung/verwaltung/pruefen/"))
    assert Access.objects.filter(purpose="participation", accounts=[citizen.pk]).count() == 1
    clerk.post(f"{address}pruefen/", {"what": "publish", "back": "queue", "version": "1"})
    public = text(Client().get(address))
    assert "Mehr Bänke" in public and "Zoë" not in public and "Ohne Namen" in public
    assert "Mehr Bänke" in text(Client().get(f"/beteiligung/{process.key}/"))
    assert Case.objects.of_citizen(Actor(citizen)).get().reference == row.reference


def test_a_visitor_writes_where_that_is_allowed_and_takes_it_back(make_process):
    make_process("offen", who={"account": False}, settings={"moderation": "after"})
    browser, url = Client(), "/beteiligung/offen/neu/"
    assert "erfährt nicht, wer Sie sind" in text(browser.get(url))
    browser.post(url, {**IDEA, "category": "gruen", "author": "pseudonym", "pseudonym": "Parkfreundin"})
    row = Contribution.objects.get()
    address = f"/beteiligung/offen/{row.reference}/"
    assert row.state == "PUBLISHED" and "Parkfreundin" in text(Client().get(address))
    assert Client().post(f"{address}zurueckziehen/").status_code == 404
    browser.post(f"{address}aendern/", {**IDEA, "title": "Noch mehr Bänke", "category": "gruen", "_version": "1"})
    row.refresh_from_db()
    assert row.title == "Noch mehr Bänke" and row.checked_at is None
    browser.post(f"{address}zurueckziehen/")
    assert Client().get(address).status_code == 404


def test_everything_anybody_typed_is_shown_as_text(make_process, citizen, login):
    process = make_process("boese", title=EVIL, summary=EVIL, text=EVIL, settings={"moderation": "after"})
    actor = Actor(citizen)
    row = actions.contribute(actor, process, {**IDEA, "title": EVIL, "text": EVIL, "address": EVIL, "author": "pseudonym",
                                              "pseudonym": EVIL})  # fmt: skip
    actions.comment(actor, row, EVIL)
    for url in (
        "/beteiligung/",
        "/beteiligung/boese/",
        f"/beteiligung/boese/{row.reference}/",
        "/beteiligung/boese/punkte.geojson",
    ):
        assert "<script>alert" not in text(Client().get(url)) and "<img src=x" not in text(Client().get(url)), url
    assert "<script>alert" not in text(Client().get("/beteiligung/boese/", {"q": EVIL, "stadtteil": EVIL, "kategorie": EVIL}))


@pytest.mark.parametrize("words", ["\x00", "\ud800", "a" * 5000, "' & | ! :* ()", "<->", "%", "𝔘𝔫𝔦"])
def test_a_search_never_breaks(process, words):
    published(process, 2)
    browser = Client()
    where = {"q": words.encode("utf-8", "surrogatepass"), "seite": "9" * 30, "kategorie": "x\x00"}
    assert browser.get(f"/beteiligung/{process.key}/", where).status_code == 200
    assert browser.get(f"/beteiligung/{process.key}/MS-0000-0000/").status_code == 404


def test_the_search_reads_over_typing_mistakes_and_umlauts(process):
    published(process, 3)
    row = published(process, 1, title="Trinkbrunnen am Marktplatz", reference="MS-TEST-0001", text="Im Sommer ist es heiß.")[0]
    for typed in ("trinkbrunen", "Marktplaz trinkbrunnen", "brunnen markt", "MS-TEST-0001", "heiss", "trinkbr"):
        found = listed(process, Wanted(words=typed))
        expected = [] if typed == "brunnen markt" else [row]  # in the middle of a word nobody looks
        assert [one.pk for one in found.rows] == [one.pk for one in expected], typed
    assert listed(process, Wanted(words="trinkbrunen")).corrected == ["trinkbrunnen"]
    assert listed(process, Wanted(words="Zeppelin")).total == 0


def test_the_list_asks_the_same_number_of_questions_however_long_it_is(process, django_assert_num_queries):
    published(process, 20)
    browser, url = Client(), f"/beteiligung/{process.key}/"
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as few:
        browser.get(url)
    same = {"process": process, "kind": "IDEA", "state": "PUBLISHED", "text": "x", "published_at": timezone.now()}
    rows = [Contribution(title=f"Weitere {n}", reference=f"MS-Z{n:03d}-ZZZZ", **same) for n in range(300)]
    Contribution.objects.bulk_create(rows)
    with django_assert_num_queries(len(few)):
        page = text(browser.get(f"{url}?seite=3&sort=beliebt"))
    assert len(few) <= 12 and "Seite 3 von 22" in page


def test_ten_thousand_comments_are_a_short_page(process, citizen, django_assert_max_num_queries):
    row = published(process)[0]
    tops = Comment.objects.bulk_create([Comment(contribution=row, account=citizen, text=f"Kommentar {n}") for n in range(2000)])
    Comment.objects.bulk_create(
        [Comment(contribution=row, text="Antwort", parent=one, thread=one.pk, depth=1) for one in tops for _n in range(4)]
    )
    with django_assert_max_num_queries(25):
        page = text(Client().get(f"/beteiligung/{process.key}/{row.reference}/?seite=7"))
    assert "Kommentar 120" in page and page.count("sk-comment--1") == 80 and "Seite 7 von 100" in page


def test_support_by_two_tabs_and_back(process, citizen, login):
    row = published(process)[0]
    address = f"/beteiligung/{process.key}/{row.reference}/"
    browser = login(citizen)
    for _tab in range(2):
        assert "Sie sind dafür." in text(browser.post(f"{address}unterstuetzen/", follow=True))
    row.refresh_from_db()
    assert row.supports == 1
    browser.post(f"{address}unterstuetzen/", {"nicht": "1"})
    row.refresh_from_db()
    assert row.supports == 0
    away = Client().post(f"{address}unterstuetzen/")
    assert (away.status_code == 302 and "anmelden" in away["Location"]) or "login" in away["Location"]


def test_the_talk_below_a_contribution(process, citizen, login, moderator):
    row = published(process)[0]
    address = f"/beteiligung/{process.key}/{row.reference}/"
    browser = login(citizen)
    assert browser.post(f"{address}kommentieren/", {"text": ""}).status_code == 409
    browser.post(f"{address}kommentieren/", {"text": "Gute Idee", "named": "1"})
    first = Comment.objects.get()
    browser.post(f"{address}kommentieren/", {"text": "Noch etwas", "parent": str(first.pk)})
    login(moderator.account).post(f"{address}kommentieren/", {"text": "Wir prüfen das."})
    page = text(Client().get(address))
    assert "Zoë Łucja Çelik-Müller" in page and "antwortet für die Stadt" in page and "sk-comment--1" in page
    assert Client().post(f"{address}melden/", {"kommentar": str(first.pk), "reason": "insult"}, follow=True).status_code == 200
    queue = text(login(moderator.account).get("/beteiligung/verwaltung/pruefen/"))
    assert "Gute Idee" in queue and "beleidigt" in queue
    browser.post(f"{address}kommentar/{first.pk}/loeschen/")
    assert "Gute Idee" not in text(Client().get(address))


def test_hidden_people_are_named_nowhere(process, citizen, resident, login):
    row = actions.contribute(Actor(citizen), process, {**IDEA, "author": "name"})
    Contribution.objects.filter(pk=row.pk).update(state="PUBLISHED", published_at=timezone.now())
    actions.comment(Actor(citizen), row, "Von mir", named=True)
    type(resident).objects.filter(pk=resident.pk).update(blocked=True)
    assert Person.objects.get(account=citizen).register_key == resident.key
    for url in (f"/beteiligung/{process.key}/", f"/beteiligung/{process.key}/{row.reference}/"):
        assert "Çelik" not in text(Client().get(url)), url
    again = actions.contribute(Actor(citizen), process, {**IDEA, "title": "Ein Brunnen", "author": "name"})
    assert again.author_shown == ""


def test_a_process_of_staff_is_404_for_everybody_else(make_process, citizen, clerk, login):
    process = make_process("intern", audience="staff")
    row = published(process)[0]
    for browser in (Client(), login(citizen)):
        for url in ("", "neu/", "punkte.geojson", f"{row.reference}/"):
            assert browser.get(f"/beteiligung/intern/{url}").status_code == 404
        assert "Altstadt" not in text(browser.get("/beteiligung/"))
    assert login(clerk.account).get("/beteiligung/intern/").status_code == 200


def test_a_clerk_makes_a_process_in_the_browser(moderator, second_moderator, clerk, login):
    browser, base = login(moderator.account), "/beteiligung/verwaltung/"
    made = browser.post(f"{base}neu/", {"kind": "ideenwettbewerb", "title": "Grüne Höfe"})
    process = Process.objects.get()
    assert made["Location"] == f"{base}gruene-hoefe/"
    for page in ("", "texte/", "einstellungen/", "kategorien/", "phase/", f"phase/{process.phases.first().pk}/", "ergebnis/"):
        assert browser.get(f"{base}gruene-hoefe/{page}").status_code == 200, page
        assert login(clerk.account).get(f"{base}gruene-hoefe/{page}").status_code == 404, page
    phase = process.phases.first()
    values = {
        "title": "Einreichen",
        "starts_at": "2026-11-01T09:00",
        "ends_at": "2026-10-01T09:00",
        "who": "account",
        "trust": "none",
    }
    moment = {f"{key}_{part}": "" for key in ("starts_at", "ends_at") for part in ("day", "month", "year")}
    wrong = browser.post(f"{base}gruene-hoefe/phase/{phase.pk}/", {**values, **moment})
    assert wrong.status_code == 422 and "nicht nach dem Anfang" in text(wrong)
    late = browser.post(
        f"{base}gruene-hoefe/texte/", {"title": "Grüne Höfe", "summary": "Was fehlt?", "audience": "public", "_version": "99"}
    )
    assert late.status_code == 409 and "Was fehlt?" in text(late)
    browser.post(
        f"{base}gruene-hoefe/texte/", {"title": "Grüne Höfe", "summary": "Was fehlt?", "audience": "public", "_version": "1"}
    )
    browser.post(f"{base}gruene-hoefe/einstellungen/", {**process.settings, "moderation": "after", "pictures": "false"})
    browser.post(f"{base}gruene-hoefe/kategorien/", {"categories": "Grün\nWasser"})
    assert Client().get("/beteiligung/gruene-hoefe/").status_code == 404
    assert "Vorschau" in text(browser.get("/beteiligung/gruene-hoefe/"))
    browser.post(f"{base}gruene-hoefe/veroeffentlichen/")
    process.refresh_from_db()
    assert (process.state, process.settings["moderation"], process.categories.count()) == ("PUBLISHED", "after", 2)
    assert Client().get("/beteiligung/gruene-hoefe/").status_code == 200
    steps = "Bestellt; 1.3.2027; 24.2.2027\nGebaut; 1.5.2027"
    browser.post(
        f"{base}gruene-hoefe/ergebnis/", {"title": "Drei Höfe werden grün", "milestones": steps, "cost_cents": "12000"}
    )
    result, idea = Contribution.objects.get(kind="RESULT"), published(process)[0]
    browser.post(
        f"/beteiligung/gruene-hoefe/{idea.reference}/verknuepfen/", {"kind": "REALISED_AS", "target": result.reference}
    )
    assert Link.objects.get().target == result
    where = {"stand": "geworden"}
    assert idea.reference in text(Client().get("/beteiligung/gruene-hoefe/", where))
    assert idea.reference not in text(Client().get("/beteiligung/gruene-hoefe/", {"stand": "offen"}))
    assert "Drei Höfe werden grün" in text(Client().get(f"/beteiligung/gruene-hoefe/{idea.reference}/"))
    assert "erledigt am 24.2.2027" in re.sub(
        r"24\.02\.2027", "24.2.2027", text(Client().get(f"/beteiligung/gruene-hoefe/{result.reference}/"))
    )
    browser.post(f"{base}gruene-hoefe/abschliessen/", {"result": "Drei Höfe werden grün, drei weitere später."})
    assert "drei weitere später" in text(Client().get("/beteiligung/gruene-hoefe/"))
    assert browser.get(f"{base}").status_code == 200 and Client().get("/beteiligung/statistik/").status_code == 200


def test_pictures_are_painted_anew_and_other_files_are_refused(make_process, citizen, login):
    photo = BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "Geheimkamera"
    exif.get_ifd(0x8825)[2] = (51.0, 57.0, 41.0)
    Image.new("RGB", (2400, 1200), "green").save(photo, "JPEG", exif=exif)
    process = make_process("bilder", settings={"pictures": True, "moderation": "after"})
    browser, url = login(citizen), f"/beteiligung/{process.key}/neu/"
    wrong = SimpleUploadedFile("foto.jpg", b"<svg onload=alert(1)>", "image/jpeg")
    refused = browser.post(url, {**IDEA, "category": "gruen", "pictures": wrong})
    assert refused.status_code == 409 and not Contribution.objects.exists() and "keine Bank" in text(refused)
    good = SimpleUploadedFile("IMG_4711_Zoe.jpg", photo.getvalue(), "image/jpeg")
    browser.post(url, {**IDEA, "category": "gruen", "pictures": good})
    row = Contribution.objects.get()
    stored = row.attachments.get()
    assert (stored.width, stored.height) == (1600, 800) and b"Geheimkamera" not in bytes(stored.data) + bytes(stored.small)
    shown = Client().get(f"/beteiligung/bild/{stored.key}/")
    assert shown["Content-Type"] == "image/jpeg" and not Image.open(BytesIO(shown.content)).getexif()
    actions.withdraw(Actor(citizen), row)
    assert Client().get(f"/beteiligung/bild/{stored.key}/klein/").status_code == 404


def test_nobody_decides_about_a_text_they_have_not_read(process, citizen, moderator, login):
    row = actions.contribute(Actor(citizen), process, {"title": "Mehr Bänke", "text": "Der alte Text der Idee."})
    queue = text(login(moderator.account).get("/beteiligung/verwaltung/pruefen/"))
    assert f'name="version" value="{row.version}"' in queue
    actions.edit(Actor(citizen), row, {"title": "Mehr Bänke", "text": "Der neue Text, ganz anders."}, row.version)
    address, browser = f"/beteiligung/{process.key}/{row.reference}/", login(moderator.account)
    for what in ("publish", "reject"):
        told = {"what": what, "back": "queue", "version": "1", "reason": "other", "text": "So nicht, bitte."}
        page = text(browser.post(f"{address}pruefen/", told, follow=True))
        assert "Der neue Text, ganz anders." in page and "geändert, seit Sie ihn gelesen haben" in page
    browser.post(f"{address}pruefen/", {"what": "publish"})  # without a stamp nothing was read
    assert Contribution.objects.get().state == "SUBMITTED"
    browser.post(f"{address}pruefen/", {"what": "publish", "version": "2"})
    assert Contribution.objects.get().state == "PUBLISHED"
