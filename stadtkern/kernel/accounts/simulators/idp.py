"""What an identity provider writes: a response with one signed assertion, every part of which a test can bend."""

import base64
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import xmlsec
from lxml import etree
from xmlsec import constants

from ..saml import keys, signatures
from ..saml.answer import BEARER, STATUS
from ..saml.partner import Ourselves, Partner
from ..saml.request import element
from ..saml.xml import AKDB, SAML, SAMLP, XENC

EKONA = "ekona"
EKONA_SPACE = "http://www.elster.de/schema/ekona/saml/extensions"
XSI = "http://www.w3.org/2001/XMLSchema-instance"


@dataclass(frozen=True)
class Attribute:
    name: str
    text: str = ""
    trust: str = ""
    parts: dict[str, str] = field(default_factory=dict)
    kind: str = ""


@dataclass
class Story:
    """Everything a response says."""

    issuer: str
    audience: str
    recipient: str
    destination: str
    question: str
    context: str
    attributes: list[Attribute]
    now: datetime
    until: datetime
    name_id: str = "SIM-NAME-1"
    id: str = field(default_factory=lambda: f"_{secrets.token_hex(16)}")
    response_id: str = field(default_factory=lambda: f"_{secrets.token_hex(16)}")


def story(question: str, us: Ourselves, them: Partner, context: str, attributes: list[Attribute], now: datetime) -> Story:
    """The honest one."""
    return Story(them.entity, us.entity, us.address, us.address, question, context, attributes, now, now + timedelta(minutes=5))


def moment(when: datetime) -> str:
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def response(told: Story, *status: str, message: str = "") -> etree._Element:
    """The frame without an assertion."""
    root = etree.Element(
        f"{{{SAMLP}}}Response",
        {
            "ID": told.response_id, "Version": "2.0", "IssueInstant": moment(told.now), "Destination": told.destination,
            "InResponseTo": told.question,
        },
        nsmap={"samlp": SAMLP, "saml": SAML},
    )  # fmt: skip
    element(root, f"{{{SAML}}}Issuer", told.issuer)
    outer = element(root, f"{{{SAMLP}}}Status")
    code = outer
    for word in status or ("Success",):
        code = element(code, f"{{{SAMLP}}}StatusCode", Value=STATUS + word)
    if message:
        element(outer, f"{{{SAMLP}}}StatusMessage", message)
    return root


def assertion(told: Story) -> etree._Element:
    """Not yet signed."""
    root = etree.Element(
        f"{{{SAML}}}Assertion",
        {"ID": told.id, "Version": "2.0", "IssueInstant": moment(told.now)},
        nsmap={"saml": SAML, "akdb": AKDB, "xsi": XSI, EKONA: EKONA_SPACE},
    )
    element(root, f"{{{SAML}}}Issuer", told.issuer)
    subject = element(root, f"{{{SAML}}}Subject")
    element(subject, f"{{{SAML}}}NameID", told.name_id, Format="urn:oasis:names:tc:SAML:2.0:nameid-format:transient")
    confirmed = element(subject, f"{{{SAML}}}SubjectConfirmation", Method=BEARER)
    element(
        confirmed, f"{{{SAML}}}SubjectConfirmationData", Recipient=told.recipient, InResponseTo=told.question,
        NotOnOrAfter=moment(told.until),
    )  # fmt: skip
    conditions = element(root, f"{{{SAML}}}Conditions", NotBefore=moment(told.now), NotOnOrAfter=moment(told.until))
    element(element(conditions, f"{{{SAML}}}AudienceRestriction"), f"{{{SAML}}}Audience", told.audience)
    authn = element(root, f"{{{SAML}}}AuthnStatement", AuthnInstant=moment(told.now), SessionIndex=told.id)
    element(element(authn, f"{{{SAML}}}AuthnContext"), f"{{{SAML}}}AuthnContextClassRef", told.context)
    statement = element(root, f"{{{SAML}}}AttributeStatement")
    for one in told.attributes:
        node = element(statement, f"{{{SAML}}}Attribute", Name=one.name)
        if one.trust:
            node.set(f"{{{AKDB}}}TrustLevel", one.trust)
        value = element(node, f"{{{SAML}}}AttributeValue", one.text)
        if one.kind:
            value.set(f"{{{XSI}}}type", one.kind)
        for name, part in one.parts.items():
            element(value, f"{{{EKONA_SPACE}}}{name}", part)
    return root


def signed(told: Story, pair: keys.Pair, *, whole: bool = True) -> etree._Element:
    """Response with a signed assertion, and signed as a whole as well."""
    root = response(told)
    inner = assertion(told)
    root.append(inner)
    signatures.sign(inner, pair, inner[0])
    if whole:
        signatures.sign(root, pair, root[0])
    return root


def seal(root: etree._Element, certificate: bytes) -> etree._Element:
    """Encrypt the assertion for the holder of this certificate (AES-256-GCM, RSA-OAEP)."""
    inner = root.find(f"{{{SAML}}}Assertion")
    assert inner is not None
    data = xmlsec.template.encrypted_data_create(root, constants.TransformAes256Gcm, type=constants.TypeEncElement, ns="xenc")
    xmlsec.template.encrypted_data_ensure_cipher_value(data)
    info = xmlsec.template.encrypted_data_ensure_key_info(data, ns="ds")
    key = xmlsec.template.add_encrypted_key(info, constants.TransformRsaOaep)
    xmlsec.template.encrypted_data_ensure_cipher_value(key)
    manager = xmlsec.KeysManager()
    manager.add_key(xmlsec.Key.from_memory(certificate, constants.KeyDataFormatCertPem))
    context = xmlsec.EncryptionContext(manager)
    context.key = xmlsec.Key.generate(constants.KeyDataAes, 256, constants.KeyDataTypeSession)
    sealed = context.encrypt_xml(data, inner)
    frame = etree.Element(f"{{{SAML}}}EncryptedAssertion", nsmap={"saml": SAML})
    found = root.find(f"{{{XENC}}}EncryptedData") if sealed.getparent() is root else sealed
    assert found is not None
    root.replace(found, frame)
    frame.append(found)
    return root


def pack(root: etree._Element) -> str:
    return base64.b64encode(etree.tostring(root)).decode()
