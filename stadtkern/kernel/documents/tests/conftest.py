"""A letter to work with."""

import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from stadtkern.kernel.documents.render import render
from stadtkern.kernel.documents.sealing import seal
from stadtkern.lib import qr

AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
TEMPLATE = """
#import "/letter.typ": letter, data, value, facts, legal-remedy, euro, german-date, decision-text
#show: letter.with(subject: "Bescheid über die Hundesteuer")
#decision-text() Sie haben am #german-date(data.case.submitted) den Hund #value("dog_name") angemeldet.
= Festsetzung
Die Steuer beträgt #euro(data.case.fee) im Jahr.
#facts()
#legal-remedy(kind: "widerspruch")
"""
URL = "http://localhost:8000/dokumente/pruefen/0123456789BCDFGHJKMNPQRSTVW/"


def letter_data(**more):
    return {
        "city": {"name": "Musterstadt", "street": "Rathausplatz 1", "postcode": "49999", "town": "Musterstadt",
                 "phone": "0123 456-0", "email": "stadt@musterstadt.example"},
        "office": {"title": "Amt für Steuern und Abgaben", "phone": "0123 456-200"},
        "applicant": {"name": "Zoë Łucja Çelik-Müller", "street": "Lindenstraße", "house_number": "12a",
                      "postcode": "49999", "town": "Musterstadt"},
        "case": {"reference": "MS-7F3K-9QXM", "service": "Hund anmelden", "submitted": "2026-11-20", "fee": 123450},
        "decision": {"outcome": "GRANTED", "clerk": "Petra Sommer"},
        "answers": {"dog_name": "Bello"},
        "sections": [{"title": "Ihr Hund", "rows": [["Rufname", "Bello"], ["Rasse", "Mischling"]]}],
        "date": "2026-11-22",
        "number": "2026-BCDFG-HJKMN",
        "verify_url": URL,
        "qr": qr.svg(URL),
        **more,
    }  # fmt: skip


def make(template=TEMPLATE, **more):
    return render(template, letter_data(**more), at=AT)


def tool(name):
    """Poppler is installed by `make test`; without it these tests fail, they are not skipped."""
    found = shutil.which(name)
    assert found, f"{name} is missing: apt-get install poppler-utils"
    return found


def text_of(pdf: bytes, *options: str) -> str:
    done = subprocess.run([tool("pdftotext"), *options, "-", "-"], input=pdf, capture_output=True, check=True)
    return done.stdout.decode()


@pytest.fixture
def letter() -> bytes:
    return make()


@pytest.fixture
def sealed(letter: bytes) -> bytes:
    return seal(letter, reason="Dokument 2026-BCDFG-HJKMN", place="Musterstadt").data


@pytest.fixture
def as_file(tmp_path: Path):
    def write(data: bytes, name: str = "paper.pdf") -> str:
        (tmp_path / name).write_bytes(data)
        return str(tmp_path / name)

    return write
