"""What the post box does when something happened: the person learns that somebody looked without a good reason."""

from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.models import Account
from stadtkern.kernel.events.models import Event
from stadtkern.kernel.privacy.models import Emergency

from . import actions


def tell_of_a_look_without_reason(event: Event) -> None:
    """Art. 34 GDPR in spirit: not only in the cockpit, where one has to look."""
    if event.data.get("justified") is not False:
        return
    row = Emergency.objects.get(pk=event.data["emergency"])
    account = Account.objects.filter(pk=row.account).first() if row.account else None
    if account is None:
        return
    actions.deliver(
        account=account,
        about=f"emergency:{row.pk}",
        office=None,
        title=_("Ein Zugriff auf Ihre Daten war nicht in Ordnung"),
        body=_(
            "Jemand aus einem anderen Amt hat Ihren Antrag in einem Notfallzugriff angesehen. Die Datenschutzstelle hat den "
            "Grund geprüft: Er genügt nicht.\n\nWann und was angesehen wurde, sehen Sie unter „Wer hat meine Daten gesehen?“. "
            "Sie müssen nichts tun. Sie können sich bei der Datenschutzstelle oder bei der Aufsicht des Landes beschweren."
        ),
        actor_key=event.actor,
        once=f"{event.pk}:inbox.look_without_reason",
        link="/meine-daten/zugriffe/",
    )


REACTIONS = {"access.emergency_reviewed": [tell_of_a_look_without_reason]}
