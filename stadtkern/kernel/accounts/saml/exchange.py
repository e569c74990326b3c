"""The way out and the way in of both SAML means: question in a form, answer kept until the right browser fetches it."""

import dataclasses
import json
import uuid
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils import timezone

from .. import actions
from ..adapters import Cancelled, Departure, Identity, Refused, TimedOut, WrongLevel, load, table
from ..models import Trust
from . import answer, keys, request, second, signatures
from .partner import ourselves, partner

QUESTION = "_"  # an XML id must not begin with a digit
LIBRARY_READS = ("bundid",)  # the schema of python3-saml does not know the address type of the organisation account
ENDS = {"cancelled": Cancelled, "timeout": TimedOut, "level": WrongLevel}


def connected(name: str) -> bool:
    try:
        return partner(name) is not None and bool(keys.own())
    except (keys.NoKey, OSError, ValueError):
        return False


def depart(name: str, state: str, trust: Trust, extend: Callable[[Any], None] | None) -> Departure:
    them = partner(name)
    assert them is not None  # asked of connected means only
    root = request.build(QUESTION + state, ourselves(name), them, trust, timezone.now())
    if extend:
        extend(root)
    method = signatures.RSA_PSS if table(name).get("signature") == "rsa-pss" else signatures.RSA_SHA256
    fields = {"SAMLRequest": request.packed(root, keys.own(), method), "RelayState": state}
    return Departure(them.address, fields, {"request": QUESTION + state}, them.origins)


def receive(name: str, packed: str) -> str:
    """Where the browser goes with this answer: by GET to the page where its session is known again. Raises Refused.

    The POST comes from another site and so without our session cookie. What it says is verified here, sealed under a key
    that only this browser gets, and believed there, if that very session has asked that very question.
    """
    them, us, pair, now = partner(name), ourselves(name), keys.own(), timezone.now()
    if them is None:
        raise Refused("not connected")
    question = answer.question_of(packed)
    if not question.startswith(QUESTION):
        raise Refused("unsolicited")
    try:
        statement = answer.read(packed, us, them, pair, now)
        if name in LIBRARY_READS:
            second.agree(packed, statement, us, them, pair, now)
        identity: Identity = load(name).understand(statement)  # type: ignore[attr-defined]
        keep_until = statement.keep_until
        key = actions.keep_answer(name, (statement.issuer, statement.id), question, _dump(identity), keep_until)
    except (Cancelled, TimedOut, WrongLevel, Refused) as ended:
        word = next((word for word, kind in ENDS.items() if isinstance(ended, kind)), "refused")
        return _back(question, error=word)
    except actions.SeenBefore:
        return _back(question, error="seen")
    return _back(question, key=key)


def _back(question: str, **more: str) -> str:
    return reverse("accounts:identified", query={"state": question.removeprefix(QUESTION), **more})


def fetch(name: str, question: Mapping[str, Any], query: Mapping[str, str]) -> Identity:
    """The answer to this session's question. Raises how it ended instead."""
    if error := query.get("error"):
        raise ENDS.get(error, Refused)
    told = actions.take_answer(name, query.get("key", ""), question["keep"]["request"])
    if told is None:
        raise Refused("no answer to this question")
    return _load(told)


def _dump(identity: Identity) -> str:
    values = dataclasses.asdict(identity)
    born = values["facts"].get("birth_date")
    if isinstance(born, date):
        values["facts"]["birth_date"] = born.isoformat()
    return json.dumps(values, default=str)


def _load(told: str) -> Identity:
    values = json.loads(told)
    if born := values["facts"].get("birth_date"):
        values["facts"]["birth_date"] = date.fromisoformat(born)
    key = values["register_key"]
    return Identity(**{**values, "trust": Trust(values["trust"]), "register_key": uuid.UUID(key) if key else None})
