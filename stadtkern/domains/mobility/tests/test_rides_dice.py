"""Clicks, outages and the clock in any order: every ride the operator bills is charged once and to the cent, no other ever."""

import random
import uuid
from contextlib import suppress
from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from stadtkern.domains.mobility.actions import rides, riding
from stadtkern.domains.mobility.actions.counts import Refused
from stadtkern.domains.mobility.adapters import demo
from stadtkern.domains.mobility.adapters.demo_books import Refusal
from stadtkern.domains.mobility.models import UNSETTLED, Ride
from stadtkern.domains.mobility.sharing.offers import Offer
from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.payments.models import Payment

pytestmark = pytest.mark.django_db
MOODS = ("", "", "", "lost", "lost", "broken", "busy", "jammed", "garbled", "late")
BIKE = Offer("flitz", "Flitz", "f-7", "scooter", "E-Scooter, Flitz", "", 51.96, 8.03, bookable=True)


@pytest.mark.parametrize("seed", [132, *range(5), *(pytest.param(one, marks=pytest.mark.full) for one in range(100, 160))])
def test_nothing_is_lost_and_nothing_is_charged_twice(seed, citizen, tmp_path, monkeypatch):
    dice, actor, late = random.Random(seed), Actor(account=citizen), timedelta()
    monkeypatch.setattr(settings, "HOME", tmp_path)
    monkeypatch.setattr(timezone, "now", lambda real=timezone.now: real() + late)
    switch = tmp_path / "outage" / "sharing"
    switch.parent.mkdir()
    house = demo.house("flitz", {})

    def click(verb):
        newest = Ride.objects.first()
        if newest:
            with suppress(Refused):
                verb(actor, newest.pk)

    def reserve():
        with suppress(Refused):
            rides.reserve(actor, BIKE, uuid.uuid4())

    def ghost():
        """What was sent before arrives now, behind our back."""
        newest = Ride.objects.first()
        if newest and newest.leg:
            with suppress(Refusal):
                house.books.move(newest.leg, dice.choice(["SET_IN_USE", "FINISH"]))

    def settle():
        riding.settle_due(timezone.now())

    for _step in range(30):
        switch.unlink(missing_ok=True)
        if mood := dice.choice(MOODS):
            switch.write_text(mood)
        late += timedelta(seconds=dice.choice([0, 20, 70, 400]))
        acts = [reserve, ghost, settle, settle, rides.cancel, riding.pause, *[riding.unlock, riding.finish] * 3]
        act = dice.choice(acts)
        act() if act in (reserve, ghost, settle) else click(act)
    switch.unlink(missing_ok=True)
    for _day in range(4):  # the operator is well again, and ends by itself what nobody ended
        late += timedelta(hours=13)
        settle()
    billed = {entry["journalId"]: entry["cents"] for entry in house.books.journal()}
    charged = {row.leg: row.cents for row in Ride.objects.filter(state="BILLED")}
    assert charged == billed and len(house.books.journal()) == len(billed)
    paid = {one.about: one.amount_cents for one in Payment.objects.all()}
    assert paid == {str(row): row.cents for row in Ride.objects.filter(state="BILLED")} and Payment.objects.count() == len(paid)
    assert not Ride.objects.filter(state__in=UNSETTLED).exists() and not Ride.objects.exclude(asked="").exists()
