"""The state machine as a table: each action in each state, allowed or refused with a sentence."""

import pytest

from stadtkern.kernel.cases import actions
from stadtkern.kernel.cases.models import Case, Status
from stadtkern.kernel.events.models import Event

from .factories import actor_for, case_in, clerk_actor

S = Status
REFUSED = "refused"
HIDDEN = "hidden"  # does not exist for this actor

# action -> state before -> state after; a state that is not named is refused.
TABLE = {
    "submit": {S.DRAFT: S.IN_REVIEW, **{s: s for s in S if s != S.DRAFT}},
    "save_step": {S.DRAFT: S.DRAFT},
    "discard": {S.DRAFT: None},
    "withdraw": {
        S.SUBMITTED: S.WITHDRAWN, S.AWAITING_PAYMENT: S.WITHDRAWN, S.IN_REVIEW: S.WITHDRAWN,
        S.AWAITING_CITIZEN: S.WITHDRAWN, S.WITHDRAWN: S.WITHDRAWN,
    },
    "answer": {
        S.SUBMITTED: S.SUBMITTED, S.AWAITING_PAYMENT: S.AWAITING_PAYMENT, S.IN_REVIEW: S.IN_REVIEW,
        S.AWAITING_CITIZEN: S.IN_REVIEW, S.DECIDED: S.DECIDED, S.CLOSED: S.CLOSED,
    },
    "mark_paid": {**{s: s for s in S}, S.AWAITING_PAYMENT: S.IN_REVIEW},
    "take": {s: s for s in (S.SUBMITTED, S.AWAITING_PAYMENT, S.IN_REVIEW, S.AWAITING_CITIZEN)},
    "ask_citizen": {S.IN_REVIEW: S.AWAITING_CITIZEN},
    "decide": {S.IN_REVIEW: S.DECIDED},
    "approve": {},
    "send_back": {},
    "write_note": {s: s for s in S if s != S.DRAFT},
    "close": {**{s: s for s in S}, S.DECIDED: S.CLOSED},
    "decide_by_rule": {s: s for s in S},
}  # fmt: skip
DESK = {"take", "ask_citizen", "decide", "approve", "send_back", "write_note"}


def perform(name: str, case: Case, citizen, clerk) -> None:
    me, desk = actor_for(citizen), clerk_actor(clerk)
    deeds = {
        "submit": lambda: actions.submit(me, case),
        "save_step": lambda: actions.save_step(me, case, "sache", {"wish": ["anders"]}),
        "discard": lambda: actions.discard_draft(me, case),
        "withdraw": lambda: actions.withdraw(me, case, "umgezogen"),
        "answer": lambda: actions.answer(me, case, "Hier ist die Antwort."),
        "mark_paid": lambda: actions.mark_paid(case.pk, "provider:demo"),
        "take": lambda: actions.take(desk, case),
        "ask_citizen": lambda: actions.ask_citizen(desk, case, "Welche Farbe?"),
        "decide": lambda: actions.decide(desk, case, "GRANTED"),
        "approve": lambda: actions.approve(desk, case),
        "send_back": lambda: actions.send_back(desk, case, "bitte prüfen"),
        "write_note": lambda: actions.write_note(desk, case, "ein Vermerk"),
        "close": lambda: actions.close(case.pk),
        "decide_by_rule": lambda: actions.decide_by_rule(case.pk),
    }
    deeds[name]()


@pytest.mark.parametrize("status", list(Status))
@pytest.mark.parametrize("name", list(TABLE))
def test_every_action_in_every_state(name, status, probe, citizen, clerk):
    case = case_in(status, citizen, clerk)
    before = Event.objects.count()
    expected = TABLE[name].get(status, HIDDEN if status == S.DRAFT and name in DESK else REFUSED)
    if expected in (REFUSED, HIDDEN):
        with pytest.raises(actions.Refused if expected == REFUSED else Case.DoesNotExist) as refused:
            perform(name, case, citizen, clerk)
        if expected == REFUSED:
            assert str(refused.value).endswith(".") and "%(" not in str(refused.value)
        assert Case.objects.get(pk=case.pk).status == status
        assert Event.objects.count() == before, "a refusal writes nothing"
        return
    perform(name, case, citizen, clerk)
    after = Case.objects.filter(pk=case.pk).values_list("status", flat=True).first()
    assert after == expected
    if expected != status:
        assert Event.objects.filter(subject=str(case), name__startswith="case.").count() > 1, "a change leaves its line"
