"""Misbehaviour on demand: how often which operation goes wrong in which way, and what wrong looks like."""

import time
from dataclasses import dataclass
from typing import Any

from ... import events, jose
from ..store import Store

# Kinds that answer instead of the service: HTTP status, Retry-After.
REFUSALS = {"429": (429, 2), "503": (503, None), "500": (500, None)}
# lost: done, but the answer never arrives · slow · truncated, altered, swapped: of what is fetched ·
# expired, stranger: of the key · doubled: of the list · replayed, forged, wrong_tags: of the event log
KINDS = (*REFUSALS, "lost", "slow", "truncated", "altered", "swapped", "expired", "stranger", "doubled",
         "replayed", "forged", "wrong_tags")  # fmt: skip
OPERATIONS = ("token", "destination", "key", "announce", "upload", "submit", "list", "fetch", "attachment", "events", "report")


@dataclass(frozen=True)
class Trouble:
    """One misbehaviour that is due now."""

    kind: str
    detail: str


def order(store: Store, operation: str, kind: str, times: int = 1, detail: str = "") -> None:
    """The next `times` calls of `operation` ("any" = each) go wrong like this."""
    if kind not in KINDS or operation not in (*OPERATIONS, "any"):
        raise ValueError(f"no such trouble: {operation} {kind}")
    with store.change() as connection:
        connection.execute("INSERT INTO trouble VALUES (NULL, ?, ?, ?, ?)", [operation, kind, times, detail])


def calm(store: Store) -> None:
    """No trouble any more."""
    with store.change() as connection:
        connection.execute("DELETE FROM trouble")


def due(store: Store, operation: str) -> Trouble | None:
    """The trouble this call is to have; counts it."""
    query = "SELECT * FROM trouble WHERE operation IN (?, 'any') AND left_over > 0 ORDER BY number LIMIT 1"
    if store.row(query, operation) is None:
        return None
    with store.change() as connection:
        row = connection.execute(query, [operation]).fetchone()
        if row is None:
            return None
        connection.execute("UPDATE trouble SET left_over = left_over - 1 WHERE number = ?", [row["number"]])
    if row["kind"] == "slow":
        time.sleep(float(row["detail"] or 1))
    return Trouble(row["kind"], row["detail"])


def spoiled(trouble: Trouble | None, token: str, encryption_key: jose.Jwk | None) -> str:
    """An encrypted part as a broken or dishonest service would hand it out."""
    if trouble is None:
        return token
    if trouble.kind == "truncated":
        return token[: len(token) // 2]
    if trouble.kind == "altered":
        return token[:-1] + ("A" if token[-1] != "A" else "Q")
    if trouble.kind == "swapped" and encryption_key is not None:
        return jose.encrypt(b'{"answers": {}, "from": "somebody else"}', encryption_key, "application/json")
    return token


def rewritten(trouble: Trouble | None, log: list[str], store: Store, case: str, issuer: str, key: jose.Jwk) -> list[str]:
    """An event log as a dishonest service, or somebody in between, would tell it."""
    if trouble is None:
        return log
    if trouble.kind == "replayed":  # somebody else's events are told as ours
        others = store.rows("SELECT token FROM event WHERE kase <> ? ORDER BY number DESC LIMIT 20", case)
        return [*log, *(row["token"] for row in others)]
    if trouble.kind not in ("forged", "wrong_tags"):
        return log
    return [_retold(trouble.kind, token, issuer, key) for token in log]


def _retold(kind: str, token: str, issuer: str, key: jose.Jwk) -> str:
    claims: dict[str, Any] = jose.header_of(token.split(".")[1])
    ours = claims["iss"] == issuer
    name = next(iter(claims["events"]))
    if kind == "forged":  # the receiver's word, signed by a key of the same name that is not the receiver's
        if ours:
            return token
        header = jose.header_of(token)
        return jose.sign(claims, {**jose.new_key("stranger", "sign", 2048), "kid": header["kid"]})
    if ours and name == events.BASE + events.SUBMIT:
        claims["events"][name]["authenticationTags"]["data"] = "AAAAAAAAAAAAAAAAAAAAAA"
        return jose.sign(claims, key)
    return token
