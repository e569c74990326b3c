"""What one browser may tell the other: the shapes and sizes, checked before anything is kept."""

import json
from dataclasses import dataclass, field
from typing import Any

from .room import Refused

BODY = 200_000  # bytes of one request
SDP = 60_000  # a description with two cameras and a screen has about 12,000
LINES = 60  # in one request
WAITING = 300  # not yet fetched by the other side
MOST = 2**31 - 1


@dataclass(frozen=True)
class Line:
    """One message; `seq` is the sender's number, `to` the other side's epoch it is meant for."""

    seq: int
    to: int
    body: dict[str, Any]


@dataclass(frozen=True)
class Told:
    """One request of a browser: what it has heard so far, how it is, what it says."""

    epoch: int
    after: int
    ready: bool = False
    connected: bool = False
    relayed: bool | None = None
    lines: tuple[Line, ...] = field(default=())


def read(body: bytes) -> Told:
    """A request as sent; Refused ("malformed") for everything a browser of ours would not send."""
    if len(body) > BODY:
        raise Refused("malformed", status=413)
    try:
        said = json.loads(body.decode("utf-8"))
        if not isinstance(said, dict):
            raise TypeError
        lines = said.get("lines", [])
        if not isinstance(lines, list) or len(lines) > LINES:
            raise TypeError
        relayed = said.get("relayed")
        return Told(
            epoch=_number(said["epoch"], MOST),
            after=_number(said.get("after", 0), 2**63 - 1),
            ready=said.get("ready") is True,
            connected=said.get("connected") is True,
            relayed=relayed if isinstance(relayed, bool) else None,
            lines=tuple(_line(one) for one in lines),
        )
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as problem:
        raise Refused("malformed", status=400) from problem


def _line(said: Any) -> Line:
    if set(said) - {"seq", "to", "body"}:
        raise TypeError("unknown key")
    return Line(_number(said["seq"], MOST), _number(said["to"], MOST), _body(said["body"]))


def _body(said: Any) -> dict[str, Any]:
    """A description (with the name of the stream that shows a screen), or a candidate; nothing else passes."""
    if set(said) == {"description", "screen"}:
        inner = said["description"]
        if set(inner) != {"type", "sdp"} or inner["type"] not in ("offer", "answer"):
            raise ValueError("not a description")
        sdp = _text(inner["sdp"], SDP)
        if not sdp.startswith("v=0"):
            raise ValueError("not a description")
        return {"description": {"type": inner["type"], "sdp": sdp}, "screen": _text(said["screen"], 100)}
    if set(said) == {"candidate"}:
        inner = said["candidate"]
        if set(inner) - {"candidate", "sdpMid", "sdpMLineIndex", "usernameFragment"}:
            raise ValueError("not a candidate")
        index = inner.get("sdpMLineIndex")
        return {
            "candidate": {
                "candidate": _text(inner["candidate"], 1000),
                "sdpMid": _perhaps(inner.get("sdpMid"), 40),
                "sdpMLineIndex": _number(index, 99) if index is not None else None,
                "usernameFragment": _perhaps(inner.get("usernameFragment"), 300),
            }
        }
    raise ValueError("neither")


def _perhaps(value: Any, most: int) -> str | None:
    return None if value is None else _text(value, most)


def _text(value: Any, most: int) -> str:
    if not isinstance(value, str) or len(value) > most or "\0" in value:
        raise ValueError("not such a text")
    value.encode("utf-8")  # half a letter (lone surrogate) is a ValueError
    return value


def _number(value: Any, most: int) -> int:
    if type(value) is not int or not 0 <= value <= most:
        raise ValueError("not such a number")
    return value
