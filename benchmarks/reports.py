"""62,245 real reports of Zürich (2016 to 2025): import, list, map, heat map, nearby search; share of hints "perhaps reported already".

    python benchmarks/reports.py [FILE.csv.gz] [--hints 62245]

Makes a database of its own beside the embedded one and drops it afterwards. CPU = this process plus its PostgreSQL backend,
per request through the whole stack of middleware, p95 of 120 varied requests.
"""

import argparse
import os
import random
import statistics
import sys
import time
from datetime import timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "stadtkern.site.settings")
os.environ.setdefault("STADTKERN_MODE", "test")
os.environ.setdefault("STADTKERN_TEST_DATABASE", "bench_reports")
SHARED = Path(os.environ.get("STADTKERN_SHARED") or ROOT.parent / "shared") / "data" / "participation" / "issues"
EXPECTED = {(25, 7): 6.9, (50, 30): 19.4, (100, 30): 28.7}  # published for these data, per cent
TICK = os.sysconf("SC_CLK_TCK")
DICE = random.Random(7)


def backend_cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def measure(client, requests, pid):
    """Milliseconds of CPU of each request (the backend's clock ticks in 10 ms: it is averaged), and queries."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    queries, own, before = set(), [], backend_cpu(pid)
    for path, query in requests:
        started = time.process_time()
        answer = client.get(path, query)
        own.append(1000 * (time.process_time() - started))
        assert answer.status_code == 200, (path, answer.status_code)
    database = 1000 * (backend_cpu(pid) - before) / len(requests)
    for path, query in requests[:12]:
        with CaptureQueriesContext(connection) as seen:
            client.get(path, query)
        queries.add(len(seen))
    p95 = statistics.quantiles(own, n=20)[18]
    return {"p50": statistics.median(own) + database, "p95": p95 + database, "database": database, "queries": sorted(queries)}


def asked(points, categories):
    from django.urls import reverse

    def around(reach):
        lat, long = DICE.choice(points)
        return f"{lat - reach},{long - reach * 1.5},{lat + reach},{long + reach * 1.5}"

    def some(**more):
        query = {"art": DICE.choice([*categories, ""]), "stand": DICE.choice(["", "offen", "erledigt"]), **more}
        return {name: value for name, value in query.items() if value}

    zooms = ((11, 0.2), (12, 0.1), (13, 0.05), (14, 0.025), (15, 0.012), (16, 0.006), (17, 0.003))
    boxes = [DICE.choice(zooms) for _ in range(120)]
    return {
        "list": [(reverse("participation:reports"), some(seite=str(DICE.choice([1, 1, 1, 2, 5, 20])))) for _ in range(120)],
        "map": [(reverse("participation:report_points"), some(zoom=str(zoom), bbox=around(reach))) for zoom, reach in boxes],
        "heat map": [(reverse("participation:report_heat"), some()) for _ in range(120)],
        "nearby": [
            (reverse("participation:report_same"), {"lat": f"{lat}", "long": f"{long}", "art": DICE.choice(categories)})
            for lat, long in DICE.choices(points, k=120)
        ],
    }


def hints(most: int) -> dict[tuple[int, int], float]:
    """Share of reports that had an earlier one of their category nearby, asked of the product's own search."""
    from stadtkern.domains.participation.models import Report
    from stadtkern.domains.participation.reports import near

    rows = list(Report.objects.order_by("reported_at", "pk").select_related("contribution").defer("contribution__search"))
    picked = rows if most >= len(rows) else sorted(DICE.sample(rows, most), key=lambda one: (one.reported_at, one.pk))
    found = dict.fromkeys(EXPECTED, 0)
    for one in picked:
        here = (one.contribution.lat, one.contribution.long)
        close = near.same(one.category, here, radius=100, days=30, at=one.reported_at, open_only=False, limit=10_000)
        earlier = [
            (far, one.reported_at - other.reported_at)
            for other, far in close
            if (other.reported_at, other.pk) < (one.reported_at, one.pk)
        ]
        for radius, days in EXPECTED:
            found[radius, days] += any(far <= radius and ago <= timedelta(days=days) for far, ago in earlier)
    return {setting: 100 * many / len(picked) for setting, many in found.items()}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("file", nargs="?", type=Path, default=SHARED / "zuerich_reports_2016_2025.csv.gz")
    parser.add_argument("--hints", type=int, default=62_245)
    options = parser.parse_args()
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection
    from django.test import Client

    settings.ALLOWED_HOSTS = ["*"]
    old = connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        started = time.process_time()
        call_command("import_reports", str(options.file))
        print(f"import: {time.process_time() - started:.1f} s CPU of this process")
        from stadtkern.domains.participation.models import Report

        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE participation_contribution")
            cursor.execute("VACUUM ANALYZE participation_report")
            cursor.execute("SELECT pg_backend_pid()")
            pid = cursor.fetchone()[0]
        rows = Report.objects.listed()
        points = list(rows.values_list("contribution__lat", "contribution__long")[::37])
        categories = list(rows.order_by().values_list("category", flat=True).distinct())
        known = [
            one
            for one in categories
            if one in __import__("stadtkern.domains.participation.reports.categories", fromlist=["plan"]).plan().kinds
        ]
        print(f"{rows.count()} reports, {len(categories)} categories")
        client = Client()
        for name, requests in asked(points, known).items():
            for path, query in requests[:5]:
                client.get(path, query)
            told = measure(client, requests, pid)
            good = "ok" if told["p95"] <= 40 else "MISSED"
            print(f"{name:9} p50 {told['p50']:5.1f} ms  p95 {told['p95']:5.1f} ms CPU (of it database {told['database']:4.1f}), "
                  f"queries {told['queries']}  {good}")  # fmt: skip
        started = time.process_time()
        for (radius, days), share in hints(options.hints).items():
            good = "ok" if abs(share - EXPECTED[radius, days]) <= 1 else "MISSED"
            print(f"hint {radius:3} m / {days:2} days: {share:4.1f} % (published {EXPECTED[radius, days]} %)  {good}")
        print(
            f"hints: {time.process_time() - started:.0f} s CPU of this process for {min(options.hints, rows.count())} searches"
        )
    finally:
        connection.creation.destroy_test_db(old, verbosity=0)


if __name__ == "__main__":
    main()
