"""A plan lies open: statements by every way, weighing by two people, the council, everybody's answer, nobody's name."""

import json
from datetime import timedelta
from io import BytesIO

import pikepdf
import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from stadtkern.domains.participation import actions, erasure, report
from stadtkern.domains.participation.actions import confirming, laying, settling, stating, weighing
from stadtkern.domains.participation.consultations import grouping, passages, shapes, table
from stadtkern.domains.participation.models import (
    Contribution,
    Passage,
    Phase,
    Plan,
    PlanDocument,
    Process,
    Statement,
    Weighing,
)
from stadtkern.domains.participation.templating import template
from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.cases import actions as cases
from stadtkern.kernel.cases.models import Case
from stadtkern.kernel.documents.models import Document
from stadtkern.kernel.inbox.models import Message
from stadtkern.kernel.privacy.models import Access

BASE = "/beteiligung/ufer"
DESK = "/beteiligung/verwaltung/ufer"
TEXTS = """3.1 Höhe
Höchstens vier Geschosse.

3.2 Grünflächen
Die sechs Linden an der Uferstraße können gefällt werden."""
SAYS = {"title": "Die Linden müssen bleiben", "text": "Sie sind sechzig Jahre alt und geben Schatten."}


@pytest.fixture(autouse=True)
def fresh_counters(db):
    cache.clear()


@pytest.fixture
def plan(make_process) -> Process:
    settings = {**template("planbeteiligung").defaults()}
    return make_process("ufer", kind="planbeteiligung", title="Bebauungsplan Uferstraße", allows=("contribute",),
                        who={"account": False}, settings=settings)  # fmt: skip


@pytest.fixture
def laid(plan, moderator) -> Process:
    """With a document of two passages."""
    Phase.objects.filter(process=plan).update(starts_at=timezone.now() + timedelta(days=1))
    laying.set_document(act(moderator), plan, {"title": "Textliche Festsetzungen", "passages": TEXTS})
    Phase.objects.filter(process=plan).update(starts_at=timezone.now() - timedelta(days=1))
    return Process.objects.get(pk=plan.pk)


def act(staff) -> Actor:
    return Actor(staff.account, staff)


def said(process, account=None, key="", **details) -> Contribution:
    number = Contribution.objects.count()
    values = {**SAYS, "title": f"{SAYS['title']} {number}", "details": details}
    return actions.contribute(Actor(account) if account else Actor(), process, values, draft_key=key or f"{number}" * 8)


def over(process) -> Process:
    now = timezone.now()
    Phase.objects.filter(process=process).update(starts_at=now - timedelta(days=30), ends_at=now - timedelta(hours=25))
    return Process.objects.get(pk=process.pk)


def page(response) -> str:
    return response.content.decode()


def test_pasted_text_becomes_passages_and_says_what_is_wrong():
    found = passages.read("§ 1 Geltungsbereich\nDas Gebiet.\n\n2.3a Lärm\n\n\n A1 Hinweis\r\nZeile zwei")
    assert [(one.number, one.title, one.text) for one in found] == [
        ("1", "Geltungsbereich", "Das Gebiet."), ("2.3a", "Lärm", ""), ("A1", "Hinweis", "Zeile zwei"),
    ]  # fmt: skip
    assert passages.read(passages.written(found)) == found
    for wrong in ("Ohne Nummer", "1 Eins\n\n1 Noch einmal", "\n\n".join(f"{n} x" for n in range(301))):
        with pytest.raises(passages.Unreadable):
            passages.read(wrong)


