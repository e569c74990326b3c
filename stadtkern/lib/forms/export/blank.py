"""A form as it stands on paper: headings, lines to write on, boxes to tick; plain data for a template."""

from collections.abc import Iterable
from typing import Any

from stadtkern.lib.forms.export.words import Hints
from stadtkern.lib.forms.model import Element, Field, Form, Group, Kind

MOST_OPTIONS = 30  # more are written in words
MOST_COPIES = 3  # of an entry that must be given several times
DEEPEST = 6  # heading levels of PDF/UA
_SHAPES = {
    Kind.LONG_TEXT: "area", Kind.DATE: "date", Kind.DATETIME: "moment", Kind.TIME: "time", Kind.MONEY: "money",
    Kind.FILE: "file", Kind.NUMBER: "short", Kind.DECIMAL: "short", Kind.IBAN: "iban",
}  # fmt: skip
_YES_NO = ("Ja", "Nein")


def paper(form: Form) -> list[dict[str, Any]]:
    """The steps in order: {"title", "help", "items"}; an item is one of

    {"is": "heading", "level": 3 to 6, "label", "notes"} · {"is": "text", "label", "notes"} ·
    {"is": "line", "label", "notes", "optional", "shape", "boxes"} · {"is": "ticks", "label", "notes", "optional", "options"}.
    """
    writer = _Writer(form)
    return [writer.step(step.title, step.help, step.children) for step in form.steps]


class _Writer:
    def __init__(self, form: Form) -> None:
        self.hints = Hints(form)
        self.told: set[str] = set()  # a group cut into several pages says its notes once

    def step(self, title: str, text: str, children: tuple[Element, ...]) -> dict[str, Any]:
        self.items: list[dict[str, Any]] = []
        self.all(children, "", 3, title)
        return {"title": title, "help": text, "items": self.items}

    def all(self, children: Iterable[Element], prefix: str, level: int, above: str) -> None:
        for child in children:
            path = f"{prefix}{child.key}"
            if isinstance(child, Group):
                self.group(child, path, level, above)
            elif not child.hidden:
                self.field(child, path)

    def group(self, group: Group, path: str, level: int, above: str) -> None:
        notes = [*_texts(group.help), *_counted(group), *self.hints.at(path, group)]
        if group.choice:
            notes.append("Bitte füllen Sie nur einen der folgenden Teile aus.")
        copies = min(max(group.minimum, 1), MOST_COPIES) if group.maximum != 1 else 1
        for number in range(1, copies + 1):
            label = f"{group.label} {number}" if copies > 1 else group.label
            told = notes if number == 1 and path not in self.told else []
            self.told.add(path)
            echo = copies == 1 and group.label in above
            if not echo:
                self.items.append({"is": "heading", "level": min(level, DEEPEST), "label": label, "notes": told})
            elif told:
                self.items.append({"is": "text", "label": "", "notes": told})
            self.all(group.children, f"{path}/", level if echo else level + 1, group.label)

    def field(self, field: Field, path: str) -> None:
        notes = [*_texts(field.help), *self.hints.at(path, field)]
        if field.kind is Kind.LABEL:
            self.items.append({"is": "text", "label": field.label, "notes": notes})
        elif field.locked:
            value = _fixed(field)
            if value:
                self.items.append({"is": "text", "label": field.label, "notes": [value]})
        elif field.kind is Kind.YES_NO or (field.kind is Kind.CHOICE and len(field.options) <= MOST_OPTIONS):
            self.ticks(field, notes, path)
        else:
            self.lines(field, notes, path)

    def is_optional(self, field: Field, path: str, number: int = 1) -> bool:
        return field.minimum < number and path not in self.hints.demanded

    def ticks(self, field: Field, notes: list[str], path: str) -> None:
        options = list(_YES_NO) if field.kind is Kind.YES_NO else [option.label for option in field.options]
        several = ["Sie können mehrere Antworten ankreuzen."] if field.maximum != 1 else []
        self.items.append(
            {
                "is": "ticks",
                "label": field.label,
                "notes": [*notes, *several],
                "optional": self.is_optional(field, path),
                "options": options,
            }
        )

    def lines(self, field: Field, notes: list[str], path: str) -> None:
        if field.kind is Kind.CHOICE:
            notes = [*notes, f"Bitte schreiben Sie die Bezeichnung aus (eine von {len(field.options)})."]
        if field.pattern_hint:
            notes = [*notes, f"Form: {field.pattern_hint}"]
        if field.kind is Kind.DATE and field.partial:
            notes = [*notes, "Was Sie nicht wissen, lassen Sie frei."]
        copies = min(max(field.minimum, 1), MOST_COPIES) if field.maximum != 1 else 1
        for number in range(1, copies + 1):
            self.items.append(
                {
                    "is": "line",
                    "label": f"{field.label} {number}" if copies > 1 else field.label,
                    "notes": [*notes, *_counted(field)] if number == 1 else [],
                    "optional": self.is_optional(field, path, number),
                    "shape": _SHAPES.get(field.kind, "line"),
                    "boxes": _boxes(field),
                }
            )


def _boxes(field: Field) -> int:
    """One box for each sign where their number is fixed and small; 0 = a line."""
    fixed = field.max_length if field.kind is Kind.TEXT and field.max_length == field.min_length else None
    return fixed if fixed and fixed <= 20 else 0


def _counted(element: Element) -> list[str]:
    if element.maximum == 1:
        return []
    if element.maximum is None:
        return ["Für weitere Angaben nehmen Sie bitte ein eigenes Blatt."]
    return [f"Höchstens {element.maximum} Angaben. Für weitere nehmen Sie bitte ein eigenes Blatt."]


def _texts(text: str) -> list[str]:
    return [line.strip() for line in text.split("\n") if line.strip()]


def _fixed(field: Field) -> str:
    if field.kind is Kind.CHOICE:
        return next((option.label for option in field.options if option.code == field.default), "")
    if isinstance(field.default, bool):
        return _YES_NO[0] if field.default else _YES_NO[1]
    return "" if field.default is None else str(field.default)
