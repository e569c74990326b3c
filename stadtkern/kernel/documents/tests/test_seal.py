"""The seal: independent programs trust it, one changed byte breaks it, and the sealed file still conforms."""

import io
import os
import random
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pikepdf
import pytest
from asn1crypto import cms
from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from django.conf import settings
from pikepdf import pdfa
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from stadtkern.kernel.documents.sealing import check, seal, sign
from stadtkern.kernel.documents.sealing import keys as keys_module
from stadtkern.kernel.documents.sealing.field import FIELD, add_field
from stadtkern.kernel.documents.sealing.keys import NoSeal, keys
from stadtkern.kernel.documents.sealing.loop import outside_loop

from .conftest import make, tool
from .test_letter import errors


def pyhanko_says(data: bytes, roots=None):
    found = PdfFileReader(io.BytesIO(data)).embedded_signatures[0]
    trust = ValidationContext(trust_roots=roots or list(keys().roots), allow_fetching=False)
    return outside_loop(lambda: validate_pdf_signature(found, trust, ts_validation_context=trust))


def pdfsig_says(path: str) -> str:
    """Poppler's word. The demo authority is unknown to it, so it judges the signature, not the issuer."""
    return subprocess.run([tool("pdfsig"), path], capture_output=True, text=True).stdout


@pytest.fixture
def fresh():
    """Keys are kept per process; tests with other keys start and end clean."""
    caches = (keys, sign.signer, sign.timestamper)
    for cached in caches:
        cached.cache_clear()
    yield
    for cached in caches:
        cached.cache_clear()


def test_two_programs_find_the_seal_valid(sealed, as_file):
    status = pyhanko_says(sealed)
    assert status.bottom_line and status.intact and status.trusted
    assert status.coverage.name == "ENTIRE_FILE" and status.docmdp_ok
    said = pdfsig_says(as_file(sealed))
    assert "Signature is Valid." in said and "ETSI.CAdES.detached" in said and "Total document signed" in said
    ours = check(sealed)
    assert ours.ours and ours.intact and ours.signed_by == "Musterstadt: Demo-Siegel"
    assert abs(ours.signed_at - datetime.now(UTC)) < timedelta(minutes=2)


def offsets(data: bytes, count: int) -> list[int]:
    """Places all over the signed ranges: fixed ones at their edges, random ones between, the same in every run."""
    first, length, second, rest = (int(n) for n in PdfFileReader(io.BytesIO(data)).embedded_signatures[0].byte_range)
    chosen = random.Random(91379).sample(range(first, length), count - 4)
    return [first + 20, length - 1, second, second + rest - 8, *chosen]


def test_one_changed_byte_breaks_it_for_both(sealed, as_file):
    for place in offsets(sealed, 24):
        broken = bytearray(sealed)
        broken[place] ^= 0x01
        assert not check(bytes(broken)).intact, place
        assert not check(bytes(broken)).ours, place
        assert "Signature is Valid." not in pdfsig_says(as_file(bytes(broken))), place


