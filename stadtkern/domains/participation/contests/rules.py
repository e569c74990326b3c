"""The settings of a contest as rules of lib/judging; what is wrong with them in a sentence."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from stadtkern.lib.judging import Criterion, Rules

MOST_CRITERIA = 12


def rules_of(settings: Mapping[str, Any]) -> Rules:
    """What the clerk chose. Raises ValueError (German)."""
    return Rules(
        criteria_of(str(settings.get("criteria") or "")),
        most_points=int(settings.get("most_points") or 10),
        normalise=settings.get("normalise", "none"),
        average=settings.get("average", "mean"),
        least_jurors=int(settings.get("least_jurors") or 1),
        public_percent=int(settings.get("public_percent") or 0),
    )


def criteria_of(text: str) -> tuple[Criterion, ...]:
    """One in a line, "Nutzen für viele; 3"; without a number it counts once. Raises ValueError (German) with the line."""
    found: list[Criterion] = []
    for line in text.splitlines():
        title, _semicolon, weight = (part.strip() for part in line.strip().partition(";"))
        if not title and not weight:
            continue
        if not title or len(title) > 100 or not _is_weight(weight or "1"):
            raise ValueError(
                _("„%s“: Schreiben Sie das Merkmal und sein Gewicht so: Nutzen für viele; 3. Das Gewicht geht von 1 bis 100.")
                % line.strip()[:60]
            )
        if title.casefold() in {one.title.casefold() for one in found}:
            raise ValueError(_("„%s“ steht zweimal da.") % title)
        found.append(Criterion(f"k{len(found) + 1}", title, int(weight or "1")))
    if not 0 < len(found) <= MOST_CRITERIA:
        raise ValueError(_("Nennen Sie ein bis zwölf Merkmale, nach denen die Jury wertet."))
    return tuple(found)


def _is_weight(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 3 and 1 <= int(text) <= 100
