"""Words of the regions, what must not be taken for one, and sentences in any order of words."""

import random
import time
from datetime import datetime

import pytest

from stadtkern.lib.when import read
from stadtkern.lib.when.dialect import standard

from .compose import composed


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("dunnerschdich", "w3"), ("samschdichs", "v5"), ("pfinsda", "w3"), ("middeweken", "w2"), ("nammiddach", "pnm"),
        ("negschde", "naechste"), ("zwoi", "2"), ("achtzehntn", "18o"), ("vierzeh", "14"), ("oschdra", "ostern"),
    ],
)  # fmt: skip
def test_what_is_heard(said: str, meant: str) -> None:
    assert standard(said) == meant


@pytest.mark.parametrize("word", ["amt", "mietwagen", "ans", "via", "zeh", "mutter", "sonde", "mandat", "fest", "dienst"])
def test_other_words_stay(word: str) -> None:
    assert standard(word) == ""


def test_words_in_any_order_are_read() -> None:
    """No order of words is an error, and none takes long."""
    lot = random.Random(7)
    words = [word for one in composed(7, 60) for word in one.text.split()]
    words += ["nein,", "wenn", "falls", "sonst", "danach", "vorher", "nicht", "weil", "denn", "passt,", "vierzeh", "lieber"]
    for _ in range(150):
        text = " ".join(lot.choice(words) for _ in range(lot.randint(3, 30)))
        assert list(read(text, datetime(2027, 5, 5, 9), "NW").window.days(20)) is not None


def test_a_hostile_text_takes_no_time() -> None:
    began = time.process_time()
    for text in ("wenn nicht Freitag, ", "um 9 und dann frei ", "werktag nach ", "nicht am 3. und ", ","):
        read(text * (100_000 // len(text)), datetime(2027, 5, 5, 9), "NW")
    assert time.process_time() - began < 3
