"""`manage.py verify_seal FILE`: is this file sealed by us, and unchanged?"""

import hashlib
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from stadtkern.kernel.documents.models import Document
from stadtkern.kernel.documents.public import answer_for, seal_words
from stadtkern.kernel.documents.sealing import check


class Command(BaseCommand):
    help = "Prüft das elektronische Siegel einer PDF-Datei."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="DATEI")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            data = file.read_bytes()
        except OSError as problem:
            raise CommandError(f"Die Datei lässt sich nicht lesen: {problem.strerror}") from problem
        with translation.override("de"):
            seal = check(data)
            found = Document.objects.filter(sha256=hashlib.sha256(data).hexdigest()).first()
            self.stdout.write(seal_words(seal))
            if found:
                answer = answer_for(found, file=True)
                self.stdout.write(f"{answer.title}: {found.kind}, Nummer {found.number}. {answer.text}")
            else:
                self.stdout.write("Im Verzeichnis der Stadt steht diese Datei nicht.")
        if not seal.ours:
            raise CommandError("Nicht das unveränderte Siegel der Stadt.")
