"""What the public may know about a paper: real or not, valid or not, what kind, when, from which office."""

import re
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from stadtkern.lib.ids import ALPHABET
from stadtkern.ui import words

from .actions.paper import CODE
from .models import Document
from .sealing import Finding


@dataclass(frozen=True)
class Answer:
    """One of five outcomes, in words; no name, no title, no reason."""

    state: str  # valid, expired, revoked, deleted, unknown
    title: str
    text: str
    kind: str = ""
    office: str = ""
    number: str = ""
    issued_at: datetime | None = None
    valid_until: date | None = None
    seal: str = ""

    @property
    def level(self) -> str:
        """Colour of the notice."""
        return {"valid": "success", "expired": "warning", "deleted": "warning"}.get(self.state, "danger")


def read_code(text: str) -> str | None:
    """The code as typed or scanned (small letters, spaces, hyphens, O for 0); None when it cannot be one."""
    plain = re.sub(r"[\s\-]", "", text[:100]).upper().replace("O", "0")
    return plain if len(plain) == CODE and all(letter in ALPHABET for letter in plain) else None


def shredded(seal: Finding) -> Document | None:
    """The row of a paper whose bytes we deleted: our seal on the file names its number."""
    number = seal.reason.removeprefix("Dokument ")
    return Document.objects.filter(number=number, sha256="").first() if seal.ours and "\0" not in number else None


def answer_for(document: Document | None, seal: Finding | None = None, *, file: bool = False) -> Answer:
    """`document` is the paper with this code or these bytes; `seal` what the seal of an unknown file says."""
    if document is None:
        return _unknown(seal, file)
    state, title, text = _state(document, file)
    return Answer(
        state,
        title,
        text,
        kind=document.kind,
        office=document.office,
        number=document.number,
        issued_at=document.issued_at,
        valid_until=document.valid_until,
    )


def _state(document: Document, file: bool) -> tuple[str, str, str]:
    if document.revoked_at:
        day = words.day(timezone.localtime(document.revoked_at))
        return "revoked", _("Nicht mehr gültig"), _("Die Stadt hat dieses Dokument am %(day)s widerrufen.") % {"day": day}
    if document.shredded_at:
        return (
            "deleted",
            _("Dokument gelöscht"),
            _("Die Stadt hat dieses Dokument ausgestellt und nach Ablauf der Aufbewahrungsfrist gelöscht. "
              "Ob ein Ausdruck damit übereinstimmt, lässt sich nicht mehr prüfen."),
        )  # fmt: skip
    if document.valid_until and document.valid_until < timezone.localdate():
        day = words.day(document.valid_until)
        return "expired", _("Abgelaufen"), _("Das Dokument ist echt. Es galt bis %(day)s.") % {"day": day}
    if file:
        return "valid", _("Echt und gültig"), _("Die Datei ist Byte für Byte die, die die Stadt ausgestellt hat.")
    return (
        "valid",
        _("Echt und gültig"),
        _("Die Stadt hat dieses Dokument ausgestellt. Vergleichen Sie Art, Datum und Nummer mit Ihrem Papier. "
          "Den Text prüfen Sie mit der PDF-Datei."),
    )  # fmt: skip


def _unknown(seal: Finding | None, file: bool) -> Answer:
    if not file or seal is None:
        return Answer("unknown", _("Nicht gefunden"), _("Zu diesem Prüfcode gibt es kein Dokument der Stadt."))
    if seal.ours:
        return Answer(
            "deleted",
            _("Das Siegel ist echt, das Dokument ist uns nicht mehr bekannt"),
            _("Die Datei trägt das Siegel der Stadt und wurde seitdem nicht verändert. In unserem Verzeichnis steht sie "
              "nicht mehr, zum Beispiel weil die Aufbewahrungsfrist abgelaufen ist."),
            seal=seal_words(seal),
        )  # fmt: skip
    text = _("Diese Datei hat die Stadt so nicht ausgestellt. Verlassen Sie sich nicht auf ihren Inhalt.")
    return Answer("unknown", _("Nicht echt oder verändert"), text, seal=seal_words(seal))


def seal_words(seal: Finding) -> str:
    """What the check of a seal found, in one sentence."""
    if not seal.signatures:
        return _("Die Datei trägt kein lesbares Siegel.")
    if not seal.intact:
        return _("Die Datei wurde nach dem Siegeln verändert.")
    if not seal.ours:
        return _("Die Datei ist unverändert, aber das Siegel ist nicht das der Stadt.")
    when = words.moment(seal.signed_at) if seal.signed_at else _("ohne Zeitangabe")
    by = _("Zeitstempel") if seal.stamped else _("Zeit nach Angabe der Stadt")
    return _("Das Siegel ist gültig: %(name)s, %(when)s (%(by)s).") % {"name": seal.signed_by, "when": when, "by": by}
