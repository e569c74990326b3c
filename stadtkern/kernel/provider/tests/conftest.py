"""An app of somebody else, as a test drives it: asks, is allowed, exchanges, fetches."""

import base64
import hashlib
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from allauth.account.models import EmailAddress
from allauth.idp.oidc.models import Client
from django.test import Client as Browser

from stadtkern.kernel.provider.actions import Application, register_client

BACK = "https://app.example/zurueck"
VERIFIER = "v" * 64
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
EVERYTHING = ("given_name", "family_name", "birthdate", "over_18", "resident", "address", "email")


@dataclass
class App:
    client: Client
    secret: str
    machine: Browser = field(default_factory=Browser)  # the app's server: no cookies of anybody

    def question(self, **changes: Any) -> str:
        asked = {
            "response_type": "code", "client_id": self.client.pk, "redirect_uri": BACK, "state": "mark", "nonce": "once",
            "scope": f"openid {' '.join(EVERYTHING)}", "code_challenge": CHALLENGE, "code_challenge_method": "S256",
        } | changes  # fmt: skip
        return urlencode({name: value for name, value in asked.items() if value is not None})

    def ask(self, browser: Browser, **changes: Any) -> Any:
        return browser.get(f"/openid/authorize?{self.question(**changes)}")

    def decide(self, browser: Browser, do: str = "all", grant: Any = (), **changes: Any) -> Any:
        page = self.ask(browser, **changes)
        assert page.status_code == 200, page
        form = {"who": page.context["who"], "do": do, "grant": list(grant)}
        return browser.post(page.context["action"], form)

    def code(self, browser: Browser, **changes: Any) -> str:
        return answer(self.decide(browser, **changes))["code"]

    def exchange(self, code: str, **changes: Any) -> Any:
        form = {
            "grant_type": "authorization_code", "code": code, "redirect_uri": BACK, "code_verifier": VERIFIER,
            "client_id": self.client.pk, "client_secret": self.secret or None,
        } | changes  # fmt: skip
        return self.post("token", **form)

    def tokens(self, browser: Browser, **changes: Any) -> dict[str, Any]:
        response = self.exchange(self.code(browser, **changes))
        assert response.status_code == 200, response.content
        told: dict[str, Any] = response.json()
        return told

    def post(self, door: str, **form: Any) -> Any:
        body = urlencode({name: value for name, value in form.items() if value is not None})
        return self.machine.post(f"/openid/{door}", body, content_type="application/x-www-form-urlencoded")

    def refresh(self, token: str, **changes: Any) -> Any:
        form = {"grant_type": "refresh_token", "refresh_token": token, "client_id": self.client.pk}
        form |= {"client_secret": self.secret} if self.secret else {}
        return self.post("token", **form | changes)

    def userinfo(self, token: str) -> Any:
        return self.machine.get("/openid/userinfo", headers={"Authorization": f"Bearer {token}"})


def location(response: Any) -> str:
    """Where the browser is sent: by header, or by the page after a form."""
    if response.status_code == 302:
        return str(response["Location"])
    assert response.status_code == 200 and "location" in response.context, response
    return str(response.context["location"])


def answer(response: Any) -> dict[str, str]:
    target = location(response)
    assert target.startswith(f"{BACK}?"), target
    return {name: values[0] for name, values in parse_qs(urlsplit(target).query).items()}


@pytest.fixture(autouse=True)
def own_place(settings, tmp_path_factory):
    """Keys of the tests, made once per run."""
    settings.HOME = tmp_path_factory.getbasetemp() / "provider"
    settings.HOME.mkdir(exist_ok=True)


def application(**changes: Any) -> App:
    about = {"name": "Bücherei", "purpose": "Damit Sie Bücher ausleihen können.", "redirect_uris": [BACK],
             "attributes": EVERYTHING, "stays": True, "after_logout": ["https://app.example/tschuess"]}  # fmt: skip
    return App(*register_client("system", Application(**about | changes)))


@pytest.fixture
def app(db: None) -> App:
    return application()


@pytest.fixture
def public_app(db: None) -> App:
    return application(name="Verkehrsbetriebe", public=True)


@pytest.fixture
def zoe(citizen, resident):
    """A resident whose identity was proved and whose address for mail is confirmed."""
    EmailAddress.objects.create(user=citizen, email=citizen.email, verified=True, primary=True)
    return citizen


@pytest.fixture
def browser(zoe, login) -> Browser:
    return login(zoe)
