"""Two cities, one delivery service, and kill -9: cases go from one Stadtkern to the other while everything dies.

    .venv/bin/python benchmarks/exchange.py --cases 20

Two installations of their own (databases, keys, web server, job worker each) with the real FIT-Connect adapter, and the
pretended delivery service over HTTP, which is busy (429, with Retry-After), away (503), cut off, and forgets to answer.
Workers are killed at random moments. At the end every case must lie in the other city exactly once, answers and files byte
for byte the same, confirmed by a token whose signature and tags jwcrypto has checked. Ends with 0 only then.
"""

import argparse
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from stadtkern.lib.fitconnect import jose  # noqa: E402
from stadtkern.lib.fitconnect.authority import Authority  # noqa: E402
from stadtkern.lib.fitconnect.fake import Service, trouble  # noqa: E402
from stadtkern.lib.postgres import Cluster  # noqa: E402

LAND_OVERLAY = 'authority = "state"\n[send]\nto = "land"\n'
TROUBLES = [
    ("announce", "429"), ("announce", "lost"), ("upload", "503"), ("submit", "lost"), ("fetch", "truncated"), ("list", "503"),
    ("attachment", "altered"), ("report", "lost"), ("events", "429"), ("key", "expired"), ("list", "doubled"),
]  # fmt: skip


class City:
    """One installation: its folder of data, its database, its processes."""

    def __init__(self, home: Path, name: str, url: str, base: str, root: Path) -> None:
        self.name, self.home, self.port = name, home / name, free_port()
        self.folder = self.home / "city"
        shutil.copytree(ROOT / "cities" / "musterstadt", self.folder)
        self.keys = self.home / "keys"
        self.keys.mkdir()
        self.destination = str(uuid.uuid4())
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.killed = 0
        self.environment = os.environ | {
            "STADTKERN_HOME": str(self.home), "STADTKERN_CITY": str(self.folder), "STADTKERN_MODE": "demo", "DATABASE_URL": url,
            "STADTKERN_URL": f"http://127.0.0.1:{self.port}", "STADTKERN_FITCONNECT_URL": base,
            "STADTKERN_FITCONNECT_TOKEN_URL": f"{base}/token", "STADTKERN_FITCONNECT_CLIENT": name,
            "STADTKERN_FITCONNECT_SECRET": name, "STADTKERN_FITCONNECT_ROOTS": str(root),
            "STADTKERN_FITCONNECT_DESTINATION": self.destination, "STADTKERN_FITCONNECT_KEYS": str(self.keys),
            "STADTKERN_FITCONNECT_CALLBACK_SECRET": f"callback-{name}",
        }  # fmt: skip

    def enter(self, service: Service, authority: Authority) -> None:
        """What the self-service portal does: client, destination, keys."""
        made = [jose.new_key(f"{self.name}-{purpose}", purpose) for purpose in ("unwrapKey", "sign")]
        for jwk in made:
            (self.keys / f"{jwk['kid']}.json").write_text(json.dumps(jwk))
        shown = [authority.certified(jwk, self.name) for jwk in made]
        expired = {"expired": {**shown[0], "x5c": shown[0]["x5c"][:1]}}
        service.register_client(self.name, self.name)
        callback = {"url": f"http://127.0.0.1:{self.port}/austausch/rueckruf/", "secret": f"callback-{self.name}"}
        service.register_destination(self.destination, self.name, shown[0], shown[1], callback=callback, spoiled=expired)

    def configure(self, land: str) -> None:
        """The real adapter; `land` = where the demo's Land would be."""
        file = self.folder / "city.toml"
        text = file.read_text().replace('[exchange]\nadapter = "demo"', '[exchange]\nadapter = "fitconnect"')
        text = text.replace("7b1f2c0a-5d7e-4a39-9a55-0d5e2f3c4b10", land)
        assert "fitconnect" in text and land in text
        file.write_text(text)

    def run(self, code: str) -> Any:
        """A piece of Python inside this installation; what it prints as JSON on its last line."""
        head = "import os, json, django; os.environ['DJANGO_SETTINGS_MODULE']='stadtkern.site.settings'; django.setup()\n"
        done = subprocess.run(
            [sys.executable, "-c", head + code], cwd=ROOT, env=self.environment, capture_output=True, text=True
        )
        if done.returncode:
            raise RuntimeError(done.stderr[-3000:])
        return json.loads(done.stdout.splitlines()[-1]) if done.stdout.strip() else None

    def start(self, what: str) -> None:
        commands = {
            "web": [sys.executable, "-m", "gunicorn", "stadtkern.site.wsgi", "--bind", f"127.0.0.1:{self.port}", "--threads", "2",
                    "--worker-class", "gthread", "--log-level", "error"],
            "worker": [sys.executable, "manage.py", "worker", "--concurrency", "2"],
        }  # fmt: skip
        log = (self.home / f"{what}.log").open("ab")
        self.processes[what] = subprocess.Popen(
            commands[what], cwd=ROOT, env=self.environment, stdout=log, stderr=log, start_new_session=True
        )

    def kill(self, what: str) -> None:
        process = self.processes[what]
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            self.killed += 1
        self.start(what)

    def stop(self) -> None:
        for process in self.processes.values():
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


