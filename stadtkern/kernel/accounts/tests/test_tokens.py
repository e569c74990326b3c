"""Keys for programs, and how the API knows who calls."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.cache import SessionStore
from django.utils import timezone
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError
from ninja.testing import TestClient

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.actions import TooManyTokens, actor_of_token, create_token, revoke_token
from stadtkern.kernel.accounts.api_auth import SessionAuth, TokenAuth
from stadtkern.kernel.accounts.models import Company, Membership, Token, Trust
from stadtkern.kernel.accounts.sign_in import Backend
from stadtkern.kernel.events.models import Event


def test_a_key_acts_as_its_account_in_one_query(clerk, django_assert_num_queries):
    _, secret = create_token(Actor(clerk.account, clerk), "Fachverfahren", 30)
    actor_of_token(secret)  # notes the first use
    with django_assert_num_queries(1):
        actor = actor_of_token(secret)
        assert actor.key == f"staff:{clerk.pk}" and actor.staff.office.key == "buergeramt"
        assert actor.trust == Trust.BASIC and actor.company is None


def test_only_the_digest_is_kept(citizen):
    token, secret = create_token(Actor(citizen), "x", 1)
    assert secret.startswith("stk_") and len(secret) > 40
    assert secret not in str(Token.objects.filter(pk=token.pk).values().get())
    assert secret not in str(list(Event.objects.values()))


@pytest.mark.parametrize("fault", ["unknown", "expired", "revoked", "closed account", "left company"])
def test_a_dead_key_is_nobody(citizen, fault):
    company = Company.objects.create(name="Nordlicht")
    membership = Membership.objects.create(account=citizen, company=company)
    token, secret = create_token(Actor(citizen, company=company), "x", 1)
    assert actor_of_token(secret).company == company
    if fault == "unknown":
        secret = "stk_\x00" + secret
    elif fault == "expired":
        Token.objects.filter(pk=token.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    elif fault == "revoked":
        revoke_token(Actor(citizen), token)
        revoke_token(Actor(citizen), token)
        assert Event.objects.filter(name="token.revoked").count() == 1
    elif fault == "closed account":
        type(citizen).objects.filter(pk=citizen.pk).update(is_active=False)
    else:
        membership.delete()
    assert actor_of_token(secret) is None


@pytest.mark.parametrize("days", [0, -1, 366, 10**9])
def test_a_key_lives_a_year_at_most(citizen, days):
    with pytest.raises(ValueError, match="days"):
        create_token(Actor(citizen), "x", days)


def test_twenty_keys_are_enough(citizen):
    for _ in range(20):
        create_token(Actor(citizen), "x", 1)
    with pytest.raises(TooManyTokens):
        create_token(Actor(citizen), "x", 1)


def test_the_page_shows_the_secret_once(login, citizen):
    browser = login(citizen)
    browser.post("/konto/reauthenticate/", {"password": "geheim-genug-1"})
    shown = browser.post("/konto/schluessel/", {"title": "Buchhaltung", "days": "90"}).content.decode()
    token = Token.objects.get()
    secret = shown.split("stk_")[1].split("<")[0]
    assert actor_of_token("stk_" + secret).account == citizen
    assert "stk_" not in browser.get("/konto/schluessel/").content.decode()
    assert browser.post(f"/konto/schluessel/{token.pk}/sperren/").status_code == 302
    assert actor_of_token("stk_" + secret) is None


def test_the_page_asks_who_it_is_before_it_gives_a_key(login, citizen):
    answer = login(citizen).post("/konto/schluessel/", {"title": "x", "days": "90"})
    assert answer.status_code == 302 and "/reauthenticate/" in answer["Location"]
    assert not Token.objects.exists()


def test_nobody_revokes_the_key_of_another(login, citizen, other_citizen):
    token, secret = create_token(Actor(citizen), "x", 1)
    assert login(other_citizen).post(f"/konto/schluessel/{token.pk}/sperren/").status_code == 404
    assert actor_of_token(secret)


@pytest.fixture
def door():
    api = NinjaAPI(urls_namespace="door", auth=[TokenAuth(), SessionAuth()])

    @api.api_operation(["GET", "POST"], "/who")
    def who(request):
        return {"who": request.auth.key}

    return TestClient(api)


def test_bearer_keys_open_the_api(door, citizen):
    _, secret = create_token(Actor(citizen), "x", 1)
    assert door.get("/who", headers={"Authorization": f"Bearer {secret}"}).json() == {"who": f"account:{citizen.pk}"}
    for wrong in ("Bearer nonsense", "Bearer ", "Basic abc", f"Token {secret}", "Bearer stk_é"):
        assert door.get("/who", headers={"Authorization": wrong}, user=AnonymousUser(), session={}).status_code == 401, wrong


def test_a_wrong_key_is_refused_even_in_a_signed_in_browser(citizen, rf):
    request = rf.get("/api/v1/x", headers={"Authorization": "Bearer nonsense"})
    request.session, request.user = SessionStore(), Backend().get_user(citizen.pk)
    with pytest.raises(AuthenticationError):
        TokenAuth()(request)


def test_the_description_of_the_api_is_public(client):
    assert client.get("/api/v1/openapi.json").status_code == 200


def test_a_browser_writes_only_with_its_csrf_token(citizen, rf):
    request = rf.post("/api/v1/x")
    request.session, request.user = SessionStore(), Backend().get_user(citizen.pk)
    with pytest.raises(HttpError) as refused:
        SessionAuth()(request)
    assert refused.value.status_code == 403
    reading = rf.get("/api/v1/x")
    reading.session, reading.user = SessionStore(), request.user
    assert SessionAuth()(reading).account == citizen
