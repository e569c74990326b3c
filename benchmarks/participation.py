"""Participation on two sync workers of gunicorn with two clients: lists of 1,000 and 10,000 ideas, the API, writing an idea.

`.venv/bin/python benchmarks/participation.py [--seconds 20]`. Server CPU is what the workers of gunicorn used, divided by the
requests they answered (the database is not in it). An installation of its own in `.data/bench-participation`.
"""

import argparse
import http.client
import os
import random
import re
import sys
import threading
import time
import urllib.parse
import urllib.request
from datetime import timedelta
from pathlib import Path
from typing import Any

import psutil
from load import Request, run
from throwaway import Gunicorn

ROOT = Path(__file__).resolve().parents[1]
HOME, PORT, WRITERS = ROOT / ".data" / "bench-participation", 8937, 400
SIZES = {"bench-1000": 1_000, "bench-10000": 10_000}
BAR = "{:46} {:>8} {:>8} {:>8} {:>12} {:>8}   {}"
WORDS = ["Bank", "Baum", "Brunnen", "Schatten", "Platz", "Straße", "Radweg", "Spielplatz", "Schule", "Park", "Garten", "Wasser", "Licht", "Bus", "Ampel", "Markt", "Kinder", "Nachbarn", "Abend", "Sommer", "Winter", "Regen", "Mauer", "Dach", "Tor", "Brücke", "Ufer", "Wiese", "Hecke", "Pflaster"]  # fmt: skip


def setup() -> None:
    os.environ.update(
        DJANGO_SETTINGS_MODULE="stadtkern.site.settings", STADTKERN_MODE="demo", STADTKERN_HOME=str(HOME),
        STADTKERN_URL=f"http://localhost:{PORT}",
    )  # fmt: skip
    sys.path.insert(0, str(ROOT))
    import django

    django.setup()


def prepare() -> list[str]:
    """Offices, two processes with their ideas, people with a session; returns their cookies."""
    from django.core.management import call_command

    from stadtkern.domains.participation.models import Process
    from stadtkern.kernel.city.models import Office

    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    if not Office.objects.exists():
        call_command("seed", people=200, bare=True, verbosity=0)
    for key, many in SIZES.items():
        if not Process.objects.filter(key=key).exists():
            fill(key, many)
    if not Process.objects.filter(key="bench-neu").exists():
        fill("bench-neu", 1_000)
    return cookies()


def fill(key: str, many: int) -> None:
    """A process of this many ideas with texts of about 600 letters, supported and commented by numbers."""
    from django.db import connection
    from django.utils import timezone

    from stadtkern.domains.participation.models import Category, Contribution, Phase, Process
    from stadtkern.kernel.city.models import Office
    from stadtkern.lib import ids

    dice, now = random.Random(many), timezone.now()
    row = Process.objects.create(
        key=key, kind="ideensammlung", title=f"Messung mit {many} Ideen", summary="Gemessen wird die Liste.", state="PUBLISHED",
        office=Office.objects.get(key="beteiligung"), settings={"moderation": "before", "place": "optional", "names": "choose"},
        published_at=now, phase_now="sammeln",
    )  # fmt: skip
    Phase.objects.create(
        process=row, key="sammeln", title="Sammeln", starts_at=now - timedelta(days=9), ends_at=now + timedelta(days=900),
        allows=["contribute", "comment", "support"],
    )  # fmt: skip
    topics = [Category.objects.create(process=row, key=f"thema-{n}", title=f"Thema {n}", position=n) for n in range(6)]

    def text(length: int) -> str:
        return " ".join(dice.choice(WORDS) + str(dice.randint(1, 999)) * (dice.random() < 0.1) for _ in range(length))

    made = (
        Contribution(
            process=row, kind="IDEA", state="PUBLISHED", reference=ids.reference("MB"), title=text(5)[:110],
            text=text(90), category=dice.choice(topics), district=dice.choice(["altstadt", "nordviertel", "suedstadt"]),
            lat=51.95 + dice.random() / 40, long=8.02 + dice.random() / 40, supports=int(dice.expovariate(0.05)),
            comments=dice.randint(0, 9), published_at=now - timedelta(minutes=n), submitted_at=now - timedelta(minutes=n),
            checked_at=now,
        )
        for n in range(many)
    )  # fmt: skip
    Contribution.objects.bulk_create(made, batch_size=1000)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE participation_contribution SET search = setweight(to_tsvector('simple', lower(title)), 'A') || "
            "setweight(to_tsvector('simple', lower(text)), 'C') WHERE process_id = %s",
            [row.pk],
        )
        cursor.execute("ANALYZE participation_contribution")


