"""What a movement on the statement is: a payment, our direct debit, its return, our refund, a payout, a charge, or a riddle."""

from django.db.models import Sum
from django.utils.functional import cached_property

from stadtkern.lib.camt import Movement
from stadtkern.lib.matching import Index, Transfer, Verdict, judge

from .. import chart, claims_index
from ..bank import Account
from ..models import BankLine, BankOrder, Collection, Payout, Receivable
from . import returned
from .receiving import assign, clear, receive

Kind = BankLine.Kind
COSTS = {"CHRG", "COMM", "FEES", "INTR", "TAXE"}  # sub-families of charges, commission, interest
GVC_COSTS = {"805", "806", "807", "808", "814", "824"}


class Desk:
    """Books the lines of one import; the index of claims is built once and kept true."""

    def __init__(self, ours: Account, actor_key: str) -> None:
        self.ours, self.actor_key = ours, actor_key

    @cached_property
    def index(self) -> Index:
        """Every claim that may be meant."""
        return claims_index.build()

    def explain(self, line: BankLine, movement: Movement, *, source_key: str) -> None:
        """Book the movement and say on the line as what; `why` is set where a clerk has to look."""
        facts = {
            "cents": movement.cents,
            "source_key": source_key,
            "booked_on": movement.booked_on,
            "actor_key": self.actor_key,
        }
        if movement.charge or self._is_cost(movement):
            line.kind, account = Kind.COSTS, chart.BANK_COSTS
        elif movement.cents > 0 and self._debits(movement):
            line.kind, account = Kind.DEBITS, chart.DEBIT_TRANSIT
        elif key := self.ours.providers.get(movement.iban):
            line.kind, account = Kind.PROVIDER, chart.provider(key)
        elif movement.iban and movement.iban in self.ours.counters:
            line.kind, account = Kind.COUNTER, chart.COUNTER
        elif payout := self._payouts(movement):
            line.kind, account = (Kind.PAYOUT if movement.cents < 0 else Kind.PAYOUT_BACK), chart.PAYOUTS
            if movement.cents > 0:
                returned.payout(payout[0], self.actor_key)
        elif movement.cents < 0:
            self._debit(line, movement, source_key)
            return
        else:
            self._receipt(line, movement, source_key)
            return
        line.entry = clear(account, **facts)  # type: ignore[arg-type]

    def _is_cost(self, movement: Movement) -> bool:
        return movement.cents < 0 and not movement.returned and (
            movement.code.split(".")[-1] in COSTS or movement.gvc in GVC_COSTS
        )  # fmt: skip

    def _debits(self, movement: Movement) -> bool:
        """Our direct debits arrive: one of them, or a whole batch of exactly this sum."""
        ordered = Collection.objects.filter(status=Collection.Status.ORDERED)
        if movement.end_to_end and ordered.filter(end_to_end=movement.end_to_end, cents=movement.cents).update(
            status=Collection.Status.CLEARED
        ):
            return True
        if not movement.batch:
            return False
        batch = ordered.filter(batch=movement.batch)
        if (batch.aggregate(sum=Sum("cents"))["sum"] or 0) != movement.cents:
            return False
        batch.update(status=Collection.Status.CLEARED)
        return True

    def _payouts(self, movement: Movement) -> list[Payout]:
        """Our refunds leave (one, or a whole order), or one comes back."""
        status = Payout.Status
        if movement.cents > 0:
            back = Payout.objects.filter(end_to_end=movement.end_to_end, cents=movement.cents).exclude(status=status.RETURNED)
            return list(back[:1]) if movement.returned and movement.end_to_end else []
        found = list(
            Payout.objects.filter(end_to_end=movement.end_to_end, cents=-movement.cents, status=status.ORDERED)
            if movement.end_to_end
            else Payout.objects.filter(order__number=movement.batch.removesuffix("-1"), status=status.ORDERED)
            if movement.batch and BankOrder.objects.filter(number=movement.batch.removesuffix("-1")).exists()
            else []
        )
        if not found or sum(one.cents for one in found) != -movement.cents:
            return []
        Payout.objects.filter(pk__in=[one.pk for one in found]).update(status=status.CLEARED)
        return found

    def _debit(self, line: BankLine, movement: Movement, source_key: str) -> None:
        """Money left: a returned direct debit, or something only a clerk knows."""
        if (collection := returned.meant(movement)) is not None:
            line.kind = Kind.RETURN
            line.entry = returned.debit(collection, movement, source_key, self.ours, self.actor_key)
            return
        line.kind, line.why = Kind.UNKNOWN_DEBIT, "debit"
        line.entry = clear(
            chart.SUSPENSE, cents=movement.cents, source_key=source_key, booked_on=movement.booked_on, actor_key=self.actor_key
        )

    def _receipt(self, line: BankLine, movement: Movement, source_key: str) -> None:
        """Money came: first to suspense, so that every assignment can be undone, then to the claims it names beyond doubt."""
        line.kind = Kind.RECEIPT
        line.entry = receive(
            None, cents=movement.cents, by="transfer", source_key=source_key, booked_on=movement.booked_on,
            actor_key=self.actor_key,
        )  # fmt: skip
        verdict = judge(as_transfer(movement), self.index)
        line.proposals = as_json(verdict)
        for proposal in verdict.booked:
            claim = Receivable.objects.get(pk=int(str(proposal.candidate.key)))
            assign(line.entry, claim, self.actor_key, proposal.cents)
            self.index.paid(proposal.candidate, proposal.cents)
        line.why = "" if verdict.booked else verdict.why_not


def as_transfer(movement: Movement) -> Transfer:
    """What the matching looks at. The payer's own reference may hold the Kassenzeichen, too."""
    text = "\n".join([movement.remittance, movement.end_to_end])
    return Transfer(movement.cents, text, tuple(name for name in (movement.name, movement.ultimate) if name))


def as_json(verdict: Verdict) -> list[dict[str, object]]:
    """Proposals for the database."""
    return [
        {"claim": one.candidate.key, "cents": one.cents, "score": one.score, "reasons": list(one.reasons)}
        for one in (*verdict.booked, *verdict.proposals)
    ]
