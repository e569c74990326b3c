"""A town with a million cases in a database of its own, and people to ask with."""

import os
import random
import sys
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HOME = ROOT / ".data" / "bench"
CASES = 1_000_000
BUSY = 872  # cases of one person: the number from a public complaint about another system


def setup(port: int) -> None:
    """Django in demo mode on the benchmark's own database; before any import of stadtkern."""
    os.environ.update(
        DJANGO_SETTINGS_MODULE="stadtkern.site.settings",
        STADTKERN_MODE="demo",
        STADTKERN_HOME=str(HOME),
        STADTKERN_URL=f"http://localhost:{port}",
    )
    sys.path.insert(0, str(ROOT))
    import django

    django.setup()


@dataclass
class Town:
    references: list[str]  # some of the million, of the clerk's office
    mine: list[str]  # the 872 of the busy person, shuffled
    owner_token: str  # of the person with 872 cases
    clerk_token: str
    owner_cookie: str
    clerk_cookie: str


def prepare(cases: int) -> Town:
    """Migrate, seed and load once; the next run finds everything."""
    from django.core.management import call_command

    from stadtkern.kernel.cases.models import Case
    from stadtkern.kernel.city.models import Office

    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    if not Office.objects.exists():
        call_command("seed", people=3000, bare=True)
    if Case.objects.count() < cases * 0.99:  # a few random references meet twice and are dropped
        load(cases)
    return people()


def load(cases: int) -> None:
    """COPY into a plain table, then one INSERT … SELECT, so that the search column is the database's own work."""
    from django.db import connection

    from stadtkern.kernel.accounts.actions import open_account
    from stadtkern.kernel.accounts.models import Account
    from stadtkern.kernel.city.models import Office
    from stadtkern.kernel.services import actions, catalogue
    from stadtkern.lib import ids

    dice = random.Random(1)
    editions = [(key, actions.publish(service).pk) for key, service in sorted(catalogue.all_services().items())]
    offices = list(Office.objects.values_list("pk", flat=True))
    names = list(Account.objects.values_list("name", flat=True))
    if not Account.objects.filter(email="bench-0@example.org").exists():
        for number in range(2000):
            open_account(
                f"bench-{number}@example.org",
                given_names="Bench",
                family_name=f"Nr. {number}",
                birth_date=None,
                actor_key="system",
            )
    accounts = list(Account.objects.filter(email__startswith="bench-").order_by("pk").values_list("pk", flat=True))
    busy = accounts[0]
    print(f"· loading {cases:,} cases (once)", flush=True)
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE raw (reference text, service text, edition bigint, account bigint, name text, office bigint, place int)"
        )
        with cursor.copy("COPY raw FROM STDIN") as copy:
            for place in range(cases):
                key, edition = dice.choice(editions)
                account = (
                    busy if place % (cases // BUSY) == 0 and place // (cases // BUSY) < BUSY else dice.choice(accounts[1:])
                )
                copy.write_row(
                    (ids.reference("MS"), key, edition, account, dice.choice(names), offices[place % len(offices)], place)
                )
        cursor.execute(
            """
            INSERT INTO cases_case (reference, service, edition_id, status, account_id, applicant, answers, sources, steps_done,
                office_id, fee_cents, created_at, updated_at, submitted_at, due_date, decided_at, closed_at, keep_until, trust,
                prefill_declined, search)
            SELECT DISTINCT ON (reference) reference, service, edition,
                CASE WHEN place %% 50 = 0 THEN 'IN_REVIEW' WHEN place %% 50 = 1 THEN 'AWAITING_CITIZEN' ELSE 'CLOSED' END,
                account, name, jsonb_build_object('note', 'case ' || place, 'street', 'Lindenstraße', 'count', place %% 7), '{}', '[]',
                office, 0, t, t, t, (t + interval '14 days')::date,
                CASE WHEN place %% 50 > 1 THEN t + interval '6 days' END, CASE WHEN place %% 50 > 1 THEN t + interval '6 days' END,
                (t + interval '10 years')::date, 1, false,
                to_tsvector('simple', lower(replace(reference, '-', '') || ' ' || name))
            FROM (SELECT *, now() - interval '3 years' + place * (interval '3 years' / %s) AS t FROM raw) AS dated
            """,
            [cases],
        )
        cursor.execute("VACUUM ANALYZE cases_case")


def people() -> Town:
    """Tokens for programs and sessions for browsers."""
    from stadtkern.kernel.accounts.access import Actor
    from stadtkern.kernel.accounts.actions import create_token, revoke_token
    from stadtkern.kernel.accounts.models import Account, Token, Trust
    from stadtkern.kernel.cases.models import Case

    owner = Account.objects.select_related("person").get(email="bench-0@example.org")
    clerk = Account.objects.select_related("staff__office").get(email="petra.sommer@demo.musterstadt.example")
    tokens = []
    for account in (owner, clerk):
        actor = Actor(account=account, staff=getattr(account, "staff", None), trust=Trust.BASIC)
        for earlier in Token.objects.filter(account=account, title="benchmark", revoked_at=None):
            revoke_token(actor, earlier)
        tokens.append(create_token(actor, "benchmark", 1)[1])
    top = Case.objects.order_by("-pk").values_list("pk", flat=True)[0]
    dice = random.Random(2)
    sample = Case.objects.filter(pk__in=[dice.randint(1, top) for _ in range(40_000)], office=clerk.staff.office_id)
    references = list(sample.values_list("reference", flat=True)[:4000])
    mine = list(Case.objects.filter(account=owner, company=None).order_by("reference").values_list("reference", flat=True))
    dice.shuffle(mine)
    return Town(references, mine, *tokens, cookie(owner), cookie(clerk))


def cookie(account: object) -> str:
    """A signed-in session as its cookie."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    session = SessionStore()
    session[SESSION_KEY] = str(account.pk)  # type: ignore[attr-defined]
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = account.get_session_auth_hash()  # type: ignore[attr-defined]
    session.set_expiry(timedelta(hours=2))
    session.create()
    return f"sessionid={session.session_key}"
