"""A contest from the team's draft to the prize: who is named when, who judges what, what is counted, who is paid."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from stadtkern.domains.participation import actions
from stadtkern.domains.participation.actions import sharing_out
from stadtkern.domains.participation.contests.rules import criteria_of
from stadtkern.domains.participation.erasure import erase
from stadtkern.domains.participation.models import Contribution, Judging, Juror, Phase, Prize, Process, Sheet, Team, TeamMember
from stadtkern.domains.participation.report import report
from stadtkern.domains.participation.templating import template
from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Account
from stadtkern.kernel.inbox.models import Message
from stadtkern.kernel.payments.models import Disbursement

IDEA = {
    "title": "Trinkbrunnen am Rathausplatz",
    "text": "An heißen Tagen gibt es dort kein Wasser.",
    "category": "gruen",
    "author": "name",
}
IBAN = "DE02 1203 0000 0000 2020 51"
WORDS = "Die Jury hat alle Ideen gelesen und sich lange beraten."


@pytest.fixture(autouse=True)
def fresh_counters(db):
    cache.clear()


@pytest.fixture
def contest(make_process):
    settings = {
        **template("ideenwettbewerb").defaults(),
        "moderation": "after",
        "criteria": "Nutzen; 3\nNeu; 1",
        "least_jurors": 1,
    }
    return make_process("sommer", kind="ideenwettbewerb", title="Kühler Sommer", settings=settings)


def person(name: str) -> Account:
    return Account.objects.create(email=f"{name.split()[0].lower()}@volk.example", name=name)


def text(response) -> str:
    return response.content.decode()


def to_phase(process: Process, *allows: str) -> None:
    """The running phase allows this now."""
    Phase.objects.filter(process=process).update(allows=list(allows))


def juror(clerk, process: Process, account: Account) -> Juror:
    return actions.take_seat(Actor(account), actions.invite_juror(clerk, process, account.name, "Architektin"))


@pytest.fixture
def clerk_of(moderator):
    return Actor(moderator.account, moderator)


@pytest.fixture
def judged(contest, clerk_of, citizen, other_citizen):
    """Three entries, two jurors; the first entry is the citizen's. Judging is open."""
    rows = [actions.contribute(Actor(citizen), contest, IDEA)]
    for name in ("Olga Ödön", "Piet Pål"):
        idea = {"title": f"Idee von {name.split()[0]}", "text": "Sonnensegel über der Marktstraße.", "author": "name"}
        rows.append(actions.contribute(Actor(person(name)), contest, idea))
    jurors = [juror(clerk_of, contest, person(name)) for name in ("Ada Strenge", "Ben Milde")]
    to_phase(contest, "judge")
    actions.open_judging(clerk_of, contest)
    return rows, jurors


def give(juror: Juror, row: Contribution, use: int, new: int, version: int = 0) -> Sheet:
    return actions.score(Actor(juror.account), row, {"k1": use, "k2": new}, "", version)


def test_a_team_sends_when_everybody_has_agreed_to_this_very_text(contest, citizen, other_citizen, login):
    author, member = login(citizen), login(other_citizen)
    base = "/beteiligung/sommer/"
    author.post(f"{base}neu/", {**IDEA, "keep": "stay", "_entwurf": "1"})
    author.post(f"{base}gruppe/tun/gruenden/")
    code = Team.objects.get().code
    assert code in text(author.get(f"{base}gruppe/"))
    assert "Trinkbrunnen" in text(member.get(f"{base}gruppe/{code.lower()}/"))
    for _click in range(2):
        member.post(f"{base}gruppe/{code}/", {"name": "Die Nachbarin"})
    row = TeamMember.objects.get()
    refused = author.post(f"{base}neu/", {**IDEA, "keep": "stay"})
    assert refused.status_code == 409 and "1 fehlen noch" in text(refused)
    stale = {"mitglied": str(row.pk), "text": "0" * 64}
    assert "inzwischen geändert" in text(member.post(f"{base}gruppe/tun/zustimmen/", stale, follow=True))
    page = text(member.get(f"{base}gruppe/"))
    digest = page.split('name="text" value="')[1][:64]
    member.post(f"{base}gruppe/tun/zustimmen/", {"mitglied": str(row.pk), "text": digest})
    changed = author.post(f"{base}neu/", {**IDEA, "title": "Etwas ganz anderes", "keep": "stay"})
    assert changed.status_code == 409  # nobody agreed to that
    author.post(f"{base}neu/", {**IDEA, "keep": "stay"})
    sent = Contribution.objects.get()
    assert sent.state == "PUBLISHED"
    late = Client()
    assert late.get(f"{base}gruppe/{code}/").status_code == 404  # no code opens a team that has sent
    with pytest.raises(actions.Refused, match="eigener Beitrag"):
        actions.support(Actor(other_citizen), sent)
    assert report(Actor(other_citizen))["teams"][0]["name_shown"] == "Die Nachbarin"
    erase(other_citizen.pk, None)
    row.refresh_from_db()
    assert (row.account, row.name_shown) == (None, "")


