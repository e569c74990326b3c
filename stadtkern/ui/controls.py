"""One field of a form as HTML: each kind by its template in `ui/form/`, in KERN's markup."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from stadtkern.lib.forms.model import Field, Kind, Option
from stadtkern.lib.forms.shape import Placed
from stadtkern.lib.forms.show import text_of
from stadtkern.lib.forms.walk import TICKS, is_ticks
from stadtkern.ui.quick import render

RADIOS = 6  # so many options are radio buttons, more are a select, above TICKS one can search by typing
MEGABYTE = 1_000_000
_PARTS = (("day", 2), ("month", 2), ("year", 4))
_TYPES: dict[Kind, tuple[str, str]] = {
    Kind.TEXT: ("text", ""),
    Kind.NUMBER: ("text", ' inputmode="numeric"'),
    Kind.DECIMAL: ("text", ' inputmode="decimal"'),
    Kind.MONEY: ("text", ' inputmode="decimal"'),
    Kind.EMAIL: ("text", ' inputmode="email" autocapitalize="none" spellcheck="false"'),
    Kind.PHONE: ("tel", ""),
    Kind.IBAN: ("text", ' autocapitalize="characters" spellcheck="false"'),
    Kind.TIME: ("text", ' inputmode="numeric"'),
}
_FILE_NAMES = {"application/pdf": "PDF", "image/jpeg": "JPG", "image/png": "PNG", "image/heic": "HEIC", "image/webp": "WEBP"}


def control(placed: Placed, field: Field, label: str) -> SafeString:
    if field.kind is Kind.LABEL:
        return render("note", {"label": label, "text": field.help, "extra": ""})
    if field.locked or placed.source:
        return _fact(placed, field, label)
    if is_ticks(field) and placed.index is None and field.maximum != 1:
        return checks(placed, field, label, field.options, placed.value or (), "checkbox")
    return _CONTROLS.get(field.kind, _input)(placed, field, label)


def _common(placed: Placed, field: Field, label: str, help: str = "") -> dict[str, Any]:
    words = "\n".join(part for part in (field.help, help) if part)
    return {
        "id": placed.html_id,
        "name": placed.path,
        "label": label,
        "optional": optional(field.minimum == 0 and not placed.index),
        "hint": hint(placed, words),
        "error": error(placed),
        "aria": described(placed, bool(words)),
        "extra": SafeString(" controls") if placed.controls else "",
        "attributes": "",
        "value": placed.raw,
    }


def _input(placed: Placed, field: Field, label: str) -> SafeString:
    kind, attributes = _TYPES.get(field.kind, _TYPES[Kind.TEXT])
    context = _common(placed, field, label, _shape_hint(field))
    context |= {"type": kind, "attributes": SafeString(attributes) + _autocomplete(field), "width": _width(field)}
    if field.kind is Kind.MONEY:
        context |= {"unit": "€", "unit_words": _("Euro"), "aria": described(placed, bool(context["hint"]), unit=True)}
    return render("input", context)


def _width(field: Field) -> str:
    short = field.max_length is not None and field.max_length <= 5
    small = field.kind is Kind.NUMBER and isinstance(field.max_value, int | float) and field.max_value < 100_000
    return "4" if field.kind is Kind.TIME or short or small else ""


def _shape_hint(field: Field) -> str:
    if field.pattern_hint:
        return field.pattern_hint
    return _("zum Beispiel 14:30") if field.kind is Kind.TIME else ""


def _area(placed: Placed, field: Field, label: str) -> SafeString:
    limit = _("Höchstens %(count)s Zeichen") % {"count": field.max_length} if field.max_length else ""
    return render("area", _common(placed, field, label, limit) | {"attributes": _autocomplete(field)})


def _date(placed: Placed, field: Field, label: str) -> SafeString:
    example = _("zum Beispiel 24 11 2026") if field.kind is Kind.DATE else _("zum Beispiel 24 11 2026, 14:30")
    if field.partial and field.help:
        example = ""
    elif field.partial:
        example = _("Was nicht bekannt ist, lassen Sie leer.")
    names = {"day": _("Tag"), "month": _("Monat"), "year": _("Jahr"), "time": _("Uhrzeit")}
    given, clock = _date_parts(placed)
    parts = [
        {
            "id": placed.html_id if name == "day" else f"{placed.html_id}--{name}",
            "name": name,
            "label": names[name],
            "width": width,
            "value": value,
            "autocomplete": f"bday-{name}" if field.autocomplete == "bday" else "",
        }
        for (name, width), value in zip(_PARTS, given, strict=True)
    ]
    if field.kind is Kind.DATETIME:
        parts.append({"id": f"{placed.html_id}--time", "name": "time", "label": names["time"], "width": 4, "value": clock})
    context = _common(placed, field, label, example)
    context["aria"] = described(placed, bool(context["hint"]), invalid=False)
    return render("date", context | {"parts": parts})


def _date_parts(placed: Placed) -> tuple[tuple[str, str, str], str]:
    """Day, month and year as they were typed, and the time; what has no such form stands in the first."""
    text = str(placed.value or "")
    day, _t, clock = text.partition("T") if "T" in text[:11] else text.partition(" ")
    iso = day.split("-")
    if len(iso[0]) == 4 and len(iso) <= 3 and all(part.isdecimal() for part in iso):
        year, month, date = (*iso, "", "")[:3]
        return (date, month, year), clock
    typed = day.split(".")
    if len(typed) == 3:
        return (typed[0], typed[1], typed[2]), clock
    return (text, "", ""), ""


def _choice(placed: Placed, field: Field, label: str) -> SafeString:
    few = len(field.options) <= RADIOS or (len(field.options) <= TICKS and any(option.help for option in field.options))
    if few and field.maximum == 1:
        return checks(placed, field, label, field.options, (placed.value,), "radio")
    context = _common(placed, field, label)
    attributes = ' data-typeahead=""' if len(field.options) > TICKS else ""
    context |= {
        "attributes": SafeString(attributes) + _autocomplete(field),
        "nothing": _("Bitte auswählen") if field.minimum else _("Keine Angabe"),
        "options": _options(field.options, placed.value),
    }
    return render("select", context)


def _options(options: tuple[Option, ...], value: object) -> SafeString:
    html = _option_list(options)
    if isinstance(value, str) and value:
        mark = f'value="{escape(value)}"'
        html = html.replace(f"<option {mark}>", f"<option {mark} selected>", 1)
    return SafeString(html)


@lru_cache(maxsize=256)
def _option_list(options: tuple[Option, ...]) -> str:
    return format_html_join("", '<option value="{}">{}</option>', ((option.code, option.label) for option in options))


def _yes_no(placed: Placed, field: Field, label: str) -> SafeString:
    options = (Option("true", _("Ja")), Option("false", _("Nein")))
    said = {True: "true", False: "false"}.get(placed.value) if isinstance(placed.value, bool) else None
    return checks(placed, field, label, options, (said,), "radio", horizontal=True)


def checks(
    placed: Placed,
    field: Field,
    label: str,
    options: Sequence[Option],
    chosen: Sequence[Any],
    kind: str,
    horizontal: bool = False,
) -> SafeString:
    context = _common(placed, field, label)
    given = [{"code": option.code, "label": option.label, "help": option.help} for option in options]
    if kind == "radio" and field.minimum == 0:
        given.append({"code": "", "label": _("Keine Angabe"), "help": ""})
        chosen = chosen if any(option.code in chosen for option in options) else ("",)
    choices = [
        {**each, "id": placed.html_id if number == 0 else f"{placed.html_id}--{number}", "checked": each["code"] in chosen}
        for number, each in enumerate(given)
    ]
    aria = described(placed, bool(field.help), invalid=False)
    attributes = SafeString(' aria-invalid="true"') if placed.problem and kind == "checkbox" else ""
    return render(
        "checks", context | {"aria": aria, "choices": choices, "type": kind, "horizontal": horizontal, "attributes": attributes}
    )


def _file(placed: Placed, field: Field, label: str) -> SafeString:
    names = [_FILE_NAMES.get(each, each.rpartition("/")[2].upper()) for each in field.media_types]
    parts = [", ".join(names)] if names else []
    if field.max_bytes:
        parts.append(_("höchstens %(size)s MB") % {"size": max(field.max_bytes // MEGABYTE, 1)})
    context = _common(placed, field, label, ", ".join(parts))
    value = (placed.raw or _("Datei liegt vor")) if placed.value else ""
    return render("file", context | {"value": value, "accept": ",".join(field.media_types)})


def _fact(placed: Placed, field: Field, label: str) -> SafeString:
    text = text_of(field, placed.value, translate=_)
    if field.locked and not text:
        return SafeString("")
    posted = ("true" if placed.value else "false") if isinstance(placed.value, bool) else placed.raw
    context = {"text": text, "source": placed.source, "contest": bool(placed.source) and not field.locked, "posted": posted}
    return render("fact", _common(placed, field, label) | context)


_CONTROLS: dict[Kind, Callable[[Placed, Field, str], SafeString]] = {
    Kind.LONG_TEXT: _area,
    Kind.DATE: _date,
    Kind.DATETIME: _date,
    Kind.CHOICE: _choice,
    Kind.YES_NO: _yes_no,
    Kind.FILE: _file,
}


# Small parts


def optional(is_optional: bool) -> SafeString:
    if not is_optional:
        return SafeString("")
    return format_html(' <span class="kern-label__optional">({})</span>', _("optional"))


def hint(placed: Placed, words: str) -> SafeString:
    if not words:
        return SafeString("")
    lines = format_html_join(mark_safe("<br>"), "{}", ((line,) for line in words.split("\n") if line))
    return format_html('<div class="kern-hint" id="{}--hint">{}</div>', placed.html_id, lines)


def error(placed: Placed) -> SafeString:
    if not placed.problem:
        return SafeString("")
    return format_html(
        '<p class="kern-error" id="{}--error"><span class="kern-icon kern-icon--danger" aria-hidden="true"></span>'
        '<span class="kern-body"><span class="kern-sr-only">{}: </span>{}</span></p>{}',
        placed.html_id,
        _("Fehler"),
        placed.problem.message,
        _sentence(placed.problem.help),
    )


def _sentence(words: str) -> SafeString:
    """The rule in its own words, for those who want to know."""
    if not words:
        return SafeString("")
    html = '<details class="sk-details sk-rule"><summary>{}</summary><p class="kern-body">{}</p></details>'
    return format_html(html, _("Regel im Wortlaut"), words)


def described(placed: Placed, hint: bool, *, invalid: bool = True, unit: bool = False) -> SafeString:
    """aria-describedby for what stands there, and aria-invalid where the element allows it."""
    ids = [
        f"{placed.html_id}--{part}"
        for part, there in (("unit", unit), ("hint", hint), ("error", bool(placed.problem)))
        if there
    ]
    found = format_html(' aria-describedby="{}"', " ".join(ids)) if ids else SafeString("")
    return found + SafeString(' aria-invalid="true"') if invalid and placed.problem else found


def _autocomplete(field: Field) -> SafeString:
    return format_html(' autocomplete="{}"', field.autocomplete) if field.autocomplete else SafeString("")
