"""Art. 17: the person is erased everywhere, after the answer has arrived; what is left is a certificate that names nobody."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.cases.models import FINISHED, Case, Status
from stadtkern.kernel.city.profile import city
from stadtkern.kernel.events.actions import record
from stadtkern.kernel.inbox.models import Message
from stadtkern.kernel.privacy import erasure
from stadtkern.kernel.privacy.models import Erasure
from stadtkern.lib import ids

from .guard import Refused, officer
from .requests import granted


def letter_read(case: Case) -> bool:
    """Whether the person has opened the letter with the decision: after the erasure there is no post box any more."""
    letters = Message.objects.filter(about=str(case), direction=Message.Direction.TO_PERSON, documents__isnull=False)
    return letters.filter(read_at__isnull=False).exists()


def erase(actor: Actor, case: Case, confirmed: str, *, by_post: bool = False) -> Erasure:
    """Erase the person everywhere (kernel/privacy/erasure.py); `confirmed` is the reference typed once more.

    Only after the decision is delivered, and read or sent by post, because afterwards there is no address. Called again it
    goes on, or returns the certificate.
    """
    officer(actor)
    row = Case.objects.select_related("account").get(pk=case.pk)
    if row.account_id is None:
        raise Refused(_("Diese Daten sind schon gelöscht."))
    if known := Erasure.objects.filter(account_id=row.account_id, finished_at__isnull=False).first():
        return known
    if row.service != "datenschutz_loeschung" or row.status != Status.CLOSED or not granted(row):
        raise Refused(_("Löschen geht erst, wenn der Antrag bewilligt und das Schreiben zugestellt ist."))
    if row.answers.get("scope") != "all":
        raise Refused(_("Hier soll nur ein Teil gelöscht werden. Geben Sie den Auftrag an das Amt, das ihn hat."))
    if ids.read_reference(confirmed, str(city().raw.get("reference_prefix", "MS"))) != row.reference:
        raise Refused(_("Bitte tippen Sie die Vorgangsnummer genau ab. Löschen lässt sich nicht rückgängig machen."))
    if not letter_read(row) and not by_post:
        raise Refused(_("Das Schreiben ist noch nicht gelesen. Schicken Sie es zuerst mit der Post, und bestätigen Sie das."))
    if others := open_cases(row):
        raise Refused(_("Diese Vorgänge laufen noch: %s. Sie müssen zuerst enden.") % ", ".join(others[:5]))
    assert row.account is not None
    try:
        done = erasure.erase(row.account, actor)
    except erasure.StaffAccount:
        raise Refused(_("Das Konto gehört zu einem Arbeitsplatz. Das Amt beendet ihn zuerst.")) from None
    with transaction.atomic():
        record("request.erased", subject=str(row), actor=actor.key, data={"erasure": str(done.pk)})
    return done


def open_cases(case: Case) -> list[str]:
    """References of other cases of this person that still run: what is erased in the middle would decide about nobody."""
    running = Case.objects.filter(account=case.account_id).exclude(pk=case.pk).exclude(status__in=[*FINISHED, Status.DRAFT])
    return list(running.values_list("reference", flat=True)[:6])


def certificate(case: Case) -> dict[str, Any] | None:
    """What was erased and what a law keeps; names nobody."""
    row = Erasure.objects.filter(account_id=case.account_id or 0, finished_at__isnull=False).order_by("begun_at").first()
    return {"at": row.finished_at, "kept": row.kept, "number": str(row.pk), "rooms": row.done} if row else None
