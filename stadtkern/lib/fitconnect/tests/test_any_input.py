"""Whatever the other side sends: a clear refusal, never an error of ours."""

import json
from contextlib import suppress

from hypothesis import given, settings
from hypothesis import strategies as st

from stadtkern.lib.fitconnect import events, jose, metadata, problems

from .parts import key, shown

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
GOOD = json.loads(metadata.write(metadata.Metadata("urn:x", "application/json", "0" * 128, (
    metadata.Attachment("a" * 8 + "-1111-4111-8111-111111111111", "a.pdf", "application/pdf", "0" * 128),
), "urn:y", "Y", {"eMail": {}}, "1", "2026-01-01")))  # fmt: skip


def places(value, path=()):
    yield path
    if isinstance(value, dict):
        for name, below in value.items():
            yield from places(below, (*path, name))
    if isinstance(value, list):
        for number, below in enumerate(value):
            yield from places(below, (*path, number))


@settings(max_examples=150, deadline=None)
@given(st.sampled_from([path for path in places(GOOD) if path]), JSON)
def test_metadata_with_one_thing_wrong(path, value):
    spoiled = json.loads(json.dumps(GOOD))
    place = spoiled
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    said = metadata.read(json.dumps(spoiled).encode())
    if not isinstance(said, metadata.Metadata):
        assert said and all(one.kind in problems.TITLES for one in said)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200))
def test_bytes_that_are_no_metadata(content):
    assert isinstance(metadata.read(content), list | metadata.Metadata)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.sampled_from(["iss", "sub", "txn", "iat", "jti", "events"]), JSON, max_size=6))
def test_claims_of_any_kind(claims):
    with suppress(events.TokenRefused):
        events.read(jose.sign(claims, key("land", "sign")), lambda issuer, kid: shown("land", "sign"))


@settings(max_examples=60, deadline=None)
@given(JSON)
def test_problems_of_any_kind(listed):
    assert all(isinstance(one.detail, str) for one in problems.read(listed))


@settings(max_examples=80, deadline=None)
@given(st.text(alphabet=".abcAB01-_=ä\0{}", max_size=60))
def test_text_that_is_no_token(text):
    for act in (lambda: jose.decrypt(text, {"k": key("land", "unwrapKey")}), lambda: jose.tag(text)):
        with suppress(jose.Unreadable):
            act()