def cookies() -> list[str]:
    from django.conf import settings
    from django.contrib.auth import SESSION_KEY

    settings.ALLOWED_HOSTS = ["*"]
    from django.test import Client

    from stadtkern.kernel.accounts.actions import open_account
    from stadtkern.kernel.accounts.models import Account

    found = []
    for number in range(WRITERS):
        email = f"schreibt-{number}@example.org"
        account = Account.objects.filter(email=email).first() or open_account(
            email, given_names="Bench", family_name=str(number), birth_date=None, actor_key="system"
        )
        browser = Client()
        browser.force_login(account, backend=settings.AUTHENTICATION_BACKENDS[0])
        assert SESSION_KEY in browser.session
        browser.get("/beteiligung/")  # the list of sessions knows it, as after signing in
        found.append(f"{settings.SESSION_COOKIE_NAME}={browser.cookies[settings.SESSION_COOKIE_NAME].value}")
    return found


class Server(Gunicorn):
    """gunicorn, two sync workers: the set-up of the comparison in the research."""

    port = PORT
    kind = ("--worker-class", "sync")

    def cpu(self) -> float:
        """Seconds the workers have used so far."""
        workers = psutil.Process(self.process.pid).children(recursive=True)
        return sum(sum(one.cpu_times()[:2]) for one in workers)


def measure(server: Server, name: str, paths: list[str], seconds: float, most: float | None) -> bool:
    for path in paths:  # warm
        urllib.request.urlopen(f"http://localhost:{PORT}{path}").read()
    before = server.cpu()
    result = run(name, lambda n: Request(paths[n % len(paths)], headers={"Accept-Language": "de"}), port=PORT, clients=2,
                 seconds=seconds)  # fmt: skip
    cpu = (server.cpu() - before) * 1000 / len(result.latencies)
    good = most is None or cpu <= most
    goal = "" if most is None else f"<= {most:.0f} CPU ms: {'yes' if good else 'NO'}"
    print(BAR.format(name, f"{result.rate:.1f}", f"{result.at(0.5):.0f}", f"{result.at(0.95):.0f}", f"{cpu:.1f}", "", goal))
    return good