def test_codes_cannot_be_tried_through(contest, citizen, login):
    browser = login(citizen)
    statuses = {browser.get(f"/beteiligung/sommer/gruppe/X{n:09d}/").status_code for n in range(40)}
    assert statuses == {404, 429}
    assert browser.get("/beteiligung/sommer/jury/einladung/0000000000/").status_code == 404


def test_in_a_blind_contest_nobody_is_named_before_the_outcome(judged, contest, clerk_of, second_moderator, login):
    rows, jurors = judged
    to_phase(contest, "judge", "comment")
    actions.comment(Actor(rows[0].account), rows[0], "Als Autorin sage ich dazu etwas.", named=True)
    name, place = rows[0].account.name, f"/beteiligung/sommer/{rows[0].reference}/"
    api = f"/api/v1/participation/contributions/{rows[0].reference}"
    juror_page = f"/beteiligung/sommer/jury/{rows[0].reference}/"
    from stadtkern.domains.participation.datasets import contributions

    doors = ["/beteiligung/sommer/", f"/beteiligung/sommer/?q={name.split()[0]}", place, api,
             "/beteiligung/sommer/punkte.geojson", "/api/v1/participation/processes/sommer/contributions"]  # fmt: skip
    reader, member = Client(), login(jurors[0].account)
    for door in doors:
        for browser in (reader, member):
            answer = browser.get(door)
            assert answer.status_code == 200 and name not in text(answer), door
    assert name not in text(member.get(juror_page)) and name not in text(member.get("/beteiligung/sommer/jury/"))
    assert not any(one["author"] for one in contributions())
    for one in jurors:
        for row in rows:
            give(one, row, 5, 5)
        actions.close_sheets(Actor(one.account), contest)
    actions.close_judging(clerk_of, contest)
    actions.publish_outcome(clerk_of, contest, WORDS)
    for door in (place, api, "/beteiligung/sommer/"):
        assert name in text(reader.get(door)), door


def test_jurors_judge_blind_alone_and_not_where_they_are_partial(judged, contest, clerk_of, citizen, login):
    rows, (ada, ben) = judged
    give(ada, rows[0], 9, 9)
    with pytest.raises(actions.Refused, match="anderen Fenster"):
        give(ada, rows[0], 1, 1)  # a second tab
    assert give(ada, rows[0], 10, 8, 1).version == 2
    for wrong in ({"k1": 11, "k2": 0}, {"k1": "", "k2": 0}, {"k1": "²", "k2": 0}, {"k1": -1, "k2": 1}, {"k2": 1}):
        with pytest.raises(actions.Refused, match="0 bis 10"):
            actions.score(Actor(ben.account), rows[0], wrong)
    with pytest.raises(Juror.DoesNotExist):
        actions.score(Actor(citizen), rows[1], {"k1": 1, "k2": 1})
    page = text(login(ben.account).get(f"/beteiligung/sommer/jury/{rows[0].reference}/"))
    assert "Alle Wertungen" not in page and "Ada" not in page
    actions.declare_conflict(clerk_of, ada, rows[0], "EMPLOYER")
    assert not Sheet.objects.exists()
    with pytest.raises(actions.Refused, match="befangen"):
        give(ada, rows[0], 9, 9)
    found = ada.conflicts.get()
    with pytest.raises(actions.Refused, match="Amt"):
        actions.lift_conflict(Actor(ada.account), found)
    with pytest.raises(actions.Refused, match="nicht alle"):
        actions.close_sheets(Actor(ada.account), contest)
    for row in rows[1:]:
        give(ada, row, 4, 4)
    actions.close_sheets(Actor(ada.account), contest)
    with pytest.raises(actions.Refused, match="abgeschlossen"):
        give(ada, rows[1], 5, 5, 1)
    with pytest.raises(actions.Refused, match="Ben Milde"):
        actions.close_judging(clerk_of, contest)


