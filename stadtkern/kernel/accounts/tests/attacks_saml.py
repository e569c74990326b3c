"""The table of attacks on our SAML door: name, what is tried, how the answer is bent, and by which check it must be refused.

Every attack starts from the same honest answer (`honest`), which passes; `bend` gets the signed response, or the story before
it is signed. The reason is part of the table: an attack refused by another check than expected would hide a hole.
"""

import base64
import copy
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

import xmlsec
from lxml import etree

from stadtkern.kernel.accounts.adapters.bundid import GIVEN, SURNAME
from stadtkern.kernel.accounts.saml import keys, signatures
from stadtkern.kernel.accounts.saml.xml import DS, SAML, SAMLP
from stadtkern.kernel.accounts.simulators import idp

EVIL = "urn:evil"


@dataclass(frozen=True)
class Attack:
    name: str
    what: str
    refused_by: str
    tell: Callable[[idp.Story], idp.Story] | None = None  # bends the story, which is then signed by the real provider
    bend: Callable[[etree._Element], etree._Element | str | bytes] | None = None  # bends the signed response
    whole: bool = False  # the response is signed as well as the assertion
    pair: str = ""  # signed by this key instead


def _q(space: str, name: str) -> str:
    return f"{{{space}}}{name}"


def assertion(root: etree._Element) -> etree._Element:
    return root.find(_q(SAML, "Assertion"))


def _forged(original: etree._Element, new_id: str = "_evil") -> etree._Element:
    """A copy that speaks of somebody else, without the signature."""
    evil = copy.deepcopy(original)
    evil.set("ID", new_id)
    evil.remove(evil.find(_q(DS, "Signature")))
    _rename(evil)
    return evil


def _rename(node: etree._Element) -> None:
    for attribute in node.iter(_q(SAML, "Attribute")):
        if attribute.get("Name") == SURNAME:
            attribute[0].text = "Angreifer"


# ------------------------------------------------------------------ signature wrapping (Somorovsky et al., XSW1 to XSW8)


def xsw1(root):
    evil = copy.deepcopy(root)
    original = copy.deepcopy(root)
    original.remove(original.find(_q(DS, "Signature")))
    evil.set("ID", "_evil")
    assertion(evil).set("ID", "_evil-assertion")
    _rename(evil)
    evil.find(_q(DS, "Signature")).append(original)
    return evil


def xsw2(root):
    original = copy.deepcopy(root)
    signature = original.find(_q(DS, "Signature"))
    original.remove(signature)
    evil = copy.deepcopy(root)
    evil.set("ID", "_evil")
    assertion(evil).set("ID", "_evil-assertion")
    _rename(evil)
    evil.find(_q(DS, "Signature")).addprevious(original)
    return evil


def xsw3(root):
    root.insert(1, _forged(assertion(root)))
    return root


def xsw4(root):
    original = assertion(root)
    evil = _forged(original)
    root.replace(original, evil)
    evil.append(original)
    return root


def xsw5(root):
    evil = assertion(root)
    original = copy.deepcopy(evil)
    original.remove(original.find(_q(DS, "Signature")))
    evil.set("ID", "_evil")
    _rename(evil)
    root.append(original)
    return root


def xsw6(root):
    evil = assertion(root)
    original = copy.deepcopy(evil)
    original.remove(original.find(_q(DS, "Signature")))
    evil.set("ID", "_evil")
    _rename(evil)
    evil.find(_q(DS, "Signature")).append(original)
    return root


def xsw7(root):
    extensions = etree.Element(_q(SAMLP, "Extensions"))
    root.insert(1, extensions)
    extensions.append(_forged(assertion(root)))
    return root


def xsw8(root):
    evil = assertion(root)
    original = copy.deepcopy(evil)
    original.remove(original.find(_q(DS, "Signature")))
    evil.set("ID", "_evil")
    _rename(evil)
    holder = etree.SubElement(evil.find(_q(DS, "Signature")), _q(DS, "Object"))
    holder.append(original)
    return root


def same_id(root):
    evil = _forged(assertion(root), assertion(root).get("ID"))
    root.insert(2, evil)
    return root


