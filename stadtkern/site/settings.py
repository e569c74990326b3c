"""Settings: one file. Secrets and hosts come from the environment; what a city may choose is in its city.toml."""

import os
import secrets
import sys
import tomllib
from pathlib import Path
from urllib.parse import unquote, urlsplit

from csp.constants import NONE, SELF

ROOT = Path(__file__).resolve().parents[2]
HOME = Path(os.environ.get("STADTKERN_HOME", ROOT / ".data"))  # embedded database, keys, mail of the demo
HOME.mkdir(parents=True, exist_ok=True)

# demo: one-click persons, local hosts only · test: the suite · production: refuses to start when unsafe
MODE = os.environ.get("STADTKERN_MODE") or ("test" if "pytest" in sys.modules else "demo")
PRODUCTION = MODE == "production"
DEMO = MODE == "demo"
PUBLIC_DEMO = os.environ.get("STADTKERN_PUBLIC_DEMO", "") == "1"
DATABASE_HOME = HOME
READS_FILES = sys.argv[1:2] in (["fim_report"], ["count_votes"], ["check_planner"])  # they need no database: none is started
if MODE == "test":  # each test process switches its own outages and keeps its own keys and mail
    HOME = HOME / "test" / os.environ.get("PYTEST_XDIST_WORKER", "main")
    (HOME / "static").mkdir(parents=True, exist_ok=True)  # STATIC_ROOT, empty: the finders serve
DEBUG = os.environ.get("STADTKERN_DEBUG", "") == "1"

CITY_FOLDER = ROOT / "cities" / os.environ.get("STADTKERN_CITY", "musterstadt")
CITY_TOML = tomllib.loads((CITY_FOLDER / "city.toml").read_text(encoding="utf-8"))
DOMAINS = CITY_TOML.get("domains", [])


def _secret() -> str:
    if given := os.environ.get("STADTKERN_SECRET"):
        return given
    if PRODUCTION:
        return "default"  # refused by the checks in site/checks.py
    file = HOME / "secret"
    if not file.exists():
        file.write_text(secrets.token_urlsafe(50))
        file.chmod(0o600)
    return file.read_text()


SECRET_KEY = _secret()
ALLOWED_HOSTS = os.environ.get("STADTKERN_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
BASE_URL = os.environ.get("STADTKERN_URL", "http://localhost:8000")  # printed in letters and QR codes


# A database host that vanishes (power, network) sends no farewell: without these a query would wait for hours. libpq's words.
WAITING = {
    "connect_timeout": 5,
    "tcp_user_timeout": 60_000,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
}


def _database() -> dict[str, object]:
    """DATABASE_URL, or the embedded server, started if it does not run."""
    url = os.environ.get("DATABASE_URL")
    if not url:
        if READS_FILES:
            return {"ENGINE": "django.db.backends.dummy"}
        from stadtkern.lib.postgres import Cluster

        url = Cluster(DATABASE_HOME).ensure()
    parts = urlsplit(url)
    query = dict(pair.split("=", 1) for pair in parts.query.split("&") if "=" in pair)
    if MODE == "test":  # nothing of the suite outlives a power cut; queries on tables without statistics need no compiler
        query.setdefault("options", "-c synchronous_commit=off -c jit=off")
    prepared = int(query.pop("prepare_threshold", 3)) or None  # 0 behind a pooler that cannot keep prepared statements
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 0 if MODE == "test" else 60,  # threads of the worker must not hold the test database
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {**WAITING, "server_side_binding": True, "prepare_threshold": prepared, **query},
        "TEST": {"NAME": os.environ.get("STADTKERN_TEST_DATABASE", "test_stadtkern")},
    }


DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

ROOMS = [
    "city", "events", "accounts", "privacy", "registers", "geo", "metrics", "provider", "documents", "credentials", "vault",
    "inbox", "payments", "appointments", "calls", "services", "voice", "cases", "exchange",
]  # fmt: skip
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "procrastinate.contrib.django",
    "csp",
    "django_htmx",
    "stadtkern.ui",  # before allauth: its templates win
    *[f"stadtkern.kernel.{room}" for room in ROOMS],
    *[f"stadtkern.domains.{name}" for name in DOMAINS],
    "stadtkern.portal",
    "stadtkern.site",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.idp.oidc",
    "django.forms",  # after ui: our templates of form fields win
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "stadtkern.site.headers.Headers",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "stadtkern.kernel.accounts.sign_in.SeenNow",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "stadtkern.kernel.accounts.access.DenyByDefault",
]

# Views of packages cannot carry our declaration; who may is said here, by module or view, the longest name wins.
FOREIGN_VIEWS = {
    "allauth.account.views": "everyone",  # sign-in pages; those for members send visitors to sign in themselves
    "allauth.mfa": "signed_in",
    "allauth.mfa.base.views.AuthenticateView": "everyone",  # second step of signing in
    "allauth.mfa.webauthn.views.LoginWebAuthnView": "everyone",
    "allauth.usersessions": "signed_in",
    "django.views.static": "everyone",
    "ninja": "everyone",  # every operation authenticates unless it says otherwise (site/api.py)
}

