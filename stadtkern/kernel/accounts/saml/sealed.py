"""Encrypted assertions: opened with our key, by the algorithms BSI TR-02102 allows, and then read like any other."""

import xmlsec
from lxml import etree
from xmlsec import constants

from . import keys, signatures
from .xml import DS, SAML, XENC, Bad, parse

XENC11 = "http://www.w3.org/2009/xmlenc11#"
CONTENT = {f"{XENC11}aes{bits}-gcm" for bits in (128, 192, 256)} | {f"{XENC}aes{bits}-cbc" for bits in (128, 256)}
TRANSPORT = {f"{XENC}rsa-oaep-mgf1p", f"{XENC11}rsa-oaep"}  # no PKCS#1 v1.5: its errors tell the key
ENCRYPTED = f"{{{SAML}}}EncryptedAssertion"


def opened(root: etree._Element, pair: keys.Pair, certificates: tuple[bytes, ...]) -> etree._Element:
    """The same response with its assertion in plain text; the response itself when nothing is encrypted. Raises Bad."""
    found = root.findall(ENCRYPTED)
    if not found:
        return root
    if len(found) != 1:
        raise Bad("one assertion")
    for signature in root.findall(signatures.SIGNATURE):  # it covers the sealed form: now or never
        signatures.verify(signature, certificates)
        root.remove(signature)
    data = found[0].find(f"{{{XENC}}}EncryptedData")
    if data is None:
        raise Bad("encryption")
    _take_in(data, list(found[0].iter(f"{{{XENC}}}EncryptedKey")))
    manager = xmlsec.KeysManager()
    manager.add_key(xmlsec.Key.from_memory(pair.key, constants.KeyDataFormatPem))
    try:
        plain = xmlsec.EncryptionContext(manager).decrypt(data)
    except xmlsec.Error as failed:
        raise Bad("encryption") from failed
    if not isinstance(plain, etree._Element):
        raise Bad("encryption")
    root.replace(found[0], plain)
    return parse(etree.tostring(root))  # all rules for strangers hold inside as well


def _take_in(data: etree._Element, wrapped: list[etree._Element]) -> None:
    """Check the algorithms; a key beside the data (as some providers put it) goes inside, where the library looks."""
    if len(wrapped) != 1:
        raise Bad("encryption")
    for node, allowed in ((data, CONTENT), (wrapped[0], TRANSPORT)):
        method = node.find(f"{{{XENC}}}EncryptionMethod")
        if method is None or method.get("Algorithm") not in allowed:
            raise Bad("algorithm")
    info = data.find(f"{{{DS}}}KeyInfo")
    if info is None:
        raise Bad("encryption")
    if wrapped[0].getparent() is not info:
        for pointer in list(info):
            info.remove(pointer)
        info.append(wrapped[0])
