"""`manage.py check_planner FEED … --queries N --json`: the planner against the Connection Scan, without a database."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from stadtkern.lib.transit import FeedRefused


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
            finding = refused.finding
            values = ", ".join(f"{key}: {value}" for key, value in finding.values.items())
            raise CommandError(
                f"Der Fahrplan ist nicht zu gebrauchen: {finding.code} {finding.file} {values}".strip()
            ) from refused
        except ValueError as problem:
            raise CommandError(f"In diesem Fahrplan fährt an keinem Tag etwas ({problem}).") from problem
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
