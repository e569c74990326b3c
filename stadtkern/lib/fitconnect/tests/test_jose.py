"""Our JWE, tokens and hashes against jwcrypto, which shares no code with ours above the cipher."""

import base64
import json
import zlib

import pytest
from jwcrypto import jwe, jwk, jws

from stadtkern.lib.fitconnect import callbacks, events, jose

from .parts import key, shown


def foreign(private: dict) -> jwk.JWK:
    return jwk.JWK(**{name: value for name, value in private.items() if name not in ("use", "key_ops", "alg")})


def test_what_we_encrypt_the_other_library_opens():
    content = bytes(range(256)) * 4000
    token = jose.encrypt(content, shown("land", "unwrapKey"), "application/json")
    found = jwe.JWE()
    found.deserialize(token, foreign(key("land", "unwrapKey")))
    assert found.payload == content
    head = json.loads(found.objects["protected"])
    assert (head["alg"], head["enc"]) == ("RSA-OAEP-256", "A256GCM")
    assert base64.urlsafe_b64encode(found.objects["tag"]).decode().rstrip("=") == jose.tag(token)


@pytest.mark.parametrize("more", [{}, {"zip": "DEF"}])
def test_what_the_other_library_encrypts_we_open(more):
    content = "Grüße aus dem Nachbarland ✓".encode() * 100
    head = {"alg": "RSA-OAEP-256", "enc": "A256GCM", "kid": "land-unwrapKey", **more}
    token = jwe.JWE(content, json.dumps(head), recipient=foreign(key("land", "unwrapKey"))).serialize(compact=True)
    assert jose.decrypt(token, {"land-unwrapKey": key("land", "unwrapKey")}) == content


def test_a_bomb_does_not_unfold(monkeypatch):
    monkeypatch.setattr(jose, "MOST_BYTES", 100_000)
    head = {"alg": "RSA-OAEP-256", "enc": "A256GCM", "zip": "DEF"}
    assert len(zlib.compress(b"\0" * 5_000_000)) < 10_000
    token = jwe.JWE(b"\0" * 5_000_000, json.dumps(head), recipient=foreign(key("land", "unwrapKey"))).serialize(compact=True)
    with pytest.raises(jose.Unreadable):
        jose.decrypt(token, {"x": key("land", "unwrapKey")})


@pytest.mark.parametrize("spoil", [
    lambda t: t[: len(t) // 2], lambda t: t[:-1] + ("A" if t[-1] != "A" else "Q"), lambda t: "", lambda t: "....",
    lambda t: t.replace(".", "", 1), lambda t: "\0" + t, lambda t: "ä" + t, lambda t: t + ".x", lambda t: t.split(".")[0],
])  # fmt: skip
def test_spoiled_content_is_said_to_be_so(spoil):
    token = spoil(jose.encrypt(b"x", shown("land", "unwrapKey")))
    with pytest.raises(jose.Unreadable):
        jose.decrypt(token, {"land-unwrapKey": key("land", "unwrapKey")})


@pytest.mark.parametrize("head", [{"alg": "RSA1_5"}, {"alg": "dir"}, {"alg": "none"}, {"enc": "A128CBC-HS256"}])
def test_other_methods_are_refused_whatever_the_header_says(head):
    said = {"alg": "RSA-OAEP-256", "enc": "A256GCM", **head}
    fake = base64.urlsafe_b64encode(json.dumps(said).encode()).decode().rstrip("=") + ".a.a.a.a"
    with pytest.raises(jose.Unreadable):
        jose.decrypt(fake, {"x": key("land", "unwrapKey")})


def token_of(**more) -> str:
    said = {"submission": "a" * 8 + "-1111-4111-8111-111111111111", "case": "b" * 8 + "-1111-4111-8111-111111111111"}
    return events.write(events.ACCEPT, issuer="land", key=key("land", "sign"), **{**said, **more})


def test_our_token_holds_for_the_other_library():
    token = token_of(tags=events.Tags("m", "d", {"x": "y"}))
    found = jws.JWS()
    found.allowed_algs = ["PS512"]
    found.deserialize(token, foreign(key("land", "sign")))
    claims = json.loads(found.payload)
    assert claims["events"][events.BASE + events.ACCEPT]["authenticationTags"]["attachments"] == {"x": "y"}
    assert json.loads(found.objects["protected"])["typ"] == "secevent+jwt"


def test_their_token_holds_for_us_and_another_key_does_not():
    claims = jose.header_of(token_of().split(".")[1])
    made = jws.JWS(json.dumps(claims))
    made.add_signature(foreign(key("land", "sign")), None, json.dumps({"alg": "PS512", "typ": "secevent+jwt", "kid": "k"}))
    said = events.read(made.serialize(compact=True), lambda issuer, kid: shown("land", "sign"))
    assert said.name == events.ACCEPT
    with pytest.raises(events.TokenRefused):
        events.read(made.serialize(compact=True), lambda issuer, kid: shown("city", "sign"))


@pytest.mark.parametrize("change", [
    {"iat": 99999999999}, {"iat": "x"}, {"events": {}}, {"events": {"a": {}, "b": {}}}, {"sub": "submission:x"}, {"txn": None},
    {"events": {events.BASE + "explode-submission": {}}},
])  # fmt: skip
def test_tokens_that_prove_nothing(change):
    claims = {**jose.header_of(token_of().split(".")[1]), **change}
    with pytest.raises(events.TokenRefused):
        events.read(jose.sign(claims, key("land", "sign")), lambda issuer, kid: shown("land", "sign"))


@pytest.mark.parametrize("token", ["", ".", "..", "a.b.c", "W10.W10.W10", "null.null.null", "\0.\0.\0", "e30.e30."])
def test_rubbish_is_no_token(token):
    with pytest.raises(events.TokenRefused):
        events.read(token, lambda issuer, kid: shown("land", "sign"))


def test_callbacks_are_checked_by_secret_and_time():
    body, now = b'{"type": "x"}', 1_672_527_599
    good = callbacks.signature("s3cret", now, body)
    callbacks.check("s3cret", str(now), good, body, now=now + 299)
    for secret, when, given, content, later in [
        ("other", str(now), good, body, 0), ("s3cret", str(now), good, body + b" ", 0), ("s3cret", str(now + 1), good, body, 0),
        ("s3cret", str(now), good, body, 301), ("s3cret", str(now), good, body, -301), ("s3cret", "", good, body, 0),
        ("s3cret", "٣", good, body, 0), ("s3cret", "9" * 40, good, body, 0), ("s3cret", str(now), "ä\0", body, 0),
        ("", str(now), callbacks.signature("", now, body), body, 0),
    ]:  # fmt: skip
        with pytest.raises(callbacks.CallbackRefused):
            callbacks.check(secret, when, given, content, now=now + later)
