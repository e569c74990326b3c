"""A ride in words for the person who takes it: how it stands, what to do next, what it cost and whether that was the offer."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from stadtkern.ui.words import clock, euro

from ..models import Ride
from .prices import Part, cents, estimate, from_rows, words

State = Ride.State
STATES = {
    State.ASKED: (gettext_lazy("wird geklärt"), "info"),
    State.HELD: (gettext_lazy("reserviert"), "success"),
    State.RIDING: (gettext_lazy("unterwegs"), "success"),
    State.PAUSED: (gettext_lazy("Pause"), "info"),
    State.ENDING: (gettext_lazy("wird beendet"), "info"),
    State.ENDED: (gettext_lazy("wird abgerechnet"), "info"),
    State.BILLED: (gettext_lazy("beendet"), "success"),
    State.UNBILLED: (gettext_lazy("nicht berechnet"), "info"),
    State.CANCELLED: (gettext_lazy("abgesagt"), "info"),
    State.EXPIRED: (gettext_lazy("abgelaufen"), "warning"),
    State.REFUSED: (gettext_lazy("nicht bekommen"), "warning"),
}
CATEGORIES = {
    "FARE": gettext_lazy("Fahrt"),
    "EXTRA_USAGE": gettext_lazy("Zusätzliche Nutzung"),
    "REFUND": gettext_lazy("Erstattung"),
    "CREDIT": gettext_lazy("Gutschrift"),
    "VOUCHER": gettext_lazy("Gutschein"),
}


@dataclass(frozen=True)
class Act:
    """A button: `page` is the name of the address it is sent to."""

    page: str
    label: str
    kind: str = "secondary"  # of kern-btn


@dataclass(frozen=True)
class Told:
    """One ride as its page shows it."""

    ride: Ride
    word: str
    level: str
    text: str
    acts: tuple[Act, ...]
    price: str  # of the offer
    waits: bool  # worth looking again
    under_way: bool
    number: str = ""  # on the vehicle


def tell(ride: Ride, now: datetime) -> Told:
    """Everything but the bill."""
    word, level = STATES[State(ride.state)]
    if ride.asked:
        word, level = gettext_lazy("wird geklärt"), "warning"
    acts = () if ride.asked else _acts(ride)
    waits = bool(ride.asked) or ride.state in (State.ASKED, State.ENDING, State.ENDED)
    under_way = ride.state in (State.RIDING, State.PAUSED, State.ENDING)
    price, shown = words(from_rows(ride.fare)), under_way or ride.state == State.HELD
    number = ride.vehicle if shown and not ride.vehicle.startswith("station:") else ""
    return Told(ride, str(word), level, _text(ride, now), acts, price, waits, under_way, number)


def _acts(ride: Ride) -> tuple[Act, ...]:
    """What one can do, the one thing most come for first."""
    cancel, finish = Act("ride_cancel", _("Reservierung absagen"), "tertiary"), Act("ride_finish", _("Fahrt beenden"))
    if ride.state == State.ASKED:
        return (cancel,)
    if ride.state == State.HELD:
        return (Act("ride_unlock", _("Entsperren und losfahren"), "primary"), cancel)
    if ride.state == State.RIDING:
        return (Act("ride_finish", _("Fahrt beenden"), "primary"), Act("ride_pause", _("Pause")))
    if ride.state == State.PAUSED:
        return (Act("ride_unlock", _("Weiterfahren"), "primary"), finish)
    return ()


def _text(ride: Ride, now: datetime) -> str:
    if ride.asked:
        return _silent(ride)
    if ride.state == State.HELD and ride.until:
        if ride.until <= now:
            return _("Die Zeit ist um. Wir fragen den Anbieter, ob das Fahrzeug noch für Sie da ist.")
        return _("Für Sie da bis %(when)s. Reservieren kostet nichts.") % {"when": clock(ride.until)}
    if ride.state in (State.RIDING, State.PAUSED) and ride.began_at:
        return _running(ride, now)
    if ride.state == State.ENDED and ride.held_cents is not None:
        return _("Die Rechnung des Anbieters ist ungewöhnlich hoch. Wir klären sie mit ihm, bevor Sie etwas bezahlen.")
    texts = {
        State.ASKED: _("Der Anbieter hat noch nicht geantwortet. Wir fragen jede Minute nach."),
        State.HELD: _("Für Sie reserviert. Reservieren kostet nichts."),
        State.ENDING: _("Der Anbieter prüft, ob das Fahrzeug richtig steht."),
        State.ENDED: _("Die Fahrt ist zu Ende. Der Anbieter rechnet sie noch ab; Sie müssen nichts tun."),
        State.UNBILLED: _("Sie bezahlen nichts: Vom Anbieter kam keine Rechnung, die wir annehmen konnten."),
        State.CANCELLED: _("Die Reservierung ist abgesagt. Es kostet nichts."),
        State.EXPIRED: _("Das Fahrzeug wurde nicht abgeholt. Es kostet nichts."),
        State.REFUSED: _("Das hat nicht geklappt. Es kostet nichts."),
    }
    return texts.get(State(ride.state), "")


def _silent(ride: Ride) -> str:
    why = _("Der Anbieter hat noch nicht geantwortet. Wir fragen jede Minute nach.")
    if ride.asked == "FINISH":
        return f"{why} " + _("Stellen Sie das Fahrzeug ab. Ist die Fahrt abgerechnet, bekommen Sie Post.")
    if ride.asked == "PAUSE":
        return f"{why} " + _("Schauen Sie, ob das Fahrzeug abgeschlossen ist.")
    return f"{why} " + _("Schauen Sie, ob das Fahrzeug offen ist. Ist es offen, können Sie losfahren.")


def _running(ride: Ride, now: datetime) -> str:
    began = ride.began_at or now
    stood = ride.paused_seconds + (int((now - ride.paused_at).total_seconds()) if ride.paused_at else 0)
    so_far = estimate(from_rows(ride.fare), max(0, int((now - began).total_seconds())), stood)
    text = _("Unterwegs seit %(when)s.") % {"when": clock(began)}
    if ride.paused_at:
        text += " " + _("Pause seit %(when)s; das Fahrzeug bleibt Ihres.") % {"when": clock(ride.paused_at)}
    if ride.finish_sent_at:
        text += " " + _("Die Fahrt ist noch nicht beendet. Stellen Sie das Fahrzeug woanders ab, und beenden Sie sie dann.")
    if so_far is not None:
        text += " " + _("Bis jetzt kostet es nach dem Angebot %(price)s.") % {"price": euro(so_far)}
    return text


@dataclass(frozen=True)
class Account:
    """The bill beside the offer."""

    lines: tuple[tuple[str, int], ...]
    total: int
    minutes: int | None
    differs: str  # what is not as it was offered; "" where all is
    left_out: bool


def account(ride: Ride) -> Account | None:
    """The provider's bill; None before there is one."""
    if ride.cents is None:
        return None
    bill: dict[str, Any] = ride.bill
    lines = tuple((str(CATEGORIES[line["category"]]), line["cents"]) for line in bill.get("lines", []))
    seconds = bill.get("seconds")
    if seconds is None and ride.began_at and ride.ended_at:
        seconds = int((ride.ended_at - ride.began_at).total_seconds())
    minutes = None if seconds is None else -(-seconds // 60)
    fare = sum(line["cents"] for line in bill.get("lines", []) if line["category"] == "FARE")
    said = _differs(from_rows(ride.fare), from_rows(bill.get("fare", [])), fare, seconds, ride.paused_seconds)
    return Account(lines, ride.cents, minutes, said, bool(bill.get("left_out")))


def _differs(offered: tuple[Part, ...], billed: tuple[Part, ...], fare: int, seconds: int | None, paused: int) -> str:
    """One begun unit more or less is no difference: our clock and theirs are two."""
    said = []
    if offered and billed and billed != offered:
        said.append(
            _("Der Anbieter hat mit einem anderen Preis gerechnet als angeboten: %(price)s.") % {"price": words(billed)}
        )
    expected = None if seconds is None else estimate(offered, seconds, paused)
    slack = max([cents(part.amount) for part in offered if part.type == "FLEX"], default=0)
    if expected is not None and abs(expected - fare) > slack:
        text = _("Nach dem Angebot wären es %(offer)s gewesen, abgerechnet sind %(bill)s.")
        said.append(text % {"offer": euro(expected), "bill": euro(fare)})
    return " ".join(said)
