"""`manage.py count_votes FILE.pb --rule greedy|mes`: the winners of any Pabulib file, without a database."""

import json
import sys
from pathlib import Path
from time import process_time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from stadtkern.lib.ballots import BallotError, greedy, read_file


class Command(BaseCommand):
    help = "Zählt eine Abstimmung über Projekte aus einer Pabulib-Datei (.pb, .pb.gz) aus."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--rule", choices=["greedy", "mes"], required=True)
        parser.add_argument("--completion", choices=["none", "add1", "greedy", "add1+greedy"], default="none")
        parser.add_argument("--json", action="store_true", dest="as_json")

    def handle(self, *args: Any, **options: Any) -> None:
        from stadtkern.lib.ballots.shares import equal_shares  # loads numpy, which is no part of the counting

        if options["rule"] == "greedy" and options["completion"] != "none":
            raise CommandError("Eine Ergänzung gibt es nur bei --rule mes.")
        try:
            election = read_file(options["file"])
            start = process_time()
            outcome = greedy(election) if options["rule"] == "greedy" else equal_shares(election, options["completion"])
            seconds = process_time() - start
        except BallotError as problem:
            raise CommandError(str(problem)) from problem
        for note in election.notes:
            sys.stderr.write(note + "\n")
        cost = int(outcome.cost) if outcome.cost.denominator == 1 else float(outcome.cost)
        keys = [election.projects[place].key for place in outcome.winners]
        if options["as_json"]:
            self.stdout.write(json.dumps({"winners": keys, "cost": cost, "seconds": round(seconds, 6)}, ensure_ascii=False))
        else:
            self.stdout.write(f"{len(keys)} Projekte, zusammen {cost}: {', '.join(keys)}")
