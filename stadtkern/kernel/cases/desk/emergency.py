"""A case of another office in an emergency: a reason first, then half an hour, to read only; and somebody reads the reason."""

from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from stadtkern.kernel.accounts.access import actor_of
from stadtkern.kernel.accounts.models import Staff
from stadtkern.kernel.city.profile import city
from stadtkern.kernel.privacy import actions as privacy
from stadtkern.kernel.privacy.models import Emergency
from stadtkern.kernel.registers import blocks
from stadtkern.lib import ids

from .. import actions
from ..models import Case, Status
from . import file, listing
from .pages import clerks, member_of

MISSES, WINDOW = 10, 3600  # numbers without a case per clerk and hour: nobody finds cases by trying
FIELDS = ("answers", "messages")


@clerks
@never_cache
def emergency(request: HttpRequest) -> HttpResponse:
    """The form: which case, why, and that one knows what follows."""
    typed = {"reference": request.GET.get("vorgang", "")[:40], "reason": "", "known": ""}
    if request.method != "POST":
        return render(request, "cases/desk_emergency.html", {"typed": typed, "shortest": SHORTEST})
    typed = {name: request.POST.get(name, "").replace("\x00", "")[:2000] for name in typed}
    try:
        case = _open(request, typed)
    except (actions.Refused, privacy.Refused) as refused:
        context = {"typed": typed, "wrong": str(refused), "shortest": SHORTEST}
        return render(request, "cases/desk_emergency.html", context, status=422)
    return redirect("cases:desk_emergency_case", case.reference)


SHORTEST = 30


def _open(request: HttpRequest, typed: dict[str, str]) -> Case:
    member, actor = member_of(request), actor_of(request)
    privacy.check_reason(typed["reason"])
    if not typed["known"]:
        raise actions.Refused(_("Bitte bestätigen Sie, dass Sie die Folgen kennen."))
    case = _find(member, typed["reference"])
    if case.office_id == member.office_id:
        raise actions.Refused(_("Dieser Vorgang liegt in Ihrem Amt. Öffnen Sie ihn am Schreibtisch."))
    if actor.account and case.account_id == actor.account.pk:
        raise actions.Refused(_("Das ist Ihr eigener Antrag. Sie sehen ihn unter „Meine Stadt“."))
    if blocks.is_hidden(case.account_id):
        raise actions.Refused(_("Dieser Vorgang lässt sich nur im zuständigen Amt öffnen. Rufen Sie dort an."))
    privacy.open_emergency(actor, case=case.pk, account=case.account_id, reason=typed["reason"])
    return case


def _find(member: Staff, text: str) -> Case:
    key = f"cases:emergency:{member.pk}"
    if cache.get(key, 0) >= MISSES:
        raise actions.Refused(_("Sie haben zu oft eine falsche Nummer eingegeben. Bitte warten Sie eine Stunde."))
    reference = ids.read_reference(text, str(city().raw.get("reference_prefix", "MS")))
    sent = Case.objects.exclude(status=Status.DRAFT).defer("edition__files")
    case = sent.filter(reference=reference).first() if reference else None
    if case is None:
        cache.set(key, cache.get(key, 0) + 1, WINDOW)
        raise actions.Refused(_("Zu dieser Vorgangsnummer gibt es keinen Vorgang. Sie sieht so aus: MS-7F3K-9QXM."))
    return case


@clerks
@never_cache
def emergency_case(request: HttpRequest, reference: str) -> HttpResponse:
    """What is in the case, without any button; every look stands in the person's cockpit and in the review."""
    member, actor = member_of(request), actor_of(request)
    rows = Case.objects.exclude(status=Status.DRAFT).select_related("edition", "office", "account__person", "clerk", "company")
    case = rows.defer("edition__files").filter(reference=reference).first()
    opened = Emergency.objects.live(member.pk, case.pk) if case else None
    if case is None or blocks.is_hidden(case.account_id):  # also when the block came after the opening
        raise Http404
    if opened is None:  # never opened is as unknown; what was open and is over says so
        if not Emergency.objects.filter(staff=member.pk, case=case.pk).exists():
            raise Http404
        return render(request, "cases/desk_emergency_over.html", {"reference": reference}, status=403)
    service = case.begun_on.in_language(get_language() or "de")
    actions.look_in_emergency(actor, case, service, FIELDS, opened.pk)
    known = file.context(member, case, service)
    shown = {name: known[name] for name in ("sections", "thread")}
    context = {"case": case, "service": service, "words": listing.for_desk(case.status), "opened": opened, **shown}
    return render(request, "cases/desk_emergency_case.html", context)
