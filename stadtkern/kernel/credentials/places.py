"""Names and addresses under which the city's proofs are known to the world; they do not change."""

from typing import Any

from django.conf import settings
from django.urls import reverse


def base() -> str:
    return str(settings.BASE_URL).rstrip("/")


def issuer() -> str:
    """`iss` of every proof, and the Credential Issuer Identifier of OpenID4VCI."""
    return f"{base()}/nachweise"


def address(view: str, *args: Any) -> str:
    """The full address of one of our pages or endpoints."""
    return base() + reverse(f"credentials:{view}", args=args)


def vct(kind: str) -> str:
    """The type of a proof is an address; there its description lies."""
    return address("type", kind)
