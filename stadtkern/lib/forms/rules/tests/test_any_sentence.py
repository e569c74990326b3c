"""Whatever stands in a rule: it is read in no time, never raises, and says why it is open."""

import random
import time

from stadtkern.lib.forms.rules.german.words import MOST_CHARACTERS
from stadtkern.lib.forms.rules.model import State

from .kite import compiled
from .test_german import CHECKS, CODES, COMBINED, CONDITIONAL, NUMBERS, ids

SENTENCES = [ids(text) for family in (CONDITIONAL, CODES, COMBINED, NUMBERS, CHECKS) for text in family]
WORDS = [word for text in SENTENCES for word in text.split()] + [
    '"',
    "'",
    "(",
    ")",
    "sonst",
    "bei",
    "nicht",
    "nur",
    "\x00",
    "\n",
    "= <",
]


def _bent(text: str, chance: random.Random) -> str:
    words = text.split(" ")
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(words))
        match chance.randrange(6):
            case 0:
                words.insert(at, chance.choice(WORDS))
            case 1:
                words[at] = chance.choice(WORDS)
            case 2:
                words = words[: at + 1]
            case 3:
                words[at] = words[at][: chance.randrange(len(words[at]) + 1)]
            case 4:
                words = words * chance.randint(1, 4)
            case _:
                words[at : at + 1] = []
        words = words or ["wenn"]
    return " ".join(words)


def test_bent_sentences_end() -> None:
    chance = random.Random(7)
    for _ in range(1_500):
        rule = compiled(_bent(chance.choice(SENTENCES), chance))
        assert rule.state is State.COMPILED or (rule.why and not rule.clauses)


def test_long_lists_end() -> None:
    fields = ", ".join(["F99900000001"] * 700)
    values = " ODER ".join(["= 001"] * 2_500)
    started = time.process_time()
    for text in (
        f"Wenn {fields} {values}, dann"[:MOST_CHARACTERS],
        "(" * MOST_CHARACTERS,
        "Wenn " + "(F99900000001 ODER " * 1_000,
    ):
        assert compiled(text).state is State.OPEN
    assert time.process_time() - started < 20  # far from a hang; speed itself is measured in benchmarks
