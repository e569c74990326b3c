"""What the access log costs: pages with and without it side by side, the chain, its examination, and eight writers at once.

One command, its own throwaway database. CPU time is that of this process (page and client) plus that of its PostgreSQL backend,
so a busy machine changes little; modes take turns request by request.
"""

import json
import os
import random
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from unittest.mock import patch

import throwaway

ROUNDS = int(os.environ.get("ROUNDS", "120"))
CASES, ROWS, WRITERS, EACH = 200, 100_000, 8, 100


def main() -> None:
    with throwaway.platform("log"):
        told = measure()
    print(json.dumps(told))


def measure() -> dict[str, float]:
    from django.core.management import call_command

    print("· a town of its own", flush=True)
    call_command("seed", people=300, bare=True)
    return pages() | chain() | writers()


def pages() -> dict[str, float]:
    """The clerk's list, a case, and the list of the API, as `modes` says; the first look of each is remembered by the process."""
    from django.test import Client

    from stadtkern.kernel.accounts.access import Actor
    from stadtkern.kernel.accounts.actions import create_token

    member, reference = fill()
    desk, program = Client(headers={"host": "localhost"}), Client(headers={"host": "localhost"})
    desk.force_login(member.account, backend="stadtkern.kernel.accounts.sign_in.Backend")
    token = {"authorization": f"Bearer {create_token(Actor(member.account, member), 'Messung', 1)[1]}"}
    asks = {
        "the clerk's list (50 people)": lambda: desk.get("/vorgang/schreibtisch/"),
        "a case, the list beside it": lambda: desk.get(f"/vorgang/schreibtisch/{reference}/"),
        "the list of the API (50 people)": lambda: program.get("/api/v1/desk/cases?limit=50", headers=token),
    }
    told, by = {}, modes()
    others = [mode for mode in by if mode != "off"]
    print(f"\n{'median CPU of a request, ms':34}{'off':>7}" + "".join(f"{mode:>21}" for mode in others))
    for name, ask in asks.items():
        ask()
        taken: dict[str, list[float]] = {mode: [] for mode in by}
        for turn in range(ROUNDS + 10):
            for mode in random.sample(list(by), len(by)):
                with by[mode]():
                    begun = cpu()
                    answer = ask()
                    spent = cpu() - begun
                assert answer.status_code == 200, answer.status_code
                if turn >= 10:
                    taken[mode].append(spent * 1000)
        median = {mode: statistics.median(spent) for mode, spent in taken.items()}
        ratios = {mode: median[mode] / median["off"] for mode in others}
        print(
            f"{name:34}{median['off']:7.2f}" + "".join(f"{median[mode]:14.2f}{ratios[mode]:7.3f}" for mode in others),
            flush=True,
        )
        told |= {f"{name}, {mode}: ratio": round(ratio, 3) for mode, ratio in ratios.items()}
    return told


def modes() -> dict[str, Callable[[], AbstractContextManager[object]]]:
    """Without the log; a look nobody wrote down before; one written by another process; one written by this process."""
    from stadtkern.kernel.privacy import actions, lately
    from stadtkern.kernel.privacy.actions import noting

    @contextmanager
    def new() -> Iterator[None]:  # looks for the same line, finds none, and writes
        never = noting._ONCE.replace("a.purpose = %(purpose)s", "a.purpose = %(purpose)s || '-'")
        assert never != noting._ONCE
        with patch.object(lately, "_moments", {}), patch.object(noting, "_ONCE", never):
            yield

    return {
        "off": lambda: patch.object(actions, "note_accesses", lambda **_: None),
        "new line": new,
        "again, elsewhere": lambda: patch.object(lately, "_moments", {}),
        "again": nullcontext,
    }


