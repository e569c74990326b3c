"""Every attack of docs/openid-attacks.md is refused as the table says; beside it the plain way goes through."""

import base64
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from itertools import cycle
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt as pyjwt
import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client as Browser
from django.utils import timezone

from stadtkern.kernel.provider import actions
from stadtkern.kernel.provider.models import Grant

from .conftest import BACK, VERIFIER, App, answer, application, location

ROOT = Path(__file__).resolve().parents[4]
ROWS = re.findall(r"^\| `([a-z0-9-]+)` \|[^|]+\| ([^|]+?) \|$", (ROOT / "docs" / "openid-attacks.md").read_text(), re.M)


@dataclass
class Stage:
    app: App
    other: App
    browser: Browser
    stranger: Browser
    zoe: Any

    def ask(self, **changes: Any) -> Any:
        return self.app.ask(self.browser, **changes)


@pytest.fixture
def stage(app, public_app, browser, zoe, other_citizen, login):
    cache.clear()
    return Stage(app, public_app, browser, login(other_citizen), zoe)


def outcome(response: Any) -> str:
    """What came of it, in the words of the table."""
    if isinstance(response, str):
        return response
    kind = response.headers.get("Content-Type", "")
    if response.status_code == 302 or (response.context and "location" in response.context):
        target = location(response)
        if target.startswith("/konto/"):
            return "sign in"
        assert target.startswith(f"{BACK}?"), f"sent to {target}"
        told = answer(response)
        assert told["iss"] == settings.BASE_URL and told["state"] == "mark"
        return "a code" if "code" in told else f"app: {told['error']}"
    if kind.startswith("application/json"):
        return f"{response.status_code} {response.json().get('error', 'data')}"
    if response.status_code == 200 and response.context and "who" in response.context:
        return "asked"
    return f"page {response.status_code}"


def none_token(**claims: Any) -> str:
    """A token without signature (alg "none")."""
    parts = [{"alg": "none", "typ": "JWT", "kid": "x"}, claims]
    return ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts) + "."


def confused_token(stage: Stage, **claims: Any) -> str:
    """HS256 with our public key as the secret, under our key's name."""
    key = stage.app.machine.get("/openid/jwks.json").json()["keys"][0]
    public = pyjwt.PyJWK(key).key.public_numbers()
    return pyjwt.encode({"iss": settings.BASE_URL, **claims}, str(public.n).encode(), "HS256", headers={"kid": key["kid"]})


def dead(stage: Stage, token: str, response: Any) -> str:
    return f"{outcome(response)}, tokens void" if stage.app.userinfo(token).status_code == 401 else "token still lives"


def code_replay(stage: Stage) -> str:
    code = stage.app.code(stage.browser)
    token = stage.app.exchange(code).json()["access_token"]
    return dead(stage, token, stage.app.exchange(code))


def refresh_replay(stage: Stage) -> str:
    first = stage.app.tokens(stage.browser)
    second = stage.app.refresh(first["refresh_token"]).json()
    return dead(stage, second["access_token"], stage.app.refresh(first["refresh_token"]))


def code_expired(stage: Stage) -> Any:
    code = stage.app.code(stage.browser)
    Grant.objects.update(created_at=timezone.now() - timedelta(seconds=61))
    return stage.app.exchange(code)


def closed_client(stage: Stage) -> Any:
    actions.close_client("system", stage.app.client)
    response = stage.ask()
    actions.reopen_client("system", stage.app.client)
    return response


def closed_token(stage: Stage) -> Any:
    token = stage.app.tokens(stage.browser)["access_token"]
    actions.close_client("system", stage.app.client)
    response = stage.app.userinfo(token)
    stage.app.client.refresh_from_db()
    actions.reopen_client("system", stage.app.client)
    return response


def code_of_other(stage: Stage) -> Any:
    return stage.other.exchange(stage.app.code(stage.browser))


def other_consent(stage: Stage) -> Any:
    stage.other.tokens(stage.browser)
    return stage.ask(prompt="none")


def hint_of_other_client(stage: Stage) -> Any:
    return stage.ask(prompt="none", id_token_hint=stage.other.tokens(stage.browser)["id_token"])


def hint_of_other_person(stage: Stage) -> Any:
    stage.app.tokens(stage.browser)
    return stage.ask(prompt="none", id_token_hint=stage.app.tokens(stage.stranger)["id_token"])


