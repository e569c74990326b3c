"""The shape of a mailer: one e-mail, handed over for good or not at all."""

from typing import Protocol

from django.core.mail import EmailMessage


class MailUnavailable(Exception):
    """The mail server does not answer or asks for patience (4xx): try again later."""


class AddressRefused(Exception):
    """This address will never get mail; trying again would not help."""


class Mailer(Protocol):
    """Hands over one finished message; raises MailUnavailable or AddressRefused."""

    def send(self, mail: EmailMessage) -> None: ...


def check_address(mail: EmailMessage) -> None:
    """Addresses that Internet mail as we speak it cannot carry: line breaks, or an umlaut before the @ (SMTPUTF8)."""
    for address in mail.recipients():
        name, at, domain = address.rpartition("@")
        if not (name and at and domain) or any(ord(letter) < 33 or ord(letter) == 127 for letter in address):
            raise AddressRefused("not an e-mail address")
        if not name.isascii():
            raise AddressRefused("letters outside ASCII before the @ are not deliverable")
