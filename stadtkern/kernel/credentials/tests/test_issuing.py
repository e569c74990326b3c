"""OpenID4VCI from the QR code to the wallet, with a client written from the specification; and every way to cheat at it."""

import html
import json
import re
import time

import pytest
from django.core.cache import cache
from django.utils import timezone
from jwcrypto.jwk import JWK
from sd_jwt.holder import SDJWTHolder

from stadtkern.kernel.credentials import actions, keys
from stadtkern.kernel.credentials.models import Copy, Credential, Grant
from stadtkern.kernel.events.models import Event

from .conftest import open_way, send
from .wallet import PRE_AUTHORISED, Problem

pytestmark = pytest.mark.django_db


def test_from_qr_code_to_wallet(offered, citizen, login, wallet):
    client = login(citizen)
    link, pin = open_way(client, offered)
    text = wallet.fetch(link, pin)[0]
    shown = SDJWTHolder(text)
    shown.create_presentation(True)
    offered.refresh_from_db()
    copy = Copy.objects.get()
    assert offered.claims == b"" and copy.accepted_at and copy.kid == keys.signing().kid
    assert copy.holder == wallet.credentials[0][0].thumbprint()
    names = set(Event.objects.filter(name__startswith="credential.").values_list("name", flat=True))
    assert {"credential.offered", "credential.way_opened", "credential.code_exchanged", "credential.issued"} <= names
    page = client.get(f"/nachweise/{offered.pk}/").content.decode()
    assert "Gültig, in Ihrer Wallet" in page and "von der Wallet bestätigt" in page and "Lindenstraße" not in page
    assert "Lindenstraße" not in json.dumps(list(Event.objects.values_list("data", flat=True)))


def test_a_batch_cannot_be_linked(offered, citizen, login, wallet):
    link, pin = open_way(login(citizen), offered)
    found = wallet.fetch(link, pin, keys=3)
    assert len(set(found)) == 3 and Copy.objects.values("place").distinct().count() == 3
    parts = [set(one.split("~")[1:-1]) for one in found]
    assert not parts[0] & parts[1] and not parts[1] & parts[2]  # other salts
    signed = [SDJWTHolder(one).sd_jwt_payload for one in found]
    assert len({one["iat"] for one in signed}) == 1 and signed[0]["iat"] % 86_400 == 0


def test_the_offer_in_the_link_itself_says_the_same(offered, citizen, login, wallet):
    answer = login(citizen).post(f"/nachweise/{offered.pk}/uebernehmen/", follow=True)
    page = html.unescape(answer.content.decode())
    by_reference, by_value = re.findall(r'href="(openid-credential-offer://[^"]+)"', page)
    assert wallet.read_offer(by_reference) == wallet.read_offer(by_value)


def test_a_second_way_closes_the_first_and_a_code_works_once(offered, citizen, login, wallet):
    client = login(citizen)
    first, first_pin = open_way(client, offered)
    second, pin = open_way(client, offered)
    with pytest.raises(Problem):
        wallet.fetch(first, first_pin)
    wallet.fetch(second, pin)
    with pytest.raises(Problem):
        wallet.fetch(second, pin)
    assert Copy.objects.count() == 1


def test_a_pin_cannot_be_guessed(offered, citizen, login, wallet):
    link, pin = open_way(login(citizen), offered)
    offer = wallet.read_offer(link)
    _, server = wallet.metadata(offer)
    wrong = "000000" if pin != "000000" else "111111"
    with pytest.raises(Problem) as missing:
        wallet.token(offer, server, None)
    assert missing.value.said == (400, {"error": "invalid_request", "error_description": "tx_code is required"})
    for _ in range(5):
        with pytest.raises(Problem) as problem:
            wallet.token(offer, server, wrong)
        assert problem.value.said[1]["error"] == "invalid_grant"
    with pytest.raises(Problem):  # also the right one comes too late
        wallet.token(offer, server, pin)
    assert Grant.objects.get().attempts == 5 and pin not in Grant.objects.get().code_digest


def test_an_address_that_fails_too_often_waits(quiet):
    url = "http://localhost:8000/nachweise/token/"
    form = {"grant_type": PRE_AUTHORISED, "pre-authorized_code": "x" * 43, "tx_code": "123456"}
    found = [send("POST", url, {}, form).status for _ in range(25)]
    assert found[0] == 400 and found[-1] == 429


