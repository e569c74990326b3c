"""What a package would change, line by line: what we have beside what comes. Pure, but for our own templates."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from ..templating import ALLOWS, template

SHOWN = 400  # letters of a text


@dataclass(frozen=True)
class Line:
    """One thing: its name, as it is here, as it comes."""

    name: str
    here: str
    there: str

    @property
    def differs(self) -> bool:
        return self.here != self.there


def lines(kind: str, content: Mapping[str, Any], before: Mapping[str, Any] | None) -> list[Line]:
    """`before`: what we adopted of this last; None: a template is compared with ours of the same kind."""
    if kind == "template":
        here = _of_template(before) if before else _ours(content["process_kind"])
        return _paired(here, _of_template(content))
    flat = _of_idea if kind == "idea" else _of_dataset
    return _paired(flat(before) if before else {}, flat(content))


def _paired(here: Mapping[str, str], there: Mapping[str, str]) -> list[Line]:
    names = [*there, *(name for name in here if name not in there)]
    return [Line(name, here.get(name, ""), there.get(name, "")) for name in names]


def _of_template(told: Mapping[str, Any]) -> dict[str, str]:
    known = template(told["process_kind"])
    flat = {
        _("Art"): known.title,
        _("Titel"): told["title"],
        _("Kurz gesagt"): told["summary"],
        _("Text"): told["text"][:SHOWN],
    }
    flat |= {setting.label: _value(told["settings"].get(key), setting.options) for key, setting in known.settings.items()}
    for number, one in enumerate(told["phases"], 1):
        allowed = ", ".join(str(ALLOWS[word]) for word in one["allows"] if word in ALLOWS) or "–"
        days = _("%s Tage") % one["days"]
        flat[_("Phase %s") % number] = f"{one['title']}: {days}; {allowed}"
    return flat | {_("Kategorien"): ", ".join(told["categories"])}


def _ours(kind: str) -> dict[str, str]:
    """Our template as it would be without the package."""
    known = template(kind)
    phases = [{"title": one.title, "days": one.days, "allows": one.allows} for one in known.phases]
    told = {
        "process_kind": kind, "title": known.title, "summary": known.summary, "text": "", "settings": known.defaults(),
        "phases": phases, "categories": [],
    }  # fmt: skip
    return _of_template(told)


def _value(value: Any, options: Mapping[str, str] | None) -> str:
    if isinstance(value, bool):
        return _("ja") if value else _("nein")
    return str((options or {}).get(str(value), value if value is not None else ""))[:SHOWN]


def _of_idea(told: Mapping[str, Any]) -> dict[str, str]:
    flat = {_("Titel"): told["title"], _("Text"): told["text"][:SHOWN], _("Kategorie"): told["category"]}
    flat[_("Unterstützt von")] = str(told["supports"])
    for number, one in enumerate(told["results"], 1):
        flat[_("Ergebnis %s") % number] = f"{one['title']}: {one['text']}"[:SHOWN]
    return flat


def _of_dataset(told: Mapping[str, Any]) -> dict[str, str]:
    flat = {_("Titel"): told["title"], _("Spalten"): ", ".join(told["columns"]), _("Zeilen"): str(len(told["rows"]))}
    for number, row in enumerate(told["rows"][:5], 1):
        flat[_("Zeile %s") % number] = " · ".join(map(str, row))[:SHOWN]
    return flat
