"""The clerks' pages: which document needs a hand, and one document from the counter to the pocket."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from stadtkern.kernel.accounts.access import actor_of, staff
from stadtkern.kernel.accounts.models import DESK_ROLES, Role, Staff
from stadtkern.kernel.cases import actions as cases
from stadtkern.kernel.cases.models import Case
from stadtkern.kernel.cases.models import Status as CaseStatus
from stadtkern.kernel.cases.text import service_title, status_of

from .. import actions
from ..adapters import has_locker
from ..models import Order
from .track import stages_of, words_of

PAGE = 50
Status = Order.Status
VIEWS = {
    "tun": (gettext_lazy("Zu tun"), [Status.ARRIVED, Status.REJECTED, Status.WANTED]),
    "hersteller": (gettext_lazy("Beim Hersteller"), [Status.ORDERED, Status.IN_PRODUCTION, Status.SENT]),
    "bereit": (gettext_lazy("Zur Abholung"), [Status.READY]),
}
View = Callable[..., HttpResponseBase]


def clerks(view: View) -> View:
    """Clerks and leads; never kept by a cache."""
    return staff(Role.CLERK, Role.LEAD)(never_cache(view))


@clerks
def overview(request: HttpRequest) -> HttpResponse:
    """What waits for a hand in this office, oldest first."""
    member = _member(request)
    chosen = request.GET.get("ansicht", "tun")
    _title, wanted = VIEWS.get(chosen, VIEWS["tun"])
    rows = Order.objects.of_office(member).filter(status__in=wanted).select_related("case").order_by("pk")[:PAGE]
    orders = list(rows)
    cases.look_at_list(actor_of(request), [{"id": row.case_id, "account": row.case.account_id} for row in orders])
    context = {
        "orders": [{"order": row, "words": words_of(row), "title": service_title(row.case.service)} for row in orders],
        "views": [(key, title) for key, (title, _wanted) in VIEWS.items()],
        "chosen": chosen if chosen in VIEWS else "tun",
    }
    return render(request, "administration/papers.html", context)


@clerks
def paper(request: HttpRequest, reference: str) -> HttpResponse:
    """One application: take in what is needed, order, count in, lay out, hand over."""
    return _show(request, _case(request, reference))


@clerks
@require_POST
def act(request: HttpRequest, reference: str) -> HttpResponse:
    """One button of this page; a refusal says why."""
    case = _case(request, reference)
    try:
        said = _do(request, case)
    except actions.Refused as refused:
        return _show(request, _case(request, reference), str(refused), 409)
    messages.success(request, said)
    return redirect("administration:paper", case.reference)


def _do(request: HttpRequest, case: Case) -> str:
    actor, button = actor_of(request), request.POST.get("_do", "")
    if button == "accept":
        actions.accept(actor, case, request.POST.getlist("tick"))
        return _("Angenommen. Die Bestellung geht jetzt an den Hersteller.")
    order = Order.objects.filter(case=case).first()
    if order is None:
        raise actions.Refused(_("Es ist noch nichts bestellt."))
    if button == "again":
        actions.order_again(actor, order)
        return _("Noch einmal bestellt.")
    if button in ("ordered", "delivered"):
        actions.enter_by_hand(actor, order, button)
        return _("Eingetragen.")
    if button in ("counter", "locker"):
        actions.lay_out(actor, order, button)
        return _("Bereit zur Abholung. Die Person hat Bescheid bekommen.") if case.account_id else _("Bereit zur Abholung.")
    if button == "hand_over":
        actions.hand_over(actor, order)
        return _("Ausgegeben. Der Vorgang wird abgeschlossen.")
    raise actions.Refused(_("Diesen Knopf gibt es hier nicht."))


def _show(request: HttpRequest, case: Case, refused: str = "", status: int = 200) -> HttpResponse:
    service = case.begun_on
    cases.look(actor_of(request), case, service)
    order = Order.objects.filter(case=case).first()
    open_to_accept = case.status in (CaseStatus.IN_REVIEW, CaseStatus.DECIDED) and order is None
    context: dict[str, Any] = {
        "case": case,
        "service": service,
        "order": order,
        "words": words_of(order) if order else status_of(case),
        "stages": stages_of(order) if order else [],
        "ticks": [(key, actions.TICKS[key]) for key in actions.needed_ticks(case)] if open_to_accept else [],
        "ticked": request.POST.getlist("tick"),
        "wishes_locker": case.answers.get("pick_up") == "locker" and case.account_id is not None,
        "photo_code": case.answers.get("photo_code") or "",
        "may_use_locker": has_locker() and case.account_id is not None and case.answers.get("for_whom") != "child",
        "refused": refused,
    }
    return render(request, "administration/paper.html", context, status=status)


def _case(request: HttpRequest, reference: str) -> Case:
    rows = Case.objects.of_office(_member(request)).select_related("edition", "office", "account__person")
    case = rows.filter(reference=reference.upper().replace("\0", "")).defer("edition__files").first()
    if case is None or not case.begun_on.decision.handover:
        raise Http404
    return case


def _member(request: HttpRequest) -> Staff:
    member = actor_of(request).staff
    assert member is not None and member.role in DESK_ROLES  # every view here is for clerks
    return member
