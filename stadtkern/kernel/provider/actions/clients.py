"""Apps are registered by the operator; a secret is shown once and kept only as a hash."""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from allauth.idp.oidc.models import Client, Token
from django.db import transaction
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.models import Trust
from stadtkern.kernel.events.actions import record

from .. import signing
from ..attributes import LABELS, OPENID

DEVICE = str(Client.GrantType.DEVICE_CODE)
LOOPBACK = ("localhost", "127.0.0.1", "::1")
APP_SCHEME = re.compile(r"[a-z][a-z0-9-]*(\.[a-z0-9-]+)+")  # RFC 8252: the maker's domain, backwards


class BadClient(ValueError):
    """What was typed about an app cannot be used; the message is for the operator."""


@dataclass(frozen=True)
class Application:
    """An app as the operator describes it."""

    name: str
    purpose: str  # for people, on the consent page
    redirect_uris: Sequence[str]
    attributes: Sequence[str] = ()
    after_logout: Sequence[str] = ()
    privacy_url: str = ""
    public: bool = False  # runs on the user's device and cannot keep a secret
    stays: bool = False  # may fetch data later without the person (refresh token)
    device: bool = False  # ticket machines, televisions: sign-in with a code
    trust: str = "basic"
    key: str = field(default="")  # fixed id, else drawn by lot


@transaction.atomic
def register_client(actor_key: str, app: Application) -> tuple[Client, str]:
    """The new app and, unless it is public, its secret: returned once. Raises BadClient."""
    _check(app)
    grants = [str(Client.GrantType.AUTHORIZATION_CODE)]
    grants += [str(Client.GrantType.REFRESH_TOKEN)] * app.stays + [DEVICE] * app.device
    client = Client(name=app.name.strip(), type=Client.Type.PUBLIC if app.public else Client.Type.CONFIDENTIAL)
    if app.key:
        client.pk = app.key
    client.set_grant_types(grants)
    client.set_redirect_uris(list(app.redirect_uris))
    client.set_scopes([OPENID, *(key for key in LABELS if key in app.attributes)])
    client.data = {"purpose": app.purpose.strip(), "privacy_url": app.privacy_url, "trust": app.trust}
    client.set_post_logout_redirect_uris(list(app.after_logout))
    secret = secrets.token_urlsafe(32)
    client.set_secret(secret)
    client.save(force_insert=True)
    record("client.registered", subject=f"client:{client.pk}", actor=actor_key)
    return client, "" if app.public else secret


@transaction.atomic
def register_demo(key: str, app: Application) -> None:
    """The demo's own app knows the address of this installation only when somebody opens it."""
    known = Client.objects.select_for_update().filter(pk=key).first()
    if known is None:
        register_client("system", app)
    elif known.get_redirect_uris() != list(app.redirect_uris):
        known.set_redirect_uris(list(app.redirect_uris))
        known.save(update_fields=["redirect_uris"])
        record("client.moved", subject=f"client:{key}", actor="system")


@transaction.atomic
def renew_secret(actor_key: str, client: Client) -> str:
    """A new secret; the old one is worth nothing from now on."""
    if client.type == Client.Type.PUBLIC:
        raise BadClient(_("Diese Anwendung hat kein Geheimnis."))
    secret = secrets.token_urlsafe(32)
    client.set_secret(secret)
    client.save(update_fields=["secret"])
    record("client.secret_renewed", subject=f"client:{client.pk}", actor=actor_key)
    return secret


@transaction.atomic
def close_client(actor_key: str, client: Client) -> None:
    """Nobody can sign in to it, and nothing it holds opens anything; connections stay visible to people."""
    client.data = {**(client.data or {}), "closed": True}
    client.save(update_fields=["data"])
    Token.objects.filter(client=client).delete()
    record("client.closed", subject=f"client:{client.pk}", actor=actor_key)


@transaction.atomic
def reopen_client(actor_key: str, client: Client) -> None:
    client.data = {name: value for name, value in (client.data or {}).items() if name != "closed"}
    client.save(update_fields=["data"])
    record("client.reopened", subject=f"client:{client.pk}", actor=actor_key)


@transaction.atomic
def rotate_key(actor_key: str) -> str:
    """A new key for ID tokens; it takes over after an hour."""
    name = signing.rotate().stem
    record("client.key_rotated", subject="provider", actor=actor_key)
    return name


def _check(app: Application) -> None:
    if not 1 <= len(app.name.strip()) <= 100 or not app.name.isprintable():
        raise BadClient(_("Geben Sie einen Namen mit höchstens 100 Zeichen an."))
    if not app.purpose.strip():
        raise BadClient(_("Schreiben Sie, wofür die Daten gebraucht werden. Die Menschen lesen das vor der Freigabe."))
    if not app.redirect_uris:
        raise BadClient(_("Geben Sie mindestens eine Rückkehradresse an."))
    if unknown := sorted(set(app.attributes) - set(LABELS)):
        raise BadClient(_("Diese Angabe gibt es nicht: %(name)s") % {"name": unknown[0]})
    if app.trust.upper() not in Trust.__members__ or app.trust == "none":
        raise BadClient(_("Dieses Vertrauensniveau gibt es nicht."))
    if app.device and not app.public:
        raise BadClient(_("Geräte ohne Tastatur können kein Geheimnis hüten: Kreuzen Sie „öffentlich“ an."))
    for uri in [*app.redirect_uris, *app.after_logout]:
        check_uri(uri)
    if app.privacy_url and not app.privacy_url.startswith("https://"):
        raise BadClient(_("Die Datenschutzerklärung beginnt mit https://."))
    if app.key and Client.objects.filter(pk=app.key).exists():
        raise BadClient(_("Diese Kennung ist schon vergeben."))


def check_uri(uri: str) -> None:
    """https, this machine itself, or the scheme of an installed app; nothing that could be read in two ways."""
    wrong = BadClient(
        _("Diese Rückkehradresse geht nicht: %(uri)s. Erlaubt ist zum Beispiel https://app.example/zurueck.")
        % {"uri": uri[:200]}
    )
    try:
        parts = urlsplit(uri)
        host = parts.hostname or ""
        odd = parts.port is not None and not 0 < parts.port < 65536
    except ValueError:
        raise wrong from None
    odd = odd or not uri.isascii() or not uri.isprintable() or bool(re.search(r"[\s*#\\@]|/\.\.?(/|$)|%2e|%2f", uri, re.I))
    if odd or len(uri) > 500:
        raise wrong
    web = parts.scheme == "https" and "." in host
    local = parts.scheme == "http" and host in LOOPBACK
    app = bool(APP_SCHEME.fullmatch(parts.scheme)) and not parts.netloc
    if not (web or local or app):
        raise wrong
