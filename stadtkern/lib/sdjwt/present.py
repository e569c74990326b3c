"""Present: the holder chooses what is seen, and signs for whom. What a wallet does; ours use it in tests and demo."""

from collections.abc import Collection
from typing import Any

from joserfc.jwk import ECKey

from . import jose
from .binding import bind
from .parts import HASHES, Disclosure, Parts, hashed, split
from .refused import Reason, Refused

Path = tuple[str, ...]


def present(
    text: str, reveal: Collection[Path], *, key: ECKey | None = None, aud: str = "", nonce: str = "", now: float | None = None
) -> str:
    """The credential with the claims at these paths laid open (("address", "locality")), signed for `aud` by the key if any."""
    parts = split(text)
    _, payload = jose.unverified(parts.token)
    algorithm = payload.get("_sd_alg", "sha-256")
    if algorithm not in HASHES:
        raise Refused(Reason.ALGORITHM)
    by_digest = {hashed(one.text, algorithm): one for one in parts.disclosures}
    chosen: list[Disclosure] = []
    _choose(payload, (), reveal, by_digest, chosen)
    kept = Parts(parts.token, tuple(chosen), "")
    return bind(kept, key, aud=aud, nonce=nonce, algorithm=algorithm, now=now) if key else kept.bound


def _choose(
    value: Any, path: Path, reveal: Collection[Path], by_digest: dict[str, Disclosure], chosen: list[Disclosure]
) -> None:
    if not isinstance(value, dict):
        return
    for name, below in value.items():
        if name != "_sd":
            _choose(below, (*path, name), reveal, by_digest, chosen)
    for digest in value.get("_sd", []):
        one = by_digest.get(digest)
        if one is None or one.name is None:
            continue
        here = (*path, one.name)
        # The way to it is laid open with it, and everything below it.
        if any(wanted[: len(here)] == here or here[: len(wanted)] == wanted for wanted in reveal):
            chosen.append(one)
            _choose(one.value, here, reveal, by_digest, chosen)
