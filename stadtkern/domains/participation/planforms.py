"""The questions of whoever plans a process, and their answers as values: typed once, read back the same."""

import re
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from stadtkern.lib.forms.model import Answers, Field, Kind, Option, Step
from stadtkern.ui import words

from .actions.guard import Refused
from .models import Contribution, Phase, Process
from .templating import ALLOWS, Setting, Template, all_templates

_KINDS = {
    "yes_no": Kind.YES_NO,
    "number": Kind.NUMBER,
    "choice": Kind.CHOICE,
    "text": Kind.TEXT,
    "long_text": Kind.LONG_TEXT,
    "money": Kind.MONEY,
}


def created() -> Step:
    """The first two questions."""
    kinds = tuple(Option(one.key, one.title, one.summary) for one in all_templates().values())
    return Step("verfahren", _("Verfahren anlegen"), (
        Field("kind", _("Welche Art?"), Kind.CHOICE, options=kinds),
        Field("title", _("Wie soll es heißen?"), Kind.TEXT, max_length=150, help=_("Zum Beispiel: Ideen für die Altstadt.")),
    ))  # fmt: skip


def texts(row: Process) -> Step:
    """What everybody reads."""
    audiences = {
        "public": _("Alle"),
        "staff": _("Beschäftigte der Stadt; niemand sonst sieht das Verfahren"),
        "youth": _("Kinder und Jugendliche"),
        "district": _("Ein Stadtteil"),
    }
    fields = [
        Field("title", _("Name"), Kind.TEXT, max_length=150),
        Field("summary", _("Worum es geht, in ein, zwei Sätzen"), Kind.LONG_TEXT, max_length=400),
        Field("text", _("Ausführlich"), Kind.LONG_TEXT, minimum=0, max_length=20_000),
    ]
    if row.state == Process.State.DRAFT:
        options = tuple(Option(key, label) for key, label in audiences.items())
        fields.append(Field("audience", _("Für wen ist das Verfahren?"), Kind.CHOICE, options=options))
    fields.append(Field("area", _("Stadtteil"), Kind.TEXT, minimum=0, max_length=60, help=_("Leer heißt: die ganze Stadt.")))
    return Step("texte", _("Texte"), tuple(fields))


def text_answers(row: Process) -> Answers:
    names = ("title", "summary", "text", "audience", "area")
    return {name: getattr(row, name) for name in names if getattr(row, name)}


def settings(kind: Template) -> Step:
    """One question for each setting of the template."""
    return Step("einstellungen", _("Einstellungen"), tuple(_asked(one) for one in kind.settings.values()))


def _asked(one: Setting) -> Field:
    options = tuple(Option(key, label) for key, label in (one.options or {}).items())
    optional = one.kind in ("text", "long_text")
    longest = {"text": 300, "long_text": 20_000}.get(one.kind)
    return Field(
        one.key, one.label, _KINDS[one.kind], minimum=0 if optional else 1, help=one.help, options=options,
        min_value=one.least if one.kind in ("number", "money") else None,
        max_value=one.most if one.kind in ("number", "money") else None, max_length=longest,
    )  # fmt: skip


def setting_answers(row: Process, kind: Template) -> Answers:
    return {one.key: row.settings.get(one.key, one.default) for one in kind.settings.values()}


def setting_value(one: Setting, answer: Any) -> Any:
    """An answer as the template takes it; an empty text stays empty."""
    return "" if answer is None and one.kind in ("text", "long_text") else answer


def in_words(one: Setting, value: Any) -> str:
    """A setting as somebody reads it."""
    if one.kind == "yes_no":
        return _("ja") if value else _("nein")
    if one.kind == "choice":
        return str((one.options or {}).get(str(value), value))
    if one.kind == "money" and isinstance(value, int):
        return words.euro(value)
    return str(value) if value not in ("", None) else "–"


def categories() -> Step:
    return Step("kategorien", _("Kategorien"), (
        Field("categories", _("Eine in jeder Zeile"), Kind.LONG_TEXT, minimum=0, max_length=6000,
              help=_("In dieser Reihenfolge stehen sie im Formular. Leer heißt: Es wird nicht gefragt.")),
    ))  # fmt: skip


def phase(kind: Template) -> Step:
    """When, what, who."""
    allows = tuple(Option(key, str(label)) for key, label in ALLOWS.items())
    trusts = (
        Option("none", _("Keine Anmeldung nötig, wo die Regel das erlaubt")), Option("basic", _("Anmeldung genügt")),
        Option("substantial", _("Identität geprüft (zum Beispiel Online-Ausweis oder Bürgeramt)")),
    )  # fmt: skip
    who = (Option("all", _("Alle, auch ohne Konto")), Option("account", _("Alle mit einem Konto")),
           Option("residents", _("Wer hier gemeldet ist")))  # fmt: skip
    hint = _("Alter und Wohnort kommen aus dem Melderegister. Niemand sieht sie; es zählt nur, ob die Regel passt.")
    return Step("phase", _("Phase"), (
        Field("title", _("Name"), Kind.TEXT, max_length=100, help=_("Zum Beispiel: Ideen sammeln.")),
        Field("text", _("Was man jetzt tun kann, in ein, zwei Sätzen"), Kind.LONG_TEXT, minimum=0, max_length=600),
        Field("starts_at", _("Beginn"), Kind.DATETIME),
        Field("ends_at", _("Ende"), Kind.DATETIME),
        Field("allows", _("Was ist erlaubt?"), Kind.CHOICE, minimum=0, maximum=len(allows), options=allows),
        Field("who", _("Wer darf?"), Kind.CHOICE, options=who, help=hint),
        Field("months", _("Seit wie vielen Monaten gemeldet?"), Kind.NUMBER, minimum=0, min_value=1, max_value=240,
              when={"who": "residents"}),
        Field("min_age", _("Mindestalter"), Kind.NUMBER, minimum=0, min_value=1, max_value=120),
        Field("max_age", _("Höchstalter"), Kind.NUMBER, minimum=0, min_value=1, max_value=120),
        Field("districts", _("Nur aus diesen Stadtteilen"), Kind.TEXT, minimum=0, max_length=500,
              help=_("Mit Komma getrennt, wie im Melderegister geschrieben.")),
        Field("trust", _("Nachweis"), Kind.CHOICE, options=trusts),
    ))  # fmt: skip


