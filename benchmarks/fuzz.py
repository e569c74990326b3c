"""`benchmarks/fuzz.py --minutes 10`: mutated schemas and code lists; nothing but SchemaError, no hang over 5 s, under 300 MB.

A worker reads one file after another; the parent watches the clock and kills it when a single file takes too long. Seeds
are printed with every fault: `--seed N --once` repeats it.
"""

import argparse
import gzip
import multiprocessing
import os
import random
import resource
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from stadtkern.lib.forms import fim, genericode  # noqa: E402
from stadtkern.lib.forms import json as plain  # noqa: E402
from stadtkern.lib.forms.xml import SchemaError  # noqa: E402

SHARED = Path(os.environ.get("STADTKERN_SHARED") or ROOT.parent / "shared") / "data" / "fim"
LONGEST = 5.0  # seconds of one file
MOST_MEMORY = 300.0  # MB
LARGEST = 400_000  # bytes of a file that is mutated often
TOKENS = [
    b"<", b">", b"&", b"&amp;", b"&#0;", b"&#x10FFFF;", b"&nix;", b"]]>", b"<![CDATA[", b"<!--", b"-->", b"<?x ?>", b"<!DOCTYPE x>",
    b"\x00", b"\xff", b"\xef\xbb\xbf", b"\r\n", b'"', b"'", b"999999999999999999999", b"-1", b"0:0", b"200:*", b"1:*", b"NaN", b"1e999",
    b"(a+)+$", b"[a-z]{1,99999}", b"\\d{5}", b"(?P<x>.)(?P=x)", b'{"minLength":', b"select", b"label", b"locked", b"file", b"obj", b"bool",
    "„“".encode(), "\u202e\u200b".encode(), b"WENN ", b" DANN ", b" ODER ", b" UND ", b" nicht ", b"F60000000319", b"G60000000083", b"(" * 500,
    b"xmlns:xdf3='urn:x'", b" ColumnRef='x'", b"urn:xoev-de:fim:standard:xdatenfelder_2",
]  # fmt: skip
TAGS = [
    b"struktur",
    b"enthaelt",
    b"datenfeld",
    b"datenfeldgruppe",
    b"regel",
    b"relation",
    b"wert",
    b"identifikation",
    b"Row",
    b"Column",
]
Mutation = Callable[[bytes, random.Random], bytes]


def bases() -> list[bytes]:
    """Real files where they are at hand, and the invented ones of the demo."""
    demo = ROOT / "stadtkern" / "kernel" / "services" / "adapters" / "demo_portal"
    paths = [
        *demo.glob("*.xml"),
        *SHARED.glob("xdf3/*.gz"),
        *SHARED.glob("xdf2/**/*.xml*"),
        *SHARED.glob("codelists/*.xml"),
        *SHARED.glob("tests/*/*.xml"),
    ]
    found = [gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes() for path in sorted(paths)]
    return [data for data in found if len(data) < LARGEST] + [data for data in found if len(data) >= LARGEST][:3]


def _somewhere(data: bytes, chance: random.Random, most: int = 400) -> tuple[int, int]:
    start = chance.randrange(len(data) + 1)
    return start, min(len(data), start + chance.randrange(1, most))


def flip(data: bytes, chance: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.randrange(1, 20)):
        if changed:
            changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def insert(data: bytes, chance: random.Random) -> bytes:
    at, _ = _somewhere(data, chance)
    return data[:at] + chance.choice(TOKENS) * chance.choice([1, 1, 1, 2, 50, 2000]) + data[at:]


def cut(data: bytes, chance: random.Random) -> bytes:
    start, end = _somewhere(data, chance, 5000)
    return data[:start] + data[end:]


def shorten(data: bytes, chance: random.Random) -> bytes:
    return data[: chance.randrange(len(data) + 1)]


def double(data: bytes, chance: random.Random) -> bytes:
    start, end = _somewhere(data, chance, 3000)
    return data[:end] + data[start:end] * chance.choice([1, 2, 50, 500]) + data[end:]


