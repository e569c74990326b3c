"""An installation of its own in a folder of its own: PostgreSQL, server, worker; whatever dies is started again."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

ROOT = Path(__file__).resolve().parents[2]


class Plant:
    """`start()` sets everything up; until `stop()` a caretaker restarts what is killed, as a service manager does."""

    def __init__(self, home: Path, port: int) -> None:
        self.home, self.port = home, port
        self.address = f"http://127.0.0.1:{port}"
        self.outage = home / "outage"
        self.killed: Counter[str] = Counter()
        self.restarted: Counter[str] = Counter()
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self._open = threading.Event()

    def prepare(self) -> None:
        """Django on the new folder: must run before anything of stadtkern is imported."""
        self.outage.mkdir(parents=True, exist_ok=True)
        os.environ.update(
            DJANGO_SETTINGS_MODULE="stadtkern.site.settings", STADTKERN_MODE="demo", STADTKERN_HOME=str(self.home),
            STADTKERN_URL=self.address, STADTKERN_LOG="ERROR",
        )  # fmt: skip
        for name in ("DATABASE_URL", "STADTKERN_SMTP", "STADTKERN_CITY", "STADTKERN_DEBUG"):
            os.environ.pop(name, None)
        sys.path.insert(0, str(ROOT))
        import django
        from django.core.management import call_command

        django.setup()
        from stadtkern.site.migrating import swiftly

        with swiftly():
            call_command("migrate", verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)

    def start(self) -> None:
        self._open.set()
        for name in ("server", "worker"):
            self._launch(name)
        self._caretaker = threading.Thread(target=self._look_after, daemon=True)
        self._caretaker.start()
        self.wait_until_up(60)

    def stop(self, *, keep: bool = False) -> None:
        """Everything down, and the folder deleted unless somebody wants to look at it."""
        self._open.clear()
        if hasattr(self, "_caretaker"):
            self._caretaker.join(30)
        for child in self._children.values():
            _kill_group(child.pid)
            child.wait(10)
        if "django" not in sys.modules:
            return
        if keep:
            cluster(self.home).stop()
        else:
            cluster(self.home).remove()
            shutil.rmtree(self.home, ignore_errors=True)

    def kill(self, what: str) -> bool:
        """`kill -9`; False when there was nothing alive to kill."""
        if what == "postgres":
            pid = cluster(self.home)._pid()
        elif what == "server worker":
            pid = _a_child_of(self._children["server"].pid)
        else:
            pid = self._children[what].pid
        if pid is None:
            return False
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            return False
        self.killed[what] += 1
        return True

    def said(self, name: str, most: int = 3000) -> str:
        """The end of a program's log."""
        return (self.home / f"{name}.log").read_text(errors="replace")[-most:]

    def switch(self, outside: str, *, off: bool) -> None:
        """An outside system ("mail", "payments", "registers") goes away or comes back."""
        file = self.outage / outside
        file.touch() if off else file.unlink(missing_ok=True)

    def wait_until_up(self, seconds: float) -> None:
        """Return once a page with a database query answers."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            with contextlib.suppress(URLError, OSError), urlopen(f"{self.address}/vorgang/neu/meldebescheinigung/", timeout=5):
                return
            time.sleep(0.2)
        raise RuntimeError(f"{self.address} does not answer; see {self.home}/server.log")

    def _look_after(self) -> None:
        while self._open.is_set():
            with contextlib.suppress(Exception):
                if not cluster(self.home).running():
                    cluster(self.home).ensure()
                    self.restarted["postgres"] += 1
            for name, child in list(self._children.items()):
                if child.poll() is not None and self._open.is_set():
                    _kill_group(child.pid)  # orphaned workers, as systemd does (KillMode=control-group)
                    self.restarted[name] += 1
                    self._launch(name)
            time.sleep(0.3)

    def _launch(self, name: str) -> None:
        command = {
            "server": ["-m", "gunicorn", "stadtkern.site.wsgi", "--bind", f"127.0.0.1:{self.port}", "--workers", "2",
                       "--threads", "4", "--worker-class", "gthread", "--log-level", "error"],
            "worker": ["manage.py", "worker", "--concurrency", "4"],
        }[name]  # fmt: skip
        with (self.home / f"{name}.log").open("ab") as log:
            self._children[name] = subprocess.Popen(
                [sys.executable, *command], cwd=ROOT, stdout=log, stderr=log, start_new_session=True
            )


def _kill_group(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def cluster(home: Path) -> Any:
    from stadtkern.lib.postgres import Cluster

    return Cluster(home)


def _a_child_of(pid: int) -> int | None:
    with contextlib.suppress(OSError):
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return int(children[0]) if children else None
    return None
