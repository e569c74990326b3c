"""The scanner's plug: ClamAV's protocol against a server that speaks it, and what happens while nobody answers."""

import socket
import struct
import threading

import pytest

from stadtkern.kernel.documents.adapters import ScannerUnavailable, clamd, demo


class FakeClamd(threading.Thread):
    """Speaks INSTREAM once per connection; keeps what it was sent."""

    def __init__(self, answer: bytes) -> None:
        super().__init__(daemon=True)
        self.answer, self.received = answer, b""
        self.server = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self.server.getsockname()[1]}"

    def run(self) -> None:
        connection, _ = self.server.accept()
        with connection, connection.makefile("rb") as stream:
            assert stream.read(10) == b"zINSTREAM\0"
            while size := struct.unpack("!L", stream.read(4))[0]:
                self.received += stream.read(size)
            connection.sendall(self.answer)
        self.server.close()


@pytest.fixture
def answering(monkeypatch):
    def start(answer: bytes) -> FakeClamd:
        server = FakeClamd(answer)
        server.start()
        monkeypatch.setenv("STADTKERN_CLAMD", server.address)
        return server

    return start


def test_a_clean_file(answering):
    server = answering(b"stream: OK\0")
    data = bytes(range(256)) * 1000  # several pieces
    assert clamd.scan(data) is None
    server.join(5)
    assert server.received == data


def test_a_virus_is_named(answering):
    answering(b"stream: Win.Test.EICAR_HDB-1 FOUND\0")
    assert clamd.scan(b"x") == "Win.Test.EICAR_HDB-1"


@pytest.mark.parametrize(
    "answer", [b"INSTREAM size limit exceeded. ERROR\0", b"", b"stream: Can't open file ERROR\0", b"\xff\0"]
)
def test_any_other_answer_is_no_pass(answering, answer):
    answering(answer)
    with pytest.raises(ScannerUnavailable):
        clamd.scan(b"x")


@pytest.mark.parametrize("where", ["127.0.0.1:9", "/nowhere/clamd.ctl", "nonsense", "127.0.0.1:port"])
def test_no_server_is_no_pass(monkeypatch, where):
    monkeypatch.setenv("STADTKERN_CLAMD", where)
    with pytest.raises(ScannerUnavailable):
        clamd.scan(b"x")


def test_the_demo_knows_the_test_file_and_programs():
    assert demo.scan(b"%PDF- " + demo.EICAR) == "Eicar-Test-Signature"
    assert demo.scan(b"MZ\x90\x00") == "Windows program"
    assert demo.scan(b"\x7fELF\x02") and demo.scan(b"#!/bin/sh\n")
    assert demo.scan(b"%PDF-1.7 harmless") is None
