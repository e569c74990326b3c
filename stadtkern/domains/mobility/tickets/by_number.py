"""The camera fails: the inspector types the number of a ticket and the family name on the identity card.

A number can be copied by anybody, so it counts only together with the name. The server says whether the name fits, never what
it is; nothing about anybody is shown or kept, also not about people with a block on information. Needs network.
"""

import unicodedata
import uuid
from dataclasses import replace
from datetime import UTC, datetime

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts import throttle
from stadtkern.kernel.accounts.access import actor_of
from stadtkern.lib import ids
from stadtkern.lib.uic import Verdict

from ..actions import inspections as actions
from ..actions.ticket_copies import content_of
from ..models import Ticket
from .products import tariff

TRIES = 30  # of one inspector in ten minutes
# Letters of DIN 91379 that are not a letter with something on it.
PLAIN = {
    "ł": "l", "đ": "d", "ø": "o", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ŧ": "t", "ŋ": "n", "ð": "d", "þ": "th", "ə": "e",
    "ɖ": "d", "ĸ": "k", "ŀ": "l", "ŉ": "n", "ǥ": "g",
}  # fmt: skip
ZONE = {"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"}  # where the zone has two letters


def words() -> dict[str, list[str]]:
    """State -> level, word, sentence, beside those of the barcode."""
    return {
        "fits": [
            "success",
            _("Gültig mit Ausweis"),
            _("Nummer und Name passen, Zeit und Zone stimmen. Sehen Sie, ob das Bild im Ausweis zur Person passt."),
        ],
        "stranger": ["danger", _("Name passt nicht"), _("Der Fahrschein gehört jemandem mit anderem Namen.")],
        "no_number": ["warning", _("Nummer unbekannt"), _("Diese Nummer gibt es nicht. Lassen Sie sie sich zeigen.")],
        "no_net": [
            "warning",
            _("Ohne Netz nicht zu prüfen"),
            _("Diese Nummer ist nicht gesperrt. Ob sie gilt, sagt nur der Code oder eine Prüfung mit Netz."),
        ],
    }


def asked(request: HttpRequest) -> tuple[Verdict | None, str]:
    """(verdict, what is wrong with the question)."""
    actor = actor_of(request)
    number = ids.typed(request.POST.get("nummer", "")[:30].partition("-")[0])
    name = spellings(request.POST.get("name", "")[:80])
    if not number or not name:
        return None, _("Geben Sie die Nummer und den Familiennamen ein, wie er im Ausweis steht.")
    if throttle.count(f"ticket_typed:{actor.key}", 600) > TRIES:
        return None, _("Das waren viele Nummern. Warten Sie einige Minuten, oder scannen Sie den Code.")
    verdict = judge(number, name, request.POST.get("zone", ""), datetime.now(UTC))
    counted = "valid" if verdict.state == "fits" else verdict.state
    actions.hand_in(actor, uuid.uuid4(), [actions.Row(counted, timezone.now())])
    return verdict, ""


def judge(number: str, name: set[str], zone: str, now: datetime) -> Verdict:
    """What the server knows of this number; the gravest first."""
    row = Ticket.objects.select_related("order", "account__person").filter(number=number).first()
    if row is None or row.account is None:
        return Verdict("no_number")
    if row.status != Ticket.Status.VALID:
        return Verdict("revoked")
    if row.since is None or row.until is None or now < row.since:
        return Verdict("early")
    if not name & names(row):
        return Verdict("stranger")
    content = replace(content_of(tariff(), row, f"{row.number}-0"), name="")
    if now > row.until:
        return Verdict("expired", content)
    if zone.isdecimal() and len(zone) < 7 and int(zone) not in content.zones:
        return Verdict("zone", content)
    return Verdict("fits", content)


def names(row: Ticket) -> set[str]:
    """Names an identity card of the holder may show: the family name; of accounts without one the last word of their name."""
    if row.account is None:
        return set()
    person = getattr(row.account, "person", None)
    known = (person.family_name if person else "") or row.account.name.split(" ")[-1]
    return spellings(known)


def spellings(name: str) -> set[str]:
    """As one types it, and as the machine readable zone of a card has it ("MUELLER", ICAO 9303-3 section 6).

    Capitals, accents and hyphens make no difference: an inspector types in a moving bus.
    """
    small = unicodedata.normalize("NFC", name.replace("\x00", "").casefold())
    return {_plain(small, PLAIN), _plain(small, PLAIN | ZONE)} - {""}


def _plain(name: str, letters: dict[str, str]) -> str:
    written = unicodedata.normalize("NFD", "".join(letters.get(letter, letter) for letter in name))
    return "".join(letter for letter in written if letter.isalpha() and unicodedata.category(letter) != "Lm")
