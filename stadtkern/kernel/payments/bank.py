"""The city's account as city.toml describes it, `[payments.bank]`, and what of a person is sealed on its lines."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from stadtkern.kernel.city.profile import city
from stadtkern.kernel.privacy import keys
from stadtkern.lib.sepa.account import is_creditor_id, read_iban
from stadtkern.lib.sepa.xml import Holder


@dataclass(frozen=True)
class Account:
    """Where money comes in and goes out."""

    holder: str
    iban: str
    bic: str
    creditor_id: str
    feed: str
    notice_days: int
    version: str
    others: tuple[str, ...]  # further accounts whose statements are taken
    providers: dict[str, str]  # IBAN the payment provider pays out from -> its key
    counters: tuple[str, ...]  # IBANs the card payments of the counter come from
    charge_debtor: bool

    @property
    def ibans(self) -> tuple[str, ...]:
        return (self.iban, *self.others)

    def as_holder(self) -> Holder:
        """For files to the bank."""
        return Holder(self.holder, self.iban, self.bic, self.creditor_id)


def account() -> Account | None:
    """The account; None where the city has told none: then there is no transfer, no debit and no QR code."""
    raw: dict[str, Any] = city().raw.get("payments", {}).get("bank", {})
    if not raw.get("iban"):
        return None
    return Account(
        holder=str(raw.get("holder") or city().name),
        iban=read_iban(str(raw["iban"])),
        bic=str(raw.get("bic", "")),
        creditor_id=_creditor(str(raw.get("creditor_id", ""))),
        feed=str(raw.get("feed", "folder")),
        notice_days=int(raw.get("notice_days", 14)),
        version=str(raw.get("version", "08")),
        others=tuple(read_iban(str(one)) for one in raw.get("others", ())),
        providers={read_iban(str(iban)): str(key) for iban, key in raw.get("providers", {}).items()},
        counters=tuple(read_iban(str(one)) for one in raw.get("counters", ())),
        charge_debtor=bool(raw.get("charge_debtor", True)),
    )


def _creditor(text: str) -> str:
    if text and not is_creditor_id(text):
        raise ValueError(f"{text!r} in city.toml is no creditor identifier (Gläubiger-Identifikationsnummer)")
    return text


def seal(owner: str, facts: dict[str, str], place: str) -> bytes:
    """Who and which account, for the database."""
    return keys.seal(owner, json.dumps(facts, ensure_ascii=False).encode("utf-8", "replace"), place=place)


def opened(rows: Iterable[tuple[bytes | memoryview, str]]) -> list[dict[str, str]]:
    """(sealed, place) of a page with one query; what was shredded or taken out is empty."""
    parts = [(bytes(sealed), place) for sealed, place in rows]
    known = iter(keys.open_many(part for part in parts if part[0]))
    return [json.loads(data) if sealed and (data := next(known)) else {} for sealed, _place in parts]
