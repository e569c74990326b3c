"""Forms on a page: `{% load forms %}{% error_summary problems %}<form …>{% form_fields placed %}</form>`.

The names a page posts, besides the paths of its fields: `_add` and `_remove` (value: the path of a list, entry, optional
group or file) and `_contest` (value: the path of a fact from a register, "Das stimmt nicht"). A wrapper with the class
`controls` marks fields on whose answer others depend: `hx-trigger="change from:.controls"`. The form is `novalidate`,
posts `multipart/form-data`, and its page loads `ui/forms.css` and `ui/forms.js`.
"""

import re
from collections.abc import Iterable, Sequence

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from stadtkern.lib.forms.check import Problem
from stadtkern.lib.forms.model import Field, Group, Kind, Option
from stadtkern.lib.forms.shape import Placed, html_id
from stadtkern.lib.forms.walk import is_ticks
from stadtkern.ui.controls import checks, control, described, error, hint, optional
from stadtkern.ui.quick import render

register = template.Library()


@register.simple_tag
def form_fields(placed: Iterable[Placed]) -> SafeString:
    """The fields of a page as `lib.forms.shape.placed` laid them out, without the form element around."""
    html = "".join(_element(each, 0) for each in placed)
    if 'name="_' in html:  # Enter in a text field must go on, not press the first "add" or "remove"
        first = '<button type="submit" class="kern-sr-only" tabindex="-1" aria-hidden="true" formnovalidate>{}</button>'
        html = format_html(first, _("Weiter")) + html
    return mark_safe(f'<div class="sk-form">{html}</div>')  # noqa: S308 - every part was escaped by its template


@register.simple_tag
def error_summary(problems: Sequence[Problem]) -> SafeString:
    """What to put right, on top of the page, each with a link to its field; takes the focus. Empty without problems."""
    if not problems:
        return SafeString("")
    several = any(re.search(r"\[[1-9]", each.path) for each in problems)
    rows = [
        {"html_id": html_id(each.path), "message": each.message, "place": _place(each.path) if several else ""}
        for each in problems
    ]
    return render("errors", {"problems": rows})


def _place(path: str) -> str:
    """Which entry of a list is meant: the same question stands there several times."""
    found = path.rpartition("[")[2].partition("]")[0] if "[" in path else ""
    return _("%(number)s. Eintrag") % {"number": int(found) + 1} if found.isdecimal() else ""


# Groups and lists


def _element(placed: Placed, depth: int, label: str = "") -> SafeString:
    if placed.repeats and not (isinstance(placed.element, Field) and is_ticks(placed.element)):
        return _list(placed, depth)
    if isinstance(placed.element, Group):
        return _group(placed, placed.element, depth, label)
    return control(placed, placed.element, label or placed.element.label)


def _group(placed: Placed, group: Group, depth: int, label: str) -> SafeString:
    if placed.bare:
        return mark_safe("".join(_element(child, depth) for child in placed.children))  # noqa: S308 - escaped parts
    absent = placed.can_add
    body = [_choice_of(placed, group)] if group.choice else []
    body += [_element(child, depth + 1) for child in placed.children]
    if absent:
        body.append(_add_button(placed, _("%(label)s hinzufügen") % {"label": group.label}))
    name = label or group.label
    marked = placed.index is not None or placed.can_remove
    opening, closing = _heading(depth)
    words = "" if placed.index else group.help
    context = {
        "id": placed.html_id,
        "label": name,
        "depth": min(depth, 3),
        "optional": optional(group.minimum == 0 and placed.index is None),
        "hint": hint(placed, words),
        "error": error(placed),
        "aria": described(placed, bool(words), invalid=False),
        "body": mark_safe("".join(body)),  # noqa: S308 - escaped parts
        "open_heading": opening,
        "close_heading": closing,
        "marker": placed.path if marked and not group.choice else "",
        "instance_of": placed.path.rpartition("[")[0] if placed.index is not None else "",
        "remove": placed.path if placed.can_remove else "",
        "remove_label": _("%(label)s entfernen") % {"label": name},
    }
    return render("group", context)


def _heading(depth: int) -> tuple[SafeString, SafeString]:
    if depth > 1:
        return SafeString(""), SafeString("")
    level = depth + 2
    return format_html('<h{} class="sk-legend">', level), format_html("</h{}>", level)


def _choice_of(placed: Placed, group: Group) -> SafeString:
    """Which of the children is filled in: radio buttons that carry the path of the group."""
    options = [Option(child.key, child.label) for child in group.children]
    field = Field("", _("Welche Angabe machen Sie?"), Kind.CHOICE, options=tuple(options))
    inner = Placed(field, placed.path, f"{placed.html_id}--choice", placed.value, controls=True)
    return checks(inner, field, field.label, options, (placed.value,), "radio")


def _add_button(placed: Placed, label: str) -> SafeString:
    return format_html(
        '<button class="kern-btn kern-btn--secondary sk-add" type="submit" name="_add" value="{}" id="{}--add" formnovalidate>'
        '<span class="kern-icon kern-icon--add" aria-hidden="true"></span><span class="kern-label">{}</span></button>',
        placed.path,
        placed.html_id,
        label,
    )


def _list(placed: Placed, depth: int) -> SafeString:
    element, entries = placed.element, placed.children
    alone = isinstance(element, Field) and len(entries) < 2
    parts = []
    for number, entry in enumerate(entries, 1):
        label = element.label if alone else _("%(label)s %(number)s") % {"label": element.label, "number": number}
        parts.append(_element(entry, depth, label))
        if isinstance(element, Field) and entry.can_remove:
            parts.append(_remove_button(entry, label))
    body: SafeString = mark_safe("".join(parts))  # noqa: S308 - escaped parts
    more = _("%(label)s hinzufügen") if not entries else _("Weitere Angabe hinzufügen: %(label)s")
    context = {
        "id": placed.html_id,
        "body": body if entries else _empty_list(placed, depth),
        "error": error(placed),
        "add": placed.path if placed.can_add else "",
        "add_label": more % {"label": element.label},
    }
    return render("repeat", context)


def _empty_list(placed: Placed, depth: int) -> SafeString:
    """A list without entries still says what could stand in it."""
    opening, closing = _heading(depth)
    label = format_html('<div class="kern-label">{}{}{}{}</div>', opening, placed.element.label, optional(True), closing)
    return label + hint(placed, placed.element.help)


def _remove_button(entry: Placed, label: str) -> SafeString:
    return format_html(
        '<button class="sk-plain sk-remove" type="submit" name="_remove" value="{}" formnovalidate>{}</button>',
        entry.path,
        _("%(label)s entfernen") % {"label": label},
    )
