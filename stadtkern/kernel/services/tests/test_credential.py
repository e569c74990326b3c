"""[credential] of service.toml: what is refused, and what an application attests."""

from datetime import date

import pytest

from stadtkern.kernel.services import catalogue
from stadtkern.kernel.services.credential import after, attested, read_credential
from stadtkern.kernel.services.table import Table


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ({"type": "Große Karte", "claims": {"a": "x"}}, "type"),
        ({"claims": {"a": "x"}}, "type: fehlt"),
        ({"type": "karte"}, "claims"),
        ({"type": "karte", "claims": {"iss": "x"}}, "iss"),
        ({"type": "karte", "claims": {"A B": "x"}}, "A B"),
        ({"type": "karte", "claims": {"a": "x", "a.b": "y"}}, "zugleich"),
        ({"type": "karte", "claims": {"a": "x"}, "colour": "red"}, "colour"),
        ({"type": "karte", "claims": {"a": 7}}, "a: muss"),
    ],
)
def test_a_wrong_table_is_told(written, said):
    problems = []
    read_credential(Table(written, "[credential]", problems), "Karte")
    assert any(said in problem for problem in problems), problems


def test_the_last_day(db):
    assert after(date(2026, 8, 31), 6, "month") == date(2027, 2, 28) and after(date(2024, 2, 29), 1, "year") == date(
        2025, 2, 28
    )
    assert after(date(2026, 12, 31), 2, "week") == date(2027, 1, 14)
    service = catalogue.find("meldebescheinigung")
    claims, last = attested(service, {"person/given_names": "Z"}, {"document.number": "N"}, {}, date(2026, 1, 31))
    assert (
        claims["given_name"] == "Z" and claims["number"] == "N" and claims["nationality"] is None and last == date(2026, 7, 31)
    )
