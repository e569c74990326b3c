"""The reader against the writer (checked by the ISO schema and by another library), German practice, and hostile files."""

import io
import zipfile
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from stadtkern.lib.camt import CamtError, Movement, Statement, read_file, read_statements
from stadtkern.lib.camt.writer import write

NOW = datetime(2026, 11, 27, 18, 0)
DAY = date(2026, 11, 27)
SCHEMAS = {v: etree.XMLSchema(etree.parse(Path(__file__).parent / "xsd" / f"camt.053.001.{v}.xsd")) for v in ("02", "08")}
IBAN = "DE02120300000000202051"

words = st.text(st.characters(codec="utf-8", categories=("L", "N", "Zs")), min_size=1, max_size=30).map(
    lambda t: " ".join(t.split())
)
words = words.filter(bool)


@st.composite
def statements(draw):
    movements = []
    for entry in range(1, draw(st.integers(0, 4)) + 1):
        sign = draw(st.sampled_from([1, -1]))
        batch = draw(st.sampled_from(["", "MS-2026-7"]))
        for part in range(1, draw(st.integers(1, 3)) + 1):
            reason = draw(st.sampled_from(["", "AC04"])) if sign < 0 else ""
            movements.append(Movement(
                entry=entry, part=part, line=0, cents=sign * draw(st.integers(1, 10**9)), booked_on=DAY, value_on=DAY,
                name=draw(words), iban="DE89370400440532013000", text=tuple(draw(st.lists(words, max_size=3))), batch=batch,
                code="PMNT.RCDT.ESCT" if sign > 0 else "PMNT.ICDT.ESCT", gvc="166", reason=reason,
                end_to_end=draw(st.sampled_from(["", "E1"])),
            ))  # fmt: skip
    opening = draw(st.integers(-(10**11), 10**11))
    return Statement(
        id="A1", iban=IBAN, currency="EUR", opening_cents=opening, closing_cents=opening + sum(m.cents for m in movements),
        opening_on=DAY, closing_on=DAY, number=draw(st.none() | st.integers(1, 999)), movements=tuple(movements),
    )  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(statements(), st.sampled_from(["02", "08"]))
def test_what_is_written_is_valid_and_read_again(statement, version):
    data = write([statement], created_at=NOW, version=version, owner="Stadt", bic="BYLADEM1001")
    SCHEMAS[version].assertValid(etree.fromstring(data))
    (read,) = read_file("auszug.xml", data)
    assert replace(read, version="", movements=()) == replace(statement, movements=())
    assert [replace(m, line=0) for m in read.movements] == [replace(m, line=0) for m in statement.movements]


DK = """<?xml version="1.0" encoding="{encoding}"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt>
<GrpHdr><MsgId>1</MsgId><CreDtTm>2026-11-27T20:00:00+01:00</CreDtTm><MsgPgntn><PgNb>1</PgNb><LastPgInd>true</LastPgInd></MsgPgntn></GrpHdr>
<Stmt><Id>0352C5320261127</Id><ElctrncSeqNb>229</ElctrncSeqNb><CreDtTm>2026-11-27T20:00:00+01:00</CreDtTm>
<Acct><Id><IBAN>DE02120300000000202051</IBAN></Id><Ccy>EUR</Ccy></Acct>
<Bal><Tp><CdOrPrtry><Cd>PRCD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">100.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>
<Dt><Dt>2026-11-26</Dt></Dt></Bal>
<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">{closing}</Amt><CdtDbtInd>{side}</CdtDbtInd>
<Dt><Dt>2026-11-27</Dt></Dt></Bal>
{entries}
</Stmt></BkToCstmrStmt></Document>"""

RETURN = """<Ntry><Amt Ccy="EUR">28.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-11-27</Dt></BookgDt>
<ValDt><Dt>2026-11-27</Dt></ValDt><AcctSvcrRef>R77</AcctSvcrRef><BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>IDDT</Cd>
<SubFmlyCd>UPDD</SubFmlyCd></Fmly></Domn><Prtry><Cd>NTRF+109+00931</Cd><Issr>DK</Issr></Prtry></BkTxCd>
<NtryDtls><TxDtls><Refs><EndToEndId>MS-1</EndToEndId><MndtId>M-7</MndtId></Refs>
<AmtDtls><InstdAmt><Amt Ccy="EUR">25.00</Amt></InstdAmt><TxAmt><Amt Ccy="EUR">28.00</Amt></TxAmt></AmtDtls>
<Chrgs><Amt Ccy="EUR">3.00</Amt></Chrgs>
<RltdPties><Dbtr><Nm>Jörg Groß</Nm></Dbtr><DbtrAcct><Id><IBAN>DE89 3704 0044 0532 0130 00</IBAN></Id></DbtrAcct></RltdPties>
<RmtInf><Ustrd>Rücklastschrift</Ustrd></RmtInf><RtrInf><Rsn><Cd>MD06</Cd></Rsn><AddtlInf>WIDERSPRUCH</AddtlInf></RtrInf>
</TxDtls></NtryDtls></Ntry>"""

