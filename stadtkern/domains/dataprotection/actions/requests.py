"""A right that was granted is carried out: files, rest, erasure; and rest ends with a letter before."""

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from stadtkern.kernel.accounts.access import SYSTEM, Actor
from stadtkern.kernel.cases.models import Case, Decision
from stadtkern.kernel.city.profile import city
from stadtkern.kernel.documents import actions as documents
from stadtkern.kernel.inbox import actions as inbox
from stadtkern.kernel.privacy.models import Restriction
from stadtkern.kernel.privacy.restricting import actions as restricting
from stadtkern.lib import ids

from ..fulfil import archive
from .guard import officer, text

GRANTED = (Decision.Outcome.GRANTED, Decision.Outcome.PARTLY)


def granted(case: Case) -> bool:
    """Whether the right was granted, wholly or in part."""
    return Decision.objects.filter(case=case, outcome__in=GRANTED, made_at__isnull=False).exists()


@transaction.atomic
def hand_out(case_id: int) -> None:
    """The archive of Art. 15 or 20 into the post box; a replay finds it there. For reactions."""
    case = Case.objects.select_related("account", "office").get(pk=case_id)
    if case.account is None or not granted(case):
        return
    if case.service == "datenschutz_auskunft":
        title, data = "Ihre Auskunft nach Art. 15 DSGVO", archive.everything(case.account)
    else:
        title, data = "Ihre Daten zum Mitnehmen", archive.portable(case.account, with_files=case.answers.get("files") is True)
    paper = documents.deposit(
        about=str(case), account=case.account, company=None, title=title, kind=title, data=data, media_type="application/zip",
        keep_until=case.keep_until, actor_key=SYSTEM, once=f"{case}:archive",
    )  # fmt: skip
    with override(case.account.language):
        body = _(
            "Ihre Daten sind da, als Datei zum Herunterladen. Entpacken Sie sie; was worin steht, sagt die Datei LIESMICH.txt."
        )
        warning = _("Die Datei verrät viel über Sie. Geben Sie sie nicht weiter; speichern Sie sie nicht auf fremden Geräten.")
        heading = _("Ihre Daten zum Herunterladen (%s)") % case.reference
    inbox.deliver(
        account=case.account, about=str(case), office=case.office, title=heading, body=f"{body}\n\n{warning}",
        documents=[paper], actor_key=SYSTEM, once=f"{case}:archive", link=reverse("cases:track", args=[case.reference]),
    )  # fmt: skip


@transaction.atomic
def lay_to_rest(case_id: int) -> None:
    """Art. 18: from the decision on. For reactions; a replay changes nothing."""
    case = Case.objects.select_related("account").get(pk=case_id)
    if case.account is None or not granted(case):
        return
    scope, ground = "", "objection"
    if case.service == "datenschutz_einschraenkung":
        ground = str(case.answers.get("ground"))
        if case.answers.get("scope") == "case":
            prefix = str(city().raw.get("reference_prefix", "MS"))
            reference = ids.read_reference(str(case.answers.get("reference") or ""), prefix)
            other = Case.objects.filter(account=case.account, reference=reference or "").values_list("pk", flat=True).first()
            if other is None:  # a number nobody knows must not rest everything: the officer sees that nothing rests
                return
            scope = f"case:{other}"
    if Restriction.objects.filter(about=str(case)).exists():
        return
    ground = ground if ground in restricting.GROUNDS else "objection"
    restricting.restrict(case.account, scope=scope, ground=ground, about=str(case), actor_key=SYSTEM)


@transaction.atomic
def rest_until_decided(case_id: int) -> None:
    """Art. 18 Abs. 1 Buchst. d: whoever objects may have the data rest until it is decided. For reactions."""
    case = Case.objects.select_related("account").get(pk=case_id)
    if case.account and case.answers.get("rest") is True and not Restriction.objects.filter(about=str(case)).exists():
        restricting.restrict(case.account, scope="", ground="objection", about=str(case), actor_key=SYSTEM)


@transaction.atomic
def lift(actor: Actor, pk: int, because: str) -> Restriction:
    """Tell the person, then lift (Art. 18 Abs. 3); a second time changes nothing."""
    officer(actor)
    row = Restriction.objects.select_for_update(of=("self",)).select_related("account").get(pk=pk)
    if row.lifted_at:
        return row
    reason = text(because, _("Bitte begründen Sie, warum die Einschränkung endet. Die Person liest den Grund."), 5000)
    with override(row.account.language):
        title = _("Die Einschränkung Ihrer Daten endet")
        body = _("wir benutzen Ihre Daten wieder (Art. 18 Abs. 3 DSGVO).\n\nGrund: %s") % reason
    inbox.deliver(
        account=row.account, about=row.about, office=actor.staff.office if actor.staff else None, title=title, body=body,
        actor_key=actor.key, once=f"{row}:lifted",
    )  # fmt: skip
    restricting.lift(row, actor.key)
    return row