def other_namespace(root):
    """The signed assertion hides in an element of the attacker's own; a forged one stands in its place."""
    original = assertion(root)
    root.replace(original, _forged(original))
    holder = etree.SubElement(root, _q(EVIL, "Holder"))
    holder.append(original)
    return root


def detached(root):
    """The signature stays valid but stands beside the assertion it covers, a forged one is first."""
    original = assertion(root)
    signature = original.find(_q(DS, "Signature"))
    original.remove(signature)
    root.append(signature)
    return root


# ------------------------------------------------------------------ signatures taken away or swapped


def strip_assertion(root):
    assertion(root).remove(assertion(root).find(_q(DS, "Signature")))
    return root


def strip_both_and_rename(root):
    for node in (root, assertion(root)):
        if (signature := node.find(_q(DS, "Signature"))) is not None:
            node.remove(signature)
    _rename(root)
    return root


def only_response_signed(root):
    return strip_assertion(root)


def tampered(root):
    _rename(root)
    return root


def tampered_level(root):
    root.find(f".//{_q(SAML, 'AuthnContextClassRef')}").text = "STORK-QAA-Level-3"
    return root


def tampered_response(root):
    root.set("IssueInstant", idp.moment(_time(root) + timedelta(seconds=5)))
    return root


def _time(root):
    from stadtkern.kernel.accounts.saml.answer import _moment

    return _moment(root.get("IssueInstant"))


def _resign(root, change: Callable[[etree._Element], None], key=None) -> etree._Element:
    """The attacker knows everything but the provider's key: changes the signature's own description and signs anew."""
    signature = assertion(root).find(_q(DS, "Signature"))
    change(signature)
    context = xmlsec.SignatureContext()
    context.key = key or xmlsec.Key.from_memory(keys.simulator("stranger").key, xmlsec.KeyFormat.PEM)
    xmlsec.tree.add_ids(assertion(root), ["ID"])
    context.sign(signature)
    return root


def foreign_key_info(root):
    """Signed by a stranger who puts his own certificate into KeyInfo."""

    def own_certificate(signature):
        signature.find(f".//{_q(DS, 'X509Certificate')}").text = keys.simulator("stranger").bare_certificate

    return _resign(root, own_certificate)


def method(algorithm):
    def change(signature):
        signature.find(f".//{_q(DS, 'SignatureMethod')}").set("Algorithm", algorithm)

    return change


def hmac_confusion(root):
    """The public certificate of the provider as the secret of an HMAC."""
    secret = xmlsec.Key.from_binary_data(xmlsec.KeyData.HMAC, keys.simulator("bundid").certificate)
    return _resign(root, method("http://www.w3.org/2001/04/xmldsig-more#hmac-sha256"), secret)


def _with_real_key(root, change):
    return _resign(root, change, xmlsec.Key.from_memory(keys.simulator("bundid").key, xmlsec.KeyFormat.PEM))


def sha1_signature(root):
    return _with_real_key(root, method("http://www.w3.org/2000/09/xmldsig#rsa-sha1"))


def sha1_digest(root):
    def change(signature):
        signature.find(f".//{_q(DS, 'DigestMethod')}").set("Algorithm", "http://www.w3.org/2000/09/xmldsig#sha1")

    return _with_real_key(root, change)


def c14n_with_comments(root):
    def change(signature):
        signature.find(f".//{_q(DS, 'CanonicalizationMethod')}").set("Algorithm", f"{signatures.EXC_C14N}WithComments")

    return _with_real_key(root, change)


def _transform(algorithm: str, inside: str = "") -> Callable:
    def bend(root):
        holder = assertion(root).find(f".//{_q(DS, 'Transforms')}")
        added = etree.fromstring(f'<ds:Transform xmlns:ds="{DS}" Algorithm="{algorithm}">{inside}</ds:Transform>')
        holder.append(added)
        return root

    return bend


XSLT = _transform(
    "http://www.w3.org/TR/1999/REC-xslt-19991116",
    '<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"><xsl:template match="/">'
    "<xsl:value-of select=\"document('file:///etc/passwd')\"/></xsl:template></xsl:stylesheet>",
)
XPATH = _transform(
    "http://www.w3.org/TR/1999/REC-xpath-19991116", f'<ds:XPath xmlns:ds="{DS}">not(ancestor-or-self::*[@evil])</ds:XPath>'
)


