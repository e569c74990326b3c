"""What rooms may not know of each other, put together at start: who reacts, who adds to a report, what things are called."""

import importlib
import importlib.util
from functools import lru_cache
from uuid import UUID

from django.conf import settings
from django.urls import reverse

from stadtkern.kernel import manifest
from stadtkern.kernel.accounts import mandates, residents
from stadtkern.kernel.accounts.pairing import codes
from stadtkern.kernel.appointments import joining
from stadtkern.kernel.appointments.desk import about
from stadtkern.kernel.calls.who import address_of
from stadtkern.kernel.cases import progress
from stadtkern.kernel.cases.address import what_is_at
from stadtkern.kernel.cases.named import cases_of_person, desk_pages
from stadtkern.kernel.credentials import cards, kinds
from stadtkern.kernel.documents.sealing import bytes as seal
from stadtkern.kernel.events import queue
from stadtkern.kernel.metrics import definitions
from stadtkern.kernel.privacy import anchors, purposes, report
from stadtkern.kernel.privacy.oversight import figures
from stadtkern.kernel.provider import names
from stadtkern.kernel.registers import blocks, children, evidence
from stadtkern.kernel.registers.matching import keys_of
from stadtkern.kernel.services import catalogue
from stadtkern.lib.forms.model import fields
from stadtkern.site import erasing


def connect() -> None:
    """Fill the switchboard; calling it twice changes nothing."""
    queue.REACTIONS.clear()
    queue.EVERY.clear()
    places = [f"stadtkern.kernel.{room}" for room in settings.ROOMS] + [
        f"stadtkern.domains.{name}" for name in settings.DOMAINS
    ]
    for place in places:
        if importlib.util.find_spec(f"{place}.reactions"):
            module = importlib.import_module(f"{place}.reactions")
            queue.wire(getattr(module, "REACTIONS", {}))
            queue.EVERY.extend(getattr(module, "EVERY", []))
        if importlib.util.find_spec(f"{place}.checks"):
            importlib.import_module(f"{place}.checks")  # registers itself with `manage.py check`
    for room in settings.ROOMS:
        if room != "privacy" and importlib.util.find_spec(f"stadtkern.kernel.{room}.report"):
            report.PARTS[room] = importlib.import_module(f"stadtkern.kernel.{room}.report").report
    for name in settings.DOMAINS:
        if importlib.util.find_spec(f"stadtkern.domains.{name}.report"):
            report.PARTS[name] = importlib.import_module(f"stadtkern.domains.{name}.report").report
    erasing.connect()
    purposes.NAMES[:] = [names.client_name, service_title]
    for words, more in ((purposes.SOURCE_WORDS, evidence.source_words()), (purposes.FIELD_WORDS, evidence.field_words())):
        words.update({key: word for key, word in more.items() if key not in words})
    joining.PAGES[:] = [address_of]
    codes.TITLES[:] = [what_is_at]
    about.SOURCES[:] = [desk_pages]
    mandates.CHILDREN[:], mandates.FIND[:] = [children.of_parent], [children.key_of]
    mandates.SERVICES[:] = [service_choices]
    anchors.SEAL[:] = [seal]
    figures.BLOCKED[:] = [hidden_people]
    purposes.CASES[:] = [cases_of_person]
    purposes.SUSPICION[:] = [where_to_report]
    kinds.SOURCES[:] = [kinds_of_proof]
    cards.SOURCES[:] = [
        importlib.import_module(f"stadtkern.domains.{name}.cards").cards
        for name in settings.DOMAINS
        if importlib.util.find_spec(f"stadtkern.domains.{name}.cards")
    ]
    progress.HANDOVER[:] = [
        importlib.import_module(f"stadtkern.domains.{name}.papers.track").way_of
        for name in settings.DOMAINS
        if importlib.util.find_spec(f"stadtkern.domains.{name}.papers")
    ]
    residents.FIND[:] = [keys_of]
    manifest.DOMAINS[:] = [importlib.import_module(f"stadtkern.domains.{name}.domain").DOMAIN for name in settings.DOMAINS]
    definitions.GROUPS[:] = [definitions.Group(one.name, one.title, tuple(one.kpis)) for one in manifest.DOMAINS]


def service_title(key: str) -> str:
    """Data is used for a service: say so in its words; "" for anything else."""
    try:
        return catalogue.even_retired(key).title
    except catalogue.UnknownService:
        return ""


def where_to_report() -> str:
    """The service "report a suspicion", where this city has it."""
    key = "datenschutz_verdacht_melden"
    return reverse("services:page", args=[key]) if key in catalogue.all_services() else ""


def kinds_of_proof() -> dict[str, kinds.Kind]:
    """What services attest, in their words; read anew only when a folder changes."""
    return _kinds(catalogue.version())


@lru_cache(maxsize=4)
def _kinds(version: int) -> dict[str, kinds.Kind]:
    found = {}
    for service in catalogue.all_services().values():
        if (rule := service.credential) is not None:
            of_form = {path: field.label for path, field in fields(service.form)}
            labels = {name: of_form[path] for name, path in rule.claims.items() if path in of_form}
            found[rule.type] = kinds.Kind(rule.type, rule.titles(service), tuple(rule.claims), labels)
    return found


def hidden_people() -> tuple[list[int], list[UUID]]:
    """Accounts and register keys of people with a block on information."""
    accounts = blocks.blocked_accounts().values_list("account", flat=True)
    return list(accounts), list(blocks.blocked_keys().values_list("key", flat=True))


def service_choices() -> list[tuple[str, str]]:
    """What somebody may be sent for: every service with its title."""
    listed = [(key, service.title) for key, service in catalogue.all_services().items()]
    return sorted(listed, key=lambda pair: pair[1].casefold())
