"""The catalogue: every service of this city, read from folders, read again when they change."""

import itertools
import logging
import threading
import time
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from django.conf import settings

from stadtkern.lib.forms.xdf3 import SchemaError

from . import folders
from .audit import faults, leftovers
from .directory import general
from .fee import FeeLine
from .folders import OVERLAY, SERVICE, Folder, Stamp
from .models import Edition
from .service import DecisionRule, Keep, Service, ServiceBroken, Verdict, digest

__all__ = [
    "DecisionRule", "FeeLine", "Keep", "Service", "ServiceBroken", "UnknownService", "Verdict",
    "all_services", "broken", "digest", "even_retired", "find", "from_edition", "leftovers_of", "look_again",
    "matching", "version",
]  # fmt: skip
log = logging.getLogger(__name__)
SHARE = 50  # looking for changes may take a fiftieth of the time
_versions = itertools.count(1)


class UnknownService(KeyError):
    """There is no service with this key, or its folder is broken (see `broken()` and `manage.py check`)."""


class Shelf:
    """The folders as last seen; looked at again after `pause` seconds, or later where looking takes long."""

    def __init__(self, pause: float) -> None:
        self.pause = pause
        self.services: dict[str, Service] = {}
        self.open: Mapping[str, Service] = {}
        self.broken: dict[str, list[str]] = {}
        self.version = 0
        self._seen: dict[Folder, tuple[Stamp, Service | None, list[str]]] = {}
        self._problems: dict[str, list[str]] = {}
        self._next = 0.0
        self._lock = threading.Lock()

    def refresh(self) -> None:
        """Look whether anything changed. Other threads go on with what they have, unless there is nothing yet."""
        if self.version and time.monotonic() < self._next:
            return
        if self._lock.acquire(blocking=not self.version):
            try:
                if not self.version or time.monotonic() >= self._next:
                    start = time.monotonic()
                    self._sweep()
                    end = time.monotonic()
                    self._next = end + max(self.pause, SHARE * (end - start) if self.pause else 0)
            finally:
                self._lock.release()

    def look_again(self) -> None:
        """The next question looks whether anything changed."""
        self._next = 0.0

    def _sweep(self) -> None:
        problems: dict[str, list[str]] = {}
        seen = {}
        for folder in folders.find_folders(problems):
            try:
                stamp = folder.stamp()
            except OSError:  # removed between two looks
                continue
            known = self._seen.get(folder)
            seen[folder] = known if known and known[0] == stamp else (stamp, *folders.load(folder))
        if self.version and seen == self._seen and problems == self._problems:
            return
        self._seen, self._problems = seen, problems
        self.broken = problems | {folder.key: faults_ for folder, (_, _, faults_) in seen.items() if faults_}
        self._put({f.key: service for f, (_, service, wrong) in seen.items() if service and not wrong})
        for key, wrong in self.broken.items():
            log.error("Service %s is not in the catalogue: %s", key, " ".join(wrong))

    def _put(self, services: dict[str, Service]) -> None:
        self.services = services
        self.open = MappingProxyType({key: service for key, service in services.items() if not service.retired})
        self.version = next(_versions)

    def usable(self, service: Service) -> bool:
        """Whether an XML form can really be read; found out once, when it is first needed."""
        try:
            wrong = faults(service)
        except ServiceBroken as error:
            wrong = [str(error)]
        except (SchemaError, OSError, ValueError) as error:
            wrong = [f"Formular: {error}"]
        if wrong:
            for folder, (stamp, known, _) in self._seen.items():
                if known is service:
                    self._seen[folder] = (stamp, known, wrong)
                    break
            self.broken = {**self.broken, service.key: wrong}
            self._put({key: other for key, other in self.services.items() if other is not service})
            log.error("Service %s is not in the catalogue: %s", service.key, " ".join(wrong))
        return not wrong


_shelves: dict[tuple[str, tuple[str, ...]], Shelf] = {}


def _pause() -> float:
    """Seconds. Tests change a city of their own under our eyes, never that of the repository."""
    moving = settings.MODE == "test" and settings.ROOT / "cities" not in settings.CITY_FOLDER.parents
    return 0 if moving else 1


def _shelf() -> Shelf:
    place = (str(settings.CITY_FOLDER), tuple(settings.DOMAINS))
    if place not in _shelves:
        for old in list(_shelves)[:-2]:  # a process serves one city; only tests move
            _shelves.pop(old, None)
        _shelves[place] = Shelf(_pause())
    shelf = _shelves[place]
    shelf.refresh()
    return shelf


def all_services() -> Mapping[str, Service]:
    """Every service people can begin today, by key; the same object until something changes."""
    return _shelf().open


def find(key: str) -> Service:
    """The service with this key, its form checked; raises UnknownService."""
    service = even_retired(key)
    if service.retired:
        raise UnknownService(key)
    return service


def even_retired(key: str) -> Service:
    """The same, also where people cannot begin it (any more): for what comes in by machine. Raises UnknownService."""
    shelf = _shelf()
    service = _of(shelf, key)
    if service is None or (not service.loaded and not shelf.usable(service)):
        raise UnknownService(key)
    return service


def _of(shelf: Shelf, key: str) -> Service | None:
    """From a folder, or the general application for an entry of the directory."""
    if key in shelf.services or not key.startswith(general.PREFIX):
        return shelf.services.get(key)
    return general.service(key, shelf.services.get(general.BASE))


def matching(audience: str = "", life_event: str = "") -> list[Service]:
    """Those for this audience and situation, in the order of their keys."""
    return [
        service
        for service in all_services().values()
        if (not audience or audience in service.audiences) and (not life_event or life_event in service.life_events)
    ]


def broken() -> dict[str, list[str]]:
    """Folders that are not in the catalogue, and why; German, for the people who keep them."""
    return dict(_shelf().broken)


def look_again() -> None:
    """Look at the folders at the next question, without waiting: somebody has just changed one in this process."""
    _shelf().look_again()


def leftovers_of(service: Service) -> list[str]:
    """What the city wrote beside an imported form and its present version has no place for; kept, without effect."""
    return [*leftovers(service), *folders.stale(service.read_files())] if service.read_prefill else []


def version() -> int:
    """Grows with every change of any folder: the key of whatever is derived from the catalogue."""
    return _shelf().version


def from_edition(edition: Edition) -> Service:
    """The service as it was published: form, tariff, texts and template of that day, rules of the running release.

    Needs only `pk`, `service` and `digest`: `defer("edition__files")` saves the reading of large schemas.
    """
    shelf = _shelf()
    service = _of(shelf, edition.service)
    if service and (service.loaded or shelf.usable(service)) and service.digest == edition.digest:
        return service
    return _rebuilt(edition.pk, edition.digest)


@lru_cache(maxsize=100)
def _rebuilt(pk: int, digest_: str) -> Service:
    edition = Edition.objects.get(pk=pk, digest=digest_)
    texts = {name: edition.files[name] for name in (SERVICE, OVERLAY) if name in edition.files}
    # Told to nobody: what was right on its day stays valid, also when today's schema knows better.
    ignored: list[str] = []
    raw = folders.merged(texts, ignored)
    service = folders.assemble(edition.service, "", raw, lambda: files_of(pk), ignored, strict=False)
    _ = service.form  # read now, once
    return service


def files_of(pk: int) -> dict[str, str]:
    """The stored files of an edition."""
    files: dict[str, str] = Edition.objects.values_list("files", flat=True).get(pk=pk)
    return files