BATCH = """<Ntry><Amt Ccy="EUR">30.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>
<Sts>BOOK</Sts><BookgDt><Dt>2026-11-27</Dt></BookgDt><ValDt>
<Dt>2026-11-27</Dt></ValDt><BkTxCd><Prtry><Cd>NTRF+192+9310</Cd></Prtry></BkTxCd><NtryDtls><Btch><PmtInfId>RUN-4</PmtInfId></Btch>
<TxDtls><Refs><EndToEndId>A</EndToEndId></Refs><AmtDtls><TxAmt><Amt Ccy="EUR">{first}</Amt></TxAmt></AmtDtls></TxDtls>
<TxDtls><Refs><EndToEndId>B</EndToEndId></Refs><AmtDtls><TxAmt><Amt Ccy="EUR">20.00</Amt></TxAmt></AmtDtls></TxDtls>
</NtryDtls></Ntry>"""

PENDING = BATCH.replace("BOOK<", "PDNG<").format(first="10.00")


def dk(entries="", closing="100.00", side="CRDT", encoding="UTF-8"):
    return DK.format(entries=entries, closing=closing, side=side, encoding=encoding)


def test_a_returned_debit_names_debtor_reason_and_charge():
    (read,) = read_file("a.xml", dk(RETURN, "72.00").encode())
    (back,) = read.movements
    assert (back.cents, back.original_cents, back.charge_cents, back.reason) == (-2800, 2500, 300, "MD06")
    assert (back.name, back.iban, back.mandate, back.end_to_end) == ("Jörg Groß", "DE89370400440532013000", "M-7", "MS-1")
    assert back.returned and back.gvc == "109" and back.reason_text == "WIDERSPRUCH"
    assert (read.number, read.page, read.opening_cents) == (229, 1, 10000)


def test_a_batch_is_its_parts_and_what_is_only_announced_does_not_count():
    (read,) = read_file("a.xml", dk(BATCH.format(first="10.00") + PENDING, "130.00").encode())
    assert [(m.cents, m.end_to_end, m.batch) for m in read.movements] == [(1000, "A", "RUN-4"), (2000, "B", "RUN-4")]
    assert read.pending == 1


@pytest.mark.parametrize(("encoding", "mark"), [
    ("UTF-8", "utf-8"), ("UTF-8", "utf-8-sig"), ("ISO-8859-1", "latin-1"), ("UTF-16", "utf-16"), ("windows-1252", "cp1252"),
])  # fmt: skip
def test_encodings_of_german_banks(encoding, mark):
    (read,) = read_file("a.xml", dk(RETURN, "72.00", encoding=encoding).encode(mark))
    assert read.movements[0].name == "Jörg Groß"


def test_newer_versions_nest_names_and_states_and_page_inside_the_statement():
    text = dk(RETURN, "72.00").replace("001.02", "001.13").replace("<Sts>BOOK</Sts>", "<Sts><Cd>BOOK</Cd></Sts>")
    text = text.replace("<Dbtr><Nm>Jörg Groß</Nm></Dbtr>", "<Dbtr><Pty><Nm>Jörg Groß</Nm></Pty></Dbtr>")
    text = text.replace("<ElctrncSeqNb>", "<StmtPgntn><PgNb>2</PgNb><LastPgInd>false</LastPgInd></StmtPgntn><ElctrncSeqNb>")
    (read,) = read_file("a.xml", text.encode())
    assert (read.movements[0].name, read.page, read.last_page, read.version) == ("Jörg Groß", 2, False, "13")


def test_several_statements_and_a_zip_of_files_come_in_order():
    second = dk().replace("229", "230").replace("2026-11-26", "2026-11-27")
    both = dk().replace("</Stmt>", "</Stmt>" + second[second.index("<Stmt>") : second.index("</Stmt>") + 7])
    assert [one.number for one in read_file("a.xml", both.encode())] == [229, 230]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("2.xml", second)
        archive.writestr("1.xml", dk())
        archive.writestr("readme.txt", "x")
    assert [one.number for one in read_file("a.zip", packed.getvalue())] == [229, 230]


