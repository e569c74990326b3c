"""`manage.py audit_votes KEY`: voters and ballots, rules and secrecy, and the export counted by the stand-alone program."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ...auditing import findings
from ...models import Ballot, Poll


class Command(BaseCommand):
    help = "Prüft eine Abstimmung und zählt ihren Export nach."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("key", help="Schlüssel des Verfahrens, wie in der Adresse")

    def handle(self, *args: Any, **options: Any) -> None:
        poll = Poll.objects.filter(process__key=options["key"]).select_related("process").first()
        if poll is None:
            raise CommandError("In diesem Verfahren gibt es keine Abstimmung.")
        if said := findings(poll):
            raise CommandError("\n".join(said))
        ballots = Ballot.objects.filter(poll=poll).count()
        self.stdout.write(f"In Ordnung: {ballots} Stimmzettel, Stand {poll.state}.")
