"""Every operation of the API against generated requests: never a server error, and answers as the description says."""

import json

import pytest
import schemathesis
from django.conf import settings
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as budget
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.actions import create_token
from stadtkern.kernel.accounts.models import Trust

DESCRIPTION = json.loads((settings.ROOT / "docs" / "openapi.json").read_text(encoding="utf-8"))
SCHEMA = schemathesis.openapi.from_dict(DESCRIPTION)
SCHEMA.app = get_wsgi_application()
OPERATIONS = {f"{op.method.upper()} {op.path}": op for result in SCHEMA.get_all_operations() for op in [result.ok()]}
CHECKS = [not_a_server_error, content_type_conformance, response_schema_conformance]


@pytest.fixture
def keys(citizen, clerk, operator):
    """Authorization headers of a citizen, a clerk, the operator and nobody."""
    actors = [Actor(citizen, None, None, Trust.BASIC)]
    actors += [Actor(member.account, member, None, Trust.BASIC) for member in (clerk, operator)]
    return [{"Authorization": f"Bearer {create_token(actor, 'x', 1)[1]}"} for actor in actors] + [{}]


@pytest.fixture
def one_connection(db):
    """The application keeps the connection of the test, as Django's own test client sees to."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.parametrize("name", OPERATIONS)
def test_generated_requests(name, keys, one_connection):
    operation = OPERATIONS[name]

    @given(case=operation.as_strategy())
    @budget(
        max_examples=12, deadline=None, derandomize=True, database=None,
        phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    def send(case):
        for key in keys:
            response = case.call(headers=key)
            case.validate_response(response, checks=CHECKS)

    send()


def test_every_operation_asks_who_calls_unless_it_says_otherwise():
    """Public on purpose: catalogue, directory, texts, maturity, published contributions, timetable, the check of a paper."""
    public = {name for name, op in OPERATIONS.items() if "security" not in op.definition.raw}
    rooms = ("appointments/fhir/metadata", "directory", "maturity", "mobility", "participation", "services", "verify", "xzufi")
    assert public and all(name.startswith(tuple(f"GET /api/v1/{room}" for room in rooms)) for name in public), public
