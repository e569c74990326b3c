"""Nothing is lost, doubled or half done when everything is killed: the small version of benchmarks/crash.py.

It mostly waits, so it begins with the first test of this folder and goes on beside the others (conftest.py); it ends here.
"""

from . import storm as crash


def test_nothing_is_lost_when_everything_is_killed(storm):
    code, said = crash.outcome(storm)
    assert code == "0", said
    assert "0 lost, 0 doubled, 0 half" in said
