"""What we send to the bank: ISO schemas by two validators, sums, texts; the code on the invoice read by another program."""

import io
from datetime import date, datetime
from pathlib import Path

import pytest
import xmlschema
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from PIL import Image

from stadtkern.lib.sepa import epc
from stadtkern.lib.sepa.account import NoAccount, is_creditor_id, masked, read_iban
from stadtkern.lib.sepa.debit import Debit
from stadtkern.lib.sepa.debit import write as write_debits
from stadtkern.lib.sepa.target import is_settlement_day, settlement_days_after
from stadtkern.lib.sepa.text import sepa_reference, sepa_text
from stadtkern.lib.sepa.transfer import Transfer
from stadtkern.lib.sepa.transfer import write as write_transfers
from stadtkern.lib.sepa.xml import Holder, NotValid, check

CITY = Holder("Stadt Musterstadt – Stadtkasse", "DE02120300000000202051", "BYLADEM1001", "DE98ZZZ09999999999")
NOW = datetime(2026, 11, 27, 9, 30)


def debit(at=1, **more):
    facts = {
        "end_to_end": f"MS-2026-{at}", "cents": 1250 + at, "mandate": "M-1", "signed_on": date(2026, 3, 1),
        "name": "Zoë Łucja Çelik-Müller",
        "iban": "DE89370400440532013000", "text": "Hundesteuer 1000-0123-80", "sequence": "RCUR", "due": date(2026, 12, 3),
    }  # fmt: skip
    return Debit(**facts | more)


@pytest.mark.parametrize("version", ["08", "02"])
def test_direct_debits_follow_the_schema_and_add_up(version):
    rows = [debit(1), debit(2, sequence="FRST"), debit(3, due=date(2026, 12, 7)), debit(4)]
    data, batches = write_debits("MS-LAUF-7", NOW, CITY, rows, version=version)
    folder = Path(__import__("sepaxml").__file__).parent / "schemas"
    xmlschema.XMLSchema(str(folder / f"pain.008.001.{version}.xsd")).validate(data.decode())
    read = etree.fromstring(data)
    assert read.findtext(".//{*}GrpHdr/{*}NbOfTxs") == "4" and read.findtext(".//{*}GrpHdr/{*}CtrlSum") == "50.10"
    sums = [
        (node.findtext("{*}PmtInfId"), node.findtext("{*}CtrlSum"), len(node.findall("{*}DrctDbtTxInf")))
        for node in read.iter("{*}PmtInf")
    ]
    assert sums == [("MS-LAUF-7-1", "12.52", 1), ("MS-LAUF-7-2", "25.05", 2), ("MS-LAUF-7-3", "12.53", 1)]
    assert batches == {
        "MS-2026-1": "MS-LAUF-7-2",
        "MS-2026-2": "MS-LAUF-7-1",
        "MS-2026-3": "MS-LAUF-7-3",
        "MS-2026-4": "MS-LAUF-7-2",
    }
    assert read.findtext(".//{*}Dbtr/{*}Nm") == "Zoe Lucja Celik-Mueller"


@pytest.mark.parametrize(
    "wrong", [{"cents": 0}, {"cents": -5}, {"cents": 10**12}, {"sequence": "XXXX"}, {"iban": "DE1"}, {"end_to_end": " "}]
)
def test_what_no_bank_takes_is_not_written(wrong):
    with pytest.raises(ValueError):
        write_debits("A", NOW, CITY, [debit(**wrong)])


def test_the_same_collection_twice_in_a_file_is_refused():
    with pytest.raises(ValueError, match="twice"):
        write_debits("A", NOW, CITY, [debit(1), debit(1)])


@pytest.mark.parametrize("version", ["09", "03"])
def test_transfers_follow_the_schema(version):
    rows = [
        Transfer("E1", 100, "Đorđe Petrović", "AT611904300234573201", "Erstattung 1000-0123-80"),
        Transfer("E2", 1, "Ab & Co", "DE89370400440532013000", "x"),
    ]
    data = write_transfers("MS-ERST-1", NOW, CITY, rows, on=date(2026, 11, 30), version=version)
    assert etree.fromstring(data).findtext(".//{*}Cdtr/{*}Nm") == "Dorde Petrovic"
    with pytest.raises(NotValid):
        check(data.replace(b"<CtrlSum>1.01</CtrlSum>", b"<CtrlSum>viel</CtrlSum>"), f"pain.001.001.{version}")


@given(st.text(max_size=200), st.integers(1, 140))
def test_texts_are_only_what_banks_accept(text, most):
    found = sepa_text(text, most)
    assert len(found) <= most and set(found) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/-?:().,'+ ")
    assert not found.startswith("/") and "//" not in found


def test_texts_and_references():
    assert sepa_text("Weiß & Söhne, Łódź — „Größe“", 70) == "Weiss + Soehne, Lodz - 'Groesse'"
    assert sepa_reference("MS 2026 / 17") == "MS2026/17"


def test_accounts():
    assert read_iban(" de02 1203 0000 0000 2020 51 ") == "DE02120300000000202051"
    for wrong in (
        "DE02120300000000202052",
        "DE",
        "",
        "12345",
        "US12345678901234567",
        "DE0212030000000020205\x00",
        "BR1500000000000010932840814P2",
    ):
        with pytest.raises(NoAccount):
            read_iban(wrong)
    assert masked("DE02120300000000202051") == "DE02 … 2051"
    assert is_creditor_id("DE98ZZZ09999999999") and not is_creditor_id("DE97ZZZ09999999999") and not is_creditor_id("x")


def test_settlement_days():
    assert not is_settlement_day(date(2027, 3, 26)) and not is_settlement_day(date(2027, 3, 29))  # Good Friday, Easter Monday
    assert is_settlement_day(date(2026, 10, 3)) is False  # a Saturday
    assert is_settlement_day(date(2025, 10, 3))  # German Unity Day is none of theirs
    assert settlement_days_after(date(2026, 12, 23), 2) == date(2026, 12, 28)


def scanned(code):
    out = io.BytesIO()
    code.save(out, kind="png", scale=5, border=4)
    (found,) = zxingcpp.read_barcodes(Image.open(out))
    return found.text.split("\n")


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 99_999_999_999), st.sampled_from(["Stadt Musterstadt", "Gemeinde Großröhrsdorf – Kasse", "Ø" * 90]))
def test_another_program_reads_the_transfer_off_the_code(cents, name):
    lines = scanned(epc.code(name=name, iban="DE02120300000000202051", cents=cents, text="1000-0123-80"))
    assert lines[:4] == ["BCD", "002", "1", "SCT"] and lines[5] == sepa_text(name, 70) and lines[6] == "DE02120300000000202051"
    assert lines[7].startswith("EUR") and round(float(lines[7][3:]) * 100) == cents
    assert lines[10] == "1000-0123-80"


@pytest.mark.parametrize("cents", [0, -1, 100_000_000_000])
def test_no_code_for_what_cannot_be_transferred(cents):
    with pytest.raises(ValueError):
        epc.code(name="Stadt", iban="DE02120300000000202051", cents=cents, text="x")
