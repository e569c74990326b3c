"""Odd and hostile picture files, made here: name -> (bytes, what must become of it)."""

import io
import struct
import zlib

from PIL import Image, ImageCms, PngImagePlugin

SECRET = b"GEHEIM-0815"
TAKEN, BROKEN, LARGE, FOREIGN, HEIC, SVG, EMPTY = "taken", "broken", "large", "foreign", "heic", "svg", "empty"


def paint(kind="JPEG", mode="RGB", size=(48, 32), **options) -> bytes:
    image = Image.linear_gradient("L").resize(size).convert("RGB" if mode in ("P", "CMYK", "YCbCr") else "L")
    image = image.convert(mode) if mode not in ("I;16", "1") else image.convert("I").point(lambda v: v * 257)
    if mode == "1":
        image = image.convert("L").convert("1")
    elif mode == "I;16":
        image = image.convert("I;16")
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def exif(latitude=(52.0, 31.0, 12.0), longitude=(13.0, 24.0, 36.0), refs=("N", "E"), turned=1) -> bytes:
    told = Image.Exif()
    told[0x010F], told[0x0112] = SECRET.decode(), turned
    place = told.get_ifd(0x8825)
    place[1], place[2], place[3], place[4] = refs[0], latitude, refs[1], longitude
    return told.tobytes()


def segment(mark: int, body: bytes) -> bytes:
    return bytes((0xFF, mark)) + (len(body) + 2).to_bytes(2, "big") + body


def behind_start(jpeg: bytes, *segments: bytes) -> bytes:
    return jpeg[:2] + b"".join(segments) + jpeg[2:]


def chunk(kind: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")


def png_with(*chunks: bytes, base: bytes | None = None) -> bytes:
    base = base or paint("PNG")
    return base[:33] + b"".join(chunks) + base[33:]


def png_head(width: int, height: int, depth=8, colour=2, rows=b"\0" * 1000) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows, 1)) + chunk(b"IEND", b"")


def jpeg_head(width: int, height: int) -> bytes:
    data = bytearray(paint("JPEG"))
    at = data.index(b"\xff\xc0") + 5
    data[at : at + 4] = struct.pack(">HH", height, width)
    return bytes(data)


def webp_head(width: int, height: int) -> bytes:
    """Lossless, with a head only."""
    body = b"\x2f" + ((width - 1) | (height - 1) << 14).to_bytes(4, "little") + b"\0" * 15
    chunk = b"VP8L" + len(body).to_bytes(4, "little") + body
    return b"RIFF" + (len(chunk) + 4).to_bytes(4, "little") + b"WEBP" + chunk


def riff_with(kind: bytes, body: bytes) -> bytes:
    whole = paint("WEBP")[12:] + kind + len(body).to_bytes(4, "little") + body + b"\0" * (len(body) % 2)
    return b"RIFF" + (len(whole) + 4).to_bytes(4, "little") + b"WEBP" + whole


def frames(kind: str) -> bytes:
    pictures = [Image.new("RGB", (20, 20), (step, 0, 0)) for step in (0, 90, 180)]
    out = io.BytesIO()
    pictures[0].save(out, kind, save_all=True, append_images=pictures[1:], duration=50)
    return out.getvalue()


def profile() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def text_png() -> bytes:
    info = PngImagePlugin.PngInfo()
    info.add_text("Author", SECRET.decode())
    info.add_text("Comment", SECRET.decode(), zip=True)
    info.add_itxt("XML:com.adobe.xmp", f"<x>{SECRET.decode()}</x>")
    return paint("PNG", pnginfo=info)


XMP = b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta xmlns:x='adobe:ns:meta/'>" + SECRET + b"</x:xmpmeta>"
IPTC = b"Photoshop 3.0\x008BIM\x04\x04\0\0\0\0\0\x10" + SECRET
ZIP = b"PK\x03\x04\x14\0\0\0\0\0" + SECRET + b"PK\x05\x06" + b"\0" * 18
BOX = b"\0\0\0\x18ftyp"


