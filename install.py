#!/usr/bin/env python3
"""Set up .venv from a lock file on a bare Debian; needs nothing but python3 (no pip, no venv package, no root).

python3 install.py requirements.lock .venv/ready      packages into .venv, then touch the mark
python3 install.py --browser .venv/browser             programs the tests drive: Chromium, pdfsig, xmlsec1
"""

import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PROGRAMS = {  # program -> Debian package
    "chromium": "chromium",
    "pdfsig": "poppler-utils",
    "xmlsec1": "xmlsec1",
    "turnserver": "coturn",
    "espeak-ng": "espeak-ng",
}


def main(arguments: list[str]) -> int:
    if len(arguments) != 2:
        print(__doc__)
        return 2
    if sys.version_info < (3, 11):  # noqa: UP036 - this file runs before anything is checked
        return fail(f"Stadtkern needs Python 3.11 or newer; this is {sys.version.split()[0]}.")
    task, mark = arguments
    try:
        programs() if task == "--browser" else packages(ROOT / task)
    except (subprocess.CalledProcessError, OSError, RuntimeError) as error:
        return fail(str(error))
    (ROOT / mark).touch()
    return 0


def packages(lock: Path) -> None:
    """Every package of the lock file into .venv, at exactly the locked versions and hashes."""
    begun = time.monotonic()
    if not (VENV / "bin" / "python").exists():
        say("Creating .venv")
        run([sys.executable, "-m", "venv", "--without-pip", str(VENV)])
    if not (VENV / "bin" / "pip").exists():
        put_pip()
    count = sum(line[:1].isalnum() for line in lock.read_text().splitlines())
    say(f"Installing up to {count} packages from {lock.name}")
    progress([str(VENV / "bin" / "python"), "-m", "pip", "install", "--disable-pip-version-check", "--no-deps",
              "--progress-bar", "off", "-r", str(lock)], count)  # fmt: skip
    say(f"Installed in {time.monotonic() - begun:.0f} s")


def put_pip() -> None:
    """pip into .venv: from Python's own ensurepip, else from Debian's package of the wheel, unpacked without root."""
    python = str(VENV / "bin" / "python")
    if importlib.util.find_spec("ensurepip"):
        run([python, "-m", "ensurepip", "--default-pip"])
        return
    say("This Python has no ensurepip; fetching Debian's pip")
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)  # apt reads it as its own user
        for name in ("lists/partial", "archives/partial"):
            Path(folder, name).mkdir(parents=True)
        own = [f"-oDir::State::lists={folder}/lists", f"-oDir::Cache={folder}", "-oDebug::NoLocking=1", "-oAPT::Sandbox::User="]
        run(["apt-get", *own, "-qq", "update"])
        run(["apt-get", *own, "-qq", "download", "python3-pip-whl"], cwd=folder)
        run(["dpkg-deb", "-x", str(next(Path(folder).glob("*.deb"))), folder])
        wheel = next(Path(folder).rglob("pip-*.whl"))
        run([python, f"{wheel}/pip", "install", "-q", "--no-index", str(wheel)])


def programs() -> None:
    """Chromium, pdfsig and xmlsec1 for the tests; without root only a look whether they are there."""
    missing = sorted({package for program, package in PROGRAMS.items() if not shutil.which(program)})
    if not missing:
        return
    if os.geteuid() != 0:
        raise RuntimeError(f"The tests need {' and '.join(missing)}. Please run:  sudo apt-get install {' '.join(missing)}")
    say(f"Installing {', '.join(missing)}")
    run(["apt-get", "-qq", "update"])
    run(["apt-get", "-qq", "-y", "--no-install-recommends", "install", *missing, "fonts-dejavu-core"])


def progress(command: list[str], count: int) -> None:
    """Run pip and show one line that moves; its whole output on failure."""
    lines: list[str] = []
    seen = 0
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        for line in process.stdout or ():
            lines.append(line)
            if line.startswith(("Collecting", "Requirement already")):
                seen += 1
                show(f"  {seen:3} of {count}  {line.split()[1]}" if line.startswith("Coll") else f"  {seen:3} of {count}")
            elif line.startswith("Installing collected"):
                show("  unpacking")
    show("")
    if process.returncode:
        raise RuntimeError("pip failed:\n" + "".join(lines[-30:]))


def run(command: list[str], cwd: str | None = None) -> None:
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(command, cwd=cwd, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}\n{done.stdout[-2000:]}")


def show(text: str) -> None:
    if sys.stdout.isatty():
        print(f"\r\033[K{text}", end="", flush=True)


def say(text: str) -> None:
    print(f"· {text}", flush=True)


def fail(text: str) -> int:
    print(f"\nStadtkern could not be set up.\n{text}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