def no_transforms(root):
    holder = assertion(root).find(f".//{_q(DS, 'Transforms')}")
    holder.remove(holder[0])
    return root


def empty_reference(root):
    assertion(root).find(f".//{_q(DS, 'Reference')}").set("URI", "")
    return root


def foreign_reference(root):
    assertion(root).find(f".//{_q(DS, 'Reference')}").set("URI", "http://evil.example/assertion.xml")
    return root


def second_reference(root):
    reference = assertion(root).find(f".//{_q(DS, 'Reference')}")
    reference.addnext(copy.deepcopy(reference))
    return root


def half_a_digest(root):
    value = assertion(root).find(f".//{_q(DS, 'DigestValue')}")
    value.text = base64.b64encode(base64.b64decode(value.text)[:8]).decode()
    return root


# ------------------------------------------------------------------ tricks of XML itself


def _text(change: Callable[[str], str]) -> Callable:
    def bend(root):
        return change(etree.tostring(root).decode()).encode()

    return bend


def comment_in_attribute(root):
    """`Otto<!---->x`: a careless reader takes the first half, the signature holds."""
    return etree.tostring(root).replace(b">Otto<", b">Ot<!-- -->to<")


def doctype(inner: str, use: str = "") -> Callable:
    def change(text):
        return f"<!DOCTYPE samlp:Response [{inner}]>{text.replace('>Otto<', f'>{use}<') if use else text}"

    return _text(change)


LAUGHS = '<!ENTITY a "ha">' + "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True))


def xinclude(root):
    etree.SubElement(root, "{http://www.w3.org/2001/XInclude}include", {"href": "file:///etc/passwd", "parse": "text"})
    return root


def processing_instruction(root):
    return etree.tostring(root).replace(b">Otto<", b">Ot<?x y?>to<")


def utf16(root):
    return '<?xml version="1.0" encoding="UTF-16"?>'.encode("utf-16") + etree.tostring(root).decode().encode("utf-16-le")


def utf7(root):
    return b'<?xml version="1.0" encoding="UTF-7"?>' + etree.tostring(root)


def utf16_doctype(root):
    text = (
        '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
        + etree.tostring(root).decode()
    )
    return text.encode("utf-16")


def bad_utf8(root):
    return etree.tostring(root).replace(b">Otto<", b">Ot\xff\xfeto<")


def nul(root):
    return etree.tostring(root).replace(b">Otto<", b">Ot\x00to<")


def deep(root):
    return b"<a>" * 5000 + b"</a>" * 5000


def many_elements(root):
    for _ in range(2100):
        etree.SubElement(root, _q(EVIL, "x"))
    return root


def huge(root):
    return "A" * 400_000


def not_base64(root):
    return "%%%" + base64.b64encode(etree.tostring(root)).decode()


