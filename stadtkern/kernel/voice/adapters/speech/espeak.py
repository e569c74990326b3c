"""espeak-ng, where the operator has installed the program; it runs by itself, nothing of it is part of the platform."""

import shutil
import subprocess

from .. import NotConnected
from . import MOST

PROGRAM, VOICE, SPEED, PATIENCE = "espeak-ng", "de", "145", 15


def problem() -> str:
    """Program missing."""
    return "" if shutil.which(PROGRAM) else "Das Programm espeak-ng ist nicht installiert."


def say(text: str) -> bytes:
    """The text goes in through the standard input: it can be no option of the program."""
    program = shutil.which(PROGRAM)
    if program is None:
        raise NotConnected(problem())
    spoken = text.replace("\0", " ")[:MOST].encode("utf-8", "ignore")
    try:
        done = subprocess.run(
            [program, "-v", VOICE, "-s", SPEED, "--stdin", "--stdout"],
            input=spoken,
            capture_output=True,
            timeout=PATIENCE,
            check=True,
        )
    except (subprocess.SubprocessError, OSError) as error:
        raise NotConnected("Die Sprachausgabe antwortet nicht.") from error
    return done.stdout
