"""`manage.py worker`: works the queue and keeps the city's clock, until it is told to stop."""

import asyncio
import logging
import signal
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from stadtkern.kernel.events.worker import SteadyWorker, remember_failures, words_of, worker_app
from stadtkern.site import jobs

log = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Arbeitet die Warteschlange ab: Reaktionen, Webhooks, nächtliche Aufgaben. Übersteht einen Neustart der Datenbank."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--concurrency", type=int, default=4, help="Aufgaben gleichzeitig (Standard: 4)")
        parser.add_argument("--until-empty", action="store_true", help="enden, sobald nichts mehr zu tun ist")

    def handle(self, *args: Any, concurrency: int, until_empty: bool, **options: Any) -> None:
        self.stopping = False
        jobs.keep_time()
        while not self.stopping:
            try:
                asyncio.run(self._work(concurrency, until_empty))
            except Exception as error:
                log.warning("The worker starts again: %s", words_of(error.__cause__ or error))
            if until_empty:
                return
            if not self.stopping:
                time.sleep(1)

    async def _work(self, concurrency: int, until_empty: bool) -> None:
        async with worker_app().open_async() as pool:
            worker = SteadyWorker(
                pool,
                concurrency=concurrency,
                wait=not until_empty,
                install_signal_handlers=False,
                delete_jobs="successful",  # the diary tells what happened; the queue holds what is to come
                task_middleware=[*pool.worker_defaults.get("task_middleware", []), remember_failures],
            )
            loop = asyncio.get_running_loop()
            for number in (signal.SIGTERM, signal.SIGINT):
                loop.add_signal_handler(number, self._stop, worker)
            await worker.run()  # type: ignore[no-untyped-call]

    def _stop(self, worker: SteadyWorker) -> None:
        """Finish what runs, take nothing new."""
        self.stopping = True
        worker.stop()  # type: ignore[no-untyped-call]
