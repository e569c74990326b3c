"""Every document of every service, for every outcome, as a real PDF."""

from datetime import UTC, datetime
from io import BytesIO

import pikepdf
import pytest

from stadtkern.kernel.documents.render import render
from stadtkern.kernel.services import catalogue
from stadtkern.kernel.services.examples import examples_of, typed
from stadtkern.lib.forms.shape import summary

SERVICES = sorted(catalogue.all_services())
AT = datetime(2026, 11, 24, 12, tzinfo=UTC)
HOSTILE = '#panic("x") \\ $ * _ <script> “„ Çelik\nzweite Zeile'


def letter(service: catalogue.Service, example: object, outcome: str, reason: str, **answers: str) -> dict:
    """The data a case gives to its letter."""
    given = typed(service.form, example.answers)
    sections = summary(service.form, given)
    return {
        "city": {"name": "Musterstadt", "street": "Rathausplatz 1", "postcode": "49999", "town": "Musterstadt"},
        "office": {"title": "Bürgeramt", "phone": "0123 456-100"},
        "applicant": {"name": "Zoë Łucja Çelik-Müller", "street": "Lindenstraße", "house_number": "12 a"},
        "case": {
            "reference": "MS-7F3K-9QXM",
            "service": service.title,
            "submitted": "2026-11-22",
            "fee": service.fee_cents(given),
        },
        "decision": {"outcome": outcome, "reason": reason, "legal_basis": service.legal_basis, "clerk": "P. Sommer"},
        "answers": {row.path: row.text for one in sections for row in one.rows if row.kind and row.text} | answers,
        "sections": [{"title": one.title, "rows": [[row.label, row.text] for row in one.rows if row.text]} for one in sections],
        "date": "2026-11-24",
    }


@pytest.mark.parametrize("outcome", ["GRANTED", "REJECTED"])
@pytest.mark.parametrize("key", SERVICES)
def test_the_document_is_a_tagged_pdf(key, outcome):
    service = catalogue.find(key)
    example = next(one for one in examples_of(service) if not one.problems)
    pdf = render(service.template_source(), letter(service, example, outcome, "Das ist der Grund."), at=AT)
    with pikepdf.open(BytesIO(pdf)) as opened:
        assert opened.Root.MarkInfo.Marked
        assert str(opened.Root.Lang).startswith("de")
        assert len(opened.pages) <= 4


@pytest.mark.parametrize("key", SERVICES)
def test_nothing_typed_is_read_as_markup(key):
    service = catalogue.find(key)
    example = next(one for one in examples_of(service) if not one.problems)
    data = letter(service, example, "PARTLY", HOSTILE)
    data["answers"] = dict.fromkeys(data["answers"], HOSTILE)
    data["sections"] = [{"title": "Titel", "rows": [[HOSTILE, HOSTILE]]}]
    assert render(service.template_source(), data, at=AT).startswith(b"%PDF")


@pytest.mark.parametrize("key", SERVICES)
def test_a_letter_with_nothing_in_it_is_still_a_letter(key):
    assert render(catalogue.find(key).template_source(), {"case": {"service": "x"}}, at=AT).startswith(b"%PDF")


def test_the_certificate_carries_the_register_in_two_languages():
    service = catalogue.find("meldebescheinigung")
    plain, extended = examples_of(service)[:2]
    one = render(service.template_source(), letter(service, plain, "GRANTED", ""), at=AT)
    two = render(service.template_source(), letter(service, extended, "GRANTED", ""), at=AT)
    assert len(two) > len(one)
