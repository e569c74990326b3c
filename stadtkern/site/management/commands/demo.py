"""`make demo`: database, believable data, server and worker, with progress; Ctrl-C stops everything."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from argparse import ArgumentParser
from contextlib import nullcontext
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from stadtkern.kernel.city.models import Office
from stadtkern.kernel.city.profile import city
from stadtkern.kernel.privacy.erasing import journal
from stadtkern.lib.postgres import Cluster
from stadtkern.site.migrating import swiftly


class Command(BaseCommand):
    help = "Set up and serve the platform with demo data on this machine."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--reset", action="store_true", help="start over: all demo data is deleted")
        parser.add_argument("--people", type=int, default=3000)
        parser.add_argument("--setup-only", action="store_true", help="prepare everything, serve nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("The demo runs only with STADTKERN_MODE=demo; this installation says otherwise.")
        port = options["port"]
        if not options["setup_only"] and taken(port):
            raise CommandError(f"Port {port} is in use. Choose another one:  make demo PORT={port + 1}")
        begun = time.monotonic()
        if options["reset"]:
            self.step("Starting over", reset)
        self.step("Database", tables)
        self.step("Static files", lambda: call_command("collectstatic", interactive=False, verbosity=0))
        if not Office.objects.exists():
            self.stdout.write(f"· The people of {city().name}")
            call_command("seed", people=options["people"], stdout=self.stdout)
        if options["setup_only"]:
            return
        connection.close()
        self.serve(port, begun)

    def step(self, title: str, work: Any) -> None:
        self.stdout.write(f"· {title} … ", ending="")
        self.stdout.flush()
        begun = time.monotonic()
        work()
        self.stdout.write(f"{time.monotonic() - begun:.1f} s")

    def serve(self, port: int, begun: float) -> None:
        """gunicorn and one worker as children; a worker that ended is started again, without the server both end."""
        address = f"http://localhost:{port}"
        environment = os.environ | {"STADTKERN_URL": os.environ.get("STADTKERN_URL", address)}
        python = [sys.executable]
        server = [*python, "-m", "gunicorn", "stadtkern.site.wsgi", "--bind", f"127.0.0.1:{port}", "--workers", "2",
                  "--threads", "4", "--worker-class", "gthread", "--log-level", "warning"]  # fmt: skip
        worker = [*python, "manage.py", "worker", "--concurrency", "2"]
        children = [begin(command, environment) for command in (server, worker)]
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        try:
            wait_for(address, children)
            self.welcome(address, time.monotonic() - begun)
            while children[0].poll() is None:
                time.sleep(0.5)
                if children[1].poll() is not None:  # it ends where only a fresh process helps (commands/worker.py)
                    time.sleep(2)
                    children[1] = begin(worker, environment)
        except KeyboardInterrupt:
            pass
        finally:
            stop(children)
            put_away()

    def welcome(self, address: str, seconds: float) -> None:
        self.stdout.write(self.style.SUCCESS(f"\n  {city().name} is open:  {address}      (ready after {seconds:.1f} s)\n"))
        self.stdout.write("  Become someone with one click under “Demo” at the top of every page:")
        for persona in city().raw["personas"]:
            self.stdout.write(f"    {persona['title']:24} {persona['text']}")
        self.stdout.write(f"\n  Data: {settings.HOME}   start over: make demo RESET=1   stop: Ctrl-C\n")


def reset() -> None:
    """Empty database, no mail, new keys. Only ever reached in demo mode."""
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA public CASCADE")
        cursor.execute("CREATE SCHEMA public")
    for name in ("mail", "keys", "outage", "static", "demo-bezahldienst", "anchors"):
        shutil.rmtree(settings.HOME / name, ignore_errors=True)
    journal.place().unlink(missing_ok=True)  # its numbers would be those of other people


def tables() -> None:
    """All of them on an empty database, otherwise what is new."""
    with nullcontext() if connection.introspection.table_names() else swiftly():
        call_command("migrate", verbosity=0)


def taken(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def begin(command: list[str], environment: dict[str, str]) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(command, cwd=settings.ROOT, env=environment)


def wait_for(address: str, children: list["subprocess.Popen[bytes]"]) -> None:
    """Return when the first page answers; a child that dies first is an error."""
    for _ in range(600):
        if any(child.poll() is not None for child in children):
            raise CommandError("The server stopped while starting; its message stands above.")
        try:
            with urlopen(address, timeout=2):  # noqa: S310 - our own address
                return
        except (URLError, OSError):
            time.sleep(0.1)
    raise CommandError(f"{address} does not answer after 60 seconds.")


def put_away() -> None:
    """Stop the embedded database, unless somebody else works with it."""
    connection.close()
    if not os.environ.get("DATABASE_URL"):
        cluster = Cluster(settings.HOME)
        if cluster.running() and cluster.idle():
            cluster.stop()


def stop(children: list["subprocess.Popen[bytes]"]) -> None:
    for child in children:
        child.terminate()
    for child in children:
        try:
            child.wait(15)
        except subprocess.TimeoutExpired:
            child.kill()
