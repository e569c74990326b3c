"""The table of attacks: every way to cheat we know of, and the reason for which it is refused."""

import json
import zlib

import pytest
from joserfc import jws
from joserfc.jwk import OctKey

from stadtkern.lib.sdjwt import Reason, Refused, issue, new_key, public, split, status, thumbprint, verify
from stadtkern.lib.sdjwt.parts import hashed
from stadtkern.lib.sdjwt.status import token as list_token
from stadtkern.lib.sdjwt.strict import MOST_BYTES, encoded

from .samples import (
    CITY,
    HOLDER,
    ISSUER,
    KID,
    LIST,
    NOW,
    PERSON,
    THIEF,
    VCT,
    WANTED,
    bound,
    credential,
    disclosure,
    frame,
    keys_of,
    payload_of,
    shown,
    signed,
    with_parts,
)  # fmt: skip

WHOLE = credential()
GOOD = shown(WHOLE)
OTHER = shown(issue({**frame(), **PERSON, "family_name": "Anders"}, key=CITY, kid=KID))
NAMED = {one.name: one.text for one in split(GOOD).disclosures}
FIRST = NAMED["given_name"]
TOKEN = split(GOOD).token
TEXTS = [FIRST, *(text for name, text in NAMED.items() if name != "given_name")]
FEWER = shown(WHOLE, ("given_name",))


def flipped(text: str, place: int) -> str:
    return text[:place] + ("A" if text[place] != "A" else "B") + text[place + 1 :]


def altered() -> str:
    """The signature of a true credential under a payload that lasts longer."""
    head, _, signature = TOKEN.split(".")
    return f"{head}.{encoded(json.dumps({**payload_of(GOOD), 'exp': NOW * 2}).encode())}.{signature}"


def nested(levels: int) -> str:
    return encoded(('["s","deep",' + "[" * levels + "]" * levels + "]").encode())


def unsigned() -> str:
    head = encoded(json.dumps({"alg": "none", "typ": "dc+sd-jwt", "kid": KID}).encode())
    return f"{head}.{TOKEN.split('.')[1]}."


def hs256() -> str:
    """The public key, which everybody has, used as a shared secret."""
    secret = OctKey.import_key(json.dumps(public(CITY)).encode())
    payload = json.dumps(payload_of(GOOD)).encode()
    return jws.serialize_compact({"alg": "HS256", "typ": "dc+sd-jwt", "kid": KID}, payload, secret, algorithms=["HS256"])


def holding(*disclosures: tuple[str, str], **changes) -> str:
    """A properly signed credential whose payload names these disclosures, presented with them."""
    payload = {**frame(), "_sd": [digest for _, digest in disclosures], "_sd_alg": "sha-256", **changes}
    return bound(signed(payload), *(text for text, _ in disclosures))


NAME, TWIN = disclosure("salt-1", "given_name", "Zoë"), disclosure("salt-2", "given_name", "Eva")

