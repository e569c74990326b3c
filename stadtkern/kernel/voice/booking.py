"""The world of a talk as it is: catalogue, free times, holds and bookings of this city."""

from collections.abc import Callable
from datetime import datetime

from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.appointments import actions
from stadtkern.kernel.appointments.models import Appointment, Counter, Matter, Place
from stadtkern.kernel.appointments.refusals import Refused
from stadtkern.kernel.appointments.wish import Wish
from stadtkern.kernel.city.models import Office
from stadtkern.kernel.city.profile import city
from stadtkern.kernel.services import catalogue
from stadtkern.kernel.services.directory import books
from stadtkern.kernel.services.directory.responsibility import responsible_office
from stadtkern.lib.when import Window, read

from . import ears
from .dialogue import Booked, Hold, Offer, Refusal
from .dialogue.world import Wanted
from .suggest import suggest
from .understanding.targets import Target
from .understanding.wish import Understanding, understand


class CityWorld:
    """For one actor and the key under which times are held for them."""

    def __init__(self, actor: Actor, holder: str, *, by_page: bool, clock: Callable[[], datetime] = timezone.localtime) -> None:
        self.actor, self.holder, self.by_page = actor, holder, by_page  # by_page: details are entered on a page
        self.clock = clock
        self.ear = ears.ear()

    def now(self) -> datetime:
        """Local."""
        return self.clock()

    def understand(self, text: str) -> Understanding:
        """Over everything this city has."""
        return understand(text, now=self.now(), land=city().state, ear=self.ear, places=ears.places())

    def read_when(self, text: str) -> Window:
        """Seen from now."""
        return read(text, self.now(), city().state).window

    def target(self, key: str) -> Target | None:
        """None for what is gone meanwhile."""
        return next((one for one in self.ear.targets if one.key == key), None)

    def offers(self, wanted: Wanted, skip: int) -> tuple[list[Offer], str]:
        """Free now; nothing is held by it."""
        try:
            found, note = suggest(_wish(wanted), wanted.window, skip, self.now())
        except Refused as refused:
            raise Refusal(str(refused)) from refused
        notes = [*wanted.window.notes, *([note] if note else [])]
        return [Offer(one.place.key, one.place.title, one.starts_at.isoformat(), one.minutes) for one in found], " ".join(notes)

    def hold(self, wanted: Wanted, offer: Offer) -> Hold:
        """For some minutes."""
        place = Place.objects.filter(key=offer.place, active=True).first()
        if place is None:
            raise Refusal("Diesen Ort gibt es nicht mehr.")
        try:
            row = actions.hold(self.actor, _wish(wanted), place, offer.starts_at, holder=self.holder)
        except Refused as refused:
            raise Refusal(str(refused)) from refused
        return Hold(row.number)

    def release(self, number: str) -> None:
        """Only what this talk holds."""
        row = self._held(number)
        if row is not None and row.status == Appointment.Status.HELD:
            actions.cancel(self.actor, row)

    def confirm(self, number: str, name: str, phone: str) -> Booked:
        """Only what this talk holds."""
        row = self._held(number)
        if row is None:
            raise Refusal("Die Reservierung ist abgelaufen. Wählen Sie bitte noch einmal.")
        email = self.actor.account.mail if self.actor.account else ""
        try:
            row = actions.confirm(self.actor, row, name=name, email=email, phone=phone)
        except Refused as refused:
            raise Refusal(str(refused)) from refused
        return Booked(row.number, _page("appointments:show", row.number) if self.by_page else "")

    def details(self, number: str) -> str:
        """A page asks a visitor for name and address of e-mail; known people confirm here, callers say their name."""
        return _page("appointments:data", number) if self.by_page and not self.actor.account else ""

    def address(self, target: Target) -> tuple[str, str]:
        """The service's page, or the entry's."""
        if target.service:
            return reverse("services:page", args=[target.service]), target.title
        return reverse("services:entry", args=[target.entries[0]]), target.title

    def human(self, target: Target | None) -> tuple[str, str]:
        """The office in charge, else the city."""
        office = _office(target) if target else None
        if office and office.phone:
            return office.title, office.phone
        return city().name, city().contact.get("phone", "115")

    def place_titles(self, keys: tuple[str, ...]) -> list[str]:
        """In the order asked for."""
        known = dict(ears.places())
        return [known[key] for key in keys if key in known]

    @property
    def name(self) -> str:
        """As the account knows it."""
        return (self.actor.owner or self.actor.account).name if self.actor.account else ""

    def _held(self, number: str) -> Appointment | None:
        return Appointment.objects.filter(number=number, holder=self.holder).first() if self.holder else None


def _wish(wanted: Wanted) -> Wish:
    matters = [one.matter for one in (wanted.target, wanted.also) if one]
    return Wish(tuple((matter, wanted.persons) for matter in matters), wanted.channel, wanted.places)


def _office(target: Target) -> Office | None:
    if target.matter:
        counter = (
            Counter.objects.filter(matters__in=Matter.objects.filter(key=target.matter), active=True)
            .select_related("place__office")
            .first()
        )
        if counter:
            return counter.place.office
    key = ""
    if target.service and (service := catalogue.all_services().get(target.service)):
        key = service.office
    elif target.entries and (entry := books.entries().get(target.entries[0])):
        key = responsible_office(entry, "") or ""
    return Office.objects.filter(key=key).first() if key else None


def _page(name: str, *args: str) -> str:
    try:
        return reverse(name, args=args)
    except NoReverseMatch:  # the residents' pages are not installed
        return ""
