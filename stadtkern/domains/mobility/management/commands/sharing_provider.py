"""The demo operator of shared vehicles as a server of its own that speaks TOMP-API 1.5.0, on this machine only."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from stadtkern.domains.mobility.adapters.demo_house import MOODS, House
from stadtkern.kernel.payments.adapters.demo_run import serve


class Command(BaseCommand):
    help = "Serve the demo operator of shared vehicles over HTTP (TOMP-API 1.5.0), to try the adapter tomp with it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8191)
        parser.add_argument("--home", type=Path, default=settings.HOME / "mobility" / "operator-http", help="its books")
        parser.add_argument("--system", default="flitz")
        parser.add_argument("--mood", choices=sorted(MOODS), default="", help="what goes wrong")
        parser.add_argument("--where", default="", help="only at addresses that begin so, for example /legs")

    def handle(self, *args: Any, port: int, home: Path, system: str, mood: str, where: str, **options: Any) -> None:
        server = serve(House(home, "demo", system, mood=mood, where=where), port)
        self.stdout.write(f"Demo-Anbieter: http://127.0.0.1:{server.server_port}")
        self.stdout.write(f'  [sharing.{system}] adapter = "tomp", url = "http://127.0.0.1:{server.server_port}"')
        self.stdout.write(f"  STADTKERN_TOMP_KEYS={system}=demo")
        self.stdout.flush()
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            server.server_close()
