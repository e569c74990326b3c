"""Post about reports: to followers, to those who watch an area, and the mail that asks whether an address is real."""

import logging
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from stadtkern.kernel.accounts import throttle
from stadtkern.kernel.accounts.access import SYSTEM
from stadtkern.kernel.accounts.models import Account
from stadtkern.kernel.city.profile import city
from stadtkern.kernel.inbox import actions as inbox
from stadtkern.lib import ids
from stadtkern.lib.earth import metres

from ..models import AreaWatch, Moderation, Report, ReportFollow, ReportStep
from ..reasons import REASONS
from ..reports.categories import plan
from ..reports.states import WORDS
from ..reports.tokens import sign, token_of

MOST = 2000
DAY, ASKED = 86_400, 3  # so many mails a day ask the same address, whoever typed it
log = logging.getLogger(__name__)


def page(row: Report, *, own: bool = False) -> str:
    """Path of a report; `own`: with the secret by which who reported it may answer."""
    path = reverse("participation:report_page", args=[row.contribution.reference])
    return f"{path}?schluessel={token_of(row.pk)}" if own else path


def tell_state(contribution_id: int, step_id: int | None = None) -> None:
    """Everybody who follows hears what is new."""
    row = Report.objects.select_related("contribution", "office").filter(pk=contribution_id).first()
    if row is None:
        return
    steps = ReportStep.objects.filter(report=row, public=True)
    step = steps.filter(pk=step_id).first() if step_id else steps.order_by("-pk").first()
    if step is None:
        return
    follows = ReportFollow.objects.select_related("account").filter(report=row, confirmed_at__isnull=False)
    for one in follows[:MOST]:
        with override(one.account.language if one.account else "de"):
            title = (
                _("Ihre Meldung %s") % row.contribution.reference
                if one.reporter
                else _("Meldung %s") % row.contribution.reference
            )
            state = str(WORDS[row.state].short)
            where = f"{plan().label(row.category)}, {row.contribution.address}".strip(", ")
            body = f"{where}\n\n{state}: {step.text}"
            if one.account:
                _letter(one.account, row, f"{title}: {state}", body, f"report.step:{step.pk}:{one.account_id}", page(row))
            else:
                end = settings.BASE_URL + reverse("participation:report_subscription", args=[sign("f", one.pk)])
                _mail(one.email, f"{title}: {state}", f"{body}\n\n{settings.BASE_URL}{page(row, own=one.reporter)}", end)


def tell_hidden(contribution_id: int, moderation_id: int) -> None:
    """Who reported it with an account reads why it was taken away."""
    row = Report.objects.select_related("contribution__account", "office").filter(pk=contribution_id).first()
    kept = Moderation.objects.filter(pk=moderation_id).first()
    if row is None or kept is None or row.contribution.account is None:
        return
    with override(row.contribution.account.language):
        about = _("Es geht um: %s") % plan().label(row.category)
        body = "\n\n".join(part for part in (about, str(REASONS[kept.reason]), kept.text) if part)
        title = _("Ihr Beitrag ist ausgeblendet")
        _letter(row.contribution.account, row, title, body, f"moderation:{kept.pk}", page(row))


def ask_confirmation(kind: str, pk: int) -> None:
    """Is the address real? One mail, one button; without it nothing is ever sent again."""
    one = (ReportFollow if kind == "f" else AreaWatch).objects.filter(pk=pk, confirmed_at=None).exclude(email="").first()
    if one is None or throttle.count(f"participation.confirm:{ids.digest(one.email.lower())}", DAY) > ASKED:
        return
    link = settings.BASE_URL + reverse("participation:report_subscription", args=[sign(kind, pk)])
    text = _(
        "Jemand möchte unter dieser Adresse Nachricht zu Meldungen auf Straßen und Plätzen. Waren Sie das? Dann öffnen Sie die "
        "folgende Seite und bestätigen Sie. Waren Sie es nicht, tun Sie nichts; wir vergessen die Adresse nach sieben Tagen."
    )
    _mail(one.email, _("Bitte bestätigen Sie Ihre Adresse"), f"{text}\n\n{link}", "")


def ask_reporter(contribution_id: int) -> None:
    """Who reported without an account and left an address."""
    for pk in ReportFollow.objects.filter(report=contribution_id, reporter=True).exclude(email="").values_list("pk", flat=True):
        ask_confirmation("f", pk)


def tell_watchers(contribution_id: int) -> None:
    """Something was reported in an area somebody watches."""
    row = Report.objects.select_related("contribution", "office").filter(pk=contribution_id, listed=True).first()
    if row is None or row.contribution.lat is None or row.contribution.long is None:
        return
    here = (row.contribution.lat, row.contribution.long)
    watches = AreaWatch.objects.select_related("account").filter(confirmed_at__isnull=False, district__in=["", row.district])
    for one in watches.order_by("pk").iterator():
        if one.categories and row.category not in one.categories:
            continue
        if not one.district and (one.lat is None or one.long is None or metres(here, (one.lat, one.long)) > one.radius):
            continue
        if one.account_id and one.account_id == row.contribution.account_id:
            continue
        with override(one.account.language if one.account else "de"):
            title = _("Neu in Ihrem Gebiet: %s") % plan().label(row.category)
            body = row.contribution.address or _("Ort auf der Karte")
            if one.account:
                _letter(one.account, row, title, body, f"report.area:{row.pk}:{one.account_id}", page(row))
            else:
                end = settings.BASE_URL + reverse("participation:report_subscription", args=[sign("w", one.pk)])
                _mail(one.email, title, f"{body}\n\n{settings.BASE_URL}{page(row)}", end)


def _letter(account: Account, row: Report, title: str, body: str, once: str, link: str) -> None:
    if account.is_active:
        inbox.deliver(
            account=account, about=str(row.contribution), office=row.office, title=title[:200], body=body, actor_key=SYSTEM,
            once=once, link=link,
        )  # fmt: skip


def _mail(address: str, subject: str, body: str, end: str) -> None:
    """A short mail. A server that is away stops nobody else's; the page says the same."""
    if end:
        body += "\n\n" + _("Keine Nachricht mehr: %s") % end
    mail = EmailMessage(f"{city().name}: {subject}", body, settings.DEFAULT_FROM_EMAIL, [address])
    try:
        mail.send()
    except (OSError, SMTPException):
        log.exception("A mail about a report could not be handed over")
