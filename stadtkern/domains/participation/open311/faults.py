"""Errors as GeoReport says them: a list of codes and descriptions, for whoever develops against us."""

from stadtkern.lib.georeport.shapes import Fault


class Faulty(Exception):
    """Answered with these errors; `status`: of HTTP, `retry`: seconds."""

    def __init__(self, status: int, *descriptions: str, retry: int = 0) -> None:
        super().__init__("; ".join(descriptions))
        self.status, self.retry = status, retry
        self.faults = [Fault(status, one) for one in descriptions]
