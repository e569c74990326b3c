"""Surveys: questions as data, one answer each that nobody can lead back, small numbers kept back, texts read before."""

import csv
import io
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from stadtkern.domains.participation import actions, erasure, report
from stadtkern.domains.participation.actions import keeping, surveying
from stadtkern.domains.participation.models import Phase, Process, Question, Reply, ReplyText, Turn
from stadtkern.domains.participation.surveys import figures
from stadtkern.domains.participation.surveys import questions as asking
from stadtkern.domains.participation.templating import all_templates, template
from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.events.models import Event

ASKED = [
    {"key": "weg", "kind": "single", "text": "Wie kommen Sie in die Stadt?", "required": True,
     "options": ["Zu Fuß", "Mit dem Rad", "Mit dem Auto"]},
    {"key": "parken", "kind": "scale", "text": "Wie leicht finden Sie einen Parkplatz?", "low": "schwer", "high": "leicht",
     "when": {"weg": "Mit dem Auto"}},
    {"key": "warum", "kind": "multiple", "text": "Warum kommen Sie?", "options": ["Einkaufen", "Arbeit", "Freunde"]},
    {"key": "alter", "kind": "number", "text": "Wie alt sind Sie?", "least": 10, "most": 110},
    {"key": "rang", "kind": "ranking", "text": "Was ist am wichtigsten?", "options": ["Bänke", "Bäume", "Brunnen"]},
    {"key": "note", "kind": "matrix", "text": "Wie finden Sie …", "rows": ["den Markt", "den Park"],
     "options": ["gut", "schlecht"]},
    {"key": "frei", "kind": "text", "text": "Was fehlt?"},
]  # fmt: skip
FULL = {
    "weg": "a3", "parken": "2", "warum": ["a1", "a3"], "alter": "44", "rang/a1": "2", "rang/a2": "1", "rang/a3": "3",
    "note/a1": "a1", "note/a2": "a2", "frei": "<b>Schatten</b>",
}  # fmt: skip


@pytest.fixture(autouse=True)
def fresh_counters(db):
    cache.clear()


@pytest.fixture
def survey(make_process, moderator) -> Process:
    row = make_process("markt", kind="umfrage", title="Wie ist der Markt?", allows=("answer",), who={"account": False},
                       settings=template("umfrage").defaults())  # fmt: skip
    surveying.set_questions(Actor(moderator.account, moderator), row, ASKED)
    return row


def over(process: Process) -> None:
    now = timezone.now()
    Phase.objects.filter(process=process).update(starts_at=now - timedelta(days=9), ends_at=now - timedelta(minutes=1))


def page(response) -> str:
    return response.content.decode()


def test_questions_are_read_strictly():
    first = asking.read(ASKED[0], [])
    assert first.options == [["a1", "Zu Fuß"], ["a2", "Mit dem Rad"], ["a3", "Mit dem Auto"]]
    assert asking.read(ASKED[1], [first]).when == {"weg": "a3"}
    wrong = [
        {**ASKED[0], "surprise": 1}, {**ASKED[0], "kind": "essay"}, {**ASKED[0], "options": ["Eine"]}, {**ASKED[0], "text": ""},
        {**ASKED[0], "options": ["Ja", "ja"]}, {**ASKED[3], "least": 9, "most": 9}, {**ASKED[5], "rows": []},
        {**ASKED[1], "when": {"nichts": "a1"}}, {**ASKED[1], "when": {"weg": "Zu Pferd"}}, {**ASKED[0], "key": "A b"},
        {**ASKED[2], "options": [str(n) for n in range(16)]}, {**ASKED[4], "options": [str(n) for n in range(11)]},
    ]  # fmt: skip
    for raw in wrong:
        with pytest.raises(asking.Wrong):
            asking.read(raw, [first])
    for kind in all_templates().values():  # what every template proposes can be asked
        made: list[Question] = []
        for raw in kind.questions:
            made.append(asking.read(raw, made))


