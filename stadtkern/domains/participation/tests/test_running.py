"""A process from its template to its result: phases that do not overlap, the clock, who may."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from stadtkern.domains.participation import actions, eligibility, templating
from stadtkern.domains.participation.models import Phase, Process
from stadtkern.domains.participation.schedule import Span, problem
from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Trust
from stadtkern.kernel.events.models import Event
from stadtkern.kernel.inbox.models import Message
from stadtkern.kernel.privacy.models import Access

BERLIN = ZoneInfo("Europe/Berlin")


def at(day: int, hour: int = 9) -> datetime:
    return datetime(2026, 11, day, hour, tzinfo=BERLIN)


def test_phases_end_after_they_begin_and_touch_but_never_overlap():
    spans = [Span("Sammeln", at(1), at(10), 1)]
    assert problem(spans, Span("Danach", at(10), at(12))) == ""
    assert "Sammeln" in problem(spans, Span("Mittendrin", at(9), at(12)))
    assert problem(spans, Span("Sammeln", at(2), at(11), 1)) == ""  # itself, moved
    assert "nicht nach dem Anfang" in problem([], Span("Rückwärts", at(3), at(3)))


def test_every_template_can_be_read_and_cleans_its_settings():
    for kind, made in templating.all_templates().items():
        clean, wrong = made.clean({"moderation": "nie", "unbekannt": 1})
        assert "unbekannt" not in clean and (list(wrong) == ["moderation"] or "moderation" not in made.settings), kind
        assert made.phases and all(phase.days > 0 for phase in made.phases)
        assert made.clean(made.defaults()) == (made.defaults(), {})


def test_from_a_template_to_the_result(moderator, clerk, citizen):
    actor = Actor(moderator.account, moderator)
    row = actions.create_process(actor, "ideensammlung", "Ideen für die Südstadt")
    twin = actions.create_process(actor, "ideensammlung", "Ideen für die Südstadt")
    assert (row.key, twin.key, row.state) == ("ideen-fuer-die-suedstadt", "ideen-fuer-die-suedstadt-2", "DRAFT")
    assert not Process.objects.visible_to(Actor(clerk.account, clerk)).exists()
    with pytest.raises(Process.DoesNotExist):
        actions.publish_process(Actor(clerk.account, clerk), row)
    first = row.phases.first()
    now = timezone.now()
    values = {"title": "Sammeln", "starts_at": now - timedelta(hours=1), "ends_at": now + timedelta(days=1)}
    allowed = {"allows": ["support", "contribute", "fliegen"], "who": {"min_age": 16, "spion": True}}
    changed = actions.set_phase(actor, row, {**values, **allowed}, first)
    assert (changed.allows, changed.who) == (["contribute", "support"], {"min_age": 16})
    with pytest.raises(actions.Refused, match="überschneidet"):
        actions.set_phase(actor, row, {**values, "title": "Noch eine"})
    with pytest.raises(actions.Refused, match="niemand"):
        actions.set_phase(actor, row, {**values, "who": {"min_age": 30, "max_age": 20}}, first)
    actions.set_texts(actor, row, {"title": "Ideen für die Südstadt", "summary": "Was fehlt?"})
    with pytest.raises(actions.Refused, match="inzwischen geändert"):
        actions.set_texts(actor, row, {"title": "Anderer Titel", "summary": "x"}, version=1)
    actions.set_categories(actor, row, ["Verkehr", "Grün", "Verkehr", ""])
    assert list(row.categories.values_list("key", flat=True)) == ["verkehr", "gruen"]
    actions.publish_process(actor, row)
    row.refresh_from_db()
    assert row.phase_now == "sammeln" and Process.objects.visible_to(Actor(citizen)).get() == row
    with pytest.raises(actions.Refused, match="steht seit der Veröffentlichung fest"):
        actions.set_texts(actor, row, {"title": row.title, "summary": "x", "audience": "staff"})
    actions.close_process(actor, row, "Drei Ideen setzen wir um.")
    assert Event.objects.filter(name="process.closed", subject=str(row)).count() == 1


def test_what_was_promised_to_be_blind_stays_blind(moderator, make_process):
    actor, blind = Actor(moderator.account, moderator), {"blind": "until_result"}
    row = make_process("preis", kind="ideenwettbewerb", settings=templating.template("ideenwettbewerb").defaults() | blind)
    with pytest.raises(actions.Refused, match="erst mit dem Ergebnis"):
        actions.set_settings(actor, row, {"blind": "open"})
    assert actions.set_settings(actor, row, {"teams": False}).settings["blind"] == "until_result"
    Process.objects.filter(pk=row.pk).update(state="DRAFT")
    assert actions.set_settings(actor, row, {"blind": "open"}).settings["blind"] == "open"


@pytest.mark.django_db(transaction=True)
def test_the_clock_turns_the_phase_once_and_followers_hear_of_it(process, citizen, run_jobs):
    actions.follow(Actor(citizen), process)
    Process.objects.filter(pk=process.pk).update(phase_now="sammeln")
    later = timezone.now() + timedelta(days=30)
    Phase.objects.create(
        process=process, key="ergebnis", title="Ergebnis", starts_at=later, ends_at=later + timedelta(days=9), text="Lesen Sie."
    )
    assert actions.turn(later + timedelta(days=1)) == 1
    assert actions.turn(later + timedelta(days=1)) == 0
    run_jobs()
    letter = Message.objects.get(account=citizen, about=str(process))
    assert "Ergebnis" in letter.title and letter.link.endswith("/altstadt/")
    actions.unfollow(Actor(citizen), process)
    assert actions.turn(later + timedelta(days=99)) == 1
    run_jobs()
    assert Message.objects.filter(about=str(process)).count() == 1


def test_facts_of_the_register_decide_and_are_not_shown(make_process, citizen, other_citizen, resident):
    row = make_process(who={"residents": True, "min_age": 16, "districts": ["Altstadt"]})
    phase = row.phases.get()
    assert eligibility.may(Actor(citizen), phase, "support")
    refused = eligibility.may(Actor(other_citizen), phase, "support")
    assert not refused and "gemeldet" in refused.because and refused.sign_in
    assert Access.objects.filter(about=str(row), person_keys=[resident.key]).count() == 1
    for rule, because in (
        ({"max_age": 20}, "höchstens 20"),
        ({"districts": ["Südstadt"]}, "Südstadt"),
        ({"months": 999}, "999 Monaten"),
    ):
        verdict = eligibility.entitled(Actor(citizen), rule, row, "support", timezone.localdate())
        assert not verdict and because in verdict.because and "1988" not in verdict.because
    assert not eligibility.entitled(Actor(citizen, trust=Trust.BASIC), {"trust": "substantial"}, row, "vote", date(2026, 1, 1))
    assert not eligibility.may(Actor(citizen), phase, "vote")
    assert "Zurzeit läuft keine Phase" in eligibility.may(Actor(citizen), None, "support").because