def test_no_byte_of_the_file_is_left_over(sealed, as_file):
    """Bytes that merely fill the space for the signature would be free to change; there are none."""
    signature = PdfFileReader(io.BytesIO(sealed)).embedded_signatures[0]
    first, length, second, rest = (int(n) for n in signature.byte_range)
    assert first == 0 and second + rest == len(sealed)
    whole = bytes.fromhex(sealed[length + 1 : second - 1].decode())
    assert cms.ContentInfo.load(whole).dump() == whole
    for place in (length + 1, (length + second) // 2, second - 10):
        broken = bytearray(sealed)
        broken[place] = ord("0") if broken[place] != ord("0") else ord("1")
        assert not check(bytes(broken)).ours
        assert "Signature is Valid." not in pdfsig_says(as_file(bytes(broken))) or place == (length + second) // 2


def test_something_added_behind_is_noticed(sealed):
    writer = IncrementalPdfFileWriter(io.BytesIO(sealed))
    writer.root["/Evil"] = __import__("pyhanko.pdf_utils.generic", fromlist=["x"]).NumberObject(1)
    writer.update_root()
    out = io.BytesIO()
    writer.write(out)
    assert not check(out.getvalue()).intact
    assert not check(sealed + b"\n% more").ours


def test_sealing_adds_no_error_of_accessibility(letter, sealed, as_file):
    """Break 2 of signing: a field outside the structure tree, without description."""
    before, after = errors(as_file(letter, "a.pdf")), errors(as_file(sealed, "b.pdf"))
    assert before == after == ([], 0)
    import pdfua

    assert [f for f in pdfua.validate(as_file(sealed)).findings if f.severity.name == "ERROR"] == []


def test_the_field_is_in_the_structure_tree(sealed):
    with pikepdf.open(io.BytesIO(sealed)) as pdf:
        (widget,) = [a for a in pdf.pages[-1].Annots if a.get("/Subtype") == "/Widget"]
        assert str(widget.TU).startswith("Elektronisches Siegel") and widget.F & 4 and "/V" in widget
        element = pikepdf.NumberTree(pdf.Root.StructTreeRoot.ParentTree)[int(widget.StructParent)]
        assert element.S == "/Form" and element.K.Obj.objgen == widget.objgen
        assert any(kid.objgen == element.objgen for kid in element.P.K)
        assert pdf.pages[-1].Tabs == "/S" and pdf.Root.AcroForm.SigFlags == 3


def without_form(data: bytes) -> bytes:
    """The archive checker stops at the word AcroForm; without the form itself it looks at all the rest."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        for key in ("/AcroForm", "/Perms"):
            if key in pdf.Root:
                del pdf.Root[key]
        page = pdf.pages[-1].obj
        kept = [a for a in page.get("/Annots", []) if a.get("/Subtype") != "/Widget"]
        page.Annots = pikepdf.Array(kept)
        out = io.BytesIO()
        pdf.save(out, fix_metadata_version=False)
    return out.getvalue()


def complaints(path: str, kind: str) -> set[tuple[str, str]]:
    found = pdfa.validate_written(path, "3b").findings
    return {(f.rule, re.sub(r"\d+ 0 R", "…", f.message)) for f in found if f.kind == kind}


def test_sealing_adds_no_complaint_about_the_archive_format(letter, sealed, as_file):
    """The checker knows no extension schemas and no forms, so it is used for the difference (see ADR 3)."""
    before, after = as_file(without_form(letter), "a.pdf"), as_file(without_form(sealed), "b.pdf")
    assert complaints(after, "violation") - complaints(before, "violation") == set()
    # ETSI EN 319 142-1 5.1 wants PAdES announced in the catalog; the checker knows Adobe's announcements only.
    unknown = {rule for rule, _ in complaints(after, "unsupported") - complaints(before, "unsupported")}
    assert unknown == {"pikepdf:schema-Extensions"}
    assert complaints(as_file(sealed), "violation") - complaints(as_file(letter, "c.pdf"), "violation") == set()


def test_the_version_of_the_file_stays(sealed):
    """Break 1 of signing: catalog version 2.0 in a PDF/A-3 (ISO 19005-3 6.1.2); the metadata stay byte for byte."""
    with pikepdf.open(io.BytesIO(sealed)) as pdf:
        assert "/Version" not in pdf.Root and pdf.pdf_version == "1.7"
        with pdf.open_metadata() as meta:
            assert (meta["pdfaid:part"], meta["pdfaid:conformance"], meta["pdfuaid:part"]) == ("3", "A", "1")
    assert sealed.count(b"<x:xmpmeta") == 1


def test_the_library_alone_would_break_both(letter, as_file):
    """Why there is a writer of our own and a field made beforehand: if this fails, the library has learned it."""
    from pyhanko.sign import signers

    meta = signers.PdfSignatureMetadata(field_name="X", subfilter=sign.SigSeedSubFilter.PADES)
    signer = signers.PdfSigner(meta, signer=sign.signer())
    out = outside_loop(lambda: signer.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(letter))))
    data = out.getvalue()
    with pikepdf.open(io.BytesIO(data)) as pdf:
        assert pdf.Root.get("/Version") == "/2.0"
    assert errors(as_file(data))[1] > 0


def test_keys_are_made_once_and_for_our_eyes_only():
    folder = settings.HOME / "keys"
    keys()
    assert (folder / "seal.p12").stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o077 == 0
    certificate = x509.load_pem_x509_certificate((folder / "ca.pem").read_bytes())
    assert certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    usage = x509.load_der_x509_certificate(keys().certificate.dump()).extensions.get_extension_for_class(x509.KeyUsage).value
    assert usage.content_commitment and usage.digital_signature and not usage.key_cert_sign


def test_two_processes_starting_at_once_share_one_seal(tmp_path):
    code = (
        "import os,sys,pathlib,django;sys.path.insert(0,os.getcwd());django.setup();from django.conf import settings;"
        "settings.HOME=pathlib.Path(sys.argv[1]);"
        "from stadtkern.kernel.documents.sealing.keys import keys;print(keys().certificate.serial_number)"
    )
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "stadtkern.site.settings"}
    running = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, env=environment, cwd=settings.ROOT
        )
        for _ in range(2)
    ]
    assert len({process.communicate()[0] for process in running} - {b""}) == 1
    assert all(process.returncode == 0 for process in running)


def bundle(tmp_path, key, *, days=30, password=b"geheim"):
    """A PKCS#12 as a trust service hands it out."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Stadt Echt, Siegel")])
    root_key = ec.generate_private_key(ec.SECP256R1())
    root_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Vertrauensdienst")])
    start = datetime.now(UTC) - timedelta(days=1 if days > 0 else 60)

    def build(subject, public, authority):
        usage = dict.fromkeys(
            ("key_encipherment", "data_encipherment", "key_agreement", "encipher_only", "decipher_only"), False
        )
        return (
            x509.CertificateBuilder().subject_name(subject).issuer_name(root_name).public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(start).not_valid_after(start + timedelta(days=abs(days)))
            .add_extension(x509.BasicConstraints(authority, None), True)
            .add_extension(x509.KeyUsage(digital_signature=not authority, content_commitment=not authority,
                                         key_cert_sign=authority, crl_sign=authority, **usage), True)
            .sign(root_key, hashes.SHA256())
        )  # fmt: skip

    content = pkcs12.serialize_key_and_certificates(
        b"seal", key, build(name, key.public_key(), False), [build(root_name, root_key.public_key(), True)],
        serialization.BestAvailableEncryption(password),
    )  # fmt: skip
    (tmp_path / "own.p12").write_bytes(content)
    return str(tmp_path / "own.p12")


@pytest.mark.parametrize("kind", ["rsa", "ec"])
def test_the_city_s_own_certificate(kind, tmp_path, monkeypatch, fresh, letter, as_file):
    key = rsa.generate_private_key(65537, 3072) if kind == "rsa" else ec.generate_private_key(ec.SECP256R1())
    monkeypatch.setenv("STADTKERN_SEAL_P12", bundle(tmp_path, key))
    monkeypatch.setenv("STADTKERN_SEAL_PASSWORD", "geheim")
    data = seal(letter, reason="Test", place="Echt").data
    found = check(data)
    assert found.ours and found.signed_by == "Stadt Echt, Siegel"
    assert "Signature is Valid." in pdfsig_says(as_file(data))


def test_a_seal_of_somebody_else_is_not_ours(tmp_path, monkeypatch, fresh, letter):
    monkeypatch.setenv("STADTKERN_SEAL_P12", bundle(tmp_path, ec.generate_private_key(ec.SECP256R1())))
    monkeypatch.setenv("STADTKERN_SEAL_PASSWORD", "geheim")
    foreign = seal(letter, reason="Test", place="Echt").data
    monkeypatch.delenv("STADTKERN_SEAL_P12")
    keys.cache_clear()
    found = check(foreign)
    assert found.intact and not found.ours and found.signed_by == "Stadt Echt, Siegel"


@pytest.mark.parametrize(
    ("change", "message"),
    [("password", "cannot be read"), ("missing", "cannot be read"), ("weak", "3000 bits"), ("expired", "valid from")],
)
def test_a_seal_that_cannot_be_used_says_why(change, message, tmp_path, monkeypatch, fresh):
    key = rsa.generate_private_key(65537, 2048) if change == "weak" else ec.generate_private_key(ec.SECP256R1())
    file = bundle(tmp_path, key, days=-30 if change == "expired" else 30)
    monkeypatch.setenv("STADTKERN_SEAL_P12", "/nowhere.p12" if change == "missing" else file)
    monkeypatch.setenv("STADTKERN_SEAL_PASSWORD", "falsch" if change == "password" else "geheim")
    with pytest.raises(NoSeal, match=message):
        keys()


def test_production_never_uses_the_demo_seal(monkeypatch, fresh):
    monkeypatch.setattr(keys_module.settings, "PRODUCTION", True)
    monkeypatch.delenv("STADTKERN_SEAL_P12", raising=False)
    with pytest.raises(NoSeal, match="STADTKERN_SEAL_P12"):
        keys()


def stamp_service():
    """A timestamp authority inside the test."""
    key = rsa.generate_private_key(65537, 3072)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Zeitstempeldienst")])
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=30))
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), True).sign(key, hashes.SHA256())
    )  # fmt: skip
    der = key.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    plain = asn1_x509.Certificate.load(certificate.public_bytes(serialization.Encoding.DER))
    return DummyTimeStamper(tsa_cert=plain, tsa_key=asn1_keys.PrivateKeyInfo.load(der)), plain


