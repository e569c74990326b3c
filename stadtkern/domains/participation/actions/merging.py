"""Merging by consent: both authors agree, or it does not happen; every supporter decides about the own support.

The text that was merged stays readable and leads to the other. A support stays where it was given until its owner moves it.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from stadtkern.kernel.accounts.access import SYSTEM, Actor
from stadtkern.kernel.accounts.models import DESK_ROLES, Account
from stadtkern.kernel.events.actions import record
from stadtkern.kernel.inbox import actions as inbox

from ..models import Consent, Contribution, Link, Merging, Support
from .guard import Refused, locked, tidy

State, Role = Contribution.State, Consent.Role
WAITS = timedelta(days=28)


@transaction.atomic
def propose_merging(actor: Actor, source: Contribution, target: Contribution, because: str = "") -> Merging:
    """Ask both authors whether the source may go into the target. By the office in charge or one of the authors.

    An author without an account cannot be asked: then only the office may propose, and the other author decides.
    """
    if source.pk == target.pk:
        raise Refused(_("Ein Beitrag kann nicht in sich selbst aufgehen."), "target")
    rows = {pk: locked(pk) for pk in sorted((source.pk, target.pk))}
    source, target = rows[source.pk], rows[target.pk]
    office = _may_propose(actor, source, target)
    _fits(source, target)
    if (open_one := Merging.objects.filter(source=source, state=Merging.State.ASKED).first()) is not None:
        if open_one.target_id == target.pk:
            return open_one
        raise Refused(_("Für diesen Beitrag wird schon gefragt. Warten Sie die Antwort ab."))
    row = Merging.objects.create(source=source, target=target, because=tidy(because, 500), by_office=office)
    record("contribution.merge_proposed", subject=str(source), actor=actor.key, data={"merging": row.pk, "target": target.pk})
    for author in _authors(source, target):
        own = actor.account is not None and not office and author.pk == actor.account.pk
        answered = {"agrees": True, "answered_at": timezone.now()} if own else {}
        Consent.objects.create(merging=row, account=author, role=Role.AUTHOR, **answered)
        if not own:
            _ask(row, author, Role.AUTHOR, actor.key)
    _finish(actor, row)
    return row


def _may_propose(actor: Actor, source: Contribution, target: Contribution) -> bool:
    """True for the office in charge, False for an author; everybody else learns nothing."""
    staff = actor.staff
    if staff is not None and staff.role in DESK_ROLES and source.process and staff.office_id == source.process.office_id:
        return True
    mine = {source.account_id, target.account_id} - {None}
    if actor.account is None or actor.mandate or actor.account.pk not in mine:
        raise Contribution.DoesNotExist
    if None in (source.account_id, target.account_id):
        raise Refused(_("Der andere Beitrag kam ohne Konto, wir können niemanden fragen. Bitte wenden Sie sich an das Amt."))
    return False


def _fits(source: Contribution, target: Contribution) -> None:
    if Contribution.Kind.PETITION in (source.kind, target.kind):
        raise Refused(_("Petitionen führen wir nicht zusammen: Menschen haben genau diesen Text unterschrieben."))
    if source.process_id is None or source.process_id != target.process_id or source.kind != target.kind:
        raise Refused(_("Zusammenführen kann man nur Beiträge desselben Verfahrens."), "target")
    for row in (source, target):
        if row.state != State.PUBLISHED:
            raise Refused(
                _("„%s“ ist nicht veröffentlicht oder schon zusammengeführt.") % (row.title or row.reference), "target"
            )


def _authors(source: Contribution, target: Contribution) -> list[Account]:
    """Everybody whose yes it takes. Who cannot answer (the account is locked) has not agreed."""
    asked = {row.account_id for row in (source, target) if row.account_id is not None}
    return list(Account.objects.filter(pk__in=asked).order_by("pk"))


@transaction.atomic
def answer_merging(actor: Actor, merging: Merging, agrees: bool, role: str = Role.AUTHOR) -> Merging:
    """An author says yes or no; a supporter moves the support or leaves it. The last word of an author is the first one."""
    row = Merging.objects.select_for_update().get(pk=merging.pk)
    if actor.account is None or actor.mandate:
        raise Merging.DoesNotExist
    consent = Consent.objects.select_for_update().filter(merging=row, account=actor.account, role=role).first()
    if consent is None:
        raise Merging.DoesNotExist
    if role == Role.AUTHOR:
        if row.state != Merging.State.ASKED:
            raise Refused(_("Darüber ist schon entschieden. Laden Sie die Seite neu."))
    elif row.state != Merging.State.DONE:
        raise Refused(_("Die Beiträge sind nicht zusammengeführt."))
    moved = role == Role.SUPPORTER and agrees and not consent.agrees and _move(row, actor.account)
    consent.agrees, consent.answered_at = agrees, timezone.now()
    consent.save(update_fields=["agrees", "answered_at"])
    name = "contribution.merge_answered" if role == Role.AUTHOR else "contribution.support_asked"
    record(name, subject=f"contribution:{row.source_id}", actor=actor.key, data={"merging": row.pk, "moved": moved})
    if role == Role.AUTHOR:
        _finish(actor, row)
    return row


def _finish(actor: Actor, row: Merging) -> None:
    """Everybody has answered, or one said no."""
    answers = list(Consent.objects.filter(merging=row, role=Role.AUTHOR).values_list("agrees", flat=True))
    if False in answers:
        _settle(row, Merging.State.REFUSED)
    elif None not in answers and (answers or row.by_office):
        _merge(actor, row)


def _settle(row: Merging, state: str) -> None:
    row.state, row.settled_at = state, timezone.now()
    row.save(update_fields=["state", "settled_at"])


def _merge(actor: Actor, row: Merging) -> None:
    rows = {pk: locked(pk) for pk in sorted((row.source_id, row.target_id))}
    source, target = rows[row.source_id], rows[row.target_id]
    if {source.state, target.state} != {State.PUBLISHED}:  # withdrawn or hidden while people thought about it
        _settle(row, Merging.State.EXPIRED)
        return
    _settle(row, Merging.State.DONE)
    Contribution.objects.filter(pk=source.pk).update(state=State.MERGED)
    link, _fresh = Link.objects.get_or_create(source=source, target=target, kind=Link.Kind.MERGED_INTO)
    data = {"link": link.pk, "kind": link.kind, "target": target.pk, "merging": row.pk}
    record("contribution.merged", subject=str(source), actor=actor.key, data=data)
    supporters = Account.objects.filter(
        pk__in=Support.objects.filter(contribution=source).values("account"), is_active=True
    ).exclude(pk__in=[pk for pk in (target.account_id,) if pk])
    for account in supporters.order_by("pk"):
        Consent.objects.create(merging=row, account=account, role=Role.SUPPORTER)
        _ask(row, account, Role.SUPPORTER, SYSTEM)


def _move(row: Merging, account: Account) -> bool:
    """The support leaves the source; at the target it counts once."""
    gone = Support.objects.filter(contribution=row.source_id, account=account).delete()[0]
    if not gone:
        return False
    Contribution.objects.filter(pk=row.source_id).update(supports=F("supports") - 1)
    if Support.objects.get_or_create(contribution_id=row.target_id, account=account)[1]:
        Contribution.objects.filter(pk=row.target_id).update(supports=F("supports") + 1)
    return True


def _ask(row: Merging, account: Account, role: str, actor_key: str) -> None:
    if not account.is_active:
        return
    process = row.source.process
    named = {"source": row.source.title, "target": row.target.title}
    with override(account.language):
        if role == Role.AUTHOR:
            title = _("Sollen zwei Beiträge einer werden?")
            body = _(
                "Jemand schlägt vor, „%(source)s“ mit „%(target)s“ zusammenzuführen. Einer davon ist Ihr Beitrag. Das "
                "geschieht nur, wenn Sie zustimmen. Beide Texte bleiben lesbar. Antworten Sie nicht, bleibt alles, wie es ist."
            )
        else:
            title = _("Ihre Unterstützung: mitnehmen oder stehen lassen?")
            body = _(
                "„%(source)s“ wurde mit „%(target)s“ zusammengeführt. Ihre Unterstützung steht weiter beim alten Text. "
                "Lesen Sie den neuen, und entscheiden Sie, ob sie dorthin soll. Tun Sie nichts, bleibt sie, wo sie ist."
            )
        inbox.deliver(
            account=account, about=f"contribution:{row.source_id}", office=process.office if process else None, title=title,
            body=body % named, actor_key=actor_key, once=f"merging:{row.pk}:{role}:{account.pk}",
            link=reverse("participation:merging", args=[row.pk]),
        )  # fmt: skip


@transaction.atomic
def expire_mergings(now: datetime) -> int:
    """Who did not answer in four weeks did not agree."""
    rows = Merging.objects.select_for_update(skip_locked=True).filter(state=Merging.State.ASKED, at__lt=now - WAITS)
    found = list(rows.order_by("pk")[:100])
    for row in found:
        _settle(row, Merging.State.EXPIRED)
        record("contribution.merge_expired", subject=f"contribution:{row.source_id}", actor=SYSTEM, data={"merging": row.pk})
    return len(found)
