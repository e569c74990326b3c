"""Production refuses to start when something would be unsafe; headers and cookies are strict."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings as live
from django.core.checks import run_checks
from django.test import Client

from stadtkern.kernel.city.profile import city
from stadtkern.lib.sdjwt import new_key
from stadtkern.site import checks

ROOT = Path(__file__).resolve().parents[1]
POLICY = live.CONTENT_SECURITY_POLICY["DIRECTIVES"]
SAFE = {
    "STADTKERN_MODE": "production",
    "STADTKERN_SECRET": "q8Zt0sVb1XyR7uKcLw3nJd5fHg9aPe2mQi4oTx6z-rUvYkWjAsD_",
    "STADTKERN_HOSTS": "stadt.example",
    "STADTKERN_URL": "https://stadt.example",
    "STADTKERN_SMTP": "smtp://user:word@mail.example:587",
    "STADTKERN_KEK": "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=",
    "DATABASE_URL": "postgres://stadt:word@database.example/stadt",
}
# name -> (changed environment, a word of the refusal)
FAULTS = {
    "debug": ({"STADTKERN_DEBUG": "1"}, "DEBUG is on"),
    "no secret": ({"STADTKERN_SECRET": None}, "secret is missing"),
    "default secret": ({"STADTKERN_SECRET": "default"}, "secret is missing"),
    "short secret": ({"STADTKERN_SECRET": "kurz"}, "too short"),
    "monotonous secret": ({"STADTKERN_SECRET": "a" * 60}, "secret is missing"),
    "all hosts": ({"STADTKERN_HOSTS": "*"}, "Any host name"),
    "all hosts among others": ({"STADTKERN_HOSTS": "stadt.example,*"}, "Any host name"),
    "a whole country": ({"STADTKERN_HOSTS": ".de"}, "Any host name"),
    "no hosts": ({"STADTKERN_HOSTS": None}, "Only this machine"),
    "plain http": ({"STADTKERN_URL": "http://stadt.example"}, "not https"),
    "another address": ({"STADTKERN_URL": "https://andere.example"}, "none of the hosts"),
    "no mail": ({"STADTKERN_SMTP": None}, "no mail server"),
    "no seal": ({"STADTKERN_SEAL_P12": "/does/not/exist"}, "no seal of its own"),
    "no city key": ({"STADTKERN_KEK": None}, "could not be sealed"),
    "no keys for proofs": ({"STADTKERN_CREDENTIAL_KEYS": None}, "no place for the keys of proofs"),
    "a folder without keys for proofs": ({"STADTKERN_CREDENTIAL_KEYS": "/does/not/exist"}, "No key for proofs"),
    "broken city key": ({"STADTKERN_KEK": "kurz"}, "could not be sealed"),
    "demo adapters": ({"STADTKERN_CITY": "musterstadt"}, "payments would use its demo"),
    "means without a contract": ({"STADTKERN_CITY": "promising"}, "Signing in by bundid is promised but not connected"),
    "misspelt mode": ({"STADTKERN_MODE": "Production"}, "STADTKERN_MODE is 'Production'"),
    "invented statements": ({"STADTKERN_CITY": "musterstadt"}, "bank statements would be invented"),
    "demo in the network": ({"STADTKERN_MODE": "demo"}, "anybody can become the mayor"),
    "CORS for all": ({"DJANGO_SETTINGS_MODULE": "cors_for_all"}, "CORS_ALLOW_ALL_ORIGINS lets pages of any origin"),
}


def key_for_proofs(folder: Path) -> None:
    folder.mkdir()
    (folder / "20260101T000000000000-a.pem").write_bytes(new_key().as_pem(private=True))


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A city without demo adapters, and a settings module that opens CORS."""
    place = tmp_path_factory.mktemp("production")
    (place / "stadt").mkdir()
    text = (ROOT / "cities" / "musterstadt" / "city.toml").read_text(encoding="utf-8")
    for room, adapter in {"payments": "xbezahldienste", "registers": "none", "inbox": "smtp", "exchange": "none"}.items():
        text = text.replace(f'[{room}]\nadapter = "demo"', f'[{room}]\nadapter = "{adapter}"')
    text = text.replace('adapter = "noots_demo"', 'adapter = "noots"').replace('feed = "demo"', 'feed = "folder"')
    (place / "promising").mkdir()
    (place / "promising" / "city.toml").write_text(text, encoding="utf-8")
    text = text.replace('means = ["bundid", "organisation", "staff"]', "means = []")
    for room, adapter in {"documents": "clamd", "services": "fim_portal"}.items():
        if f"[{room}]" not in text:
            text += f'\n[{room}]\nadapter = "{adapter}"\n'
    (place / "stadt" / "city.toml").write_text(text, encoding="utf-8")
    (place / "seal.p12").touch()
    key_for_proofs(place / "proofs")
    (place / "cors_for_all.py").write_text("from stadtkern.site.settings import *\nCORS_ALLOW_ALL_ORIGINS = True\n")
    return place


