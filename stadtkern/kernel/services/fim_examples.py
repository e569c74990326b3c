"""examples.toml of an imported form: two invented applications that it accepts, as people would type them."""

import json
from collections.abc import Mapping

from stadtkern.lib.forms.model import Field, Form, Group
from stadtkern.lib.forms.sample import NoSample, valid_answers
from stadtkern.lib.forms.shape import find
from stadtkern.lib.forms.show import input_text
from stadtkern.lib.forms.walk import is_ticks


def examples(form: Form) -> tuple[str, list[str]]:
    """Two invented applications that the form accepts; a warning where none was found."""
    parts, warnings = ["# Invented answers, made by the import.\n"], []
    for seed in (0, 1):
        try:
            answers = valid_answers(form, seed)
        except NoSample as error:
            warnings.append(f"Zu diesem Formular wurden keine passenden Beispielangaben gefunden ({error}).")
            break
        lines = [f"{quoted(path)} = {quoted(text)}" for path, text in typed(form, answers).items()]
        parts.append("\n".join([f'[[examples]]\ntitle = "Erfundene Angaben {seed + 1}"\n[examples.answers]', *lines, ""]))
    return "\n".join(parts), warnings


def typed(form: Form, answers: Mapping[str, object]) -> dict[str, str]:
    """Answers as people type them."""
    found: dict[str, str] = {}
    for path, value in answers.items():
        element = find(form, path)
        if isinstance(element, Group):
            found |= {path: str(value)} if element.choice else {}
        elif isinstance(element, Field) and not (element.locked or element.hidden):
            if isinstance(value, bool):
                found[path] = "ja" if value else "nein"
            else:
                found[path] = str(value) if is_ticks(element) else input_text(element, value)
    return found


def quoted(text: str) -> str:
    """A TOML basic string."""
    return json.dumps(text.replace("\x7f", ""), ensure_ascii=False)
