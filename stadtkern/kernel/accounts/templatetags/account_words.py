"""Words for the pages of the account."""

from typing import Any

from django import template
from django.utils.translation import gettext as _

register = template.Library()
BROWSERS = [("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari")]
SYSTEMS = [
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
]


@register.filter
def device(user_agent: str) -> str:
    """`{{ session.user_agent|device }}` is "Firefox, Windows"; an unknown one is called so."""
    found = [next((name for mark, name in table if mark in (user_agent or "")), "") for table in (BROWSERS, SYSTEMS)]
    return ", ".join(name for name in found if name) or _("Unbekanntes Gerät")


@register.simple_tag
def sign_in_ways() -> list[dict[str, Any]]:
    """Every means that opens an account, and whether it works here."""
    from ..stepup import sign_in_choices

    return sign_in_choices()
