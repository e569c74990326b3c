"""Pages: for whom one acts, who acts for oneself, invitations; and the clerk's page for guardians."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from . import throttle
from .access import Actor, actor_of, signed_in, staff
from .actions import act_for, mandates
from .actions.mandates import Human
from .models import Account, Company, Mandate, Membership, Role, Trust
from .stepup import require, safe_next

# What rooms above know: filled once at start by site/wiring.py.
CHILDREN: list[Callable[[Actor], list[Human]]] = []  # of a parent who proved who they are
FIND: list[Callable[[str, str, date], Any]] = []  # register key of a person named by a document
SERVICES: list[Callable[[], list[tuple[str, str]]]] = []  # key and title of what one may be sent for
WRONG_CODES, WINDOW = 5, 900  # attempts per account, seconds


def _account(request: HttpRequest) -> Account:
    account = actor_of(request).account
    assert account is not None  # every view here is for signed-in people
    return account


def _titles() -> dict[str, str]:
    return dict(SERVICES[0]()) if SERVICES else {}


def _told(rows: list[Mandate]) -> list[dict[str, Any]]:
    titles = _titles() if any(row.services for row in rows) else {}
    return [{"row": row, "services": ", ".join(titles.get(key, key) for key in row.services)} for row in rows]


@signed_in
@never_cache
def represent(request: HttpRequest) -> HttpResponse:
    """For whom one may act, for whom one acts now, and who acts for oneself."""
    return _page(request)


def _page(request: HttpRequest, status: int = 200, **more: Any) -> HttpResponse:
    account = _account(request)
    mine = Mandate.objects.under(account).order_by("title", "pk")[:200]
    given = Mandate.objects.told_to(account).select_related("agent", "granted_by", "company").order_by("-pk")[:100]
    memberships = Membership.objects.filter(account=account).select_related("company").order_by("company__name")[:200]
    context = {
        "mandates": _told(list(mine)),
        "given": _told(list(given)),
        "memberships": memberships,
        "owned": [one for one in memberships if one.role == Membership.Role.OWNER],
        "services": _titles().items(),
        "may_have_children": actor_of(request).register_key is not None and not actor_of(request).mandate,
        "next": safe_next(request, default=""),
        "typed": {},
        **more,
    }
    return render(request, "accounts/companies.html", context, status=status)


@signed_in
@require_POST
def switch(request: HttpRequest) -> HttpResponse:
    """Act under a mandate, for a company, or for oneself again."""
    chosen = request.POST.get("for") or (f"company:{request.POST['company']}" if request.POST.get("company") else "")
    kind, _colon, number = chosen.partition(":")
    key = int(number) if number.isascii() and number.isdecimal() and len(number) < 18 else 0
    account = _account(request)
    if kind == "mandate":
        row = get_object_or_404(Mandate.objects.under(account), pk=key)
        mandates.act_under(request, row)
        messages.info(request, _("Sie handeln jetzt für %(name)s.") % {"name": row.title})
        return redirect(safe_next(request))
    company = None
    if kind == "company":
        company = get_object_or_404(Company, pk=key, pk__in=Membership.objects.filter(account=account).values("company"))
    act_for(request, company)
    name = {"name": company.name} if company else {}
    messages.info(request, _("Sie handeln jetzt für %(name)s.") % name if company else _("Sie handeln wieder für sich selbst."))
    return redirect(safe_next(request))


def _day(given: str) -> date | None:
    """A day as people or browsers write it; None for anything else."""
    for pattern in ("%d.%m.%Y", "%Y-%m-%d"):
        try:
            return datetime.strptime(given.strip(), pattern).date()
        except ValueError:
            continue
    return None


def _until(request: HttpRequest) -> date | None:
    """The day typed; Refused where it is none."""
    given = request.POST.get("until", "").strip()
    if given and _day(given) is None:
        raise mandates.Refused(_("Geben Sie das Ende als Datum an, zum Beispiel 31.12.2027."))
    return _day(given)


def _services(request: HttpRequest) -> list[str]:
    known = _titles()
    return [key for key in request.POST.getlist("services") if key in known]


@signed_in
@require_POST
def grant(request: HttpRequest) -> HttpResponse:
    """Let somebody else act; they get a code by e-mail. The answer is the same whether they have an account or not."""
    account, typed = (
        _account(request),
        {"email": request.POST.get("email", "")[:200], "until": request.POST.get("until", "")[:20]},
    )
    owned = Membership.objects.filter(account=account, role=Membership.Role.OWNER).values("company")
    number = request.POST.get("company", "")
    company = None
    if number:
        key = int(number) if number.isascii() and number.isdecimal() and len(number) < 18 else 0
        company = get_object_or_404(Company, pk=key, pk__in=owned)
    try:
        if request.POST.get("scope") == "some" and not _services(request):
            raise mandates.Refused(_("Kreuzen Sie mindestens eine Leistung an, oder erlauben Sie alle."))
        services = _services(request) if request.POST.get("scope") == "some" else []
        mandates.invite(
            actor_of(request), email=typed["email"].replace("\0", ""), until=_until(request), services=services, company=company
        )
    except mandates.Refused as refused:
        return _page(request, 422, wrong=str(refused), typed=typed)
    text = _("Wir haben einen Code an %(email)s geschickt. Die Vertretung gilt, sobald die Person ihn hier eingibt.")
    messages.info(request, text % {"email": typed["email"]})
    return redirect("accounts:companies")


@signed_in
@require_POST
def accept(request: HttpRequest) -> HttpResponse:
    """The invited person types the code."""
    counter = f"accounts:mandate-codes:{_account(request).pk}"
    if int(cache.get(counter, 0)) >= WRONG_CODES:
        return _page(request, 429, wrong_code=_("Das waren zu viele Versuche. Warten Sie eine Viertelstunde."))
    try:
        row = mandates.accept(actor_of(request), request.POST.get("code", ""))
    except mandates.BadCode:
        throttle.count(counter, WINDOW)
        text = _(
            "Dieser Code gilt nicht für Ihr Konto. Prüfen Sie ihn, und melden Sie sich mit der Adresse an, an die er ging."
        )
        return _page(request, 422, wrong_code=text)
    messages.info(request, _("Sie dürfen jetzt für %(name)s handeln.") % {"name": row.title})
    return redirect("accounts:companies")


@signed_in
@require_POST
def revoke(request: HttpRequest, number: int) -> HttpResponse:
    actor = actor_of(request)
    row = Mandate.objects.select_related("company").filter(pk=number).first()
    if row is None or not mandates.may_revoke(actor, row):
        get_object_or_404(Mandate, pk=None)
    assert row is not None
    mandates.revoke(actor, row)
    messages.info(request, _("Die Vertretung ist beendet. Ab sofort sieht und tut die Person nichts mehr in diesem Namen."))
    return redirect("accounts:wards" if row.kind == Mandate.Kind.WARD and actor.staff else "accounts:companies")


@signed_in
@never_cache
def children(request: HttpRequest) -> HttpResponse:
    """Children by the register, after a proof of who the parent is; each is confirmed once."""
    if (detour := require(request, Trust.SUBSTANTIAL)) is not None:
        return detour
    actor = actor_of(request)
    found = CHILDREN[0](actor) if CHILDREN and not actor.mandate else []
    if request.method == "POST":
        chosen = next((child for child in found if str(child.register_key) == request.POST.get("child")), None)
        if chosen is None:
            get_object_or_404(Mandate, pk=None)
        assert chosen is not None
        row = mandates.confirm_child(actor, chosen)
        messages.info(request, _("Sie dürfen jetzt für %(name)s handeln.") % {"name": row.title})
        return redirect("accounts:companies")
    known = set(Mandate.objects.under(_account(request)).filter(kind=Mandate.Kind.CHILD).values_list("register_key", flat=True))
    return render(request, "accounts/children.html", {"children": [(one, one.register_key in known) for one in found]})


@staff(Role.CLERK, Role.LEAD)
@never_cache
def wards(request: HttpRequest) -> HttpResponse:
    """A guardian showed the court's document at the desk."""
    fields = ("given_names", "family_name", "birth_date", "reference", "until", "email")
    typed = {name: request.POST.get(name, "").replace("\0", "").strip()[:200] for name in fields}
    context: dict[str, Any] = {"typed": typed, "services": _titles().items()}
    if request.method == "POST":
        try:
            row = mandates.enter_ward(
                actor_of(request), _human(typed), email=typed["email"], reference=typed["reference"], until=_until(request),
                services=_services(request),
            )  # fmt: skip
        except mandates.Refused as refused:
            return _wards(request, context | {"wrong": str(refused)}, 422)
        messages.info(
            request, _("Eingetragen. Die Vertretung von %(name)s gilt, sobald der Code eingegeben ist.") % {"name": row.title}
        )
        return redirect("accounts:wards")
    return _wards(request, context)


def _wards(request: HttpRequest, context: dict[str, Any], status: int = 200) -> HttpResponse:
    mine = Mandate.objects.filter(kind=Mandate.Kind.WARD, granted_by=_account(request)).order_by("-pk")[:20]
    return render(request, "accounts/wards.html", context | {"entered": mine}, status=status)


def _human(typed: dict[str, str]) -> Human:
    born = _day(typed["birth_date"])
    if born is None:
        raise mandates.Refused(_("Geben Sie das Geburtsdatum an, zum Beispiel 02.03.1941."))
    key = FIND[0](typed["given_names"], typed["family_name"], born) if FIND else None
    return Human(typed["given_names"], typed["family_name"], born, key)
