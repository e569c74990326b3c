"""What goes and stays of participation when a person goes: the name always goes, published texts as their author chose."""

from uuid import UUID

from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.access import SYSTEM
from stadtkern.kernel.privacy.erasure import Kept, Preview

from .actions import forget_in_contests, forget_of, forget_voices, incentives, reports_keep
from .actions.petition_clock import forget_signatures
from .actions.surveying import forget_turns
from .models import (
    AreaWatch,
    Comment,
    Consent,
    Contribution,
    Juror,
    PointsAccount,
    ReportFollow,
    Signature,
    Statement,
    Support,
    TeamMember,
    Turn,
    Voice,
)


def preview(account_id: int, register_key: UUID | None) -> Preview:
    """In words, before it happens."""
    goes = []
    if Contribution.objects.filter(account=account_id).exists():
        goes.append(_("Ihr Name bei Ihren Beiträgen; der Text nur dort, wo Sie das so gewählt haben"))
    if Comment.objects.filter(account=account_id).exists():
        goes.append(_("Ihr Name bei Ihren Kommentaren"))
    if Support.objects.filter(account=account_id).exists():
        goes.append(_("Was Sie unterstützen und verfolgen"))
    if Voice.objects.filter(account=account_id).exists() or Consent.objects.filter(account=account_id).exists():
        goes.append(_("Ihre Antworten auf Meinungskarten"))
    if any(rows.objects.filter(account=account_id).exists() for rows in (ReportFollow, AreaWatch)):
        goes.append(_("Welche Meldungen und Gebiete Sie verfolgen"))
    if any(rows.objects.filter(account=account_id).exists() for rows in (Juror, TeamMember)):
        goes.append(_("Ihr Name in Jurys und Gruppen; Punkte, die gezählt wurden, bleiben ohne Namen"))
    if Signature.objects.filter(account=account_id).exists():
        goes.append(_("Ihr Name bei Unterschriften; gezählt werden sie weiter"))
    if PointsAccount.objects.filter(account=account_id).exists():
        goes.append(_("Ihre Punkte und Gutscheine, auch die nicht benutzten"))
    if Turn.objects.filter(account=account_id).exists():
        goes.append(_("Ihr angefangener Fragebogen und dass Sie an Umfragen teilgenommen haben"))
    return Preview(goes, _kept(account_id))


def erase(account_id: int, register_key: UUID | None) -> list[Kept]:
    """Nothing with the person's name stays; texts that stay name nobody."""
    reports_keep.forget_of(account_id)
    forget_signatures(account_id)
    kept = _kept(account_id)
    forget_of(account_id)
    forget_turns(account_id)
    forget_voices(account_id)
    forget_in_contests(account_id)
    incentives.opt_out(account_id, SYSTEM)
    return kept


def _kept(account_id: int) -> list[Kept]:
    """Statements about plans: the text, without the name."""
    rows = Statement.objects.filter(contribution__account=account_id).exclude(contribution__state="WITHDRAWN")
    because = _("Verfahrensakte des Plans, ohne Ihren Namen (§ 3 Abs. 2 BauGB, Art. 17 Abs. 3 Buchst. b und e DSGVO)")
    return [Kept(_("Der Text Ihrer Stellungnahmen zu Plänen"), None, because)] if rows.exists() else []
