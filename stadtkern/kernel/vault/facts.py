"""What a shared fact says, worked out fresh at the moment somebody looks."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Trust
from stadtkern.kernel.city.profile import city
from stadtkern.kernel.documents.models import Document
from stadtkern.kernel.registers.actions import ask
from stadtkern.ui import words

from .models import Item, Share

Fact = Share.Fact
NAMES = ["given_names", "family_name"]
FIELDS: dict[str, list[str]] = {
    Fact.RESIDENT: ["town"],
    Fact.ADULT: ["birth_date"],
    Fact.SIXTEEN: ["birth_date"],
    Fact.ADDRESS: ["street", "house_number", "postcode", "town"],
}
LEGAL_BASIS = "Art. 6 Abs. 1 Buchst. a DSGVO"


@dataclass(frozen=True)
class Bearer(Actor):
    """Whoever holds link and code; acts by the owner's will, and is named as what it is in every log."""

    share: int = 0

    @property
    def key(self) -> str:
        return f"share:{self.share}"


@dataclass(frozen=True)
class Shown:
    """What the receiver reads: rows of label and value, origin, level, moment."""

    title: str
    rows: Sequence[tuple[str, str]]
    source: str
    level: str
    at: datetime
    document: Document | None = field(default=None, compare=False)
    item: Item | None = field(default=None, compare=False)


def show(share: Share) -> Shown:
    """The fact as it is now. Raises NotFound, RegisterUnavailable (registers)."""
    if share.document:
        return _document(share, share.document)
    if share.item:
        return _item(share, share.item)
    actor = Bearer(account=share.account, trust=Trust.HIGH, share=share.pk)
    fields = FIELDS[share.fact] + (NAMES if share.with_name else [])
    person = share.account.person
    if person.register_key is None:
        raise LookupError("no longer linked to the register")
    found = ask(
        actor, person_key=person.register_key, fields=fields, purpose="share", legal_basis=LEGAL_BASIS,
        about=str(share), consent=None,
    )  # fmt: skip
    title, rows = _said(share, found.values)
    if share.with_name:
        rows = [(_("Name"), f"{found.values['given_names']} {found.values['family_name']}"), *rows]
    return Shown(title, rows, _("Melderegister der Stadt"), level_words(person.proved_trust), found.asked_at)


def _said(share: Share, values: Any) -> tuple[str, list[tuple[str, str]]]:
    if share.fact == Fact.ADDRESS:
        address = f"{values['street']} {values['house_number']}, {values['postcode']} {values['town']}"
        return _("Anschrift"), [(_("Anschrift"), address)]
    if share.fact == Fact.RESIDENT:
        town = city().contact.get("town", city().name)
        return _("Wohnt in %(town)s") % {"town": town}, [
            (_("Wohnt in %(town)s") % {"town": town}, yes_no(values["town"] == town))
        ]
    years = 18 if share.fact == Fact.ADULT else 16
    old = age(date.fromisoformat(values["birth_date"]), timezone.localdate()) >= years
    title = _("Mindestens %(years)s Jahre alt") % {"years": years}
    return title, [(title, yes_no(old))]


def age(born: date, today: date) -> int:
    """Full years; whoever was born on 29 February is a year older on 1 March."""
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def yes_no(said: bool) -> str:
    return _("Ja") if said else _("Nein")


def _document(share: Share, paper: Document) -> Shown:
    if paper.shredded_at:
        raise LookupError("the paper was deleted")
    rows = [(_("Dokument"), paper.kind), (_("Nummer"), paper.number)]
    if paper.valid_until:
        rows.append((_("Gilt bis"), words.day(paper.valid_until)))
    if paper.revoked_at:
        rows.append((_("Widerrufen"), words.day(paper.revoked_at)))
    source = _("%(office)s, ausgestellt am %(day)s") % {
        "office": paper.office or city().name, "day": words.day(paper.issued_at),
    }  # fmt: skip
    return Shown(paper.kind, rows, source, _("Von der Stadt gesiegelt"), timezone.now(), document=paper)


def _item(share: Share, item: Item) -> Shown:
    rows = [(_("Unterlage"), item.title)]
    if item.valid_until:
        rows.append((_("Gilt bis, nach Angabe der Person"), words.day(item.valid_until)))
    source = _("Von der Person hochgeladen am %(day)s") % {"day": words.day(item.created_at)}
    return Shown(item.title, rows, source, _("Von der Stadt nicht geprüft"), timezone.now(), item=item)


def level_words(trust: int) -> str:
    """How sure the city is of who it is, without the law's terms."""
    return {
        Trust.HIGH: _("Identität mit Online-Ausweis geprüft (Vertrauensniveau hoch)"),
        Trust.SUBSTANTIAL: _("Identität geprüft (Vertrauensniveau substanziell)"),
        Trust.BASIC: _("Eigene Angabe mit Passwort (Vertrauensniveau niedrig)"),
    }.get(Trust(trust), _("Eigene Angabe, nicht geprüft"))
