"""Files of citizens: what we take, what we make of it, and what we refuse with a reason."""

import contextlib
import io
import resource
import time
import zlib

import pikepdf
import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st
from pikepdf import Array, Dictionary, Name, String
from PIL import Image, ImageCms, PngImagePlugin

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.documents import actions, views
from stadtkern.kernel.documents.actions import UploadRefused
from stadtkern.kernel.documents.adapters import ScannerUnavailable, demo
from stadtkern.kernel.documents.intake import inspect
from stadtkern.kernel.documents.models import Upload, UploadContent
from stadtkern.kernel.events.models import Event
from stadtkern.kernel.privacy import keys
from stadtkern.lib.pictures import bare, leftovers, tells_place
from stadtkern.lib.pictures.tests.hostile import exif, paint


def take(data: bytes, name="datei.pdf", media_types=(), max_bytes=None, account=None) -> Upload:
    return actions.receive(
        about="case:17", path="proof", account=account, file_name=name, data=data, media_types=media_types, max_bytes=max_bytes
    )


def picture(kind="JPEG", size=(60, 40), mode="RGB", **options) -> bytes:
    image = Image.new(mode, size, 0)
    image.putpixel((0, 0), (255, 0, 0) if mode == "RGB" else 255 if mode == "L" else (255, 0, 0, 255)[: len(mode)])
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def portable(change=None, **save) -> bytes:
    pdf = pikepdf.new()
    pdf.add_blank_page(page_size=(200, 200))
    if change:
        change(pdf)
    out = io.BytesIO()
    pdf.save(out, **save)
    return out.getvalue()


def opened(upload: Upload) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(bytes(upload.content.data)))


# Pictures


def test_a_photo_loses_what_is_not_picture(db, citizen):
    exif = Image.Exif()
    exif[0x010F], exif[0x0132] = "Kamerahersteller", "2026:11:22 10:00:00"
    exif.get_ifd(0x8825)[2] = (52.0, 31.0, 0.0)  # where it was taken
    data = picture(exif=exif.tobytes(), comment=b"geheim") + b"<?php system($_GET['x']); ?>"
    upload = take(data, "Foto.JPG", account=citizen)
    kept = bytes(upload.content.data)
    assert (upload.state, upload.media_type, upload.file_name) == ("CLEAN", "image/jpeg", "Foto.jpg")
    for secret in (b"Kamerahersteller", b"geheim", b"php", b"Exif"):
        assert secret in data and secret not in kept
    assert not Image.open(io.BytesIO(kept)).getexif()
    event = Event.objects.get(name="upload.received")
    assert event.data == {"upload": upload.pk} and event.actor == f"account:{citizen.pk}"


def test_a_photo_stays_upright(db):
    exif = Image.Exif()
    exif[0x0112] = 6  # rotate by 90 degrees
    upload = take(picture(size=(60, 40), exif=exif.tobytes()), "hoch.jpg")
    assert Image.open(io.BytesIO(bytes(upload.content.data))).size == (40, 60)


@pytest.mark.parametrize(("kind", "name"), [("PNG", "a.png"), ("WEBP", "a.webp"), ("JPEG", "a.jpeg")])
@pytest.mark.parametrize("mode", ["RGB", "L", "RGBA", "CMYK", "P"])
def test_every_kind_of_picture(kind, name, mode, db):
    if (kind, mode) in [("JPEG", "RGBA"), ("JPEG", "P"), ("PNG", "CMYK"), ("WEBP", "CMYK")]:
        return
    image = Image.new("RGB", (30, 20), (200, 30, 30)).convert(mode)
    out = io.BytesIO()
    image.save(out, kind)
    upload = take(out.getvalue(), name)
    again = Image.open(io.BytesIO(bytes(upload.content.data)))
    red = again.convert("RGB").getpixel((5, 5))
    assert again.size == (30, 20) and red[0] > red[1] - 10


def test_transparency_and_text_chunks(db):
    info = PngImagePlugin.PngInfo()
    info.add_text("Author", "geheim", zip=False)
    image = Image.new("RGBA", (10, 10), (255, 0, 0, 0))
    out = io.BytesIO()
    image.save(out, "PNG", pnginfo=info)
    kept = bytes(take(out.getvalue(), "a.png").content.data)
    assert b"geheim" not in kept and Image.open(io.BytesIO(kept)).getpixel((0, 0))[3] == 0


