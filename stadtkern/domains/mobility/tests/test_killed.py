"""kill -9 in the middle of an import, of the reading process and of the worker: the old timetable answers on, it is said what
happened, and the next try gets through."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, connections
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from stadtkern.domains.mobility.actions import feeds
from stadtkern.domains.mobility.models import Feed, FeedVersion
from stadtkern.domains.mobility.trips import world
from stadtkern.kernel.events.actions import rescue

from .test_feeds import DEMO, without

PAGE = ("fahrplan",)


@pytest.fixture
def home(tmp_path, monkeypatch):
    """The folder another process in mode "test" takes for its own when told of tmp_path."""
    monkeypatch.setattr(settings, "HOME", tmp_path / "test" / "main")
    monkeypatch.setattr(feeds.days, "DAYS", 1)
    world.forget()
    yield tmp_path
    world.forget()


WORKER = """
import django
django.setup()
from stadtkern.kernel.events.worker import worker_app
worker_app().run_worker(wait=False, install_signal_handlers=False, listen_notify=False)
"""


def worker(home):
    """The worker as a process of its own, on this test's database; without the clock, which is not of this test."""
    told = connection.settings_dict
    url = f"postgresql://{told['USER']}:{told['PASSWORD']}@localhost:{told['PORT']}/{told['NAME']}?host={told['HOST']}"
    env = {key: value for key, value in os.environ.items() if key != "PYTEST_XDIST_WORKER"}
    env |= {"DATABASE_URL": url, "STADTKERN_HOME": str(home), "STADTKERN_MODE": "test"}
    env["DJANGO_SETTINGS_MODULE"] = "stadtkern.site.settings"
    command = [sys.executable, "-c", WORKER]
    return subprocess.Popen(command, cwd=settings.ROOT, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def until(found, seconds=120):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if got := found():
            return got
        time.sleep(0.02)
    raise AssertionError("waited in vain")


def builder(parent):
    """The reading process of this parent, once it is past its first step."""
    if not Feed.objects.get().step.startswith(("read", "paths", "day")):
        return None
    for place in Path("/proc").glob("[0-9]*"):
        try:
            ours = f"PPid:\t{parent}\n" in (place / "status").read_text()
            if ours and b"trips.building" in (place / "cmdline").read_bytes():
                return int(place.name)
        except OSError:
            continue
    return None


def gone(pid):
    try:
        return "State:\tZ" in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return True


@pytest.fixture
def desk(login, planner_of_office, home, run_jobs):
    """The office's browser; version 1 counts, and another file was uploaded that nobody has read yet."""
    desk = login(planner_of_office.account)
    desk.post(reverse("mobility:source_new"), {**DEMO, "every_minutes": "0"})
    desk.post(reverse("mobility:source_read", args=PAGE))
    run_jobs()
    assert world.version().number == 1
    desk.post(reverse("mobility:source_upload", args=PAGE), {"file": SimpleUploadedFile("x.zip", without("fare_rules.txt"))})
    return desk


def answers_as_before(desk, *words):
    """Version 1 counts, nothing of another one is seen, and the page says what happened and what to do."""
    page = desk.get(reverse("mobility:source", args=PAGE)).content.decode()
    assert all(word in page for word in (*words, "Jetzt lesen", "Der Fahrplan davor gilt weiter"))
    assert world.version().number == 1 and FeedVersion.objects.count() == 1
    assert desk.get(reverse("mobility:planner")).status_code == 200


def test_killed_twice_each_and_read_at_the_end(desk, home, run_jobs):
    def work():
        try:
            run_jobs()
        finally:
            connections.close_all()

    for _turn in range(2):  # the reading process: this process is the worker
        working = threading.Thread(target=work)
        working.start()
        os.kill(until(lambda: builder(os.getpid())), signal.SIGKILL)
        working.join()
        answers_as_before(desk, "nicht gelungen", "von außen beendet")
        desk.post(reverse("mobility:source_read", args=PAGE))
    for turn in range(2):  # the worker
        process = worker(home)
        try:
            child = until(lambda parent=process.pid: builder(parent))
        finally:
            process.kill()
            process.wait()
        until(lambda pid=child: gone(pid))  # what nobody waits for any more ends by itself
        answers_as_before(desk, "unterbrochen", "Das Lesen ist abgebrochen")
        if turn == 0:
            desk.post(reverse("mobility:source_read", args=PAGE))
    assert ProcrastinateJob.objects.filter(status="doing").exists()
    rescue.rescue_stalled(0)  # what every worker does at its start, 30 seconds after the last heartbeat
    run_jobs()
    feed = Feed.objects.get()
    assert feed.state == "IDLE" and world.version().number == 2, feed.problem
    assert not (settings.HOME / "mobility" / "incoming" / "fahrplan").exists()
    assert not [one for one in (settings.HOME / "mobility" / "work").iterdir() if one.is_dir()]
