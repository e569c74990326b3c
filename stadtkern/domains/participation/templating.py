"""Templates of processes: `processes/<kind>.toml`, strictly read; a clerk makes a process from one."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

FOLDER = Path(__file__).parent / "processes"
COMMON = "common"
# What a phase may allow: the word of the data, and what one may do then, in words.
ALLOWS: dict[str, Any] = {
    "contribute": gettext_lazy("Beiträge einreichen"),
    "comment": gettext_lazy("Kommentieren"),
    "support": gettext_lazy("Unterstützen"),
    "vote": gettext_lazy("Abstimmen"),
    "judge": gettext_lazy("Bewerten (Jury)"),
    "answer": gettext_lazy("Fragen beantworten"),
    "sign": gettext_lazy("Unterschreiben"),
    "opine": gettext_lazy("Zustimmen oder ablehnen"),
}
WHO = ("account", "residents", "min_age", "max_age", "districts", "trust", "staff", "months")
KINDS = ("yes_no", "number", "choice", "text", "long_text", "money")
_TOP = {"title", "summary", "contribution", "service", "one", "many", "button", "audience", "defaults", "without", "phases"}
_TOP |= {"settings", "questions"}


class TemplateBroken(Exception):
    """A file of processes/ cannot be read; for the people who keep it."""


@dataclass(frozen=True)
class Setting:
    """One thing a clerk may choose."""

    key: str
    label: str
    kind: str
    default: Any
    help: str = ""
    options: Mapping[str, str] | None = None
    least: int | None = None
    most: int | None = None

    def clean(self, value: Any) -> Any:
        """The value in its type; ValueError (German) for what does not fit."""
        if self.kind == "yes_no":
            if not isinstance(value, bool):
                raise ValueError(_("„%s“: bitte ja oder nein.") % self.label)
            return value
        if self.kind in ("number", "money"):
            return self._number(value)
        text = str(value if value is not None else "").replace("\x00", "").strip()
        if self.kind == "choice" and text not in (self.options or {}):
            raise ValueError(_("„%s“: bitte wählen Sie eine der Möglichkeiten.") % self.label)
        if len(text) > (300 if self.kind == "text" else 20_000):
            raise ValueError(_("„%s“: der Text ist zu lang.") % self.label)
        return text

    def _number(self, value: Any) -> int:
        plain = value if isinstance(value, int) and not isinstance(value, bool) else None
        if isinstance(value, str) and value.strip().isascii() and value.strip().isdigit() and len(value) < 16:
            plain = int(value)
        least, most = self.least or 0, self.most if self.most is not None else 10**12
        if plain is None or not least <= plain <= most:
            raise ValueError(
                _("„%(label)s“: bitte eine Zahl von %(least)s bis %(most)s.")
                % {"label": self.label, "least": least, "most": most}
            )
        return plain


@dataclass(frozen=True)
class PhasePlan:
    """A phase as the template proposes it."""

    key: str
    title: str
    text: str
    days: int
    allows: tuple[str, ...]
    who: Mapping[str, Any]


@dataclass(frozen=True)
class Template:
    """One kind of process."""

    key: str
    title: str
    summary: str
    contribution: str  # Contribution.Kind
    service: str  # folder in services/: contributions become cases of it
    one: str  # "Idee"
    many: str
    button: str  # "Idee einreichen"
    audience: str
    phases: tuple[PhasePlan, ...]
    settings: Mapping[str, Setting]
    questions: tuple[Mapping[str, Any], ...] = ()  # of a survey, as its first draft

    @property
    def is_map(self) -> bool:
        """An opinion map: short statements others agree to or not."""
        return any("opine" in phase.allows for phase in self.phases)

    def defaults(self) -> dict[str, Any]:
        return {key: setting.default for key, setting in self.settings.items()}

    def clean(self, values: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
        """Settings in their types (defaults where none is given) and what is wrong, by key. What is unknown is dropped."""
        clean, wrong = self.defaults(), {}
        for key, setting in self.settings.items():
            if key in values:
                try:
                    clean[key] = setting.clean(values[key])
                except ValueError as error:
                    wrong[key] = str(error)
        return clean, wrong


def all_templates() -> dict[str, Template]:
    """Every kind of process there is, by key."""
    return _read()


def template(kind: str) -> Template:
    """The template of a process; KeyError for one that was removed."""
    return _read()[kind]


@cache
def _read() -> dict[str, Template]:
    common = tomllib.loads((FOLDER / f"{COMMON}.toml").read_text(encoding="utf-8"))["settings"]
    return {
        file.stem: _template(file.stem, _overlaid(tomllib.loads(file.read_text(encoding="utf-8")), file.name), common)
        for file in sorted(FOLDER.glob("*.toml"))
        if file.stem != COMMON
    }


def _overlaid(raw: dict[str, Any], name: str) -> dict[str, Any]:
    """With the city's own numbers (`processes/<kind>.toml` in its folder): defaults, title, summary, who of a phase."""
    file = settings.CITY_FOLDER / "processes" / name
    if not file.is_file():
        return raw
    local = tomllib.loads(file.read_text(encoding="utf-8"))
    if unknown := set(local) - {"defaults", "title", "summary", "who"}:
        raise TemplateBroken(f"{file}: unbekannt: {', '.join(sorted(unknown))}")
    merged: dict[str, Any] = {**raw, **{key: local[key] for key in ("title", "summary") if key in local}}
    merged["defaults"] = {**raw.get("defaults", {}), **local.get("defaults", {})}
    who = local.get("who", {})
    if strange := set(who) - {phase["key"] for phase in raw["phases"]}:
        raise TemplateBroken(f"{file}: Phase unbekannt: {', '.join(sorted(strange))}")
    merged["phases"] = [{**phase, "who": who.get(phase["key"], phase.get("who", {}))} for phase in raw["phases"]]
    return merged


def _template(key: str, raw: dict[str, Any], common: Mapping[str, Any]) -> Template:
    if unknown := set(raw) - _TOP:
        raise TemplateBroken(f"{key}.toml: unbekannt: {', '.join(sorted(unknown))}")
    listed = {
        name: dict(one) for name, one in {**common, **raw.get("settings", {})}.items() if name not in raw.get("without", [])
    }
    for name, value in raw.get("defaults", {}).items():
        listed[name]["default"] = value
    choices = {name: Setting(name, **one) for name, one in listed.items()}
    for setting in choices.values():
        if setting.kind not in KINDS:
            raise TemplateBroken(f"{key}.toml: {setting.key}: die Art „{setting.kind}“ gibt es nicht.")
        setting.clean(setting.default)
    phases = tuple(
        PhasePlan(
            one["key"], one["title"], one.get("text", ""), int(one["days"]), tuple(one.get("allows", ())), one.get("who", {})
        )
        for one in raw["phases"]
    )
    for phase in phases:
        if wrong := [word for word in phase.allows if word not in ALLOWS] + [word for word in phase.who if word not in WHO]:
            raise TemplateBroken(f"{key}.toml: Phase {phase.key}: unbekannt: {', '.join(wrong)}")
    return Template(  # questions of a survey are read when a process is made from it (surveys/questions.py)
        key=key, title=raw["title"], summary=raw["summary"], contribution=raw["contribution"], service=raw["service"],
        one=raw["one"], many=raw["many"], button=raw["button"], audience=raw.get("audience", "public"),
        phases=phases, settings=choices, questions=tuple(raw.get("questions", ())),
    )  # fmt: skip
