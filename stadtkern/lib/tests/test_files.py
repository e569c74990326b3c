"""Files are whole, private ones are nobody else's, and folders take one at a time."""

import fcntl

import pytest

from stadtkern.lib.files import PRIVATE, alone, put


def test_private_files_are_private_whatever_lay_there_before(tmp_path):
    target = tmp_path / "keys" / "key.pem"
    put(target, b"old")
    put(target, b"new", mode=PRIVATE)
    assert target.read_bytes() == b"new" and target.stat().st_mode & 0o777 == 0o600
    assert [file.name for file in target.parent.iterdir()] == ["key.pem"]


def test_a_failure_leaves_the_old_file_and_no_rest(tmp_path):
    target = tmp_path / "key.pem"
    target.mkdir()
    with pytest.raises(OSError):
        put(target, b"new", mode=PRIVATE)
    assert [file.name for file in tmp_path.iterdir()] == ["key.pem"]


def test_one_at_a_time(tmp_path):
    with alone(tmp_path / "keys") as folder, (folder / "lock").open("w") as other:
        assert folder.stat().st_mode & 0o777 == 0o700
        with pytest.raises(BlockingIOError):
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