PREPARE = """
from django.core.management import call_command
from stadtkern.kernel.city.models import Office
import tomllib, pathlib
from django.conf import settings
call_command("migrate", verbosity=0)
call_command("collectstatic", interactive=False, verbosity=0)
for key, said in tomllib.loads((settings.CITY_FOLDER / "seed" / "offices.toml").read_text()).items():
    Office.objects.get_or_create(key=key, defaults={"title": said["title"]})
"""
SEND = """
import io, random
from PIL import Image
from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.cases import actions as cases
from stadtkern.kernel.documents import actions as documents
from stadtkern.kernel.services import catalogue
for number in range(COUNT):
    out = io.BytesIO()
    Image.frombytes("RGB", (300, 200), random.Random(number).randbytes(300 * 200 * 3)).save(out, "JPEG", quality=80)
    actor = Actor(draft_keys=("k" * 64,))
    case, _ = cases.start(actor, catalogue.find("fundsache_melden"))
    photo = documents.receive(about=str(case), path="photo", account=None, file_name=f"bild {number} ü.jpg", data=out.getvalue(),
                              media_types=(), max_bytes=None)
    saved = cases.fill(actor, case, {"kind": "bag", "description": f"Rucksack {number} ✓", "photo": str(photo.key),
        "place": "Gleis 2", "found_on": "2026-11-01", "kept": "office", "name": "Amira Haddad",
        "contact/email": "amira@example.org"})
    assert not saved.problems, saved.problems
    cases.submit(actor, case)
"""
STATE = """
from stadtkern.kernel.exchange.models import Transmission, Reception
from django.db.models import Count
print(json.dumps({"out": dict(Transmission.objects.values_list("state").annotate(Count("pk"))),
                  "in": dict(Reception.objects.values_list("state").annotate(Count("pk")))}))
"""
TAKE_STOCK = """
from stadtkern.kernel.cases.models import Case
from stadtkern.kernel.documents.models import Upload
from stadtkern.kernel.exchange.models import Transmission, Reception
found = {}
for case in Case.objects.exclude(status="DRAFT"):
    files = {str(u.key): bytes(u.content.data).hex() for u in Upload.objects.filter(about=str(case))}
    answers = {p: ("file" if v in files else v) for p, v in case.answers.items()}
    found.setdefault(case.answers.get("description", ""), []).append([answers, sorted(files.values()), case.status])
rows = [[t.kase, t.tags, t.state] for t in Transmission.objects.all()]
print(json.dumps({"cases": found, "rows": rows, "receptions": Reception.objects.count()}))
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--patience", type=int, default=420)
    options = parser.parse_args()
    home = Path(tempfile.mkdtemp(prefix="stadtkern-exchange-"))
    running: list[Any] = []
    try:
        return prove(home, options, running)
    finally:
        for one in running:
            one.stop() if hasattr(one, "stop") else one.kill()
        shutil.rmtree(home, ignore_errors=True)


def prove(home: Path, options: argparse.Namespace, running: list[Any]) -> int:
    dice, base = random.Random(options.seed), f"http://127.0.0.1:{free_port()}"
    cluster = Cluster(home / "postgres")
    url = cluster.ensure()
    running.append(cluster)
    authority = Authority.new("Wurzel der Probe")
    (home / "root.pem").write_bytes(authority.root_pem())
    service = Service(home / "zustelldienst.sqlite", base)
    a, b = (City(home, name, database(url, name), base, home / "root.pem") for name in ("sender", "empfaenger"))
    for one in (a, b):
        one.enter(service, authority)
    a.configure(b.destination)
    b.configure(a.destination)
    (a.folder / "services" / "fundsache_melden.toml").write_text(LAND_OVERLAY)
    fake = subprocess.Popen(
        [sys.executable, "-m", "stadtkern.lib.fitconnect.fake", str(home / "zustelldienst.sqlite"), base.rpartition(":")[2]],
        cwd=ROOT,
    )
    running += [fake, a, b]
    say("two databases, two cities")
    for one in (a, b):
        one.run(PREPARE)
    a.run(SEND.replace("COUNT", str(options.cases)))
    say(f"{options.cases} cases sent in; workers start, and die")
    for one in (a, b):
        one.start("web")
        one.start("worker")
    for operation, kind in TROUBLES:
        trouble.order(service.store, operation, kind, times=2)
    begun = time.monotonic()
    while time.monotonic() - begun < options.patience:
        time.sleep(dice.uniform(3, 9))
        if time.monotonic() - begun < options.patience / 3:
            victim = dice.choice((a, b))
            victim.kill(dice.choice(("worker", "worker", "web")))
        seen = a.run(STATE)
        if seen["out"].get("ACCEPTED", 0) == options.cases:
            break
    say(f"{time.monotonic() - begun:.0f} s, {a.killed + b.killed} processes killed: {a.run(STATE)} {b.run(STATE)}")
    return report(options.cases, a, b, service)


def report(wanted: int, a: City, b: City, service: Service) -> int:
    sent, came = a.run(TAKE_STOCK), b.run(TAKE_STOCK)
    lost = [text for text in sent["cases"] if text not in came["cases"]]
    doubled = [text for text, rows in came["cases"].items() if len(rows) != 1]
    changed = [
        text for text, rows in came["cases"].items() if text in sent["cases"] and rows[0][:2] != sent["cases"][text][0][:2]
    ]
    checked = sum(proved(service, b, kase, tags) for kase, tags, state in sent["rows"] if state == "ACCEPTED")
    left = service.store.rows("SELECT count(*) AS n FROM submission WHERE state = 'incomplete'")[0]["n"]
    say(
        f"sent {len(sent['cases'])}, came {len(came['cases'])}, lost {len(lost)}, doubled {len(doubled)}, changed {len(changed)}"
    )
    say(f"confirmations checked with jwcrypto: {checked}; numbers asked for and never used: {left}")
    good = len(sent["cases"]) == wanted == checked and not (lost or doubled or changed) and len(came["cases"]) == wanted
    say("nothing lost, nothing doubled, nothing changed" if good else "NOT PROVED")
    return 0 if good else 1


def proved(service: Service, b: City, kase: str, tags: dict[str, Any]) -> bool:
    """The receiver's word in the log, by the other library: signature and tags."""
    from jwcrypto import jwk, jws

    plain = json.loads((b.keys / f"{b.name}-sign.json").read_text())
    key = jwk.JWK(**{name: value for name, value in plain.items() if name not in ("use", "key_ops", "alg")})
    accepted = 0
    for row in service.store.rows("SELECT token FROM event WHERE kase = ?", kase):
        token = row["token"]
        if jose.header_of(token)["kid"] != plain["kid"]:
            continue
        found = jws.JWS()
        found.allowed_algs = ["PS512"]
        found.deserialize(token, key)
        said = json.loads(found.payload)["events"]
        accepted += said["https://schema.fitko.de/fit-connect/events/accept-submission"]["authenticationTags"] == tags
    return accepted == 1


def database(url: str, name: str) -> str:
    """A database of its own in the same cluster."""
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')  # type: ignore[call-overload]
        old = connection.info.dbname
    return url.replace(f"/{old}?", f"/{name}?", 1)


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def say(text: str) -> None:
    print(f"{time.strftime('%H:%M:%S')}  {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