def test_who_has_an_entry_cannot_judge_it_even_undeclared(contest, clerk_of, citizen, moderator):
    row = actions.contribute(Actor(citizen), contest, IDEA)
    seat = juror(clerk_of, contest, citizen)
    to_phase(contest, "judge")
    actions.open_judging(clerk_of, contest)
    with pytest.raises(actions.Refused, match="befangen"):
        give(seat, row, 10, 10)
    with pytest.raises(actions.Refused, match="Akten"):
        actions.take_seat(clerk_of, actions.invite_juror(clerk_of, contest, "Leyla Hofmann"))
    Phase.objects.filter(process=contest).update(ends_at=timezone.now() - timedelta(minutes=1))
    closed = actions.close_judging(clerk_of, contest)
    assert closed.inputs["partial"] == [[str(seat.pk), row.reference]] and closed.outcome["rows"][0]["place"] == 0


def test_a_team_agrees_who_gets_the_money(contest, citizen, other_citizen):
    told = {"title": "Schatten am Markt", "text": "Bäume, Bänke und Wasser für alle."}
    row = actions.contribute(Actor(citizen), contest, told)
    assert sharing_out.recipient_of(row) == citizen.pk  # alone
    third = Account.objects.create(email="dritte@example.org", name="Dritte")
    team = Team.objects.create(contribution=row, code="ABCDEFGHIJ")
    for one in (other_citizen, third):
        TeamMember.objects.create(team=team, account=one)
    assert sharing_out.recipient_of(row) is None
    with pytest.raises(Team.DoesNotExist):
        sharing_out.name_recipient(Actor(third), row, third.pk)  # the author proposes
    sharing_out.name_recipient(Actor(citizen), row, other_citizen.pk)
    sharing_out.agree_recipient(Actor(other_citizen), row, other_citizen.pk)
    assert sharing_out.recipient_of(row) is None
    sharing_out.agree_recipient(Actor(third), row, other_citizen.pk)
    assert sharing_out.recipient_of(row) == other_citizen.pk
    sharing_out.name_recipient(Actor(citizen), row, third.pk)  # another one: everybody is asked anew
    assert sharing_out.recipient_of(row) is None
    with pytest.raises(actions.Refused, match="jemand anderes"):
        sharing_out.agree_recipient(Actor(third), row, other_citizen.pk)


