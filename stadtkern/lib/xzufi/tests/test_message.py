"""A message survives: written, read, written again; nothing unknown is lost; nothing hostile gets in."""

import gzip
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stadtkern.lib.xzufi.codec import SPACE, TYPE, Betrag, Code, Identifier, Node, Part, Text, XzufiError, slots_of
from stadtkern.lib.xzufi.message import KINDS, Loesche, Nachrichtenkopf, Schreibe, read, write
from stadtkern.lib.xzufi.model import Leistung

LETTERS = st.characters(
    codec="utf-8", exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff", include_characters="\t\n\r"
)
TEXTS = st.text(LETTERS, max_size=20)
WORDS = TEXTS.map(str.strip)
ATTRIBUTES = st.just(()) | st.lists(
    st.tuples(st.sampled_from(["neu", "{urn:fremd}art"]), TEXTS), max_size=2, unique_by=lambda a: a[0]
).map(tuple)
LEAVES: dict[type, st.SearchStrategy[Any]] = {
    str: WORDS,
    Text: st.builds(Text, TEXTS, st.sampled_from(["de", "en", "de-x-ls", ""]), ATTRIBUTES),
    Identifier: st.builds(Identifier, WORDS, TEXTS, TEXTS, ATTRIBUTES),
    Code: st.builds(Code, WORDS, WORDS, TEXTS, TEXTS, ATTRIBUTES),
    Betrag: st.builds(Betrag, WORDS, ATTRIBUTES),
}
NODES = st.recursive(
    st.builds(Node, st.sampled_from([f"{{{SPACE}}}neuesElement", "{urn:fremd}ding"]), TEXTS, ATTRIBUTES),
    lambda below: st.builds(
        Node, st.just(f"{{{SPACE}}}nochNeuer"), st.just(""), ATTRIBUTES, st.lists(below, min_size=1, max_size=2).map(tuple)
    ),
    max_leaves=3,
)


@st.composite
def parts(draw: st.DrawFn, kind: type[Part], depth: int = 0) -> Part:
    values: dict[str, Any] = {}
    for slot in slots_of(kind):
        if draw(st.integers(0, 5 + 2 * depth)):
            continue
        one = LEAVES[slot.kind] if slot.kind in LEAVES else parts(slot.kind, depth + 1)
        values[slot.name] = draw(st.lists(one, max_size=2).map(tuple)) if slot.many else draw(one)
    values["rest"] = draw(st.lists(NODES, max_size=1).map(tuple))
    values["attributes"] = draw(ATTRIBUTES | st.just(((TYPE, f"{{{SPACE}}}LeistungErweitert"),)))
    return kind(**values)


OPERATIONS = st.one_of(*(parts(kind).map(Schreibe) for kind in KINDS.values())) | st.builds(
    Loesche, LEAVES[Identifier], st.sampled_from(["Leistung", "Onlinedienst", ""])
)


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(OPERATIONS, max_size=3))
def test_what_is_written_is_read(operations):
    head = Nachrichtenkopf(nachricht_uuid="1", sender="Musterstadt")
    data = write(operations, head)
    message = read(data)
    assert list(message) == operations
    assert message.head == head
    assert write(operations, message.head, attributes=message.attributes, rest=message.rest) == data


UNKNOWN = f"""<x:egal xmlns:x="{SPACE}" xzufiVersion="2.2" produktbezeichnung="P"><x:nachrichtenkopf><x:sender>S</x:sender>
</x:nachrichtenkopf><x:transaktionID>t1</x:transaktionID>
<x:schreibe><x:leistung xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="x:LeistungErweitert">
<x:id schemeAgencyID="L100001">17</x:id>
<x:referenzLeiKa listURI="u" listVersionID="1"><code>99102013104000</code></x:referenzLeiKa>
<x:modulText><x:leikaTextmodul listURI="u" listVersionID="1"><x:code>02</x:code></x:leikaTextmodul>
<x:inhalt languageCode="de">&lt;p&gt;Hund&lt;/p&gt;</x:inhalt><x:inhalt languageCode="en">Dog</x:inhalt></x:modulText>
<x:ganzNeu a="1"><x:tief>Text <b>fett</b> danach</x:tief></x:ganzNeu></x:leistung></x:schreibe>
<x:schreibe><x:raumfahrt><x:id>9</x:id></x:raumfahrt></x:schreibe>
<x:loesche klasse="Leistung"><x:id schemeAgencyID="A">3</x:id></x:loesche></x:egal>""".encode()


