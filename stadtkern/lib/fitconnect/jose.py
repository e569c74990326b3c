"""JWE and JWS as FIT-Connect prescribes them: RSA-OAEP-256 with A256GCM for content, PS512 for tokens.

Crypto rules: FITKO documentation, "Vorgaben für kryptographische Verfahren" (BSI TR-02102). Nothing else is accepted, whatever
a header says.
"""

import base64
import binascii
import hashlib
import json
import zlib
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, cast

from joserfc import jwe, jws
from joserfc.errors import JoseError
from joserfc.jwa import DeflateZipModel
from joserfc.jwe import JWERegistry
from joserfc.jwk import RSAKey

MOST_BYTES = 60_000_000  # of one part, before and after decompression
_CONTENT = ("RSA-OAEP-256", "A256GCM", "DEF")
_STANDARD = ("kty", "n", "e", "d", "p", "q", "dp", "dq", "qi")

Jwk = Mapping[str, Any]


class Unreadable(Exception):
    """This cannot be opened with this key: cut off, altered, for somebody else, or by another method."""


class _Deflate(DeflateZipModel):
    """The library's own stops at 250 kB; attachments are larger, and a bomb must stop somewhere."""

    def decompress(self, s: bytes) -> bytes:
        opener = zlib.decompressobj(-zlib.MAX_WBITS)
        found = opener.decompress(s, MOST_BYTES)
        if opener.unconsumed_tail or not opener.eof:
            raise ValueError("too large, or cut off")
        return found


class _Registry(JWERegistry):
    max_ciphertext_length = MOST_BYTES * 2
    algorithms = {**JWERegistry.algorithms, "zip": {"DEF": _Deflate()}}


_JWE = _Registry(algorithms=_CONTENT, strict_check_header=False)  # senders add headers of their own


def key_of(jwk: Jwk) -> RSAKey:
    """The key as the library wants it; what it is meant for is checked by us (certificates.py). ValueError if it is none."""
    plain = {name: jwk[name] for name in _STANDARD if name in jwk}
    if plain.get("kty") != "RSA":
        raise ValueError("no RSA key")
    return _imported(json.dumps(plain, sort_keys=True))


@lru_cache(maxsize=32)
def _imported(text: str) -> RSAKey:
    try:
        key = RSAKey.import_key(json.loads(text))
        _ = key.raw_value
    except (JoseError, ValueError, TypeError, KeyError, binascii.Error) as error:
        raise ValueError(f"no RSA key: {type(error).__name__}") from None
    return key


def new_key(kid: str, purpose: str, bits: int = 4096) -> dict[str, Any]:
    """A new private key as JWK; `purpose` is "unwrapKey" (to decrypt) or "sign"."""
    key = RSAKey.generate_key(bits, private=True)
    alg = "PS512" if purpose == "sign" else "RSA-OAEP-256"
    return {**key.as_dict(private=True), "kid": kid, "alg": alg, "key_ops": [purpose]}


def public(jwk: Jwk) -> dict[str, Any]:
    """The half that may be shown, with the matching operation."""
    turned = {"unwrapKey": "wrapKey", "sign": "verify"}
    kept = {name: jwk[name] for name in ("kty", "n", "e", "alg", "kid", "x5c") if name in jwk}
    return {**kept, "key_ops": [turned.get(name, name) for name in jwk.get("key_ops", [])]}


def encrypt(data: bytes, jwk: Jwk, content_type: str = "") -> str:
    """JWE in compact serialization (RFC 7516 § 7.1)."""
    header = {"alg": "RSA-OAEP-256", "enc": "A256GCM", "kid": str(jwk.get("kid", ""))}
    if content_type:
        header["cty"] = content_type
    return jwe.encrypt_compact(header, data, key_of(jwk), registry=_JWE)


def decrypt(token: str, keys: Mapping[str, Jwk]) -> bytes:
    """The content, opened with the key its header names (`keys` = kid to private key). Raises Unreadable."""
    header = header_of(token)
    if header.get("alg") != "RSA-OAEP-256" or header.get("enc") != "A256GCM":
        raise Unreadable("encrypted by a method that is not allowed")
    kid = header.get("kid")
    key = keys.get(kid) if isinstance(kid, str) else next(iter(keys.values()), None)
    if key is None:
        raise Unreadable("encrypted for a key we do not have")
    try:
        plain = jwe.decrypt_compact(token, key_of(key), registry=_JWE).plaintext
    except (JoseError, ValueError, TypeError, KeyError, OverflowError, zlib.error) as error:
        raise Unreadable(f"cannot be decrypted ({type(error).__name__})") from None
    return cast(bytes, plain)


def tag(token: str) -> str:
    """The authentication tag, last part of a compact JWE; Unreadable where there is none."""
    parts = token.split(".")
    if len(parts) != 5 or not parts[4] or not token.isascii():
        raise Unreadable("no JWE of five parts")
    return parts[4]


def header_of(token: str) -> dict[str, Any]:
    """The protected header of a JWE or JWS, unverified."""
    try:
        head = token.split(".", 1)[0]
        found = json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        raise Unreadable("no readable header") from None
    if not isinstance(found, dict):
        raise Unreadable("no readable header")
    return found


def sign(claims: Mapping[str, Any], jwk: Jwk, typ: str = "secevent+jwt") -> str:
    """JWS in compact serialization with PS512."""
    header = {"alg": "PS512", "typ": typ, "kid": str(jwk.get("kid", ""))}
    return jws.serialize_compact(header, json.dumps(claims, separators=(",", ":")).encode(), key_of(jwk), algorithms=["PS512"])


def verified(token: str, jwk: Jwk) -> dict[str, Any]:
    """The claims, signature checked. Raises Unreadable."""
    try:
        found = jws.deserialize_compact(token, key_of(jwk), algorithms=["PS512"])
        claims = json.loads(found.payload)
    except (JoseError, ValueError, TypeError, KeyError, RecursionError) as error:
        raise Unreadable(f"the signature does not hold ({type(error).__name__})") from None
    if not isinstance(claims, dict):
        raise Unreadable("no claims")
    return claims


def sha512(data: bytes) -> str:
    """Hash as metadata write it: hexadecimal, lower case."""
    return hashlib.sha512(data).hexdigest()