def test_time_runs_out(offered, citizen, login, wallet):
    link, pin = open_way(login(citizen), offered)
    offer = wallet.read_offer(link)
    Grant.objects.update(expires_at=timezone.now())
    with pytest.raises(Problem):
        wallet.read_offer(link)
    with pytest.raises(Problem):
        wallet.token(offer, wallet.metadata(offer)[1], pin)


@pytest.fixture
def ready(offered, citizen, login, wallet):
    """A wallet with a token, before it asks for the credential."""
    link, pin = open_way(login(citizen), offered)
    offer = wallet.read_offer(link)
    issuer, server = wallet.metadata(offer)
    return wallet, issuer, wallet.token(offer, server, pin)["access_token"]


KEY, OTHER = (JWK.generate(kty="EC", crv="P-256") for _ in range(2))
PUBLIC = KEY.export_public(as_dict=True)
RSA = JWK.generate(kty="RSA", size=2048)
SECRET = JWK(kty="oct", k=PUBLIC["x"])


def asked(wallet, issuer, *proofs):
    return {"credential_configuration_id": "meldebescheinigung", "proofs": {"jwt": list(proofs)}}


BAD_PROOFS = {
    "another audience": (lambda w, i, n: w.proof(KEY, i, n, aud="https://other.example"), "invalid_proof"),
    "no audience": (lambda w, i, n: w.proof(KEY, i, n, aud=None), "invalid_proof"),
    "too old": (lambda w, i, n: w.proof(KEY, i, n, iat=int(time.time()) - 3600), "invalid_proof"),
    "from the future": (lambda w, i, n: w.proof(KEY, i, n, iat=int(time.time()) + 3600), "invalid_proof"),
    "iat is a word": (lambda w, i, n: w.proof(KEY, i, n, iat="now"), "invalid_proof"),
    "no nonce": (lambda w, i, n: w.proof(KEY, i, None), "invalid_proof"),
    "a nonce of nobody": (lambda w, i, n: w.proof(KEY, i, "abc.def.0123"), "invalid_nonce"),
    "a nonce altered": (lambda w, i, n: w.proof(KEY, i, n[:-1] + ("0" if n[-1] != "0" else "1")), "invalid_nonce"),
    "an endless nonce": (lambda w, i, n: w.proof(KEY, i, "é" * 5000), "invalid_nonce"),
    "another type": (lambda w, i, n: w.proof(KEY, i, n, header={"typ": "JWT"}), "invalid_proof"),
    "the key of somebody else": (
        lambda w, i, n: w.proof(KEY, i, n, header={"jwk": OTHER.export_public(as_dict=True)}), "invalid_proof"),
    "a private key": (lambda w, i, n: w.proof(KEY, i, n, header={"jwk": KEY.export(as_dict=True)}), "invalid_proof"),
    "no key": (lambda w, i, n: w.proof(KEY, i, n, header={"jwk": None}), "invalid_proof"),
    "a key and a name": (lambda w, i, n: w.proof(KEY, i, n, header={"kid": "x"}), "invalid_proof"),
    "RSA": (lambda w, i, n: w.proof(RSA, i, n, header={"alg": "RS256"}), "invalid_proof"),
    "a shared secret": (lambda w, i, n: w.proof(SECRET, i, n, header={"alg": "HS256", "jwk": PUBLIC}), "invalid_proof"),
    "no token": (lambda w, i, n: "abc", "invalid_proof"),
    "a number": (lambda w, i, n: 17, "invalid_proof"),
}  # fmt: skip


@pytest.mark.parametrize("attack", BAD_PROOFS)
def test_no_credential_for_a_bad_proof(attack, ready):
    wallet, issuer, token = ready
    make, error = BAD_PROOFS[attack]
    reply = wallet.request(issuer, token, asked(wallet, issuer, make(wallet, issuer, wallet.nonce(issuer))))
    assert (reply.status, reply.json()["error"]) == (400, error) and not Copy.objects.exists()