def test_from_the_marks_to_the_money(judged, contest, clerk_of, second_moderator, citizen, login):
    rows, jurors = judged
    points = {rows[0]: [(8, 8), (9, 5)], rows[1]: [(6, 6), (6, 2)], rows[2]: [(6, 6), (6, 2)]}
    for row, given in points.items():
        for one, (use, new) in zip(jurors, given, strict=True):
            give(one, row, use, new)
    prize = actions.add_prize(clerk_of, contest, "1. Preis", 100_000)
    for one in jurors:
        actions.close_sheets(Actor(one.account), contest)
    second = Actor(second_moderator.account, second_moderator)
    desk, lead = login(clerk_of.account), login(second_moderator.account)
    base = "/beteiligung/verwaltung/sommer/wettbewerb/"
    assert desk.get(base).status_code == 200
    desk.post(f"{base}schliessen/")
    judging = Judging.objects.get()
    places = {one["entry"]: (one["place"], one["score"], one["tie"]) for one in judging.outcome["rows"]}
    assert places[rows[0].reference] == (1, 8000, "") and {places[one.reference][2] for one in rows[1:]} == {"lot"}
    assert "alle fertig" not in text(desk.get(base)) and actions.recount(judging)
    assert "Alle Wertungen" in text(login(jurors[0].account).get(f"/beteiligung/sommer/jury/{rows[0].reference}/"))
    desk.post(f"{base}vorschlagen/", {"preis": prize.pk, "idee": rows[0].pk, "reason": "Sie hilft allen, auch Hunden."})
    with pytest.raises(actions.Refused, match="zweite Person"):
        actions.decide_prize(clerk_of, prize, rows[0].pk)
    assert "noch nicht von einer zweiten" in text(desk.post(f"{base}veroeffentlichen/", {"statement": WORDS}, follow=True))
    with pytest.raises(actions.Refused, match="geändert"):
        actions.decide_prize(second, prize, rows[1].pk)
    for _click in range(2):
        lead.post(f"{base}entscheiden/", {"preis": prize.pk, "idee": rows[0].pk})
    assert Client().get("/beteiligung/sommer/preise/").status_code == 404
    assert not Message.objects.filter(account=citizen, title__contains="Ergebnis").exists()
    winner, purse = login(citizen), f"/beteiligung/sommer/preise/{prize.pk}/"
    assert winner.get(purse).status_code == 404  # not before it is public
    desk.post(f"{base}veroeffentlichen/", {"statement": WORDS})
    judging.refresh_from_db()
    for _replay in range(2):
        actions.tell_outcome(judging.pk)
    letter = Message.objects.get(account=citizen, title__contains="Ergebnis")
    assert "1. Preis" in letter.body and "Konto" in letter.body
    page = text(Client().get("/beteiligung/sommer/preise/"))
    assert "1. Preis" in page and "Gleichauf mit" in page and judging.seed in page and "80,00 von 100" in page
    assert winner.post(purse, {"holder": "Zoë", "iban": "DE03"}).status_code == 422
    winner.post(purse, {"holder": "Zoë Çelik", "iban": IBAN})
    paid = Disbursement.objects.get()
    assert (paid.cents, paid.about, paid.account) == (100_000, f"prize:{prize.pk}", citizen)
    assert login(jurors[0].account).get(purse).status_code == 404
    paper = winner.post(f"/beteiligung/sommer/{rows[0].reference}/urkunde/")
    again = winner.post(f"/beteiligung/sommer/{rows[0].reference}/urkunde/")
    assert paper["Location"] == again["Location"] and winner.get(paper["Location"])["Content-Type"] == "application/pdf"
    assert login(jurors[0].account).post(f"/beteiligung/sommer/{rows[0].reference}/urkunde/").status_code == 404
    taken = desk.get(f"{base}jury.json")
    assert taken.json()["digest"] == judging.digest and citizen.name not in text(taken) and "Ada" not in text(taken)
    with pytest.raises(actions.Refused, match="stehen fest"):
        actions.add_prize(clerk_of, contest, "Noch einer", 5)
    judging.inputs["sheets"][0]["points"]["k1"] += 1
    assert not actions.recount(judging)  # a changed mark shows


def test_hidden_people_are_named_in_no_jury(contest, clerk_of, citizen, resident):
    juror(clerk_of, contest, citizen)
    assert citizen.name in text(Client().get("/beteiligung/sommer/"))
    type(resident).objects.filter(pk=resident.pk).update(blocked=True)
    assert citizen.name not in text(Client().get("/beteiligung/sommer/"))


def test_others_find_no_door(judged, contest, clerk, citizen, login):
    rows, jurors = judged
    base = "/beteiligung/verwaltung/sommer/wettbewerb/"
    for url in (base, f"{base}jury.json"):
        assert login(clerk.account).get(url).status_code == 404
    for what in ("schliessen", "einladen", "gibt-es-nicht"):
        assert login(clerk.account).post(f"{base}{what}/").status_code == 404
    for url in ("jury/", f"jury/{rows[1].reference}/"):
        assert login(citizen).get(f"/beteiligung/sommer/{url}").status_code == 404
    for number in ("0", str(10**30), "\x00", "x"):
        assert login(jurors[0].account).post("/beteiligung/sommer/gruppe/tun/name/", {"mitglied": number}).status_code == 404
    assert Prize.objects.count() == 0


@pytest.mark.parametrize("wrong", ["", "Nutzen; viel", "Nutzen\nnutzen", "; 3", "x; 0", "\n".join(f"a{n}" for n in range(13))])
def test_criteria_that_cannot_be_read_are_refused_in_a_sentence(wrong):
    with pytest.raises(ValueError, match=r"[.„]"):
        criteria_of(wrong)
