"""What is understood of a sentence, as JSON: manage.py understand "Ausweis nächste Woche" [--now 2026-12-01T09:15]."""

import json
import sys
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from stadtkern.kernel.city.profile import city
from stadtkern.kernel.voice import ears
from stadtkern.kernel.voice.understanding.wish import Understanding, understand
from stadtkern.lib.when import Window


class Command(BaseCommand):
    """One line of JSON for each sentence; without a sentence, one per line of the standard input."""

    help = "What is understood of a sentence."

    def add_arguments(self, parser: CommandParser) -> None:
        """Sentences, and the moment they are seen from."""
        parser.add_argument("sentence", nargs="*")
        parser.add_argument("--now", default="", help="local moment, 2026-12-01T09:15")

    def handle(self, *args: Any, **options: Any) -> None:
        """In order."""
        try:
            now = datetime.fromisoformat(options["now"]) if options["now"] else timezone.localtime()
        except ValueError as error:
            raise CommandError(f"--now: {error}") from error
        ear, places = ears.ear(), ears.places()
        for text in options["sentence"] or (line.strip() for line in sys.stdin):
            told = told_of(understand(text, now=now, land=city().state, ear=ear, places=places))
            self.stdout.write(json.dumps(told, ensure_ascii=False))


def told_of(understood: Understanding) -> dict[str, Any]:
    """Plain values; an open end is null."""
    window = understood.window
    return {
        "text": understood.text,
        "services": [
            {
                "key": guess.target.key,
                "title": guess.target.title,
                "matter": guess.target.matter,
                "service": guess.target.service,
                "entries": list(guess.target.entries),
                "score": guess.score,
            }
            for guess in understood.guesses
        ],
        "sure": understood.sure,
        "both": [target.key for target in understood.both],
        **_of_window(window),
        "others": [_of_window(one) for one in window.others],
        "rather": _of_window(window.rather) if window.rather else None,
        "soon": window.soon,
        "persons": understood.persons,
        "channel": understood.channel or None,
        "places": list(understood.places),
        "in_words": understood.words(),
    }


def _of_window(window: Window) -> dict[str, Any]:
    """One alternative."""
    clock = window.clock
    return {
        "days": [[str(span.first), None if span.open else str(span.last)] for span in window.spans],
        "without": [[str(span.first), None if span.open else str(span.last)] for span in window.without],
        "weekdays": sorted(window.weekdays),
        "after": f"{clock.after:%H:%M}" if clock.after else None,
        "before": f"{clock.before:%H:%M}" if clock.before else None,
        "at": f"{clock.at:%H:%M}" if clock.at else None,
    }
