"""What the pages share: finding things without telling that they exist, buttons that answer, numbers from the address."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts import draft_cookie, throttle
from stadtkern.kernel.accounts.access import Actor, actor_of, staff
from stadtkern.kernel.accounts.models import DESK_ROLES

from ..actions import ChangedMeanwhile, Refused
from ..actions.guard import MOST_WRITES, written_lately
from ..models import Contribution, Phase, Process, ProcessQuerySet

HOUR = 3600
TOO_MANY = "participation.write"
View = Callable[..., HttpResponseBase]


def clerk(view: View) -> View:
    """Whoever works on cases of an office; which process is theirs is asked of each row."""
    return staff(*DESK_ROLES)(view)


def process_of(request: HttpRequest, key: str) -> Process:
    """The process with its phases, where this reader may know of it; 404 otherwise."""
    return get_object_or_404(_with_phases(Process.objects.visible_to(actor_of(request))), key=key)


def own_process(request: HttpRequest, key: str) -> Process:
    """A process of this clerk's office; 404 otherwise."""
    return get_object_or_404(_with_phases(Process.objects.run_by(actor_of(request))), key=key)


def _with_phases(rows: ProcessQuerySet) -> ProcessQuerySet:
    phases = Prefetch("phases", Phase.objects.order_by("starts_at", "pk"))
    return rows.select_related("office").prefetch_related(phases, "categories")


def contribution_of(request: HttpRequest, key: str, reference: str) -> Contribution:
    """A contribution of this process that this reader may read; 404 otherwise."""
    rows = Contribution.objects.visible_to(actor_of(request)).select_related("process__office", "category")
    return get_object_or_404(rows.defer("search"), process__key=key, reference=reference.upper())


def page_of(row: Contribution) -> HttpResponse:
    """Back to the contribution."""
    assert row.process is not None
    return redirect("participation:contribution", row.process.key, row.reference)


def pressed(request: HttpRequest, act: Callable[[], Any], said: str, back: HttpResponse) -> HttpResponse:
    """A button: run the action, go back, say what happened or why not; who must sign in is led there and back."""
    try:
        act()
    except ObjectDoesNotExist:
        raise Http404 from None  # gone since the page was loaded
    except ChangedMeanwhile:
        raise  # the page that shows the new text answers
    except Refused as refused:
        if refused.sign_in and actor_of(request).account is None:
            return redirect_to_login(back["Location"])
        messages.warning(request, str(refused))
    else:
        if said:
            messages.success(request, said)
    return back


def number(text: str | None, most: int = 2000) -> int:
    """A page number from the address; 1 for anything else."""
    given = text or ""
    return min(int(given), most) if given.isascii() and given.isdigit() and 0 < len(given) < 10 and int(given) > 0 else 1


def word(request: HttpRequest, name: str, most: int = 100) -> str:
    """A word from the address that PostgreSQL can be asked for."""
    return request.GET.get(name, "").replace("\x00", "").encode("utf-8", "ignore").decode()[:most]


def too_many(request: HttpRequest) -> str:
    """A sentence when there were too many texts of this person in an hour (or of this network, where nobody is), else ""."""
    account = actor_of(request).account
    written = written_lately(account) if account is not None else counted(request, TOO_MANY, HOUR) - 1
    if written >= MOST_WRITES:
        return _("Von hier kamen in der letzten Stunde sehr viele Texte. Bitte warten Sie eine Stunde. Ihr Text steht noch da.")
    return ""


def counted(request: HttpRequest, door: str, window: int) -> int:
    """One more of this network at this door; 0 where the server was not told the network: everybody would be one."""
    network = throttle.network_of(request)
    return throttle.count(f"{door}:{network}", window) if network else 0


def browser_key(request: HttpRequest, actor: Actor) -> str:
    """The digest by which a browser without an account finds again what it sent; "" without its cookie."""
    keys = draft_cookie.keys_of(request)
    return keys[0] if keys and actor.owner is None else ""
