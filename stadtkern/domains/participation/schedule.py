"""Phases on a line: what is wrong with them, in sentences for whoever plans them. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from stadtkern.ui import words


@dataclass(frozen=True)
class Span:
    """A phase as far as time is concerned; `pk` of the one that is being changed."""

    title: str
    starts_at: datetime
    ends_at: datetime
    pk: int | None = None


def problem(spans: Sequence[Span], wanted: Span) -> str:
    """Why a phase cannot lie there; "" where it can."""
    if wanted.ends_at <= wanted.starts_at:
        return _("Das Ende (%(end)s) liegt nicht nach dem Anfang (%(start)s).") % {
            "end": words.moment(wanted.ends_at),
            "start": words.moment(wanted.starts_at),
        }
    for other in spans:
        if other.pk is not None and other.pk == wanted.pk:
            continue
        if wanted.starts_at < other.ends_at and other.starts_at < wanted.ends_at:
            return _("Diese Phase überschneidet sich mit „%(title)s“ (%(start)s bis %(end)s).") % {
                "title": other.title,
                "start": words.moment(other.starts_at),
                "end": words.moment(other.ends_at),
            }
    return ""