def test_small_numbers_cannot_be_worked_out():
    assert figures.suppressed([10, 20, 0], 5) == [10, 20, 0]
    assert figures.suppressed([3, 20, 30], 5) == [None, None, 30]  # 3 alone would follow from the sum
    assert figures.suppressed([1, 1, 20, 30], 5) == [None, None, None, 30]  # two ones would be seen to be ones
    assert figures.suppressed([4, 3, 20], 5) == [None, None, 20]
    assert figures.suppressed([4, 0, 0], 5) == [None, None, None]
    for counts in ([1, 5, 9], [2, 2, 2, 7], [4, 6], [0, 1, 50]):
        shown = figures.suppressed(counts, 5)
        hidden = [count for count, one in zip(counts, shown, strict=True) if one is None]
        assert not hidden or (len(hidden) >= 2 and (sum(hidden) >= 5 or len(hidden) == len(counts)))
        assert all(one is None or one == count for one, count in zip(shown, counts, strict=True))
    asked = [asking.read(ASKED[2], [])]
    few = figures.tables(asked, [{"warum": ["a1"]}] * 9 + [{"warum": ["a1", "a2"]}], 5)[0]
    assert [cell.count for cell in few.cells] == [10, None, 0]
    assert figures.tables(asked, [{"warum": ["a1"]}] * 4, 5)[0].answered is None
    ages = figures.tables([asking.read(ASKED[3], [])], [{"alter": n} for n in range(20, 60)], 5)[0]
    assert sum(cell.count or 0 for cell in ages.cells) == 40 and ages.middle == 39.5
    assert ages.cells[0].label == "bis 27" and ages.cells[-1].label == "ab 52"
    ranks = figures.tables([asking.read(ASKED[4], [])], [{"rang": ["a2", "a1", "a3"]}] * 6, 5)[0]
    assert ranks.places[0] == ("Bäume", 1.0) and ranks.cells[1].count == 6


def test_one_answer_each_kept_as_a_draft_and_nobody_finds_out_whose(survey, citizen, login, moderator):
    browser, url = login(citizen), "/beteiligung/markt/fragebogen/"
    assert "Wie leicht finden Sie" not in page(browser.get(url))
    draft = browser.post(url, {"weg": "a1", "_entwurf": "1"})
    assert draft.status_code == 302 and Turn.objects.get().draft == {"weg": "a1"} and "checked" in page(browser.get(url))
    more = browser.post(url, {name: value for name, value in FULL.items() if name != "parken"})
    assert more.status_code == 200 and "Es gibt noch Fragen" in page(more) and "Schatten" in page(more)  # a question came up
    assert browser.post(url, {**FULL, "rang/a1": "1"}).status_code == 422
    assert browser.post(url, {**FULL, "alter": "9" * 40}).status_code == 422 and not Reply.objects.exists()
    assert browser.post(url, {**FULL, "weg": "\x00a3 oder so", "alter": "x"}).status_code == 422
    assert browser.post(url, FULL).status_code == 302
    again = browser.post(url, FULL)
    assert "schon geantwortet" in page(again) and Reply.objects.count() == 1
    reply, turn = Reply.objects.get(), Turn.objects.get()
    assert reply.answers == {"weg": "a3", "parken": "2", "warum": ["a1", "a3"], "alter": 44, "rang": ["a2", "a1", "a3"],
                             "note": {"a1": "a1", "a2": "a2"}}  # fmt: skip
    assert turn.draft == {} and turn.sent_date and {field.name for field in Reply._meta.fields} == {"key", "process", "answers"}
    last = Event.objects.get(name="survey.answered")
    assert last.actor == "anonymous" and not last.data
    with pytest.raises(IntegrityError), transaction.atomic():
        Turn.objects.create(process=survey, account=citizen)
    with pytest.raises(actions.Refused, match="bleiben"):
        surveying.set_questions(Actor(moderator.account, moderator), survey, ASKED)
    assert report.report(Actor(citizen))["surveys"][0]["draft"] == {}
    assert not erasure.erase(citizen.pk, None) and not Turn.objects.exists() and Reply.objects.count() == 1


def test_a_hidden_branch_is_not_an_answer_and_a_browser_answers_once(survey, citizen):
    visitor, url = Client(), "/beteiligung/markt/fragebogen/"
    visitor.get(url)
    empty = {name: "" for name in FULL if name != "parken"}
    assert visitor.post(url, {**empty, "weg": "a1", "parken": "5"}).status_code == 302
    assert Reply.objects.get().answers == {"weg": "a1"}
    assert "schon geantwortet" in page(visitor.post(url, {"weg": "a2"})) and Turn.objects.get().account is None
    visitor.force_login(citizen, backend=settings.AUTHENTICATION_BACKENDS[0])
    assert "schon geantwortet" in page(visitor.post(url, {**empty, "weg": "a2"})) and Reply.objects.count() == 1
    bare = Client().post(url, {**empty, "weg": "a1"})  # no cookie yet
    assert bare.status_code == 409 and "Cookies" in page(bare)
    assert keeping.tidy_up(timezone.now()) == 0
    Turn.objects.create(process=survey, browser="x", draft={"weg": "a1"}, saved_at=timezone.now() - timedelta(days=31))
    assert keeping.tidy_up(timezone.now()) == 1


