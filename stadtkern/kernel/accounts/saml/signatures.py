"""Signatures: made for our questions, believed in answers only where they cover exactly what is read."""

import base64

import xmlsec
from lxml import etree
from xmlsec import constants

from . import keys
from .xml import DS, SAML, SAMLP, Bad, parse

EXC_C14N = "http://www.w3.org/2001/10/xml-exc-c14n#"
ENVELOPED = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
MORE, MORE_2007 = "http://www.w3.org/2001/04/xmldsig-more#", "http://www.w3.org/2007/05/xmldsig-more#"
RSA_SHA256, RSA_PSS = f"{MORE}rsa-sha256", f"{MORE_2007}sha256-rsa-MGF1"
# What BSI TR-02102 allows and SAML partners use; no SHA-1, and no HMAC, which would turn a public certificate into a key.
METHODS = {f"{MORE}{kind}-sha{bits}" for kind in ("rsa", "ecdsa") for bits in (256, 384, 512)} | {
    f"{MORE_2007}sha{bits}-rsa-MGF1" for bits in (256, 384, 512)
}  # fmt: skip
DIGESTS = {
    "http://www.w3.org/2001/04/xmlenc#sha256", "http://www.w3.org/2001/04/xmldsig-more#sha384",
    "http://www.w3.org/2001/04/xmlenc#sha512",
}  # fmt: skip
RESPONSE, ASSERTION, SIGNATURE = f"{{{SAMLP}}}Response", f"{{{SAML}}}Assertion", f"{{{DS}}}Signature"


def sign(node: etree._Element, pair: keys.Pair, after: etree._Element, method: str = RSA_SHA256) -> None:
    """Sign this element (it has an ID) with an enveloped signature placed behind `after`."""
    signature = xmlsec.template.create(node, constants.TransformExclC14N, constants.TransformRsaSha256, ns="ds")
    signature[0][1].set("Algorithm", method)
    after.addnext(signature)
    reference = xmlsec.template.add_reference(signature, constants.TransformSha256, uri=f"#{node.get('ID')}")
    xmlsec.template.add_transform(reference, constants.TransformEnveloped)
    xmlsec.template.add_transform(reference, constants.TransformExclC14N)
    xmlsec.template.add_x509_data(xmlsec.template.ensure_key_info(signature))
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_memory(pair.key, constants.KeyDataFormatPem)
    context.key.load_cert_from_memory(pair.certificate, constants.KeyDataFormatPem)
    xmlsec.tree.add_ids(node, ["ID"])
    context.sign(signature)


def believed(root: etree._Element, certificates: tuple[bytes, ...]) -> etree._Element:
    """The one assertion, as a copy of exactly the bytes that were signed. Raises Bad.

    Nothing but the canonical form of the verified element is read afterwards, so that wrapping has nothing to win.
    """
    if root.tag != RESPONSE:
        raise Bad("not a response")
    inside = [node for node in root.iter() if etree.QName(node).localname in ("Assertion", "EncryptedAssertion", "Response")]
    if len(inside) != 2 or inside[1].tag != ASSERTION or inside[1].getparent() is not root:
        raise Bad("one assertion")
    assertion = inside[1]
    found = [node for node in root.iter() if etree.QName(node).localname == "Signature"]
    for signature in found:
        if signature.tag != SIGNATURE or signature.getparent() not in (root, assertion):
            raise Bad("stray signature")
    own = [signature for signature in found if signature.getparent() is assertion]
    if len(own) != 1:
        raise Bad("unsigned assertion")
    if len(found) > 2 or len(found) - len(own) > 1:
        raise Bad("stray signature")
    for signature in found:
        verify(signature, certificates)
    return parse(etree.tostring(assertion, method="c14n", exclusive=True, with_comments=False))


def verify(signature: etree._Element, certificates: tuple[bytes, ...]) -> None:
    """Valid, of the expected shape, by one of these keys. What the signature itself says about its key is not read."""
    node = signature.getparent()
    assert node is not None
    _shape(signature, node)
    xmlsec.tree.add_ids(node, ["ID"])
    for certificate in certificates:
        context = xmlsec.SignatureContext()
        context.key = xmlsec.Key.from_memory(certificate, constants.KeyDataFormatCertPem)
        try:
            context.verify(signature)
        except xmlsec.Error:
            continue
        return
    raise Bad("signature")


def _shape(signature: etree._Element, node: etree._Element) -> None:
    info = signature.find(f"{{{DS}}}SignedInfo")
    if info is None or len(signature.findall(f"{{{DS}}}SignedInfo")) != 1 or signature.find(f"{{{DS}}}Object") is not None:
        raise Bad("signature shape")
    if [etree.QName(child).localname for child in info] != ["CanonicalizationMethod", "SignatureMethod", "Reference"]:
        raise Bad("signature shape")
    canonical, method, reference = info
    if canonical.get("Algorithm") != EXC_C14N or method.get("Algorithm") not in METHODS or len(method):
        raise Bad("algorithm")
    if reference.get("URI") != f"#{node.get('ID')}" or not node.get("ID"):
        raise Bad("reference")
    transforms = reference.findall(f"{{{DS}}}Transforms/{{{DS}}}Transform")
    if [one.get("Algorithm") for one in transforms] != [ENVELOPED, EXC_C14N]:
        raise Bad("transform")
    # The list of prefixes may only add declarations; anything else inside a transform is a program.
    if any(child.tag != f"{{{EXC_C14N}}}InclusiveNamespaces" for one in transforms for child in one):
        raise Bad("transform")
    digest = reference.find(f"{{{DS}}}DigestMethod")
    if digest is None or digest.get("Algorithm") not in DIGESTS:
        raise Bad("algorithm")
    value = reference.find(f"{{{DS}}}DigestValue")
    if value is None or len(value) or len(base64.b64decode(value.text or "")) < 32:
        raise Bad("signature shape")
