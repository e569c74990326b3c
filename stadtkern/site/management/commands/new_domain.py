"""`make new-domain NAME=waste`: a department folder that passes the tests; the city switches it on with one word."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

DOMAIN = '''"""{title}: say in one sentence what this department does."""

from stadtkern.kernel.manifest import KPI, Domain

from . import kpis

DOMAIN = Domain(
    name="{name}",
    title="{title}",
    office="{title}",
    kpis=[KPI("cases_decided", "Entschiedene Vorgänge", unit="", owner="{title}", measure=kpis.cases_decided)],
)
'''
KPIS = '''"""Figures of the department; each returns its value today, or None where nothing was measured."""

from pathlib import Path

from stadtkern.kernel.cases.models import Case, Status

SERVICES = Path(__file__).parent / "services"


def cases_decided() -> float | None:
    """Decided cases of this department's services."""
    keys = [folder.name for folder in SERVICES.iterdir() if folder.is_dir()] if SERVICES.exists() else []
    return Case.objects.filter(service__in=keys, status__in=[Status.DECIDED, Status.CLOSED]).count() if keys else None
'''


class Command(BaseCommand):
    help = "Write the folder of a new department."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", nargs="?")

    def handle(self, *args: Any, **options: Any) -> None:
        name = options["name"]
        if not name or not name.isidentifier() or not name.islower() or not name.isascii():
            raise CommandError("Please give a name in small letters:  make new-domain NAME=waste")
        folder = settings.ROOT / "stadtkern" / "domains" / name
        if folder.exists():
            raise CommandError(f"{folder.relative_to(settings.ROOT)} is there already.")
        (folder / "services").mkdir(parents=True)
        title = name.replace("_", " ").capitalize()
        (folder / "__init__.py").write_text(f'"""{title}."""\n', encoding="utf-8")
        (folder / "domain.py").write_text(DOMAIN.format(name=name, title=title), encoding="utf-8")
        (folder / "kpis.py").write_text(KPIS, encoding="utf-8")
        (folder / "README.md").write_text(
            f"# {title}\n\nWhat this department does, for whom, and which law it follows.\n", encoding="utf-8"
        )
        self.stdout.write(f'Written: {folder.relative_to(settings.ROOT)}\nSwitch it on: add "{name}" to domains in city.toml.')
