"""XZuFi messages mutated for a while: no crash, no hang, and what can be read survives writing. `fuzz_xzufi.py [SECONDS]`."""

import copy
import random
import resource
import sys
import time
from pathlib import Path

from lxml import etree

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from stadtkern.lib.xzufi.message import XzufiError, read, write
from stadtkern.lib.xzufi.tests.test_message import UNKNOWN

BITS = [
    b"<",
    b">",
    b"&",
    b"</x:leistung>",
    b"<x:schreibe>",
    b"<x:id>",
    b'xsi:type="y:z"',
    b"&#0;",
    b"<![CDATA[",
    b"]]>",
    b"\0",
    b"\xff",
]
TAGS = ["id", "inhalt", "code", "modulText", "schreibe", "loesche", "neu", "betrag", "nachrichtenkopf"]
SPACES = ["{http://xoev.de/schemata/xzufi/2_2_0}", "{urn:fremd}", ""]
NAMES = ["languageCode", "schemeAgencyID", "klasse", "{http://www.w3.org/2001/XMLSchema-instance}type", "neu"]
VALUES = ["de", "", "x:y", "xzufi:Z", "a:b:c", " "]
TEXTS = ["", "x", "<b>y</b>", " \n z ", "\u2028", "<script>" * 3, "a" * 9000]


def bent(chance: random.Random) -> bytes:
    """A message whose elements were moved, renamed, doubled or taken away."""
    root = etree.fromstring(UNKNOWN)
    for _ in range(chance.randint(1, 8)):
        every = list(root.iter())
        one, other, kind = chance.choice(every), chance.choice(every), chance.randrange(6)
        if kind == 0 and other is not root and one not in other.iter():
            one.append(copy.deepcopy(other))
        elif kind == 1:
            one.text = chance.choice(TEXTS)
        elif kind == 2 and one is not root:
            one.tail = chance.choice(["", "verirrt", " "])
        elif kind == 3:
            one.tag = chance.choice(SPACES) + chance.choice(TAGS)
        elif kind == 4:
            one.set(chance.choice(NAMES), chance.choice(VALUES))
        elif kind == 5 and one.getparent() is not None:
            one.getparent().remove(one)
    return etree.tostring(root)


def broken(chance: random.Random) -> bytes:
    """A message with bytes changed, doubled, cut and strewn in."""
    data = bytearray(UNKNOWN)
    for _ in range(chance.randint(1, 6)):
        place, length = chance.randrange(len(data) + 1), chance.randint(0, 200)
        kind = chance.randrange(3)
        data[place : place + (length if kind == 0 else 1)] = (
            b"" if kind == 0 else chance.choice([*BITS, bytes([chance.randrange(256)])])
        )
    return bytes(data)


def main(seconds: float) -> None:
    chance, end = random.Random(7), time.monotonic() + seconds
    tried = survived = 0
    slowest = 0.0
    while time.monotonic() < end:
        data, start = (bent if tried % 2 else broken)(chance), time.perf_counter()
        tried += 1
        try:
            message = read(data)
            operations = list(message)
            assert list(read(write(operations, message.head, rest=message.rest))) == operations, data
            survived += 1
        except XzufiError:
            pass
        slowest = max(slowest, time.perf_counter() - start)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(
        f"{tried} messages: {survived} read and written again alike, {tried - survived} refused, slowest {slowest:.2f} s, {memory} MB"
    )


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 60)
