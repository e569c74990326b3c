"""No list of the desk scans the table: plans of PostgreSQL over 20,000 cases, as it would choose them itself."""

import json

import pytest
from django.db import connection

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Trust
from stadtkern.kernel.cases.desk import listing, load
from stadtkern.kernel.cases.models import Case
from stadtkern.kernel.services import actions as services
from stadtkern.kernel.services import catalogue

ROWS = 20_000
FILL = """
    INSERT INTO cases_case (reference, service, edition_id, status, account_id, applicant, answers, sources, steps_done,
        office_id, clerk_id, trust, prefill_declined, fee_cents, created_at, updated_at, submitted_at, due_date, search)
    SELECT 'MS-' || lpad((n / 10000)::text, 4, '0') || '-' || lpad((n %% 10000)::text, 4, '0'), 'probe', %(edition)s,
        (ARRAY['IN_REVIEW','IN_REVIEW','AWAITING_CITIZEN','AWAITING_PAYMENT']
            || array_fill('CLOSED'::text, ARRAY[46]))[1 + n %% 50],
        %(account)s, 'Name' || n, '{}', '{}', '[]',
        (%(offices)s)[1 + n %% 3], CASE WHEN n %% 7 = 0 THEN %(clerk)s END, 1, false, 0,
        now(), now(), now(), current_date + (n %% 60 - 20), to_tsvector('simple', 'ms' || n || ' name' || n)
    FROM generate_series(1, %(rows)s) n
"""


@pytest.fixture
def full(probe, citizen, clerk, offices):
    edition = services.publish(catalogue.find("probe"))
    ids = [office.pk for office in offices.values()]
    values = {"edition": edition.pk, "account": citizen.pk, "offices": ids, "clerk": clerk.pk, "rows": ROWS}
    with connection.cursor() as cursor:
        cursor.execute(FILL, values)
        cursor.execute("ANALYZE cases_case; ANALYZE cases_decision")
    return clerk


class Plans:
    """Asks for the plan of every query on the cases that runs inside, and collects nodes that read the whole table."""

    def __init__(self):
        self.scans: list[str] = []
        self.asked = 0

    def __call__(self, execute, sql, params, many, context):
        if "cases_case" in sql and sql.lstrip().upper().startswith(("SELECT", "(SELECT", "WITH")):
            self.asked += 1
            with context["connection"].connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", params)
                plan = cursor.fetchone()[0]
            self._walk(plan if isinstance(plan, list) else json.loads(plan), sql)
        return execute(sql, params, many, context)

    def _walk(self, node, sql):
        for part in node if isinstance(node, list) else [node]:
            inner = part.get("Plan", part)
            if inner.get("Relation Name") == "cases_case" and inner["Node Type"] == "Seq Scan":
                self.scans.append(sql[:400])
            self._walk(inner.get("Plans", []), sql)


@pytest.fixture
def plans():
    found = Plans()
    with connection.execute_wrapper(found):
        yield found
    assert found.asked, "no query was looked at"
    assert not found.scans


@pytest.mark.parametrize("name", listing.FILTERS)
def test_every_view_follows_an_index(full, plans, name):
    first = listing.read(full, listing.Wish(name))
    if first.older:
        query = dict(part.split("=") for part in first.older.partition("?")[2].split("&"))
        listing.read(full, listing.Wish.read(query))


@pytest.mark.parametrize("name", ["offen", "frei", "ueberfaellig"])
def test_with_a_service_it_still_does(full, plans, name):
    listing.read(full, listing.Wish(name, service="probe"))


@pytest.mark.parametrize("words", ["MS-0000-0042", "name1234", "name12"])
def test_the_search_follows_an_index(full, plans, words):
    assert listing.read(full, listing.Wish(words=words)).lines or words.startswith("MS")


def test_numbers_on_chips_and_load_follow_an_index(full, plans):
    assert listing.counts(full)["frei"] == "99+"
    assert load.of_office(full)


def test_my_cases_follow_an_index(full, plans, citizen):
    actor = Actor(citizen, None, None, Trust.BASIC)
    newest = Case.objects.of_citizen(actor).page_after(None).values_list("pk", flat=True)[0]
    assert len(Case.objects.of_citizen(actor).page_after(newest - 15_000).values("reference")[:100]) == 100
