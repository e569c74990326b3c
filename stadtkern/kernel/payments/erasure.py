"""What goes and stays of payments: the booking stays for the law, the payer does not."""

from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from stadtkern.kernel.privacy.erasure import Kept, Preview, kept_matters

from . import actions
from .models import DebitMandate, Payment


def preview(account_id: int, register_key: UUID | None) -> Preview:
    """Attempts that led to nothing go, bookings stay without the payer."""
    own = Payment.objects.filter(account=account_id, company=None)
    tried = own.exclude(status__in=actions.BOOKED).exclude(about__in=kept_matters()).count()
    goes = [_("Begonnene und abgebrochene Zahlungen: %(count)s") % {"count": tried}] if tried else []
    if DebitMandate.objects.filter(account=account_id, company=None).exists():
        goes.append(_("Ihr Lastschriftmandat mit dem Konto"))
    return Preview(goes, _bookings(account_id))


def erase(account_id: int, register_key: UUID | None) -> list[Kept]:
    """Bookings lose their payer; what was never paid and belongs to no running case goes."""
    kept = _bookings(account_id)
    actions.erase_of(account_id, kept_matters())
    actions.forget_mandates(account_id)
    return kept


def _bookings(account_id: int) -> list[Kept]:
    booked = Payment.objects.filter(account=account_id, company=None, status__in=actions.BOOKED)
    years = [timezone.localtime(at).year for at in booked.values_list("completed_at", flat=True) if at]
    if not years and not booked.exists():
        return []
    until = timezone.localdate().replace(
        year=max(years or [timezone.localdate().year]) + actions.BOOKING_YEARS, month=12, day=31
    )
    what = _("Gezahlte Gebühren mit Kassenzeichen, Betrag und Tag, ohne Ihren Namen")
    return [Kept(what, until, _("§ 147 Abs. 3 AO und das Haushaltsrecht: Buchungsbelege acht Jahre"))]
