"""Nothing is connected: the office orders in its own software and enters the states by hand."""

from datetime import date

from . import NotConnected, Said


def connect_maker() -> "Nobody":
    """The maker as the department asks for it."""
    return Nobody()


def connect_locker() -> "Nobody":
    """The locker as the department asks for it."""
    return Nobody()


class Nobody:
    def order(self, number: str, kind: str, *, express: bool) -> Said:
        raise NotConnected("no maker is connected")

    def look(self, number: str) -> Said:
        raise NotConnected("no maker is connected")

    def put_in(self, number: str, until: date) -> str:
        raise NotConnected("no locker is connected")

    def collected(self, number: str) -> bool:
        raise NotConnected("no locker is connected")

    def take_out(self, number: str) -> None:
        raise NotConnected("no locker is connected")
