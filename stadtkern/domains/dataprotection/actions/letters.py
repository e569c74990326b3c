"""Telling the people a breach concerns (Art. 34 DSGVO): who they are, a look at the number, then one letter each, never two."""

import re
from datetime import date

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from stadtkern.kernel.accounts.access import SYSTEM, Actor
from stadtkern.kernel.cases.models import Case, Status
from stadtkern.kernel.city.models import Office
from stadtkern.kernel.city.profile import city
from stadtkern.kernel.events.actions import record
from stadtkern.kernel.events.queue import Patient
from stadtkern.kernel.inbox import actions as inbox
from stadtkern.lib import ids

from ..models import Affected, Breach
from .guard import Refused, locked, text

MOST = 100_000  # accounts; more is an announcement (Art. 34 Abs. 3 Buchst. c)
AT_ONCE = 200
Step = Breach.Step


@transaction.atomic
def decide_told(actor: Actor, pk: int, choice: str, because: str) -> Breach:
    """Tell the persons or not; not doing so needs reasons (Art. 34 Abs. 3)."""
    row = locked(actor, pk)
    if choice not in (Step.NOTIFY, Step.NOT):
        raise Refused(_("Bitte wählen Sie aus, ob die Betroffenen benachrichtigt werden."))
    if row.letters_ordered_at:
        raise Refused(_("Die Betroffenen sind schon benachrichtigt."))
    row.told_because = text(because, _("Bitte begründen Sie, warum das nicht nötig ist.") if choice == Step.NOT else "")
    row.told, row.told_decided_at = choice, timezone.now()
    row.save(update_fields=["told", "told_because", "told_decided_at"])
    record("breach.persons_decided", subject=str(row), actor=actor.key, data={"choice": choice})
    return row


@transaction.atomic
def name_affected(
    actor: Actor, pk: int, *, references: str = "", service: str = "", since: date | None = None, until: date | None = None
) -> int:
    """Add the accounts behind case numbers, or behind all cases of a service in a span of days; returns how many are new."""
    row = locked(actor, pk)
    prefix = str(city().raw.get("reference_prefix", "MS"))
    words = re.split(r"[\s,;]+", references.replace("\x00", "").strip())[:5000]
    numbers = [found for word in words if word and (found := ids.read_reference(word, prefix))]
    if unknown := [word for word in words if word and not ids.read_reference(word, prefix)]:
        raise Refused(_("Das ist keine Vorgangsnummer: %s") % ", ".join(unknown[:5]))
    wanted = Q(reference__in=numbers)
    if service:
        if since is None or until is None or until < since:
            raise Refused(_("Bitte geben Sie an, um welche Tage es geht."))
        wanted |= Q(service=service, submitted_at__date__gte=since, submitted_at__date__lte=until)
    accounts = Case.objects.filter(wanted).exclude(status=Status.DRAFT).exclude(account=None)
    people: set[int] = {one for one in accounts.order_by().values_list("account_id", flat=True).distinct()[: MOST + 1] if one}
    if len(people) > MOST:
        raise Refused(_("Das sind mehr als 100.000 Menschen. Machen Sie es öffentlich bekannt (Art. 34 Abs. 3 DSGVO)."))
    known = set(Affected.objects.filter(breach=row, account__in=people).values_list("account", flat=True))
    fresh = [Affected(breach=row, account_id=pk) for pk in sorted(people - known)]
    Affected.objects.bulk_create(fresh, ignore_conflicts=True)
    record("breach.affected_named", subject=str(row), actor=actor.key, data={"count": len(fresh)})
    return len(fresh)


@transaction.atomic
def write_letter(actor: Actor, pk: int, title: str, body: str) -> Breach:
    """The draft of the letter; nothing is sent yet."""
    row = locked(actor, pk)
    if row.letters_ordered_at:
        raise Refused(_("Die Briefe sind schon unterwegs."))
    row.letter_title = text(title, _("Bitte geben Sie dem Brief einen Betreff."), 150)
    row.letter_body = text(body, _("Bitte schreiben Sie den Brief."))
    row.save(update_fields=["letter_title", "letter_body"])
    record("breach.letter_written", subject=str(row), actor=actor.key)
    return row


@transaction.atomic
def order_letters(actor: Actor, pk: int, seen: int) -> Breach:
    """Send; `seen` is the number of people on the page that was confirmed. A second click finds it ordered."""
    row = locked(actor, pk)
    count = row.affected.count()
    if row.letters_ordered_at and not row.affected.filter(told_at=None).exists():
        return row
    if row.told != Step.NOTIFY:
        raise Refused(_("Entscheiden Sie zuerst, dass die Betroffenen benachrichtigt werden."))
    if not row.letter_title or not row.letter_body:
        raise Refused(_("Schreiben Sie zuerst den Brief."))
    if not count:
        raise Refused(_("Nennen Sie zuerst, wen es betrifft."))
    if seen != count:
        raise Refused(_("Inzwischen sind es %s Menschen. Bitte prüfen Sie noch einmal.") % count)
    row.letters_ordered_at = row.letters_ordered_at or timezone.now()
    row.save(update_fields=["letters_ordered_at"])
    record("breach.letters_ordered", subject=str(row), actor=actor.key, data={"count": count})
    send_letters.defer(breach_id=row.pk)
    return row


@app.task(name="dataprotection.letters", retry=Patient(), queue="reactions")
def send_letters(breach_id: int) -> None:
    """Everybody who has not been told yet, in small transactions; killed in between, it goes on where it stopped."""
    while _some(breach_id):
        pass


@transaction.atomic
def _some(breach_id: int) -> int:
    breach = Breach.objects.get(pk=breach_id)
    rows = list(
        Affected.objects.select_for_update(of=("self",), skip_locked=True)
        .filter(breach=breach, told_at=None)
        .select_related("account")
        .order_by("pk")[:AT_ONCE]
    )
    office = Office.objects.filter(key="datenschutz").first()
    for row in rows:
        inbox.deliver(
            account=row.account,
            about=str(breach),
            office=office,
            title=breach.letter_title,
            body=breach.letter_body,
            actor_key=SYSTEM,
            once=f"{breach}:{row.account_id}",
            link=reverse("dataprotection:rights"),
        )
        row.told_at = timezone.now()
    Affected.objects.bulk_update(rows, ["told_at"])
    if rows:
        record("breach.persons_told", subject=str(breach), actor=SYSTEM, data={"count": len(rows)})
    return len(rows)