def test_unknown_elements_are_kept_and_told():
    message = read(UNKNOWN)
    first, second, third = message
    leistung = first.objekt
    assert isinstance(leistung, Leistung)
    assert (leistung.id, leistung.leika) == (Identifier("17", "L100001"), "99102013104000")
    assert leistung.modul_text[0].leika_textmodul.value == "02"
    assert [text.value for text in leistung.modul_text[0].inhalt] == ["<p>Hund</p>", "Dog"]
    assert second.objekt.tag == f"{{{SPACE}}}raumfahrt"
    assert third == Loesche(Identifier("3", "A"), "Leistung")
    assert dict(message.unknown) == {"egal/transaktionID": 1, "leistung/ganzNeu": 1, "schreibe/raumfahrt": 1}
    again = write([first, second, third], message.head, root=message.root, attributes=message.attributes, rest=message.rest)
    assert b">Text <b>fett</b> danach<" in again
    assert b"t1</xzufi:transaktionID>" in again and b'xsi:type="xzufi:LeistungErweitert"' in again
    assert list(read(again)) == [first, second, third]


def test_the_next_version_is_read_and_nothing_is_lost():
    data = UNKNOWN.replace(b"2_2_0", b"2_3_1").replace(b"x:ganzNeu", b"x:zugangskanal")
    message = read(data)
    operations = list(message)
    assert operations[0].objekt.leika == "99102013104000"
    assert message.unknown["leistung/zugangskanal"] == 1
    assert list(read(write(operations))) == operations


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"</x:id><x:referenzLeiKa", b"</x:id>verirrt<x:referenzLeiKa"),
        (b"<x:schreibe><x:raumfahrt>", b'<x:schreibe art="1">verirrt<x:raumfahrt>'),
        (b'klasse="Leistung"><x:id', b'klasse="Leistung" art="1"><x:grund>alt</x:grund><x:id'),
        (b"Hund&lt;/p&gt;", b"<b>Hund</b> und Katze"),
    ],
)
def test_what_stands_in_the_wrong_place_is_kept_too(old, new):
    crooked = UNKNOWN.replace(b"</x:id>\n", b"</x:id>").replace(old, new)
    assert new in crooked
    operations = list(read(crooked))
    again = write(operations)
    assert list(read(again)) == operations
    assert all(word in again for word in (b"verirrt", b"Katze", b'art="1"', b">alt<") if word in new)


def hostile(name: str) -> bytes:
    bomb = (
        b'<!DOCTYPE a [<!ENTITY x "'
        + b"ha" * 100
        + b'">'
        + b"".join(b'<!ENTITY x%d "%s">' % (n, b"&x%s;" % (b"" if n == 1 else b"%d" % (n - 1)) * 50) for n in range(1, 9))
    )
    return {
        "empty": b"",
        "blank": b"  \n",
        "text": b"Guten Tag",
        "cut": UNKNOWN[:700],
        "other": b"<html><body/></html>",
        "other xml": b'<a xmlns="urn:x"/>',
        "entity": b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + UNKNOWN.replace(b"Dog", b"&x;"),
        "bomb": bomb + b"]>" + UNKNOWN.replace(b"Dog", b"&x8;"),
        "late doctype": b"<!--" + b"x" * 100_000 + b'--><!DOCTYPE a SYSTEM "http://boese.example/a.dtd">' + UNKNOWN,
        "utf-16": UNKNOWN.decode().encode("utf-16"),
        "utf-7": b'<?xml version="1.0" encoding="utf-7"?>' + UNKNOWN,
        "broken gzip": gzip.compress(UNKNOWN)[:200],
        "prefix": UNKNOWN.replace(b"x:ganzNeu", b"y:ganzNeu"),
        "deep": UNKNOWN.replace(b"<b>fett</b>", b"<b>" * 400 + b"</b>" * 400),
    }[name]


@pytest.mark.parametrize(
    "name",
    [
        "empty",
        "blank",
        "text",
        "cut",
        "other",
        "other xml",
        "entity",
        "bomb",
        "late doctype",
        "utf-16",
        "utf-7",
        "broken gzip",
        "deep",
        "prefix",
    ],
)
def test_hostile_files_are_refused_in_german(name):
    with pytest.raises(XzufiError, match=r"Datei|Format"):
        list(read(hostile(name)))


def test_a_bomb_in_gzip_is_refused(monkeypatch):
    monkeypatch.setattr("stadtkern.lib.xzufi.message.MOST_BYTES", 100_000)
    with pytest.raises(XzufiError, match="größer"):
        list(read(gzip.compress(UNKNOWN.replace(b"Dog", b" " * 1_000_000))))
    assert list(read(gzip.compress(UNKNOWN)))


def test_a_control_character_is_refused():
    with pytest.raises(XzufiError, match="Steuerzeichen"):
        write([Loesche(Identifier("a\x00b"))])


def test_a_file_is_read_object_by_object(tmp_path):
    file = tmp_path / "viele.xml"
    operations = [Schreibe(Leistung(id=Identifier(str(n)))) for n in range(2000)]
    file.write_bytes(write(operations))
    message = read(file)
    assert next(message.operations) == operations[0]
    assert list(message) == operations[1:]
    with pytest.raises(XzufiError, match="lesen"):
        list(read(tmp_path / "fehlt.xml"))
