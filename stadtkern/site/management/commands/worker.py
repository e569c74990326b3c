"""`manage.py worker`: works the queue and keeps the city's clock, until it is told to stop.

It gets over a database that goes away. Where it does not, because something hangs or it fails again and again, it ends with
an error, and the service manager starts a fresh one.
"""

import asyncio
import logging
import signal
import time
from argparse import ArgumentParser
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from stadtkern.kernel.events.watchdog import Watchdog
from stadtkern.kernel.events.worker import SteadyWorker, remember_failures, words_of, worker_app
from stadtkern.site import jobs

log = logging.getLogger(__name__)
SHORT_LIFE = 60.0  # seconds
MOST_SHORT_LIVES = 10  # in a row
SPARE_THREADS = 4  # beside those that run jobs: rescue, the clock, names of hosts


class Command(BaseCommand):
    help = "Arbeitet die Warteschlange ab: Reaktionen, Webhooks, nächtliche Aufgaben. Übersteht einen Neustart der Datenbank."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--concurrency", type=int, default=4, help="Aufgaben gleichzeitig (Standard: 4)")
        parser.add_argument("--until-empty", action="store_true", help="enden, sobald nichts mehr zu tun ist")

    def handle(self, *args: Any, concurrency: int, until_empty: bool, **options: Any) -> None:
        self.stopping = False
        self.watchdog = Watchdog()
        jobs.keep_time()
        self.watchdog.start()
        try:
            self._live(concurrency, until_empty)
        finally:
            self.watchdog.over.set()

    def _live(self, concurrency: int, until_empty: bool) -> None:
        short_lives = 0
        while not self.stopping:
            begun = time.monotonic()
            try:
                asyncio.run(self._work(concurrency, until_empty))
            except Exception as error:
                log.warning("The worker starts again: %s", words_of(error.__cause__ or error))
            if until_empty:
                break
            short_lives = short_lives + 1 if time.monotonic() - begun < SHORT_LIFE else 0
            if short_lives >= MOST_SHORT_LIVES and not self.stopping:
                raise CommandError(f"The worker ended {short_lives} times at once; a fresh process may fare better.")
            if not self.stopping:
                time.sleep(1)

    async def _work(self, concurrency: int, until_empty: bool) -> None:
        loop = asyncio.get_running_loop()
        loop.set_default_executor(ThreadPoolExecutor(concurrency + SPARE_THREADS))
        async with worker_app().open_async() as pool:
            worker = SteadyWorker(
                pool,
                concurrency=concurrency,
                wait=not until_empty,
                install_signal_handlers=False,
                delete_jobs="successful",  # the diary tells what happened; the queue holds what is to come
                task_middleware=[*pool.worker_defaults.get("task_middleware", []), remember_failures],
                moved=self.watchdog.moved,
            )
            for number in (signal.SIGTERM, signal.SIGINT):
                loop.add_signal_handler(number, self._stop, worker)
            await worker.run()  # type: ignore[no-untyped-call]

    def _stop(self, worker: SteadyWorker) -> None:
        """Finish what runs, take nothing new; how long that may take is for the service manager to say."""
        self.stopping = True
        self.watchdog.over.set()
        worker.stop()  # type: ignore[no-untyped-call]
