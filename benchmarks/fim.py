"""`benchmarks/fim.py`: reading every federal schema at hand, beside a bare lxml iterparse over the same files in the same run.

`--standards` prints instead where the schemas in XDatenfelder 2 differ from their originals in 3, and why (docs/fim.md).
CPU seconds, best of three; unpacking counts on both sides; memory is that of a process of its own.
"""

import argparse
import gzip
import os
import resource
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from lxml import etree

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from stadtkern.lib.forms import fim, genericode  # noqa: E402
from stadtkern.lib.forms.model import Field, fields  # noqa: E402
from stadtkern.lib.forms.standards import differences  # noqa: E402

SHARED = Path(os.environ.get("STADTKERN_SHARED") or ROOT.parent / "shared") / "data" / "fim"
ROUNDS = 3
GOALS = {"into form models": 1.5, "with rules compiled": 3.0}
MOST_MEMORY = 150.0  # MB


def schemas() -> list[Path]:
    return sorted((SHARED / "xdf3").glob("*.xdf3.xml.gz"))


def bare(paths: list[Path]) -> None:
    """What any reader of XML has to do at least."""
    for path in paths:
        with gzip.open(path) as stream:
            for _event, _element in etree.iterparse(stream):
                pass


def read(paths: list[Path]) -> None:
    lists = genericode.folder(SHARED / "codelists")
    for path in paths:
        fim.load(path, lists)


def compiled(paths: list[Path]) -> None:
    lists = genericode.folder(SHARED / "codelists")
    for path in paths:
        fim.load(path, lists, land="NW")


def best(work: Callable[[list[Path]], None], paths: list[Path], rounds: int) -> float:
    return min(_seconds(work, paths) for _ in range(rounds))


def _seconds(work: Callable[[list[Path]], None], paths: list[Path]) -> float:
    begun = time.process_time()
    work(paths)
    return time.process_time() - begun


def memory(name: str) -> float:
    """Peak MB of a process that does nothing else."""
    done = subprocess.run([sys.executable, __file__, "--memory", name], check=True, capture_output=True, text=True)
    return float(done.stdout)


WORK = {"bare lxml iterparse": bare, "into form models": read, "with rules compiled": compiled}


def speed(rounds: int) -> int:
    paths = schemas()
    if not paths:
        print("the federal schemas are not here")
        return 0
    size = sum(len(gzip.decompress(path.read_bytes())) for path in paths)
    # Compiling remembers sentences: the first round counts, as a fresh process would feel it.
    first = _seconds(compiled, paths)
    seconds = {name: best(work, paths, rounds) for name, work in WORK.items()} | {"with rules compiled": first}
    missed = 0
    print(f"{len(paths)} files, {size / 1e6:.1f} MB of XML\n")
    print("| | CPU s | ratio | goal | peak MB |\n|---|---|---|---|---|")
    for name, spent in seconds.items():
        ratio, peak = spent / seconds["bare lxml iterparse"], memory(name)
        goal = GOALS.get(name)
        missed += goal is not None and (ratio > goal or peak > MOST_MEMORY)
        print(f"| {name} | {spent:.2f} | {ratio:.2f} | {f'≤ {goal}, < {MOST_MEMORY:.0f} MB' if goal else ''} | {peak:.0f} |")
    return 1 if missed else 0


def standards() -> int:
    lists = genericode.folder(SHARED / "codelists")
    rows: Counter[tuple[str, str]] = Counter()
    compared, elements = 0, 0
    for older in sorted((SHARED / "xdf2" / "converted").glob("*.xdf2.xml.gz")):
        newer = SHARED / "xdf3" / older.name.replace("xdf2", "xdf3")
        if newer.exists():
            new, old = fim.load(newer, lists), fim.load(older, lists)
            compared, elements = compared + 1, elements + len(list(fields(new.form)))
            rows.update((each.attribute, each.reason or "**nicht erklärt**") for each in differences(new, old))
    print(f"{compared} Schemata in beiden Standards, {elements} Felder, je {len(Field.__slots__)} Angaben\n")
    print("| Angabe | wie oft | warum |\n|---|---|---|")
    for (attribute, reason), number in sorted(rows.items()):
        print(f"| {attribute} | {number} | {reason} |")
    return 1 if any("nicht erklärt" in reason for _, reason in rows) else 0


def main() -> int:
    """Exit status 1 where a goal is missed or a difference is not explained."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--standards", action="store_true")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--memory", choices=list(WORK))
    options = parser.parse_args()
    if options.memory:
        WORK[options.memory](schemas())
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000)
        return 0
    return standards() if options.standards else speed(options.rounds)


if __name__ == "__main__":
    sys.exit(main())
