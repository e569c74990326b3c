"""The opinion map: one voice per person, the last answer counts, nothing about single people comes out."""

import csv
from io import StringIO

import pytest
from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from stadtkern.domains.participation import actions, opining
from stadtkern.domains.participation.erasure import erase
from stadtkern.domains.participation.models import Contribution, Finding, Process, Stance, Tally, Voice
from stadtkern.domains.participation.report import report
from stadtkern.kernel.accounts import draft_cookie
from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.events.models import Event
from stadtkern.lib.opinion import polis
from stadtkern.lib.opinion.votes import counted

TEXTS = ("Am Markt sollen Bäume stehen.", "Autos sollen draußen bleiben.", "Der Markt braucht Bänke.")


@pytest.fixture
def map_(make_process):
    settings = {"least_people": 100, "least_stability": 70}
    return make_process(
        "markt", kind="meinungskarte", allows=("opine", "contribute"), who={"account": False}, settings=settings
    )


@pytest.fixture
def statements(map_) -> list[Contribution]:
    rows = [
        Contribution(process=map_, kind="STATEMENT", state="PUBLISHED", title=text, text=text, reference=f"MS-0000-{number:04}")
        for number, text in enumerate(TEXTS)
    ]
    return Contribution.objects.bulk_create(rows)


def sums(row: Contribution) -> tuple[int, int, int]:
    tally = Tally.objects.get(pk=row.pk)
    kept = (tally.agrees, tally.passes, tally.disagrees)
    assert kept == tuple(Stance.objects.filter(statement=row, value=value).count() for value in (1, 0, -1))
    return kept


def test_the_last_answer_counts_and_a_second_row_is_impossible(statements, citizen):
    actor, row = Actor(citizen), statements[0]
    for value in (1, 1, -1):
        voice = actions.opine(actor, row, value)
    assert sums(row) == (0, 0, 1) and Voice.objects.get().answers == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        Stance.objects.create(voice=voice, statement=row, value=1)
    with pytest.raises(actions.Refused):
        actions.opine(actor, row, 7)
    assert not Event.objects.filter(name="opinion.given").exclude(actor="anonymous").exists()


def test_who_signs_in_after_answering_without_an_account_stays_one_person(statements, map_, citizen):
    nobody, browser = Actor(draft_keys=("k",)), opining.in_process("k", map_)
    actions.opine(nobody, statements[0], 1, browser)
    actions.opine(Actor(citizen), statements[1], 1)
    actions.opine(nobody, statements[1], -1, browser)
    actions.opine(Actor(citizen), statements[2], 0, browser)
    assert Voice.objects.get().answers == 3
    assert [sums(row) for row in statements] == [(1, 0, 0), (0, 0, 1), (0, 1, 0)]


def test_what_a_person_said_is_in_the_report_and_goes_with_the_person(statements, citizen, other_citizen):
    for account in (citizen, other_citizen):
        actions.opine(Actor(account), statements[0], 1)
    assert report(Actor(citizen))["opinions"][0]["statement__text"] == TEXTS[0]
    erase(citizen.pk, None)
    erase(citizen.pk, None)
    assert sums(statements[0]) == (1, 0, 0) and Voice.objects.get().account == other_citizen


def test_statements_with_few_and_with_split_answers_come_first(statements, citizen, other_citizen):
    first, second, third = statements
    Tally.objects.create(statement=first, agrees=400)
    Tally.objects.create(statement=second, agrees=200, disagrees=200)
    order = [opining.next_of(statements, {third.pk}, str(seed)) for seed in range(20)]
    assert order.count(second) == 20  # 50 of 100 is less sure than 100 of 100
    fresh = [opining.next_of(statements, (), str(seed)) for seed in range(20)]
    assert fresh.count(third) == 20
    assert opining.next_of(statements, (), "a", later=[third.pk]) != third
    assert opining.next_of(statements, [row.pk for row in statements], "a") is None


def test_the_page_works_without_account_and_without_script(client, statements, map_):
    address = reverse("participation:opine", args=[map_.key])
    page = client.get(address).content.decode()
    assert "Stimme zu" in page and "Noch 3 Aussagen" in page
    for row in statements:
        answered = client.post(address, {"aussage": row.pk, "antwort": "1"}, follow=True)
    assert "zu allem etwas gesagt" in answered.content.decode() and Voice.objects.get().answers == 3
    client.post(address, {"aussage": statements[0].pk, "antwort": "-1"})
    assert sums(statements[0]) == (0, 0, 1)
    assert "Stimme nicht zu" in client.get(reverse("participation:opinion_mine", args=[map_.key])).content.decode()
    own = reverse("participation:opinion_mine", args=[map_.key])
    Client().post(own, {"loeschen": "ja"})  # another browser
    assert Voice.objects.count() == 1
    client.post(own, {"loeschen": "ja"})
    assert not Voice.objects.exists() and sums(statements[0]) == (0, 0, 0)
    for bad in ("", "x", "9" * 40, "\x00", "-1", "²"):
        assert client.post(address, {"aussage": bad, "antwort": "1"}).status_code == 404
        assert client.get(f"{address}?aussage={bad}&spaeter={bad}&zuletzt={bad}").status_code == 200
    assert client.post(address, {"aussage": statements[0].pk, "antwort": "9" * 40}).status_code == 302


