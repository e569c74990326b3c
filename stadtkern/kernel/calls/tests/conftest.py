"""A video appointment that begins in five minutes, and both sides of it."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from stadtkern.kernel.accounts.models import Account
from stadtkern.kernel.appointments import link
from stadtkern.kernel.appointments.models import CELL, Appointment, Counter, Matter, Place
from stadtkern.lib import ids


@pytest.fixture
def book(offices: dict[str, Any]) -> Callable[..., Appointment]:
    """`book(account, minutes=5)`: booked, for a time from now on."""
    cache.clear()  # nobody tried before
    place = Place.objects.create(key="video", title="Videoberatung", office=offices["buergeramt"], state="NW")
    matter = Matter.objects.create(key="beratung", title="Beratung zum Wohngeld", channels=["video"], minutes=30)

    def booked(account: Account | None = None, *, minutes: float = 5, about: str = "", **more: Any) -> Appointment:
        number = Counter.objects.count()
        counter = Counter.objects.create(place=place, key=f"v{number}", name="Video", channels=["video"])
        starts = timezone.localtime(timezone.now() + timedelta(minutes=minutes)).replace(second=0, microsecond=0)
        starts -= timedelta(minutes=starts.minute % CELL)
        starts = min(starts, starts.replace(hour=23, minute=25))  # no visit crosses midnight
        cells = {"first_cell": (starts.hour * 60 + starts.minute) // CELL, "cells": 30 // CELL, "matters": [["beratung", 1]]}
        row = Appointment(
            number=f"T-VID-{number}", counter=counter, place=place, matter=matter, channel="video", status="BOOKED",
            date=starts.date(), starts_at=starts, ends_at=starts + timedelta(minutes=30), account=account,
            name="Zoë Çelik-Müller", phone="0123 777", about=about, seed=link.new_seed(), **cells, **more,
        )  # fmt: skip
        row.code_digest = ids.digest(link.code_from(row.seed))
        row.save()
        return row

    return booked


def link_of(row: Appointment) -> str:
    return f"/video/mit/{link.code_of(row)}/"


class Side:
    """One browser without a screen."""

    def __init__(self, client: Client, row: Appointment) -> None:
        self.client, self.base, self.epoch, self.after, self.seq = client, f"/video/termin/{row.pk}/", 0, 0, 0

    def post(self, door: str, body: Any = None) -> Any:
        return self.client.post(f"{self.base}{door}/", json.dumps(body or {}), content_type="application/json")

    def enter(self) -> "Side":
        self.client.post(f"{self.base}einverstanden/")
        self.epoch = self.post("betreten").json()["epoch"]
        return self

    def say(self, *bodies: Any, to: int = 0, **more: Any) -> Any:
        lines = []
        for body in bodies:
            self.seq += 1
            lines.append({"seq": self.seq, "to": to, "body": body})
        told = {"epoch": self.epoch, "after": self.after, "ready": True, "lines": lines} | more
        answer = self.post("austausch", told)
        if answer.status_code == 200:
            self.after = max([self.after, *(line["id"] for line in answer.json()["lines"])])
        return answer
