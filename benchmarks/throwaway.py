"""A platform to measure: PostgreSQL of its own in a temporary folder, every table, and nothing left afterwards."""

import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

ROOT = Path(__file__).resolve().parents[1]
OTHERS = ("DATABASE_URL", "STADTKERN_ANCHORS", "STADTKERN_SEAL_P12")  # of an installation somebody uses


@contextmanager
def platform(name: str) -> Iterator[Path]:
    """Django is set up, tables and static files are there; neither the demo's database nor DATABASE_URL is touched."""
    with tempfile.TemporaryDirectory(prefix=f"stadtkern-{name}-") as home:
        Path(home).chmod(0o711)  # the server may belong to another account
        os.environ |= {"STADTKERN_HOME": home, "STADTKERN_MODE": "demo", "DJANGO_SETTINGS_MODULE": "stadtkern.site.settings"}
        for one in OTHERS:
            os.environ.pop(one, None)
        sys.path.insert(0, str(ROOT))
        from stadtkern.lib.postgres import Cluster

        cluster = Cluster(Path(home))
        try:
            import django
            from django.core.management import call_command

            django.setup()
            from stadtkern.site.migrating import swiftly

            with swiftly():
                call_command("migrate", verbosity=0)
            call_command("collectstatic", interactive=False, verbosity=0)  # pages name them; without them the server complains
            yield Path(home)
        finally:
            cluster.remove()


class Gunicorn:
    """The platform on two workers at a port of this machine; a `with` starts and stops it. `kind`: how the workers work."""

    port = 0
    kind: tuple[str, ...] = ()

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "gunicorn", "stadtkern.site.wsgi", "--bind", f"127.0.0.1:{self.port}", "--workers", "2",
                   *self.kind, "--log-level", "warning"]  # fmt: skip
        self.process = subprocess.Popen(command, cwd=ROOT, env=os.environ.copy())
        for _ in range(300):
            try:
                urllib.request.urlopen(f"http://localhost:{self.port}/betrieb/lebt", timeout=2)
                return self
            except OSError:
                time.sleep(0.1)
        raise RuntimeError("the server does not answer")

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait(60)