def write(server: Server, people: list[str], seconds: float) -> bool:
    """Each client: GET the form, POST the idea, as often as it can."""
    path, times, wrong = "/beteiligung/bench-neu/neu/", list[float](), list[str]()
    until, before = time.perf_counter() + seconds, server.cpu()

    def client(own: list[str]) -> None:
        number = 0
        while time.perf_counter() < until:
            number += 1
            begun = time.perf_counter()
            if said := pair(path, own[number % len(own)]):
                wrong.append(said)
            times.append((time.perf_counter() - begun) * 1000)

    threads = [threading.Thread(target=client, args=(people[half::2],)) for half in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if wrong:
        raise RuntimeError(f"{len(wrong)} of {len(times)} ideas were not taken: {wrong[0]}")
    rate, ordered, cpu = len(times) / seconds, sorted(times), (server.cpu() - before) * 1000 / len(times)
    good = rate >= 20
    print(BAR.format("write an idea (GET form + POST)", f"{rate:.1f}", f"{ordered[len(ordered) // 2]:.0f}",
                     f"{ordered[int(len(ordered) * 0.95)]:.0f}", f"{cpu:.1f}", "", f">= 20/s: {'yes' if good else 'NO'}"))  # fmt: skip
    return good


def strange(words: int) -> str:
    """Words nobody has written yet: what is like another idea would be shown that one first."""
    return " ".join("".join(random.choices("aeioubdfgklmnprst", k=8)) for _ in range(words))


def pair(path: str, cookie: str) -> str:
    """One idea, compared with those that are there; "" when it was taken."""
    line = http.client.HTTPConnection("localhost", PORT, timeout=30)
    line.request("GET", path, headers={"Cookie": cookie, "Accept-Language": "de"})
    answer = line.getresponse()
    page, sent = answer.read().decode(), " ".join(answer.headers.get_all("Set-Cookie") or [])
    token, csrf = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page), re.search(r"csrftoken=([^;]+)", sent)
    if not token or not csrf:
        return f"the form answered {answer.status}"
    values = {"csrfmiddlewaretoken": token[1], "title": strange(5), "category": "thema-1", "author": "none", "text": strange(40),
              "keep": "stay", "lat": "51.96", "long": "8.03"}  # fmt: skip
    headers = {"Cookie": f"{cookie}; csrftoken={csrf[1]}", "Content-Type": "application/x-www-form-urlencoded"}
    headers |= {"Referer": f"http://localhost:{PORT}{path}", "Accept-Language": "de"}
    line = http.client.HTTPConnection("localhost", PORT, timeout=30)  # a sync worker closes after each answer
    line.request("POST", path, urllib.parse.urlencode(values), headers)
    answer = line.getresponse()
    body = answer.read().decode()
    return "" if answer.status == 302 else f"{answer.status}: {re.sub('<[^>]+>', ' ', body)[:300]}"


def queries() -> dict[str, int]:
    """How many questions each list asks the database, in this process."""
    from django.conf import settings
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    settings.ALLOWED_HOSTS = ["*"]
    found: dict[str, int] = {}
    for key in SIZES:
        for path in (
            f"/beteiligung/{key}/",
            f"/beteiligung/{key}/?sort=beliebt&seite=20",
            f"/api/v1/participation/processes/{key}/contributions",
        ):
            with CaptureQueriesContext(connection) as asked:
                assert Client().get(path).status_code == 200
            found[path] = len(asked)
    return found


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--prepare", action="store_true", help="only lay out the data")
    parser.add_argument("--writing", action="store_true", help="measure writing alone")
    options = parser.parse_args()
    seconds = options.seconds
    setup()
    people = prepare()
    if options.prepare:
        return
    if options.writing:
        with Server() as server:
            sys.exit(0 if write(server, people, seconds) else 1)
    counts = queries()
    for path, count in counts.items():
        print(f"{count:3} queries  {path}")
    constant = all(
        counts[path] == counts[path.replace("bench-1000/", "bench-10000/")] for path in counts if "bench-1000/" in path
    )
    print(f"constant: {'yes' if constant else 'NO'}\n")
    print(BAR.format("", "req/s", "p50 ms", "p95 ms", "CPU ms/req", "", "goal"))
    good: list[Any] = [constant]
    with Server() as server:
        measure(server, "empty page (the frame of the figures)", ["/betrieb/lebt"], 5, None)
        for key, many in SIZES.items():
            pages = [f"/beteiligung/{key}/?seite={n}" for n in (1, 2, 5, 30)]
            good.append(measure(server, f"list of {many:,} ideas, 15 a page", pages, seconds, 40))
            good.append(
                measure(server, f"list of {many:,}, most supported", [f"/beteiligung/{key}/?sort=beliebt"], seconds / 2, 40)
            )
            good.append(
                measure(
                    server, f"search in {many:,} with a typing mistake", [f"/beteiligung/{key}/?q=brunen"], seconds / 2, None
                )
            )
            api = f"/api/v1/participation/processes/{key}/contributions?limit=50"
            good.append(measure(server, f"API, 50 of {many:,}", [api], seconds, 60))
        good.append(write(server, people, seconds))
    print("\nadhocracy-plus is not installed here and was not measured in this run.")
    sys.exit(0 if all(good) else 1)


if __name__ == "__main__":
    main()
