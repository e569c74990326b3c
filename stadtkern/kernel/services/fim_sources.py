"""Where schemas and code lists come from: a file, a folder, an address, the FIM portal."""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from stadtkern.lib.forms import genericode
from stadtkern.lib.forms.xml import SchemaError, bytes_of

from .adapters import FimPortal, ListReference, NotInPortal, PortalUnavailable
from .fim import FindLists
from .fim_fetch import fetch

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Source:
    """One schema that could be imported; nothing is read or fetched before `read` is called."""

    name: str
    origin: str  # noted in service.toml
    read: Callable[[], bytes]
    find_lists: FindLists


class Shelf:
    """Code lists of folders, looked through once; what is none is told."""

    def __init__(self, folders: Iterable[Path], tell: Tell) -> None:
        self._folders, self._tell = list(folders), tell
        self._found: list[tuple[frozenset[str], Path]] | None = None

    def __call__(self, addresses: Collection[str]) -> Iterator[bytes]:
        """The files of all versions of the lists asked for."""
        if self._found is None:
            self._found = list(self._look())
        for names, path in self._found:
            if names & set(addresses):
                yield bytes_of(path)

    def _look(self) -> Iterator[tuple[frozenset[str], Path]]:
        for folder in self._folders:
            for path in genericode.files(folder):
                try:
                    one = genericode.read(path)
                except SchemaError as error:
                    self._tell(f"{path.name}: {error}")
                else:
                    yield frozenset(filter(None, (one.uri, one.version_uri))), path


class PortalLists:
    """Code lists of the portal; those of a schema first, then the whole list of lists."""

    def __init__(self, portal: FimPortal, tell: Tell) -> None:
        self.portal, self.tell = portal, tell
        self._all: dict[str, ListReference] | None = None

    def find(self, key: str, version: str, addresses: Collection[str]) -> Iterator[bytes]:
        """Files of the lists asked for; what the portal does not give is told, and stays a free text."""
        try:
            own = {each.version_uri: each for each in self.portal.lists_of(key, version)}
            for address in addresses:
                reference = own.get(address) or self._everywhere().get(address)
                if reference is None:
                    continue
                if (found := self._readable(reference)) is not None:
                    yield found
        except (PortalUnavailable, NotInPortal) as error:
            self.tell(str(error))

    def _everywhere(self) -> dict[str, ListReference]:
        if self._all is None:
            self._all = {name: each for each in self.portal.lists() for name in (each.version_uri, each.uri) if name}
        return self._all

    def _readable(self, reference: ListReference) -> bytes | None:
        try:
            found = self.portal.code_list(reference)
            genericode.read(found)
        except (SchemaError, NotInPortal) as error:
            self.tell(f"Codeliste {reference.version_uri}: {error}")
            return None
        return found


def of_path(path: Path, shelf: FindLists) -> Iterator[Source]:
    """A file, or every schema of a folder (packed and plain under one name count once); code lists are left out."""
    if not path.is_dir():
        yield Source(path.name, path.name, lambda: bytes_of(path), shelf)
        return
    names: dict[str, Path] = {}
    for file in sorted(path.iterdir()):
        if file.is_file() and file.name.lower().endswith((".xml", ".xml.gz")) and "genericode" not in file.name.lower():
            names.setdefault(file.name.removesuffix(".gz"), file)
    for file in names.values():
        yield Source(file.name, file.name, lambda file=file: bytes_of(file), shelf)  # type: ignore[misc]


def of_address(url: str, shelf: FindLists) -> Source:
    """A file behind an https address."""
    return Source(url, url, lambda: fetch(url), shelf)


def of_portal(portal: FimPortal, lists: PortalLists, wanted: str, shelf: FindLists) -> Source:
    """`S05000001288` (the newest version) or `S05000001288:1.2.0`."""
    key, _, version = wanted.partition(":")

    def both(addresses: Collection[str]) -> Iterator[bytes]:
        yield from shelf(addresses)
        yield from lists.find(key, version or "latest", addresses)

    return Source(wanted, f"FIM-Portal {key}", lambda: portal.schema(key, version or "latest"), both)
