"""The demo identity provider: a card reader with PIN that can be cancelled, mistyped and left waiting."""

import uuid
from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.core import signing
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from stadtkern.kernel.accounts.models import Trust

from . import Cancelled, Departure, Identity, PinBlocked, Refused, TimedOut

NAME = "demo"
TITLE = _("Demo-Ausweis")
TEXT = _("Ein nachgebauter Online-Ausweis für die Vorführung. Karte auflegen, PIN eingeben, fertig. Dauert eine halbe Minute.")
AUDIENCE = "citizens"
TRUST = Trust.HIGH
SIGNS_IN, STEPS_UP = False, True
PIN = "123456"
QUESTION, ANSWER = "accounts.demo.question", "accounts.demo.answer"
SECONDS = 300  # a question, and an answer, is worth nothing later


def connected() -> bool:
    return True  # offered in demo and test only


def begin(request: HttpRequest, *, state: str, trust: Trust, return_url: str) -> Departure:
    question = signing.dumps({"state": state, "return": return_url}, salt=QUESTION)
    return Departure(f"{reverse('accounts:card_reader')}?{urlencode({'question': question})}", own=True)


def read_question(question: str) -> dict[str, str]:
    """What the portal asked; raises TimedOut or Refused."""
    try:
        asked: dict[str, str] = signing.loads(question, salt=QUESTION, max_age=SECONDS)
    except signing.SignatureExpired as late:
        raise TimedOut from late
    except signing.BadSignature as forged:
        raise Refused from forged
    return asked


def answer_url(asked: Mapping[str, str], *, error: str = "", card: Mapping[str, Any] | None = None) -> str:
    """Back to the portal with an error word or a signed statement of who it is."""
    answer = {"error": error} if error else {"answer": signing.dumps({"state": asked["state"], "card": card}, salt=ANSWER)}
    return f"{asked['return']}?{urlencode({'state': asked['state'], **answer})}"


def finish(*, question: Mapping[str, Any], query: Mapping[str, str]) -> Identity:
    if error := query.get("error"):
        raise {"cancelled": Cancelled, "pin_blocked": PinBlocked, "timeout": TimedOut}.get(error, Refused)
    try:
        said = signing.loads(query.get("answer", ""), salt=ANSWER, max_age=SECONDS)
    except signing.SignatureExpired as late:
        raise TimedOut from late
    except signing.BadSignature as forged:
        raise Refused from forged
    if said["state"] != question["state"]:
        raise Refused
    facts = dict(said["card"])
    key = uuid.UUID(facts.pop("register_key"))
    facts["birth_date"] = date.fromisoformat(facts["birth_date"]) if facts.get("birth_date") else None
    return Identity(key, TRUST, facts)
