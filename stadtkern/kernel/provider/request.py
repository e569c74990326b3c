"""The question an app sends the browser with, read strictly: whatever is odd is refused before a person sees it."""

import re
from dataclasses import dataclass, field
from urllib.parse import urlencode

from allauth.idp.oidc.internal.tokens import decode_jwt_token
from allauth.idp.oidc.models import Client
from django.http import QueryDict

from stadtkern.kernel.accounts.models import Trust

from .attributes import OPENID, expand

ACR = {
    Trust.BASIC: "http://eidas.europa.eu/LoA/low",
    Trust.SUBSTANTIAL: "http://eidas.europa.eu/LoA/substantial",
    Trust.HIGH: "http://eidas.europa.eu/LoA/high",
}
TRUSTS = {uri: trust for trust, uri in ACR.items()}
CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")  # base64url of a SHA-256
PROMPTS = {"none", "login", "consent", "select_account"}
LONGEST = 2000
OPTIONAL = {"offline_access"}  # asked by many libraries as a habit; whether an app may stay is its registration's matter


class Untrusted(Exception):
    """App or return address are not what was registered: say so here, never send the browser anywhere."""


class Refused(Exception):
    """The app is told by an error code of the standard."""

    def __init__(self, code: str, text: str, asked: "Asked") -> None:
        super().__init__(text)
        self.code, self.text, self.asked = code, text, asked


@dataclass(frozen=True)
class Asked:
    """A valid question: all that is used of it from here on."""

    client: Client
    redirect_uri: str
    state: str = ""
    attributes: list[str] = field(default_factory=list)
    nonce: str = ""
    challenge: str = ""
    prompt: frozenset[str] = frozenset()
    max_age: int | None = None
    trust: Trust = Trust.BASIC
    hinted_sub: str = ""

    def back(self, issuer: str, **answer: str) -> str:
        """The return address with an answer, our name (RFC 9207) and the app's own mark."""
        pairs = {**answer, **({"state": self.state} if self.state else {}), "iss": issuer}
        return f"{self.redirect_uri}{'&' if '?' in self.redirect_uri else '?'}{urlencode(pairs)}"

    def canonical(self, granted: list[str]) -> str:
        """The question once more, with nothing in it but what was checked."""
        pairs = {"response_type": "code", "client_id": self.client.id, "redirect_uri": self.redirect_uri}
        pairs |= {"scope": " ".join([OPENID, *granted]), "code_challenge": self.challenge, "code_challenge_method": "S256"}
        pairs |= {name: value for name, value in (("state", self.state), ("nonce", self.nonce)) if value}
        return urlencode(pairs)


def enabled(client: Client | None) -> bool:
    return client is not None and not (client.data or {}).get("closed")


def wanted_trust(client: Client) -> Trust:
    """The level of trust the app was registered with."""
    return Trust.of((client.data or {}).get("trust", "basic"))


def read(query: QueryDict) -> Asked:
    """Raises Untrusted or Refused."""
    if any(len(values) > 1 for name, values in query.lists() if name in ("client_id", "redirect_uri")):
        raise Untrusted("client_id and redirect_uri stand once")
    client = Client.objects.filter(pk=_clean(query.get("client_id", ""))).first()
    if client is None or not enabled(client):
        raise Untrusted("unknown client")
    redirect_uri = query.get("redirect_uri", "")
    if redirect_uri not in client.get_redirect_uris():  # letter by letter, nothing is normalised
        raise Untrusted("redirect_uri is not registered")
    state = query.get("state", "")
    plain = Asked(client, redirect_uri, state if _fine(state) else "")
    problem = _problem(query, plain)
    if problem:
        raise Refused(*problem, plain)
    scopes = query.get("scope", "").split()
    return Asked(
        client,
        redirect_uri,
        plain.state,
        attributes=expand(scopes),
        nonce=query.get("nonce", ""),
        challenge=query.get("code_challenge", ""),
        prompt=frozenset(query.get("prompt", "").split()),
        max_age=int(query.get("max_age") or 0) if query.get("max_age") else None,
        trust=max(wanted_trust(client), *(TRUSTS.get(acr, Trust.BASIC) for acr in ["", *query.get("acr_values", "").split()])),
        hinted_sub=_hint(query.get("id_token_hint", ""), client),
    )


def _problem(query: QueryDict, plain: Asked) -> tuple[str, str] | None:
    """The first rule of the standard that is broken: error code and words for the app's maker."""
    if twice := sorted(name for name, values in query.lists() if len(values) > 1):
        return "invalid_request", f"{twice[0][:40]} stands twice"
    if not all(_fine(value) for _name, values in query.lists() for value in values):
        return "invalid_request", "a parameter is too long or holds control characters"
    for name, code in (
        ("request", "request_not_supported"),
        ("request_uri", "request_uri_not_supported"),
        ("registration", "registration_not_supported"),
    ):
        if name in query:
            return code, f"{name} is not supported"
    if query.get("response_type") != "code":
        return "unsupported_response_type", "only response_type=code"
    if query.get("response_mode", "query") != "query":
        return "invalid_request", "only response_mode=query"
    if query.get("code_challenge_method") != "S256" or not CHALLENGE.fullmatch(query.get("code_challenge", "")):
        return "invalid_request", "PKCE with S256 is required"
    return _scope_problem(query, plain) or _prompt_problem(query, plain)


def _scope_problem(query: QueryDict, plain: Asked) -> tuple[str, str] | None:
    scopes = query.get("scope", "").split()
    if OPENID not in scopes:
        return "invalid_scope", "scope must contain openid"
    allowed = set(plain.client.get_scopes())
    if set(expand(allowed)) >= set(expand(["profile"])):
        allowed.add("profile")
    if set(scopes) - allowed - OPTIONAL:
        return "invalid_scope", "a scope is not registered for this client"
    return None


def _prompt_problem(query: QueryDict, plain: Asked) -> tuple[str, str] | None:
    prompts = query.get("prompt", "").split()
    if set(prompts) - PROMPTS or ("none" in prompts and len(prompts) > 1):
        return "invalid_request", "prompt is none, or some of login, consent, select_account"
    max_age = query.get("max_age", "")
    if max_age and not re.fullmatch(r"[0-9]{1,9}", max_age):
        return "invalid_request", "max_age is a number of seconds"
    if (hint := query.get("id_token_hint")) and not _hint(hint, plain.client):
        return "invalid_request", "id_token_hint is not a token of ours for this client"
    return None


def _hint(token: str, client: Client) -> str:
    """Whom an ID token of ours for this app names; "" for anything else."""
    if not token:
        return ""
    payload = decode_jwt_token(token, client_id=client.id, verify_exp=False, verify_iss=True)
    return str(payload.get("sub", "")) if payload else ""


def _fine(value: str) -> bool:
    return len(value) <= LONGEST and value.isprintable() and not re.search("[\ud800-\udfff]", value)


def _clean(value: str) -> str:
    return value if _fine(value) else ""