def phase_answers(found: Phase | None, row: Process) -> Answers:
    """An existing phase, or an empty one after the last."""
    if found is None:
        last = max((one.ends_at for one in row.phases.all()), default=timezone.now())
        return {"starts_at": _typed(last), "who": "account", "trust": "none"}
    who = found.who
    answers: Answers = {name: getattr(found, name) for name in ("title", "text") if getattr(found, name)}
    answers |= {"starts_at": _typed(found.starts_at), "ends_at": _typed(found.ends_at)}
    answers |= {f"allows[{index}]": word for index, word in enumerate(found.allows)}
    answers["who"] = "residents" if who.get("residents") else "all" if who.get("account") is False else "account"
    answers |= {key: who[key] for key in ("months", "min_age", "max_age") if who.get(key)}
    answers["districts"] = ", ".join(who.get("districts", ()))
    answers["trust"] = who.get("trust", "none")
    return answers


def _typed(moment: datetime) -> str:
    return timezone.localtime(moment).strftime("%Y-%m-%dT%H:%M")


def phase_values(answers: Answers) -> dict[str, Any]:
    """Answers as the action takes them; moments get the time zone of the city."""
    who: dict[str, Any] = {key: answers.get(key) for key in ("months", "min_age", "max_age") if answers.get(key)}
    who |= {"residents": True} if answers.get("who") == "residents" else {}
    who |= {"account": False} if answers.get("who") == "all" else {}
    who["districts"] = [part.strip() for part in str(answers.get("districts") or "").split(",") if part.strip()]
    who["trust"] = answers.get("trust")
    return {
        "title": answers.get("title"), "text": answers.get("text"),
        "starts_at": timezone.make_aware(datetime.fromisoformat(str(answers["starts_at"]))),
        "ends_at": timezone.make_aware(datetime.fromisoformat(str(answers["ends_at"]))),
        "allows": [value for path, value in answers.items() if path.startswith("allows[")], "who": who,
    }  # fmt: skip


def closed() -> Step:
    return Step("ergebnis", _("Abschließen"), (
        Field("result", _("Was ist herausgekommen, und wie geht es weiter?"), Kind.LONG_TEXT, max_length=20_000),
    ))  # fmt: skip


def result(*, with_texts: bool) -> Step:
    """A result with its milestones."""
    fields = [
        Field(
            "title",
            _("Ergebnis in einem Satz"),
            Kind.TEXT,
            max_length=120,
            help=_("Zum Beispiel: Zwölf neue Bänke im Stadtpark."),
        ),
        Field("text", _("Beschreibung"), Kind.LONG_TEXT, minimum=0, max_length=5000),
        Field("cost_cents", _("Kosten"), Kind.MONEY, minimum=0, min_value=0),
    ]
    help_text = _("Einer in jeder Zeile: Schritt; geplant für; erledigt am. Zum Beispiel: Bänke bestellt; 1.3.2027; 24.2.2027")
    steps = Field("milestones", _("Meilensteine"), Kind.LONG_TEXT, minimum=0, max_length=6000, help=help_text)
    return Step("ergebnis", _("Ergebnis"), (*(fields if with_texts else ()), steps))


def result_answers(row: Contribution | None) -> Answers:
    if row is None:
        return {}
    lines = [f"{one.title}; {_day(one.due_date)}; {_day(one.done_date)}".rstrip("; ") for one in row.milestones.all()]
    return {"milestones": "\n".join(lines)}


def _day(day: date | None) -> str:
    return words.day(day) if day else ""


def milestones(text: str) -> list[tuple[str, date | None, date | None]]:
    """Lines as milestones. Raises Refused with the line that cannot be read."""
    found = []
    for line in text.splitlines():
        title, due, done = (*(part.strip() for part in line.split(";")), "", "", "")[:3]
        if title:
            found.append((title, _read_day(due, line), _read_day(done, line)))
    return found


def _read_day(text: str, line: str) -> date | None:
    if not text:
        return None
    parts = re.fullmatch(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", text)
    try:
        if parts:
            return date(int(parts[3]), int(parts[2]), int(parts[1]))
    except ValueError:
        pass
    raise Refused(_("„%s“: Schreiben Sie Tage so: 24.2.2027") % line[:80], "milestones")
