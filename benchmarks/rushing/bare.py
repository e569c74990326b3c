"""What the rush is compared with: a WSGI function that runs the booking statement and nothing else.

No framework, no session, no account, no CSRF, no diary, no job, no queue. Same server, same workers and threads, same
database, same client. Started as `gunicorn rushing.bare:application` with the morning in RUSH_BARE.
"""

import itertools
import json
import os
import random
import sys
import threading
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import psycopg

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "stadtkern.site.settings")
import django

django.setup()
from stadtkern.kernel.appointments import plan, statement  # noqa: E402
from stadtkern.lib import ids  # noqa: E402

CELLS = 2
BOOK, WAIT = statement.book(CELLS), statement.book(CELLS, wait=True)
MASK = plan.grid(CELLS * 5)
_mine = threading.local()
_points = itertools.count(random.randrange(1, 2**61))


def parameters(matter: int, day: date) -> dict[str, Any]:
    """As actions/holding.py fills them for one visit of ten minutes."""
    now, point = datetime.now(UTC), next(_points)
    return {
        "matters": [matter], "channel": "desk", "places": [], "dates": [day], "mask": MASK, "released": now, "now": now,
        "before": 0, "after": 0, "minutes": CELLS * 5, "number": ids.reference("T"), "matter": matter, "wished": "[]",
        "persons": 1, "limits": f"{{[{point},{point + 1})}}", "held_until": now + timedelta(minutes=10), "account": None,
        "company": None, "mandate": None, "holder": "", "about": "", "language": "de",
    }  # fmt: skip


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """POST matter and day: take a slot."""
    fields = parse_qs(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])).decode())
    matter, day = json.loads(fields["slot"][0])
    if not hasattr(_mine, "connection"):
        _mine.connection = psycopg.connect(os.environ["RUSH_DSN"], autocommit=True, prepare_threshold=0)
    given = parameters(matter, date.fromisoformat(day))
    row = _mine.connection.execute(BOOK, given).fetchone() or _mine.connection.execute(WAIT, given).fetchone()
    body = f"{given['number']} {row[4]} {row[5]}".encode() if row and row[1] else b"none"
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
    return [body]
