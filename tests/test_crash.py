"""Nothing is lost, doubled or half done when everything is killed: the small version of benchmarks/crash.py."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def test_nothing_is_lost_when_everything_is_killed():
    clean = {
        name: value for name, value in os.environ.items() if not name.startswith(("STADTKERN_", "DJANGO_", "DATABASE_URL"))
    }
    command = [sys.executable, "benchmarks/crash.py", "--quick", "--outages", "4,3600", "--submissions", "45", "--seed", "11"]
    done = subprocess.run(command, cwd=ROOT, env=clean, capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    assert "0 lost, 0 doubled, 0 half" in done.stdout
