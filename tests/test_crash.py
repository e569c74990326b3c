"""Nothing is lost, doubled or half done when everything is killed: the small version of benchmarks/crash.py.

It mostly waits, so it begins with the first test of this folder and goes on beside the others (conftest.py); it ends here.
"""

import time

PATIENCE = 900  # seconds


def test_nothing_is_lost_when_everything_is_killed(storm):
    until = time.monotonic() + PATIENCE
    while not (storm / "code").exists():
        assert time.monotonic() < until, f"not over yet:\n{(storm / 'said').read_text()}"
        time.sleep(0.5)
    said = (storm / "said").read_text()
    assert (storm / "code").read_text().strip() == "0", said
    assert "0 lost, 0 doubled, 0 half" in said