def zipped(content, name="1.xml"):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return packed.getvalue()


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
HOSTILE = {
    "empty": (b"", "leer"),
    "no xml": (b"Kontoauszug vom 27.11.", "kein lesbares XML"),
    "half": (dk().encode()[:-60], "Zeile"),
    "bomb": (dk().replace("<Document", BOMB + "<Document", 1).encode(), "DOCTYPE"),
    "bomb in utf-16": (dk(encoding="UTF-16").replace("<Document", BOMB + "<Document", 1).encode("utf-16"), "DOCTYPE"),
    "zip bomb": (zipped("0" * 30_000_000), "zu "),
    "zip without xml": (zipped("x", "a.txt"), "keine XML"),
    "broken zip": (b"PK\x03\x04" + b"x" * 50, "beschädigt"),
    "50 MB": (b"<a>" + b"x" * 50_000_000, "zu groß"),
    "nul": (dk().replace("229", "2\x009").encode(), "kein lesbares XML"),
    "bad utf-8": (dk().encode() + b"\xff\xfe", "Zeichen"),
    "utf-7": (dk(encoding="UTF-7").encode(), "UTF-7"),
    "no such encoding": (dk(encoding="KLINGON").encode(), "KLINGON"),
    "camt.052": (dk().replace("camt.053", "camt.052").encode(), "camt.052"),
    "pain": (dk().replace("camt.053", "pain.002").encode(), "pain.002"),
    "unknown version": (dk().replace("001.02", "001.99").encode(), "001.99"),
    "other xml": (b"<html/>", "kein Kontoauszug"),
    "sums": (dk(closing="100.01").encode(), "geht nicht auf"),
    "batch sums": (dk(BATCH.format(first="10.01"), "130.00").encode(), "Sammelbuchung"),
    "negative": (dk(RETURN.replace("28.00", "-28.00"), "72.00").encode(), "kein Betrag"),
    "huge": (dk(RETURN.replace("28.00", "9" * 18), "72.00").encode(), "größer"),
    "not a number": (dk(RETURN.replace("28.00", "٢٨.00"), "72.00").encode(), "kein Betrag"),
    "fraction": (dk(RETURN.replace("28.00", "28.005"), "72.00").encode(), "Bruchteile"),
    "no direction": (dk(RETURN.replace("<CdtDbtInd>DBIT</CdtDbtInd>", ""), "72.00").encode(), "Soll oder Haben"),
    "date": (dk(RETURN.replace("<BookgDt><Dt>2026-11-27", "<BookgDt><Dt>2026-13-27"), "72.00").encode(), "kein Datum"),
    "currency": (dk(RETURN.replace('<Ntry><Amt Ccy="EUR">', '<Ntry><Amt Ccy="USD">'), "72.00").encode(), "USD"),
    "no account": (dk().replace("<IBAN>DE02120300000000202051</IBAN>", "").encode(), "IBAN"),
    "no opening": (dk().replace("PRCD", "XPCD").encode(), "Anfangssaldo"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_wrong_is_said_in_german_and_nothing_is_read(name):
    data, word = HOSTILE[name]
    with pytest.raises(CamtError) as refused:
        read_file("a.xml", data)
    assert word in str(refused.value)


def test_the_message_names_line_and_element():
    with pytest.raises(CamtError, match=r"Zeile \d+, Amt: „-28.00“"):
        read_statements(dk(RETURN.replace('<Ntry><Amt Ccy="EUR">28.00', '<Ntry><Amt Ccy="EUR">-28.00'), "72.00").split("?>")[1])


@given(st.binary(max_size=200))
def test_noise_is_refused_not_broken(data):
    with pytest.raises(CamtError):
        read_file("a.xml", data)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_damaged_statement_is_read_with_right_sums_or_refused(data):
    """Whatever single piece goes wrong: either a German message, or figures that add up."""
    text = dk(RETURN + BATCH.format(first="10.00"), "102.00")
    at = data.draw(st.integers(0, len(text) - 1))
    text = text[:at] + data.draw(st.sampled_from(["", "<", "0", "9", "\x00", "&amp;", "-"])) + text[at + 1 :]
    try:
        found = read_file("a.xml", text.encode())
    except CamtError:
        return
    assert all(one.opening_cents + one.total_cents == one.closing_cents for one in found)
