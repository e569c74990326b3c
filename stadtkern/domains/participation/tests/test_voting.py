"""A budget vote from the check of an idea to the audit: once per person, in secret, by a rule nobody can change any more."""

import threading
import uuid

import pytest
from django.db import IntegrityError, connection, transaction

from stadtkern.domains.participation import actions, auditing
from stadtkern.domains.participation.actions import voting
from stadtkern.domains.participation.ballots import Vote
from stadtkern.domains.participation.models import (
    Ballot,
    Contribution,
    LetterCode,
    Link,
    Poll,
    PollCount,
    PollKey,
    Process,
    Turnout,
)
from stadtkern.domains.participation.report import report
from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Trust
from stadtkern.kernel.events.models import Event

from .polls import BY_POST, cast, end, person


def test_an_idea_becomes_a_project_and_the_project_a_result(budget, moderator, run_jobs):
    process, poll = budget()
    assert [p.key for p in poll.projects.all()] == ["P001", "P002", "P003", "P004"]
    idea = Contribution.objects.get(title="Idee Nummer 1", kind="PROPOSAL")
    project = poll.projects.get(key="P001").contribution
    assert Link.objects.get(source=idea).target == project and project.kind == "PROJECT" and project.cost_cents == 60000
    for number, keys in enumerate([("P001",), ("P001",), ("P002", "P004"), ("P003", "P004")]):
        cast(person(number), process, *keys)
    actor = Actor(moderator.account, moderator)
    with pytest.raises(actions.Refused, match="läuft noch"):
        actions.close_poll(actor, process)
    end(process, poll)
    actions.close_poll(actor, process)
    run_jobs()
    poll.refresh_from_db()
    deciding = PollCount.objects.get(poll=poll, decides=True)
    assert poll.state == "COUNTED" and auditing.findings(poll) == []
    assert PollCount.objects.filter(poll=poll).count() == 3
    funded = Link.objects.filter(kind="FUNDED_BY").values_list("source", flat=True)
    assert set(funded) == set(poll.projects.filter(key__in=deciding.winners).values_list("contribution", flat=True))
    built = actions.begin_realisation(actor, process, poll.projects.get(key=deciding.winners[0]))
    assert Link.objects.get(kind="REALISED_AS").target == built
    assert not PollKey.objects.filter(poll=poll).exists() and not LetterCode.objects.filter(poll=poll).exists()


def test_one_person_one_ballot_and_nobody_can_tell_which(budget):
    process, poll = budget()
    voter = person(1)
    sent = voting.ticket(poll)[1]
    code = actions.cast(voting.Voter(voter), process, Vote(("P002", "P001")), sent)
    assert actions.cast(voting.Voter(voter), process, Vote(("P003",)), sent) == code  # the same page sent twice
    with pytest.raises(actions.Refused, match="schon ein Stimmzettel"):
        cast(voter, process, "P003")
    ballot, turnout = Ballot.objects.get(poll=poll), Turnout.objects.get(poll=poll)
    assert (ballot.choices, ballot.paper) == (["P001", "P002"], False)  # not in the order of ticking
    told = f"{ballot.__dict__} {turnout.__dict__}"
    assert (
        code not in told
        and str(voter.account.pk) not in turnout.pseudonym[:3]
        and turnout.pseudonym not in str(ballot.__dict__)
    )
    event = Event.objects.get(name="ballot.cast")
    assert (event.actor, event.subject, event.data) == ("system", str(poll), {})
    assert actions.in_urn(process, code.lower().replace("-", " ")) and not actions.in_urn(process, voting.new_code())
    actions.replace(process, code, Vote(("P004",)))
    ballot.refresh_from_db()
    assert ballot.choices == ["P004"]
    with pytest.raises(actions.Refused, match="Quittungscode"):
        actions.replace(process, voting.new_code(), Vote(("P001",)))


