"""What is in a package, by kind. Only what is named here leaves the city or comes in: no account, no author, no comment, no
picture, no place of a person. Free text loses e-mail addresses and telephone numbers on its way out."""

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..actions.guard import tidy
from ..datasets import contributions, reports
from ..models import Contribution, Link, Process
from ..templating import ALLOWS, WHO, all_templates, template

LICENCES = {
    "dl-de/by-2-0": "Datenlizenz Deutschland – Namensnennung – Version 2.0",
    "dl-de/zero-2-0": "Datenlizenz Deutschland – Zero – Version 2.0",
    "CC-BY-4.0": "Creative Commons Namensnennung 4.0",
    "CC0-1.0": "Creative Commons Zero 1.0",
}
KINDS: dict[str, Any] = {
    "template": gettext_lazy("Vorlage für ein Verfahren"),
    "idea": gettext_lazy("Idee mit Ergebnis"),
    "dataset": gettext_lazy("Datensatz"),
}
MOST_ROWS = 20_000
# Columns that say nothing about a person; what is not named stays here. Texts and addresses are not named.
DATASETS: dict[str, tuple[str, Any, tuple[str, ...]]] = {
    "contributions": (
        "Beiträge der Beteiligung",
        contributions,
        ("process", "kind", "title", "category", "district", "state", "supports", "comments", "cost_cents", "published_at"),
    ),
    "reports": (
        "Mängelmeldungen",
        reports,
        ("category", "state", "district", "reported_at", "closed_at", "promised_date", "followers"),
    ),
}
NO_WHO = ("districts", "staff")  # our districts mean nothing elsewhere, our staff neither
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(r"(?<![\w.,/-])(?:\+\d{1,3}|0)[\d\s()/-]{5,}\d")


class Unfit(ValueError):
    """A package that cannot be made, or not be understood; the message is for the clerk."""


def plain(text: object, most: int) -> str:
    """Text without ways to reach somebody."""
    return _PHONE.sub("[…]", _MAIL.sub("[…]", tidy(text, most)))


def of_process(row: Process) -> dict[str, Any]:
    """How a process is set up: texts, settings, phases by length, categories; nothing anybody contributed."""
    known = template(row.kind)
    phases = [
        {
            "title": plain(one.title, 100), "text": plain(one.text, 600), "days": max(1, (one.ends_at - one.starts_at).days),
            "allows": list(one.allows), "who": {name: value for name, value in one.who.items() if name not in NO_WHO},
        }
        for one in row.phases.order_by("starts_at", "pk")
    ]  # fmt: skip
    settings = {
        name: plain(value, 20_000) if isinstance(value, str) else value
        for name, value in row.settings.items()
        if name in known.settings and isinstance(value, str | bool | int)
    }
    return {
        "process_kind": row.kind, "title": plain(row.title, 150), "summary": plain(row.summary, 400),
        "text": plain(row.text, 20_000), "settings": settings, "phases": phases,
        "categories": [plain(one.title, 100) for one in row.categories.all()],
    }  # fmt: skip


def of_idea(row: Contribution) -> dict[str, Any]:
    """A published idea and what became of it; who wrote it, supported it or spoke about it is not asked for."""
    links = Link.objects.filter(source=row, target__state="PUBLISHED", target__kind__in=["RESULT", "PROJECT"])
    results = [
        {
            "title": plain(one.target.title, 120), "text": plain(one.target.text, 5000), "way": one.kind,
            "cost_cents": one.target.cost_cents,
            "steps": [
                {"title": plain(step.title, 150), "due": _day(step.due_date), "done": _day(step.done_date)}
                for step in one.target.milestones.all()
            ],
        }
        for one in links.select_related("target").order_by("pk")[:20]
    ]  # fmt: skip
    category = plain(row.category.title, 100) if row.category else ""
    return {
        "title": plain(row.title, 120), "text": plain(row.text, 5000), "category": category, "supports": row.supports,
        "cost_cents": row.cost_cents, "results": results,
    }  # fmt: skip


def of_dataset(name: str) -> dict[str, Any]:
    """Rows of an open dataset, the named columns alone."""
    title, rows, columns = DATASETS[name]
    listed = [[_cell(row.get(column)) for column in columns] for row in _first(rows())]
    return {"name": name, "title": title, "columns": list(columns), "rows": listed}


