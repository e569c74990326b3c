"""The demo mailer with its folder inside the test, and a letter."""

import email
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest

from stadtkern.kernel.inbox import actions


@pytest.fixture
def home(tmp_path: Path, settings: Any) -> Path:
    settings.HOME = tmp_path
    (tmp_path / "outage").mkdir()
    return tmp_path


@pytest.fixture
def mails(home: Path) -> Any:
    """`mails()` are all e-mails handed over so far."""

    def read() -> list[EmailMessage]:
        return [email.message_from_bytes(file.read_bytes(), policy=default) for file in (home / "mail").glob("*.eml")]

    return read


@pytest.fixture
def letter(home: Path, offices: Any) -> Any:
    """`letter(account, …)` delivers one."""

    def deliver(account: Any, **more: Any) -> Any:
        given = {
            "about": "case:17",
            "title": "Ihr Bescheid über den Dackel",
            "body": "Guten Tag,\r\n\r\nder Dackel darf bleiben.",
        }
        return actions.deliver(account=account, office=offices["steueramt"], actor_key="system", **(given | more))

    return deliver