def consent_without_csrf(stage: Stage) -> Any:
    page = stage.ask()
    strict = Browser(enforce_csrf_checks=True)
    strict.force_login(stage.zoe, backend=settings.AUTHENTICATION_BACKENDS[0])
    return strict.post(page.context["action"], {"who": page.context["who"], "do": "all"})


def consent_of_other_person(stage: Stage) -> Any:
    page = stage.app.ask(stage.stranger)
    return stage.browser.post(page.context["action"], {"who": page.context["who"], "do": "all"})


def consent_other_target(stage: Stage) -> Any:
    page = stage.ask()
    action = page.context["action"].replace("app.example", "evil.example")
    return stage.browser.post(action, {"who": page.context["who"], "do": "all"})


def consent_to_the_unasked(stage: Stage) -> str:
    granted = stage.app.decide(stage.browser, do="chosen", grant=["resident", "email", "address"], scope="openid resident")
    told = stage.app.userinfo(stage.app.exchange(answer(granted)["code"]).json()["access_token"]).json()
    return f"only {', '.join(sorted(told))}"


def scope_at_token(stage: Stage) -> str:
    code = stage.app.code(stage.browser, scope="openid resident")
    token = stage.app.exchange(code, scope="openid resident email address").json()["access_token"]
    return f"only {', '.join(sorted(stage.app.userinfo(token).json()))}"


def scope_at_refresh(stage: Stage) -> str:
    tokens = stage.app.tokens(stage.browser, scope="openid resident")
    fresh = stage.app.refresh(tokens["refresh_token"], scope="openid resident email address").json()
    return f"only {', '.join(sorted(stage.app.userinfo(fresh['access_token']).json()))}"


def refresh_of_other(stage: Stage) -> Any:
    return stage.other.refresh(stage.app.tokens(stage.browser)["refresh_token"])


def wrong_secrets(stage: Stage) -> Any:
    for _ in range(20):
        stage.app.exchange("x", client_secret="geraten")
    response = stage.app.exchange("x", client_secret="geraten")
    cache.clear()
    return response


def revoke_of_other(stage: Stage) -> str:
    token = stage.app.tokens(stage.browser)["access_token"]
    refused = stage.other.post("revoke", token=token, client_id=stage.other.client.pk)
    return f"{outcome(refused)}, token lives" if stage.app.userinfo(token).status_code == 200 else "gone"


def token_at_userinfo(make: Callable[[Stage], str]) -> Callable[[Stage], Any]:
    return lambda stage: stage.app.userinfo(make(stage))


def token_in_address(stage: Stage) -> Any:
    token = stage.app.tokens(stage.browser)["access_token"]
    return stage.app.machine.get(f"/openid/userinfo?access_token={token}")


def logout_elsewhere(stage: Stage) -> str:
    token = stage.app.tokens(stage.browser)["id_token"]
    query = {"id_token_hint": token, "post_logout_redirect_uri": "https://app.example/tschuess/../x"}
    page = stage.browser.get("/openid/logout", query)
    response = stage.browser.post(page.context["action"], {"do": "stay"})
    return f"to {response['Location']}"


def logout_by_address(stage: Stage) -> str:
    stage.browser.get("/openid/logout", {"client_id": stage.app.client.pk})
    return "still signed in" if "_auth_user_id" in stage.browser.session else "signed out"


def logout_forged(stage: Stage) -> str:
    token = confused_token(stage, aud=stage.app.client.pk, sub="x")
    query = {"id_token_hint": token, "post_logout_redirect_uri": "https://app.example/tschuess"}
    page = stage.browser.get("/openid/logout", query)
    return f"to {stage.browser.post(page.context['action'], {'do': 'stay'})['Location']}"


def framing(stage: Stage) -> str:
    page = stage.ask()
    return f"{page['X-Frame-Options']}, {re.search('frame-ancestors [^;]+', page['Content-Security-Policy'])[0]}"


def host_header(stage: Stage) -> str:
    told = stage.app.machine.get("/.well-known/openid-configuration", headers={"Host": "localhost"}).json()
    return "our own name" if {urlsplit(told[n]).netloc for n in ("issuer", "token_endpoint", "jwks_uri")} == {
        urlsplit(settings.BASE_URL).netloc
    } else "theirs"  # fmt: skip


def device_guessing(stage: Stage) -> str:
    for _ in range(10):
        stage.browser.post("/geraet/", {"code": "BCDF-GHJK"})
    text = stage.browser.get("/geraet/?code=BCDF-GHJL").content.decode()
    cache.clear()
    return "braked" if "zu viele Versuche" in text else "goes on"


