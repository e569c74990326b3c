"""allauth's OpenID provider with our answers: issuer, keys, subjects by app, claims by consent."""

from collections.abc import Iterable
from typing import Any, Literal
from urllib.parse import urljoin

from allauth.core import context
from allauth.idp.oidc.adapter import DefaultOIDCAdapter
from allauth.idp.oidc.internal.private_keys import filter_keys
from allauth.idp.oidc.models import Client, PrivateKey
from django.conf import settings
from django.urls import reverse

from stadtkern.kernel.accounts.models import Account, Trust

from . import attributes, signing
from .models import Connection, Grant
from .request import ACR

DOORS = {
    "authorization_endpoint": "authorization",
    "token_endpoint": "token",
    "userinfo_endpoint": "userinfo",
    "jwks_uri": "jwks",
    "revocation_endpoint": "revoke",
    "end_session_endpoint": "logout",
    "device_authorization_endpoint": "device_code",
}


def issuer() -> str:
    """Our name in every token: from the settings, never from the request's Host."""
    return str(settings.BASE_URL).rstrip("/")


class Adapter(DefaultOIDCAdapter):  # type: ignore[misc]
    def get_issuer(self) -> str:
        return issuer()

    def get_user_sub(self, client: Client, user: Account) -> str:
        """Another one for every app; nobody has one before the first consent."""
        found = Connection.objects.filter(client=client, account=user).values_list("sub", flat=True).first()
        return found or ""

    def get_user_by_sub(self, client: Client, sub: str) -> Account | None:
        if not sub:
            return None
        connection = Connection.objects.select_related("account", "consent").filter(client=client, sub=sub).first()
        return connection.account if connection and connection.live and connection.account.is_active else None

    def get_claims(
        self,
        purpose: Literal["id_token", "userinfo"],
        user: Account,
        client: Client,
        scopes: Iterable[str],
        email: str | None = None,
        **kwargs: Any,
    ) -> dict[str, Any]:
        """The ID token says who, the userinfo endpoint says what: one door for personal data, and one log."""
        claims: dict[str, Any] = {"sub": self.get_user_sub(client, user)}
        if purpose == "userinfo":
            claims |= attributes.claims(user, scopes)
        return claims

    def populate_id_token(self, id_token: dict[str, Any], client: Client, scopes: Iterable[str], **kwargs: Any) -> None:
        grant: Grant | None = getattr(context.request, "_grant", None)
        if grant is None:
            return
        id_token["acr"] = ACR[Trust(grant.trust)]
        if grant.signed_in_at:
            id_token["auth_time"] = int(grant.signed_in_at.timestamp())

    def populate_server_metadata(self, data: dict[str, Any]) -> None:
        names = [*attributes.LABELS]
        data |= {name: urljoin(issuer() + "/", reverse(f"idp:oidc:{door}").lstrip("/")) for name, door in DOORS.items()}
        data |= {
            "scopes_supported": [attributes.OPENID, *attributes.BUNDLES, *names],
            "claims_supported": ["sub", "iss", "aud", "exp", "iat", "auth_time", "acr", "nonce", *names, "email_verified"],
            "claim_types_supported": ["normal"],
            "claims_parameter_supported": False,
            "request_parameter_supported": False,
            "request_uri_parameter_supported": False,
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": ["authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code"],
            "subject_types_supported": ["pairwise"],
            "acr_values_supported": [*ACR.values()],
            "prompt_values_supported": ["none", "login", "consent", "select_account"],
            "authorization_response_iss_parameter_supported": True,
            "ui_locales_supported": ["de", "en"],
        }

    def list_private_keys(
        self, *, did_activate: Literal[True] | None = None, is_active: Literal[True] | None = None
    ) -> list[PrivateKey]:
        found: list[PrivateKey] = filter_keys(signing.listed(), did_activate=did_activate, is_active=is_active)
        return found
