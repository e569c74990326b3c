"""XML from strangers: no document type, no entity, no comment, no network, nothing to be read in two ways."""

import base64
import binascii
import re

from lxml import etree

SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
SAMLP = "urn:oasis:names:tc:SAML:2.0:protocol"
DS = "http://www.w3.org/2000/09/xmldsig#"
XENC = "http://www.w3.org/2001/04/xmlenc#"
MD = "urn:oasis:names:tc:SAML:2.0:metadata"
AKDB = "https://www.akdb.de/request/2018/09"
POST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"

MOST_BYTES = 192 * 1024  # of an answer; real ones have 10 to 30 kB
MOST_ELEMENTS = 2000
_DECLARATION = re.compile(r"\s*<\?xml\s[^>]*?encoding\s*=\s*[\"']([^\"']+)[\"']")


class Bad(ValueError):
    """Not XML we read; the text says why, in a word for log and tests."""


def unpack(packed: str) -> bytes:
    """Base64 as the POST binding has it. Raises Bad."""
    if len(packed) > MOST_BYTES * 4 // 3:
        raise Bad("too large")
    try:
        return base64.b64decode("".join(packed.split()).encode("ascii"), validate=True)
    except (binascii.Error, ValueError) as broken:
        raise Bad("base64") from broken


def parse(raw: bytes) -> etree._Element:
    """The root of a harmless document. Raises Bad."""
    if not raw or len(raw) > MOST_BYTES:
        raise Bad("too large" if raw else "empty")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as other:
        raise Bad("encoding") from other
    if "\0" in text or text.startswith("\ufeff"):
        raise Bad("encoding")
    if (declared := _DECLARATION.match(text)) and declared[1].lower() not in ("utf-8", "utf8", "ascii", "us-ascii"):
        raise Bad("encoding")
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise Bad("document type")
    parser = etree.XMLParser(
        resolve_entities=False, load_dtd=False, no_network=True, dtd_validation=False, huge_tree=False, encoding="utf-8"
    )
    try:
        root = etree.fromstring(raw, parser)
    except (etree.XMLSyntaxError, ValueError) as broken:
        raise Bad("xml") from broken
    _plain(root)
    return root


def _plain(root: etree._Element) -> None:
    tree = root.getroottree()
    if tree.docinfo.internalDTD is not None:
        raise Bad("document type")
    if root.getprevious() is not None or root.getnext() is not None:
        raise Bad("comment")
    ids: set[str] = set()
    for count, node in enumerate(root.iter()):
        if not isinstance(node.tag, str):  # a comment, a processing instruction, an entity
            raise Bad("comment")
        if count > MOST_ELEMENTS:
            raise Bad("too large")
        if node.tag.startswith("{http://www.w3.org/2001/XInclude}"):
            raise Bad("xinclude")
        for name in ("ID", "Id", "id", "{http://www.w3.org/XML/1998/namespace}id"):
            if (value := node.get(name)) is not None:
                if value in ids:
                    raise Bad("duplicate id")
                ids.add(value)


def secure_text(node: etree._Element | None) -> str:
    """The whole text of a leaf; "" for nothing. Raises Bad when it has children: half a name is no name."""
    if node is None:
        return ""
    if len(node):
        raise Bad("nested text")
    return (node.text or "").strip()
