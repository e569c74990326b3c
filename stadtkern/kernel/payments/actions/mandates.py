"""Direct debit mandates: given by the holder with the text in view, sealed, shown masked, taken back at any time."""

import hashlib
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.access import SYSTEM, Actor
from stadtkern.kernel.events.actions import record
from stadtkern.lib.ids import drawn
from stadtkern.lib.sepa.account import NoAccount, masked, read_iban

from .. import bank
from ..models import Collection, DebitMandate, Receivable
from .posting import Refused

UNUSED_AFTER = timedelta(days=36 * 30.5)  # a mandate nobody used for 36 months has ended (SEPA core rulebook)
KEPT_AFTER = timedelta(days=14 * 30.5)  # a debit may be returned as not authorised for 13 months; then its account is needless
MOST_HOLDER = 70


def mandate_text(creditor: bank.Account) -> str:
    """What the holder agrees to, word for word as the German banking industry publishes it."""
    return _(
        "Ich ermächtige die %(name)s (Gläubiger-Identifikationsnummer %(id)s), Zahlungen von meinem Konto mittels Lastschrift "
        "einzuziehen. Zugleich weise ich mein Kreditinstitut an, die von der %(name)s auf mein Konto gezogenen Lastschriften "
        "einzulösen. Hinweis: Ich kann innerhalb von acht Wochen, beginnend mit dem Belastungsdatum, die Erstattung des "
        "belasteten Betrages verlangen. Es gelten dabei die mit meinem Kreditinstitut vereinbarten Bedingungen."
    ) % {"name": creditor.holder, "id": creditor.creditor_id}


@transaction.atomic
def give_mandate(actor: Actor, *, holder: str, iban: str, agreed: bool, only: Receivable | None = None) -> DebitMandate:
    """The signed-in person (or the company acted for) lets the city collect; an older mandate is replaced.

    `only`: once, for this claim. Refused for a wrong IBAN, without the tick, or under somebody else's mandate.
    Diary: `payment.mandate_given`.
    """
    ours = bank.account()
    if ours is None or not ours.creditor_id:
        raise Refused(_("Lastschriften sind in dieser Stadt noch nicht eingerichtet."))
    if actor.account is None or actor.mandate:
        raise Refused(_("Ein Mandat kann nur erteilen, wem das Konto gehört. Melden Sie sich selbst an."))
    holder = " ".join("".join(letter for letter in holder if letter.isprintable()).split())
    if not holder or len(holder) > MOST_HOLDER:
        raise Refused(_("Geben Sie an, wem das Konto gehört (höchstens 70 Zeichen)."))
    if not agreed:
        raise Refused(_("Ohne Ihre Zustimmung gibt es kein Mandat. Setzen Sie das Häkchen unter dem Text."))
    try:
        account = read_iban(iban)
    except NoAccount as error:
        raise Refused(str(error)) from error
    own = DebitMandate.objects.visible_to(actor).live().filter(only=only).select_for_update()
    for old in own:
        end_mandate(old, DebitMandate.Ending.REPLACED, actor.key)
    row = DebitMandate(
        reference=f"MS-{drawn(4)}-{drawn(6)}", account=actor.account, company=actor.company, only=only, shown=masked(account),
        signed_by=actor.key, text_sha256=hashlib.sha256(mandate_text(ours).encode()).hexdigest(),
    )  # fmt: skip
    owner = f"company:{actor.company.pk}" if actor.company else f"account:{actor.account.pk}"
    row.sealed = bank.seal(owner, {"holder": holder, "iban": account}, f"mandate:{row.reference}")
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:  # two tabs
        raise Refused(_("Sie haben gerade schon ein Mandat erteilt. Laden Sie die Seite neu.")) from error
    record("payment.mandate_given", subject=str(row), actor=actor.key, data={"mandate": row.pk})
    return row


@transaction.atomic
def revoke_mandate(actor: Actor, mandate: DebitMandate) -> DebitMandate:
    """The holder takes it back: nothing that is not yet at the bank is collected. Twice changes nothing."""
    row = DebitMandate.objects.select_for_update().get(pk=mandate.pk)
    if row.ended_at is None:
        end_mandate(row, DebitMandate.Ending.REVOKED, actor.key)
    return row


def end_mandate(row: DebitMandate, ending: DebitMandate.Ending, actor_key: str) -> None:
    """No further collection; announced ones are dropped. Diary: `payment.mandate_ended`."""
    row.ended_at, row.ending = timezone.now(), ending
    row.save(update_fields=["ended_at", "ending"])
    waiting = Collection.objects.filter(mandate=row, status=Collection.Status.ANNOUNCED)
    dropped = waiting.update(status=Collection.Status.DROPPED)
    facts = {"mandate": row.pk, "dropped": dropped}
    record("payment.mandate_ended", subject=str(row), actor=actor_key, data=facts | {"ending": ending})


@transaction.atomic
def forget_mandates(account_id: int) -> int:
    """Somebody goes: mandates end, the person goes from them; the account is sealed with a key that goes, too.

    Diary: `payment.mandate_ended`, for each.
    """
    mine = DebitMandate.objects.select_for_update().filter(account=account_id, company=None)
    for row in mine.filter(ended_at=None):
        end_mandate(row, DebitMandate.Ending.REVOKED, SYSTEM)
    return DebitMandate.objects.filter(account=account_id).update(account=None, shown="")


def end_unused(now: datetime) -> int:
    """Mandates nobody has used for 36 months have ended; returns how many."""
    old = now - UNUSED_AFTER
    rows = [row for row in DebitMandate.objects.live().filter(signed_at__lt=old) if (row.used_at or row.signed_at) < old]
    for row in rows:
        with transaction.atomic():
            end_mandate(DebitMandate.objects.select_for_update().get(pk=row.pk), DebitMandate.Ending.UNUSED, SYSTEM)
    return len(rows)


def forget_mandates_ended(now: datetime, batch: int = 500) -> int:
    """Ended mandates whose last debit nobody can take back any more lose the account and the person; how many.

    Diary: `payment.mandates_forgotten`.
    """
    old = now - KEPT_AFTER
    under_way = Collection.objects.filter(status__in=[Collection.Status.ANNOUNCED, Collection.Status.ORDERED])
    rows = DebitMandate.objects.filter(ended_at__lt=old).exclude(sealed=b"")
    rows = rows.filter(Q(used_at=None) | Q(used_at__lt=old)).exclude(pk__in=under_way.values("mandate"))
    with transaction.atomic():
        found = list(rows.select_for_update().order_by("pk").values_list("pk", flat=True)[:batch])
        DebitMandate.objects.filter(pk__in=found).update(sealed=b"", shown="", account=None, company=None, signed_by="")
        if found:
            record("payment.mandates_forgotten", subject="bank", actor=SYSTEM, data={"mandates": len(found)})
    return len(found)
