"""Letters: they conform, they look right to a window envelope, and data stays data."""

import re
import threading
import unicodedata
from datetime import UTC, datetime
from pathlib import Path

import outloud
import pdfua
import pikepdf
import pytest
from fontTools.ttLib import TTFont

from stadtkern.kernel.documents.render import HERE, Unrenderable, characters, printable, render

from .conftest import AT, TEMPLATE, letter_data, make, text_of

CERTIFICATE = """
#import "/letter.typ": certificate, facts
#show: certificate.with(title: "Meldebescheinigung", subject: "nach § 18 Bundesmeldegesetz")
Hiermit wird bescheinigt:
#facts()
"""
DIN_91379 = [
    "".join(chr(int(code, 16)) for code in line.split())
    for line in (Path(__file__).parent / "din91379.txt").read_text().splitlines()
    if not line.startswith("#")
]
MM = 72 / 25.4


def errors(path):
    found = outloud.check(path)
    return [(f.rule, f.message) for f in found.sorted_findings() if str(f.severity).lower().endswith("error")], found.errors


@pytest.mark.parametrize("template", [TEMPLATE, CERTIFICATE], ids=["letter", "certificate"])
def test_a_paper_is_pdf_a_and_pdf_ua(template, as_file):
    path = as_file(make(template))
    assert errors(path) == ([], 0)
    assert [f for f in pdfua.validate(path).findings if f.severity.name == "ERROR"] == []
    with pikepdf.open(path) as pdf, pdf.open_metadata() as meta:
        assert (meta["pdfaid:part"], meta["pdfaid:conformance"], meta["pdfuaid:part"]) == ("3", "A", "1")
        assert meta["dc:title"] and str(pdf.Root.Lang) == "de-DE"


def test_the_checker_can_fail(as_file):
    """The same page without tags and claims is no PDF/UA."""
    with pikepdf.open(as_file(make())) as pdf:
        del pdf.Root.StructTreeRoot, pdf.Root.MarkInfo
        pdf.save(path := as_file(b"", "untagged.pdf"))
    assert errors(path)[1] > 0
    assert pdfua.validate(path).findings


def test_the_letter_says_what_it_must(letter):
    text = " ".join(text_of(letter).split())
    for expected in (
        "Stadt Musterstadt" if "Stadt Musterstadt" in text else "Musterstadt", "Amt für Steuern und Abgaben",
        "Zoë Łucja Çelik-Müller Lindenstraße 12a 49999 Musterstadt", "MS-7F3K-9QXM", "22. November 2026", "20. November 2026",
        "1.234,50 €", "Wir geben Ihrem Antrag statt.", "Rechtsbehelfsbelehrung", "innerhalb eines Monats", "Petra Sommer",
        "2026-BCDFG-HJKMN", "Seite 1 von 1",
    ):  # fmt: skip
        assert expected in text


def test_the_address_stands_in_the_window(letter):
    """DIN 5008 form B: address zone 62.7 to 90 mm from the top, 20 to 105 mm from the left."""
    words = re.findall(
        r'<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">(.*?)</word>', text_of(letter, "-bbox")
    )
    zone = [w for w in words if float(w[1]) > 62 * MM and float(w[3]) < 90 * MM and float(w[2]) < 105 * MM]
    assert [w[4] for w in zone] == ["Zoë", "Łucja", "Çelik-Müller", "Lindenstraße", "12a", "49999", "Musterstadt"]
    assert all(float(w[0]) >= 25 * MM - 1 for w in zone)


def test_long_content_breaks_over_pages_with_its_head():
    rows = [[f"Frage {i}", "Ein längerer Satz als Antwort. " * (i % 30)] for i in range(120)]
    text = text_of(make(sections=[{"title": "Viele Fragen", "rows": rows}]))
    pages = text.split("\f")[:-1]
    assert len(pages) > 4
    for number, page in enumerate(pages, 1):
        assert f"Seite {number} von {len(pages)}" in page
    assert all("Angabe" in page for page in pages[1:-1])
    assert "MS-7F3K-9QXM" in pages[2]
    assert "Frage 119" in text


def test_one_endless_word_stays_on_the_sheet():
    words = re.findall(r'<word xMin="([\d.]+)" yMin="[\d.]+" xMax="([\d.]+)"', text_of(
        make(sections=[["Frage", "x" * 3000]]), "-bbox"))  # fmt: skip
    assert max(float(right) for _, right in words) <= 210 * MM


def test_nearly_everything_may_be_missing():
    template = TEMPLATE.replace("data.case.submitted", 'data.case.at("submitted", default: "")').replace(
        "data.case.fee", 'data.case.at("fee", default: 0)'
    )
    assert render(template, {}, at=AT).startswith(b"%PDF-1.7")
    assert render(CERTIFICATE, {"sections": [], "office": None}, at=AT).startswith(b"%PDF-1.7")


HOSTILE = [
    '#import "@preview/cetz:0.3.1": *', "$x^2$ $", "*fett* _kursiv_ `roh`", "\\ \\n \\u{41} \\#", "#read(\"/letter.typ\")",
    "]#panic()[", '"}] {"number": "x"}', "<label> @ref", "// weg /* weg */", "= Kein Titel", "https://boese.example -- ---",
]  # fmt: skip


