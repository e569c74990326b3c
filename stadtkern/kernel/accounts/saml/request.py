"""Our question to an identity provider (AuthnRequest), signed, and how we introduce ourselves (metadata)."""

import base64
from collections.abc import Sequence
from datetime import UTC, datetime

from lxml import etree
from onelogin.saml2.metadata import OneLogin_Saml2_Metadata

from ..models import Trust
from . import keys, signatures
from .partner import Ourselves, Partner
from .xml import AKDB, POST, SAML, SAMLP

UI = "https://www.akdb.de/request/2018/09/classic-ui/v1"
LEVELS = {Trust.BASIC: "STORK-QAA-Level-1", Trust.SUBSTANTIAL: "STORK-QAA-Level-3", Trust.HIGH: "STORK-QAA-Level-4"}
# What a person can sign in with at BundID, and how far that goes.
METHODS = {
    "Benutzername": Trust.BASIC,
    "Elster": Trust.SUBSTANTIAL,
    "eID": Trust.HIGH,
    "eIDAS": Trust.HIGH,
    "FINK": Trust.HIGH,
}


def element(parent: etree._Element, name: str, text: str = "", **attributes: str) -> etree._Element:
    """A child in the parent's document: "{namespace}name"."""
    child = etree.SubElement(parent, name, attributes)
    child.text = text or None
    return child


def build(question: str, us: Ourselves, them: Partner, trust: Trust, now: datetime) -> etree._Element:
    """An AuthnRequest asking for at least this level, not yet signed."""
    root = etree.Element(
        f"{{{SAMLP}}}AuthnRequest",
        {
            "ID": question, "Version": "2.0", "IssueInstant": now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "Destination": them.address, "ProtocolBinding": POST, "AssertionConsumerServiceURL": us.address,
            "ForceAuthn": "true" if trust > Trust.BASIC else "false",
        },
        nsmap={"samlp": SAMLP, "saml": SAML},
    )  # fmt: skip
    element(root, f"{{{SAML}}}Issuer", us.entity)
    element(root, f"{{{SAMLP}}}NameIDPolicy", AllowCreate="true", Format="urn:oasis:names:tc:SAML:2.0:nameid-format:transient")
    context = element(root, f"{{{SAMLP}}}RequestedAuthnContext", Comparison="minimum")
    element(context, f"{{{SAML}}}AuthnContextClassRef", LEVELS[trust])
    return root


def extend(root: etree._Element, attributes: Sequence[tuple[str, bool]], trust: Trust, display: str, service: str) -> None:
    """The extension of BundID: which sign-ins are worth offering, what we need to know, who asks."""
    extensions = etree.Element(f"{{{SAMLP}}}Extensions")
    root.insert(1, extensions)  # behind the issuer (and, later, before our signature would be wrong: see `packed`)
    request = etree.SubElement(
        extensions, f"{{{AKDB}}}AuthenticationRequest", {"Version": "2", "EnableStatusDetail": "true"}, nsmap={"akdb": AKDB}
    )
    methods = element(request, f"{{{AKDB}}}AuthnMethods")
    for name, reaches in METHODS.items():
        if reaches >= trust:
            element(element(methods, f"{{{AKDB}}}{name}"), f"{{{AKDB}}}Enabled", "true")
    wanted = element(request, f"{{{AKDB}}}RequestedAttributes")
    for name, required in attributes:
        element(wanted, f"{{{AKDB}}}RequestedAttribute", Name=name, RequiredAttribute="true" if required else "false")
    information = element(request, f"{{{AKDB}}}DisplayInformation")
    version = etree.SubElement(information, f"{{{UI}}}Version", nsmap={"classic-ui": UI})
    element(version, f"{{{UI}}}OrganizationDisplayName", display)
    element(version, f"{{{UI}}}OnlineServiceId", service)


def packed(root: etree._Element, pair: keys.Pair, method: str = signatures.RSA_SHA256) -> str:
    """Signed (the schema wants the signature directly behind the issuer) and in base64, for the form."""
    signatures.sign(root, pair, root[0], method)
    return base64.b64encode(etree.tostring(root, xml_declaration=True, encoding="UTF-8")).decode()


def metadata(us: Ourselves, pair: keys.Pair, organisation: str, url: str) -> bytes:
    """What the provider's administrators need to know about us."""
    service = {
        "entityId": us.entity,
        "assertionConsumerService": {"url": us.address, "binding": POST},
        "NameIDFormat": "urn:oasis:names:tc:SAML:2.0:nameid-format:transient",
    }
    names = {"de": {"name": organisation, "displayname": organisation, "url": url}}
    plain = OneLogin_Saml2_Metadata.builder(service, True, True, None, 86400, {}, names)
    described = OneLogin_Saml2_Metadata.add_x509_key_descriptors(plain, pair.bare_certificate, True)
    return described if isinstance(described, bytes) else str(described).encode()