@pytest.mark.parametrize(
    ("act", "name"),
    [
        (lambda poll, pid: Turnout.objects.create(poll=poll, pseudonym=pid, way="ONLINE", day="2026-01-01"), "turnout_once"),
        (lambda poll, pid: Ballot.objects.create(poll=poll, choices=["P001"], receipt="x"), "vote_without_voter"),
        (lambda poll, pid: Poll.objects.filter(pk=poll.pk).update(rule="greedy", completion="none"), "poll_fixed"),
        (lambda poll, pid: Poll.objects.filter(pk=poll.pk).update(budget_cents=1), "poll_fixed"),
        (lambda poll, pid: poll.projects.filter(key="P001").update(cost_cents=1), "poll_fixed"),
        (lambda poll, pid: Ballot.objects.filter(poll=poll).update(receipt="y"), "ballot_stays"),
        (lambda poll, pid: Ballot.objects.filter(poll=poll).delete(), "ballot_stays"),
        (lambda poll, pid: Turnout.objects.filter(poll=poll).delete(), "turnout_stays"),
    ],
)
def test_the_database_refuses(budget, act, name):
    process, poll = budget()
    cast(person(1), process, "P001")
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        act(poll, Turnout.objects.get(poll=poll).pseudonym)
    assert actions.polling.name_of(refused.value) == name


def test_late_early_and_ineligible_votes_are_refused_twice(budget, moderator):
    """By the action with a sentence, and by the database when somebody goes round it."""
    process, poll = budget()
    voter = person(1)
    code = cast(voter, process, "P001")
    phase = process.phases.get()
    phase.who = {"residents": True, "min_age": 14}
    phase.save()
    with pytest.raises(actions.Refused, match="gemeldet"):
        cast(person(2), process, "P001")
    end(process, poll)
    with pytest.raises(actions.Refused):
        cast(person(3), process, "P001")
    with pytest.raises(actions.Refused, match="vorbei"):
        actions.replace(process, code, Vote(("P002",)))
    for changed in ({"way": "ONLINE"}, {"way": "LETTER"}):
        with pytest.raises(IntegrityError) as refused, transaction.atomic():
            Turnout.objects.create(poll=poll, pseudonym="p", day="2026-01-01", **changed)
        assert actions.polling.name_of(refused.value) == "vote_late"
    with pytest.raises(actions.Refused, match="schon angekündigt"):
        idea = Contribution.objects.filter(kind="PROPOSAL").first()
        actions.check_project(Actor(moderator.account, moderator), idea, {"process": process})


def test_letters_and_accounts_are_one_vote(budget, moderator, clerk):
    process, poll = budget(**BY_POST)
    actor = Actor(moderator.account, moderator)
    with pytest.raises(Process.DoesNotExist):
        actions.issue_codes(Actor(clerk.account, clerk), poll, ["anna"])
    (_old, lost), *_rest = actions.issue_codes(actor, poll, ["clara", "anna"])
    (_key, code), (_other, second) = actions.issue_codes(actor, poll, ["anna", "bert"], anew=True)
    with pytest.raises(actions.Refused, match="gibt es nicht"):  # the printing before that is void as a whole
        actions.cast(voting.Voter(Actor(), lost), process, Vote(("P001",)), voting.ticket(poll)[1])
    assert code not in str(LetterCode.objects.values())
    vote = Vote(("P001",))
    actions.cast(voting.Voter(Actor(), code), process, vote, voting.ticket(poll)[1])
    with pytest.raises(actions.Refused, match="schon ein Stimmzettel"):
        actions.cast(voting.Voter(Actor(), code), process, vote, voting.ticket(poll)[1])
    assert Turnout.objects.get(poll=poll).pseudonym == voting.keyed(
        voting.secret_of(poll), "person", "anna"
    )  # as the account of anna would
    with pytest.raises(actions.Refused, match="gibt es nicht"):
        actions.cast(voting.Voter(Actor(), voting.new_code()), process, vote, voting.ticket(poll)[1])
    with pytest.raises(actions.Refused, match="zu alt"):
        actions.cast(voting.Voter(Actor(), second), process, vote, "gefälscht")
    actions.tick_off(actor, process, second)
    with pytest.raises(actions.Refused, match="bleibt zu"):
        actions.tick_off(actor, process, second)
    with pytest.raises(actions.Refused, match="schon ein Stimmzettel"):
        actions.cast(voting.Voter(Actor(), second), process, vote, voting.ticket(poll)[1])


