"""What goes and stays of payments: the booking stays for the law, the payer does not."""

from datetime import date
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from stadtkern.kernel.privacy.erasure import Kept, Preview, kept_matters

from . import actions
from .models import DebitMandate, Disbursement, Entry, Payment, Receivable


def preview(account_id: int, register_key: UUID | None) -> Preview:
    """Attempts that led to nothing go, bookings stay without the payer."""
    own = Payment.objects.filter(account=account_id, company=None)
    tried = own.exclude(status__in=actions.BOOKED).exclude(about__in=kept_matters()).count()
    goes = [_("Begonnene und abgebrochene Zahlungen: %(count)s") % {"count": tried}] if tried else []
    if DebitMandate.objects.filter(account=account_id, company=None).exists():
        goes.append(_("Ihr Lastschriftmandat mit dem Konto"))
    if Disbursement.objects.filter(account=account_id).exists():
        goes.append(
            _("Das Konto, auf das die Stadt Ihnen etwas auszahlt; was noch nicht überwiesen ist, kommt dann nicht mehr an")
        )
    return Preview(goes, _bookings(account_id))


def erase(account_id: int, register_key: UUID | None) -> list[Kept]:
    """Bookings lose their payer; what was never paid and belongs to no running case goes."""
    kept = _bookings(account_id)
    actions.erase_of(account_id, kept_matters())
    actions.forget_mandates(account_id)
    actions.forget_disbursements(account_id)
    return kept


def _bookings(account_id: int) -> list[Kept]:
    booked = Payment.objects.filter(account=account_id, company=None, status__in=actions.BOOKED)
    settled = Receivable.objects.filter(account=account_id, company=None, open_cents=0)
    owed = actions.owed_by(account_id).exclude(about__in=kept_matters())
    days = [timezone.localdate(at) for at in booked.values_list("completed_at", flat=True) if at]
    days += list(Entry.objects.filter(postings__receivable__in=settled).values_list("day", flat=True).distinct())
    found = []
    if days or booked.exists():
        year = max((day.year for day in days), default=timezone.localdate().year)
        what = _("Gezahlte Gebühren mit Kassenzeichen, Betrag und Tag, ohne Ihren Namen")
        because = _("§ 147 Abs. 3 AO und das Haushaltsrecht: Buchungsbelege acht Jahre")
        found.append(Kept(what, date(year + actions.BOOKING_YEARS, 12, 31), because))
    if owed.exists():
        what = _("Offene Forderungen der Stadt mit Ihrem Namen und Ihrer Anschrift, bis sie bezahlt oder erledigt sind")
        because = _("Art. 17 Abs. 3 Buchst. b und e DSGVO: Die Stadt muss ihre Forderungen einziehen")
        found.append(Kept(what, None, because))
    return found
