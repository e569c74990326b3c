"""The crash test is neither waited for when it is dead nor left running when nobody will look at it."""

import os
import signal
import time

import pytest

from . import storm as crash


def test_a_crash_test_that_dies_is_not_waited_for(tmp_path):
    begun = crash.begin(tmp_path / "crash", ["sleep", "300"])
    assert begun is not None and crash.begin(tmp_path / "crash") is None and crash.under_way(tmp_path / "crash")
    os.killpg(begun.pid, signal.SIGKILL)
    started = time.monotonic()
    with pytest.raises(AssertionError, match="without a result"):  # nobody has waited for it: it is still in the list
        crash.outcome(tmp_path / "crash")
    assert time.monotonic() - started < 60 and begun.wait(10) == -signal.SIGKILL


def test_a_crash_test_nobody_looks_at_any_more_is_ended(tmp_path):
    begun = crash.begin(tmp_path / "crash", ["sleep", "300"])
    crash.end(tmp_path / "crash")
    assert begun is not None and begun.wait(10) == -signal.SIGTERM
    crash.end(tmp_path / "crash")
    crash.end(tmp_path / "never begun")