def test_paper_takes_two_people_and_never_more_sheets_than_envelopes(budget, moderator, second_moderator):
    process, poll = budget(**BY_POST)
    first, second = Actor(moderator.account, moderator), Actor(second_moderator.account, second_moderator)
    codes = actions.issue_codes(first, poll, ["anna", "bert"])
    actions.tick_off(first, process, codes[0][1])
    row = actions.open_batch(first, process, "Nord 1")
    row = actions.enter_sheet(first, process, row.pk, row.version, Vote(("P003", "P001")))
    with pytest.raises(actions.Refused, match="inzwischen"):
        actions.enter_sheet(first, process, row.pk, 1, Vote(("P001",)))  # the other tab
    row = actions.enter_sheet(first, process, row.pk, row.version, Vote(), "unklar")
    row = actions.finish_batch(first, process, row.pk, row.version)
    end(process, poll)
    with pytest.raises(actions.Refused, match="andere Person"):
        actions.confirm_batch(first, process, row.pk, row.version)
    with pytest.raises(actions.Refused, match="2 Stimmzettel auf Papier, abgegeben wurden 1"):
        actions.confirm_batch(second, process, row.pk, row.version)
    actions.tick_off(first, process, codes[1][1])
    actions.confirm_batch(second, process, row.pk, row.version)
    poll.refresh_from_db()
    assert (Ballot.objects.get(poll=poll).choices, poll.void) == (["P001", "P003"], 1)
    assert auditing.findings(poll) == []


def test_a_shaken_urn_forgets_what_was_stored_together(budget):
    process, poll = budget()
    for number in range(12):
        cast(person(number), process, "P001")

    def marks():
        with connection.cursor() as cursor:
            cursor.execute("SELECT id, xmin::text FROM participation_ballot ORDER BY ctid")
            return cursor.fetchall()

    before = marks()
    assert len({mark for _pk, mark in before}) == 12  # each with its voter: this is what must go
    assert actions.polling.shake(poll) == 12
    after = marks()
    assert len({mark for _pk, mark in after}) == 1
    assert [pk for pk, _mark in before] != [pk for pk, _mark in after]
    cast(person(99), process, "P002")
    assert actions.polling.shake(poll) == 0  # one alone has nobody to hide among


def test_what_one_may_know_about_oneself(budget, citizen, resident):
    process, _poll = budget()
    actor = Actor(citizen, trust=Trust.BASIC)
    assert report(actor)["votes"] == []
    cast(actor, process, "P001")
    assert report(actor)["votes"] == [process.title]


def test_who_proves_who_they_are_after_voting_does_not_vote_again(budget, citizen):
    process, _poll = budget()
    cast(Actor(citizen, trust=Trust.BASIC), process, "P001")
    citizen.person.register_key = uuid.uuid4()
    with pytest.raises(actions.Refused, match="schon ein Stimmzettel"):
        cast(Actor(citizen, trust=Trust.BASIC), process, "P002")


def test_ballots_keep_to_their_rules(budget):
    process, _poll = budget(form="points", most_projects=2, most_points=5, most_points_each=3)
    for keys, points, said in [
        (("P001", "P002"), (3, 3), "6 Punkte vergeben, möglich sind 5"),
        (("P001",), (4,), "höchstens 3 Punkte"),
        (("P001",), (-1,), "vergeben"),
        ((), (), "mindestens ein"),
        (("P009",), (1,), "nicht gibt"),
        (("P001", "P002", "P003"), (1, 1, 1), "höchstens 2"),
    ]:
        with pytest.raises(actions.Refused, match=said):
            cast(person(f"{keys}{points}"), process, *keys, points=points)
    cast(person("gut"), process, "P002", "P001", points=(2, 3))
    assert Ballot.objects.values_list("choices", "points").get() == (["P001", "P002"], [3, 2])


def test_a_tampered_urn_is_found(budget, moderator, run_jobs):
    process, poll = budget()
    for number in range(3):
        cast(person(number), process, "P001")
    end(process, poll)
    actions.close_poll(Actor(moderator.account, moderator), process)
    run_jobs()
    poll.refresh_from_db()
    assert auditing.findings(poll) == []
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE participation_ballot DISABLE TRIGGER ballot_guard")
    Ballot.objects.filter(number__lt=3).update(choices=["P003"])
    Ballot.objects.filter(number=3).delete()
    said = " ".join(auditing.findings(poll))
    assert "Nachgezählt" in said and "2 Stimmzettel aus dem Netz, aber 3 Menschen" in said


@pytest.mark.django_db(transaction=True)
def test_two_tabs_at_once_are_one_vote(budget):
    process, poll = budget()
    voter, done = person(1), []

    def vote():
        try:
            done.append(cast(voter, process, "P001"))
        except actions.Refused as refused:
            done.append(str(refused))
        finally:
            connection.close()

    threads = [threading.Thread(target=vote) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Ballot.objects.filter(poll=poll).count() == Turnout.objects.filter(poll=poll).count() == 1
    assert sum("schon ein Stimmzettel" in said for said in done) == 3