def test_who_may_answer_is_asked(make_process, citizen, login):
    make_process("nur", kind="umfrage", title="Nur für Beschäftigte", allows=("answer",), who={"staff": True})
    assert login(citizen).post("/beteiligung/nur/fragebogen/", {"weg": "a1"}).status_code == 403
    assert Client().get("/beteiligung/altstadt/fragebogen/").status_code == 404


def test_the_result_comes_at_the_end_with_texts_somebody_has_read(survey, moderator, login, client):
    for number in range(7):
        Reply.objects.create(process=survey, answers={"weg": "a1" if number else "a2", "alter": 20 + number})
    question = Question.objects.get(key="frei")
    good, bad = (
        ReplyText.objects.create(question=question, text=text) for text in ("=SUMME(A1) Schatten", "Nachbar M. ist doof")
    )
    result, desk = "/beteiligung/markt/umfrage/", "/beteiligung/verwaltung/markt"
    assert client.get(result).status_code == 404 and login(moderator.account).get(result).status_code == 404
    clerk = login(moderator.account)
    assert clerk.get(f"{desk}/antworten/antworten.csv").status_code == 404 and clerk.get(f"{desk}/fragen/").status_code == 200
    assert "Schatten" in page(clerk.get(f"{desk}/antworten/"))
    clerk.post(f"{desk}/antworten/{good.key}/", {"what": "show"})
    clerk.post(f"{desk}/antworten/{bad.key}/", {"what": "hide"})
    over(survey)
    shown = page(client.get(result))
    assert "7 Menschen haben geantwortet" in shown and "Schatten" in shown and "Nachbar M." not in shown
    assert shown.count(">–<") >= 2 and "Was herauskam" in page(client.get("/beteiligung/markt/"))
    with CaptureQueriesContext(connection) as few:
        client.get(result)
    Reply.objects.bulk_create(Reply(process=survey, answers={"weg": "a3", "warum": ["a1"]}) for _number in range(60))
    with CaptureQueriesContext(connection) as many:
        client.get(result)
    assert len(few) == len(many)
    rows = list(
        csv.reader(io.StringIO(clerk.get(f"{desk}/antworten/antworten.csv").content.decode("utf-8-sig")), delimiter=";")
    )
    assert rows[0][:4] == ["weg", "parken", "warum_a1", "warum_a2"] and len(rows) == 68
    assert Event.objects.filter(name="survey.exported").exists()
    book = clerk.get(f"{desk}/antworten/codebuch.csv").content.decode("utf-8-sig")
    assert "a1 = Zu Fuß" in book and "weg = a3" in book
    assert "'=SUMME" in clerk.get(f"{desk}/antworten/texte.csv").content.decode("utf-8-sig")
    assert client.get("/beteiligung/markt/umfrage.csv").status_code == 200


def test_a_clerk_sets_questions_up(make_process, moderator, login):
    row = make_process("neu", kind="umfrage", title="Neue Umfrage", allows=("answer",), settings=template("umfrage").defaults())
    clerk, base = login(moderator.account), "/beteiligung/verwaltung/neu/fragen"
    new = {"text": "Kommen Sie oft?", "kind": "SINGLE", "options": "Ja\nNein", "required": "true"}
    assert clerk.post(f"{base}/neu/", {**new, "options": "Ja"}).status_code == 422
    assert clerk.post(f"{base}/neu/", new).status_code == 302
    first = Question.objects.get()
    follow = {"text": "Warum nicht?", "kind": "TEXT", "when": f"{first.key}=a2", "required": "false"}
    assert clerk.post(f"{base}/neu/", follow).status_code == 302
    second = Question.objects.get(kind="TEXT")
    assert second.when == {first.key: "a2"} and "Nur, wenn bei" in page(clerk.get(f"{base}/"))
    clerk.post(f"{base}/{second.pk}/tun/", {"what": "up"})
    second.refresh_from_db()
    assert second.when == {} and Question.objects.filter(process=row).first() == second  # a condition on a later question goes
    assert page(clerk.get(f"{base}/{first.pk}/")).count("Ja") and clerk.post(f"{base}/{first.pk}/tun/", {"what": "drop"})
    assert Question.objects.count() == 1
