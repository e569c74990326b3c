"""Sign-in as allauth does it, with our differences: one query per request, sealed secrets, calm words."""

import logging
import time
from collections.abc import Callable
from smtplib import SMTPException
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from cryptography.fernet import MultiFernet
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from stadtkern.kernel.city.profile import city
from stadtkern.lib.secret_text import sealer

from . import queries
from .actions.session import note_sign_in
from .models import Account

log = logging.getLogger(__name__)
SEEN_EVERY = 300  # seconds; "last seen" of a session is no finer, so that not every page writes


class Backend(AuthenticationBackend):  # type: ignore[misc]
    """Loads the account with everything an actor needs in one query."""

    def get_user(self, user_id: int) -> Account | None:
        return queries.account(user_id)


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """E-mail that never breaks a page, and a diary line for every sign-in."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": gettext_lazy(
            "E-Mail-Adresse und Passwort passen nicht zusammen. Prüfen Sie beides, oder setzen Sie Ihr Passwort neu."
        ),
        "account_inactive": gettext_lazy("Dieses Konto ist geschlossen."),
        "duplicate_email": gettext_lazy("Das ist schon die Adresse dieses Kontos."),
        "same_as_current": gettext_lazy("Das ist schon die Adresse dieses Kontos. Geben Sie die neue Adresse ein."),
        "email_taken": gettext_lazy("Diese Adresse können Sie nicht verwenden. Geben Sie eine andere ein."),
        "enter_current_password": gettext_lazy("Das ist nicht Ihr jetziges Passwort."),
        "incorrect_password": gettext_lazy("Das ist nicht Ihr Passwort. Versuchen Sie es noch einmal."),
        "incorrect_code": gettext_lazy("Dieser Code stimmt nicht. Prüfen Sie, ob Sie den neuesten Code eingegeben haben."),
        "too_many_login_attempts": gettext_lazy(
            "Das waren zu viele Versuche. Warten Sie fünf Minuten, oder setzen Sie Ihr Passwort neu."
        ),
        "rate_limited": gettext_lazy("Das waren zu viele Versuche. Warten Sie einen Moment."),
    }

    def format_email_subject(self, subject: str) -> str:
        return f"{city().name}: {subject}"

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """A mail server that is away is said on the page; the same answer for known and unknown addresses."""
        try:
            super().send_mail(template_prefix, email, context)
        except (OSError, SMTPException):
            log.exception("Mail %s could not be handed over", template_prefix)
            text = _("Unser E-Mail-Dienst antwortet gerade nicht. Fordern Sie den Code in einigen Minuten neu an.")
            messages.warning(self.request, text)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("accounts:overview")

    def post_login(self, request: HttpRequest, user: Account, **kwargs: Any) -> HttpResponse:
        note_sign_in(user)
        response: HttpResponse = super().post_login(request, user, **kwargs)
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, user.language, max_age=365 * 86400, samesite="Lax", secure=settings.PRODUCTION
        )
        return response


class MfaAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Secrets of authenticator apps and recovery codes lie sealed in the database."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": gettext_lazy("Dieser Code stimmt nicht. Geben Sie den Code ein, der jetzt in der App steht."),
    }

    def encrypt(self, text: str) -> str:
        return _sealer().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _sealer().decrypt(encrypted_text.encode()).decode()

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {**super().get_public_key_credential_rp_entity(), "name": city().name}

    def generate_authenticator_name(self, user: Account, type: str) -> str:
        number = Authenticator.objects.filter(user=user, type=type).count() + 1
        return _("Schlüssel %(number)s") % {"number": number}


def _sealer() -> MultiFernet:
    """Keys derived from the secret; old secrets (SECRET_KEY_FALLBACKS) still open what they sealed."""
    return sealer([str(secret) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)], "second factor")


class SeenNow:
    """Middleware: the list of sessions knows when each was used last, to five minutes."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.session.session_key and request.user.is_authenticated:
            now = int(time.time())
            if request.session.get("seen", 0) < now - SEEN_EVERY:
                request.session["seen"] = now
                UserSession.objects.create_from_request(request)
        return self.get_response(request)
