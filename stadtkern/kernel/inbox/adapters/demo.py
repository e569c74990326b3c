"""A mailer that puts every e-mail as an .eml file into HOME/mail; the file HOME/outage/mail switches it off."""

import uuid
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage

from . import MailUnavailable, check_address


def connect() -> "DemoMailer":
    """The mailer as the inbox asks for it."""
    return DemoMailer(settings.HOME)


class DemoMailer:
    def __init__(self, home: Path) -> None:
        self.folder = home / "mail"
        self.switch = home / "outage" / "mail"

    def send(self, mail: EmailMessage) -> None:
        """One file per hand-over, whole or not at all; its name says nothing about anybody."""
        if self.switch.exists():
            raise MailUnavailable("the demo mailer is switched off")
        check_address(mail)
        self.folder.mkdir(parents=True, exist_ok=True)
        new = self.folder / f"{uuid.uuid4()}.new"
        new.write_bytes(mail.message().as_bytes())
        new.replace(new.with_suffix(".eml"))