@pytest.fixture(scope="module")
def started(place):
    """What every start said: name -> (exit code, output); packages are imported once (tests/starts.py)."""

    def environment(changes: dict[str, str | None]) -> dict[str, str]:
        own = {"STADTKERN_CITY": "stadt", "STADTKERN_HOME": "home", "STADTKERN_SEAL_P12": "seal.p12"}
        own["STADTKERN_CREDENTIAL_KEYS"] = "proofs"
        values = SAFE | {name: str(place / path) for name, path in own.items()} | changes
        if values["STADTKERN_CITY"] == "promising":
            values["STADTKERN_CITY"] = str(place / "promising")
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("STADTKERN", "DATABASE", "DJANGO"))}
        found = kept | {key: value for key, value in values.items() if value is not None}
        return found | {"PYTHONPATH": f"{ROOT}:{place}"}

    wanted: dict[str, dict[str, str | None]] = {"safe": {}} | {name: changes for name, (changes, _) in FAULTS.items()}
    told = json.dumps([environment(changes) for changes in wanted.values()])
    done = subprocess.run(
        [sys.executable, "tests/starts.py"], cwd=ROOT, input=told, capture_output=True, text=True, timeout=300, check=True
    )
    return dict(zip(wanted, json.loads(done.stdout), strict=True))


def test_a_safe_installation_starts(started):
    code, said = started["safe"]
    assert code == 0 and "started in production" in said, said


@pytest.mark.parametrize("name", FAULTS)
def test_an_unsafe_installation_does_not_start(started, name):
    code, said = started[name]
    assert code != 0 and "started in" not in said
    assert "ImproperlyConfigured" in said and FAULTS[name][1] in said, said


@pytest.fixture
def production(settings, monkeypatch, tmp_path):
    """The running settings, turned into those of a safe production."""
    (tmp_path / "seal.p12").touch()
    monkeypatch.setenv("STADTKERN_SEAL_P12", str(tmp_path / "seal.p12"))
    key_for_proofs(tmp_path / "proofs")
    monkeypatch.setenv("STADTKERN_CREDENTIAL_KEYS", str(tmp_path / "proofs"))
    monkeypatch.setenv("STADTKERN_KEK", SAFE["STADTKERN_KEK"])
    settings.MODE, settings.PRODUCTION, settings.DEBUG = "production", True, False
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = SAFE["STADTKERN_SECRET"], []
    settings.ALLOWED_HOSTS, settings.BASE_URL = ["stadt.example", ".stadt.example"], SAFE["STADTKERN_URL"]
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_HSTS_SECONDS = 31_536_000
    settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN, settings.STAFF_SECOND_FACTOR = False, True
    settings.ROOMS = ["city", "events", "accounts"]
    monkeypatch.setitem(city().raw, "accounts", {"means": []})  # the demo's are played by simulators
    return settings


def test_the_checks_find_nothing_in_a_safe_installation(production):
    assert checks.faults() == []


