"""What letters and e-mails about appointments say. E-mails never say what the appointment is for."""

from dataclasses import dataclass
from email.utils import formataddr

from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from stadtkern.kernel.city.models import Office
from stadtkern.kernel.city.profile import city
from stadtkern.ui import words

from . import calendar_file, joining, link, say
from .models import Appointment, Channel, Notice, Waiting

Occasion = Notice.Occasion


@dataclass(frozen=True)
class Letter:
    """For the post box: title, text, the page it belongs to."""

    title: str
    body: str
    path: str
    office: Office | None


def letter_of(notice: Notice) -> Letter:
    """With everything, because only the person reads it."""
    if notice.waiting is not None:
        return _offer(notice.waiting)
    row = _appointment(notice)
    path = reverse("appointments:show", args=[row.number])
    lines: list[str | None] = [_opening(notice), "", *_facts(row, say.what(row)), ""]
    if notice.occasion == Occasion.CANCELLED:
        lines.append(_("Brauchen Sie einen neuen Termin, buchen Sie ihn auf der Seite dieses Termins."))
    else:
        if row.matter.note:
            lines += [_("Bitte mitbringen: %(note)s") % {"note": row.matter.note}, ""]
        lines += [
            how_to_join(row),
            _("Verschieben, absagen oder in Ihren Kalender übernehmen können Sie ihn auf seiner Seite."),
        ]
    return Letter(title(notice), "\n".join(line for line in lines if line is not None), path, row.place.office)


def title(notice: Notice) -> str:
    """Also the subject of the e-mail."""
    row = _appointment(notice)
    told = {"day": words.day(row.starts_at), "at": words.clock(row.starts_at)}
    texts = {
        Occasion.BOOKED: _("Ihr Termin am %(day)s um %(at)s"),
        Occasion.MOVED: _("Ihr Termin ist verschoben auf den %(day)s um %(at)s"),
        Occasion.CANCELLED: _("Ihr Termin am %(day)s um %(at)s ist abgesagt"),
        Occasion.REMINDER: _("Erinnerung: Ihr Termin am %(day)s um %(at)s"),
    }
    return texts[Occasion(notice.occasion)] % told


def receiver(notice: Notice) -> str:
    """Where the e-mail goes; "" where the person is gone."""
    whom: Appointment | Waiting | None = notice.appointment or notice.waiting
    return whom.email if whom else ""


def mail_of(notice: Notice) -> EmailMessage:
    """For somebody without an account: time, place, number, the link, and the calendar file; not what it is about."""
    whom: Appointment | Waiting = notice.appointment or notice.waiting  # type: ignore[assignment]
    with translation.override(whom.language or settings.LANGUAGE_CODE):
        if notice.waiting is not None:
            return _mail(notice, _offer_title(), _offer_text(notice.waiting))
        row = _appointment(notice)
        lines: list[str | None] = [_("Guten Tag,"), "", _opening(notice), "", *_facts(row), ""]
        if notice.occasion != Occasion.CANCELLED:
            lines += [how_to_join(row), _("Was Sie mitbringen, verschieben und absagen:"), "", address(row), ""]
            lines.append(_("Geben Sie diesen Link nicht weiter: Wer ihn hat, kann den Termin absagen."))
        lines += ["", _("Aus Gründen des Datenschutzes steht in dieser E-Mail nicht, worum es geht."),
                  _("Bitte antworten Sie nicht auf diese E-Mail.")]  # fmt: skip
        mail = _mail(notice, title(notice), "\n".join(line for line in lines if line is not None))
        method = "CANCEL" if row.status in calendar_file.GONE else "PUBLISH"
        mail.attach("termin.ics", calendar_file.file_of(row, private=True).decode(), f"text/calendar; method={method}")
        return mail


def address(row: Appointment) -> str:
    """The link that needs no sign-in."""
    code = link.code_of(row)
    return settings.BASE_URL.rstrip("/") + reverse("appointments:open", args=[code]) if code else ""


def how_to_join(row: Appointment) -> str | None:
    """For phone and video; a visit needs no word more."""
    if row.channel == Channel.PHONE:
        return _("Wir rufen Sie zur Terminzeit an. Halten Sie Ihr Telefon bereit.")
    if row.channel == Channel.VIDEO:
        path = joining.address_of(row)
        if not path:
            return _("Den Zugang zum Videogespräch finden Sie zur Terminzeit auf der Seite Ihres Termins.")
        return _("Zum Videogespräch: öffnen Sie zehn Minuten vorher die Seite Ihres Termins.")
    return None


def _opening(notice: Notice) -> str:
    if notice.occasion == Occasion.CANCELLED:
        return _("wir mussten Ihren Termin leider absagen.") if notice.by_staff else _("Ihr Termin ist abgesagt.")
    texts = {
        Occasion.BOOKED: _("Ihr Termin ist gebucht."),
        Occasion.MOVED: _("wir mussten Ihren Termin verschieben.") if notice.by_staff else _("Ihr Termin ist verschoben."),
        Occasion.REMINDER: _("bald ist Ihr Termin."),
    }
    return texts[Occasion(notice.occasion)]


def _facts(row: Appointment, what: str = "") -> list[str]:
    found = [(_("Wann"), say.when(row.starts_at)), (_("Wo"), say.where(row)), (_("Terminnummer"), row.number)]
    if what:
        found.insert(0, (_("Anliegen"), what))
    if row.persons > 1:
        found.append((_("Personen"), str(row.persons)))
    return [f"{name}: {text}" for name, text in found]


def _offer(row: Waiting) -> Letter:
    path = reverse("appointments:waiting", args=[row.pk])
    return Letter(_offer_title(), _offer_text(row, with_link=False), path, row.offer.place.office if row.offer else None)


def _offer_title() -> str:
    return _("Ein Termin ist frei geworden")


def _offer_text(row: Waiting, with_link: bool = True) -> str:
    offer = row.offer
    if offer is None or offer.held_until is None:
        return _("Ein Termin war für Sie frei. Inzwischen ist er vergeben; Sie stehen weiter auf der Warteliste.")
    until = words.moment(timezone.localtime(offer.held_until))
    lines = [
        _("ein Termin ist frei geworden, und wir halten ihn für Sie bis %(until)s.") % {"until": until},
        "", *_facts(offer), "",
        _("Sagen Sie bis dahin ja oder nein. Ohne Antwort bekommt ihn jemand anderes, und Sie warten weiter."),
    ]  # fmt: skip
    if with_link:
        code = link.code_of(row)
        lines += ["", settings.BASE_URL.rstrip("/") + reverse("appointments:open_waiting", args=[code])]
    return "\n".join(lines)


def _mail(notice: Notice, subject: str, body: str) -> EmailMessage:
    return EmailMessage(
        subject=subject,
        body=body + "\n",
        from_email=formataddr((city().name, settings.DEFAULT_FROM_EMAIL)),
        to=[receiver(notice)],
        headers={
            "Message-ID": f"<termin-{notice.key}@{calendar_file.host()}>",
            "Auto-Submitted": "auto-generated",
            "X-Auto-Response-Suppress": "All",
        },
    )


def _appointment(notice: Notice) -> Appointment:
    assert notice.appointment is not None  # every notice but an offer is about an appointment
    return notice.appointment
