"""A mail to the owner when the ways into an account change; it names the way, nobody and nothing else."""

import logging
from smtplib import SMTPException

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.mail import send_mail
from django.utils import translation
from django.utils.translation import gettext as _

from stadtkern.kernel.city.profile import city

from .adapters import Means
from .models import Account

log = logging.getLogger(__name__)


def tell(account: Account, occasion: str, means: Means) -> None:
    """To the confirmed address, if there is one; a mail server that is away breaks no page."""
    address = EmailAddress.objects.filter(user=account, verified=True, primary=True).values_list("email", flat=True).first()
    if address is None:
        return
    with translation.override(account.language):
        subject = _("%(city)s: Ein neuer Weg in Ihr Konto") % {"city": city().name}
        body = _(
            "Guten Tag,\n\nIhr Konto lässt sich jetzt auch so öffnen: %(means)s.\n"
            "Waren Sie das nicht? Dann melden Sie sich an, trennen Sie die Verbindung unter „Konto und Sicherheit“, "
            "und ändern Sie Ihr Passwort:\n\n%(link)s\n"
        ) % {"means": means.TITLE, "link": settings.BASE_URL}
    try:
        send_mail(subject, body, settings.DEFAULT_FROM_EMAIL, [address])
    except (OSError, SMTPException):
        log.exception("Notice %s could not be handed over", occasion)
