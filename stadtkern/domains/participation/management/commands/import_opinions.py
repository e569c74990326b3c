"""Bring a saved Polis conversation into an opinion map.

    manage.py import_opinions PROCESS FOLDER CLERK

PROCESS: key of an opinion map without statements; FOLDER: comments.csv and votes.csv; CLERK: e-mail of a clerk of its office.
"""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from stadtkern.domains.participation import actions
from stadtkern.domains.participation.models import Finding, Process
from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Staff
from stadtkern.lib.opinion import polis


class Command(BaseCommand):
    help = "Bring a saved Polis conversation into an opinion map."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("process")
        parser.add_argument("folder", type=Path)
        parser.add_argument("clerk")

    def handle(self, *args: Any, **options: Any) -> None:
        member = Staff.objects.select_related("account", "office").filter(account__email=options["clerk"]).first()
        process = Process.objects.filter(key=options["process"]).first()
        if member is None or process is None:
            raise CommandError("There is no such process or no such clerk.")
        try:
            counts = actions.bring_in(Actor(member.account, member), process, polis.read(options["folder"]))
        except (polis.NotAnExport, actions.Refused, Process.DoesNotExist) as error:
            raise CommandError(str(error) or "The process belongs to another office.") from error
        actions.compute(process.pk, Finding.What.OPINION)
        self.stdout.write("{} statements, {} people, {} answers".format(*counts))
