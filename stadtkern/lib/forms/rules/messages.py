"""What a citizen reads where answers do not fit together, in short German sentences."""

from collections.abc import Sequence

from stadtkern.lib.forms.rules.german.prose import (
    Act,
    Amount,
    And,
    AnyInside,
    Condition,
    Do,
    Filled,
    Not,
    One,
    Or,
    RealDate,
    Test,
)
from stadtkern.lib.forms.rules.references import Place

_MOST = 400


def message(do: Do, places: Sequence[Place]) -> str:
    """What to do instead."""
    names = [f"„{place.element.label}“" for place in places]
    if do.act is Act.LIMIT:
        values = [f"{each.text} bis {each.high}" if each.high else each.label or each.text for each in do.values]
        return _short(f"Bei {names[0]} ist hier nur möglich: {', '.join(values)}.")
    match do.condition:
        case Or(parts=parts) if all(_is_filled(part) for part in parts):
            return _short(f"Bitte füllen Sie mindestens eine dieser Angaben aus: {', '.join(names)}.")
        case Or() | AnyInside():
            return _short(f"Bitte wählen Sie mindestens eine dieser Angaben aus: {', '.join(names)}.")
        case One():
            return _short(f"Bitte füllen Sie genau eine dieser Angaben aus: {' oder '.join(names)}.")
        case RealDate():
            return "Diesen Tag gibt es nicht. Bitte prüfen Sie Tag, Monat und Jahr."
        case Amount():
            return _short(f"Bitte geben Sie {names[-1]} so oft an, wie es hier verlangt ist.")
        case Test() as test:
            return _short(_compared(test, names))
        case Not(part=And()):
            return _short(f"Bitte füllen Sie nur eine dieser Angaben aus: {', '.join(names)}.")
    return _short(f"Bitte prüfen Sie: {', '.join(names)}. Die Angaben passen nicht zusammen.")


def _is_filled(part: Condition) -> bool:
    return isinstance(part, Filled)


def _compared(test: Test, names: Sequence[str]) -> str:
    earlier = test.sign in ("<", "<=")
    if test.value.kind == "ref" and len(names) > 1:
        return f"{names[0]} muss {'vor' if earlier else 'nach'} {names[1]} liegen. Bitte prüfen Sie beide Angaben."
    if test.value.kind == "today":
        return f"{names[0]} muss in der {'Vergangenheit' if earlier else 'Zukunft'} liegen."
    words = {"<": "kleiner als", "<=": "höchstens", ">": "größer als", ">=": "mindestens", "=": "gleich"}
    return f"{names[0]} muss {words[test.sign]} {test.value.text} sein."


def _short(text: str) -> str:
    return text if len(text) <= _MOST else f"{text[: _MOST - 1]}…"