def test_drawn_shapes_are_checked():
    line = {"type": "LineString", "coordinates": [[8.03, 51.96], [8.04, 51.97]]}
    assert shapes.drawn(json.dumps(line)) == line and shapes.drawn("") is None
    area = shapes.drawn({"type": "Polygon", "coordinates": [[[8, 51], [8.1, 51], [8.1, 51.1]]]})
    assert area["coordinates"][0][0] == area["coordinates"][0][-1] and shapes.middle(area)[0] == pytest.approx(51.033, abs=0.01)
    hostile = [
        "{",
        "[]",
        '{"type":"Point","coordinates":[1e999,0]}',
        '{"type":"Point","coordinates":["8","51"]}',
        '{"type":"Point","coordinates":[true,1]}',
        '{"type":"Point","coordinates":[8,91]}',
        '{"type":"LineString","coordinates":[[8,51]]}',
        '{"type":"Polygon","coordinates":[[[8,51],[8,51],[8,51],[8,51]]]}',
        '{"type":"GeometryCollection","geometries":[]}',
        "[" * 20_000,
        '{"type":"LineString","coordinates":[' + ",".join(["[8,51]"] * 400) + "]}",
    ]
    for text in hostile:
        with pytest.raises(shapes.NoShape):
            shapes.drawn(text)
    with pytest.raises(shapes.NoShape):
        shapes.drawn({"type": "Point", "coordinates": [10**400, 1]})


def test_the_papers_stay_as_they_are_once_the_plan_lies_open(laid, moderator, login):
    browser = login(moderator.account)
    paper = PlanDocument.objects.get()
    assert browser.get(f"{DESK}/unterlagen/").status_code == 200
    late = browser.post(f"{DESK}/unterlagen/{paper.pk}/", {"title": "Anders", "passages": TEXTS})
    assert late.status_code == 422 and "liegt aus" in page(late) and browser.post(f"{DESK}/unterlagen/{paper.pk}/loeschen/")
    assert PlanDocument.objects.get().title == "Textliche Festsetzungen"
    pdf = BytesIO()
    with pikepdf.new() as made:
        made.add_blank_page()
        made.save(pdf)
    more = {"title": "Umweltbericht", "passages": "", "file": SimpleUploadedFile("bericht.pdf", pdf.getvalue())}
    assert browser.post(f"{DESK}/unterlagen/neu/", more).status_code == 302
    added = PlanDocument.objects.get(title="Umweltbericht")
    shown = browser.get(f"{BASE}/plan/{added.pk}/datei/")
    assert shown["Content-Type"] == "application/pdf" and shown.content.startswith(b"%PDF")
    bad = browser.post(f"{DESK}/unterlagen/neu/", {"title": "Böse", "file": SimpleUploadedFile("x.pdf", b"<html>")})
    assert bad.status_code == 422 and not PlanDocument.objects.filter(title="Böse").exists()
    assert browser.post(f"{DESK}/unterlagen/traeger/", {"authorities": "Wasserbehörde; 1.3.2026; 32.3.2026"}).status_code == 422
    assert browser.post(f"{DESK}/unterlagen/traeger/", {"authorities": "Wasserbehörde; 1.3.2026; 31.3.2026"}).status_code == 302