def test_too_fast_is_slowed_down(client, statements, map_, monkeypatch):
    monkeypatch.setattr("stadtkern.domains.participation.views.opinion.NEW_VOICES", 2)
    address = reverse("participation:opine", args=[map_.key])
    answer, home = {"aussage": statements[0].pk, "antwort": "1"}, {"REMOTE_ADDR": "203.0.113.77"}
    client.post(address, answer, **home)
    for number in range(4):
        robot = Client()
        given = HttpResponse()
        draft_cookie.remember(given, f"secret-{number}")  # as every form for a contribution does
        robot.cookies.load(given.cookies.output(header=""))
        robot.post(address, answer, **home)
    assert Voice.objects.count() == 2
    client.post(address, {**answer, "aussage": statements[1].pk}, **home)  # who is counted already goes on
    assert Voice.objects.count() == 2 and sums(statements[1]) == (1, 0, 0)


def test_sums_of_few_answers_and_of_single_ones_are_not_open_data(client, statements, map_, citizen):
    address = reverse("participation:opinion_comments", args=[map_.key])

    def said() -> list[tuple[str, str]]:
        rows = csv.DictReader(StringIO(client.get(address).content.decode()))
        return [(row["agrees"], row["disagrees"]) for row in rows][: len(TEXTS)]

    camps(map_, statements, 6)
    assert said() == [("", "")] * 3
    actions.compute(map_.pk, Finding.What.OPINION)
    assert said() == [("3", "3"), ("3", "3"), ("6", "0")]
    page = client.get(reverse("participation:contribution", args=[map_.key, statements[2].reference])).content.decode()
    assert "6 stimmen zu, 0 stimmen nicht zu" in page
    actions.opine(Actor(citizen), statements[2], 1)
    assert said()[2] == ("6", "0")  # not before the next picture
    Finding.objects.update(data={"whole": {str(statements[2].pk): [2, 1, 1]}})
    assert said() == [("", "")] * 3


def test_a_consultation_on_a_plan_is_no_opinion_map(client, make_process, citizen, moderator):
    plan = make_process("plan", kind="planbeteiligung")
    row = actions.contribute(Actor(citizen), plan, {"title": "Zum Plan am Hafen", "text": "Der Weg ist zu schmal. " * 100})
    assert row.kind == "STATEMENT" and len(row.text) > 2000
    actions.publish(Actor(moderator.account, moderator), row)
    page = client.get(reverse("participation:contribution", args=[plan.key, row.reference])).content.decode()
    assert "Zum Plan am Hafen" in page and "Selbst antworten" not in page
    assert client.get(reverse("participation:opine", args=[plan.key])).status_code == 404


def test_an_own_statement_waits_for_a_moderator(client, statements, map_, moderator):
    address = reverse("participation:statement_new", args=[map_.key])
    wrong = client.post(address, {"text": "kurz"})
    assert wrong.status_code == 422 and "kurz" in wrong.content.decode()
    assert client.post(address, {"text": TEXTS[0].upper()}).status_code == 422  # there already
    client.post(address, {"text": "Der Brunnen soll\nwieder laufen, auch im Winter."})
    made = Contribution.objects.get(state="SUBMITTED")
    assert made.kind == "STATEMENT" and made.case.service == "aussage_einreichen" and "\n" not in made.text
    with pytest.raises(actions.Refused):
        actions.opine(Actor(draft_keys=("k",)), made, 1, "b")
    actions.publish(Actor(moderator.account, moderator), made)
    assert len(opining.statements(map_)) == 4


def camps(map_, statements, people: int) -> None:
    """Two camps: they part over the first two statements and agree about the third."""
    extra = [
        Contribution(
            process=map_, kind="STATEMENT", state="PUBLISHED", title=f"S{n}", text=f"Aussage {n}", reference=f"MS-1-{n}"
        )
        for n in range(5)
    ]
    rows = [*statements, *Contribution.objects.bulk_create(extra)]
    voices = Voice.objects.bulk_create(Voice(process=map_, browser=f"b{n}", answers=len(rows)) for n in range(people))
    Stance.objects.bulk_create(
        Stance(voice=voice, statement=row, value=1 if place == 2 else (1 if (number + place) % 2 else -1))
        for number, voice in enumerate(voices)
        for place, row in enumerate(rows)
    )


