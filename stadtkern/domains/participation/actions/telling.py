"""Letters of participation: what moderators decided, what became of a contribution, which phase has begun."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from stadtkern.kernel.accounts.access import SYSTEM, Actor
from stadtkern.kernel.accounts.models import Account
from stadtkern.kernel.inbox import actions as inbox

from ..models import Contribution, Phase, Process


def page_of(row: Contribution) -> str:
    """Address of a contribution; "" for one without process or number."""
    if row.process is None or not row.reference:
        return ""
    return reverse("participation:contribution", args=[row.process.key, row.reference])


def tell(actor_key: str, row: Contribution, account: Account | None, title: str, body: str, once: str) -> None:
    """A letter about a contribution, where there is somebody to write to."""
    if account is None or not account.is_active:
        return
    inbox.deliver(
        account=account, about=str(row), office=row.process.office if row.process else None, title=title, body=body,
        actor_key=actor_key, once=once, link=page_of(row),
    )  # fmt: skip


def tell_hidden(actor: Actor, row: Contribution, account: Account | None, reason: str, once: str, *, comment: str = "") -> None:
    """What was taken away, why, and what one can do."""
    if account is None:
        return
    with override(account.language):
        what = _("Ihr Kommentar ist ausgeblendet") if comment else _("Ihr Beitrag ist ausgeblendet")
        said = _("Es geht um: %s") % (comment or row.title)
        appeal = _(
            "Sind Sie nicht einverstanden? Widersprechen Sie auf der Seite des Beitrags; dann entscheidet jemand anderes."
        )
        tell(actor.key, row, account, what, "\n\n".join([said, reason, appeal]), once)


def tell_answer(actor: Actor, row: Contribution, account: Account | None, upheld: bool, answer: str, once: str) -> None:
    """Somebody else has looked at it again."""
    if account is None:
        return
    with override(account.language):
        said = _("Es bleibt bei der Entscheidung.") if upheld else _("Sie hatten recht: Der Text ist wieder zu lesen.")
        tell(actor.key, row, account, _("Antwort auf Ihren Widerspruch"), f"{said}\n\n{answer}", once)


def tell_phase(process: Process, phase: Phase, account: Account) -> None:
    """A process one follows goes on."""
    with override(account.language):
        title = _("%(process)s: jetzt „%(phase)s“") % {"process": process.title[:90], "phase": phase.title[:40]}
        more = _("Auf der Seite des Verfahrens steht, was Sie jetzt tun können.")
        inbox.deliver(
            account=account, about=str(process), office=process.office, title=title,
            body="\n\n".join(part for part in (phase.text, more) if part),
            actor_key=SYSTEM, once=f"process.phase:{process.pk}:{phase.pk}:{account.pk}",
            link=reverse("participation:process", args=[process.key]),
        )  # fmt: skip


def tell_closed(process: Process, account: Account) -> None:
    """A process one follows has a result."""
    with override(account.language):
        inbox.deliver(
            account=account, about=str(process), office=process.office,
            title=_("%s: das Ergebnis") % process.title[:120],
            body="\n\n".join(part for part in (_("Das Verfahren ist abgeschlossen."), process.result[:10_000]) if part),
            actor_key=SYSTEM, once=f"process.closed:{process.pk}:{account.pk}",
            link=reverse("participation:process", args=[process.key]),
        )  # fmt: skip


def tell_link(row: Contribution, account: Account, words: str, other: Contribution, link: int) -> None:
    """Something has become of a contribution one follows."""
    with override(account.language):
        body = _("%(what)s: „%(title)s“.") % {"what": words, "title": other.title}
        tell(SYSTEM, row, account, _("Was aus „%s“ geworden ist") % row.title[:90], body, f"link:{link}:{row.pk}:{account.pk}")