def machine() -> tuple[App, dict[str, Any]]:
    app = application(name="Automat", public=True, device=True)
    return app, app.post("device/code", client_id=app.client.pk, scope="openid resident").json()


def device_without_mark(stage: Stage) -> Any:
    _app, asked = machine()
    return stage.browser.post("/geraet/", {"code": asked["user_code"], "do": "all"})


def device_of_other(stage: Stage) -> Any:
    _app, asked = machine()
    form = {"grant_type": "urn:ietf:params:oauth:grant-type:device_code", "device_code": asked["device_code"]}
    other = application(name="Zweiter", public=True, device=True)
    return other.post("token", client_id=other.client.pk, **form)


def back_to(uri: str | None) -> Callable[[Stage], Any]:
    return lambda stage: stage.ask(redirect_uri=uri)


ATTACKS: dict[str, Callable[[Stage], Any]] = {
    "redirect-other-host": back_to("https://evil.example/zurueck"),
    "redirect-traversal": back_to("https://app.example/zurueck/../evil"),
    "redirect-below": back_to(f"{BACK}/mehr"),
    "redirect-userinfo": back_to("https://app.example@evil.example/zurueck"),
    "redirect-userinfo-same-host": back_to("https://evil@app.example/zurueck"),
    "redirect-backslash": back_to("https://evil.example\\@app.example/zurueck"),
    "redirect-subdomain": back_to("https://evil.app.example/zurueck"),
    "redirect-suffix": back_to("https://app.example.evil.example/zurueck"),
    "redirect-fragment": back_to(f"{BACK}#mehr"),
    "redirect-case": back_to("https://app.example/Zurueck"),
    "redirect-host-case": back_to("https://APP.example/zurueck"),
    "redirect-query": back_to(f"{BACK}?mehr=1"),
    "redirect-scheme": back_to("http://app.example/zurueck"),
    "redirect-port": back_to("https://app.example:443/zurueck"),
    "redirect-encoded": back_to("https://app.example/%7aurueck"),
    "redirect-missing": back_to(None),
    "redirect-twice": lambda s: s.browser.get(f"/openid/authorize?{s.app.question()}&redirect_uri=https://evil.example/"),
    "client-unknown": lambda s: s.ask(client_id="niemand"),
    "client-nul": lambda s: s.ask(client_id="a\0b"),
    "client-closed": closed_client,
    "parameter-twice": lambda s: s.browser.get(f"/openid/authorize?{s.app.question()}&scope=openid"),
    "response-type-token": lambda s: s.ask(response_type="token"),
    "response-type-hybrid": lambda s: s.ask(response_type="code id_token"),
    "response-mode-fragment": lambda s: s.ask(response_mode="fragment"),
    "response-mode-form": lambda s: s.ask(response_mode="form_post"),
    "request-object-none": lambda s: s.ask(request=none_token(redirect_uri="https://evil.example/")),
    "request-uri": lambda s: s.ask(request_uri="http://169.254.169.254/latest"),
    "pkce-missing": lambda s: s.ask(code_challenge=None, code_challenge_method=None),
    "pkce-missing-public": lambda s: s.other.ask(s.browser, code_challenge=None, code_challenge_method=None),
    "pkce-plain": lambda s: s.ask(code_challenge=VERIFIER, code_challenge_method="plain"),
    "pkce-no-method": lambda s: s.ask(code_challenge_method=None),
    "pkce-wrong": lambda s: s.app.exchange(s.app.code(s.browser), code_verifier="w" * 64),
    "pkce-left-out": lambda s: s.other.exchange(s.other.code(s.browser), code_verifier=None),
    "scope-unregistered": lambda s: s.ask(scope="openid over_16"),
    "scope-no-openid": lambda s: s.ask(scope="email"),
    "scope-at-token": scope_at_token,
    "scope-at-refresh": scope_at_refresh,
    "consent-silent": lambda s: s.ask(prompt="none"),
    "consent-of-other-app": other_consent,
    "consent-csrf": consent_without_csrf,
    "consent-other-person": consent_of_other_person,
    "consent-other-target": consent_other_target,
    "consent-unasked": consent_to_the_unasked,
    "consent-framed": framing,
    "hint-none": lambda s: s.ask(prompt="none", id_token_hint=none_token(sub="x", aud=s.app.client.pk)),
    "hint-confused": lambda s: s.ask(prompt="none", id_token_hint=confused_token(s, sub="x", aud=s.app.client.pk)),
    "hint-other-client": hint_of_other_client,
    "hint-other-person": hint_of_other_person,
    "code-replay": code_replay,
    "code-other-client": code_of_other,
    "code-expired": code_expired,
    "code-other-redirect": lambda s: s.app.exchange(s.app.code(s.browser), redirect_uri="https://app.example/zurueck2"),
    "code-guessed": lambda s: s.app.exchange("a" * 30),
    "secret-wrong": lambda s: s.app.exchange(s.app.code(s.browser), client_secret="falsch"),
    "secret-missing": lambda s: s.app.exchange(s.app.code(s.browser), client_secret=None),
    "secret-guessing": wrong_secrets,
    "secret-in-address": lambda s: s.app.machine.post(f"/openid/token?client_secret={s.app.secret}"),
    "assertion-none": lambda s: s.app.exchange(s.app.code(s.browser), client_secret=None,
                                               client_assertion_type="urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                                               client_assertion=none_token(iss=s.app.client.pk)),
    "grant-password": lambda s: s.app.post("token", grant_type="password", username=s.zoe.email, password="geheim-genug-1",
                                           client_id=s.app.client.pk, client_secret=s.app.secret),
    "grant-client": lambda s: s.app.post("token", grant_type="client_credentials", client_id=s.app.client.pk,
                                         client_secret=s.app.secret),
    "refresh-replay": refresh_replay,
    "refresh-other-client": refresh_of_other,
    "userinfo-id-token": token_at_userinfo(lambda s: s.app.tokens(s.browser)["id_token"]),
    "userinfo-refresh-token": token_at_userinfo(lambda s: s.app.tokens(s.browser)["refresh_token"]),
    "userinfo-none": token_at_userinfo(lambda s: none_token(sub="x", token_use="access", client_id=s.app.client.pk)),
    "userinfo-confused": token_at_userinfo(lambda s: confused_token(s, sub="x", token_use="access", client_id=s.app.client.pk)),
    "userinfo-in-address": token_in_address,
    "userinfo-closed-client": closed_token,
    "revoke-other-client": revoke_of_other,
    "introspection": lambda s: s.app.machine.post("/openid/introspect"),
    "registration": lambda s: s.app.machine.post("/openid/clients"),
    "device-guessing": device_guessing,
    "device-not-registered": lambda s: s.other.post("device/code", client_id=s.other.client.pk, scope="openid"),
    "device-other-client": device_of_other,
    "device-unmarked": device_without_mark,
    "logout-elsewhere": logout_elsewhere,
    "logout-by-address": logout_by_address,
    "logout-confused": logout_forged,
    "host-header": host_header,
}  # fmt: skip


def test_the_table_and_the_attacks_are_the_same():
    assert [name for name, _ in ROWS] == [*ATTACKS] and len(ROWS) >= 40


@pytest.mark.parametrize(("name", "expected"), ROWS, ids=[name for name, _ in ROWS])
def test_refused(name, expected, stage):
    assert outcome(ATTACKS[name](stage)) == expected
    told = stage.app.tokens(stage.browser, prompt="consent")  # and the plain way goes through beside it
    assert stage.app.userinfo(told["access_token"]).json()["email"] == stage.zoe.email


ODD = [
    "\0",
    "\ud800".encode("utf-16", "surrogatepass").decode("utf-16", "replace"),
    "9" * 31,
    "%ff",
    "ä" * 3000,
    "'\"<>",
    "a\r\nb: c",
]


@pytest.mark.parametrize("door", ["authorize", "token", "userinfo", "revoke", "logout", "device/code"])
def test_hostile_input_is_no_error_of_ours(door, stage):
    names = [*parse_qs(stage.app.question()), "prompt", "max_age", "id_token_hint", "grant_type", "code", "token", "since"]
    names += ["device_code", "post_logout_redirect_uri", "refresh_token"]
    for name, odd in zip(names * 2, cycle(ODD), strict=False):
        cache.clear()
        query = stage.app.question(**{name: odd})
        assert stage.browser.get(f"/openid/{door}?{query}").status_code < 500, (name, odd)
        assert stage.app.post(door, **{"grant_type": "authorization_code", name: odd}).status_code < 500, (name, odd)
    for header in ("Basic !", "Basic " + base64.b64encode(b"\xff\0:x").decode(), "Bearer", "Bearer ä", "Basic YTpi"):
        assert stage.app.machine.post("/openid/token", headers={"Authorization": header}).status_code < 500
        assert stage.app.machine.get("/openid/userinfo", headers={"Authorization": header}).status_code in (400, 401)