def deflated(root):
    """A bomb for readers that inflate what the POST binding never deflates."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(b"<a>" + b" " * 20_000_000 + b"</a>") + packer.flush()


def empty(root):
    return ""


def not_a_response(root):
    return f'<samlp:LogoutResponse xmlns:samlp="{SAMLP}" InResponseTo="{root.get("InResponseTo")}"/>'.encode()


# ------------------------------------------------------------------ two of something


def two_assertions(root):
    more = copy.deepcopy(assertion(root))
    more.set("ID", "_second")
    root.append(more)
    return root


def two_signatures(root):
    signature = assertion(root).find(_q(DS, "Signature"))
    signature.addnext(copy.deepcopy(signature))
    return root


def no_assertion(root):
    root.remove(assertion(root))
    return root


def failed_status(root):
    root.find(f".//{_q(SAMLP, 'StatusCode')}").set("Value", "urn:oasis:names:tc:SAML:2.0:status:Responder")
    return root


def inner_failure(root):
    code = root.find(f".//{_q(SAMLP, 'StatusCode')}")
    etree.SubElement(code, _q(SAMLP, "StatusCode"), Value="urn:oasis:names:tc:SAML:2.0:status:PartialLogout")
    return root


def unencrypted_in_disguise(root):
    holder = etree.Element(_q(SAML, "EncryptedAssertion"))
    original = assertion(root)
    root.replace(original, holder)
    holder.append(original)
    return root


def stray_element(root):
    etree.SubElement(root, _q(EVIL, "Extra"))
    return root


def no_question(root):
    del root.attrib["InResponseTo"]
    return root


def other_question(root):
    root.set("InResponseTo", "_somebody-elses")
    return root


def later(**more):
    return lambda s: replace(s, now=s.now + timedelta(**more), until=s.until + timedelta(**more))


def twice(name):
    return lambda s: replace(s, attributes=[*s.attributes, next(a for a in s.attributes if a.name == name)])


ATTACKS = [
    Attack("xsw1", "Wrapping: forged response, the signed one inside its signature", "one assertion", bend=xsw1, whole=True),
    Attack("xsw2", "Wrapping: forged response, the signed one before its signature", "stray element", bend=xsw2, whole=True),
    Attack("xsw3", "Wrapping: forged assertion before the signed one", "one assertion", bend=xsw3),
    Attack("xsw4", "Wrapping: the signed assertion inside a forged one", "one assertion", bend=xsw4),
    Attack("xsw5", "Wrapping: forged assertion keeps the signature, the signed one follows", "one assertion", bend=xsw5),
    Attack("xsw6", "Wrapping: the signed assertion inside the signature of a forged one", "one assertion", bend=xsw6),
    Attack("xsw7", "Wrapping: forged assertion inside Extensions", "one assertion", bend=xsw7),
    Attack("xsw8", "Wrapping: the signed assertion inside ds:Object of a forged one", "one assertion", bend=xsw8),
    Attack("same id", "Two assertions share the id the signature names", "duplicate id", bend=same_id),
    Attack("foreign namespace", "Signed assertion hidden in an unknown element", "stray element", bend=other_namespace),
    Attack("detached", "Valid signature moved out of the assertion", "unsigned assertion", bend=detached),
    Attack("stripped", "Signature of the assertion removed", "unsigned assertion", bend=strip_assertion),
    Attack("stripped and renamed", "All signatures removed, another name written", "unsigned assertion",
           bend=strip_both_and_rename, whole=True),
    Attack("response only", "Only the response is signed, not the assertion", "unsigned assertion", bend=only_response_signed,
           whole=True),
    Attack("tampered", "Another name in the signed assertion", "signature", bend=tampered),
    Attack("raised level", "Level 4 replaced by another in the signed assertion", "signature", bend=tampered_level),
    Attack("tampered response", "Assertion untouched, signed frame changed", "signature", bend=tampered_response, whole=True),
    Attack("foreign key", "Signed by a stranger, certificate of the stranger in KeyInfo", "signature", bend=foreign_key_info),
    Attack("foreign provider", "Signed by another provider's key", "signature", tell=lambda s: s, pair="organisation"),
    Attack("hmac", "HMAC with the public certificate as secret", "algorithm", bend=hmac_confusion),
    Attack("sha-1 signature", "RSA with SHA-1, by the real key", "algorithm", bend=sha1_signature),
    Attack("sha-1 digest", "Digest by SHA-1, by the real key", "algorithm", bend=sha1_digest),
    Attack("c14n with comments", "Canonical form that keeps comments", "algorithm", bend=c14n_with_comments),
    Attack("xslt", "XSLT transform in the reference", "transform", bend=XSLT),
    Attack("xpath", "XPath transform that leaves out what is forged", "transform", bend=XPATH),
    Attack("no enveloped transform", "Another list of transforms", "transform", bend=no_transforms),
    Attack("empty reference", "Reference to the whole document", "reference", bend=empty_reference),
    Attack("foreign reference", "Reference to an address on the net", "reference", bend=foreign_reference),
    Attack("second reference", "Two references in one signature", "signature shape", bend=second_reference),
    Attack("short digest", "Truncated digest", "signature shape", bend=half_a_digest),
    Attack("two signatures", "Two signatures in one assertion", "unsigned assertion", bend=two_signatures),
    Attack("comment", "Comment inside a name", "comment", bend=comment_in_attribute),
    Attack("comment in NameID", "Comment inside the NameID", "comment",
           bend=_text(lambda t: t.replace("SIM-NAME-1", "SIM-<!-- -->NAME-1"))),
    Attack("processing instruction", "Processing instruction inside a name", "comment", bend=processing_instruction),
    Attack("xxe file", "External entity reads a file", "document type",
           bend=doctype('<!ENTITY e SYSTEM "file:///etc/passwd">', "&e;")),
    Attack("xxe net", "External entity asks the net", "document type",
           bend=doctype('<!ENTITY e SYSTEM "http://127.0.0.1:9/">', "&e;")),
    Attack("parameter entity", "Parameter entity loads a document type", "document type",
           bend=doctype('<!ENTITY % p SYSTEM "http://127.0.0.1:9/x.dtd"> %p;')),
    Attack("billion laughs", "Entities that expand a thousand million times", "document type", bend=doctype(LAUGHS, "&i;")),
    Attack("default attribute", "Document type that declares default attributes and ids", "document type",
           bend=doctype('<!ATTLIST saml:Assertion ID CDATA "_evil">')),
    Attack("xinclude", "XInclude of a file", "xinclude", bend=xinclude),
    Attack("utf-16", "Another encoding", "encoding", bend=utf16),
    Attack("utf-16 doctype", "Document type hidden by UTF-16", "encoding", bend=utf16_doctype),
    Attack("utf-7", "Declared as UTF-7", "encoding", bend=utf7),
    Attack("broken utf-8", "Bytes that are no UTF-8", "encoding", bend=bad_utf8),
    Attack("nul", "NUL byte inside a name", "encoding", bend=nul),
    Attack("deep", "5,000 elements inside each other", "xml", bend=deep),
    Attack("many elements", "More elements than any answer has", "too large", bend=many_elements),
    Attack("huge", "300 kB", "too large", bend=huge),
    Attack("base64", "Not base64", "base64", bend=not_base64),
    Attack("deflate bomb", "20 MB deflated to 20 kB", "encoding", bend=deflated),
    Attack("empty", "Nothing at all", "empty", bend=empty),
    Attack("not a response", "Another message of SAML", "not a response", bend=not_a_response),
    Attack("two assertions", "Two signed assertions", "one assertion", bend=two_assertions),
    Attack("no assertion", "Success without an assertion", "one assertion", bend=no_assertion),
    Attack("plain in disguise", "Plain assertion where an encrypted one should be", "encryption", bend=unencrypted_in_disguise),
    Attack("stray element", "Unknown element in the response", "stray element", bend=stray_element),
    Attack("status", "Signed assertion under a status that is no success", "status", bend=failed_status),
    Attack("inner status", "Success with an inner failure", "status", bend=inner_failure),
    Attack("audience", "For another service", "audience", tell=lambda s: replace(s, audience="https://andere.example/")),
    Attack("recipient", "To be shown elsewhere", "recipient", tell=lambda s: replace(s, recipient="https://andere.example/saml")),
    Attack("destination", "Posted elsewhere", "destination", tell=lambda s: replace(s, destination="https://andere.example/saml")),
    Attack("destination prefix", "Destination that only begins like ours", "destination",
           tell=lambda s: replace(s, destination=s.destination + ".evil.example")),
    Attack("issuer", "Another provider's name", "issuer", tell=lambda s: replace(s, issuer="https://boese.example/idp")),
    Attack("expired", "Ten minutes too late", "expired", tell=later(minutes=-10)),
    Attack("expired long ago", "Issued yesterday, still valid by its own words", "expired",
           tell=lambda s: replace(s, now=s.now - timedelta(days=1))),
    Attack("not yet valid", "Ten minutes too early", "not yet", tell=later(minutes=10)),
    Attack("valid for a year", "Confirmation that never ends", "too long",
           tell=lambda s: replace(s, until=s.until + timedelta(days=365))),
    Attack("unsolicited", "Answer to no question", "unsolicited", bend=no_question),
    Attack("question swapped", "InResponseTo of the unsigned frame changed", "question", bend=other_question),
    Attack("unknown level", "A level nobody has defined", "level", tell=lambda s: replace(s, context="STORK-QAA-Level-9")),
    Attack("two levels", "Context and attribute name different levels", "level",
           tell=lambda s: replace(s, context="STORK-QAA-Level-3")),
    Attack("attribute twice", "Two values for the same attribute", "attribute", tell=twice(GIVEN)),
    Attack("no pseudonym", "An answer without bPK2", "no bPK2", tell=lambda s: replace(s, attributes=s.attributes[1:])),
]  # fmt: skip
