"""However a plate is typed, it is written one way."""

import pytest

from stadtkern.lib.plates import normal


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("MST-AB 123", "MST-AB 123"),
        (" mst ab123 e ", "MST-AB 123E"),
        ("MÜ-X 1H", "MÜ-X 1H"),
        ("mst-ab-9999", "MST-AB 9999"),
        ("THW-80123", "THW-80123"),
        ("MSTAB123", None),  # where does the place end?
        ("MST-AB 0123", None),
        ("MST-ABC 12", None),
        ("", None),
        ("ẞẞ-\x00 1", None),
    ],
)
def test_plates(typed, written):
    assert normal(typed) == written
    assert written is None or normal(written) == written
