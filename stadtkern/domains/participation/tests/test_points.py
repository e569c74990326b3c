"""Points: only for who asked, bounded, for fixed things, spent once, forgotten whole; never for a vote."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from stadtkern.domains.participation import actions, reactions
from stadtkern.domains.participation.actions import Refused, incentives
from stadtkern.domains.participation.incentives import EARNING, RulesBroken, read, rules
from stadtkern.domains.participation.models import Contribution, Occasion, PointsAccount, PointsLine, Voucher
from stadtkern.domains.participation.report import report
from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.events.models import Event

Source = PointsLine.Source
CAST = ("ballot", "vote", "opinion", "opine", "support", "sign", "stance", "petition", "poll")


@pytest.fixture(autouse=True)
def fresh_counters(db):
    cache.clear()


def rich(account, points: int) -> PointsAccount:
    ledger = incentives.opt_in(Actor(account))
    PointsLine.objects.create(ledger=ledger, source=Source.ATTENDED, about="occasion:0", points=points)
    return ledger


def test_only_who_asked_and_only_from_then_on(process, citizen):
    assert incentives.earn(citizen.pk, Source.REPORT_DONE, "contribution:1") is None
    ledger = incentives.opt_in(Actor(citizen))
    assert incentives.opt_in(Actor(citizen)) == ledger and ledger.balance == 0
    assert incentives.earn(citizen.pk, Source.REPORT_DONE, "contribution:1").points == rules().sources["REPORT_DONE"]
    assert incentives.earn(citizen.pk, Source.REPORT_DONE, "contribution:1") is None  # once
    assert incentives.earn(citizen.pk, Source.REDEEMED, "contribution:2") is None  # not a thing one earns by


def test_the_bounds_of_day_and_month(citizen):
    incentives.opt_in(Actor(citizen))
    start = timezone.localtime().replace(day=2, hour=10)
    for day in range(12):
        for number in range(6):
            incentives.earn(citizen.pk, Source.REPORT_DONE, f"contribution:{day}{number}", start + timedelta(days=day))
        todays = sum(PointsLine.objects.filter(about__startswith=f"contribution:{day}").values_list("points", flat=True))
        assert todays <= rules().per_day
    assert PointsAccount.objects.get().balance == rules().per_month
    line = incentives.earn(citizen.pk, Source.IDEA_TAKEN_UP, "contribution:900", start + timedelta(days=40))
    assert line.points == rules().per_day and line.cut  # thirty were earned, the day takes twenty


def test_no_vote_can_be_a_source():
    named = {source.value.lower() for source in EARNING}
    assert not [word for word in named if any(cast in word for cast in CAST)]
    listened = {
        name for name, what in reactions.REACTIONS.items() if {reactions.points_of_report, reactions.points_of_link} & {*what}
    }
    assert listened == {"report.state_changed", "contribution.linked"}
    for cast in ("BALLOT_CAST", "SUPPORT", "OPINION", "SIGNED"):
        with pytest.raises(RulesBroken):
            read({"per_day": 1, "per_month": 1, "sources": {cast: 5}})


@pytest.mark.django_db
def test_the_database_knows_the_sources_and_changes_no_line(citizen):
    ledger = rich(citizen, 30)
    line = ledger.lines.get()
    for wrong in (
        lambda: PointsLine.objects.create(ledger=ledger, source="BALLOT", about="ballot:1", points=5),
        lambda: PointsLine.objects.filter(pk=line.pk).update(points=9000),
        lambda: PointsLine.objects.filter(pk=line.pk).delete(),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            wrong()
    assert ledger.balance == 30


def test_an_idea_that_became_something_earns_and_a_won_vote_does_not(process, citizen, moderator, make_process):
    incentives.opt_in(Actor(citizen))
    acting = Actor(moderator.account, moderator)
    row = actions.contribute(Actor(citizen), process, {"title": "Mehr Bänke", "text": "Auf dem Weg fehlen Bänke."})
    actions.publish(acting, row)
    result = actions.enter_result(acting, process, {"title": "Zwölf neue Bänke", "text": "Sie stehen."})
    for kind in ("FUNDED_BY", "REALISED_AS"):
        actions.link(acting, row, result, kind)
        incentives.of_link(Event.objects.filter(name="contribution.linked").latest("pk"))
    assert [one.source for one in PointsLine.objects.all()] == [Source.IDEA_TAKEN_UP]
    other = actions.contribute(Actor(citizen), process, {"title": "Ein Brunnen", "text": "Wasser für den Platz."})
    actions.publish(acting, other)
    Contribution.objects.filter(pk=other.pk).update(kind="PROJECT")  # wins by votes
    actions.link(acting, other, result, "REALISED_AS")
    incentives.of_link(Event.objects.filter(name="contribution.linked").latest("pk"))
    assert PointsLine.objects.count() == 1


def test_a_voucher_is_used_once(citizen, other_citizen, moderator, login):
    rich(citizen, 90)
    rich(other_citizen, 10)
    browser, desk = login(citizen), login(moderator.account)
    offer = rules().offers["schwimmbad"]
    told = {"offer": offer.key, "points": offer.points}
    browser.post(reverse("participation:points_redeem"), {**told, "points": 1})
    assert not Voucher.objects.exists()  # not for another price than was read
    browser.post(reverse("participation:points_redeem"), told)
    row = Voucher.objects.get()
    page = browser.get(reverse("participation:points")).content.decode()
    assert row.code[:5] in page and "Sie haben 40 Punkte" in page
    browser.post(reverse("participation:points_redeem"), told)
    assert Voucher.objects.count() == 1  # forty are not fifty
    assert login(other_citizen).post(reverse("participation:voucher_back", args=[row.pk])).status_code == 404
    typed = f" {row.code[:5].lower()}-{row.code[5:]} "
    first = desk.post(reverse("participation:points_desk"), {"was": "annehmen", "code": typed})
    again = desk.post(reverse("participation:points_desk"), {"was": "annehmen", "code": typed})
    assert "Gilt. Jetzt ausgeben" in first.content.decode() and citizen.name not in first.content.decode()
    assert again.status_code == 422 and "schon eingelöst" in again.content.decode()
    assert browser.post(reverse("participation:voucher_back", args=[row.pk]), follow=True).status_code == 200
    assert PointsAccount.objects.get(account=citizen).balance == 40


def test_given_back_and_expired_vouchers_become_points(citizen):
    rich(citizen, 200)
    first, second = (incentives.redeem(Actor(citizen), "schwimmbad", 50) for _ in range(2))
    incentives.give_back(Actor(citizen), first.pk)
    incentives.give_back(Actor(citizen), first.pk)
    assert incentives.tidy_points(timezone.now() + timedelta(days=61)) == 1
    assert incentives.tidy_points(timezone.now() + timedelta(days=61)) == 0
    ledger = PointsAccount.objects.get()
    assert ledger.balance == 200 and ledger.lines.count() == 5
    with pytest.raises(Refused):
        incentives.give_back(Actor(citizen), second.pk)


def test_who_came_types_the_code_once(citizen, moderator):
    acting, today = Actor(moderator.account, moderator), timezone.localdate()
    with pytest.raises(Refused):
        incentives.open_occasion(acting, {"title": "Workshop Markt", "on_date": "gestern"})
    row = incentives.open_occasion(acting, {"title": "Workshop Markt", "on_date": today.isoformat(), "most": "1"})
    incentives.opt_in(Actor(citizen))
    assert incentives.attend(Actor(citizen), row.code.lower()).points == 10
    with pytest.raises(Refused, match="schon"):
        incentives.attend(Actor(citizen), row.code)
    Occasion.objects.update(on_date=today - timedelta(days=3))
    with pytest.raises(Refused, match="gilt nur"):
        incentives.attend(Actor(citizen), row.code)


def test_opting_out_leaves_nothing_and_nobody_else_sees_points(citizen, other_citizen, login):
    rich(citizen, 90)
    incentives.redeem(Actor(citizen), "schwimmbad", 50)
    held = report(Actor(citizen))
    assert len(held["points"]) == 2 and held["vouchers"][0]["state"] == "OPEN"
    assert "Sie haben" not in login(other_citizen).get(reverse("participation:points")).content.decode()
    browser = login(citizen)
    browser.post(reverse("participation:points_out"), {})
    assert PointsAccount.objects.exists()  # the box was not ticked
    browser.post(reverse("participation:points_out"), {"sicher": "ja"})
    assert not PointsAccount.objects.exists() and not PointsLine.objects.exists() and not Voucher.objects.exists()
    assert report(Actor(citizen))["points"] == []
    rich(other_citizen, 10)
    incentives.tidy_points(timezone.now() + timedelta(days=800))
    assert not PointsAccount.objects.exists()  # nobody used it for two years
