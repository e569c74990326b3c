"""Seventy odd files: harmless afterwards, or refused with a sentence; never a trace of what was no picture."""

import importlib
import io
import math
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from stadtkern.lib.pictures import NotAPicture, blur, clean, leftovers, read_boxes
from stadtkern.lib.pictures.tests.hostile import SECRET, TAKEN, exif, files, paint

FILES = files()
pytestmark = pytest.mark.filterwarnings("ignore")  # Pillow grumbles about broken metadata
KINDS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def test_there_are_enough_of_them():
    assert len(FILES) >= 60 and len({data for data, _ in FILES.values()}) == len(FILES)


@pytest.mark.parametrize("name", FILES)
def test_harmless_or_refused(name):
    data, expected = FILES[name]
    began = time.process_time()
    if expected != TAKEN:
        with pytest.raises(NotAPicture) as refused:
            clean(data)
        assert refused.value.key == expected and str(refused.value).endswith(".")
    else:
        kept = clean(data)
        again = opened(kept.bytes)
        assert leftovers(kept.bytes) == [] and SECRET not in kept.bytes and b"<script" not in kept.bytes
        assert not again.getexif() and not {"exif", "xmp", "icc_profile", "comment", "photoshop"} & set(again.info)
        assert again.size == (kept.width, kept.height) and again.format == KINDS[kept.media_type]
        assert getattr(again, "n_frames", 1) == 1
    assert time.process_time() - began < 5


def test_the_finder_of_leftovers_sees_what_was_put_in():
    seen = {name: leftovers(data) for name, (data, _) in FILES.items()}
    for name, part in {
        "jpeg exif gps": "APP1", "png exif gps": "eXIf", "webp exif gps": "EXIF", "jpeg comment": "COM", "jpeg iptc": "APP13",
        "jpeg icc": "APP2", "jpeg jfxx thumbnail": "APP0", "png texts": "tEXt", "png icc": "iCCP", "webp xmp": "XMP ",
        "webp own chunk": "EVIL", "jpeg and zip": "trailing bytes", "png and zip": "trailing bytes",
        "webp and zip": "trailing bytes", "jpeg and jpeg": "trailing bytes",
    }.items():  # fmt: skip
        assert part in seen[name], name
    assert leftovers(paint()) == leftovers(paint("PNG")) == leftovers(paint("WEBP")) == []


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_the_place_is_told_to_us_and_to_nobody_else(kind):
    kept = clean(paint(kind, exif=exif()))
    assert kept.point == pytest.approx((52.52, 13.41), abs=1e-9)
    assert clean(kept.bytes).point is None


@pytest.mark.parametrize(
    "told",
    [
        exif(latitude=(91.0, 0.0, 0.0)),
        exif(latitude=(0.0, 0.0, 0.0), longitude=(0.0, 0.0, 0.0)),
        exif(longitude=(13.0, 24.0, 36.0, 1.0)),
        b"Exif\0\0II*\0",
    ],
)
def test_nonsense_is_no_place(told):
    assert clean(paint(exif=told)).point is None


def test_south_and_west():
    assert clean(paint(exif=exif(refs=("S", "W")))).point == pytest.approx((-52.52, -13.41), abs=1e-9)


def test_upright_colours_and_depth():
    turned = clean(paint(size=(60, 40), exif=exif(turned=6)))
    assert (turned.width, turned.height) == (40, 60)
    grey = opened(clean(FILES["png sixteen bits"][0]).bytes).convert("L")
    assert grey.getextrema()[0] < 20 and 180 < grey.getextrema()[1] < 256 and len(grey.getcolors()) > 10
    red = opened(clean(FILES["png sixteen bits colour"][0]).bytes).convert("RGB").getpixel((1, 1))
    assert red == (255, 0, 0)
    assert opened(clean(paint("PNG", "LA")).bytes).mode == "LA"


def test_smaller_when_asked():
    small = clean(paint(size=(2400, 1200)), longest_side=800)
    assert (small.width, small.height) == (800, 400)
    with pytest.raises(NotAPicture) as refused:
        clean(paint(size=(200, 200)), most_pixels=39_999)
    assert refused.value.key == "large"


def test_what_is_made_unknowable_cannot_be_brought_back():
    """Two different faces under the same box give nearly the same picture; outside of it nothing moves."""
    noise = Image.effect_noise((240, 240), 120).convert("RGB")
    out = io.BytesIO()
    noise.save(out, "PNG")
    hidden = opened(blur(out.getvalue(), [(0.25, 0.25, 0.75, 0.75)]).bytes)
    inside = hidden.crop((60, 60, 180, 180)).convert("L")
    assert len(inside.getcolors(10_000)) <= 49 and len(noise.crop((60, 60, 180, 180)).convert("L").getcolors(20_000)) > 150
    assert hidden.crop((0, 0, 59, 240)).tobytes() == noise.crop((0, 0, 59, 240)).tobytes()
    assert read_boxes("0.1,0.2,0.3,0.4;nan,0,1,1;a;9,9,9,9;0,0,2,2") == [(0.1, 0.2, 0.3, 0.4), (0.0, 0.0, 1.0, 1.0)]


@settings(max_examples=60, deadline=None)
@given(st.sampled_from([paint("JPEG", exif=exif()), paint("PNG", exif=exif()), paint("WEBP", exif=exif())]), st.data())
def test_any_damage_is_taken_or_refused(whole, data):
    at = data.draw(st.integers(0, len(whole) - 1))
    damaged = whole[:at] + data.draw(st.binary(max_size=6)) + whole[at + data.draw(st.integers(0, 6)) :]
    try:
        kept = clean(damaged)
    except NotAPicture:
        return
    assert leftovers(kept.bytes) == [] and SECRET not in kept.bytes
    assert kept.point is None or all(math.isfinite(part) for part in kept.point)


def test_two_are_never_painted_at_once_not_even_to_find_the_place(monkeypatch):
    module, seen = importlib.import_module("stadtkern.lib.pictures.clean"), []
    monkeypatch.setattr(module, "place_of", lambda _picture: seen.append(module.ONE_AT_A_TIME.locked()))
    clean(paint())
    assert seen == [True]
