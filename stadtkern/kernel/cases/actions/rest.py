"""Data at rest (Art. 18 DSGVO): kept, not used. Whoever must use them names the ground of the law, and the person sees it."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.events.actions import record
from stadtkern.kernel.events.models import Event
from stadtkern.kernel.privacy.actions import note_access
from stadtkern.kernel.privacy.models import Restriction
from stadtkern.kernel.services import catalogue

from ..models import Case, Note
from .guard import Refused, locked_at_desk

OPEN_FOR = timedelta(hours=1)
GROUNDS = {  # Art. 18 Abs. 2 DSGVO
    "consent": gettext_lazy("Die Person hat eingewilligt"),
    "claims": gettext_lazy("Für Rechtsansprüche nötig"),
    "others": gettext_lazy("Zum Schutz der Rechte einer anderen Person"),
    "interest": gettext_lazy("Aus wichtigem öffentlichem Interesse"),
}


def resting(case: Case) -> Restriction | None:
    """The restriction under which this case lies. Requests about one's rights go on: they are what may end it."""
    if case.account_id is None or _is_about_rights(case):
        return None
    return Restriction.objects.holding(case.account_id, str(case))


def _is_about_rights(case: Case) -> bool:
    try:
        return bool(catalogue.even_retired(case.service).decision.clock)
    except catalogue.UnknownService:
        return False


def opened(actor: Actor, case: Case) -> bool:
    """Whether this clerk has named a ground within the hour."""
    lines = Event.objects.filter(subject=str(case), name="case.rest_opened", actor=actor.key)
    return lines.filter(at__gt=timezone.now() - OPEN_FOR).exists()


def closed_to(actor: Actor, case: Case) -> bool:
    """Staff may not see or use this case now; the person always may."""
    if actor.account and case.account_id == actor.account.pk:
        return False
    return resting(case) is not None and not opened(actor, case)


def not_resting(actor: Actor, case: Case) -> None:
    """Raises Refused while the data are at rest and no ground was named."""
    if closed_to(actor, case):
        raise Refused(_("Die Verarbeitung ist eingeschränkt (Art. 18 DSGVO). Öffnen Sie den Vorgang zuerst mit einem Grund."))


@transaction.atomic
def open_despite_rest(actor: Actor, case: Case, ground: str, because: str) -> Case:
    """Use the data all the same, for an hour: noted in the diary, and in "who saw my data" of the person."""
    row, _staff = locked_at_desk(actor, case)
    if ground not in GROUNDS:
        raise Refused(_("Bitte wählen Sie einen der Gründe aus Art. 18 Abs. 2 DSGVO."))
    if not because.replace("\x00", "").strip():
        raise Refused(_("Bitte schreiben Sie, wozu Sie die Daten brauchen."))
    if resting(row) is None or opened(actor, row):
        return row
    person = getattr(row.account, "person", None) if row.account else None
    note_access(
        actor=actor,
        person_key=person.register_key if person else None,
        account=row.account,
        purpose=row.service,
        legal_basis=f"Art. 18 Abs. 2 DSGVO: {GROUNDS[ground]}"[:200],
        source="cases",
        fields=("answers", "messages", "uploads"),
        about=str(row),
    )
    record("case.rest_opened", subject=str(row), actor=actor.key, data={"ground": ground})
    Note.objects.create(case=row, staff=actor.staff, body=f"{GROUNDS[ground]}: {because.strip()[:2000]}")
    return row