@pytest.mark.parametrize(("kind", "name"), [("PNG", "a.png"), ("WEBP", "a.webp"), ("JPEG", "a.jpg")])
def test_no_format_keeps_metadata(kind, name, db):
    exif = Image.Exif()
    exif[0x010F] = "Kamerahersteller"
    options = {"exif": exif.tobytes(), "icc_profile": ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()}
    if kind != "PNG":
        options["xmp"] = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>geheim</x:xmpmeta>"
    data = picture(kind, **options)
    kept = bytes(take(data, name).content.data)
    assert b"Kamerahersteller" in data
    for secret in (b"Kamerahersteller", b"geheim", b"xmpmeta", b"ICC", b"iCCP", b"acsp"):
        assert secret not in kept


def test_a_picture_somebody_vouches_for_keeps_its_bytes_but_no_metadata(db):
    """Files of other authorities are kept as they are; a picture only while it tells nothing but its picture."""
    exif = Image.Exif()
    exif[0x010F] = "Kamerahersteller"
    for data, same in ((picture(quality=71), True), (picture(exif=exif.tobytes()), False)):
        upload = actions.receive(about="reception:1", path=str(same), account=None, file_name="a.jpg", data=data,
                                 media_types=(), max_bytes=None, as_is=True)  # fmt: skip
        kept = bytes(upload.content.data)
        assert (kept == data) is same and leftovers(kept) == []


def test_a_moving_picture_stands_still(db):
    frames = [Image.new("RGB", (10, 10), (i, 0, 0)) for i in range(5)]
    out = io.BytesIO()
    frames[0].save(out, "WEBP", save_all=True, append_images=frames[1:])
    assert getattr(Image.open(io.BytesIO(bytes(take(out.getvalue(), "a.webp").content.data))), "n_frames", 1) == 1


