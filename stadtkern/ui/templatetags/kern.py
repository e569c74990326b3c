"""KERN components as template tags, and figures as people write them (builtin in every template)."""

from typing import Any

from django import template

register = template.Library()

LEVELS = {"debug": "info", "info": "info", "success": "success", "warning": "warning", "error": "danger", "danger": "danger"}


@register.inclusion_tag("ui/alert.html")
def alert(level: str, title: Any, body: Any = "") -> dict[str, Any]:
    """A framed notice: `{% alert "warning" "Title" "Body" %}`; levels info, success, warning, danger."""
    return {"level": LEVELS.get(level, "info"), "title": title, "body": body}