@pytest.mark.parametrize("hostile", HOSTILE)
def test_data_is_never_code(hostile):
    data = letter_data(answers={"dog_name": hostile}, sections=[[hostile, hostile]])
    data["applicant"]["name"] = data["case"]["reference"] = data["office"]["title"] = hostile
    flat = re.sub(r"\s+", "", text_of(render(TEMPLATE, data, at=AT)))
    wanted = re.sub(r"\s+", "", hostile)
    assert flat.count(wanted) >= 5


LONE = [text for text in DIN_91379 if len(text) == 1 and text.strip() and not unicodedata.combining(text)]
COMPOSED = [text for text in DIN_91379 if len(text) > 1]


@pytest.mark.parametrize("sample", [LONE, COMPOSED], ids=["letters", "sequences"])
def test_every_character_of_din_91379_comes_out_as_it_went_in(sample, as_file):
    """Typst refuses a paper with a missing glyph; copying, searching and reading aloud must give the name as it was."""
    assert len(sample) > (700 if sample is LONE else 140)
    template = '#import "/letter.typ": certificate, data\n#show: certificate.with(title: "Zeichen")\n#data.sample'
    pdf = render(template, {"sample": " ".join(f"a{text}a" for text in sample)}, at=AT)

    def plain(text: str) -> str:
        return unicodedata.normalize("NFC", "".join(text.split()))

    printed = plain(text_of(pdf))
    assert [text for text in sample if plain(f"a{text}a") not in printed] == []
    assert plain("".join(f"a{text}a" for text in sample)) in printed  # nothing twice
    assert errors(as_file(pdf)) == ([], 0)


def test_the_list_of_characters_is_that_of_the_fonts():
    cmaps = [set(TTFont(file).getBestCmap()) for file in sorted((HERE / "fonts").glob("*.ttf"))]
    assert len(cmaps) == 3
    in_all = {chr(code) for code in set.intersection(*cmaps)}
    assert characters() - in_all == {"≤", "≥", "∞"}  # drawn by typst's own second font
    assert {letter for text in DIN_91379 for letter in text} <= characters()


def test_what_cannot_be_printed_is_replaced_and_tricks_vanish():
    assert printable({"a": ["Ann\u202ea 😀 中\x07\x00", 5, None, True]}) == {"a": ["Anna \ufffd \ufffd", 5, None, True]}
    assert printable("Zeile\r\nzwei\tdrei") == "Zeile\nzwei drei"
    assert "\ufffd" in text_of(make(answers={"dog_name": "😀 مرحبا \ue000"}))


@pytest.mark.parametrize(
    "reach",
    ['#import "@preview/cetz:0.3.1": *', '#import ("@pre" + "view/cetz:0.3.1"): *', '#include "/letter.typ"', '#eval("1")',
     '#plugin("/x.wasm")', "#std.read"],
)  # fmt: skip
def test_a_template_reaches_nothing_but_the_letter(reach):
    with pytest.raises(Unrenderable, match="nothing else"):
        render(reach, {}, at=AT)


@pytest.mark.parametrize("path", ["/etc/passwd", "/../../../pyproject.toml", "../../site/settings.py"])
def test_a_template_reads_no_file_outside(path):
    with pytest.raises(Unrenderable):
        render(f'#import "/letter.typ": letter\n#show: letter.with(subject: "x")\n#read("{path}")', {}, at=AT)


def test_broken_templates_and_too_much_data_are_named():
    with pytest.raises(Unrenderable, match="unclosed"):
        render("#let x = (", {}, at=AT)
    with pytest.raises(Unrenderable, match="more than a letter can hold"):
        render(TEMPLATE, {"x": "y" * 2_100_000}, at=AT)


def test_a_picture_without_description_is_refused():
    template = '#import "/letter.typ": letter, data\n#show: letter.with(subject: "x")\n#image(bytes(data.qr), format: "svg")'
    with pytest.raises(Unrenderable, match="alt"):
        make(template)


def test_same_data_same_paper_and_many_threads():
    first, results = make(), []
    threads = [threading.Thread(target=lambda: results.extend(make() for _ in range(3))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [first] * 12


def test_the_date_of_the_file_is_the_date_of_issue():
    pdf = render(CERTIFICATE, letter_data(), at=datetime(2027, 1, 5, 9, 30, tzinfo=UTC))
    with pikepdf.open(__import__("io").BytesIO(pdf)) as opened, opened.open_metadata() as meta:
        assert meta["xmp:CreateDate"].startswith("2027-01-05T09:30")


def test_the_qr_code_leads_to_the_verify_page(letter, as_file, tmp_path):
    import subprocess

    import zxingcpp
    from PIL import Image

    from .conftest import URL, tool

    subprocess.run([tool("pdftoppm"), "-r", "200", "-png", "-singlefile", as_file(letter), str(tmp_path / "page")], check=True)
    assert [found.text for found in zxingcpp.read_barcodes(Image.open(tmp_path / "page.png"))] == [URL]