def fill():
    """A clerk with 200 cases of 200 people in review."""
    from datetime import timedelta

    from django.utils import timezone

    from stadtkern.kernel.accounts.models import Account, Staff
    from stadtkern.kernel.cases.models import Case, Status
    from stadtkern.kernel.services import actions, catalogue

    member = Staff.objects.select_related("office", "account").filter(role="CLERK", office__key="buergeramt").first()
    service = catalogue.find("meldebescheinigung")
    edition = actions.publish(service)
    people = Account.objects.bulk_create(Account(email=f"mensch-{n}@example.org", name=f"Mensch {n}") for n in range(CASES))
    now = timezone.now()
    Case.objects.bulk_create(
        Case(reference=f"MS-2222-{n:04}", service=service.key, edition=edition, status=Status.IN_REVIEW, account=person,
             applicant=person.name, office=member.office, submitted_at=now, due_date=(now + timedelta(days=n % 20)).date())
        for n, person in enumerate(people)
    )  # fmt: skip
    return member, "MS-2222-0007"


def cpu() -> float:
    return time.process_time() + backend()


def backend() -> float:
    """Seconds the PostgreSQL process of this connection was on a CPU; waits until it has gone idle."""
    from django.db import connection

    if connection.connection is None:
        return 0.0
    pid = connection.connection.info.backend_pid
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9


def chain() -> dict[str, float]:
    from django.db import connection

    from stadtkern.kernel.privacy import actions
    from stadtkern.kernel.privacy.verify import verify

    def insert(count: int) -> float:
        begun = backend()
        for number in range(count):
            actions.note_access(actor="staff:1", person_key=None, account=None, cases=[number], purpose="desk", legal_basis="§",
                                source="cases", fields=["applicant"], about="")  # fmt: skip
        return (backend() - begun) / count * 1e6

    insert(50)
    plain, linked = [], []
    for _ in range(8):
        linked.append(insert(100))
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE privacy_access DISABLE TRIGGER privacy_access_link")
        plain.append(insert(100))
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE privacy_access ENABLE TRIGGER privacy_access_link")
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("DELETE FROM privacy_access a WHERE NOT EXISTS (SELECT FROM privacy_link l WHERE l.access = a.id)")
        cursor.execute("SET session_replication_role = origin")
        cursor.execute(
            "INSERT INTO privacy_access (actor, office, purpose, legal_basis, source, fields, accounts, person_keys, cases, about,"
            " channel, charge, at) SELECT 'staff:' || n %% 50, 'buergeramt', 'desk', '§', 'cases', '[\"applicant\"]', ARRAY[n],"
            " '{}', ARRAY[n], 'case:' || n, 'page', 'mine', now() FROM generate_series(1, %s) n",
            [ROWS],
        )
    actions.anchor()
    begun = time.process_time() + backend()
    report = verify()
    spent = time.process_time() + backend() - begun
    assert report.sound, report.findings[:3]
    one, other = statistics.median(plain), statistics.median(linked)
    print(f"\nan insert: {one:.0f} µs of the database without the chain, {other:.0f} µs with it")
    print(
        f"verify_log: {report.rows} rows, {report.rows / spent:,.0f} rows per CPU second ({report.seconds:.1f} s on this machine)"
    )
    return {"chain_us": round(other - one), "verify_rows_per_cpu_s": round(report.rows / spent)}


def writers() -> dict[str, float]:
    from django.db import connections

    from stadtkern.kernel.privacy import actions
    from stadtkern.kernel.privacy.models import Link

    before = Link.objects.count()

    def write(who: int) -> None:
        try:
            for number in range(EACH):
                actions.note_access(actor=f"staff:{who}", person_key=None, account=None, cases=[number], purpose="desk",
                                    legal_basis="§", source="cases", fields=["applicant"], about="")  # fmt: skip
        finally:
            connections.close_all()

    threads = [threading.Thread(target=write, args=(who,)) for who in range(WRITERS)]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    rate = WRITERS * EACH / (time.perf_counter() - begun)
    assert Link.objects.count() == before + WRITERS * EACH
    print(f"{WRITERS} writers at once, each line its own transaction on disk: {rate:,.0f} lines/s")
    return {"writers_lines_per_s": round(rate)}


if __name__ == "__main__":
    main()
