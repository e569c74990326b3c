"""The e-mail says that there is post, never what; it goes out once, also after the mail server was away."""

import smtplib

import pytest
from django.core.mail import EmailMessage

from stadtkern.kernel.events.models import Event
from stadtkern.kernel.inbox import actions
from stadtkern.kernel.inbox.adapters import AddressRefused, MailUnavailable
from stadtkern.kernel.inbox.adapters.smtp import SmtpMailer
from stadtkern.kernel.inbox.models import Echo


def test_there_is_post_and_nothing_else(letter, citizen, mails, run_jobs):
    letter(citizen)
    run_jobs()
    (mail,) = mails()
    text = str(mail) + mail.get_content()
    assert mail["To"] == "zoe@example.org"
    assert mail["Subject"] == "Es gibt neue Post in Ihrem Postfach"
    assert "/post/" in mail.get_content()
    for secret in ("Dackel", "Bescheid", "Steuer", "case", "17", "Çelik", "Zoë"):
        assert secret not in text.replace(mail["Message-ID"], "").replace(mail["Date"], ""), secret
    assert mail["Auto-Submitted"] == "auto-generated"
    assert Echo.objects.get().state == "SENT"
    assert Event.objects.filter(name="inbox.echoed").count() == 1


def test_a_second_run_sends_nothing(letter, citizen, mails, run_jobs):
    message = letter(citizen)
    run_jobs()
    actions.send_echo(message.pk)
    assert len(mails()) == 1


def test_an_outage_is_remembered_and_the_mail_goes_out_afterwards(letter, citizen, mails, home, run_jobs):
    message = letter(citizen)
    switch = home / "outage" / "mail"
    switch.touch()
    for attempt in (1, 2):
        with pytest.raises(MailUnavailable):
            actions.send_echo(message.pk)
        echo = Echo.objects.get()
        assert (echo.state, echo.attempts) == ("WAITING", attempt)
        assert "switched off" in echo.last_error
    switch.unlink()
    run_jobs()
    echo.refresh_from_db()
    assert (echo.state, echo.attempts, echo.last_error) == ("SENT", 3, "")
    assert len(mails()) == 1


def test_killed_after_the_hand_over_repeats_the_same_message(letter, citizen, mails, monkeypatch):
    message = letter(citizen)

    def killed(echo):
        raise SystemExit

    monkeypatch.setattr("stadtkern.kernel.inbox.actions.echoing._sent", killed)
    with pytest.raises(SystemExit):
        actions.send_echo(message.pk)
    monkeypatch.undo()
    actions.send_echo(message.pk)
    assert len(mails()) == 2
    assert len({mail["Message-ID"] for mail in mails()}) == 1


def test_a_rolled_back_letter_has_no_echo(letter, citizen, mails, run_jobs):
    from django.db import transaction

    with pytest.raises(ZeroDivisionError), transaction.atomic():
        letter(citizen)
        raise ZeroDivisionError
    run_jobs()
    assert mails() == []


@pytest.mark.parametrize("address", ["jürgen@example.org", "a@b\r\nBcc: all@example.org", "keine-adresse", "a b@example.org"])
def test_an_impossible_address_is_refused_for_good(letter, citizen, mails, address):
    message = letter(citizen)
    type(citizen).objects.filter(pk=citizen.pk).update(email=address)
    actions.send_echo(message.pk)
    echo = Echo.objects.get()
    assert (echo.state, echo.attempts) == ("REFUSED", 1)
    assert mails() == []
    assert Event.objects.filter(name="inbox.echo_refused").count() == 1


def test_an_international_domain_is_reached(letter, citizen, mails):
    type(citizen).objects.filter(pk=citizen.pk).update(email="zoe@müller.example")
    actions.send_echo(letter(citizen).pk)
    (mail,) = mails()
    assert mail["To"] == "zoe@xn--mller-kva.example"


def test_in_the_language_of_the_account(letter, citizen, mails, monkeypatch):
    seen = []
    from django.utils import translation

    from stadtkern.kernel.inbox import echo as echo_module

    monkeypatch.setattr(echo_module, "_", lambda text: seen.append(translation.get_language()) or text)
    type(citizen).objects.filter(pk=citizen.pk).update(language="en")
    actions.send_echo(letter(citizen).pk)
    assert set(seen) == {"en"}


class Connection:
    def __init__(self, error):
        self.error = error

    def send_messages(self, mails):
        if self.error:
            raise self.error


@pytest.mark.parametrize(("error", "kind"), [
    (smtplib.SMTPRecipientsRefused({"a@b.c": (550, b"no such user")}), AddressRefused),
    (smtplib.SMTPRecipientsRefused({"a@b.c": (451, b"greylisted")}), MailUnavailable),
    (smtplib.SMTPDataError(554, b"policy"), MailUnavailable),
    (smtplib.SMTPServerDisconnected(), MailUnavailable),
    (ConnectionRefusedError(), MailUnavailable),
    (TimeoutError(), MailUnavailable),
])  # fmt: skip
def test_what_a_mail_server_says(error, kind):
    mailer = SmtpMailer()
    mailer.connection = lambda: Connection(error)
    with pytest.raises(kind):
        mailer.send(EmailMessage("x", "y", "s@example.org", ["a@b.example"]))


def test_the_mail_server_takes_it():
    mailer = SmtpMailer()
    mailer.connection = lambda: Connection(None)
    mailer.send(EmailMessage("x", "y", "s@example.org", ["a@b.example"]))