ATTACKS = {
    # disclosures
    "a disclosure altered": (with_parts(GOOD, disclosures=[flipped(FIRST, 30), *TEXTS[1:]]), Reason.DISCLOSURE),
    "a disclosure of another credential": (with_parts(GOOD, disclosures=[split(OTHER).disclosures[0].text]), Reason.DISCLOSURE),
    "a disclosure invented": (with_parts(GOOD, disclosures=[*TEXTS, disclosure("s", "mayor", True)[0]]), Reason.DISCLOSURE),
    "a disclosure twice": (with_parts(GOOD, disclosures=[*TEXTS, FIRST]), Reason.DISCLOSURE),
    "part of an address without the address": (with_parts(GOOD, disclosures=[FIRST, NAMED["locality"]]), Reason.DISCLOSURE),
    "a digest twice in the payload": (holding(NAME, _sd=[NAME[1], NAME[1]]), Reason.DISCLOSURE),
    "one digest at two places": (holding(NAME, other={"_sd": [NAME[1]]}), Reason.DISCLOSURE),
    "two disclosures of one name": (holding(NAME, TWIN), Reason.FORBIDDEN),
    "hidden and open at once": (holding(NAME, given_name="Open"), Reason.FORBIDDEN),
    "the issuer hidden": (holding(disclosure("s", "vct", VCT)), Reason.FORBIDDEN),
    "a later expiry hidden": (holding(disclosure("s", "exp", NOW + 10**8), exp=None), Reason.FORBIDDEN),
    "the holder's key hidden": (holding(disclosure("s", "cnf", {"jwk": public(THIEF)})), Reason.FORBIDDEN),
    "a claim called _sd": (holding(disclosure("s", "_sd", ["x"])), Reason.DISCLOSURE),
    "a claim called ...": (holding(disclosure("s", "...", "x")), Reason.DISCLOSURE),
    "an element of a list as a claim": (holding(disclosure("s", "x")), Reason.DISCLOSURE),
    "a claim as an element of a list": (holding(NAME, _sd=[], list=[{"...": NAME[1]}]), Reason.DISCLOSURE),
    "an element with company": (holding(NAME, _sd=[], list=[{"...": NAME[1], "x": 1}]), Reason.MALFORMED),
    "a hash we do not know": (holding(NAME, _sd_alg="md5"), Reason.ALGORITHM),
    "a hash that is no word": (holding(NAME, _sd_alg=["sha-256"]), Reason.ALGORITHM),
    "a digest that is a number": (holding(NAME, _sd=[1]), Reason.MALFORMED),
    "_sd that is no list": (holding(NAME, _sd=NAME[1]), Reason.MALFORMED),
    # the issuer's signature
    "alg none": (with_parts(GOOD, token=unsigned()), Reason.ALGORITHM),
    "HS256 with the public key": (with_parts(GOOD, token=hs256()), Reason.ALGORITHM),
    "signed by a thief under the city's kid": (bound(signed(payload_of(GOOD), THIEF), *TEXTS), Reason.SIGNATURE),
    "the payload altered": (bound(altered(), *TEXTS), Reason.SIGNATURE),
    "the signature cut": (bound(TOKEN[:-6], *TEXTS), Reason.SIGNATURE),
    "an unknown key": (bound(signed(payload_of(GOOD), THIEF, kid=thumbprint(public(THIEF))), *TEXTS), Reason.UNKNOWN_KEY),
    "no name of a key": (bound(signed(payload_of(GOOD), kid=""), *TEXTS), Reason.UNKNOWN_KEY),
    "the thief's key in the header": (
        bound(signed(payload_of(GOOD), THIEF, jwk=public(THIEF)), *TEXTS), Reason.SIGNATURE),
    "an unknown issuer": (bound(signed({**payload_of(GOOD), "iss": "https://thief.example"}), *TEXTS), Reason.UNKNOWN_ISSUER),
    "no issuer": (bound(signed({**payload_of(GOOD), "iss": None}), *TEXTS), Reason.UNKNOWN_ISSUER),
    "another kind of token": (bound(signed(payload_of(GOOD), typ="JWT"), *TEXTS), Reason.TYPE),
    "a status list as a credential": (bound(signed(payload_of(GOOD), typ="statuslist+jwt"), *TEXTS), Reason.TYPE),
    "no kind of credential": (bound(signed({**payload_of(GOOD), "vct": None}), *TEXTS), Reason.VCT),
    "another kind than asked for": (shown(credential(vct="https://stadt.example/andere")), Reason.VCT),
    # time
    "expired": (shown(credential(exp=NOW - 61)), Reason.EXPIRED),
    "not yet valid": (shown(credential(nbf=NOW + 3600)), Reason.NOT_YET),
    "issued tomorrow": (shown(credential(iat=NOW + 86_400)), Reason.NOT_YET),
    "an expiry that is a word": (shown(credential(exp="never")), Reason.MALFORMED),
    "an expiry that is true": (shown(credential(exp=True)), Reason.MALFORMED),
    "an expiry beyond counting": (bound(signed({**payload_of(GOOD), "exp": 10**30}), *TEXTS), Reason.MALFORMED),
    # the holder
    "no holder's signature": (shown(credential(), key=None), Reason.BINDING),
    "the holder's signature cut away": (with_parts(GOOD, binding=""), Reason.BINDING),
    "replayed to another verifier": (shown(credential(), aud="x509_hash:other"), Reason.BINDING),
    "replayed from another question": (shown(credential(), nonce="yesterday"), Reason.BINDING),
    "an old signature": (shown(credential(), now=NOW - 7200), Reason.BINDING),
    "a signature from the future": (shown(credential(), now=NOW + 7200), Reason.BINDING),
    "signed by a thief's key": (shown(credential(), key=THIEF), Reason.BINDING),
    "a stolen credential without holder's key": (shown(credential(cnf=None)), Reason.BINDING),
    "the holder's key as a secret": (
        bound(signed({**payload_of(GOOD), "cnf": {"jwk": HOLDER.as_dict(private=True)}}), *TEXTS), Reason.BINDING),
    "sd_hash over something else": (bound(TOKEN, *TEXTS, sd_hash=hashed("x~")), Reason.BINDING),
    "one more disclosure after signing": (with_parts(FEWER, disclosures=TEXTS), Reason.BINDING),
    "one disclosure less after signing": (with_parts(GOOD, disclosures=TEXTS[1:]), Reason.BINDING),
    "no sd_hash": (bound(TOKEN, *TEXTS, sd_hash=None), Reason.BINDING),
    "no nonce": (bound(TOKEN, *TEXTS, nonce=None), Reason.BINDING),
    "no aud": (bound(TOKEN, *TEXTS, aud=None), Reason.BINDING),
    "aud as a list": (bound(TOKEN, *TEXTS, aud=[WANTED.aud]), Reason.BINDING),
    "no iat": (bound(TOKEN, *TEXTS, iat=None), Reason.BINDING),
    "another type of signature": (bound(TOKEN, *TEXTS, typ="JWT"), Reason.BINDING),
    # shape
    "nothing": ("", Reason.MALFORMED),
    "a plain token": (TOKEN, Reason.MALFORMED),
    "ten megabytes": ("x" * 10_000_000 + "~", Reason.TOO_LARGE),
    "ten thousand disclosures": (f"{TOKEN}~" + "e~" * 10_000, Reason.TOO_LARGE),
    "a NUL": (GOOD[:50] + "\0" + GOOD[51:], Reason.MALFORMED),
    "an umlaut": ("ä" + GOOD, Reason.MALFORMED),
    "half a character": ("\ud800" + GOOD, Reason.MALFORMED),
    "a line break inside": (GOOD[:50] + "\n" + GOOD[50:], Reason.MALFORMED),
    "nested beyond sense": (holding((nested(5000), hashed(nested(5000)))), Reason.MALFORMED),
    "nested somewhat deep": (holding((nested(40), hashed(nested(40)))), Reason.MALFORMED),
    "a name twice": (bound(TOKEN.split(".")[0] + "." + encoded(b'{"iss":"a","iss":"b"}') + ".AAAA"), Reason.MALFORMED),
    "a demand we do not know": (bound(signed(payload_of(GOOD), b64=True)), Reason.MALFORMED),
    "NUL inside a claim": (holding(disclosure("s", "given_name", "a\0b")), Reason.MALFORMED),
    "half a character inside a claim": (holding(disclosure("s", "given_name", "\ud800")), Reason.MALFORMED),
    "a number without end": (holding((encoded(b'["s","n",1e999]'), hashed(encoded(b'["s","n",1e999]')))), Reason.MALFORMED),
    "padding": (with_parts(GOOD, disclosures=[FIRST + "=", *TEXTS[1:]]), Reason.DISCLOSURE),
}  # fmt: skip


