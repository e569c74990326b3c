"""A telephone call from a sound file: what the caller says in it, sentence by sentence, and what we answer, into another.

manage.py call in.wav out.wav           pauses of a second separate what the caller says
manage.py call --say "Ausweis nächste Woche" --say "eins" …   without recognition
"""

import secrets
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from stadtkern.kernel.voice import adapters, phone, sound
from stadtkern.kernel.voice.adapters.recognisers import recogniser
from stadtkern.kernel.voice.adapters.speech import speech
from stadtkern.kernel.voice.adapters.telephone import Answer, Turn


class Command(BaseCommand):
    """Runs the whole talk; at the end the caller hangs up."""

    help = "Play a telephone call: a sound file in, a sound file out."

    def add_arguments(self, parser: CommandParser) -> None:
        """Files, or sentences."""
        parser.add_argument("sound_in", nargs="?", type=Path, help="WAV, 16 bits, one channel")
        parser.add_argument("sound_out", nargs="?", type=Path, help="what we said, WAV")
        parser.add_argument("--say", action="append", default=[], help="a sentence instead of sound; may be repeated")
        parser.add_argument("--caller", default="", help="telephone number of the caller")

    def handle(self, *args: Any, **options: Any) -> None:
        """Turn by turn."""
        turns = self._turns(options)
        call, answers = f"demo-{secrets.token_hex(8)}", list[Answer]()
        self._one(answers, Turn(call, "start", options["caller"]))
        for text, piece in turns:
            if answers[-1].hangup:
                break
            self.stdout.write(f"  > {text or '(…)'}")
            self._one(answers, Turn(call, "speech", options["caller"], text=text, sound=piece))
        if not answers[-1].hangup:
            phone.answer(Turn(call, "hangup", options["caller"]))
        if options["sound_out"]:
            options["sound_out"].write_bytes(sound.joined(one.sound for one in answers if one.sound))
            self.stdout.write(f"{options['sound_out']}: {len(answers)} answers")

    def _turns(self, options: dict[str, Any]) -> list[tuple[str, bytes]]:
        if options["say"]:
            return [(text, b"") for text in options["say"]]
        if not options["sound_in"]:
            raise CommandError("A sound file, or --say.")
        if told := recogniser().problem():
            raise CommandError(f"{told} ([voice] recogniser = {adapters.chosen('recogniser')!r} in city.toml)")
        if options["sound_out"] and (told := speech().problem()):
            raise CommandError(f"{told} ([voice] speech = {adapters.chosen('speech')!r} in city.toml)")
        try:
            return [("", piece) for piece in sound.sentences(options["sound_in"].read_bytes())]
        except (OSError, sound.Unfit) as error:
            raise CommandError(str(error)) from error

    def _one(self, answers: list[Answer], turn: Turn) -> None:
        answers.append(phone.answer(turn))
        self.stdout.write(answers[-1].say)
