"""A running idea contest of the office for participation, and two of its clerks."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from stadtkern.domains.participation.models import Category, Phase, Process
from stadtkern.kernel.accounts.models import Account, Staff
from stadtkern.kernel.city.models import Office


@pytest.fixture
def bureau(db: None) -> Office:
    return Office.objects.create(key="beteiligung", title="Stelle für Bürgerbeteiligung")


def _member(office: Office, email: str, name: str, role: str = "CLERK") -> Staff:
    account = Account.objects.create(email=email, name=name)
    return Staff.objects.create(account=account, office=office, role=role)


@pytest.fixture
def moderator(bureau: Office) -> Staff:
    return _member(bureau, "leyla@stadt.example", "Leyla Hofmann")


@pytest.fixture
def second_moderator(bureau: Office) -> Staff:
    return _member(bureau, "piet@stadt.example", "Piet Jansen", "LEAD")


@pytest.fixture
def make_process(bureau: Office) -> Callable[..., Process]:
    """A published process whose one phase runs now."""

    def make(key: str = "altstadt", *, allows: Any = ("contribute", "comment", "support"), **more: Any) -> Process:
        who, settings = more.pop("who", {}), {"moderation": "before", "names": "choose", "place": "optional"}
        settings |= more.pop("settings", {})
        values = {"kind": "ideensammlung", "title": "Ideen für die Altstadt", "office": bureau, "state": "PUBLISHED"} | more
        row = Process.objects.create(key=key, settings=settings, published_at=timezone.now(), **values)
        now = timezone.now()
        Phase.objects.create(
            process=row, key="sammeln", title="Ideen sammeln", starts_at=now - timedelta(days=1),
            ends_at=now + timedelta(days=20), allows=list(allows), who=who,
        )  # fmt: skip
        Category.objects.create(process=row, key="gruen", title="Grün")
        return row

    return make


@pytest.fixture
def process(make_process: Callable[..., Process]) -> Process:
    return make_process()


@pytest.fixture
def budget(make_process: Callable[..., Process], moderator: Staff) -> Callable[..., Any]:
    """A budget vote that is announced and runs: its process and its poll."""
    from .polls import announced

    return lambda **changed: announced(make_process, moderator, **changed)
