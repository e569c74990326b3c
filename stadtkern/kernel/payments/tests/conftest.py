"""The demo provider with its memory in a folder of the test, and a payment to play with."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from stadtkern.kernel.payments import actions
from stadtkern.kernel.payments.adapters import demo
from stadtkern.kernel.payments.models import Payment

RETURN = "http://testserver/zahlung/1/zurueck/"


@dataclass(frozen=True)
class Fee:
    label: str
    cents: int


@pytest.fixture
def home(tmp_path: Path, settings: Any) -> Path:
    settings.HOME = tmp_path
    (tmp_path / "outage").mkdir()
    return tmp_path


@pytest.fixture
def provider(home: Path) -> demo.DemoProvider:
    return demo.connect()


@pytest.fixture
def outage(home: Path) -> Callable[[str | None], None]:
    """`outage("")` switches the provider off, `outage("lost")` loses its answers, `outage(None)` ends it."""
    switch = home / "outage" / "payments"

    def turn(mood: str | None) -> None:
        switch.unlink(missing_ok=True) if mood is None else switch.write_text(mood)

    return turn


@pytest.fixture
def open_one(db: None) -> Callable[..., Payment]:
    def make(account: Any, about: str = "case:17", cents: int = 1250, **more: Any) -> Payment:
        return actions.open_payment(
            about=about, account=account, amount_cents=cents, description="Meldebescheinigung",
            items=[Fee("Grundgebühr", cents - 250), Fee("Zweite Ausfertigung", 250)], actor_key="system",
            back_to="/vorgang/x/", **more,
        )  # fmt: skip

    return make


@pytest.fixture
def payment(provider: demo.DemoProvider, open_one: Callable[..., Payment], citizen: Any) -> Payment:
    return open_one(citizen)
