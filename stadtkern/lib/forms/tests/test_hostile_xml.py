"""Files from strangers: no entity is resolved, nothing is fetched, nothing grows, and the answer is one German sentence."""

import contextlib
import gzip
import socket
import threading
import time
import zlib
from pathlib import Path

import pytest

from stadtkern.lib.forms import genericode, xdf3
from stadtkern.lib.forms.xdf3 import SchemaError

from .schemas import FIM, field, put, schema

GOOD = schema(put(field("F1"))).decode()
HEAD, BODY = GOOD.split("?>", 1)


def with_doctype(doctype: str, text: str = "&e;") -> bytes:
    return f"{HEAD}?>{doctype}{BODY.replace('Frage F1', text)}".encode()


LAUGHS = "<!DOCTYPE x [" + '<!ENTITY a "ha">' + "".join(
    f'<!ENTITY {chr(98 + n)} "{("&" + chr(97 + n) + ";") * 10}">' for n in range(10)
) + "]>"  # fmt: skip
HOSTILE = {
    "external entity": with_doctype('<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'),
    "external entity in capitals": with_doctype('<!DocType x [<!eNTITY e SYSTEM "file:///etc/passwd">]>'),
    "parameter entity": with_doctype('<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:9/x.dtd"> %p;]>', "x"),
    "external document type": with_doctype('<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">', "x"),
    "billion laughs": with_doctype(LAUGHS, "&k;"),
    "quadratic blow-up": with_doctype(f'<!DOCTYPE x [<!ENTITY e "{"A" * 50_000}">]>', "&e;" * 5_000),
    "utf-16": GOOD.replace("UTF-8", "UTF-16").encode("utf-16"),
    "utf-16 without mark": GOOD.replace("UTF-8", "UTF-16").encode("utf-16-le"),
    "utf-7": GOOD.replace("UTF-8", "UTF-7").encode("utf-7"),
    "not utf-8": GOOD.replace("Frage", "Frägen").encode("latin-1"),
    "undefined entity": GOOD.replace("Frage F1", "&nix;").encode(),
    "deep": b"<a>" * 100_000,
    "many attributes": ("<a " + " ".join(f'a{n}="1"' for n in range(200_000)) + "/>").encode(),
    "long text": GOOD.replace("Frage F1", "A" * 11_000_000).encode(),
    "oversized": GOOD.replace("Frage F1", "A" * 1000).encode() + b" " * (20 * 1024 * 1024),
    "gzip bomb": gzip.compress(b" " * (200 * 1024 * 1024), 1),
    "gzip without end": gzip.compress(GOOD.encode())[:60],
    "gzip broken inside": (lambda z: z[:30] + b"\x00" * 20 + z[50:])(gzip.compress(GOOD.encode() * 20)),
    "bare zlib": zlib.compress(GOOD.encode()),
    "null bytes": b"\x00" * 1000,
    "another root": b"<?xml version='1.0'?><html xmlns='urn:x'><body/></html>",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_refused_quickly(name: str) -> None:
    start = time.process_time()
    for read in (xdf3.read, genericode.read):
        with pytest.raises(SchemaError) as refused:
            read(HOSTILE[name])
        assert "root:" not in str(refused.value) and len(str(refused.value)) < 200
    assert time.process_time() - start < 4


def test_nothing_is_fetched() -> None:
    calls: list[object] = []
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        server.settimeout(0.5)
        port = server.getsockname()[1]

        def listen() -> None:
            with contextlib.suppress(TimeoutError):
                calls.append(server.accept())

        listener = threading.Thread(target=listen)
        listener.start()
        address = f"http://127.0.0.1:{port}/x"
        located = BODY.replace(
            "xmlns:x=", f'xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:schemaLocation="urn:x {address}" xmlns:x='
        )
        xdf3.read(f'{HEAD}?><?xml-stylesheet href="{address}"?>{located}'.encode())
        with pytest.raises(SchemaError):
            xdf3.read(with_doctype(f'<!DOCTYPE x SYSTEM "{address}">', "x"))
        listener.join()
    assert calls == []


def test_a_missing_file_is_a_sentence_too(tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match="lässt sich nicht lesen"):
        xdf3.read(tmp_path / "nichts.xml")
    with pytest.raises(SchemaError, match="lässt sich nicht lesen"):
        xdf3.read(tmp_path)


def test_every_cut_of_a_file_is_refused_or_read() -> None:
    whole = GOOD.encode()
    for end in range(0, len(whole) - 1, 7):
        with pytest.raises(SchemaError):
            xdf3.read(whole[:end])


CODES = """<?xml version="1.0" encoding="UTF-8"?><gc:CodeList xmlns:gc="http://docs.oasis-open.org/codelist/ns/genericode/1.0/">
<Identification><ShortName>Farben</ShortName><Version>2</Version><CanonicalUri>urn:f</CanonicalUri>
<CanonicalVersionUri>urn:f_2</CanonicalVersionUri></Identification><ColumnSet>{columns}</ColumnSet>
<SimpleCodeList><Row>{row}</Row><Row>{row}</Row></SimpleCodeList></gc:CodeList>"""


def codes(*columns: str) -> bytes:
    return CODES.format(
        columns="".join(f'<Column Id="{name}"/>' for name in columns),
        row="".join(f'<Value ColumnRef="{name}"><SimpleValue>{name}!</SimpleValue></Value>' for name in columns),
    ).encode()


@pytest.mark.parametrize(
    ("columns", "code", "label"),
    [
        (("code", "name"), "code!", "name!"),
        (("Kurztext", "Schluessel"), "Schluessel!", "Kurztext!"),
        (("schluessel-staat", "suchbegriff", "staatenname-kurz"), "schluessel-staat!", "staatenname-kurz!"),
        (("a", "b"), "a!", "b!"),
    ],
)
def test_code_lists_find_their_columns(columns: tuple[str, ...], code: str, label: str) -> None:
    read = genericode.read(codes(*columns))
    assert [(option.code, option.label) for option in read.options] == [(code, label)]
    assert (read.title, read.version, read.uri, read.version_uri) == ("Farben", "2", "urn:f", "urn:f_2")
    assert genericode.read(codes("a", "b"), "b", "a").options[0].code == "b!"
    with pytest.raises(SchemaError):
        genericode.read(codes("a", "b"), "c")
    with pytest.raises(SchemaError):
        genericode.read(codes())


@pytest.mark.skipif(not (FIM / "codelists").is_dir(), reason="the federal code lists are not here")
def test_the_federal_lists() -> None:
    lists = genericode.folder(FIM / "codelists")
    states = lists["urn:de:bund:destatis:bevoelkerungsstatistik:schluessel:staat"]
    assert len(states) == 197 and {"Frankreich", "Türkei"} <= {option.label for option in states}
    assert sorted({len(options) for options in lists.values()}) == [2, 9, 197]