@pytest.mark.parametrize("attack", ATTACKS)
def test_it_is_refused(attack):
    text, reason = ATTACKS[attack]
    with pytest.raises(Refused) as refused:
        verify(text, keys_of=keys_of, binding=WANTED, vct=[VCT], now=NOW)
    assert reason is None or refused.value.reason == reason, refused.value


def test_the_same_without_the_attack_is_believed():
    seen = verify(GOOD, keys_of=keys_of, binding=WANTED, vct=[VCT], now=NOW)
    assert seen.issuer == ISSUER and len(ATTACKS) >= 60 and len(GOOD) < MOST_BYTES


# ------------------------------------------------------------------ status lists

BITS = bytearray(1 << 14)
BITS[42 // 8] |= 1 << 42 % 8


def listed(bits=bytes(BITS), *, uri=LIST, key=CITY, made_at=NOW - 10, valid=3600) -> str:
    return list_token(bits, uri=uri, key=key, kid=KID, made_at=made_at, ttl=300, valid=valid)


def packed(lst: bytes, **changes) -> str:
    claims = {"sub": LIST, "iat": NOW, "exp": NOW + 60, "status_list": {"bits": 1, "lst": encoded(lst), **changes}}
    return signed(claims, typ="statuslist+jwt")


LISTS = {
    "of another issuer": listed(key=new_key()),
    "another list of the same issuer": listed(uri=f"{LIST}0"),
    "out of date": listed(made_at=NOW - 7200),
    "made in the future": listed(made_at=NOW + 7200),
    "too short for the place": listed(bytes(5)),
    "a bomb": packed(zlib.compress(bytes(200_000_000), 9)),
    "not compressed": packed(bytes(100)),
    "cut off": packed(zlib.compress(bytes(BITS))[:-5]),
    "three bits": packed(zlib.compress(bytes(BITS)), bits=3),
    "true bits": packed(zlib.compress(bytes(BITS)), bits=True),
    "no list inside": signed({"sub": LIST, "iat": NOW}, typ="statuslist+jwt"),
    "a credential as a list": signed({"sub": LIST, "iat": NOW, "status_list": {"bits": 1, "lst": ""}}),
    "no token": "hello",
    "endless": "e" * 5_000_000,
    "unsigned": unsigned(),
}


@pytest.mark.parametrize("attack", LISTS)
def test_no_statement_without_a_sound_list(attack):
    with pytest.raises(Refused) as refused:
        status.status(LISTS[attack], uri=LIST, index=42, keys=[public(CITY)], now=NOW)
    assert refused.value.reason == Reason.STATUS


@pytest.mark.parametrize(("index", "expected"), [(42, status.INVALID), (41, status.VALID), (43, status.VALID), (131_071, 0)])
def test_the_list_says_who_is_revoked(index, expected):
    assert status.status(listed(), uri=LIST, index=index, keys=[public(THIEF), public(CITY)], now=NOW) == expected


def test_the_example_of_the_specification():
    """The vector with two bits from the draft's section on compressed byte arrays."""
    text = packed(zlib.compress(bytes([0xC9, 0x44, 0xF9])), bits=2)
    read = [status.status(text, uri=LIST, index=place, keys=[public(CITY)], now=NOW) for place in range(12)]
    assert read == [1, 2, 0, 3, 0, 1, 0, 1, 1, 2, 3, 3]
    with pytest.raises(Refused):
        status.status(text, uri=LIST, index=12, keys=[public(CITY)], now=NOW)


def test_a_reference_to_a_list_that_is_none():
    for wrong in ({"status_list": {"uri": LIST}}, {"status_list": {"uri": LIST, "idx": -1}}, {"other": 1}, [], "x"):
        seen = verify(shown(credential(status=wrong)), keys_of=keys_of, now=NOW)
        with pytest.raises(Refused):
            _ = seen.status
    assert verify(shown(credential(status=None)), keys_of=keys_of, now=NOW).status is None