def test_the_result_shows_common_ground_first_and_groups_with_their_stability(client, statements, map_, moderator):
    camps(map_, statements, 120)
    found = actions.compute(map_.pk, Finding.What.OPINION)
    assert found is not None and [group["size"] for group in found.data["groups"]] == [60, 60]
    assert "members" not in str(found.data) and found.data["people"] == 120
    assert actions.compute(map_.pk, Finding.What.OPINION) is None  # nothing has changed
    page = client.get(reverse("participation:opinion_result", args=[map_.key])).content.decode()
    assert page.index("Worin sich viele einig sind") < page.index(TEXTS[2]) < page.index("Worüber die Meinungen")
    assert "Stabilität: 100 von 100" in page and "Gruppe A: 60 Personen" in page and "stimmt eher zu" in page
    table = client.get(reverse("participation:opinion_result", args=[map_.key]), {"alle": "1"}).content.decode()
    assert "kern-table" in table and "kern-table" not in page
    Contribution.objects.filter(pk=statements[2].pk).update(state="HIDDEN")
    assert TEXTS[2] not in client.get(reverse("participation:opinion_result", args=[map_.key])).content.decode()


def test_few_people_are_no_groups_and_the_page_says_why(client, statements, map_):
    camps(map_, statements, 40)
    actions.compute(map_.pk, Finding.What.OPINION)
    page = client.get(reverse("participation:opinion_result", args=[map_.key])).content.decode()
    assert "40 Personen haben so viele Aussagen" in page and "Gruppe A" not in page


def test_the_export_is_read_like_one_of_polis_and_names_nobody(
    client, statements, map_, moderator, clerk, citizen, make_process
):
    camps(map_, statements, 12)
    actions.opine(Actor(citizen), statements[0], 1)
    comments = client.get(reverse("participation:opinion_comments", args=[map_.key])).content
    assert [row.text for row in polis.statements_of(polis.rows_of(comments, ("comment-id", "comment-body")))][:3] == list(TEXTS)
    address = reverse("participation:opinion_votes", args=[map_.key])
    assert client.get(address).status_code == 302
    client.force_login(clerk.account)
    assert client.get(address).status_code == 404  # another office
    client.force_login(moderator.account)
    votes = client.get(address).content
    table = counted(polis.votes_of(polis.rows_of(votes, ("comment-id", "voter-id", "vote"))))
    assert len(table.people) == 13 and int(table.answered.sum()) == 12 * 8 + 1
    assert len({row["timestamp"] for row in csv.DictReader(StringIO(votes.decode()))}) == 1
    assert Event.objects.filter(name="opinion.exported").count() == 1
    again = make_process("nochmal", kind="meinungskarte", allows=("opine",))
    conversation = polis.Conversation(
        list(polis.statements_of(polis.rows_of(comments, ("comment-id", "comment-body")))),
        list(polis.votes_of(polis.rows_of(votes, ("comment-id", "voter-id", "vote")))), {},
    )  # fmt: skip
    staff = Actor(moderator.account, moderator)
    assert actions.bring_in(staff, again, conversation) == (8, 13, 97)
    copied = [sums(row) for row in Contribution.objects.filter(process=again).order_by("pk")]
    assert copied == [
        tuple(Stance.objects.filter(statement=row, value=value).count() for value in (1, 0, -1))
        for row in Contribution.objects.filter(process=map_).order_by("pk")
    ]
    with pytest.raises(actions.Refused, match="schon Aussagen"):
        actions.bring_in(staff, again, conversation)
    with pytest.raises(Process.DoesNotExist):
        actions.bring_in(Actor(clerk.account, clerk), again, conversation)


def test_doors_that_stay_shut(client, statements, map_, process, citizen, moderator):
    assert client.get(reverse("participation:opine", args=[process.key])).status_code == 404  # no map
    address = reverse("participation:opine", args=[map_.key])
    phase = map_.phases.get()
    phase.who = {}
    phase.save()
    assert "Anmelden" in client.get(address).content.decode()
    refused = client.post(address, {"aussage": statements[0].pk, "antwort": "1"})
    assert refused.status_code == 302 and "/konto/" in refused.url
    phase.allows = []
    phase.save()
    client.force_login(citizen)
    assert "geht das nicht" in client.post(address, {"aussage": statements[0].pk, "antwort": "1"}, follow=True).content.decode()
    other = Contribution.objects.create(
        process=process, kind="IDEA", state="PUBLISHED", title="Eine Idee", reference="MS-7777-7777"
    )
    assert client.post(address, {"aussage": other.pk, "antwort": "1"}).status_code == 404
    assert not Voice.objects.exists()
    assert client.post(reverse("participation:opinion_compute", args=[map_.key]), {"was": "OPINION"}).status_code == 403
    map_.audience = "staff"
    map_.save()
    for page in ("opine", "opinion_result", "opinion_comments", "topics", "alike", "statement_new", "opinion_mine"):
        assert client.get(reverse(f"participation:{page}", args=[map_.key])).status_code == 404, page
