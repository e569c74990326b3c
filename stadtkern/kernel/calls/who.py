"""Who may take part: the person of the appointment (signed in, or by its link), and the clerks of the place's office."""

from dataclasses import dataclass

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import reverse

from stadtkern.kernel.accounts.access import Actor, actor_of
from stadtkern.kernel.accounts.models import DESK_ROLES
from stadtkern.kernel.appointments import reach
from stadtkern.kernel.appointments.models import Appointment
from stadtkern.lib import ids

from .models import Role

COOKIE = "stadtkern_video"  # a secret of this browser, and the appointments whose link was opened in it
SALT = "calls.browser"
HOURS = 12
MOST = 5
LARGEST = 2**63 - 1


def address_of(appointment: Appointment) -> str:
    """Where a video appointment is held; for the pages of the appointment, which are below this room (site/wiring.py)."""
    return reverse("calls:room", args=[appointment.pk])


@dataclass(frozen=True)
class Participant:
    """One side of a video appointment."""

    appointment: Appointment
    role: Role
    actor: Actor
    holder: str  # what the database knows of this browser; "" before it has a cookie

    @property
    def is_staff(self) -> bool:
        return self.role == Role.STAFF


def participant(request: HttpRequest, pk: int) -> Participant:
    """The side this reader is on; for everybody else the appointment does not exist (404)."""
    actor = actor_of(request)
    rows = Appointment.objects.filter(channel="video").exclude(status="HELD").select_related("place__office", "matter")
    appointment = rows.filter(pk=min(pk, LARGEST)).first()
    if appointment is None:
        raise Http404
    secret, passes = _held(request)
    holder = ids.digest(f"{secret}:{appointment.pk}") if secret else ""
    if appointment.pk in passes or _is_own(request, actor, appointment):
        return Participant(appointment, Role.CITIZEN, actor, holder)
    member = actor.staff
    if member and member.role in DESK_ROLES and member.office_id == appointment.place.office_id:
        return Participant(appointment, Role.STAFF, actor, holder)
    raise Http404


def _is_own(request: HttpRequest, actor: Actor, appointment: Appointment) -> bool:
    """By account, by the browser that booked it, or because the link of the appointment was opened here."""
    if appointment.code_digest in [ids.digest(code) for code in reach.codes(request)]:
        return True
    rows = Appointment.objects.visible_to(actor, reach.holder_of(actor))
    return rows.filter(pk=appointment.pk).exists()


def admit(request: HttpRequest, response: HttpResponseBase, appointment: Appointment, *, by_link: bool) -> str:
    """Give the browser its secret, and the pass if it came by the link; returns what the database may know of it."""
    secret, passes = _held(request)
    secret = secret or ids.secret()
    if by_link:
        passes = [appointment.pk, *(pk for pk in passes if pk != appointment.pk)][:MOST]
    response.set_signed_cookie(
        COOKIE,
        "|".join([secret, *map(str, passes)]),
        salt=SALT,
        max_age=HOURS * 3600,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
        path="/video/",
    )
    return ids.digest(f"{secret}:{appointment.pk}")


def _held(request: HttpRequest) -> tuple[str, list[int]]:
    text: str | None = request.get_signed_cookie(COOKIE, default=None, salt=SALT, max_age=HOURS * 3600)
    secret, *passes = (text or "").split("|")
    return secret, [int(one) for one in passes if one.isdigit()]
