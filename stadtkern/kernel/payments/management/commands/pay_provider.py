"""The demo payment provider as a server of its own that speaks XBezahldienste 1.0, on this machine only."""

import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from stadtkern.kernel.city.profile import city
from stadtkern.kernel.payments.adapters.demo_run import serve
from stadtkern.kernel.payments.adapters.demo_server import MOODS, House


class Command(BaseCommand):
    help = "Serve the demo payment provider over HTTP (XBezahldienste 1.0), to try the adapter xbezahldienste with it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8190)
        parser.add_argument("--home", type=Path, default=settings.HOME, help="where it keeps its memory")
        parser.add_argument("--mood", choices=sorted(MOODS), default="", help="what goes wrong")
        parser.add_argument("--lenient", action="store_true", help="the same requestId with the same content is no error")

    def handle(self, *args: Any, port: int, home: Path, mood: str, lenient: bool, **options: Any) -> None:
        house = House(
            home=home, address="", clients={"stadt": "demo"}, originators=("stadtkern",), endpoints=(city().ags,),
            strict=not lenient, mood=mood, stop=lambda: os._exit(137),
        )  # fmt: skip
        server = serve(house, port)
        self.stdout.write(f"Demo-Bezahldienst: {house.address}")
        for line in (
            f"STADTKERN_PAY_URL={house.address}/api",
            f"STADTKERN_PAY_TOKEN_URL={house.address}/token",
            "STADTKERN_PAY_CLIENT=stadt STADTKERN_PAY_SECRET=demo STADTKERN_PAY_ORIGINATOR=stadtkern",
        ):
            self.stdout.write(f"  {line}")
        self.stdout.flush()
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            server.server_close()