def test_with_a_timestamp_service_the_level_is_b_t(monkeypatch, fresh, letter, as_file):
    service, root = stamp_service()
    monkeypatch.setattr(sign, "timestamper", lambda: service)
    done = seal(letter, reason="Test", place="Musterstadt")
    status = pyhanko_says(done.data, [*keys().roots, root])
    assert done.level == "PAdES B-T" and status.timestamp_validity.trusted and status.bottom_line
    assert "Signature is Valid." in pdfsig_says(as_file(done.data))
    assert errors(as_file(done.data)) == ([], 0)
    untrusted = check(done.data)
    assert untrusted.ours and not untrusted.stamped  # we do not know this service, so its time is only a claim


def test_a_timestamp_service_that_is_away_seals_nothing(monkeypatch, fresh, letter):
    monkeypatch.setenv("STADTKERN_TSA_URL", "http://127.0.0.1:9/tsa")
    with pytest.raises(Exception, match=r"127\.0\.0\.1|onnect|imestamp"):
        seal(letter, reason="Test", place="Musterstadt")


def test_sealing_and_checking_inside_an_event_loop(letter):
    """Browser tests and ASGI servers have one running."""
    import asyncio

    async def inside() -> bool:
        return check(seal(letter, reason="Test", place="Musterstadt").data).ours

    assert outside_loop(lambda: asyncio.run(inside()))


def test_a_paper_of_many_pages_and_one_with_links(as_file):
    rows = [[f"Frage {i}", "Antwort " * 30] for i in range(150)]
    data = seal(make(sections=[["a", "b"], *rows]), reason="Test", place="Musterstadt").data
    assert check(data).ours and errors(as_file(data)) == ([], 0)


@pytest.mark.parametrize(
    "junk", [b"", b"%PDF-1.7", b"no pdf", b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj trailer<</Root 1 0 R>>", b"\x00" * 5000]
)
def test_checking_junk_never_raises(junk):
    assert check(junk).signatures == 0 and not check(junk).ours


def test_an_unsealed_paper_has_no_seal(letter):
    assert check(letter).signatures == 0
    assert not check(add_field(letter, "leer")).ours
    assert FIELD == "Siegel"
