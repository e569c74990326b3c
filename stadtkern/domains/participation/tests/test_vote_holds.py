"""What must not happen around a vote: an urn shut for ever, a ballot nobody can count, a copy that outlives its idea."""

from datetime import timedelta

import pytest
from django.utils import timezone

from stadtkern.domains.participation import actions
from stadtkern.domains.participation.actions import polling
from stadtkern.domains.participation.ballots import Vote
from stadtkern.domains.participation.models import Contribution, Link, PaperBatch, Phase, Poll, PollProject
from stadtkern.kernel.accounts.access import Actor

from .polls import BY_POST, REGISTER, cast, end, person, prepared


@pytest.fixture
def clerk_of(moderator):
    return Actor(moderator.account, moderator)


def moved(clerk_of, process, **changed):
    phase = process.phases.get(key="sammeln")
    kept = {name: getattr(phase, name) for name in ("title", "text", "starts_at", "ends_at", "allows", "who")}
    return actions.set_phase(clerk_of, process, kept | changed, phase)


def test_the_phase_of_an_announced_vote_stays(budget, clerk_of):
    process, _poll = budget()
    now = timezone.now()
    for changed in ({"allows": ["comment"]}, {"ends_at": now - timedelta(minutes=2)}):
        with pytest.raises(actions.Refused, match="muss das Abstimmen erlauben"):
            moved(clerk_of, process, **changed)
    moved(clerk_of, process, who={"trust": "basic"}, starts_at=now + timedelta(hours=1))  # nobody has voted yet
    with pytest.raises(actions.Refused, match="muss das Abstimmen erlauben"):
        actions.drop_phase(clerk_of, process, process.phases.get())
    moved(clerk_of, process, who={}, starts_at=now - timedelta(hours=1))
    cast(person(1), process, "P001")
    for changed in ({"who": REGISTER}, {"starts_at": now - timedelta(hours=2)}):
        with pytest.raises(actions.Refused, match="schon Menschen abgestimmt"):
            moved(clerk_of, process, **changed)
    later = {"title": "Nachschlag", "starts_at": now + timedelta(days=30), "ends_at": now + timedelta(days=31)}
    with pytest.raises(actions.Refused, match="schon Menschen abgestimmt"):
        actions.set_phase(clerk_of, process, later | {"allows": ["vote"]})
    actions.set_phase(clerk_of, process, later | {"allows": ["comment"]})
    assert moved(clerk_of, process, title="Noch länger abstimmen", ends_at=now + timedelta(days=25)).title.startswith("Noch")
    assert polling.due() == []


def test_the_clock_shuts_only_an_urn_whose_vote_has_ended(budget):
    process, poll = budget()
    Phase.objects.filter(process=process).update(allows=["comment"])
    assert polling.due() == []
    with pytest.raises(actions.Refused, match="läuft noch"):
        actions.close_poll(None, process)
    Phase.objects.filter(process=process).update(allows=["vote"])
    end(process, poll)
    assert polling.due() == [poll]
    assert actions.close_poll(None, process).state == "CLOSED"


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (BY_POST | {"who": {}}, "zweimal abstimmen"),
        (BY_POST | {"who": {"trust": "high"}, "paper": False}, "zweimal abstimmen"),
        ({"paper": True, "who": REGISTER}, "nur zusammen mit Briefen"),
        ({"form": "points", "most_points": 0}, "wie viele Punkte"),
    ],
)
def test_a_vote_that_could_go_wrong_is_not_announced(make_process, moderator, clerk_of, settings, said):
    process = prepared(make_process, moderator, **settings)
    with pytest.raises(actions.Refused, match=said):
        actions.announce_poll(clerk_of, process)
    assert Poll.objects.get().state == "PREPARED"


def test_who_is_not_in_the_register_does_not_vote_beside_a_letter(budget, clerk_of):
    process, _poll = budget(**BY_POST)
    with pytest.raises(actions.Refused, match="gemeldet"):
        cast(person(1), process, "P001")
    with pytest.raises(actions.Refused, match="zweimal abstimmen"):
        moved(clerk_of, process, who={"trust": "basic"})


def test_a_pile_goes_into_the_urn_only_with_sheets_that_can_be_counted(budget, clerk_of, second_moderator):
    process, poll = budget(**BY_POST)
    second = Actor(second_moderator.account, second_moderator)
    row = actions.open_batch(clerk_of, process, "N" * 60)
    row = actions.enter_sheet(clerk_of, process, row.pk, row.version, Vote(("P001",)))
    row = actions.finish_batch(clerk_of, process, row.pk, row.version)
    with pytest.raises(actions.Refused, match="noch Stapel"):
        actions.recall_poll(clerk_of, process)
    PollProject.objects.filter(poll=poll, key="P001").update(verdict="REFUSED")
    with pytest.raises(actions.Refused, match=r"Nr\. 1: .*nicht gibt"):
        actions.confirm_batch(second, process, row.pk, row.version)
    PaperBatch.objects.filter(pk=row.pk).update(label="N" * 60)
    row = actions.drop_batch(second, process, row.pk, row.version)
    assert row.label.startswith("N" * 30 + " (verworfen") and actions.recall_poll(clerk_of, process).state == "PREPARED"


def test_a_project_goes_with_the_idea_it_was_made_from(make_process, moderator, clerk_of, citizen):
    process = prepared(make_process, moderator)
    first, second = Contribution.objects.filter(kind="PROPOSAL").order_by("title")[:2]
    Contribution.objects.filter(pk=first.pk).update(account=citizen, keep_text=False)
    copies = {idea.pk: Link.objects.get(source=idea, kind="BECAME").target for idea in (first, second)}
    actions.forget_of(citizen.pk)
    gone, kept = (Contribution.objects.get(pk=copies[idea.pk].pk) for idea in (first, second))
    assert (gone.text, gone.address, gone.title, kept.text) == ("", "", "Idee Nummer 1", "Das wäre gut.")
    values = {"process": process, "cost_cents": 0, "admitted": False, "reason": "Doch nicht machbar."}
    row = actions.check_project(clerk_of, second, values)
    kept.refresh_from_db()
    assert (kept.state, row.contribution) == ("HIDDEN", second) and not Link.objects.filter(source=second).exists()


def test_nothing_is_published_in_a_draft(make_process, moderator, clerk_of):
    process = make_process("entwurf", state="DRAFT")
    for act in (
        lambda: actions.enter_result(clerk_of, process, {"title": "Zwölf neue Bänke"}),
        lambda: actions.check_project(clerk_of, Contribution(), {"process": process}),
    ):
        with pytest.raises(actions.Refused, match="noch nicht veröffentlicht"):
            act()
    actions.discard_process(clerk_of, process)