def test_a_nonce_is_answered_once(ready, other_citizen, login):
    wallet, issuer, token = ready
    nonce = wallet.nonce(issuer)
    proof = wallet.proof(KEY, issuer, nonce)
    assert wallet.request(issuer, token, asked(wallet, issuer, proof)).status == 200
    second = wallet.request(issuer, token, asked(wallet, issuer, proof))  # a token is for one fetching
    assert second.json()["error"] == "credential_request_denied"
    row = actions.offer(
        account=other_citizen, about="case:18", kind="meldebescheinigung", title="M", claims={"number": "1"}, actor_key="system"
    )
    link, pin = open_way(login(other_citizen), row)
    token = wallet.token(wallet.read_offer(link), wallet.metadata(wallet.read_offer(link))[1], pin)["access_token"]
    replayed = wallet.request(issuer, token, asked(wallet, issuer, proof))
    assert replayed.json()["error"] == "invalid_nonce" and Copy.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ("", "invalid_credential_request"),
        ("[]", "invalid_credential_request"),
        ("{", "invalid_credential_request"),
        ("[" * 50_000, "invalid_credential_request"),
        ('{"a":1,"a":2}', "invalid_credential_request"),
        ('{"credential_configuration_id": 1e999}', "invalid_credential_request"),
        ('{"credential_configuration_id": "\\u0000"}', "invalid_credential_request"),
        ({}, "invalid_credential_request"),
        ({"credential_configuration_id": "hundesteuer"}, "unknown_credential_configuration"),
        ({"credential_identifier": "x"}, "unknown_credential_identifier"),
        ({"credential_configuration_id": "meldebescheinigung"}, "invalid_proof"),
        ({"credential_configuration_id": "meldebescheinigung", "proofs": {"jwt": []}}, "invalid_proof"),
        ({"credential_configuration_id": "meldebescheinigung", "proofs": {"jwt": ["a"] * 9}}, "invalid_proof"),
        ({"credential_configuration_id": "meldebescheinigung", "proofs": {"jwt": "x", "di_vp": 1}}, "invalid_proof"),
        ({"credential_configuration_id": "meldebescheinigung", "proofs": [1]}, "invalid_proof"),
        (
            {"credential_configuration_id": "meldebescheinigung", "credential_response_encryption": {}},
            "invalid_encryption_parameters",
        ),
    ],
)
def test_errors_as_the_specification_words_them(body, error, ready):
    wallet, issuer, token = ready
    reply = wallet.request(issuer, token, body)
    assert (reply.status, reply.json()["error"]) == (400, error)
    assert reply.headers["content-type"] == "application/json" and "no-store" in reply.headers["cache-control"]


@pytest.mark.parametrize("token", ["", "x", "x" * 43, "ä" * 43, "\0" * 43])
def test_no_token_no_credential(token, ready):
    _wallet, issuer, _token = ready
    reply = send("POST", issuer["credential_endpoint"], {"Authorization": f"Bearer {token}"}, "{}")
    assert reply.status == 401 and reply.headers["www-authenticate"].startswith("Bearer")
    cache.clear()


def test_a_wallet_that_could_not_keep_it(ready):
    """What was not kept does not hold, and telling it twice is fine."""
    wallet, issuer, token = ready
    reply = wallet.request(issuer, token, asked(wallet, issuer, wallet.proof(KEY, issuer, wallet.nonce(issuer)))).json()
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    told = {"notification_id": reply["notification_id"], "event": "credential_failure"}
    for _ in range(2):
        assert send("POST", issuer["notification_endpoint"], headers, json.dumps(told)).status == 204
    assert Copy.objects.get().revoked_at
    wrong = send("POST", issuer["notification_endpoint"], headers, json.dumps({**told, "notification_id": "x"}))
    assert (wrong.status, wrong.json()["error"]) == (400, "invalid_notification_id")
    wrong = send("POST", issuer["notification_endpoint"], headers, json.dumps({**told, "event": "lost"}))
    assert wrong.json()["error"] == "invalid_notification_request"


def test_revoked_before_it_was_fetched(ready, offered):
    wallet, issuer, token = ready
    actions.revoke("system", offered)
    reply = wallet.request(issuer, token, asked(wallet, issuer, wallet.proof(KEY, issuer, wallet.nonce(issuer))))
    assert reply.status in (400, 401) and not Copy.objects.exists()
    assert Credential.objects.get().claims == b""
