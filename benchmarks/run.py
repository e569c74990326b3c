"""`make bench`: the figures of docs/evidence.md, on a million cases, two gunicorn workers, client on the same machine.

Every figure is also given as a ratio to the empty page of the same run, so that machines can be compared.
"""

import argparse
import json
import os
import platform
import re
import time
import urllib.parse
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from itertools import cycle
from typing import Any

import town
from load import Request, Result, run
from throwaway import Gunicorn

PORT = 8931
BAR = "{:44} {:>7} {:>9} {:>9} {:>9} {:>9}   {}"


@dataclass
class Goal:
    """What the figure should reach: requests a second, or milliseconds at a share of the requests."""

    rate: float | None = None
    share: float = 0.5
    ms: float | None = None

    def met(self, result: Result) -> bool:
        return (self.rate is None or result.rate >= self.rate) and (self.ms is None or result.at(self.share) <= self.ms)

    def __str__(self) -> str:
        parts = [f">= {self.rate:.0f}/s"] if self.rate else []
        return ", ".join(parts + ([f"p{self.share * 100:.0f} < {self.ms:.0f} ms"] if self.ms else []))


class Server(Gunicorn):
    """gunicorn with two workers of two threads; `with Server():` starts and stops it."""

    port = PORT
    kind = ("--threads", "2", "--worker-class", "gthread", "--keep-alive", "30")

    def memory(self) -> float:
        """Resident megabytes of master and workers together (shared pages counted in each)."""
        import psutil

        master = psutil.Process(self.process.pid)
        return sum(one.memory_info().rss for one in [master, *master.children(recursive=True)]) / 1e6


def fetch(path: str, headers: dict[str, str]) -> tuple[float, bytes, int]:
    """One request on a new connection: milliseconds, body, status."""
    begun = time.perf_counter()
    with urllib.request.urlopen(urllib.request.Request(f"http://localhost:{PORT}{path}", headers=headers)) as answer:
        body = answer.read()
    return (time.perf_counter() - begun) * 1000, body, answer.status


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}", "Accept": "application/json"}


def reads(place: town.Town) -> list[tuple[str, Callable[[int], Request], int, Goal]]:
    """Name, request, clients, goal."""
    one, own = cycle(place.references), cycle(place.mine)
    deep = deep_cursors(place)
    clerk, visitor = {"Cookie": place.clerk_cookie}, {"Accept-Language": "de"}
    owner = {"Cookie": place.owner_cookie}
    api = bearer(place.clerk_token)
    mine = bearer(place.owner_token)
    return [
        ("empty page (the frame)", lambda n: Request("/betrieb/lebt"), 4, Goal()),
        (
            "one case by API, its applicant",
            lambda n: Request(f"/api/v1/cases/{next(own)}", headers=mine),
            4,
            Goal(300, 0.99, 50),
        ),
        (
            "one case by API, a clerk (the look is noted)",
            lambda n: Request(f"/api/v1/cases/{next(one)}", headers=api),
            4,
            Goal(),
        ),
        ("page of 100 cases by API, deep, 1 client", lambda n: Request(next(deep), headers=api), 1, Goal(None, 0.5, 25)),
        ("page of 100 cases by API, deep, 4 clients", lambda n: Request(next(deep), headers=api), 4, Goal(60)),
        (
            "my cases by API, person with 872",
            lambda n: Request("/api/v1/cases?limit=100", headers=mine),
            1,
            Goal(None, 0.95, 150),
        ),
        ("my city, person with 872 cases", lambda n: Request("/meine-stadt/", headers=owner), 1, Goal(None, 0.95, 150)),
        ("clerk's queue (page)", lambda n: Request("/vorgang/schreibtisch/", headers=clerk), 2, Goal(None, 0.95, 60)),
        ("service page, visitor", lambda n: Request("/leistungen/meldebescheinigung/", headers=visitor), 4, Goal(500)),
        ("start page, visitor", lambda n: Request("/", headers=visitor), 4, Goal()),
    ]


