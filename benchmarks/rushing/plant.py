"""The installation of the rush: as crash.py has it, with the server and the worker exactly as the demo starts them."""

import contextlib
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from crashing.plant import ROOT, Plant, _kill_group, cluster

SERVER = ["--workers", "2", "--threads", "4", "--worker-class", "gthread", "--log-level", "error"]  # as `manage.py demo`


class RushPlant(Plant):
    """Server, job worker and database of its own."""

    def prepare(self) -> None:
        os.environ["STADTKERN_PROXIES"] = "1"  # each person comes from an address of their own, told by the proxy in front
        super().prepare()

    def wait_until_up(self, seconds: float) -> None:
        """Return once a page answers."""
        wait_for(f"{self.address}/betrieb/lebt", seconds)

    def _launch(self, name: str) -> None:
        command = {
            "server": ["-m", "gunicorn", "stadtkern.site.wsgi", "--bind", f"127.0.0.1:{self.port}", *SERVER],
            "worker": ["manage.py", "worker", "--concurrency", "2"],
        }[name]
        with (self.home / f"{name}.log").open("ab") as log:
            self._children[name] = subprocess.Popen(
                [sys.executable, *command], cwd=ROOT, stdout=log, stderr=log, start_new_session=True
            )

    def dsn(self) -> str:
        """Of the database."""
        return str(cluster(self.home).dsn)

    def binary(self, name: str) -> Path:
        """A program of PostgreSQL."""
        return Path(cluster(self.home).bin) / name

    def processes(self) -> dict[str, list[int]]:
        """Whose CPU is looked at."""
        return {"server": family(self._children["server"].pid), "database": family(cluster(self.home)._pid())}

    def kill_everything(self) -> None:
        """kill -9: master, workers, and the postmaster."""
        server = self._children["server"].pid
        _kill_group(server)
        self.killed["server"] += 1
        self.kill("postgres")


class BareServer:
    """The bare view under the same gunicorn; `with BareServer(...):`."""

    def __init__(self, plant: RushPlant, port: int) -> None:
        self.plant, self.port = plant, port

    def __enter__(self) -> "BareServer":
        command = [sys.executable, "-m", "gunicorn", "rushing.bare:application", "--bind", f"127.0.0.1:{self.port}", *SERVER]
        environment = os.environ | {"RUSH_DSN": self.plant.dsn(), "DATABASE_URL": self.plant.dsn()}
        with (self.plant.home / "bare.log").open("ab") as log:
            self.process = subprocess.Popen(command, cwd=ROOT / "benchmarks", env=environment, stdout=log, stderr=log)
        wait_for(f"http://127.0.0.1:{self.port}/", 60)
        return self

    def processes(self) -> dict[str, list[int]]:
        """Whose CPU is looked at."""
        return self.plant.processes() | {"server": family(self.process.pid)}

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait(20)


def family(pid: int | None) -> list[int]:
    """A process and its children."""
    if pid is None:
        return []
    with contextlib.suppress(OSError):
        return [pid, *map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())]
    return [pid]


def wait_for(address: str, seconds: float) -> None:
    """Return once somebody answers, whatever it is."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            urllib.request.urlopen(address, timeout=5)
            return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError(f"{address} does not answer")
