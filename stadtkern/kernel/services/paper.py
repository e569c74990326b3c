"""The blank form of a service as PDF/UA: made once for each state of its questions, kept on disk, served from there."""

import hashlib
import json
import os
import threading
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from stadtkern.kernel.city.profile import city
from stadtkern.kernel.documents.render import HERE as LETTER
from stadtkern.kernel.documents.render import arms, render
from stadtkern.lib import qr
from stadtkern.lib.forms.export.blank import paper

from . import words
from .offices import office
from .service import Service

TEMPLATE = Path(__file__).parent / "blank.typ"
KEPT = settings.HOME / "forms"
ITEMS = 1_000  # on paper, about 80 sheets, 2 s and 100 MB; the largest federal schema at hand has a third of it
LONGEST = 600_000  # characters of all texts
_one_at_a_time = threading.Lock()  # a robot that asks for all forms keeps one core busy, not all threads


class TooLong(Exception):
    """More questions than fit on paper that anybody would fill in."""


def blank_form(service: Service) -> tuple[bytes, str]:
    """The PDF, always in German, and its digest; TooLong or `render.Unrenderable`. Costs nothing when nothing changed."""
    with override("de"):
        data = _data(service)
    text = json.dumps(data, ensure_ascii=False, sort_keys=True)
    if len(text) > LONGEST or sum(len(step["items"]) for step in data["steps"]) > ITEMS:
        raise TooLong(service.key)
    template = TEMPLATE.read_text(encoding="utf-8")
    letter = (LETTER / "letter.typ").read_text(encoding="utf-8")
    digest = hashlib.sha256("\0".join((text, template, letter)).encode()).hexdigest()
    file = KEPT / f"{service.key}.{digest[:40]}.pdf"
    if (kept := _read(file)) is None:
        with _one_at_a_time:
            if (kept := _read(file)) is None:
                kept = render(template, data, at=timezone.now())
                _keep(file, kept, service.key)
    return kept, digest


def _read(file: Path) -> bytes | None:
    try:
        return file.read_bytes()
    except OSError:
        return None


def _keep(file: Path, pdf: bytes, key: str) -> None:
    """All or nothing; the form of yesterday goes. A full disk costs time only."""
    try:
        KEPT.mkdir(parents=True, exist_ok=True)
        fresh = KEPT / f".{uuid4().hex}.new"
        fresh.write_bytes(pdf)
        for old in KEPT.glob(f"{key}.*.pdf"):
            old.unlink(missing_ok=True)
        os.replace(fresh, file)  # noqa: PTH105
    except OSError:
        return


def _data(service: Service) -> dict[str, Any]:
    """Everything on the sheet; the same data, the same sheet."""
    url = settings.BASE_URL.rstrip("/") + reverse("services:page", args=[service.key])
    place = office(service.office)
    names = ("title", "street", "postcode", "town", "phone", "email")
    return {
        "title": service.title,
        "teaser": service.teaser,
        "needs": list(service.documents_needed),
        "kept": words.kept(service),
        "url": url,
        "qr": qr.svg(url),
        "edition": f"{service.key} {service.digest[:12]}",
        "accent": city().colours.get("accent", "#171a2b"),
        "arms": arms(),
        "city": {"title": city().texts.get("title", city().name), "name": city().name, **city().contact},
        "office": {name: getattr(place, name) for name in names} if place else {},
        "steps": paper(service.form),
    }