def deep_cursors(place: town.Town) -> Any:
    """Addresses of pages far down the list: every tenth page of the first 300 is walked once, then asked in turn."""
    found, path = [], "/api/v1/desk/cases?limit=100&view=done"
    for page in range(300):
        body = json.loads(fetch(path, bearer(place.clerk_token))[1])
        if not body.get("next"):
            break
        path = "/api/v1/desk/cases?limit=100&view=done&after=" + urllib.parse.quote(str(body["next"]))
        if page % 10 == 9:
            found.append(path)
    return cycle(found[len(found) // 2 :] or found or [path])


def submit(place: town.Town) -> Callable[[int], Request]:
    """A whole application in one call: form check, case, event, job, audit, all in one transaction."""
    answers = example()
    body = json.dumps({"service": "hundesteuer_abmelden", "answers": answers}).encode()
    headers = bearer(place.owner_token) | {"Content-Type": "application/json"}
    return lambda n: Request("/api/v1/cases", "POST", headers, body)


def example() -> dict[str, Any]:
    from stadtkern.kernel.services import catalogue
    from stadtkern.lib.forms.sample import valid_answers

    return valid_answers(catalogue.find("hundesteuer_abmelden").form, seed=1)


def step_save(place: town.Town) -> Callable[[int], Request]:
    """Saving the first step of a draft as a browser does it, with session and CSRF token."""
    path, headers, body = draft_step(place)
    return lambda n: Request(path, "POST", headers, body)


def draft_step(place: town.Town) -> tuple[str, dict[str, str], bytes]:
    """Begin an application in a session of the busy person and prepare the POST of its first step."""
    from stadtkern.kernel.accounts.access import Actor
    from stadtkern.kernel.accounts.models import Account, Trust
    from stadtkern.kernel.cases import actions
    from stadtkern.kernel.services import catalogue

    account = Account.objects.select_related("person").get(email="bench-0@example.org")
    service = catalogue.find("hundesteuer_abmelden")
    case, _ = actions.start(Actor(account=account, trust=Trust.BASIC), service)
    path = f"/vorgang/{case.reference}/angaben/{service.form.steps[0].key}/"
    with urllib.request.urlopen(
        urllib.request.Request(f"http://localhost:{PORT}{path}", headers={"Cookie": place.owner_cookie})
    ) as answer:
        cookie = re.search(r"csrftoken=([^;]+)", " ".join(answer.headers.get_all("Set-Cookie") or []))
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', answer.read().decode())
    if not cookie or not token:
        raise RuntimeError("no CSRF token on the form page")
    fields = {"csrfmiddlewaretoken": token[1]} | posted(service.form.steps[0], example())
    headers = {
        "Cookie": f"{place.owner_cookie}; csrftoken={cookie[1]}",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    return path, headers, urllib.parse.urlencode(fields).encode()


def posted(step: Any, answers: dict[str, Any]) -> dict[str, str]:
    """Answers as a browser would send them: dates in three parts."""
    fields: dict[str, str] = {}
    for path, value in answers.items():
        text = str(value)
        if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
            fields |= {f"{path}.year": text[:4], f"{path}.month": text[5:7], f"{path}.day": text[8:]}
        else:
            fields[path] = {"True": "true", "False": "false"}.get(text, text)
    return fields


def show(result: Result, base: float, goal: Goal) -> None:
    verdict = "" if str(goal) == "" else f"{'reached' if goal.met(result) else 'NOT REACHED'} ({goal})"
    figures = [f"{result.rate:.0f}/s", *(f"{result.at(share):.1f} ms" for share in (0.5, 0.95, 0.99))]
    print(BAR.format(result.name, *figures, f"{result.rate / base:.2f}", verdict), flush=True)


def cold(place: town.Town) -> None:
    """First request of the person with 872 cases after a start of the server: nothing of theirs is in any cache of ours."""
    for name, path, headers in (
        ("my city", "/meine-stadt/", {"Cookie": place.owner_cookie}),
        ("my cases by API", "/api/v1/cases?limit=100", bearer(place.owner_token)),
    ):
        times = []
        for _ in range(3):
            with Server():
                fetch("/", {})
                fetch("/", {})
                times.append(fetch(path, headers)[0])
        print(f"{name}, cold: {', '.join(f'{ms:.0f} ms' for ms in times)} (goal: < 150 ms)")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=town.CASES)
    parser.add_argument("--seconds", type=float, default=8)
    options = parser.parse_args()
    town.setup(PORT)
    place = town.prepare(options.cases)
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, {options.cases:,} cases\n")
    with Server() as server:
        print(BAR.format("", "rate", "p50", "p95", "p99", "to empty", ""))
        base = 1.0
        measures = [
            *((name, make, clients, goal, 200) for name, make, clients, goal in reads(place)),
            ("form step save, 1 client", step_save(place), 1, Goal(None, 0.95, 30), 302),
            ("submit by API", submit(place), 4, Goal(200), 201),
        ]
        for name, make, clients, goal, expected in measures:
            run(name, make, port=PORT, clients=clients, seconds=1, expect=expected)  # warm
            result = run(name, make, port=PORT, clients=clients, seconds=options.seconds, expect=expected)
            base = result.rate if name.startswith("empty") else base
            show(result, base, goal)
        print(f"\nresident memory, master and two workers: {server.memory():.0f} MB")
    cold(place)


if __name__ == "__main__":
    main()
