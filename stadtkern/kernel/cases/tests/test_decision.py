"""Deciding: one wins, two pairs of eyes where the service says so, and the paper follows by itself, once."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from stadtkern.kernel.accounts.access import SYSTEM
from stadtkern.kernel.accounts.models import Account, Staff
from stadtkern.kernel.cases import actions, reactions
from stadtkern.kernel.cases.models import Case, Decision, Note, Status
from stadtkern.kernel.documents.models import Document
from stadtkern.kernel.events import queue
from stadtkern.kernel.events.actions import react, record
from stadtkern.kernel.events.models import Event
from stadtkern.kernel.inbox.models import Message
from stadtkern.kernel.payments.models import Payment
from stadtkern.kernel.services import rulebook
from stadtkern.kernel.services.catalogue import Service

from .factories import actor_for, case_in, city_with, clerk_actor, draft
from .test_submit import at_once


@pytest.fixture
def careful(settings, tmp_path, offices):
    settings.CITY_FOLDER = city_with(tmp_path, decision="four_eyes = true")
    return "probe"


@pytest.fixture
def lawful(settings, tmp_path, offices, monkeypatch):
    """A service whose paragraph allows the machine to decide; the value is its rule: change `verdict`, read `asked`."""

    class Rule:
        verdict = ("GRANTED", "klar")

        def __init__(self):
            self.asked = []

        def __call__(self, answers, facts):
            self.asked.append(facts)
            return self.verdict

    rule = Rule()
    known = rulebook.function
    monkeypatch.setattr(rulebook, "function", lambda *asked: rule if asked[-2:] == ("probe", "decide") else known(*asked))
    settings.CITY_FOLDER = city_with(tmp_path, decision='automatic = "§ 35a VwVfG"')
    return rule


def test_six_clerks_decide_at_once(transactional_db, probe, citizen, clerk):
    case = case_in(Status.IN_REVIEW, citizen)
    colleagues = [clerk]
    for number in range(5):
        account = Account.objects.create(email=f"c{number}@stadt.example", name=f"Kollege {number}")
        colleagues.append(Staff.objects.create(account=account, office=clerk.office, role="CLERK"))
    results = at_once(6, lambda n: actions.decide(clerk_actor(colleagues[n]), case, "REJECTED", f"Grund {n}"))
    won = [result for result in results if isinstance(result, Decision)]
    lost = [result for result in results if not isinstance(result, Decision)]
    assert len(won) == 1
    assert all(isinstance(error, actions.AlreadyDecided) for error in lost), lost
    winner = won[0].made_by.account.name
    assert {str(error)[: len(winner)] for error in lost} == {winner}
    assert Event.objects.filter(name="case.decided").count() == 1


def test_six_clerks_take_at_once(transactional_db, probe, citizen, clerk, second_clerk, lead):
    case = case_in(Status.IN_REVIEW, citizen)
    staff = [clerk, second_clerk, lead]
    results = at_once(6, lambda n: actions.take(clerk_actor(staff[n % 3]), case))
    winners = {result.clerk_id for result in results if isinstance(result, Case)}
    assert len(winners) == 1
    lost = [str(result) for result in results if not isinstance(result, Case)]
    assert len(lost) == 4
    assert all("bearbeitet diesen Vorgang seit" in sentence for sentence in lost)


def test_what_a_colleague_works_on_is_left_alone(probe, citizen, clerk, second_clerk, lead):
    case = case_in(Status.IN_REVIEW, citizen)
    actions.take(clerk_actor(clerk), case)
    for deed in (
        lambda: actions.take(clerk_actor(second_clerk), case, over=True),  # only a lead may
        lambda: actions.decide(clerk_actor(second_clerk), case, "GRANTED"),
        lambda: actions.ask_citizen(clerk_actor(second_clerk), case, "Wie?"),
        lambda: actions.give_back(clerk_actor(second_clerk), case),
    ):
        with pytest.raises(actions.AlreadyTaken, match=r"^Petra Sommer bearbeitet diesen Vorgang seit \d\d:\d\d.Uhr\.$"):
            deed()
    assert actions.take(clerk_actor(lead), case, over=True).clerk == lead
    assert actions.give_back(clerk_actor(lead), case).clerk is None


def test_another_office_sees_nothing(probe, citizen, other_clerk, operator, mayor):
    case = case_in(Status.IN_REVIEW, citizen)
    for stranger in (other_clerk, operator, mayor):
        with pytest.raises(Case.DoesNotExist):
            actions.decide(clerk_actor(stranger), case, "GRANTED")


def test_nobody_decides_about_themselves(probe, clerk):
    case = case_in(Status.IN_REVIEW, clerk.account)
    with pytest.raises(actions.OwnCase):
        actions.decide(clerk_actor(clerk), case, "GRANTED")


@pytest.mark.parametrize(("outcome", "reason"), [("REJECTED", " "), ("PARTLY", ""), ("MAYBE", "weil"), ("", "weil")])
def test_no_outcome_without_reason(outcome, reason, probe, citizen, clerk):
    case = case_in(Status.IN_REVIEW, citizen)
    with pytest.raises(actions.Refused):
        actions.decide(clerk_actor(clerk), case, outcome, reason)
    assert not Decision.objects.exists()


def test_two_pairs_of_eyes(careful, citizen, clerk, second_clerk):
    case = case_in(Status.IN_REVIEW, citizen)
    proposal = actions.decide(clerk_actor(clerk), case, "REJECTED", "zu klein")
    assert proposal.made_at is None
    case.refresh_from_db()
    assert case.status == Status.IN_REVIEW
    with pytest.raises(actions.Refused, match="zweite Person"):
        actions.approve(clerk_actor(clerk), case)
    with pytest.raises(actions.Refused, match="Petra Sommer hat schon eine Entscheidung vorgeschlagen"):
        actions.propose(clerk_actor(clerk), case, "GRANTED")
    with pytest.raises(actions.Refused, match="Entscheidungsvorschlag"):
        actions.ask_citizen(clerk_actor(clerk), case, "Wie groß?")
    decision = actions.approve(clerk_actor(second_clerk), case)
    assert (decision.proposed_by, decision.made_by, decision.outcome) == (clerk, second_clerk, "REJECTED")
    case.refresh_from_db()
    assert case.status == Status.DECIDED


def test_a_proposal_goes_back_with_a_note(careful, citizen, clerk, second_clerk):
    case = case_in(Status.IN_REVIEW, citizen)
    actions.decide(clerk_actor(clerk), case, "GRANTED")
    with pytest.raises(actions.Refused):
        actions.send_back(clerk_actor(second_clerk), case, "  ")
    actions.send_back(clerk_actor(second_clerk), case, "Nachweis fehlt")
    assert not Decision.objects.exists()
    assert "Nachweis fehlt" in Note.objects.get().body
    assert actions.decide(clerk_actor(clerk), case, "GRANTED").pk


def test_withdrawn_while_proposed(careful, citizen, clerk, second_clerk):
    case = case_in(Status.IN_REVIEW, citizen)
    actions.decide(clerk_actor(clerk), case, "GRANTED")
    actions.withdraw(actor_for(citizen), case)
    with pytest.raises(actions.Refused, match="zurückgenommen"):
        actions.approve(clerk_actor(second_clerk), case)
    assert not Decision.objects.exists()


def test_the_decision_carries_itself_out(probe, citizen, clerk, run_jobs):
    case = actions.submit(actor_for(citizen), draft(citizen))
    actions.decide(clerk_actor(clerk), case, "GRANTED", "Alles da.")
    run_jobs()
    case.refresh_from_db()
    assert case.status == Status.CLOSED and case.closed_at and case.keep_until.year == timezone.localdate().year + 3
    document = Document.objects.get(about=str(case))
    assert document.account == citizen
    letter = Message.objects.get(about=str(case))
    assert list(letter.documents.all()) == [document]
    assert case.reference in letter.title
    names = list(Event.objects.filter(subject=str(case)).values_list("name", flat=True))
    assert names.index("case.submitted") < names.index("case.decided") < names.index("case.closed")


def test_replayed_and_repeated_reactions_have_one_effect(probe, citizen, clerk, run_jobs):
    case = actions.submit(actor_for(citizen), draft(citizen))
    actions.decide(clerk_actor(clerk), case, "GRANTED")
    run_jobs()
    event = Event.objects.get(name="case.decided")
    react(event.pk, queue.name_of(reactions.carry_out))  # the tick stands
    reactions.carry_out(event)  # as if the tick had been lost
    actions.close(case.pk)
    assert Document.objects.filter(about=str(case)).count() == 1
    assert Message.objects.filter(about=str(case)).count() == 1
    assert Event.objects.filter(name="case.closed").count() == 1


def test_a_crash_between_paper_and_letter_leaves_nothing_half(probe, citizen, clerk, run_jobs, monkeypatch):
    case = actions.submit(actor_for(citizen), draft(citizen))
    actions.decide(clerk_actor(clerk), case, "GRANTED")
    event = Event.objects.get(name="case.decided")
    with monkeypatch.context() as broken:

        def killed(**_facts):
            raise SystemExit

        broken.setattr("stadtkern.kernel.inbox.actions.deliver", killed)
        with pytest.raises(SystemExit):
            react(event.pk, queue.name_of(reactions.carry_out))
    assert not Document.objects.exists()
    case.refresh_from_db()
    assert case.status == Status.DECIDED
    run_jobs()
    case.refresh_from_db()
    assert case.status == Status.CLOSED
    assert Document.objects.count() == Message.objects.count() == 1


def test_paid_wakes_the_case_up_once(costly, citizen, run_jobs):
    case = actions.submit(actor_for(citizen), draft(citizen, "costly"))
    for _again in range(2):
        with transaction.atomic():
            record("payment.completed", subject=str(case), actor="provider:demo", data={"payment": 1})
    run_jobs()
    case.refresh_from_db()
    assert case.status == Status.IN_REVIEW
    assert Event.objects.filter(name="case.paid", subject=str(case)).count() == 1


def test_money_after_the_withdrawal_is_not_forgotten(costly, citizen):
    case = actions.submit(actor_for(citizen), draft(citizen, "costly"))
    actions.withdraw(actor_for(citizen), case)
    assert set(Payment.objects.values_list("status", "wanted")) == {("CANCELLED", False)}
    actions.mark_paid(case.pk, "provider:demo")
    case.refresh_from_db()
    assert case.status == Status.WITHDRAWN
    assert "erstatten" in Note.objects.get().body


def test_without_a_paragraph_no_rule_is_asked(probe, citizen, monkeypatch):
    monkeypatch.setattr(Service, "decide", lambda *_: pytest.fail("asked"))
    case = actions.submit(actor_for(citizen), draft(citizen))
    assert actions.decide_by_rule(case.pk) is None


def test_the_rule_decides(lawful, citizen, run_jobs):
    case = actions.submit(actor_for(citizen), draft(citizen))
    run_jobs()
    decision = Decision.objects.get()
    assert (decision.proposed_by, decision.made_by, decision.automatic, decision.reason) == (None, None, "§ 35a VwVfG", "klar")
    case.refresh_from_db()
    assert case.status == Status.CLOSED
    assert lawful.asked == [{"sources": {}, "trust": 1, "today": timezone.localdate().isoformat(), "paid": False}]
    assert Event.objects.get(name="case.decided").actor == SYSTEM


def test_the_rule_leaves_it_to_a_person(lawful, citizen, clerk, run_jobs):
    lawful.verdict = None
    case = actions.submit(actor_for(citizen), draft(citizen))
    run_jobs()
    case.refresh_from_db()
    assert case.status == Status.IN_REVIEW
    lawful.verdict = ("GRANTED", "klar")
    actions.take(clerk_actor(clerk), case)  # from here on it is a person's
    assert actions.decide_by_rule(case.pk) is None


def test_waiting_for_the_citizen_stops_the_clock(probe, citizen, clerk):
    case = actions.submit(actor_for(citizen), draft(citizen))
    due = case.due_date
    actions.ask_citizen(clerk_actor(clerk), case, "Welche Farbe?")
    Case.objects.update(asked_at=timezone.now() - timedelta(days=5))
    case = actions.answer(actor_for(citizen), case, "Blau")
    assert (case.status, (case.due_date - due).days, case.asked_at) == (Status.IN_REVIEW, 5, None)
    assert case.clerk == clerk


def test_the_same_answer_twice_is_one_message(probe, citizen, clerk):
    case = case_in(Status.AWAITING_CITIZEN, citizen, clerk)
    actions.answer(actor_for(citizen), case, "Blau")
    actions.answer(actor_for(citizen), case, "Blau ")
    assert Message.objects.filter(direction="TO_OFFICE").count() == 1
    actions.answer(actor_for(citizen), case, "Doch grün")
    assert Message.objects.filter(direction="TO_OFFICE").count() == 2


@pytest.mark.parametrize("text", ["", "   ", "\x00"])
def test_empty_words_are_refused(text, probe, citizen, clerk):
    case = case_in(Status.IN_REVIEW, citizen)
    for deed in (
        lambda: actions.answer(actor_for(citizen), case, text),
        lambda: actions.ask_citizen(clerk_actor(clerk), case, text),
        lambda: actions.tell_citizen(clerk_actor(clerk), case, text),
        lambda: actions.write_note(clerk_actor(clerk), case, text),
    ):
        with pytest.raises(actions.Refused):
            deed()
