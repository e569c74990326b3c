"""The text of the e-mail: there is post, here is the door. No subject, no office, no name."""

from email.utils import formataddr
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.models import Account
from stadtkern.kernel.city.profile import city

from .models import Echo, Message


def reader(message: Message) -> Account:
    """Whom to tell: the person, or who acts for them where nobody can sign in as them (a child, a ward)."""
    assert message.account is not None  # a letter to nobody has no echo
    mandate = message.mandate
    if message.account.is_active or mandate is None or not mandate.live or mandate.agent is None:
        return message.account
    return mandate.agent


def compose(echo: Echo) -> EmailMessage:
    """In the language of the account; the Message-ID is the same at every attempt."""
    account = reader(echo.message)
    with translation.override(account.language):
        subject = _("Es gibt neue Post in Ihrem Postfach")
        body = _(
            "Guten Tag,\n\n"
            "in Ihrem Postfach bei der Stadt %(city)s liegt eine neue Nachricht.\n"
            "Melden Sie sich an, um sie zu lesen:\n\n%(link)s\n\n"
            "Aus Gründen des Datenschutzes steht in dieser E-Mail nicht, worum es geht.\n"
            "Bitte antworten Sie nicht auf diese E-Mail.\n"
        ) % {"city": city().name, "link": settings.BASE_URL.rstrip("/") + reverse("inbox:list")}
    return EmailMessage(
        subject=subject,
        body=body,
        from_email=formataddr((city().name, settings.DEFAULT_FROM_EMAIL)),
        to=[account.mail],
        headers={
            "Message-ID": f"<post-{echo.key}@{urlsplit(settings.BASE_URL).hostname or 'localhost'}>",
            "Auto-Submitted": "auto-generated",
            "X-Auto-Response-Suppress": "All",
        },
    )
