"""Who works in the cash office (Stadtkasse): clerks and leads of the office named in city.toml, `[payments] office`."""

from collections.abc import Callable

from django.http import HttpResponseBase

from stadtkern.kernel.accounts.access import staff
from stadtkern.kernel.accounts.models import Role
from stadtkern.kernel.city.profile import city

View = Callable[..., HttpResponseBase]


def office_key() -> str:
    """The office that books."""
    return str(city().raw.get("payments", {}).get("office", "stadtkasse"))


def cashier(view: View) -> View:
    """Only for the cash office."""
    return staff(Role.CLERK, Role.LEAD, office=office_key())(view)
