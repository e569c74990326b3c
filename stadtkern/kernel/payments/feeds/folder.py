"""A watched folder: the bank's program lays files into HOME/bank/eingang; they move to erledigt or abgelehnt."""

from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from stadtkern.lib.files import put

QUIET_SECONDS = 5  # a file that is still being written is left alone
MOST_BYTES = 25_000_000


def connect() -> "Folder":
    return Folder(settings.HOME / "bank")


class Folder:
    """Files are moved, never deleted; the reason of a refusal lies beside the file."""

    key = "folder"
    title = "Ordner"

    def __init__(self, place: Path) -> None:
        self.place, self.box = place, place / "eingang"

    def connected(self) -> str:
        """The folder must be there and ours to move things in."""
        try:
            for name in ("eingang", "erledigt", "abgelehnt"):
                (self.place / name).mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError:
            return _("Der Ordner %(place)s lässt sich nicht öffnen.") % {"place": self.box}
        return ""

    def waiting(self) -> Iterator[tuple[str, bytes]]:
        """XML and ZIP files that have rested for a moment; links and hidden files are none."""
        now = timezone.now().timestamp()
        for file in sorted(self.box.iterdir(), key=lambda one: (one.lstat().st_mtime, one.name)):
            known = file.suffix.lower() in (".xml", ".zip") and not file.name.startswith(".")
            if not known or file.is_symlink() or not file.is_file() or file.stat().st_mtime > now - QUIET_SECONDS:
                continue
            if file.stat().st_size > MOST_BYTES:
                self.done(file.name, _("Die Datei ist zu groß (höchstens 25 MB)."))
                continue
            yield file.name, file.read_bytes()

    def done(self, name: str, problem: str = "") -> None:
        """Moved under a name that is free."""
        target = self.place / ("abgelehnt" if problem else "erledigt") / f"{timezone.localtime():%Y%m%d-%H%M%S-%f}-{name}"
        (self.box / name).replace(target)
        if problem:
            put(target.with_name(f"{target.name}.grund.txt"), problem.encode())
