"""How long finding takes in the whole directory, beside one bare pass of rapidfuzz over the same names; how often it is right.

`.venv/bin/python benchmarks/search.py [--json FILE]`: CPU time of one thread, every phrasing of the tests and some hostile ones, caches
emptied before each question. Needs no database.
"""

import argparse
import json
import os
import sys
import time
import tomllib
import tracemalloc
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "stadtkern.site.settings")
PHRASINGS = ROOT / "stadtkern/kernel/services/directory/tests/phrasings.toml"
HOSTILE = [
    "hund " * 50,
    "a" * 200,
    "anmeldung genehmigung erlaubnis erteilung bescheinigung ausstellung aenderung verlaengerung",
    "ä" * 200,
]
ROUNDS = 3


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--json", type=Path)
    figures = measure()
    for name, value in figures.items():
        print(f"{name:34} {value}")
    if file := parser.parse_args().json:
        file.write_text(json.dumps(figures, indent=1), encoding="utf-8")


def measure() -> dict[str, float | int | str]:
    import django

    django.setup()
    from rapidfuzz import fuzz, process

    from stadtkern.kernel.services import catalogue
    from stadtkern.kernel.services.directory import search
    from stadtkern.lib import words

    catalogue.all_services()
    start = time.thread_time()
    finder = search._finder()
    built = time.thread_time() - start
    parts = tomllib.loads(PHRASINGS.read_text(encoding="utf-8"))
    questions = [text for part in parts.values() for text in part] + HOSTILE
    names = [name.text for index in finder.indexes for name in index.names]
    ours, bare = [], []
    for _ in range(ROUNDS):
        for text in questions:
            words.stem_of.cache_clear()
            finder.reader.splitter.parts.cache_clear()
            ours.append(seconds(lambda text=text: search.find(text)))
            bare.append(seconds(lambda text=text: process.extract(text[:200], names, scorer=fuzz.ratio, limit=20)))
    right = {
        part: f"{sum(fits(search.find(text)[:3], keys) for text, keys in said.items())}/{len(said)}"
        for part, said in parts.items()
    }
    return {
        "entries": len(search._things()),
        "names": len(names),
        "building the index, CPU s": round(built, 2),
        "memory of directory and index, MB": memory(),
        "questions": len(questions),
        "p50, CPU ms": ms(ours, 0.5),
        "p95, CPU ms": ms(ours, 0.95),
        "longest, CPU ms": ms(ours, 1),
        "bare pass p95, CPU ms": ms(bare, 0.95),
        "p95 / bare p95": round(at(ours, 0.95) / at(bare, 0.95), 2),
        **{f"right in the first three: {part}": figure for part, figure in right.items()},
    }


def seconds(do) -> float:  # type: ignore[no-untyped-def]
    start = time.thread_time()
    do()
    return time.thread_time() - start


def at(times: list[float], share: float) -> float:
    return sorted(times)[min(len(times) - 1, int(len(times) * share))]


def ms(times: list[float], share: float) -> float:
    return round(at(times, share) * 1000, 2)


def fits(hits, accepted) -> bool:  # type: ignore[no-untyped-def]
    """As in the tests: a service by its key, an entry by its OZG id or the beginning of its key."""
    return any(
        (hit.service.key in accepted)
        if hit.service
        else (hit.entry.ozg in accepted or any(hit.entry.key.startswith(k) for k in accepted))
        for hit in hits
    )


def memory() -> float:
    """What reading the books and building everything again takes."""
    from stadtkern.kernel.services import catalogue
    from stadtkern.kernel.services.directory import books, search

    for cached in (
        books.entries,
        books.situations,
        books.fields,
        books.bundles,
        search._directory,
        search._things,
        search._bundles,
    ):
        cached.cache_clear()
    tracemalloc.start()
    kept = search.Finder(catalogue.all_services(), {})
    size = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert kept.indexes
    return round(size / 1e6, 1)


if __name__ == "__main__":
    main()
