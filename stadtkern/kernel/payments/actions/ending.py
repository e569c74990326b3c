"""An attempt ends without money."""

from typing import Any

from stadtkern.kernel.events.actions import record

from ..models import Payment

Status = Payment.Status
ENDS = {Status.FAILED: "payment.failed", Status.CANCELLED: "payment.cancelled", Status.EXPIRED: "payment.expired"}


def end(payment: Payment, status: Payment.Status, actor_key: str) -> None:
    """An attempt ends without money; its transaction is still watched, because money may yet come."""
    payment.status = status
    if not payment.transaction_id:
        payment.last_error = ""
    payment.save()
    record(ENDS[status], subject=payment.about, actor=actor_key, data=facts(payment))


def facts(payment: Payment) -> dict[str, Any]:
    """What the diary says of an attempt."""
    return {"payment": payment.pk, "cents": payment.amount_cents}
