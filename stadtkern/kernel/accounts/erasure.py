"""What goes of the account itself; nothing of it is kept but its number. (`Kept` is privacy's: the list here is empty.)"""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from . import actions
from .models import Account, ExternalIdentity, Membership, Person, Token


def goes(account_id: int, register_key: UUID | None) -> list[str]:
    """In words, before it happens."""
    if not Account.objects.filter(pk=account_id, is_active=True).exists():
        return []
    words = [_("Ihre Anmeldung: E-Mail-Adresse, Passwort, zweiter Faktor, angemeldete Geräte")]
    if Person.objects.filter(account=account_id).exists():
        words.append(_("Ihre Angaben zur Person und die Verbindung zum Melderegister"))
    if ExternalIdentity.objects.filter(account=account_id).exists():
        words.append(_("Die Verbindung zu BundID, Unternehmenskonto und anderen Anmeldungen; dort bleibt Ihr Konto bestehen"))
    if Token.objects.filter(account=account_id).exists():
        words.append(_("Ihre Schlüssel für Programme"))
    if Membership.objects.filter(account=account_id).exists():
        words.append(_("Ihre Vertretung von Firmen; die Angaben zur Firma selbst gehören der Firma und bleiben"))
    return words


def erase(account_id: int, register_key: UUID | None) -> list[Any]:
    """Everything but the empty shell with its number."""
    actions.erase_account(account_id, register_key)
    return []
