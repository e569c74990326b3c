"""Sentences nobody wrote by hand: every way to name days and hours, in every combination (docs/voice.md has the map)."""

from datetime import timedelta

from stadtkern.lib.when import read

from .compose import composed
from .label import hours, wanted_hours

SEED, COUNT = 2027, 360
LEAST = 0.99


def test_composed_wishes_are_understood() -> None:
    wrong = []
    for one in composed(SEED, COUNT):
        horizon = [one.now.date() + timedelta(days=number) for number in range(400)]
        if hours(read(one.text, one.now, "NW").window, horizon) != wanted_hours(one.wish, horizon):
            wrong.append(f"{one.now.date()} {one.text} = {one.wish}")
    assert len(wrong) <= COUNT * (1 - LEAST), "\n".join(wrong)
