"""Turn a service's template and its data into a PDF that is PDF/A-3a and PDF/UA-1 at once."""

import json
import re
import threading
import unicodedata
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal

import typst

from stadtkern.kernel.city.profile import city

from .marks import silence_marks

HERE = Path(__file__).parent
STANDARDS: list[Literal["a-3a", "ua-1"]] = ["a-3a", "ua-1"]
MISSING = "\N{REPLACEMENT CHARACTER}"
MAX_DATA = 2_000_000  # characters of JSON; the largest federal form with every field full stays below

# Templates are written by the city, data by anybody. Data never is code; templates may not reach beyond letter.typ.
_REACHES_OUT = re.compile(r"\b(?:include|eval|plugin|std)\b|\bimport\b(?!\s*\"/letter\.typ\")")
_compiler = threading.local()


class Unrenderable(ValueError):
    """The template or its data make no paper; the message is for the operator."""


def render(template: str, data: dict[str, Any], *, at: datetime) -> bytes:
    """The PDF; `at` becomes its creation date. Raises Unrenderable."""
    if reaches := _REACHES_OUT.search(template):
        raise Unrenderable(f"A template may import /letter.typ and nothing else; found: {reaches.group()}")
    inputs = json.dumps(printable(data), ensure_ascii=False)
    if len(inputs) > MAX_DATA:
        raise Unrenderable(f"{len(inputs)} characters of data are more than a letter can hold ({MAX_DATA})")
    try:
        pdf = compiler().compile(
            input=template.encode(),
            format="pdf",
            sys_inputs={"data": inputs},
            pdf_standards=[*STANDARDS],
            timestamp=at.replace(microsecond=0),
        )
    except typst.TypstError as problem:
        raise Unrenderable(f"{problem.message} {' '.join(problem.hints)}".strip()) from problem
    if not isinstance(pdf, bytes):
        raise Unrenderable("The template made no paper")
    marked = not (inputs + template).isascii() and any(map(unicodedata.combining, inputs + template))
    return silence_marks(pdf) if marked else pdf


@cache
def fonts() -> typst.Fonts:
    """Ours and typst's own, read once per process; never those of the machine, so that every paper looks the same."""
    return typst.Fonts(include_system_fonts=False, font_paths=[HERE / "fonts"])


def compiler() -> typst.Compiler:
    """One per thread (they cannot be shared), kept warm. Sees only this folder and no packages."""
    if not hasattr(_compiler, "kept"):
        _compiler.kept = typst.Compiler(
            root=HERE,
            font_paths=fonts(),
            package_path=HERE / "no-packages",
            package_cache_path=HERE / "no-packages",
        )
    kept: typst.Compiler = _compiler.kept
    return kept


@cache
def arms() -> str | None:
    """The city's arms as SVG text, if the city has any."""
    file = city().folder / "arms.svg"
    return file.read_text(encoding="utf-8") if file.exists() else None


@cache
def characters() -> frozenset[str]:
    """What our fonts can draw (fonts/characters.txt): all of DIN 91379, Greek, Cyrillic, Vietnamese and more."""
    ranges = (line.split("-") for line in (HERE / "fonts" / "characters.txt").read_text().split())
    return frozenset(chr(code) for first, last in ranges for code in range(int(first, 16), int(last, 16) + 1))


def printable(value: Any) -> Any:
    """The same JSON with texts our fonts can print: a character without a glyph would make the paper fail for ever.

    Emoji, Chinese and the like become the replacement character; control and direction characters vanish, because they
    can make a text look like another.
    """
    if isinstance(value, str):
        return value if value.isascii() and value.isprintable() else _text(value)
    if isinstance(value, dict):
        return {str(key): printable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [printable(item) for item in value]
    return value


def _text(text: str) -> str:
    known = characters()
    composed = unicodedata.normalize("NFC", text)
    composed = composed.replace("\r\n", "\n").replace("\u2028", "\n").replace("\u2029", "\n").replace("\t", " ")
    return "".join(
        letter if letter in known or letter == "\n" else MISSING
        for letter in composed
        if letter == "\n" or unicodedata.category(letter) not in ("Cc", "Cf", "Cs")
    )
