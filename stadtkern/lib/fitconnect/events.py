"""Security Event Tokens (RFC 8417) of FIT-Connect: the event log of a submission, signed with PS512."""

import re
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from . import jose
from .problems import Problem
from .problems import read as read_problems

BASE = "https://schema.fitko.de/fit-connect/events/"
SCHEMA = "https://schema.fitko.de/fit-connect/set-payload/1.0.0/set-payload.schema.json"
CREATE, SUBMIT, NOTIFY, FORWARD, ACCEPT, REJECT, DELETE = (
    f"{verb}-submission" for verb in ("create", "submit", "notify", "forward", "accept", "reject", "delete")
)
NAMES = (CREATE, SUBMIT, NOTIFY, FORWARD, ACCEPT, REJECT, DELETE)
CLOCK_SKEW = 300  # seconds a token may come from the future
_SUBJECT = re.compile(r"submission:([0-9a-f-]{36})")
_CASE = re.compile(r"case:([0-9a-f-]{36})")


class TokenRefused(Exception):
    """This token proves nothing; the message says why."""


@dataclass(frozen=True)
class Tags:
    """Authentication tags of the parts of a submission; `attachments` = id to tag."""

    metadata: str
    data: str
    attachments: Mapping[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """As they stand in the event."""
        return {"metadata": self.metadata, "data": self.data, "attachments": dict(self.attachments)}


@dataclass(frozen=True)
class Happened:
    """One verified line of the log. `tags` and `problems` where the event carries them."""

    id: str
    name: str
    submission: str
    case: str
    issuer: str
    at: int  # Unix seconds
    tags: Tags | None = None
    problems: tuple[Problem, ...] = ()


def write(
    name: str,
    *,
    submission: str,
    case: str,
    issuer: str,
    key: jose.Jwk,
    tags: Tags | None = None,
    problems: Sequence[Problem] = (),
) -> str:
    """A signed token."""
    said: dict[str, Any] = {}
    if tags is not None:
        said["authenticationTags"] = tags.as_json()
    if problems:
        said["problems"] = [problem.as_json() for problem in problems]
    claims = {
        "$schema": SCHEMA,
        "jti": str(uuid.uuid4()),
        "iss": issuer,
        "iat": int(time.time()),
        "sub": f"submission:{submission}",
        "txn": f"case:{case}",
        "events": {BASE + name: said},
    }
    return jose.sign(claims, key)


def read(token: str, find_key: Callable[[str, str], jose.Jwk]) -> Happened:
    """The event, its signature checked with `find_key(issuer, kid)`. Raises TokenRefused; find_key may raise what it likes."""
    try:
        header = jose.header_of(token)
        unchecked = _claims(token)
    except jose.Unreadable as error:
        raise TokenRefused(str(error)) from None
    if header.get("typ") != "secevent+jwt" or header.get("alg") != "PS512" or not isinstance(header.get("kid"), str):
        raise TokenRefused("no security event token signed with PS512")
    key = find_key(str(unchecked.get("iss")), header["kid"])
    try:
        return _event(jose.verified(token, key))
    except jose.Unreadable as error:
        raise TokenRefused(str(error)) from None


def _claims(token: str) -> dict[str, Any]:
    parts = token.split(".")
    if len(parts) != 3:
        raise jose.Unreadable("no JWS of three parts")
    return jose.header_of(parts[1])  # the same reading: base64url of a JSON object


def _event(claims: Mapping[str, Any]) -> Happened:
    events, issued = claims.get("events"), claims.get("iat")
    subject, case = _SUBJECT.fullmatch(str(claims.get("sub"))), _CASE.fullmatch(str(claims.get("txn")))
    if not isinstance(events, dict) or len(events) != 1 or not subject or not case or not isinstance(issued, int):
        raise TokenRefused("claims are missing")
    if issued > time.time() + CLOCK_SKEW:
        raise TokenRefused("issued in the future")
    url, said = next(iter(events.items()))
    name = str(url).removeprefix(BASE)
    if name not in NAMES:
        raise TokenRefused(f"unknown event {name[:60]}")
    said = said if isinstance(said, dict) else {}
    return Happened(
        id=str(claims.get("jti"))[:60],
        name=name,
        submission=subject[1],
        case=case[1],
        issuer=str(claims.get("iss")),
        at=issued,
        tags=_tags(said.get("authenticationTags")),
        problems=tuple(read_problems(said.get("problems"))),
    )


def _tags(value: Any) -> Tags | None:
    if not isinstance(value, dict):
        return None
    listed = value.get("attachments")
    attachments = {str(key): str(one) for key, one in listed.items()} if isinstance(listed, dict) else {}
    return Tags(str(value.get("metadata", "")), str(value.get("data", "")), attachments)


def compare(said: Tags | None, found: Tags) -> list[Problem]:
    """Whether what lies there is what was handed in."""
    if said is None:
        return [Problem("missing-authentication-tags", "submission", "Das Ereignisprotokoll nennt keine Authentication-Tags.")]
    wrong = []
    if said.metadata != found.metadata:
        wrong.append("metadata")
    if said.data != found.data:
        wrong.append("data")
    keys = {*said.attachments, *found.attachments}
    wrong += [f"attachment:{key}" for key in sorted(keys) if said.attachments.get(key) != found.attachments.get(key)]
    text = "Das Authentication-Tag weicht vom Ereignisprotokoll ab."
    return [Problem("incorrect-authentication-tag", instance, text) for instance in wrong]
