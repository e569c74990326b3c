"""A platform to measure: PostgreSQL of its own in a temporary folder, every table, and nothing left afterwards."""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
OTHERS = ("DATABASE_URL", "STADTKERN_ANCHORS", "STADTKERN_SEAL_P12")  # of an installation somebody uses


@contextmanager
def platform(name: str) -> Iterator[Path]:
    """Django is set up and the tables are there; neither the demo's database nor DATABASE_URL is touched."""
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
            call_command("migrate", verbosity=0)
            yield Path(home)
        finally:
            cluster.remove()