@pytest.mark.parametrize(
    ("name", "value", "key"),
    [
        ("SECRET_KEY_FALLBACKS", ["kurz"], "secret"),
        ("PASSWORD_HASHERS", ["django.contrib.auth.hashers.MD5PasswordHasher"], "hasher"),
        ("ALLOWED_HOSTS", [], "hosts"),
        ("ALLOWED_HOSTS", ["*.example"], "hosts"),
        ("CORS_ORIGIN_ALLOW_ALL", True, "cors"),
        ("CORS_ALLOWED_ORIGINS", ["*"], "cors"),
        ("CORS_ALLOWED_ORIGIN_REGEXES", [r"^https://.*"], "cors"),
        ("ACCESS_CONTROL_ALLOW_ORIGIN", "*", "cors"),
        ("CSRF_TRUSTED_ORIGINS", ["https://*"], "cors"),
        ("SESSION_COOKIE_SECURE", False, "cookies"),
        ("SESSION_COOKIE_HTTPONLY", False, "cookies"),
        ("SESSION_COOKIE_SAMESITE", "None", "cookies"),
        ("SECURE_SSL_REDIRECT", False, "cookies"),
        ("SECURE_HSTS_SECONDS", 0, "cookies"),
        ("MFA_TOTP_INSECURE_BYPASS_CODE", "123456", "sign-in"),
        ("MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN", True, "sign-in"),
        ("STAFF_SECOND_FACTOR", False, "sign-in"),
        ("CONTENT_SECURITY_POLICY", {"DIRECTIVES": {**POLICY, "script-src": ["'unsafe-inline'"]}}, "csp"),
        ("ROOMS", ["registers"], "adapter"),
        ("ROOMS", ["payments"], "adapter"),
    ],
)  # fmt: skip
def test_every_loosened_screw_is_found(production, name, value, key):
    setattr(production, name, value)
    assert key in [found for found, _, _ in checks.faults()]


def test_named_friends_are_allowed(production):
    production.CORS_ALLOWED_ORIGINS = ["https://land.example"]
    production.CORS_ALLOWED_ORIGIN_REGEXES = [r"^https://\w+\.land\.example$"]
    assert checks.faults() == []


def test_manage_check_reports_the_same(production):
    production.DEBUG = True
    assert "stadtkern.debug" in [message.id for message in run_checks(tags=["security"])]


def test_a_public_demo_must_be_meant(settings):
    settings.MODE, settings.ALLOWED_HOSTS = "demo", ["demo.example"]
    assert [key for key, _, _ in checks.faults()] == ["demo"]
    settings.PUBLIC_DEMO = True
    assert checks.faults() == []


# Headers and cookies


def test_every_page_carries_the_strict_headers(client, db):
    for path in ("/", "/konto/login/", "/gibt-es-nicht/", "/api/v1/openapi.json"):
        answer = client.get(path, headers={"Origin": "https://stranger.example"})
        policy = answer["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "script-src 'self'" in policy and "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy and "*" not in policy
        assert answer["X-Frame-Options"] == "DENY" and answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Referrer-Policy"] == "same-origin" and answer["Cross-Origin-Opener-Policy"] == "same-origin"
        assert "camera=()" in answer["Permissions-Policy"]
        assert not [name for name in answer.headers if name.lower().startswith("access-control-")]


def test_a_preflight_of_strangers_gets_no_permission(client, db):
    asked = {"Origin": "https://stranger.example", "Access-Control-Request-Method": "POST"}
    answer = client.options("/api/v1/openapi.json", headers=asked)
    assert not [name for name in answer.headers if name.lower().startswith("access-control-")]


def test_personal_pages_are_not_kept_in_caches(login, citizen):
    answer = login(citizen).get("/meine-stadt/")
    assert "no-store" in answer["Cache-Control"]


def test_cookies_are_for_us_alone(client, citizen, settings):
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    client.get("/konto/login/")
    client.post("/konto/login/", {"login": citizen.email, "password": "geheim-genug-1"})
    assert {"sessionid", "csrftoken"} <= set(client.cookies)
    for name in ("sessionid", "csrftoken"):
        cookie = client.cookies[name]
        assert cookie["httponly"] and cookie["secure"] and cookie["samesite"] == "Lax", name


def test_production_sends_to_https_and_says_so_for_a_year(client, db, settings):
    settings.SECURE_SSL_REDIRECT, settings.SECURE_HSTS_SECONDS = True, 31_536_000
    fresh = Client()
    assert fresh.get("/konto/login/")["Location"] == "https://testserver/konto/login/"
    assert "max-age=31536000" in fresh.get("/konto/login/", secure=True)["Strict-Transport-Security"]


def test_forms_without_the_token_are_refused(citizen):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(citizen, backend=live.AUTHENTICATION_BACKENDS[0])
    for path in ("/konto/sprache/", "/konto/vertretung/wechseln/", "/konto/logout/", "/konto/demo/werden/"):
        assert browser.post(path, {}).status_code == 403, path
