"""Requests about one's rights, sent and decided through the real actions."""

from collections.abc import Callable

import pytest

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Account, Staff, Trust
from stadtkern.kernel.cases import actions as cases
from stadtkern.kernel.cases.models import Case
from stadtkern.kernel.services import catalogue
from stadtkern.kernel.services.examples import examples_of, typed


def acting(staff: Staff) -> Actor:
    return Actor(staff.account, staff, None, Trust.BASIC)


@pytest.fixture
def ask(offices) -> Callable[..., Case]:
    """Send the first example of a service as this person."""

    def send(account: Account, key: str, **changed) -> Case:
        actor, service = Actor(account, trust=Trust.SUBSTANTIAL), catalogue.find(key)
        case, _secret = cases.start(actor, service)
        answers = typed(service.form, examples_of(service)[0].answers)
        answers.pop("proof", None)
        cases.fill(actor, case, {**answers, **changed})
        return cases.submit(actor, case)

    return send


@pytest.fixture
def officer(privacy_officer) -> Actor:
    return acting(privacy_officer)
