"""The letter of a reminder: a sealed paper, and post where there is a post box."""

from datetime import date
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.access import SYSTEM
from stadtkern.kernel.city.profile import city
from stadtkern.kernel.documents import actions as documents
from stadtkern.kernel.inbox.actions import deliver
from stadtkern.ui import words

from .. import bank
from ..levels import rules
from ..models import Dunning, Receivable
from .collecting import cash_office

KEEP_YEARS = 10


def send_letter(dunning: Dunning) -> Dunning:
    """The letter as a paper, and into the post box where there is one; a replay changes nothing. Called by a job."""
    claim = dunning.receivable
    with translation.override("de"):
        paper = documents.issue(
            about=claim.about, account=claim.account, company=claim.company, mandate=claim.mandate,
            title=f"{dunning.title} {claim.reference}", kind=dunning.title, actor_key=SYSTEM, once=f"dunning:{dunning.pk}",
            template=(Path(__file__).parents[1] / "mahnung.typ").read_text(encoding="utf-8"), data=letter(dunning),
            keep_until=date(dunning.day.year + KEEP_YEARS, 12, 31),
        )  # fmt: skip
        return _sent(dunning, paper)


@transaction.atomic
def _sent(dunning: Dunning, paper: Any) -> Dunning:
    claim = dunning.receivable
    dunning.document = paper
    dunning.save(update_fields=["document"])
    if claim.account_id or claim.company_id:
        deliver(
            account=claim.account, company=claim.company, mandate=claim.mandate, about=claim.about, office=cash_office(),
            title=f"{dunning.title}: {claim.description}"[:150], documents=[paper], actor_key=SYSTEM,
            once=f"dunning:{dunning.pk}",
            body=_("Bitte zahlen Sie %(amount)s bis zum %(day)s. Alles Weitere steht im Schreiben. Wenn Sie schon gezahlt "
                   "haben, müssen Sie nichts tun.")
            % {"amount": words.euro(dunning.open_cents), "day": words.day(dunning.pay_until)},
        )  # fmt: skip
    return dunning


def letter(dunning: Dunning) -> dict[str, Any]:
    """What the letter says."""
    claim, ours, table = dunning.receivable, bank.account(), rules()
    old = dunning.open_cents - dunning.fee_cents - dunning.surcharge_cents
    rows = [[claim.description, words.euro(old)]]
    rows += [[_("Mahngebühr"), words.euro(dunning.fee_cents)]] if dunning.fee_cents else []
    rows += [[_("Säumniszuschlag"), words.euro(dunning.surcharge_cents)]] if dunning.surcharge_cents else []
    basis = [table.basis] * bool(dunning.fee_cents) + [table.surcharge_basis] * bool(dunning.surcharge_cents)
    office = cash_office()
    seat = {key: str(city().contact.get(key, "")) for key in ("street", "postcode", "town", "phone", "email")}
    return {
        "subject": dunning.title, "sections": [*rows, [_("Zu zahlen"), words.euro(dunning.open_cents)]],
        "applicant": _address(claim), "due": dunning.receivable.due_date.isoformat(), "until": dunning.pay_until.isoformat(),
        "reference": claim.reference, "iban": ours.iban if ours else "", "holder": ours.holder if ours else "",
        "basis": ", ".join(one for one in basis if one), "date": dunning.day.isoformat(),
        "office": {"title": office.title if office else city().name, **seat},
    }  # fmt: skip


def _address(claim: Receivable) -> dict[str, str]:
    if claim.company:
        firm = claim.company
        return {
            "name": firm.name,
            "street": firm.street,
            "house_number": firm.house_number,
            "postcode": firm.postcode,
            "town": firm.town,
        }
    person = getattr(claim.account, "person", None)
    if person is not None:
        name = f"{person.given_names} {person.family_name}".strip() or (claim.account.name if claim.account else "")
        return {
            "name": name,
            "street": person.street,
            "house_number": person.house_number,
            "postcode": person.postcode,
            "town": person.town,
        }
    first, *rest = (claim.debtor_address or "").splitlines() or [""]
    return {"name": claim.debtor_name or (claim.account.name if claim.account else ""), "street": first, "town": " ".join(rest)}
