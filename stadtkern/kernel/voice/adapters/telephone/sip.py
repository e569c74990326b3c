"""A SIP provider or telephone system that calls us over HTTP for every turn; docs/voice.md describes the interface.

POST, JSON: {"call", "event", "caller", "text" | "digits" | "audio" (base64 of a WAV, OGG or M4A file)}.
Signed: X-Stadtkern-Time (seconds) and X-Stadtkern-Signature = hex HMAC-SHA256 over "time.body" with STADTKERN_TELEPHONE.
Answer: {"say", "audio", "hangup"}.
"""

import base64
import binascii
import hashlib
import hmac
import json
import os
import re
import time
from dataclasses import replace

from django.http import HttpRequest, HttpResponse, JsonResponse

from .. import NotConnected
from . import Answer, Stranger, Turn, Unreadable

LATE = 120  # seconds a signature is good for
EVENTS = ("start", "speech", "digits", "silence", "hangup")


def problem() -> str:
    """No secret shared with the gateway, or one that can be guessed."""
    return (
        ""
        if len(os.environ.get("STADTKERN_TELEPHONE", "")) >= 32
        else "Der Telefonanschluss ist nicht verbunden (STADTKERN_TELEPHONE fehlt)."
    )


def read(request: HttpRequest) -> Turn:
    """Signature first, then content."""
    if told := problem():
        raise NotConnected(told)
    stamp, given = request.headers.get("X-Stadtkern-Time", ""), request.headers.get("X-Stadtkern-Signature", "")
    if not re.fullmatch(r"[0-9]{1,12}", stamp) or abs(time.time() - int(stamp)) > LATE:
        raise Stranger
    if not hmac.compare_digest(signature(stamp, request.body).encode(), given.encode("utf-8", "replace")):
        raise Stranger
    try:
        told_us = json.loads(request.body)
    except (ValueError, RecursionError) as error:
        raise Unreadable from error
    return replace(_turn(told_us), mark=given)


def signature(stamp: str, body: bytes) -> str:
    """What the gateway must send."""
    return hmac.new(
        os.environ.get("STADTKERN_TELEPHONE", "").encode(), stamp.encode() + b"." + body, hashlib.sha256
    ).hexdigest()


def _turn(raw: object) -> Turn:
    if not isinstance(raw, dict):
        raise Unreadable
    text = {name: raw.get(name, "") for name in ("call", "event", "caller", "text", "digits", "audio")}
    if not all(isinstance(value, str) for value in text.values()) or text["event"] not in EVENTS:
        raise Unreadable
    if not re.fullmatch(r"[A-Za-z0-9._:@-]{8,128}", text["call"]) or not re.fullmatch(r"[0-9+*#]{0,40}", text["digits"]):
        raise Unreadable
    try:
        sound = base64.b64decode(text["audio"], validate=True)
    except (binascii.Error, ValueError) as error:
        raise Unreadable from error
    caller = text["caller"] if re.fullmatch(r"\+?[0-9 /()-]{3,30}", text["caller"]) else ""
    return Turn(text["call"], text["event"], caller, text["text"][:500], text["digits"], sound)


def write(answer: Answer) -> HttpResponse:
    """JSON."""
    return JsonResponse({"say": answer.say, "audio": base64.b64encode(answer.sound).decode(), "hangup": answer.hangup})