def test_a_statement_refers_to_passages_is_confirmed_and_stays_inside(laid, citizen, other_citizen, moderator, login, client):
    green = Passage.objects.get(number="3.2")
    browser = login(citizen)
    form = page(browser.get(f"{BASE}/stellungnahme/?stelle={green.pk}"))
    assert "3.2 Grünflächen" in form and "Wer was sieht" in form and "checked" in form
    drawn = json.dumps({"type": "LineString", "coordinates": [[8.03, 51.96], [8.04, 51.97]]})
    sent = {**SAYS, "passages": [str(green.pk)], "sender": "PERSON", "trusted": "open", "geometry": drawn}
    assert browser.post(f"{BASE}/stellungnahme/", {**sent, "passages": ["9" * 30]}).status_code == 422
    assert browser.post(f"{BASE}/stellungnahme/", {**sent, "geometry": '{"type":'}).status_code == 409
    assert browser.post(f"{BASE}/stellungnahme/", {**sent, "text": ""}).status_code == 422
    assert browser.post(f"{BASE}/stellungnahme/", sent).status_code == 302
    row = Contribution.objects.get(state="SUBMITTED")
    one = Statement.objects.get(pk=row.pk)
    assert (one.number, list(one.passages.all()), row.geometry["type"], row.state) == (1, [green], "LineString", "SUBMITTED")
    case = Case.objects.get(pk=row.case_id)
    assert case.service == "stellungnahme_abgeben" and case.answers["passages"] == "3.2 Grünflächen"
    confirming.confirm(row.pk)
    confirming.confirm(row.pk)  # a replay
    paper = Document.objects.get(kind="Eingangsbestätigung")
    assert paper.account == citizen and Message.objects.filter(account=citizen, title__startswith="Eingang").count() == 1
    assert "Bestätigung des Eingangs (PDF)" in page(browser.get(f"{BASE}/{row.reference}/"))
    assert client.get(f"{BASE}/{row.reference}/").status_code == 404 and row.title not in page(client.get(f"{BASE}/"))
    assert login(other_citizen).get(f"{BASE}/{row.reference}/").status_code == 404
    desk = login(moderator.account)
    assert SAYS["title"] in page(desk.get(f"{DESK}/stellungnahmen/?stelle={green.pk}"))
    assert Access.objects.filter(purpose="participation").exists()
    assert "Neue und geänderte" not in page(desk.get("/beteiligung/verwaltung/pruefen/"))
    desk.post(f"{BASE}/{row.reference}/pruefen/", {"what": "publish"})
    row.refresh_from_db()
    assert row.state == "SUBMITTED"  # whatever is pressed
    cases.decide(act(moderator), case, "GRANTED", "")
    settling.settle(case.pk)
    row.refresh_from_db()
    assert row.state == "SUBMITTED" and not actions.editable(row)


def test_without_an_account_and_by_paper(laid, moderator, second_moderator, login, client):
    sent = {**SAYS, "sender": "AUTHORITY", "authority": "Wasserbehörde", "trusted": "open"}
    assert client.post(f"{BASE}/stellungnahme/", sent).status_code == 302
    one = Statement.objects.get()
    assert (one.sender, one.organisation, one.contribution.account) == ("AUTHORITY", "Wasserbehörde", None)
    confirming.confirm(one.pk)
    assert Document.objects.get(kind="Eingangsbestätigung").about == f"case:{one.contribution.case_id}"
    desk, url = login(moderator.account), f"{DESK}/stellungnahmen/neu/"
    paper = {**SAYS, "title": "Zu hoch", "channel": "LETTER", "received": timezone.localdate().isoformat(), "sender": "PERSON",
             "sender_name": "Ida Groß", "sender_address": "Ufer 3\nMusterstadt",
             "trusted": "confidential", "_once": "abc"}  # fmt: skip
    assert desk.post(url, {**paper, "received": "2999-01-01"}).status_code == 422
    assert desk.post(url, paper).status_code == 302 and desk.post(url, paper).status_code == 302  # a double click
    entered = Statement.objects.get(channel="LETTER")
    assert (entered.number, entered.entered_by, entered.late, entered.confidential) == (2, moderator, False, True)
    assert entered.contribution.account is None and Case.objects.get(pk=entered.contribution.case_id).account is None
    listed = page(desk.get(f"{DESK}/stellungnahmen/"))
    assert "Ida Groß" not in listed and "Zu hoch" in listed
    assert "Ida Groß" in page(desk.get(f"{BASE}/{entered.contribution.reference}/"))
    receipt = desk.get(f"{DESK}/stellungnahmen/{entered.contribution.reference}/eingang.pdf")
    assert receipt.status_code == 200 and receipt.content.startswith(b"%PDF")
    assert desk.get(f"{DESK}/stellungnahmen/{entered.contribution.reference}/ergebnis.pdf").status_code == 404
    over(laid)
    assert client.post(f"{BASE}/stellungnahme/", {**sent, "title": "Zu spät online"}).status_code == 403
    again = {**paper, "title": "Kam später", "_once": "def"}
    assert desk.post(url, again).status_code == 302 and Statement.objects.get(number=3).late


