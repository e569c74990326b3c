"""A statement and its movements, as the cash office thinks of them; money in signed integer cents."""

from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True)
class Movement:
    """One transaction: what must be explained. A batch booking has several, with the same `entry`."""

    entry: int  # 1, 2, … within the statement
    part: int  # 1, 2, … within the entry
    line: int  # of the file, for messages
    cents: int  # of the account's currency: more (+) or less (-)
    booked_on: date
    value_on: date | None = None
    name: str = ""  # of the other side
    ultimate: str = ""  # on whose behalf (Zahler oder Empfänger, für den überwiesen wird)
    iban: str = ""
    text: tuple[str, ...] = ()  # Verwendungszweck as the lines came
    structured: str = ""  # creditor reference of a structured remittance
    end_to_end: str = ""
    mandate: str = ""
    batch: str = ""  # PmtInfId of our own file
    bank_reference: str = ""
    code: str = ""  # domain.family.sub-family: "PMNT.RCDT.ESCT"
    gvc: str = ""  # German three-digit business code: "166"
    purpose: str = ""  # purpose code: "TAXS"
    reversal: bool = False
    reason: str = ""  # of a return: "AC04"
    reason_text: str = ""
    original_cents: int | None = None  # what was instructed, in the account's currency
    charge_cents: int = 0  # what the bank kept or added
    foreign: str = ""  # the amount in another currency: "USD 12.00"
    charge: bool = False  # the movement is the bank's own charge within an entry

    @property
    def returned(self) -> bool:
        """A direct debit or transfer that came back."""
        return bool(self.reason) or self.code.split(".")[-1] in RETURNS or self.gvc in GVC_RETURNS

    @property
    def remittance(self) -> str:
        """The whole Verwendungszweck, one line of the bank per line."""
        return "\n".join([*self.text, *([self.structured] if self.structured else [])])


# Sub-families of returned, refused, reversed and recalled payments, and their German business codes.
RETURNS = {"UPDD", "PRDD", "RRTN", "ARET", "RPCR", "PADD"}
GVC_RETURNS = {"108", "109", "159"}


@dataclass(frozen=True)
class Statement:
    """One statement of one account, or one page of it; the sums have been checked."""

    id: str
    iban: str
    currency: str
    opening_cents: int
    closing_cents: int
    opening_on: date | None
    closing_on: date | None
    number: int | None = None  # running number of the statements of the account
    page: int = 1
    last_page: bool = True
    version: str = ""
    copy: bool = False  # the bank says that this is a copy or duplicate
    movements: tuple[Movement, ...] = ()
    pending: int = 0  # entries that are announced, not booked: not part of the sums
    notes: tuple[str, ...] = field(default=(), compare=False)

    @property
    def total_cents(self) -> int:
        """What all movements together changed."""
        return sum(movement.cents for movement in self.movements)
