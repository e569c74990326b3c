"""`manage.py check_planner FEED … --queries N --json`: the planner against the Connection Scan, without a database."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from stadtkern.domains.mobility.trips.sentences import place, sentence
from stadtkern.lib.transit import FeedRefused, Finding


class Command(BaseCommand):
    help = "Vergleicht die Fahrplanauskunft mit einem zweiten, unabhängigen Verfahren auf zufälligen Fragen (GTFS)."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("feed", type=Path, nargs="+", help="mehrere werden zu einem verbunden")
        parser.add_argument("--queries", type=int, default=1000)
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--json", action="store_true", dest="as_json")

    def handle(self, *args: Any, **options: Any) -> None:
        from stadtkern.lib.transit.check import check  # loads numba, which no other command needs

        if options["queries"] < 0:
            raise CommandError("--queries: eine Anzahl ab 0.")
        try:
            outcome = check(options["feed"], options["queries"], options["seed"])
        except FeedRefused as refused:
            raise CommandError(f"Der Fahrplan ist nicht zu gebrauchen. {in_words(refused.finding)}") from refused
        except MemoryError as problem:
            raise CommandError("Der Fahrplan braucht mehr Speicher, als diese Maschine hat.") from problem
        for question, planner, scan in outcome.different[:20]:
            self.stderr.write(f"{question}: {planner} / {scan}")
        if options["as_json"]:
            told = {key: getattr(outcome, key) for key in ("queries", "equal", "p50_ms", "p95_ms", "load_s")}
            self.stdout.write(json.dumps(told))
        else:
            self.stdout.write(
                f"{outcome.day:%d.%m.%Y}: {outcome.equal} von {outcome.queries} gleich; Median {outcome.p50_ms} ms, "
                f"95 % unter {outcome.p95_ms} ms; geladen in {outcome.load_s} s"
            )
            for finding in outcome.findings:
                self.stdout.write(in_words(finding))


def in_words(finding: Finding) -> str:
    told = asdict(finding)
    return f"{sentence(told)} {place(told)}".strip()