def test_weighing_needs_two_people_the_council_and_everybody_hears(laid, citizen, moderator, second_moderator, login, client):
    first, second, third = said(laid, citizen), said(laid), said(laid, confidential=True)
    stranger = said(laid, sender="AUTHORITY", organisation="Wasserbehörde")
    one, two = act(moderator), act(second_moderator)
    desk = login(moderator.account)
    picked = {"statement": [first.pk, second.pk, 10**18 * 5], "topic": "Linden"}
    assert desk.post(f"{DESK}/stellungnahmen/zuordnen/", picked).status_code == 302
    row = Weighing.objects.get()
    url = f"{DESK}/abwaegung/{row.pk}/"
    assert SAYS["text"] in page(desk.get(url)) and f"{third.title}" in page(desk.get(url))  # alike, still without an answer
    values = {"topic": "Linden", "concern": "Die Linden sollen bleiben.", "reason": "Vier von sechs Linden bleiben stehen."}
    empty = desk.post(f"{url}tun/", {**values, "version": 1, "what": "propose"})
    assert empty.status_code == 422 and "Vier von sechs" in page(empty)  # nothing typed is lost
    done = {**values, "outcome": "PARTLY", "version": 1, "what": "propose"}
    assert desk.post(f"{url}tun/", done).status_code == 302
    assert desk.post(f"{url}tun/", done).status_code == 422  # the other tab has an old version
    row.refresh_from_db()
    desk.post(f"{url}tun/", {"what": "approve", "version": row.version})
    row.refresh_from_db()
    assert row.state == "PROPOSED"  # nobody approves their own words
    with pytest.raises(IntegrityError), transaction.atomic():
        Weighing.objects.filter(pk=row.pk).update(approved_by=moderator)
    weighing.approve_weighing(two, laid, row, row.version)
    secret = weighing.begin_weighing(one, laid, "Wohnung", [third.pk])
    weighing.write_weighing(one, laid, secret, {**values, "topic": "Wohnung", "outcome": "NOTED"}, 1, propose=True)
    with pytest.raises(actions.Refused, match="läuft noch"):
        weighing.publish_outcome(one, laid, timezone.localdate(), "Vorlage 1")
    ended = over(laid)
    with pytest.raises(actions.Refused, match="3, 4"):
        weighing.publish_outcome(one, ended, timezone.localdate(), "Vorlage 1")
    weighing.approve_weighing(two, laid, secret, Weighing.objects.get(pk=secret.pk).version)
    water = weighing.begin_weighing(one, laid, "Wasser", [stranger.pk])
    weighing.write_weighing(one, laid, water, {**values, "topic": "=Wasser", "outcome": "ADOPTED"}, 1, propose=True)
    weighing.approve_weighing(two, laid, water, Weighing.objects.get(pk=water.pk).version)
    assert client.get(f"{BASE}/abwaegung/").status_code == 404 and desk.get(f"{DESK}/abwaegung/").status_code == 200
    assert desk.get(f"{DESK}/abwaegung/tabelle.pdf").content.startswith(b"%PDF")
    told = {"session": timezone.localdate().isoformat(), "resolution": "Vorlage 2026/118", "url": "javascript:alert(1)"}
    assert desk.post(f"{DESK}/abwaegung/beschluss/", told).status_code == 422
    assert desk.post(f"{DESK}/abwaegung/beschluss/", {**told, "url": ""}).status_code == 302
    for pk in (first.pk, second.pk, third.pk, stranger.pk):
        confirming.tell_outcome_of(pk, moderator.pk)
        confirming.tell_outcome_of(pk, moderator.pk)
    cases.close(first.case_id)
    letter = Message.objects.get(account=citizen, direction="TO_PERSON")
    assert "Vier von sechs Linden" in letter.body and "Vorlage 2026/118" in letter.body and "teilweise" in letter.body
    assert Message.objects.filter(account=None, about=f"case:{second.case_id}").count() == 1  # on the page of the case
    confirming.seal_table(laid.pk)
    public = page(client.get(f"{BASE}/abwaegung/"))
    assert (
        "Wasserbehörde" in public and "Stellungnahmen 1, 2" in public and "Vertraulich" in public and citizen.name not in public
    )
    lines = client.get(f"{BASE}/abwaegung.csv").content.decode("utf-8-sig")
    assert "'=Wasser" in lines and SAYS["text"] not in lines
    assert client.get(f"{BASE}/abwaegung.pdf").content.startswith(b"%PDF") and Plan.objects.get().paper
    assert "Vier von sechs" in page(login(citizen).get(f"{BASE}/{first.reference}/"))
    with pytest.raises(actions.Refused, match="veröffentlicht"):
        weighing.begin_weighing(one, laid, "Zu spät", [first.pk])