def files() -> dict[str, tuple[bytes, str]]:
    """About sixty of them."""
    jpeg, png, webp = paint("JPEG"), paint("PNG"), paint("WEBP")
    return {
        # metadata
        "jpeg exif gps": (paint("JPEG", exif=exif()), TAKEN),
        "png exif gps": (paint("PNG", exif=exif()), TAKEN),
        "webp exif gps": (paint("WEBP", exif=exif()), TAKEN),
        "jpeg comment": (paint("JPEG", comment=SECRET), TAKEN),
        "jpeg xmp": (behind_start(jpeg, segment(0xE1, XMP)), TAKEN),
        "jpeg iptc": (behind_start(jpeg, segment(0xED, IPTC)), TAKEN),
        "jpeg icc": (paint("JPEG", icc_profile=profile()), TAKEN),
        "jpeg broken icc": (paint("JPEG", icc_profile=SECRET * 20), TAKEN),
        "jpeg sixteen own segments": (behind_start(jpeg, *(segment(0xE2 + n % 13, SECRET) for n in range(16))), TAKEN),
        "jpeg jfxx thumbnail": (behind_start(jpeg, segment(0xE0, b"JFXX\0\x10" + SECRET)), TAKEN),
        "jpeg multi picture": (behind_start(jpeg, segment(0xE2, b"MPF\0MM\0*\0\0\0\x08" + SECRET)), TAKEN),
        "jpeg broken exif": (behind_start(jpeg, segment(0xE1, b"Exif\0\0II*\0\xff\xff\xff\xff" + SECRET)), TAKEN),
        "jpeg exif that points to itself": (
            behind_start(
                jpeg, segment(0xE1, b"Exif\0\0II*\0\x08\0\0\0\x01\0\x25\x88\x04\0\x01\0\0\0\x08\0\0\0\x08\0\0\0" + SECRET)
            ),
            TAKEN,
        ),
        "jpeg turned": (paint("JPEG", exif=exif(turned=6)), TAKEN),
        "png texts": (text_png(), TAKEN),
        "png icc": (paint("PNG", icc_profile=profile()), TAKEN),
        "png time": (png_with(chunk(b"tIME", b"\x07\xea\x0b\x1d\x0a\x0a\x0a")), TAKEN),
        "png own chunk": (png_with(chunk(b"prVt", SECRET)), TAKEN),
        "webp xmp": (paint("WEBP", xmp=SECRET), TAKEN),
        "webp icc": (paint("WEBP", icc_profile=profile()), TAKEN),
        "webp own chunk": (riff_with(b"EVIL", SECRET), TAKEN),
        # two files in one
        "jpeg and zip": (jpeg + ZIP, TAKEN),
        "png and zip": (png + ZIP, TAKEN),
        "webp and zip": (webp + ZIP, TAKEN),
        "jpeg and php": (jpeg + b"<?php system($_GET['x']); //" + SECRET, TAKEN),
        "jpeg and html": (behind_start(jpeg, segment(0xFE, b"<script>alert(1)</script>" + SECRET)), TAKEN),
        "png and html": (png_with(chunk(b"tEXt", b"a\0<script>alert(1)</script>" + SECRET)), TAKEN),
        "jpeg and pdf": (behind_start(jpeg, segment(0xFE, b"%PDF-1.4 " + SECRET)), TAKEN),
        "jpeg and jpeg": (jpeg + paint("JPEG", comment=SECRET), TAKEN),
        "gif and script": (b"GIF89a/*" + SECRET + b"*/=1;", FOREIGN),
        "bmp and script": (b"BM/*" + SECRET, FOREIGN),
        # unpack to gigabytes
        "png bomb square": (png_head(50_000, 50_000), LARGE),
        "png bomb wide": (png_head(2_000_000_000, 1), LARGE),
        "jpeg bomb": (jpeg_head(65_500, 65_500), LARGE),
        "webp bomb": (webp_head(16_000, 16_000), LARGE),
        "png text bomb": (png_with(chunk(b"zTXt", b"a\0\0" + zlib.compress(b"\0" * 80_000_000, 1))), BROKEN),
        "png icc bomb": (png_with(chunk(b"iCCP", b"a\0\0" + zlib.compress(b"\0" * 80_000_000, 1))), BROKEN),
        "png rows bomb": (png_head(100, 100, rows=b"\0" * 60_000_000), TAKEN),
        # broken
        "empty": (b"", EMPTY),
        "jpeg mark only": (b"\xff\xd8\xff", BROKEN),
        "jpeg cut": (jpeg[: len(jpeg) // 2], BROKEN),
        "png cut": (png[: len(png) // 2], BROKEN),
        "webp cut": (webp[: len(webp) // 2], BROKEN),
        "jpeg zeros": (b"\xff\xd8\xff" + b"\0" * 500, BROKEN),
        "png without rows": (png_head(40, 40, rows=b""), BROKEN),
        "png wrong sum": (png[:40] + bytes([png[40] ^ 255]) + png[41:], BROKEN),
        "png no size": (png_head(0, 40), BROKEN),
        "webp head only": (b"RIFF\0\0\0\0WEBPVP8 ", BROKEN),
        # odd, but pictures
        "webp moving": (frames("WEBP"), TAKEN),
        "png moving": (frames("PNG"), TAKEN),
        "jpeg cmyk": (paint("JPEG", "CMYK"), TAKEN),
        "jpeg grey": (paint("JPEG", "L"), TAKEN),
        "jpeg progressive": (paint("JPEG", progressive=True), TAKEN),
        "png sixteen bits": (paint("PNG", "I;16"), TAKEN),
        "png sixteen bits colour": (png_head(4, 4, 16, 2, (b"\0" + b"\xff\xff\0\0\0\0" * 4) * 4), TAKEN),
        "png one bit": (paint("PNG", "1"), TAKEN),
        "png palette": (paint("PNG", "P", transparency=0), TAKEN),
        "png see-through": (paint("PNG", "LA"), TAKEN),
        "one point": (paint("PNG", size=(1, 1)), TAKEN),
        # other formats
        "svg": (
            b"<?xml version='1.0'?>\n<!-- a --><svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
            SVG,
        ),
        "svg bare": (b"\xef\xbb\xbf  <svg onload='alert(1)'/>", SVG),
        "heic": (BOX + b"heic" + b"\0" * 30, HEIC),
        "heif": (BOX + b"mif1" + b"\0" * 30, HEIC),
        "avif": (BOX + b"avif" + b"\0" * 30, FOREIGN),
        "gif": (frames("GIF"), FOREIGN),
        "tiff": (paint("TIFF"), FOREIGN),
        "postscript": (b"%!PS-Adobe-3.0 EPSF-3.0\n", FOREIGN),
        "pdf": (b"%PDF-1.7\n", FOREIGN),
        "html": (b"<html><body><svg onload=alert(1)>", FOREIGN),
        "program": (b"MZ\x90\0" + b"\0" * 60, FOREIGN),
        "icon": (b"\0\0\1\0\1\0", FOREIGN),
        "surrogates": ("\udcff\ud800".encode("utf-8", "surrogatepass"), FOREIGN),
    }
