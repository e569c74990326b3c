"""The sign-in of the city's own directory for members of staff (OpenID Connect: Keycloak, Entra ID and others)."""

import os
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from .. import openid
from ..models import Trust
from . import SIMULATES, Cancelled, Departure, Identity, Refused, Unavailable, table

NAME = "staff"
TITLE = _("Anmeldung der Stadtverwaltung")
TEXT = _("Für Beschäftigte: mit demselben Konto wie am Arbeitsplatz.")
AUDIENCE = "staff"
TRUST = Trust.BASIC
SIGNS_IN, STEPS_UP = True, False
DEMO_CLIENT, DEMO_SECRET = "stadtkern-demo", "only-in-the-demo"


def client() -> openid.Client | None:
    """The contract in `[accounts.staff]` with the secret from the environment; the simulator in demo and test; or none."""
    if not connected():
        return None
    settled, base = table(NAME), settings.BASE_URL.rstrip("/")
    back = base + reverse("accounts:identified")
    if issuer := settled.get("issuer"):
        return openid.Client(str(issuer), str(settled["client"]), os.environ["STADTKERN_STAFF_SECRET"], back)
    return openid.Client(base + reverse("accounts:directory"), DEMO_CLIENT, DEMO_SECRET, back)


def connected() -> bool:
    settled = table(NAME)
    if settled.get("issuer"):
        return bool(settled.get("client") and os.environ.get("STADTKERN_STAFF_SECRET"))
    return settings.MODE in SIMULATES


def begin(request: HttpRequest, *, state: str, trust: Trust, return_url: str) -> Departure:
    known = client()
    assert known is not None  # asked of connected means only
    try:
        address, kept = openid.question(known, state)
    except Refused as odd:
        raise Unavailable("discovery") from odd
    parts = urlsplit(address)
    return Departure(address, keep=kept, origins=[f"{parts.scheme}://{parts.netloc}"])


def finish(*, question: Mapping[str, Any], query: Mapping[str, str]) -> Identity:
    known = client()
    if known is None:
        raise Refused("not connected")
    if error := query.get("error"):
        if error in ("temporarily_unavailable", "server_error"):
            raise Unavailable(error)
        raise Cancelled if error == "access_denied" else Refused(error[:40])
    told = openid.claims(known, question["keep"], query)
    email = told.get("email")
    return Identity(
        None, TRUST, {}, told["sub"], email=email if isinstance(email, str) else "",
        email_confirmed=told.get("email_verified") is True, second_factor=_two_steps(told),
    )  # fmt: skip


def _two_steps(told: Mapping[str, Any]) -> bool:
    """Only if the provider says so: `amr` with "mfa" (RFC 8176), or one of the `acr` the city has named."""
    means = told.get("amr")
    said = isinstance(means, list) and "mfa" in means
    acr = told.get("acr")
    return said or (isinstance(acr, str) and acr in table(NAME).get("second_factor_acr", []))
