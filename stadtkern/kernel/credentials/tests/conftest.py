"""A person with an offered proof, a wallet, and the way between them through the test client."""

import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.core.cache import cache, caches
from django.test import Client
from django.utils import timezone

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.credentials import actions

from .wallet import Reply, Wallet

CLAIMS = {
    "given_name": "Zoë Łucja", "family_name": "Çelik-Müller", "birthdate": "1988-02-29", "number": "2026-AAAAA-BBBBB",
    "birth_family_name": "", "address.street_address": "Lindenstraße", "address.house_number": "12a",
    "address.postal_code": "49999", "address.locality": "Musterstadt",
}  # fmt: skip


@pytest.fixture(autouse=True)
def fresh(tmp_path, settings):
    """Own keys, and nobody has failed yet."""
    settings.HOME = tmp_path
    yield
    caches["local"].clear()


@pytest.fixture
def quiet(db):
    cache.clear()


@pytest.fixture
def offered(citizen, db):
    cache.clear()
    return actions.offer(
        account=citizen, about="case:17", kind="meldebescheinigung", title="Meldebescheinigung", claims=CLAIMS,
        actor_key="system", valid_until=timezone.localdate() + timedelta(days=100), once="case.decided:1",
    )  # fmt: skip


def send(method, url, headers, body):
    """HTTP as a phone would send it: no cookies, no CSRF token."""
    assert url.startswith(settings.BASE_URL), url
    parts = urlsplit(url)
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    client = Client(enforce_csrf_checks=True, headers=headers)
    if method == "GET":
        answer = client.get(path)
    elif isinstance(body, str):
        answer = client.post(path, body, content_type=headers.get("Content-Type", "application/json"))
    else:
        answer = client.post(path, body or {})
    return Reply(answer.status_code, answer.content.decode(), {name.lower(): value for name, value in answer.headers.items()})


@pytest.fixture
def wallet():
    return Wallet(send)


def open_way(client, credential):
    """What the person sees: (link in the QR code, PIN)."""
    answer = client.post(f"/nachweise/{credential.pk}/uebernehmen/", follow=True)
    page = answer.content.decode()
    link = re.search(r'href="(openid-credential-offer://\?credential_offer_uri=[^"]+)"', page)[1]
    return link.replace("&amp;", "&"), re.search(r'class="cr-pin"[^>]*>(\d+)<', page)[1]


@pytest.fixture
def in_wallet(offered, citizen, login, wallet):
    """The proof has been fetched."""
    link, pin = open_way(login(citizen), offered)
    wallet.fetch(link, pin)
    return wallet


@pytest.fixture
def actor(citizen):
    return Actor(citizen)
