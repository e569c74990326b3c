"""Seal papers and files stored before there were keys; harmless to repeat."""

from typing import Any

from django.core.management.base import BaseCommand

from stadtkern.kernel.documents.actions import seal_old


class Command(BaseCommand):
    help = "Encrypt papers and files that were stored in the clear."

    def handle(self, *args: Any, **options: Any) -> None:
        done = 0
        while sealed := seal_old():
            done += sealed
        self.stdout.write(f"{done} papers and files sealed")
