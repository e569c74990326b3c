"""`manage.py openapi`: write docs/openapi.json from the code; `--check` only says whether it is current."""

import json
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

FILE = settings.ROOT / "docs" / "openapi.json"


def description() -> str:
    """The API as OpenAPI 3.1, the same for every city."""
    from stadtkern.site.api import api

    with translation.override("de"):
        schema = api.get_openapi_schema(path_prefix="/api/v1/")
    schema["info"]["title"] = "Stadtkern"
    return json.dumps(schema, ensure_ascii=False, indent=1, default=str) + "\n"


class Command(BaseCommand):
    help = "Schreibt docs/openapi.json; mit --check wird nur verglichen."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="enden mit Fehler, wenn die Datei nicht zum Programm passt")

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        text = description()
        if not check:
            FILE.parent.mkdir(exist_ok=True)
            FILE.write_text(text, encoding="utf-8")
            self.stdout.write(f"{FILE.relative_to(settings.ROOT)}: {len(json.loads(text)['paths'])} addresses")
        elif not FILE.exists() or FILE.read_text(encoding="utf-8") != text:
            raise CommandError("docs/openapi.json is not current: run manage.py openapi")
