"""The shape of a mailer: one e-mail, handed over for good or not at all."""

from email.message import EmailMessage
from typing import Protocol


class MailUnavailable(Exception):
    """The mail server does not answer or asks for patience (4xx): try again later."""


class AddressRefused(Exception):
    """This address will never get mail; trying again would not help."""


class Mailer(Protocol):
    """Hands over one finished message; raises MailUnavailable or AddressRefused."""

    def send(self, mail: EmailMessage) -> None: ...