def _elements(data: bytes, chance: random.Random) -> tuple[int, int] | None:
    """Where one element stands, by the text of its tags (the innermost end that follows)."""
    name = chance.choice(TAGS)
    starts = [at for at in range(0, len(data), max(1, len(data) // 50)) if data.find(b":" + name + b">", at) >= 0]
    if not starts:
        return None
    inside = data.find(b":" + name + b">", chance.choice(starts))
    start, end = data.rfind(b"<", 0, inside), data.find(b"</", inside)
    close = data.find(b":" + name + b">", max(end, 0))
    return (start, close + len(name) + 2) if 0 <= start < close else None


def repeat(data: bytes, chance: random.Random) -> bytes:
    if (found := _elements(data, chance)) is None:
        return data
    start, end = found
    times = chance.choice([1, 2, 10, 300, 3000])
    return data[:end] + data[start:end] * min(times, 10_000_000 // max(1, end - start)) + data[end:]


def remove(data: bytes, chance: random.Random) -> bytes:
    found = _elements(data, chance)
    return data if found is None else data[: found[0]] + data[found[1] :]


def nest(data: bytes, chance: random.Random) -> bytes:
    """An element inside itself, many times."""
    if (found := _elements(data, chance)) is None:
        return data
    start, end = found
    piece = data[start:end]
    middle = piece.rfind(b"</")
    times = min(chance.choice([2, 10, 30, 300]), 2_000_000 // max(1, len(piece)))
    return data[:start] + piece[:middle] * times + piece + piece[middle:] * times + data[end:]


def number(data: bytes, chance: random.Random) -> bytes:
    at = data.find(chance.choice([b'="', b">1", b">0", b"F6", b"G6", b":1<"]), chance.randrange(len(data) + 1))
    return data if at < 0 else data[: at + 2] + chance.choice([b"999999999", b"-5", b"", b"1e400", b"0x10"]) + data[at + 2 :]


def words(data: bytes, chance: random.Random) -> bytes:
    """The sentence of a rule out of the words of other rules."""
    start = data.find(b"freitextRegel>", chance.randrange(len(data) + 1))
    end = data.find(b"</", start)
    if start < 0 or end < 0:
        return data
    text = data[start + 14 : end].split(b" ")
    made = [chance.choice([*text, *TOKENS[-20:-4]]) for _ in range(chance.choice([5, 30, 300, 3000]))]
    return data[: start + 14] + b" ".join(made).replace(b"<", b"&lt;") + data[end:]


def recode(data: bytes, chance: random.Random) -> bytes:
    if chance.random() < 0.5:
        return data.decode("utf-8", "replace").encode(chance.choice(["utf-16", "latin-1", "utf-8-sig", "utf-7"]), "replace")
    packed = bytearray(gzip.compress(data, 1))
    if chance.random() < 0.7 and packed:
        packed[chance.randrange(len(packed))] ^= 1 << chance.randrange(8)
    return bytes(packed)


MUTATIONS: list[Mutation] = [
    flip,
    insert,
    insert,
    cut,
    shorten,
    double,
    repeat,
    repeat,
    remove,
    nest,
    number,
    number,
    words,
    words,
    recode,
]


def made(files: list[bytes], seed: int) -> bytes:
    """The mutated file of a seed."""
    chance = random.Random(seed)
    data = chance.choice(files)
    for _ in range(chance.choice([1, 1, 1, 2, 3, 8])):
        data = chance.choice(MUTATIONS)(data, chance)[:21_000_000]
    return data


def tried(data: bytes) -> str:
    """What came of it: "read", "refused", or the fault."""
    found = []
    for read in (lambda: plain.to_dict(fim.load(data, land="NW", bare=True).form), lambda: genericode.read(data)):
        try:
            read()
            found.append("read")
        except SchemaError as error:
            if len(str(error)) > 400:
                return f"a message of {len(str(error))} characters"
            found.append("refused")
        except Exception:
            return traceback.format_exc()
    return "read" if "read" in found else "refused"


def work(
    first: int,
    until: float,
    now: "multiprocessing.sharedctypes.Synchronized[int]",
    out: "multiprocessing.Queue[tuple[int, str, float, float]]",
) -> None:
    """Seeds from `first` on until the clock says so; every result goes to the parent."""
    files = bases()
    seed = first
    while time.time() < until:
        now.value = seed
        data = made(files, seed)
        begun = time.process_time()
        result = tried(data)
        out.put((seed, result, time.process_time() - begun, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000))
        seed += 1
    out.put((-1, "", 0.0, 0.0))


def main() -> int:
    """Exit status 1 where anything went wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--once", action="store_true", help="only this seed")
    options = parser.parse_args()
    if options.once:
        print(tried(made(bases(), options.seed)))
        return 0
    begun = time.time()
    until, seed, faults = begun + options.minutes * 60, options.seed, []
    counts: dict[str, int] = {"read": 0, "refused": 0}
    slowest = most = (0.0, 0)
    while time.time() < until:
        now, out = multiprocessing.Value("q", seed), multiprocessing.Queue()
        worker = multiprocessing.Process(target=work, args=(seed, until, now, out), daemon=True)
        worker.start()
        while worker.is_alive() or not out.empty():
            try:
                number, result, seconds, memory = out.get(timeout=LONGEST * 6)
            except Exception:
                faults.append(f"seed {now.value}: no answer in {LONGEST * 6:.0f} s, or the process died ({worker.exitcode})")
                worker.kill()
                seed = now.value
                break
            if number < 0:
                break
            seed = number
            slowest, most = max(slowest, (seconds, seed)), max(most, (memory, seed))
            if result in counts:
                counts[result] += 1
            else:
                faults.append(f"seed {seed}: {result}")
            if seconds > LONGEST:
                faults.append(f"seed {seed}: {seconds:.1f} s")
        worker.join(5)
        seed += 1
    if most[0] > MOST_MEMORY:
        faults.append(f"seed {most[1]}: {most[0]:.0f} MB")
    total = sum(counts.values())
    print(
        f"{total} files in {(time.time() - begun) / 60:.1f} min: {counts['read']} read, {counts['refused']} refused, {len(faults)} faults"
    )
    print(f"slowest {slowest[0]:.2f} s CPU (seed {slowest[1]}), most memory {most[0]:.0f} MB (seed {most[1]})")
    for fault in faults[:20]:
        print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
