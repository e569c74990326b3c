"""`make tamper`: a throwaway database, a thousand lines of the access log, one altered and one deleted, and what verify_log says.

Its own PostgreSQL in a temporary folder; neither the demo's database nor DATABASE_URL is touched. The last line is JSON.
"""

import json
import random
import subprocess
import sys
from pathlib import Path

import throwaway

ROOT = Path(__file__).resolve().parents[1]
ROWS = 1200


def main() -> None:
    with throwaway.platform("tamper"):
        told = play()
    print(json.dumps(told))


def play() -> dict[str, int]:
    from django.db import connection, transaction

    from stadtkern.kernel.privacy import actions
    from stadtkern.kernel.privacy.models import Access

    print("· an empty database of its own", flush=True)
    chance = random.Random(11)
    for number in range(1, ROWS + 1):
        people = range(number, number + (40 if number % 10 == 0 else 1))  # every tenth is a list
        with transaction.atomic():
            actions.note_accesses(
                actor=f"staff:{chance.randint(1, 9)}", accounts=people, cases=people, purpose="desk", legal_basis="§ 18 BMG",
                source="cases", fields=["applicant"], about="" if len(people) > 1 else f"case:{number}",
            )  # fmt: skip
        if number == ROWS // 2:
            actions.anchor()
    rows = Access.objects.count()
    code, before = verify_log()
    print(f"· {rows} lines written; verify_log: exit {code}, findings {before['found'] or 'none'}")
    altered, deleted = chance.sample(list(Access.objects.values_list("pk", flat=True)), 2)
    with connection.cursor() as cursor:  # as somebody who may do everything, past every trigger
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("UPDATE privacy_access SET actor = 'staff:999' WHERE id = %s", [altered])
        cursor.execute("DELETE FROM privacy_access WHERE id = %s", [deleted])
        cursor.execute("SET session_replication_role = origin")
    print(f"· line {altered} altered, line {deleted} deleted, by a superuser with the triggers off")
    connection.close()
    code, after = verify_log()
    for finding in after["findings"]:
        print(f"  {finding['text']}")
    print(f"· verify_log: exit {code}")
    named = {(finding["kind"], finding["access"]) for finding in after["findings"]}
    ends = before["found"] == {} and code == 1
    return {
        "rows": rows,
        "altered_found": int(ends and ("altered", altered) in named),
        "deleted_found": int(ends and ("deleted", deleted) in named),
    }


def verify_log() -> tuple[int, dict]:
    """The command as an operator runs it."""
    done = subprocess.run([sys.executable, "manage.py", "verify_log", "--json"], cwd=ROOT, capture_output=True, text=True)
    if done.returncode not in (0, 1) or not done.stdout.strip():
        raise SystemExit(done.stderr or f"verify_log ended with {done.returncode}")
    return done.returncode, json.loads(done.stdout.strip().splitlines()[-1])


if __name__ == "__main__":
    main()
