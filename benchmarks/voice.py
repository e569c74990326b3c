"""How much is understood of spoken wishes: committed sentences read by espeak-ng, through each recogniser that is here.

`.venv/bin/python benchmarks/voice.py [--count 60] [--half heldout] [--json FILE] [--human FOLDER]` prints for every voice the share of
sentences whose service is the first or among the first three, whose days and time are understood, words recognised wrongly, and
the time. "text" is the same sentences without sound. espeak-ng is harder to recognise than people: these figures say
nothing about people. `--human` names a folder of recordings with known text (sampleNN-gt.wav of Thorsten-Voice): words only.
Needs the extra `voice` and the program espeak-ng; no database.
"""

import argparse
import array
import io
import json
import math
import os
import random
import statistics
import subprocess
import sys
import time
import wave
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "stadtkern.site.settings")
VOICES = {"espeak de": "de", "espeak de+f3": "de+f3"}
BAND = 300, 3400  # a telephone line, Hz
HUMAN = {
    "sample01-gt.wav": "Eure Schoko-Bonbons sind sagenhaft lecker",
    "sample02-gt.wav": "Eure Tröte nervt",
    "sample03-gt.wav": "Europa und Asien zusammengenommen wird auch als Eurasien bezeichnet",
    "sample04-gt.wav": "Euer Plan hat ja toll geklappt",
}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=60)
    parser.add_argument("--half", default="heldout", choices=["development", "heldout"])
    parser.add_argument("--json", type=Path)
    parser.add_argument("--human", type=Path)
    given = parser.parse_args()
    figures = measure(given.half, given.count, given.human)
    if given.json:
        given.json.write_text(json.dumps(figures, indent=1, ensure_ascii=False), encoding="utf-8")


class Told(dict):
    """Prints each row when it is there: a run takes minutes."""

    def __init__(self, first: dict[str, dict[str, object]]) -> None:
        super().__init__()
        for name, row in first.items():
            self[name] = row

    def __setitem__(self, name: str, row: dict[str, object]) -> None:
        super().__setitem__(name, row)
        print(f"{name:26} " + "  ".join(f"{key} {value}" for key, value in row.items()), flush=True)


def measure(half: str, count: int, human: Path | None) -> dict[str, dict[str, object]]:
    import django

    django.setup()
    from stadtkern.kernel.voice.adapters.recognisers import whisper_local
    from stadtkern.kernel.voice.hints import SHORT, TIMES
    from stadtkern.kernel.voice.tests.corpus import sentences

    said = list(sentences(half))
    random.Random(1).shuffle(said)
    said = said[:count]
    figures = Told({"text": score(said, [sentence.text for sentence in said], [])})
    if told := whisper_local.problem():
        print(f"whisper_local: {told}")
        return figures
    words = [*SHORT, *TIMES]
    whisper_local.hear(spoken("Guten Tag", "de"), words)  # the model is loaded before the clock runs
    for name, voice in VOICES.items():
        figures[f"whisper_local, {name}"] = run(said, lambda text, voice=voice: spoken(text, voice), whisper_local.hear, words)
    figures["whisper_local, telephone"] = run(said, lambda text: telephone(spoken(text, "de")), whisper_local.hear, words)
    if human:
        figures["whisper_local, people"] = people(human, whisper_local.hear)
    return figures


def run(said: Sequence, sound: Callable[[str], bytes], hear: Callable, words: list[str]) -> dict[str, object]:
    from stadtkern.kernel.voice.adapters.recognisers import Unheard

    heard, seconds = [], []
    for sentence in said:
        data = sound(sentence.text)
        start = time.perf_counter()
        try:
            heard.append(hear(data, words))
        except Unheard:
            heard.append("")
        seconds.append(time.perf_counter() - start)
    return score(said, heard, seconds)


def score(said: Sequence, heard: Sequence[str], seconds: Sequence[float]) -> dict[str, object]:
    first = third = named = timed = wrong = total = 0
    ours = []
    for sentence, text in zip(said, heard, strict=True):
        start = time.perf_counter()
        understood = sentence.understood(text or " ")
        ours.append(time.perf_counter() - start)
        timed += sentence.right_time(understood.window)
        missed, length = word_errors(sentence.text, text)
        wrong, total = wrong + missed, total + length
        if sentence.services:
            named += 1
            hits = [sentence.right_service(guess.target) for guess in understood.guesses]
            first, third = first + any(hits[:1]), third + any(hits)
    row: dict[str, object] = {
        "sentences": len(said),
        "service top-1": f"{first / named:.0%}",
        "top-3": f"{third / named:.0%}",
        "days and time": f"{timed / len(said):.0%}",
        "words wrong": f"{wrong / total:.0%}",
        "understanding ms (median)": round(statistics.median(ours) * 1000, 1),
    }
    if seconds:
        row["recognition s (median)"] = round(statistics.median(seconds), 2)
    return row


def people(folder: Path, hear: Callable) -> dict[str, object]:
    wrong = total = 0
    seconds = []
    for name, text in HUMAN.items():
        start = time.perf_counter()
        missed, length = word_errors(text, hear((folder / name).read_bytes(), []))
        seconds.append(time.perf_counter() - start)
        wrong, total = wrong + missed, total + length
    return {
        "recordings": len(HUMAN),
        "words": total,
        "words wrong": wrong,
        "recognition s (median)": round(statistics.median(seconds), 2),
    }


def word_errors(meant: str, heard: str) -> tuple[int, int]:
    """Words to change, add or leave out, and how many were said."""
    from rapidfuzz.distance import Levenshtein

    from stadtkern.lib.words import words_in

    return Levenshtein.distance(words_in(meant), words_in(heard)), len(words_in(meant))


def spoken(text: str, voice: str) -> bytes:
    return subprocess.run(
        ["espeak-ng", "-v", voice, "-s", "150", "--stdin", "--stdout"], input=text.encode(), capture_output=True, check=True
    ).stdout


def telephone(sound: bytes) -> bytes:
    """8,000 samples a second and only the band of a telephone line."""
    with wave.open(io.BytesIO(sound)) as file:
        rate, samples = file.getframerate(), array.array("h", file.readframes(file.getnframes() & 0x7FFFFFF))
    passed = band(samples, rate)
    step = rate / 8000
    narrow = array.array("h", (int(passed[int(place * step)]) for place in range(int(len(passed) / step))))
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(narrow.tobytes())
    return out.getvalue()


def band(samples: Sequence[int], rate: int) -> list[float]:
    """A simple high-pass and two low-passes."""
    high = math.exp(-2 * math.pi * BAND[0] / rate)
    low = 1 - math.exp(-2 * math.pi * BAND[1] / rate)
    out, before, kept, first, second = [], 0.0, 0.0, 0.0, 0.0
    for value in samples:
        kept = high * (kept + value - before)
        before = value
        first += low * (kept - first)
        second += low * (first - second)
        out.append(max(-32768.0, min(32767.0, second)))
    return out


if __name__ == "__main__":
    main()
