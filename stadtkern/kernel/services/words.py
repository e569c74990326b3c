"""What the service page says before the first question: online, cost, time, sign-in, data; in the reader's language."""

from django.utils.translation import gettext, ngettext

from stadtkern.kernel.accounts.models import Trust
from stadtkern.lib.calendar import Term
from stadtkern.lib.forms.model import Kind, fields

from .service import Service

SECONDS_PER_QUESTION = 15
Fact = tuple[str, str, str]


def facts(service: Service) -> list[Fact]:
    """Fully online? What does it cost? How long does it take? As (label, value, note)."""
    return [_online(service), _cost(service), _time(service)]


def _online(service: Service) -> Fact:
    if service.online == "full":
        return gettext("Online"), gettext("Vollständig"), gettext("vom Antrag bis zum Dokument")
    if service.authority != "city":
        note = gettext("entschieden wird in einer anderen Behörde")
    elif service.appointment:
        note = gettext("der Antrag ja, dazu kommt ein Termin")
    else:
        note = gettext("der Antrag ja, das Ergebnis kommt mit der Post")
    return gettext("Online"), gettext("Teilweise"), note


def _cost(service: Service) -> Fact:
    return gettext("Kosten"), service.cost_text, gettext("Sie zahlen online.") if service.has_fee else ""


def _time(service: Service) -> Fact:
    longest = term_in_words(service.decision.within)
    if service.decision.automatic:
        return gettext("Dauer"), gettext("meist sofort"), gettext("sonst höchstens %s") % longest
    return gettext("Dauer"), gettext("höchstens %s") % longest, gettext("bis zur Entscheidung")


def term_in_words(term: Term) -> str:
    """A month stays a month, because the law counts it so."""
    if term.unit == "month":
        return ngettext("%(n)s Monat", "%(n)s Monate", term.number) % {"n": term.number}
    return days_in_words(term.days)


def days_in_words(days: int) -> str:
    """14 as "2 Wochen", 3 as "3 Tage"."""
    if days >= 14 and days % 7 == 0:
        return ngettext("%(n)s Woche", "%(n)s Wochen", days // 7) % {"n": days // 7}
    return ngettext("%(n)s Tag", "%(n)s Tage", days) % {"n": days}


def effort(service: Service) -> str:
    """How many pages until it is sent, and about how many minutes."""
    questions = sum(
        1 for _, field in fields(service.form) if field.kind is not Kind.LABEL and field.minimum and not field.locked
    )
    asked = max(1, questions - len(service.prefill) // 2)
    minutes = max(2, -(-asked * SECONDS_PER_QUESTION // 60))
    steps = len(service.form.steps) + (service.appointment is not None) + 1  # a time, and the check before sending
    pages = ngettext("%(n)s Schritt", "%(n)s Schritte", steps) % {"n": steps}
    return gettext("%(pages)s, etwa %(minutes)s Minuten. Ihr Entwurf wird gespeichert.") % {"pages": pages, "minutes": minutes}


def sign_in(service: Service) -> str:
    """What somebody needs to send the application, said before they begin."""
    if service.trust == Trust.NONE:
        return gettext("Sie brauchen kein Konto.")
    if service.trust == Trust.BASIC:
        return gettext("Sie können gleich anfangen. Vor dem Absenden melden Sie sich mit Ihrem Konto an.")
    if service.trust == Trust.SUBSTANTIAL:
        return gettext(
            "Sie können gleich anfangen. Vor dem Absenden weisen Sie sich online aus, zum Beispiel mit dem Online-Ausweis."
        )
    return gettext(
        "Sie können gleich anfangen. Vor dem Absenden weisen Sie sich mit dem Online-Ausweis aus. "
        "Dafür brauchen Sie den Ausweis, die sechsstellige PIN und ein Handy."
    )


def asked_of_register(service: Service) -> list[str]:
    """Labels of the answers that can come from the residents register."""
    labels = dict(fields(service.form))
    return list(dict.fromkeys(labels[path].label for path in service.prefill if path in labels))


def kept(service: Service) -> str:
    """How long the case is kept."""
    years = service.keep.years
    if years == 0:
        return gettext("Wir löschen den Vorgang am Ende des Jahres, in dem er abgeschlossen wird.")
    text = ngettext(
        "Wir bewahren den Vorgang %(n)s Jahr auf und löschen ihn dann.",
        "Wir bewahren den Vorgang %(n)s Jahre auf und löschen ihn dann.",
        years,
    )
    return text % {"n": years}