def png_bomb(width: int, height: int) -> bytes:
    """A few hundred bytes that unpack to gigabytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")

    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + b"\x08\x02\0\0\0"
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")


@pytest.mark.parametrize("size", [(50_000, 50_000), (2_000_000_000, 1), (10_000, 6_001)])
def test_a_picture_bomb_is_refused_before_it_unpacks(size, db):
    with pytest.raises(UploadRefused, match="zu viele Bildpunkte"):
        take(png_bomb(*size), "a.png")


@pytest.mark.parametrize("data", [picture()[:200], b"\xff\xd8\xff" + b"\0" * 50, png_bomb(40, 40), b"RIFF\0\0\0\0WEBPVP8 "])
def test_a_broken_picture(data, db):
    with pytest.raises(UploadRefused, match="beschädigt"):
        take(data, "bild")


# PDFs


def test_a_pdf_is_written_anew(db):
    data = portable() + b"\nPK\x03\x04 hidden archive PK\x05\x06" + b"\0" * 18
    upload = take(data, "Nachweis.pdf")
    kept = bytes(upload.content.data)
    assert b"hidden archive" not in kept and kept.rstrip().endswith(b"%%EOF")
    assert len(opened(upload).pages) == 1 and upload.media_type == "application/pdf"


def script(pdf):
    js = Dictionary(S=Name.JavaScript, JS=String("app.alert('x')"))
    pdf.Root.OpenAction = js
    pdf.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array([String("a"), pdf.make_indirect(js)])))
    pdf.pages[0].AA = Dictionary(O=js)
    link = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array([0, 0, 9, 9]), A=pdf.make_indirect(js))
    pdf.pages[0].Annots = Array([link])


def launch(pdf):
    action = pdf.make_indirect(Dictionary(S=Name.Launch, F=String("cmd.exe")))
    link = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array([0, 0, 9, 9]), A=action)
    chained = Dictionary(S=Name.GoTo, D=Array([pdf.pages[0].obj, Name.Fit]), Next=Array([action]))
    other = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array([0, 0, 9, 9]), A=chained)
    pdf.pages[0].Annots = Array([link, other])


def submit(pdf):
    action = Dictionary(S=Name.SubmitForm, F=String("https://boese.example"))
    button = Dictionary(Type=Name.Annot, Subtype=Name.Widget, Rect=Array([0, 0, 9, 9]), FT=Name.Btn, T=String("b"), A=action)
    pdf.pages[0].Annots = Array([pdf.make_indirect(button)])
    pdf.Root.AcroForm = Dictionary(Fields=Array([pdf.pages[0].Annots[0]]))


@pytest.mark.parametrize("harm", [script, launch, submit])
def test_active_parts_are_taken_out(harm, db):
    data = portable(harm, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    assert any(word in data for word in (b"JavaScript", b"cmd.exe", b"boese.example"))
    upload = take(data)
    with opened(upload) as pdf:
        whole = b" ".join(obj.unparse(resolved=True) for obj in pdf.objects if not isinstance(obj, pikepdf.Stream))
    for word in (b"/JavaScript", b"/JS", b"cmd.exe", b"boese.example", b"/OpenAction", b"/AA", b"/Launch", b"/SubmitForm"):
        assert word not in whole


def test_a_link_to_a_web_page_stays(db):
    def link(pdf):
        pdf.pages[0].Annots = Array([Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array([0, 0, 9, 9]),
                                               A=Dictionary(S=Name.URI, URI=String("https://stadt.example")))])  # fmt: skip

    with opened(take(portable(link))) as pdf:
        assert pdf.pages[0].Annots[0].A.URI == "https://stadt.example"


def attach(pdf):
    pdf.attachments["virus.exe"] = b"MZ"


def note(pdf):
    spec = Dictionary(Type=Name.Filespec, F=String("x.exe"), EF=Dictionary(F=pdf.make_stream(b"MZ", Type=Name.EmbeddedFile)))
    pdf.pages[0].Annots = Array([Dictionary(Type=Name.Annot, Subtype=Name.FileAttachment, Rect=Array([0, 0, 9, 9]), FS=spec)])


def xfa(pdf):
    pdf.Root.AcroForm = Dictionary(Fields=Array(), XFA=pdf.make_stream(b"<xdp/>"))


def pages(pdf):
    for _ in range(500):
        pdf.add_blank_page()


@pytest.mark.parametrize(
    ("harm", "message"), [(attach, "weitere Dateien"), (note, "weitere Dateien"), (xfa, "XFA"), (pages, "zu viele Seiten")]
)
def test_what_cannot_be_taken_out_is_refused(harm, message, db):
    with pytest.raises(UploadRefused, match=message):
        take(portable(harm))


def test_passwords(db):
    with pytest.raises(UploadRefused, match="Kennwort"):
        take(portable(encryption=pikepdf.Encryption(owner="a", user="b")))
    upload = take(portable(encryption=pikepdf.Encryption(owner="a", user="")))  # opens for everybody, as bank papers do
    assert not opened(upload).is_encrypted


def test_a_signed_pdf_is_kept_byte_for_byte(db, sealed):
    upload = take(sealed, "unterschrieben.pdf")
    assert bytes(upload.content.data) == sealed
    with pytest.raises(UploadRefused, match="fremde Daten"):
        take(sealed + b"PK\x05\x06" + b"\0" * 18)


def pdf_bomb(structure: bool) -> bytes:
    """A valid PDF of 2 kB; its object stream, or only its page, unpacks to 300 MB."""

    def pack(start: bytes, blanks: int) -> bytes:
        packer = zlib.compressobj(6)
        piece = b" " * 1_000_000
        data = packer.compress(start) + b"".join(packer.compress(piece) for _ in range(blanks)) + packer.flush()
        return zlib.compress(data, 9)

    objects = b"2 0 3 60".ljust(20) + b"<</Type/Catalog/Pages 3 0 R>>".ljust(60) + b"<</Type/Pages/Kids[5 0 R]/Count 1>>"
    parts, places = [b"%PDF-1.7\n"], []
    for number, head, packed in (
        (1, b"/Type/ObjStm/N 2/First 20", pack(objects, 300 if structure else 0)),
        (6, b"", pack(b"", 0 if structure else 300)),
    ):
        places.append(sum(map(len, parts)))
        lead = b"%d 0 obj<<%s/Filter[/FlateDecode/FlateDecode]/Length %d>>stream\n" % (number, head, len(packed))
        parts.append(lead + packed + b"\nendstream endobj\n")
    places.append(sum(map(len, parts)))
    parts.append(b"5 0 obj<</Type/Page/Parent 3 0 R/MediaBox[0 0 9 9]/Contents 6 0 R>>endobj\n")
    start = sum(map(len, parts))

    def at(place: int) -> bytes:
        return b"\1" + place.to_bytes(3, "big") + b"\0"

    rows = b"\0" * 5 + at(places[0]) + b"\2\0\0\1\0" + b"\2\0\0\1\1" + at(start) + at(places[2]) + at(places[1])
    parts.append(b"4 0 obj<</Type/XRef/Size 7/W[1 3 1]/Root 2 0 R/Length %d>>stream\n" % len(rows) + rows
                 + b"\nendstream endobj\nstartxref\n%d\n%%%%EOF" % start)  # fmt: skip
    return b"".join(parts)


@pytest.mark.parametrize("structure", [True, False])
def test_a_pdf_bomb_is_never_unpacked(structure, db):
    """Without the limits the file would be taken, after 300 MB of memory."""
    data = pdf_bomb(structure)
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    if structure:
        with pytest.raises(UploadRefused, match="beschädigt"):
            take(data)
    else:
        assert take(data).size < 10_000
    assert time.process_time() - began < 8  # seconds
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000  # kB


@pytest.mark.parametrize("data", [b"%PDF-1.7\n", b"%PDF-1.4 garbage" * 50, portable()[:150], b"%PDF-\xff\xfe\x00"])
def test_a_broken_pdf(data, db):
    with pytest.raises(UploadRefused, match="beschädigt"):
        take(data)


# Other things people try


@pytest.mark.parametrize(
    ("data", "name", "message"),
    [
        (b"", "leer.pdf", "leer"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "bild.svg", "Nehmen Sie: PDF"),
        (b"<html><script>alert(1)</script>", "brief.pdf", "Diese Art von Datei"),
        (b"PK\x03\x04rest", "brief.docx", "als PDF"),
        (b"\xd0\xcf\x11\xe0rest", "brief.doc", "als PDF"),
        (b"\0\0\0\x18ftypheic" + b"\0" * 20, "foto.heic", "JPEG"),
        (b"MZ\x90\0", "rechnung.pdf", "Diese Art von Datei"),
        (b"GIF89a;%PDF-1.4", "a.pdf", "fremde Daten"),
        (b"#!/bin/sh\n%PDF-1.7", "a.pdf", "fremde Daten"),
    ],
)
def test_refused_with_a_way_out(data, name, message, db):
    with pytest.raises(UploadRefused, match=message):
        take(data, name)
    assert not Upload.objects.exists()


def test_name_and_content_must_agree(db):
    with pytest.raises(UploadRefused, match=r"endet auf „\.exe“"):
        take(portable(), "rechnung.pdf.exe")
    with pytest.raises(UploadRefused, match="endet auf"):
        take(picture(), "rechnung.pdf")
    assert take(picture("PNG"), "foto.jpg").file_name == "foto.png"  # phones mix these up


def test_size_and_kind_of_the_field(db):
    with pytest.raises(UploadRefused, match=r"höchstens 0,5 MB"):
        take(b"%PDF-" + b"x" * 600_000, max_bytes=500_000)
    with pytest.raises(UploadRefused, match=r"Nehmen Sie: JPEG, PNG\."):
        take(portable(), media_types=("image/jpeg", "image/png"))
    assert take(picture(), "a.jpg", media_types=("image/*",)).media_type == "image/jpeg"
    assert take(portable(), media_types=("application/msword",)).media_type == "application/pdf"  # else nothing could come


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("C:\\Users\\Zoë\\Nachweis.pdf", "Nachweis.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("Łucja\u202efdp.exe.pdf", "Łucjafdp.exe.pdf"),
        ("a\0b\r\nc.pdf", "abc.pdf"),
        ("Zoe\u0308.pdf", "Zoë.pdf"),
        ("\udcff\udcfe.pdf", "datei.pdf"),
        ("", "datei.pdf"),
        ("...", "datei.pdf"),
        ("ohne Endung", "ohne Endung.pdf"),
        ("Version 1.2 final", "Version 1.2 final.pdf"),
        ("x" * 400 + ".pdf", "x" * 120 + ".pdf"),
        ("NACHWEIS.PDF", "NACHWEIS.pdf"),
    ],
)
def test_names(given, kept, db):
    name = take(portable(), given).file_name
    assert name == kept


HEADS = [b"", b"%PDF-1.7\n", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF1234WEBP"]


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300), st.text(max_size=40), st.sampled_from(HEADS))
def test_noise_is_refused_and_never_breaks(noise, name, head):
    try:
        inspect(name, head + noise, (), None)
    except UploadRefused as refused:
        assert str(refused)


# Viruses and the scanner


def test_the_test_virus_is_refused_everywhere(db):
    hidden = portable(lambda pdf: pdf.docinfo.update({"/Title": "x"})) + demo.EICAR
    for data, name in ((demo.EICAR, "a.pdf"), (hidden, "a.pdf")):
        with pytest.raises(UploadRefused):
            take(data, name)
    assert not Upload.objects.exists()


@pytest.fixture
def scanner_away(settings, tmp_path, monkeypatch):
    away = {"now": True}

    def scan(data: bytes):
        if away["now"]:
            raise ScannerUnavailable("down")
        return "Test-Virus" if b"%virus" in data else None

    monkeypatch.setattr(demo, "scan", scan)
    return away


@pytest.mark.django_db(transaction=True)
def test_a_file_waits_while_the_scanner_is_away(scanner_away, run_jobs, citizen, login):
    upload = take(portable(), "warten.pdf", account=citizen)
    assert upload.state == "CHECKING"
    client = login(citizen)
    assert client.get(reverse("documents:upload", args=[upload.key])).status_code == 404
    with pytest.raises(ValueError, match="not been checked"):
        views.response_for_upload(upload)
    with pytest.raises(AssertionError):  # the job fails and stays in the queue
        run_jobs()
    upload.refresh_from_db()
    assert upload.state == "CHECKING"
    with pytest.raises(ScannerUnavailable):
        actions.check_again(upload.pk)
    scanner_away["now"] = False
    actions.check_again(upload.pk)
    actions.check_again(upload.pk)  # a replay changes nothing
    upload.refresh_from_db()
    assert upload.state == "CLEAN" and Event.objects.filter(name="upload.received").count() == 1
    assert client.get(reverse("documents:upload", args=[upload.key])).status_code == 200


def test_a_waiting_virus_is_refused_and_deleted(scanner_away, db):
    upload = take(portable(lambda pdf: setattr(pdf.Root, "X", pdf.make_stream(b"%virus", compress=False))), "x.pdf")
    sealed = keys.seal("account:0", b"%PDF %virus", place=str(upload.content))
    UploadContent.objects.filter(upload=upload).update(sealed=sealed)
    scanner_away["now"] = False
    actions.check_again(upload.pk)
    upload.refresh_from_db()
    assert upload.state == "REFUSED" and not UploadContent.objects.exists()
    assert Event.objects.filter(name="upload.refused").count() == 1
    actions.check_again(999_999)  # gone meanwhile: fine


# Who may open it


def test_only_the_owner_opens_a_file(citizen, other_citizen, clerk, login):
    upload = take(portable(), "Nachweis Çelik.pdf", account=citizen)
    address = reverse("documents:upload", args=[upload.key])
    response = login(citizen).get(address)
    assert response.status_code == 200 and response.content == bytes(upload.content.data)
    assert response["Content-Disposition"].startswith("attachment;") and response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]
    assert login(other_citizen).get(address).status_code == 404
    assert login(clerk.account).get(address).status_code == 404
    assert Client().get(address).status_code == 302
    assert views.response_for_upload(upload).status_code == 200


def test_an_anonymous_draft_s_file_gets_its_owner(citizen):
    upload = take(portable())
    assert upload not in Upload.objects.visible_to(Actor(account=citizen))
    assert actions.hand_over("case:17", citizen) == 1
    assert upload in Upload.objects.visible_to(Actor(account=citizen))
    assert actions.hand_over("case:17", citizen) == 0


def test_discarding_and_shredding(citizen):
    first, _second = take(portable(), account=citizen), take(portable(), account=citizen)
    actions.discard("account:1", first)
    actions.discard("account:1", first)
    assert Event.objects.filter(name="upload.discarded").count() == 1
    assert actions.shred_uploads("case:17") == 1 and actions.shred_uploads("case:17") == 0
    assert not UploadContent.objects.exists()


def test_an_endless_file_is_cut_off_before_it_fills_the_disk():
    from stadtkern.kernel.documents.intake.cap import MOST_BYTES, Cap

    lid = Cap()
    assert lid.receive_data_chunk(b"x", MOST_BYTES - 1) == b"x"
    assert lid.receive_data_chunk(b"x", MOST_BYTES) is None
    assert lid.file_complete(5) is None


# Photos inside of PDFs


def with_photo(photo: bytes, *, packed: bool = False, signed: bool = False) -> bytes:
    def change(pdf):
        filters = Array([Name.FlateDecode, Name.DCTDecode]) if packed else Name.DCTDecode
        body = zlib.compress(photo) if packed else photo
        told = {"Type": Name.XObject, "Subtype": Name.Image, "Width": 48, "Height": 32, "BitsPerComponent": 8}
        image = pikepdf.Stream(pdf, body, Dictionary(**told, ColorSpace=Name.DeviceRGB, Filter=filters))
        image["/Metadata"] = pikepdf.Stream(pdf, b"<x:xmpmeta>exif:GPSLatitude</x:xmpmeta>")
        pdf.pages[0].Resources = Dictionary(XObject=Dictionary(Im0=image))
        if signed:
            pdf.Root["/Sig"] = Dictionary(Type=Name.Sig, ByteRange=Array([0, 1, 2, 3]), Contents=String("x"))
        pdf.Root["/Metadata"] = pikepdf.Stream(pdf, b"<x:xmpmeta>exif:GPSLongitude</x:xmpmeta>")

    return portable(change)


def pixels(jpeg: bytes) -> bytes:
    return Image.open(io.BytesIO(jpeg)).tobytes()


@pytest.mark.parametrize("packed", [False, True])
def test_photos_in_a_pdf_lose_their_place_and_keep_their_pixels(packed):
    photo = paint(exif=exif(), comment=b"Ada Lovelace") + b"PK hidden"
    assert tells_place(photo)
    clean = inspect("scan.pdf", with_photo(photo, packed=packed), (), None).data
    with pikepdf.open(io.BytesIO(clean)) as pdf:
        image = pdf.pages[0].Resources.XObject.Im0
        assert image.Filter == Name.DCTDecode
        found = bytes(image.read_raw_bytes())
        assert "/Metadata" not in image
        assert "/Metadata" not in pdf.Root or b"GPS" not in bytes(pdf.Root.Metadata.read_bytes())
    assert not leftovers(found) and not tells_place(found) and pixels(found) == pixels(photo)
    assert b"GPS" not in clean and b"Ada" not in clean and b"hidden" not in clean


def test_a_signed_pdf_that_tells_a_place_is_refused_and_says_why():
    plain = portable(
        lambda pdf: pdf.Root.update({"/Sig": Dictionary(Type=Name.Sig, ByteRange=Array([0, 1]), Contents=String("x"))})
    )
    assert inspect("ok.pdf", plain, (), None).data == plain
    with pytest.raises(UploadRefused, match="wo es gemacht wurde"):
        inspect("foto.pdf", with_photo(paint(exif=exif()), signed=True), (), None)


@given(st.binary(max_size=200), st.integers(0, 600))
@settings(max_examples=60, deadline=None)
def test_a_broken_photo_is_a_value_error_or_a_picture(tail, cut):
    photo = paint(exif=exif())
    for data in (photo[:cut] + tail, tail, photo[:cut]):
        with contextlib.suppress(ValueError):
            assert bare(data).startswith(b"\xff\xd8")
