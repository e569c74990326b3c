"""Sound files: what may come in (by content, size, length), a call cut into what was said, our answers put together."""

import array
import io
import struct
import sys
import wave
from collections.abc import Iterable

from django.utils.translation import gettext as _

MOST_BYTES = 3_000_000
LONGEST = 30  # seconds of one wish
FRAME = 0.03  # seconds
PAUSE = 0.9  # seconds of silence that end a sentence
QUIET = 0.06  # of the loudest frame


class Unfit(Exception):
    """This file is not taken; the message is German and says what to do."""


def check(sound: bytes, longest: float = LONGEST) -> None:
    """By what is in it, not by its name. Raises Unfit."""
    if len(sound) > MOST_BYTES:
        raise Unfit(_("Die Aufnahme ist zu groß. Bitte sprechen Sie höchstens %(most)s Sekunden.") % {"most": int(longest)})
    seconds = length(sound)
    if seconds is None:
        raise Unfit(_("Das ist keine Aufnahme, die wir lesen können. Bitte nehmen Sie WAV, OGG oder M4A."))
    if seconds > longest:
        raise Unfit(_("Die Aufnahme ist zu lang. Bitte sprechen Sie höchstens %(most)s Sekunden.") % {"most": int(longest)})


def length(sound: bytes) -> float | None:
    """Seconds, as the file says; None for what is neither WAV nor OGG nor M4A. The recogniser stops by itself besides."""
    try:
        if sound[:4] == b"RIFF" and sound[8:12] == b"WAVE":
            with wave.open(io.BytesIO(sound)) as file:
                return float(file.getnframes() / file.getframerate())
        if sound[:4] == b"OggS":
            return _ogg(sound)
        if sound[4:8] == b"ftyp":
            return _m4a(sound)
    except (wave.Error, EOFError, struct.error, ZeroDivisionError, ValueError):
        return None
    return None


def _ogg(sound: bytes) -> float | None:
    """Position of the last page over the rate: Opus always counts 48,000, Vorbis says its own."""
    last = sound.rfind(b"OggS")
    position = max(0, int(struct.unpack_from("<q", sound, last + 6)[0]))
    head = sound[:200]
    if b"OpusHead" in head:
        return position / 48_000
    place = head.find(b"\x01vorbis")
    return position / int(struct.unpack_from("<I", sound, place + 12)[0]) if place > 0 else None


def _m4a(sound: bytes) -> float | None:
    """From the header of the film (mvhd)."""
    place = sound.find(b"mvhd")
    if place < 0:
        return None
    if sound[place + 4] == 1:
        scale, duration = struct.unpack_from(">IQ", sound, place + 24)
    else:
        scale, duration = struct.unpack_from(">II", sound, place + 16)
    return float(duration / scale)


def sentences(sound: bytes) -> list[bytes]:
    """A call cut at its pauses, each piece a WAV of its own: 16 bits, one channel. Raises Unfit for other files."""
    samples, rate = _samples(sound)
    size = max(1, int(rate * FRAME))
    loud = [max(abs(min(part)), max(part)) for part in _parts(samples, size)]
    if not loud or max(loud) < 200:
        return []
    least, most_quiet = QUIET * max(loud), int(PAUSE / FRAME)
    pieces: list[tuple[int, int]] = []
    start, quiet = None, 0
    for place, value in enumerate(loud):
        if value >= least:
            start, quiet = (place if start is None else start), 0
        elif start is not None:
            quiet += 1
            if quiet >= most_quiet:
                pieces.append((start, place - quiet + 1))
                start, quiet = None, 0
    if start is not None:
        pieces.append((start, len(loud)))
    edge = int(0.15 / FRAME)
    cut = [samples[max(0, first - edge) * size : (last + edge) * size] for first, last in pieces if last - first >= 5]
    return [_wav(one, rate) for one in cut]


def joined(sounds: Iterable[bytes], pause: float = 0.6) -> bytes:
    """Several WAV files of the same kind as one, with pauses."""
    whole, rate = array.array("h"), 0
    for sound in sounds:
        samples, found = _samples(sound)
        rate = rate or found
        if found != rate:
            raise Unfit(_("Diese Aufnahmen passen nicht zusammen."))
        whole.extend(samples)
        whole.extend([0] * int(rate * pause))
    return _wav(whole, rate or 16_000)


def _samples(sound: bytes) -> "tuple[array.array[int], int]":
    try:
        with wave.open(io.BytesIO(sound)) as file:
            if (file.getsampwidth(), file.getnchannels()) != (2, 1):
                raise Unfit(_("Bitte nehmen Sie eine WAV-Datei mit 16 Bit und einem Kanal."))
            samples = array.array("h")
            raw = file.readframes(file.getnframes())
            samples.frombytes(raw[: len(raw) // 2 * 2])
            if sys.byteorder == "big":
                samples.byteswap()
            return samples, file.getframerate()
    except (wave.Error, EOFError) as error:
        raise Unfit(_("Das ist keine WAV-Datei.")) from error


def _parts(samples: "array.array[int]", size: int) -> "Iterable[array.array[int]]":
    return (samples[place : place + size] for place in range(0, len(samples), size))


def _wav(samples: "array.array[int]", rate: int) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.tobytes())
    return out.getvalue()
