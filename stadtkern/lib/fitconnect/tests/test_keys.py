"""A key is used only when operation, length, validity, purpose and chain are right."""

import pytest

from stadtkern.lib.fitconnect import jose
from stadtkern.lib.fitconnect.authority import Authority
from stadtkern.lib.fitconnect.certificates import KeyRefused, check_key, load

from .parts import authority, expired, key, shown

ROOTS = load(authority().root_pem())


def code_of(jwk, operation="wrapKey") -> str:
    try:
        check_key(jwk, ROOTS, operation)
    except KeyRefused as refused:
        return refused.code
    return ""


def test_a_good_key_is_good():
    assert code_of(shown("land", "unwrapKey")) == ""
    assert code_of(shown("land", "sign"), "verify") == ""


def test_each_fault_has_its_word():
    good = shown("land", "unwrapKey")
    assert code_of(good, "verify") == "operation"
    assert code_of({**good, "key_ops": ["wrapKey", "verify"]}) == "operation"
    assert code_of({**good, "alg": "RSA1_5"}) == "operation"
    assert code_of(expired("land", "unwrapKey")) == "expired"
    assert code_of(authority("other").certified(key("land", "unwrapKey"), "x")) == "root"
    assert code_of({**good, "x5c": shown("city", "unwrapKey")["x5c"]}) == "chain"
    assert code_of({**good, "x5c": []}) == "chain"
    assert code_of({**good, "x5c": ["AAAA"]}) == "chain"
    assert code_of({**good, "x5c": [None]}) == "chain"
    assert code_of({name: value for name, value in good.items() if name != "x5c"}) == "chain"
    assert code_of({**good, "n": ""}) == "key"
    assert code_of({**good, "kty": "EC"}) == "key"


def test_a_short_key_is_refused():
    assert code_of(authority().certified(key("short", "unwrapKey", 2048), "short")) == "length"


def test_a_certificate_for_signing_does_not_encrypt():
    signer = shown("land", "sign")
    assert code_of({**signer, "key_ops": ["wrapKey"], "alg": "RSA-OAEP-256"}) == "purpose"


def test_a_leaf_is_no_authority():
    """A certified key must not certify others."""
    leaf = authority().certified(key("short", "sign", 2048), "leaf")
    villain = Authority(jose.key_of(key("short", "sign", 2048)).raw_value, load(authority().root_pem())[0])
    forged = villain.certified(key("land", "unwrapKey"), "x")
    forged["x5c"] = [forged["x5c"][0], leaf["x5c"][0], leaf["x5c"][1]]
    assert code_of(forged) == "chain"


@pytest.mark.parametrize("jwk", [{}, {"key_ops": 3}, {"key_ops": ["wrapKey"], "alg": "RSA-OAEP-256", "kty": "RSA", "n": 5}])
def test_rubbish_is_no_key(jwk):
    with pytest.raises(KeyRefused):
        check_key(jwk, ROOTS, "wrapKey")
