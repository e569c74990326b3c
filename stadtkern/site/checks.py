"""What must be right before strangers may come in: production refuses to start otherwise, `manage.py check` says why."""

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Critical
from django.core.exceptions import ImproperlyConfigured

from stadtkern.kernel.accounts import adapters
from stadtkern.kernel.city.profile import city
from stadtkern.kernel.credentials import keys
from stadtkern.kernel.privacy.sealing import kek
from stadtkern.kernel.services import catalogue

MODES = ("demo", "test", "production")
LOCAL = {"localhost", "127.0.0.1", "[::1]", "testserver"}
# Commands that serve nobody and write nothing: they may run to prepare or to explain.
# `credential_keys` and `rotate_kek --first` make what the start is refused for.
HARMLESS = {
    "check", "collectstatic", "credential_keys", "compilemessages", "help", "rotate_kek", "version", "--version", "--help",
}  # fmt: skip

Fault = tuple[str, str, str]  # id, what is wrong, what to do


def faults() -> list[Fault]:
    """Everything that makes this installation unsafe in its mode."""
    if settings.MODE not in MODES:
        return [("mode", f"STADTKERN_MODE is {settings.MODE!r}", f"Set it to one of: {', '.join(MODES)}.")]
    if settings.MODE == "production":
        return [
            *_basics(),
            *_address(),
            *_cross_origin(),
            *_content_policy(),
            *_cookies(),
            *_sign_in(),
            *_proofs(),
            *_means(),
            *_adapters(),
        ]
    if settings.MODE == "demo" and not settings.PUBLIC_DEMO and not set(settings.ALLOWED_HOSTS) <= LOCAL:
        text = "The demo (anybody can become the mayor with one click) would be open to the network"
        return [
            ("demo", text, "Set STADTKERN_MODE=production, or STADTKERN_PUBLIC_DEMO=1 for a demonstration with invented data.")
        ]
    return []


def _basics() -> Iterator[Fault]:
    if settings.DEBUG:
        yield "debug", "DEBUG is on: error pages show settings and data", "Remove STADTKERN_DEBUG."
    for number, secret in enumerate([settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]):
        if len(str(secret)) < 50 or len(set(str(secret))) < 10 or str(secret).startswith("django-insecure"):
            which = "secret" if number == 0 else "an older secret"
            yield (
                "secret",
                f"The {which} is missing, the default, or too short",
                "Set STADTKERN_SECRET: 50 random characters or more.",
            )
    try:
        kek.names()
    except kek.NoMasterKey as problem:
        yield "kek", f"Papers and uploads could not be sealed or opened: {problem}", "See „Keys“ in docs/operate.md."
    if not os.environ.get("STADTKERN_KEK") and kek.place().exists() and kek.place().stat().st_mode & 0o077:
        yield "kek", f"Others may read the city's key in {kek.place()}", f"chmod 600 {kek.place()}"
    if "MD5" in settings.PASSWORD_HASHERS[0] or "SHA1" in settings.PASSWORD_HASHERS[0]:
        yield "hasher", "Passwords would be hashed by a fast algorithm", "Leave PASSWORD_HASHERS as it is."
    if not settings.EMAIL_BACKEND.endswith("smtp.EmailBackend"):
        yield (
            "mail",
            "There is no mail server: nobody could confirm an address",
            "Set STADTKERN_SMTP=smtp://user:password@host:port.",
        )

    if not Path(os.environ.get("STADTKERN_SEAL_P12", "-")).is_file():
        yield "seal", "The city has no seal of its own", "Set STADTKERN_SEAL_P12 to a PKCS#12 file and STADTKERN_SEAL_PASSWORD."


def _address() -> Iterator[Fault]:
    hosts = [host.strip() for host in settings.ALLOWED_HOSTS]
    wide = [host for host in hosts if "*" in host or host in ("", ".") or (host.startswith(".") and "." not in host[1:])]
    if wide or not hosts:
        yield "hosts", f"Any host name would be accepted ({wide or 'none is set'})", "Name your hosts in STADTKERN_HOSTS."
    elif set(hosts) <= LOCAL:
        yield "hosts", "Only this machine itself could open the pages", "Name your hosts in STADTKERN_HOSTS."
    base = urlsplit(settings.BASE_URL)
    if base.scheme != "https":
        yield "https", "The address printed in letters is not https", "Set STADTKERN_URL=https://…"
    elif (
        not wide
        and hosts
        and not any(base.hostname == host or (host[0] == "." and f".{base.hostname}".endswith(host)) for host in hosts)
    ):
        yield "https", "The address printed in letters is none of the hosts", "Let STADTKERN_URL and STADTKERN_HOSTS agree."


def _cross_origin() -> Iterator[Fault]:
    """No package for CORS is installed; whoever adds one must name its friends."""
    stranger = "https://stranger.example"
    for name in dir(settings):
        value = getattr(settings, name, None) if name.startswith(("CORS_", "ACCESS_CONTROL_")) else None
        listed = value if isinstance(value, (list, tuple, set)) else [value] if isinstance(value, (str, re.Pattern)) else []
        everybody = value is True and re.search(r"ALL", name)
        if everybody or "*" in listed or ("REGEX" in name and any(re.match(pattern, stranger) for pattern in listed)):
            yield "cors", f"{name} lets pages of any origin use the API", "Name the origins you mean, or remove it."
    if "https://*" in settings.CSRF_TRUSTED_ORIGINS or any(o.endswith("//*") for o in settings.CSRF_TRUSTED_ORIGINS):
        yield "cors", "CSRF_TRUSTED_ORIGINS trusts every page", "Name the origins you mean, or remove it."