def test_nobody_weighs_the_own_statement_and_strangers_see_nothing(laid, citizen, moderator, second_moderator, staff_elsewhere):
    mine = said(laid, moderator.account)
    with pytest.raises(actions.Refused, match="eigene"):
        weighing.begin_weighing(act(moderator), laid, "Meins", [mine.pk])
    row = weighing.begin_weighing(act(second_moderator), laid, "Seins", [mine.pk])
    with pytest.raises(actions.Refused, match="eigene"):
        weighing.write_weighing(act(moderator), laid, row, {"topic": "Seins"}, 1, propose=False)
    for wrong in (Actor(citizen), Actor(), staff_elsewhere):
        with pytest.raises(Process.DoesNotExist):
            weighing.begin_weighing(wrong, laid, "Fremd", [mine.pk])
        with pytest.raises(Process.DoesNotExist):
            stating.enter_statement(wrong, laid, {})
        with pytest.raises(Process.DoesNotExist):
            laying.set_area(wrong, laid, "")


@pytest.fixture
def staff_elsewhere(citizen) -> Actor:
    from stadtkern.kernel.accounts.models import Account, Staff
    from stadtkern.kernel.city.models import Office

    office = Office.objects.create(key="fremd", title="Anderes Amt")
    account = Account.objects.create(email="fremd@stadt.example", name="Fremd")
    return Actor(account, Staff.objects.create(account=account, office=office, role="CLERK"))


def test_erasure_keeps_the_file_and_forgets_the_person(laid, citizen, moderator):
    row = said(laid, citizen, sender="ORGANISATION", organisation="Ruderverein")
    assert report.report(Actor(citizen))["statements"][0]["organisation"] == "Ruderverein"
    assert erasure.preview(citizen.pk, None).kept[0].because and erasure.erase(citizen.pk, None)
    row.refresh_from_db()
    assert row.account is None and row.text == SAYS["text"] and row.state == "SUBMITTED"
    gone = said(laid, moderator.account)
    actions.withdraw(Actor(moderator.account), gone)
    assert [one.pk for one in table.lines(laid)] == [] and gone.pk not in weighing.unanswered(laid)


def test_the_table_asks_the_same_number_of_questions_however_long_it_is(laid, moderator, second_moderator, login):
    desk = login(moderator.account)
    rows = [said(laid, passages=[Passage.objects.first().pk]) for _number in range(3)]
    weighing.begin_weighing(act(moderator), laid, "Eins", [rows[0].pk])

    def asked(path: str) -> int:
        cache.clear()
        desk.get(path)
        with CaptureQueriesContext(connection) as found:
            assert desk.get(path).status_code == 200
        return len(found)

    paths = [f"{DESK}/stellungnahmen/", f"{DESK}/abwaegung/", f"{BASE}/plan/", f"{BASE}/"]
    before = [asked(path) for path in paths]
    more = [said(laid, passages=[Passage.objects.last().pk]) for _number in range(9)]
    for row in more[:4]:
        weighing.begin_weighing(act(moderator), laid, f"Zeile {row.pk}", [row.pk, more[5].pk])
    assert [asked(path) for path in paths] == before
    assert grouping.alike(laid, [more[0]], [row.pk for row in more])