def _first(rows: Iterator[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for number, row in enumerate(rows):
        if number >= MOST_ROWS:
            raise Unfit(_("Der Datensatz hat mehr als %s Zeilen. So groß werden Pakete nicht.") % MOST_ROWS)
        yield row


def _day(value: date | None) -> str:
    return value.isoformat() if value else ""


def _cell(value: Any) -> str | int:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value if isinstance(value, int) and not isinstance(value, bool) else plain(value if value is not None else "", 500)


# Coming in: the same names in the same types, or a sentence.


def checked(kind: str, content: Any) -> dict[str, Any]:
    """The content in our types, shortened to what we keep; unknown names are dropped. Raises Unfit."""
    if not isinstance(content, Mapping):
        raise Unfit(_("Im Paket fehlt der Inhalt."))
    try:
        return {"template": _template, "idea": _idea, "dataset": _dataset}[kind](content)
    except KeyError:
        raise Unfit(_("Diese Art von Paket kennen wir nicht. Vielleicht ist unsere Software älter.")) from None
    except (TypeError, ValueError, AttributeError) as wrong:
        if isinstance(wrong, Unfit):
            raise
        raise Unfit(_("Der Inhalt des Pakets ist nicht so, wie er sein soll.")) from None


def _template(told: Mapping[str, Any]) -> dict[str, Any]:
    kind = told.get("process_kind")
    if not isinstance(kind, str) or kind not in all_templates():
        raise Unfit(_("Diese Art von Verfahren („%s“) gibt es bei uns nicht.") % tidy(kind, 60))
    clean, wrong = template(kind).clean({str(name): value for name, value in dict(told.get("settings") or {}).items()})
    if wrong:
        raise Unfit(_("Eine Einstellung passt nicht: %s") % next(iter(wrong.values())))
    phases = [_phase(one) for one in _listed(told.get("phases"), 30)]
    if not phases:
        raise Unfit(_("Die Vorlage hat keine Phase."))
    return {
        "process_kind": kind, "title": _said(told, "title", 150), "summary": tidy(told.get("summary"), 400),
        "text": tidy(told.get("text"), 20_000), "settings": clean, "phases": phases,
        "categories": [tidy(one, 100) for one in _listed(told.get("categories"), 60) if tidy(one, 100)],
    }  # fmt: skip


def _phase(one: Any) -> dict[str, Any]:
    days = int(one["days"])
    if not 1 <= days <= 3650:
        raise Unfit(_("Eine Phase dauert nicht %s Tage.") % days)
    allows = [word for word in _listed(one.get("allows"), 20) if word in ALLOWS]
    who = {name: value for name, value in dict(one.get("who") or {}).items() if name in WHO and name not in NO_WHO}
    return {"title": _said(one, "title", 100), "text": tidy(one.get("text"), 600), "days": days, "allows": allows, "who": who}


def _idea(told: Mapping[str, Any]) -> dict[str, Any]:
    results = [
        {
            "title": _said(one, "title", 120), "text": tidy(one.get("text"), 5000), "cost_cents": _cents(one.get("cost_cents")),
            "way": one.get("way") if one.get("way") in Link.Kind.values else "BECAME",
            "steps": [
                {"title": _said(step, "title", 150), "due": _date(step.get("due")), "done": _date(step.get("done"))}
                for step in _listed(one.get("steps"), 50)
            ],
        }
        for one in _listed(told.get("results"), 20)
    ]  # fmt: skip
    supports = told.get("supports")
    return {
        "title": _said(told, "title", 120), "text": _said(told, "text", 5000), "category": tidy(told.get("category"), 100),
        "supports": supports if isinstance(supports, int) and 0 <= supports < 10**9 else 0,
        "cost_cents": _cents(told.get("cost_cents")), "results": results,
    }  # fmt: skip


def _dataset(told: Mapping[str, Any]) -> dict[str, Any]:
    columns = [tidy(one, 60) for one in _listed(told.get("columns"), 60)]
    rows = _listed(told.get("rows"), MOST_ROWS)
    if not columns or len(set(columns)) != len(columns):
        raise Unfit(_("Der Datensatz hat keine Spalten, oder eine steht zweimal da."))
    if any(not isinstance(row, list) or len(row) != len(columns) for row in rows):
        raise Unfit(_("Eine Zeile des Datensatzes hat zu viele oder zu wenige Felder."))
    if any(not isinstance(cell, str | int) for row in rows for cell in row):
        raise Unfit(_("Im Datensatz steht etwas, das weder Text noch Zahl ist."))
    kept = [[tidy(cell, 500) if isinstance(cell, str) else cell for cell in row] for row in rows]
    return {"name": tidy(told.get("name"), 60), "title": _said(told, "title", 150), "columns": columns, "rows": kept}


def _listed(value: Any, most: int) -> list[Any]:
    if not isinstance(value, list):
        raise Unfit(_("Der Inhalt des Pakets ist nicht so, wie er sein soll."))
    if len(value) > most:
        raise Unfit(_("Das Paket hat zu viele Einträge an einer Stelle (höchstens %s).") % most)
    return value


def _said(table: Mapping[str, Any], name: str, most: int) -> str:
    if text := tidy(table.get(name), most):
        return text
    raise Unfit(_("Im Paket fehlt ein Text: %s") % name)


def _cents(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**15 else None


def _date(value: Any) -> str:
    return date.fromisoformat(value).isoformat() if isinstance(value, str) and value else ""
