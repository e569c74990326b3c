"""Names with combining marks come out of the PDF as they went in (copying, searching, screen readers).

Where a mark is moved up or down (C̄, N̂: letters of DIN 91379 without a code point of their own), typst 0.15 writes letter
and mark as two pieces of text and lets both say the whole "C̄". Here the piece that is only marks is told to say nothing.
"""

import io
from dataclasses import dataclass
from typing import Any

import pikepdf
from pikepdf import Dictionary, Name, Operator, String

Instruction = tuple[list[Any], Operator]
SHOWS = {"Tj", "TJ"}


def silence_marks(pdf_bytes: bytes) -> bytes:
    """The same pages; pieces of text without width carry an empty replacement text (ISO 32000-1 14.9.4)."""
    with pikepdf.open(io.BytesIO(pdf_bytes)) as pdf:
        for page in pdf.pages:
            wide = {name: _wide_glyphs(font) for name, font in page.Resources.get("/Font", {}).items()}
            page.Contents = pdf.make_stream(pikepdf.unparse_content_stream(_page(pikepdf.parse_content_stream(page), wide)))
        out = io.BytesIO()
        pdf.save(out, fix_metadata_version=False, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return out.getvalue()


def _wide_glyphs(font: Any) -> set[int]:
    """Numbers of the glyphs that take room on the line (the array W of a composite font, ISO 32000-1 9.7.4.3)."""
    widths, wide = list(font.DescendantFonts[0].get("/W", [])), set()
    while widths:
        first, second = int(widths.pop(0)), widths.pop(0)
        if isinstance(second, pikepdf.Array):
            wide |= {first + place for place, width in enumerate(second) if width}
        elif widths.pop(0):
            wide |= set(range(first, int(second) + 1))
    return wide


def _page(instructions: Any, wide: dict[str, set[int]]) -> list[Instruction]:
    out: list[Instruction] = []
    font: set[int] = set()
    spans: list[_Span] = []  # marked content that is open here
    for operands, operator in ((list(item.operands), item.operator) for item in instructions):
        name = str(operator)
        if name == "Tf":
            font = wide.get(str(operands[0]), set())
        elif name in ("BDC", "BMC"):
            spans.append(_Span(len(out), name == "BDC" and "/ActualText" in operands[1]))
        elif name == "EMC" and spans and (span := spans.pop()).speaks and span.marks and not span.letters:
            out[span.at] = ([Name.Span, Dictionary(ActualText=String(""))], Operator("BDC"))
        elif name in SHOWS and (glyphs := _glyphs(operands[0])):
            only_marks = not font & set(glyphs)
            speaking = next((span for span in reversed(spans) if span.speaks), None)
            if speaking is None and only_marks:
                silent: Instruction = ([Name.Span, Dictionary(ActualText=String(""))], Operator("BDC"))
                out += [silent, (operands, operator), ([], Operator("EMC"))]
                continue
            if speaking is not None:
                speaking.marks |= only_marks
                speaking.letters |= not only_marks
        out.append((operands, operator))
    return out


@dataclass
class _Span:
    """Marked content: where it begins, whether it brings its own text, and what was shown in it."""

    at: int
    speaks: bool
    marks: bool = False
    letters: bool = False


def _glyphs(shown: Any) -> list[int]:
    pieces = shown if isinstance(shown, pikepdf.Array) else [shown]
    codes = b"".join(bytes(piece) for piece in pieces if isinstance(piece, String))
    return [int.from_bytes(codes[at : at + 2], "big") for at in range(0, len(codes), 2)]
