"""`manage.py check` reads every service folder and says what is wrong with it, file and key."""

from typing import Any

from django.core.checks import CheckMessage, Error, Warning, register

from stadtkern.lib.forms.xdf3 import SchemaError

from . import catalogue
from .examples import NAME, examples_of
from .service import ServiceBroken


@register("services")
def service_folders(**kwargs: Any) -> list[CheckMessage]:
    """services.E001: a folder that is not in the catalogue. services.W001: a service without an example."""
    found: list[CheckMessage] = []
    for key in sorted(catalogue.all_services()):
        try:
            service = catalogue.find(key)  # reads the form, also of a federal schema
        except catalogue.UnknownService:
            continue  # told below
        try:
            if not any(not example.problems for example in examples_of(service)):
                hint = f"Legen Sie {NAME} mit mindestens einem vollständigen Antrag an: das ist zugleich der Test."
                found.append(Warning(f"{key}: kein Beispiel, das angenommen wird.", hint=hint, id="services.W001"))
        except (ValueError, OSError, SchemaError, ServiceBroken) as error:
            found.append(Error(f"{key}: {error}", id="services.E002"))
    for key, wrong in sorted(catalogue.broken().items()):
        found += [Error(f"{key}: {sentence}", id="services.E001") for sentence in wrong]
    return found
