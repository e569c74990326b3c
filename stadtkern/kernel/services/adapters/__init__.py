"""The plug to the FIM portal: the catalogue of federal schemas (API 0.24 of FITKO, `/api/v1`)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol


class PortalUnavailable(Exception):
    """The portal does not answer, or not in a way that means anything; trying again later may help. German."""


class NotInPortal(LookupError):
    """The portal has no such schema or list. German."""


@dataclass(frozen=True)
class Record:
    """One version of a schema as the portal lists it (`SchemaOut`)."""

    id: str
    version: str
    title: str
    standard: str  # "2.0" or "3.0.0"
    status: int  # freigabe_status: 5 and 6 released
    latest: bool = False


@dataclass(frozen=True)
class ListReference:
    """A code list a schema names (`CodeListReferenceOut`); `url` is empty where the portal does not hold it."""

    version_uri: str
    uri: str
    url: str


class FimPortal(Protocol):
    """Every method raises PortalUnavailable, and NotInPortal where something is asked for by name."""

    def search(self, text: str = "", *, released: bool = True) -> Iterator[Record]:
        """Newest versions whose text matches, page by page; `released` leaves drafts out."""
        ...

    def schema(self, key: str, version: str = "latest") -> bytes:
        """The XDatenfelder file of one version."""
        ...

    def lists_of(self, key: str, version: str = "latest") -> list[ListReference]:
        """The code lists this version names."""
        ...

    def lists(self) -> Iterator[ListReference]:
        """Every code list the portal knows."""
        ...

    def code_list(self, reference: ListReference) -> bytes:
        """The genericode file of a list."""
        ...
