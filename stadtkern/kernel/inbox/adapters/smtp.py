"""The city's mail server; STADTKERN_SMTP names it (smtp://user:password@host:port)."""

import smtplib
from functools import partial

from django.core.mail import EmailMessage, get_connection

from . import AddressRefused, MailUnavailable, check_address

BACKEND = "django.core.mail.backends.smtp.EmailBackend"


def connect() -> "SmtpMailer":
    """The mailer as the inbox asks for it."""
    return SmtpMailer()


class SmtpMailer:
    connection = staticmethod(partial(get_connection, BACKEND))

    def send(self, mail: EmailMessage) -> None:
        """5xx for the recipient is final; everything else is tried again."""
        check_address(mail)
        try:
            self.connection().send_messages([mail])
        except smtplib.SMTPRecipientsRefused as error:
            codes = {code for code, _words in error.recipients.values()}
            if codes and min(codes) >= 500:
                raise AddressRefused(f"refused by the mail server: {sorted(codes)}") from error
            raise MailUnavailable(f"asked for patience: {sorted(codes)}") from error
        except (smtplib.SMTPException, OSError) as error:
            raise MailUnavailable(f"{type(error).__name__}: {error}") from error
