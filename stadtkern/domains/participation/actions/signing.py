"""Signatures: one per person, under a pseudonym of this petition; taken back while the time runs; sheets of paper."""

import hashlib
import hmac

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Account
from stadtkern.kernel.events.actions import record
from stadtkern.kernel.registers.blocks import is_hidden

from ..models import Contribution, Petition, Signature, SignatureSheet
from .guard import Refused, moderator, now_allows, tidy
from .petitioning import locked_petition, reached

State = Petition.State
MOST_ON_SHEET = 100_000


def pseudonym(petition: Petition, actor: Actor) -> str:
    """The same for one person, whatever account they use; says nothing without the key, which goes at the end."""
    who = f"person:{actor.register_key}" if actor.register_key else f"account:{actor.account.pk if actor.account else 0}"
    return hmac.new(petition.secret.encode(), who.encode(), hashlib.sha256).hexdigest()


def _signing(actor: Actor, contribution: Contribution) -> tuple[Account, Petition]:
    if not Contribution.objects.visible_to(actor).filter(pk=contribution.pk).exists():
        raise Contribution.DoesNotExist
    petition = locked_petition(contribution)
    row = petition.contribution
    if row.process is None or row.state != Contribution.State.PUBLISHED:
        raise Refused(_("Dieses Anliegen kann man nicht unterschreiben."))
    if not petition.open:
        raise Refused(_("Die Zeit zum Unterschreiben ist vorbei."))
    if actor.account is None or actor.mandate:
        raise Refused(_("Unterschreiben kann jede Person nur für sich selbst. Bitte melden Sie sich an."), sign_in=True)
    return actor.account, petition


@transaction.atomic
def sign(actor: Actor, contribution: Contribution, *, named: bool = False, wants_post: bool = False) -> bool:
    """One's own signature; False when it was there already (then only the two wishes are taken over)."""
    account, petition = _signing(actor, contribution)
    assert petition.contribution.process is not None
    now_allows(actor, petition.contribution.process, "sign")
    wishes = {
        "account": account,
        "name_shown": tidy(account.name, 120) if named and not is_hidden(account.pk) else "",
        "wants_post": wants_post,
    }
    try:
        with transaction.atomic():
            _row, fresh = Signature.objects.update_or_create(
                petition=petition, pseudonym=pseudonym(petition, actor), defaults=wishes
            )
    except IntegrityError:
        raise Refused(_("Das ging zweimal zugleich. Laden Sie die Seite neu; Ihre Unterschrift zählt einmal.")) from None
    if fresh:
        Petition.objects.filter(pk=petition.pk).update(online=F("online") + 1)
        petition.refresh_from_db(fields=["online"])
        record("petition.signed", subject=str(petition), actor="anonymous")
        reached(petition, "anonymous")
    return fresh


@transaction.atomic
def unsign(actor: Actor, contribution: Contribution) -> bool:
    """Take it back while the time runs; False when there was none."""
    _account, petition = _signing(actor, contribution)
    gone, _per_table = Signature.objects.filter(petition=petition, pseudonym=pseudonym(petition, actor)).delete()
    if gone:
        Petition.objects.filter(pk=petition.pk).update(online=F("online") - 1)
        record("petition.unsigned", subject=str(petition), actor="anonymous")
    return bool(gone)


def signature_of(petition: Petition, actor: Actor) -> Signature | None:
    """What this person has signed."""
    if actor.account is None or actor.mandate:
        return None
    rows = Signature.objects.filter(petition=petition)
    if petition.secret:
        return rows.filter(pseudonym=pseudonym(petition, actor)).first()
    return rows.filter(account=actor.account).first()


def _paper(actor: Actor, contribution: Contribution) -> Petition:
    petition = locked_petition(contribution)
    moderator(actor, petition.contribution)
    if not petition.takes_paper:
        raise Refused(_("In diesem Verfahren gibt es keine Listen auf Papier."))
    if petition.state not in (State.COLLECTING, State.REACHED, State.COUNTING):
        raise Refused(_("Hier wird nicht mehr gezählt."))
    return petition


@transaction.atomic
def enter_sheet(actor: Actor, contribution: Contribution, label: str, valid: int, invalid: int = 0) -> SignatureSheet:
    """A count of one pile of lists; it counts when another person has counted the same."""
    petition, label = _paper(actor, contribution), tidy(label, 60)
    if not label:
        raise Refused(_("Bitte benennen Sie die Liste so, dass man sie wiederfindet, zum Beispiel „Liste 1 bis 12“."), "label")
    if not 0 <= valid <= MOST_ON_SHEET or not 0 <= invalid <= MOST_ON_SHEET or not valid + invalid:
        raise Refused(_("Bitte tragen Sie ein, wie viele Unterschriften gültig und ungültig sind."), "valid")
    if SignatureSheet.objects.filter(petition=petition, label__iexact=label).exists():
        raise Refused(_("Eine Liste mit diesem Namen ist schon eingetragen."), "label")
    sheet = SignatureSheet.objects.create(petition=petition, label=label, valid=valid, invalid=invalid, entered_by=actor.staff)
    record("petition.sheet_entered", subject=str(petition), actor=actor.key, data={"sheet": sheet.pk})
    return sheet


def _unconfirmed(petition: Petition, sheet: int) -> SignatureSheet:
    found = SignatureSheet.objects.select_for_update().filter(petition=petition, pk=sheet).first()
    if found is None:
        raise SignatureSheet.DoesNotExist
    if found.confirmed_at is not None:
        raise Refused(_("Diese Liste ist schon nachgezählt."))
    return found


@transaction.atomic
def confirm_sheet(actor: Actor, contribution: Contribution, sheet: int, valid: int) -> SignatureSheet:
    """A second person has counted the same number; now it counts."""
    petition = _paper(actor, contribution)
    found = _unconfirmed(petition, sheet)
    if actor.staff is None or found.entered_by_id == actor.staff.pk:
        raise Refused(_("Nachzählen muss jemand anderes als die Person, die die Liste eingetragen hat."))
    if found.valid != valid:
        raise Refused(_("Die Zahlen stimmen nicht überein. Zählen Sie noch einmal, oder verwerfen Sie den Eintrag."), "valid")
    found.confirmed_by, found.confirmed_at = actor.staff, timezone.now()
    found.save(update_fields=["confirmed_by", "confirmed_at"])
    Petition.objects.filter(pk=petition.pk).update(paper=F("paper") + found.valid)
    petition.refresh_from_db(fields=["paper"])
    record("petition.sheet_confirmed", subject=str(petition), actor=actor.key, data={"sheet": found.pk, "valid": found.valid})
    reached(petition, actor.key)
    return found


@transaction.atomic
def drop_sheet(actor: Actor, contribution: Contribution, sheet: int) -> None:
    """A wrong entry nobody has confirmed."""
    petition = _paper(actor, contribution)
    found = _unconfirmed(petition, sheet)
    record("petition.sheet_dropped", subject=str(petition), actor=actor.key, data={"sheet": found.pk, "valid": found.valid})
    found.delete()
