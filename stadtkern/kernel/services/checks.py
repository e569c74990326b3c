"""`manage.py check` reads every service folder and says what is wrong with it, file and key."""

import tomllib
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

from stadtkern.lib.forms.xdf3 import SchemaError

from . import catalogue
from .directory import responsibility
from .examples import NAME, examples_of
from .modules import store
from .service import ServiceBroken


@register("services")
def service_folders(**kwargs: Any) -> list[CheckMessage]:
    """E001: a folder that is not in the catalogue. E002: examples nobody can read. W001: no example. W002: unknown office.

    W003: a mistake in responsibility.toml. W004: a mistake in a text of the directory, which is left out.
    """
    found: list[CheckMessage] = []
    offices = _offices()
    for key in sorted(catalogue.all_services()):
        try:
            service = catalogue.find(key)  # reads the form, also of a federal schema
        except catalogue.UnknownService:
            continue  # told below
        for office in sorted({service.office, service.decision.by} - offices) if offices else ():
            hint = "Stellen kommen aus seed/offices.toml der Stadt."
            found.append(Warning(f"{key}: die Stelle „{office}“ gibt es nicht.", hint=hint, id="services.W002"))
        try:
            if not any(not example.problems for example in examples_of(service)):
                hint = f"Legen Sie {NAME} mit mindestens einem vollständigen Antrag an: das ist zugleich der Test."
                found.append(Warning(f"{key}: kein Beispiel, das angenommen wird.", hint=hint, id="services.W001"))
        except (ValueError, OSError, SchemaError, ServiceBroken) as error:
            found.append(Error(f"{key}: {error}", id="services.E002"))
    found += [Warning(sentence, id="services.W003") for sentence in responsibility.faults(offices)]
    found += [Warning(sentence, id="services.W004") for sentence in store.faults()]
    for key, wrong in sorted(catalogue.broken().items()):
        found += [Error(f"{key}: {sentence}", id="services.E001") for sentence in wrong]
    return found


def _offices() -> set[str]:
    """Keys of the city's offices as its folder names them; empty where it names none."""
    file = settings.CITY_FOLDER / "seed" / "offices.toml"
    return set(tomllib.loads(file.read_text(encoding="utf-8"))) if file.is_file() else set()