def _content_policy() -> Iterator[Fault]:
    directives = cast(dict[str, dict[str, Any]], settings.CONTENT_SECURITY_POLICY)["DIRECTIVES"]
    loose = {"'unsafe-inline'", "'unsafe-eval'", "*", "http:", "https:"}
    for name in ("default-src", "script-src", "style-src", "form-action"):
        if loose & set(directives.get(name, ["*"])):
            yield "csp", f"The content security policy is loose in {name}", "Leave CONTENT_SECURITY_POLICY as it is."


def _cookies() -> Iterator[Fault]:
    for name in (
        "SESSION_COOKIE_SECURE",
        "CSRF_COOKIE_SECURE",
        "SESSION_COOKIE_HTTPONLY",
        "SECURE_SSL_REDIRECT",
        "SECURE_HSTS_SECONDS",
    ):
        if not getattr(settings, name):
            yield "cookies", f"{name} is off", "Leave it as it is in production."
    if settings.SESSION_COOKIE_SAMESITE not in ("Lax", "Strict"):
        yield "cookies", "SESSION_COOKIE_SAMESITE lets other sites act with a citizen's session", "Leave it at Lax."


def _sign_in() -> Iterator[Fault]:
    if settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN or getattr(settings, "MFA_TOTP_INSECURE_BYPASS_CODE", None):
        yield "sign-in", "A setting for tests weakens the second factor", "Remove it."
    caches: Any = settings.CACHES
    backend = caches["default"]["BACKEND"]
    if not settings.STAFF_SECOND_FACTOR:
        yield "sign-in", "A stolen password would open a clerk's desk", "Leave STAFF_SECOND_FACTOR as it is."
    if "locmem" in backend or "dummy" in backend:
        yield "sign-in", "Wrong passwords would be counted per process only", "Leave CACHES as it is."


def _proofs() -> Iterator[Fault]:
    """A city that offers proofs for wallets needs a key of its own, kept where it is backed up."""
    if not any(service.credential for service in catalogue.all_services().values()):
        return
    if not os.environ.get("STADTKERN_CREDENTIAL_KEYS"):
        yield (
            "proofs",
            "There is no place for the keys of proofs",
            "Set STADTKERN_CREDENTIAL_KEYS to a folder.",
        )
        return
    try:
        keys.ring()
    except keys.NoKeys as problem:
        yield "proofs", str(problem), "Run manage.py credential_keys rotate once, as the user the server runs as."


def _means() -> Iterator[Fault]:
    """A way to sign in that the city promises must be one that works, with the city's own contract."""
    for name in adapters.listed():
        hint = f"See docs/sign-in.md: [accounts.{name}] in city.toml, or take it out of [accounts] means."
        try:
            works = adapters.load(name).connected()
        except Exception as problem:  # whatever is wrong with a file or key is said, not hidden
            yield "means", f"Signing in by {name} is set up wrongly ({problem})", hint
            continue
        if not works:
            yield "means", f"Signing in by {name} is promised but not connected", hint
    if str(adapters.table("staff").get("issuer", "https://")).split(":")[0] != "https":
        yield "means", "The staff's directory is asked without encryption", "Let [accounts.staff] issuer begin with https."


def _adapters() -> Iterator[Fault]:
    """Rooms that would pretend: a demo instead of the real outside."""
    for room in settings.ROOMS:
        # accounts offers no demo in production; its demo doors are not even mounted (its means: _means).
        has_demo = (settings.ROOT / "stadtkern" / "kernel" / room / "adapters" / "demo.py").exists()
        if room == "accounts" or not has_demo:
            continue
        if city().adapters.get(room, "demo") == "demo":
            yield "adapter", f"{room} would use its demo", f'Choose another adapter in city.toml: [{room}] adapter = "…".'
    for name, table in city().raw.get("registers", {}).items() if "registers" in settings.ROOMS else ():
        if isinstance(table, dict) and str(table.get("adapter", "")).endswith("demo"):
            hint = f'Choose another adapter in city.toml: [registers.{name}] adapter = "…".'
            yield "adapter", f"the register {name} would use its demo", hint
    if "payments" in settings.ROOMS and city().raw.get("payments", {}).get("bank", {}).get("feed") == "demo":
        hint = 'Choose where statements come from in city.toml: [payments.bank] feed = "folder".'
        yield "adapter", "bank statements would be invented by the demo's bank", hint


def check(app_configs: Any = None, **options: Any) -> list[CheckMessage]:
    """For `manage.py check`: every fault with what to do."""
    return [Critical(text, hint=hint, id=f"stadtkern.{key}") for key, text, hint in faults()]


def refuse_unsafe_start() -> None:
    """Stop here rather than serve unsafely; harmless commands may go on."""
    if len(sys.argv) > 1 and sys.argv[0].endswith("manage.py") and sys.argv[1] in HARMLESS:
        return
    if found := faults():
        lines = "\n".join(f"  · {text}. {hint}" for _, text, hint in found)
        raise ImproperlyConfigured(f"This installation does not start:\n{lines}")
