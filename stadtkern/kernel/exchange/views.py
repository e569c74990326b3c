"""The callback of the delivery service, the clerks' list of what their office handed over, and the operator's page."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from stadtkern.kernel.accounts.access import actor_of, everyone, staff
from stadtkern.kernel.accounts.models import Role
from stadtkern.kernel.cases.actions import look_at_list
from stadtkern.kernel.cases.models import Case
from stadtkern.kernel.city.profile import city
from stadtkern.lib.fitconnect import callbacks

from . import actions, reactions
from .adapters import adapter
from .models import Destination, Reception, Transmission

MOST = 100
MOST_BODY = 1_000_000
operators = staff(Role.OPERATOR)
clerks = staff(Role.CLERK, Role.LEAD)


@csrf_exempt
@everyone
@require_POST
def callback(request: HttpRequest) -> HttpResponse:
    """The service says that something is new. Checked by HMAC and time; what is new is fetched by a job, never believed."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdigit() or int(length) > MOST_BODY:
        return HttpResponse(status=413)
    signature = request.headers.get("callback-authentication", "")
    try:
        callbacks.check(adapter().callback_secret(), request.headers.get("callback-timestamp", ""), signature, request.body)
    except callbacks.CallbackRefused:
        return HttpResponse(status=401)
    if actions.hear(signature):
        reactions.look_soon()
    return HttpResponse(status=200)


@clerks
def desk(request: HttpRequest) -> HttpResponse:
    """What this office handed to other authorities, what came back first."""
    actor = actor_of(request)
    rows = list(Transmission.objects.of_desk(actor).select_related("case").order_by("-pk")[:MOST])
    look_at_list(actor, [{"id": row.case_id, "account": row.case.account_id} for row in rows])
    trouble = {Transmission.State.REJECTED, Transmission.State.FAILED}
    shown = sorted(rows, key=lambda row: row.state not in trouble)
    return render(request, "exchange/desk.html", {"rows": shown, "most": MOST})


@clerks
def again(request: HttpRequest, reference: str) -> HttpResponse:
    """Hand a case over once more after it came back."""
    actor = actor_of(request)
    assert actor.staff is not None
    case = get_object_or_404(Case.objects.of_office(actor.staff), reference=reference)
    if request.method != "POST":
        return redirect("exchange:desk")
    row = actions.send_again(case.pk, actor)
    if row is None:
        messages.warning(request, _("Dieser Vorgang wird nicht an eine andere Behörde übergeben."))
    else:
        reactions.wake_sender(row.pk)
        messages.info(request, _("Der Antrag wird noch einmal übergeben."))
    return redirect("exchange:desk")


@operators
def operate(request: HttpRequest) -> HttpResponse:
    """The state of the connection, of everything on its way and everything that came; no content, only numbers."""
    going = list(Transmission.objects.select_related("case").order_by("next_try_at", "-pk")[:MOST])
    coming = list(Reception.objects.select_related("case").order_by("next_try_at", "-pk")[:MOST])
    shown = [case for case in [*(row.case for row in going), *(row.case for row in coming)] if case]
    look_at_list(actor_of(request), [{"id": case.pk, "account": case.account_id} for case in shown], purpose="operation")
    context = {
        "adapter": city().adapters.get("exchange", "demo"),
        "missing": adapter().state(),
        "destinations": Destination.objects.all()[:MOST],
        "going": going,
        "coming": coming,
        "sample": settings.DEMO and city().adapters.get("exchange", "demo") == "demo",
    }
    return render(request, "exchange/operate.html", context)


@operators
@require_POST
def try_transmission(request: HttpRequest, pk: int) -> HttpResponse:
    """Do not wait for the next try."""
    if row := Transmission.objects.filter(pk=pk, next_try_at__isnull=False).first():
        actions.try_now(row, actor_of(request))
        reactions.wake_sender(row.pk)
    return redirect("exchange:operate")


@operators
@require_POST
def try_reception(request: HttpRequest, pk: int) -> HttpResponse:
    """Do not wait for the next try."""
    if row := Reception.objects.filter(pk=pk, next_try_at__isnull=False).first():
        actions.try_now(row, actor_of(request))
        reactions.wake_receiver(row.pk)
    return redirect("exchange:operate")


@operators
@require_POST
def sample(request: HttpRequest) -> HttpResponse:
    """In the demo: the Land's online service delivers an application to this city."""
    if settings.DEMO and city().adapters.get("exchange", "demo") == "demo":
        reactions.sample.defer()
        messages.info(request, _("Der Probe-Antrag ist unterwegs. In etwa einer Minute liegt er beim Ordnungsamt."))
    return redirect("exchange:operate")
