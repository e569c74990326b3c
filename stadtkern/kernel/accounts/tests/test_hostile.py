"""What a browser would never send: broken keys, odd shapes, wrong types. Never an error of ours."""

import json

import pytest
from django.core.cache import cache

SHAPES = ["", "x", "null", "[]", "1", '"x"', "{}", '{"id": 1}', '{"response": null}', '{"response": {"userHandle": "x"}}',
          '{"id": "AA", "rawId": "AA", "type": "public-key", "response": {}}',
          '{"id": "AA", "rawId": "AA", "type": "public-key", "response": {"clientDataJSON": "AA", "attestationObject": "AA"}}',
          '{"id": "AA", "rawId": "AA", "type": "public-key", "response": {"clientDataJSON": "AA", "authenticatorData": "AA",'
          ' "signature": "AA", "userHandle": "MTIz"}}',
          '{"id": "é", "rawId": "\\u0000", "type": [], "response": {"clientDataJSON": 5}}', "{" * 2000]  # fmt: skip


@pytest.fixture(autouse=True)
def no_memory_of_attempts(db):
    cache.clear()


@pytest.mark.parametrize("credential", SHAPES)
def test_a_made_up_passkey_opens_nothing(client, credential):
    client.get("/konto/zwei-faktor/webauthn/login/", headers={"Accept": "application/json"})
    answer = client.post("/konto/zwei-faktor/webauthn/login/", {"credential": credential})
    assert answer.status_code in (200, 302, 400)
    assert client.get("/konto/uebersicht/").status_code == 302


@pytest.mark.parametrize("credential", SHAPES)
def test_a_made_up_passkey_is_not_added(login, citizen, credential):
    from allauth.account.models import EmailAddress
    from allauth.mfa.models import Authenticator

    EmailAddress.objects.create(user=citizen, email=citizen.email, verified=True, primary=True)
    browser = login(citizen)
    browser.post("/konto/reauthenticate/", {"password": "geheim-genug-1"})
    browser.get("/konto/zwei-faktor/webauthn/add/")
    answer = browser.post("/konto/zwei-faktor/webauthn/add/", {"credential": credential, "name": "\u202ex"})
    assert answer.status_code == 200 and not Authenticator.objects.exists()


@pytest.mark.parametrize("path", ["/konto/zwei-faktor/webauthn/keys/99999999999999999999/edit/", "/konto/sitzungen/0/beenden/",
                                  "/konto/schluessel/99999999999999999999999/sperren/"])  # fmt: skip
def test_numbers_beyond_all_bounds_are_not_found(login, citizen, path):
    browser = login(citizen)
    browser.post("/konto/reauthenticate/", {"password": "geheim-genug-1"})
    assert browser.post(path).status_code == 404


@pytest.mark.parametrize(
    "body", [b"\xff\xfe", b"%00=%00", json.dumps({"login": ["a"]}).encode(), b"login=%ED%A0%80&password=x"]
)
def test_bad_encodings_are_a_calm_answer(client, body):
    answer = client.generic("POST", "/konto/login/", body, "application/x-www-form-urlencoded")
    assert answer.status_code in (200, 400)


def test_many_cookies_and_headers_of_nonsense(client):
    client.cookies["sessionid"] = "\x7f" * 40
    client.cookies["django_language"] = "../../etc"
    answer = client.get("/konto/login/", headers={"Accept-Language": "x" * 5000, "User-Agent": "\x00\xff"})
    assert answer.status_code == 200
