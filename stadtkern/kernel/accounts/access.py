"""Who may: the actor of a request, and the declaration every view must carry (deny by default)."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from . import draft_cookie
from .models import Account, Company, Mandate, Role, Staff, Trust

View = Callable[..., HttpResponseBase]


@dataclass(frozen=True)
class Actor:
    """Who acts in this request: nobody, a citizen (perhaps for somebody else), or a member of staff."""

    account: Account | None = None
    staff: Staff | None = None
    company: Company | None = None
    trust: Trust = Trust.NONE
    draft_keys: tuple[str, ...] = ()  # keys of anonymous drafts this browser holds
    mandate: Mandate | None = None  # live; acting under it one sees only what was made under it

    @property
    def key(self) -> str:
        """For the diary: an id, never a name."""
        if self.staff:
            return f"staff:{self.staff.pk}"
        return f"account:{self.account.pk}" if self.account else "anonymous"

    @property
    def owner(self) -> Account | None:
        """Whose case it is: of the person acted for, else of the one who acts (also for a company)."""
        return self.mandate.principal if self.mandate and self.mandate.principal else self.account

    @property
    def register_key(self) -> uuid.UUID | None:
        """Whom registers are asked about: oneself; a child or ward acted for; nobody else acted for."""
        if self.mandate:
            return self.mandate.register_key
        person = getattr(self.account, "person", None)
        return person.register_key if person else None


SYSTEM = "system"  # actor string of jobs and reactions


def actor_of(request: HttpRequest) -> Actor:
    """The actor, built once per request (one query for a signed-in citizen, none for a visitor)."""
    if not hasattr(request, "_actor"):
        request._actor = _build(request)  # type: ignore[attr-defined]
    actor: Actor = request._actor  # type: ignore[attr-defined]
    return actor


def _build(request: HttpRequest) -> Actor:
    drafts = draft_cookie.keys_of(request)
    if not request.user.is_authenticated:
        return Actor(draft_keys=drafts)
    account = request.user  # loaded with staff, office and person by sign_in.Backend: no further query
    company = None
    if company_id := request.session.get("acting_for"):
        company = Company.objects.filter(pk=company_id, pk__in=account.memberships.values("company")).first()
    member = None if lacks_second_factor(request) else getattr(account, "staff", None)
    if mandate_id := request.session.get("mandate"):
        mandate = Mandate.objects.under(account).select_related("principal__person", "company").filter(pk=mandate_id).first()
        if mandate:  # nobody is a clerk while acting for somebody else
            return Actor(account, None, mandate.company, _trust(request), (), mandate)
        request._mandate_over = mandate_id  # type: ignore[attr-defined]
    return Actor(account, member, company, _trust(request), drafts)


def lacks_second_factor(request: HttpRequest) -> bool:
    """A clerk who signed in by password alone is a citizen until the second factor was shown (always so in production)."""
    if not settings.STAFF_SECOND_FACTOR or getattr(request.user, "staff", None) is None:
        return False
    shown = request.session.get("account_authentication_methods", [])  # written by allauth at every proof
    return not any(proof.get("method") == "mfa" for proof in shown)


def _trust(request: HttpRequest) -> Trust:
    """A password or passkey is worth BASIC; more only as long as the proof is fresh (actions.raise_trust)."""
    if request.session.get("trust_until", 0) > timezone.now().timestamp():
        return Trust(request.session.get("trust", Trust.BASIC))
    return Trust.BASIC


def everyone(view: View) -> View:
    """Open to visitors."""
    return _declare(view, "everyone", lambda actor: True)


def light(view: View) -> View:
    """Open to visitors, and nobody asks who they are: no session is loaded. For the pages of a queue."""
    view.access = "everyone"  # type: ignore[attr-defined]
    return view


def signed_in(view: View) -> View:
    """Any account; visitors are sent to sign in."""
    return _declare(view, "signed_in", lambda actor: actor.account is not None)


def staff(*roles: Role, office: str = "") -> Callable[[View], View]:
    """Members of staff, all or with one of these roles (and of this office); everybody else gets 403 (visitors: sign in)."""

    def decorate(view: View) -> View:
        wanted = set(roles)

        def may(actor: Actor) -> bool:
            member = actor.staff
            if member is None or (office and member.office.key != office):
                return False
            return not wanted or Role(member.role) in wanted

        return _declare(view, "staff" + "".join(f":{role.value}" for role in roles) + (office and f"@{office}"), may)

    return decorate


def _declare(view: View, name: str, may: Callable[[Actor], bool]) -> View:
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        actor = actor_of(request)
        if hasattr(request, "_mandate_over"):
            return _mandate_over(request)
        if not may(actor):
            if actor.account is None:
                return redirect_to_login(request.get_full_path())
            if lacks_second_factor(request):
                return ask_second_factor(request)
            raise PermissionDenied
        return view(request, *args, **kwargs)

    guarded.access = name  # type: ignore[attr-defined]
    return guarded


def ask_second_factor(request: HttpRequest) -> HttpResponse:
    """Where the workplace wants more than a password: to the page where it is set up."""
    text = _("Ihr Arbeitsplatz verlangt einen zweiten Schritt. Richten Sie ihn hier ein, und melden Sie sich danach neu an.")
    messages.warning(request, text)
    return redirect("mfa_index")


class DenyByDefault:
    """Middleware: a view that does not declare who may is not served. Third-party views are declared in settings."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: View, args: Any, kwargs: Any) -> HttpResponseBase | None:
        declared = access_of(view)
        if declared is None:
            raise PermissionDenied(f"{_name(view)} declares no access")
        # Our own views guard themselves; a package's view is guarded here.
        if declared != "everyone" and not hasattr(view, "access") and actor_of(request).account is None:
            return redirect_to_login(request.get_full_path())
        return None


def _mandate_over(request: HttpRequest) -> HttpResponseBase:
    """The mandate ended while somebody was at work: say so before anything happens in the wrong name."""
    over = Mandate.objects.filter(pk=request.session.pop("mandate")).first()
    text = _(
        "Sie handeln nicht mehr für %(name)s: Die Vertretung ist beendet. Was Sie bis dahin gespeichert oder abgeschickt "
        "haben, ist nicht verloren; es gehört %(name)s. Ab jetzt handeln Sie wieder für sich selbst."
    )
    messages.warning(request, text % {"name": over.title if over else _("jemand anderen")})
    return redirect("accounts:companies")


def access_of(view: View) -> str | None:
    """The declared access of a view; third-party packages are declared once by name in settings."""
    if declared := getattr(view, "access", None):
        return str(declared)
    foreign: dict[str, str] = settings.FOREIGN_VIEWS
    known = [prefix for prefix in foreign if f"{_name(view)}.".startswith(f"{prefix}.")]
    return foreign[max(known, key=len)] if known else None


def _name(view: View) -> str:
    """Dotted path of a view; of the class behind `as_view()`, of the function behind a partial."""
    real = getattr(view, "view_class", None) or getattr(view, "func", view)
    return f"{getattr(real, '__module__', '')}.{getattr(real, '__qualname__', type(real).__qualname__)}"
