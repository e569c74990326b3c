"""KERN components as template tags, and figures as people write them (builtin in every template; see ui/README.md)."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from stadtkern.ui import words

register = template.Library()

LEVELS = {"debug": "info", "info": "info", "success": "success", "warning": "warning", "error": "danger", "danger": "danger"}


# Figures


@register.filter
def euro(cents: Any) -> str:
    """`{{ 123456|euro }}` is "1.234,56 €"."""
    return "" if cents in (None, "") else words.euro(int(cents))


@register.filter
def plain_euro(cents: int) -> str:
    """`{{ 2500|plain_euro }}` is "25,00", as somebody would type it."""
    return f"{int(cents) // 100},{int(cents) % 100:02d}"


@register.filter
def percent(basis_points: int) -> str:
    """`{{ 1900|percent }}` is "19 %"."""
    return words.percent(int(basis_points))


@register.filter
def day(value: date | None) -> str:
    """`{{ value|day }}` is "24.11.2026"."""
    return words.day(value) if value else ""


@register.filter
def moment(value: datetime | None) -> str:
    """`{{ value|moment }}` is "24.11.2026, 14:32 Uhr"."""
    return words.moment(value) if value else ""


@register.filter
def clock(value: datetime | None) -> str:
    """`{{ value|clock }}` is "14:32 Uhr"."""
    return words.clock(value) if value else ""


@register.filter
def relative_day(value: date | None) -> SafeString | str:
    """`{{ value|relative_day }}` is "in 3 Tagen (Mittwoch)", the exact date on hover and for machines."""
    if not value:
        return ""
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        words.local_day(value).isoformat(),
        words.moment(value) if isinstance(value, datetime) else words.day(value),
        words.relative_day(value),
    )


@register.filter
def reference(value: str) -> SafeString:
    """A reference number: not broken over lines, not translated, not taken for a phone number."""
    return format_html('<span class="sk-reference" translate="no">{}</span>', value)


# Small parts


@register.simple_tag
def icon(name: str, size: str = "") -> SafeString:
    """A KERN icon, silent for screen readers: `{% icon "download" %}`; sizes small, large, x-large."""
    return format_html(
        '<span class="kern-icon kern-icon--{}{}" aria-hidden="true"></span>', name, f" kern-icon--{size}" if size else ""
    )


@register.simple_tag
def badge(text: Any, level: str = "info") -> SafeString:
    """A state in words with a colour: `{% badge "Wartet auf Sie" "warning" %}`; levels info, success, warning, danger."""
    level = LEVELS.get(level, "info")
    return format_html(
        '<span class="kern-badge kern-badge--{0}"><span class="kern-icon kern-icon--{0}" aria-hidden="true"></span>'
        '<span class="kern-label kern-label--small">{1}</span></span>',
        level,
        text,
    )


@register.inclusion_tag("ui/alert.html")
def alert(level: str, title: Any, body: Any = "", url: str = "", label: str = "") -> dict[str, Any]:
    """A framed notice, with a link if there is something to do: `{% alert "warning" "Title" "Body" url "Label" %}`."""
    return {"level": LEVELS.get(level, "info"), "title": title, "body": body, "url": url, "label": label}


@register.inclusion_tag("ui/empty.html")
def empty(title: Any, body: Any = "", url: str = "", label: str = "") -> dict[str, Any]:
    """Nothing here yet, why, and the way on: `{% empty "Keine Post" "…" url "Label" %}`."""
    return {"title": title, "body": body, "url": url, "label": label}


# The way around


@register.simple_tag
def breadcrumb(*parts: str) -> SafeString:
    """Titles and addresses in turn, the page itself last: `{% breadcrumb "Start" "/" "Meine Stadt" url "Vorgänge" %}`."""
    pairs = zip(parts[:-1:2], parts[1::2], strict=False)
    links = format_html_join("", '<li><a href="{1}">{0}</a></li>', pairs)
    return format_html(
        '<nav class="sk-breadcrumb" aria-label="{}"><ol>{}<li aria-current="page">{}</li></ol></nav>',
        gettext("Brotkrumen"),
        links,
        parts[-1],
    )


@register.inclusion_tag("ui/pager.html")
def pager(newer: str = "", older: str = "", shown: str = "") -> dict[str, Any]:
    """Way through a long list, without counting it: addresses of the page before and after, or nothing."""
    return {"newer": newer, "older": older, "shown": shown}


@register.inclusion_tag("ui/stepper.html")
def stepper(steps: Iterable[Mapping[str, Any] | Any], title: str = "") -> dict[str, Any]:
    """Steps with names: items have `title`, `state` (done, current, open) and, where one may go back, `url`."""
    steps = list(steps)
    at = next((number for number, step in enumerate(steps, 1) if _get(step, "state") == "current"), 0)
    return {"steps": steps, "title": title or gettext("Schritte"), "at": at, "count": len(steps)}


# Content


@register.inclusion_tag("ui/facts.html")
def facts(rows: Iterable[Any]) -> dict[str, Any]:
    """Two to four facts side by side: items have `label`, `value` and perhaps `note`, or are such a tuple."""
    return {"rows": [_fact(row) for row in rows]}


@register.inclusion_tag("ui/track.html")
def track(stages: Iterable[Any]) -> dict[str, Any]:
    """Where something is, like a parcel: items have `title`, `state` (done, current, open), perhaps `at` and `note`."""
    return {"stages": list(stages)}


@register.inclusion_tag("ui/summary.html")
def summary(section: Any, change_url: str = "", change: str = "") -> dict[str, Any]:
    """Answers of one step (lib.forms Section, or `title` and `rows` with `label` and `text`) with a way to change them."""
    return {"section": section, "change_url": change_url, "change": change}


def _get(item: Any, name: str) -> Any:
    return item.get(name) if isinstance(item, Mapping) else getattr(item, name, None)


def _fact(row: Any) -> dict[str, Any]:
    if isinstance(row, (tuple, list)):
        return dict(zip(("label", "value", "note"), row, strict=False))
    return {name: _get(row, name) for name in ("label", "value", "note")}
