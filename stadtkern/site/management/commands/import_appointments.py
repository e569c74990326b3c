"""Places, counters, matters and hours of the city: `cities/<key>/appointments.toml` into the tables, and days ahead."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from stadtkern.kernel.appointments import actions, data
from stadtkern.kernel.appointments.actions.admission import prepare_waves
from stadtkern.kernel.city.profile import city


class Command(BaseCommand):
    help = "Brings appointments.toml of the city into the tables. Hours changed at the desk stay, unless --hours is given."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--hours", action="store_true", help="take hours and exceptions from the file, too")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            matters, places = data.load(city().folder / "appointments.toml")
        except data.Wrong as error:
            raise CommandError(str(error)) from error
        if not places:
            self.stdout.write("  no appointments.toml: nothing to do")
            return
        actions.import_matters(matters)
        actions.import_places(places, hours=options["hours"])
        days = actions.generate_days()
        prepare_waves()
        self.stdout.write(f"  {len(places)} places, {len(matters)} matters, {days} days of counters")