ROOT_URLCONF = "stadtkern.site.urls"
WSGI_APPLICATION = "stadtkern.site.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "stadtkern.portal.context.frame",
            ],
            "builtins": ["stadtkern.ui.templatetags.kern", "django.templatetags.i18n", "django.templatetags.static"],
        },
    }
]

AUTH_USER_MODEL = "accounts.Account"
AUTHENTICATION_BACKENDS = ["stadtkern.kernel.accounts.sign_in.Backend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.PBKDF2PasswordHasher" if MODE != "test" else "django.contrib.auth.hashers.MD5PasswordHasher"
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "portal:my_city"
ACCOUNT_ADAPTER = "stadtkern.kernel.accounts.sign_in.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
# By code, not by link: the browser that began is the browser that goes on, and its draft with it.
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_CHANGE_EMAIL = True  # one address per account
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_PREVENT_ENUMERATION = "strict"
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_SESSION_REMEMBER = False
STAFF_SECOND_FACTOR = PRODUCTION  # no desk by password alone
MFA_ADAPTER = "stadtkern.kernel.accounts.sign_in.MfaAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = CITY_TOML["name"]
MFA_TOTP_TOLERANCE = 1  # clocks of phones go wrong by half a minute
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION  # http://localhost in the demo
_FORMS = "stadtkern.kernel.accounts.forms."
_OURS = (
    "login signup add_email change_password set_password reset_password reset_password_from_key reauthenticate "
    "confirm_email_verification_code confirm_password_reset_code"
)
_OURS_MFA = (
    "authenticate reauthenticate activate_totp add_webauthn edit_webauthn authenticate_webauthn login_webauthn "
    "reauthenticate_webauthn"
)
ACCOUNT_FORMS = {key: f"{_FORMS}{key.title().replace('_', '')}Form" for key in _OURS.split()}
MFA_FORMS = {key: f"{_FORMS}Mfa{key.title().replace('_', '')}Form" for key in _OURS_MFA.split()}
# The city as OpenID provider (room provider): codes live a minute, access tokens ten, refresh tokens a month.
IDP_OIDC_ADAPTER = "stadtkern.kernel.provider.openid.Adapter"
IDP_OIDC_ACCESS_TOKEN_EXPIRES_IN, IDP_OIDC_REFRESH_TOKEN_EXPIRES_IN = 600, 30 * 86400
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
# How many proxies stand in front; the address of a client (rate limits, list of sessions) is taken from behind them.
ALLAUTH_TRUSTED_PROXY_COUNT = int(os.environ.get("STADTKERN_PROXIES", "1" if PRODUCTION else "0"))

SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = PRODUCTION
SECURE_HSTS_SECONDS = 31_536_000 if PRODUCTION else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PRODUCTION else None
CSRF_FAILURE_VIEW = "stadtkern.portal.errors.csrf_failure"
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
_TILES = ["{0.scheme}://{0.netloc}".format(urlsplit(t)) for t in [CITY_TOML.get("map", {}).get("tiles", "")] if "://" in t]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", *_TILES],  # data: for KERN's mask icons; tiles of the city's own map server
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "manifest-src": [SELF],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
FILE_UPLOAD_HANDLERS = [
    "stadtkern.kernel.documents.intake.cap.Cap",  # first: it stops an endless file
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
DATA_UPLOAD_MAX_NUMBER_FIELDS = 3000  # the largest federal form has 700 fields

STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if MODE == "test"
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
# Counts of attempts must hold across processes and servers, so they lie in the database (an unlogged table, made by a
# migration of accounts); only sign-in pages touch it. Whatever else is cached may use "local".
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "accounts_attempts",
        "OPTIONS": {"MAX_ENTRIES": 10_000},
    },
    "local": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
}

LANGUAGE_CODE = "de"
LANGUAGES = [("de", "Deutsch"), ("en", "English")]
LOCALE_PATHS = [ROOT / "stadtkern" / "locale"]
TIME_ZONE = "Europe/Berlin"
USE_TZ = True

EMAIL_BACKEND = (
    "django.core.mail.backends.smtp.EmailBackend"
    if os.environ.get("STADTKERN_SMTP")
    else "django.core.mail.backends.filebased.EmailBackend"
)
EMAIL_FILE_PATH = HOME / "mail"
_SMTP = urlsplit(os.environ.get("STADTKERN_SMTP", ""))  # smtp://user:password@host:port
EMAIL_HOST, EMAIL_PORT = _SMTP.hostname or "localhost", _SMTP.port or 25
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = unquote(_SMTP.username or ""), unquote(_SMTP.password or "")
EMAIL_TIMEOUT = 10
TURN_SECRET = os.environ.get("STADTKERN_TURN_SECRET", "")  # shared with the relay of video calls (docs/video.md)
DEFAULT_FROM_EMAIL = CITY_TOML.get("contact", {}).get("email", "noreply@localhost")

TEST_RUNNER = "django.test.runner.DiscoverRunner"
SILENCED_SYSTEM_CHECKS: list[str] = []
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": os.environ.get("STADTKERN_LOG", "WARNING")},
}
