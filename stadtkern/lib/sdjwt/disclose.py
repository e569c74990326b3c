"""Put the disclosed claims where their digests stand (RFC 9901, 7.1), refusing everything that stands nowhere or twice."""

from typing import Any

from .issue import OPEN
from .parts import HASHES, Disclosure, hashed
from .refused import Reason, Refused
from .strict import MOST_DEPTH

RESERVED = ("_sd", "...")


class Unfolding:
    """One walk over one payload."""

    def __init__(self, payload: dict[str, Any], disclosures: tuple[Disclosure, ...]) -> None:
        algorithm = payload.get("_sd_alg", "sha-256")
        if not isinstance(algorithm, str) or algorithm not in HASHES:
            raise Refused(Reason.ALGORITHM, f"hash {str(algorithm)[:20]}")
        self.by_digest: dict[str, Disclosure] = {}
        for one in disclosures:
            if self.by_digest.setdefault(hashed(one.text, algorithm), one) is not one:
                raise Refused(Reason.DISCLOSURE, "stands twice")
        self.seen: set[str] = set()  # digests met on the way
        self.used: set[str] = set()
        self.hidden = 0  # digests without disclosure: hidden claims and decoys
        self.paths: list[tuple[str | int, ...]] = []  # what was laid open

    def run(self, payload: dict[str, Any]) -> dict[str, Any]:
        """The claims as the holder wants them seen."""
        found = self._object({name: value for name, value in payload.items() if name != "_sd_alg"}, (), MOST_DEPTH)
        if len(self.used) != len(self.by_digest):
            raise Refused(Reason.DISCLOSURE, "belongs to no digest")
        return found

    def _value(self, value: Any, path: tuple[str | int, ...], depth: int) -> Any:
        if depth == 0:
            raise Refused(Reason.MALFORMED, "nested too deeply")
        if isinstance(value, dict):
            return self._object(value, path, depth)
        if isinstance(value, list):
            return self._list(value, path, depth)
        return value

    def _object(self, value: dict[str, Any], path: tuple[str | int, ...], depth: int) -> dict[str, Any]:
        if "..." in value:
            raise Refused(Reason.MALFORMED, "a reserved name")
        found = {name: self._value(below, (*path, name), depth - 1) for name, below in value.items() if name != "_sd"}
        digests = value.get("_sd", [])
        if not isinstance(digests, list):
            raise Refused(Reason.MALFORMED, "_sd is no list")
        for digest in digests:
            if (one := self._find(digest)) is None:
                continue
            name = one.name
            if name is None or name in RESERVED or (not path and name == "_sd_alg"):
                raise Refused(Reason.DISCLOSURE, "a reserved name, or none")
            if name in found:
                raise Refused(Reason.FORBIDDEN, "one name twice")
            if not path and name in OPEN:
                raise Refused(Reason.FORBIDDEN, f"{name} must not be hidden")
            self.paths.append((*path, name))
            found[name] = self._value(one.value, (*path, name), depth - 1)
        return found

    def _list(self, value: list[Any], path: tuple[str | int, ...], depth: int) -> list[Any]:
        found: list[Any] = []
        for number, below in enumerate(value):
            if not (isinstance(below, dict) and "..." in below):
                found.append(self._value(below, (*path, number), depth - 1))
                continue
            if len(below) != 1:
                raise Refused(Reason.MALFORMED, "a reserved name")
            if (one := self._find(below["..."])) is None:
                continue
            if one.name is not None:
                raise Refused(Reason.DISCLOSURE, "a name where none belongs")
            self.paths.append((*path, number))
            found.append(self._value(one.value, (*path, number), depth - 1))
        return found

    def _find(self, digest: Any) -> Disclosure | None:
        if not isinstance(digest, str):
            raise Refused(Reason.MALFORMED, "a digest is no text")
        if digest in self.seen:
            raise Refused(Reason.DISCLOSURE, "a digest stands twice")
        self.seen.add(digest)
        one = self.by_digest.get(digest)
        if one is None:
            self.hidden += 1
            return None
        self.used.add(digest)
        return one
