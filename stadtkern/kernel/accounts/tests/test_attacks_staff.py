"""The staff's sign-in against an independent provider (Authlib): the honest flow passes, every attack is refused."""

from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from authlib.jose import JsonWebKey
from django.core.cache import caches

from stadtkern.kernel.accounts import openid
from stadtkern.kernel.accounts.adapters import Refused, Unavailable

from .attacks_saml import ATTACKS as SAML
from .attacks_staff import ATTACKS, header
from .other_side import CLIENT, ISSUER, Provider


@pytest.fixture(scope="module")
def made():
    return Provider()


@pytest.fixture
def provider(made, monkeypatch):
    fresh = Provider.__new__(Provider)
    fresh.__dict__ = {
        **made.__dict__,
        "about": dict(made.about),
        "codes": {},
        "claims": {},
        "header": dict(made.header),
        "asked": [],
    }
    caches["local"].clear()
    monkeypatch.setattr(openid, "TRANSPORT", fresh.transport())
    return fresh


def flow(provider, attack=None):
    address, kept = openid.question(CLIENT, "state-1")
    asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    assert asked["state"] == "state-1" and asked["code_challenge_method"] == "S256" and "openid" in asked["scope"].split()
    query = {"state": "state-1", "code": provider.ask(asked)}
    if attack and attack.query:
        query = attack.query(query)
    if attack and attack.kept:
        kept = attack.kept(kept)
    return openid.claims(CLIENT, kept, query)


def test_the_honest_flow_passes(provider):
    told = flow(provider)
    assert told["sub"] == "emp-4711" and told["email"] == "clerk@stadt.example"
    assert provider.asked.count("POST /realms/stadt/token") == 1


def test_the_page_about_the_person_is_asked_only_where_the_token_is_silent(provider):
    provider.about["userinfo_endpoint"] = f"{ISSUER}/userinfo"
    provider.userinfo = {
        "sub": "emp-4711",
        "email": "clerk@stadt.example",
        "email_verified": True,
        "iss": "https://boese.example",
    }
    provider.claims = {"email": None, "email_verified": None}
    told = flow(provider)
    assert told["email"] == "clerk@stadt.example" and told["iss"] == ISSUER


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_every_attack_is_refused_by_the_check_it_is_meant_for(provider, attack):
    if attack.provider:
        attack.provider(provider)
    provider.claims = {**provider.claims, **(attack.claims or {})}
    with pytest.raises(Refused) as refused:
        flow(provider, attack)
    assert str(refused.value) == attack.refused_by


def test_new_keys_are_fetched_once_and_not_for_every_odd_token(provider):
    flow(provider)
    provider.key = provider.signs_with = JsonWebKey.generate_key("RSA", 2048, {"kid": "new"}, is_private=True)
    provider.header["kid"] = "new"
    flow(provider)
    header(kid="odd")(provider)
    for _ in range(3):
        with pytest.raises(Refused):
            flow(provider)
    assert provider.asked.count("GET /realms/stadt/keys") == 2


@pytest.mark.parametrize("status", [500, 503])
def test_a_provider_that_is_away_is_not_an_attack(provider, monkeypatch, status):
    monkeypatch.setattr(openid, "TRANSPORT", httpx.MockTransport(lambda request: httpx.Response(status)))
    with pytest.raises(Unavailable):
        openid.question(CLIENT, "s")


def test_the_documented_table_is_the_tested_one(settings):
    text = (settings.ROOT / "docs" / "sign-in.md").read_text(encoding="utf-8")
    missing = [one.name for one in [*ATTACKS, *SAML] if f"| {one.name} | {one.what} | {one.refused_by} |" not in text]
    assert missing == []
