"""The answer of an identity provider: every sentence of it is checked before one is believed."""

import logging
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from lxml import etree

from ..adapters import Cancelled, Refused, TimedOut, WrongLevel
from . import keys, sealed, signatures
from .partner import Ourselves, Partner
from .xml import AKDB, SAML, SAMLP, Bad, parse, secure_text, unpack

log = logging.getLogger(__name__)
SKEW = timedelta(seconds=60)  # clocks of two data centres
LONGEST = timedelta(minutes=15)  # what a person may take at the provider, and the oldest answer we take
STATUS = "urn:oasis:names:tc:SAML:2.0:status:"
BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z")


@dataclass(frozen=True)
class Value:
    """One attribute: its text, or its parts, and how far the provider itself trusts it (akdb:TrustLevel)."""

    text: str
    trust: str = ""
    parts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Statement:
    """What a believed answer says."""

    id: str
    issuer: str
    question: str  # id of our request
    context: str  # AuthnContextClassRef
    attributes: dict[str, Value]
    name_id: str
    keep_until: datetime  # a replay before this moment must be recognised


def question_of(packed: str) -> str:
    """The request this answer claims to be for, unverified; "" when there is none to be read. Only to find the way back."""
    try:
        return parse(unpack(packed)).get("InResponseTo") or ""
    except Bad:
        return ""


def read(packed: str, us: Ourselves, them: Partner, pair: keys.Pair, now: datetime) -> Statement:
    """Raises Refused with the reason, or Cancelled, TimedOut, WrongLevel as the provider reports them."""
    try:
        root = parse(unpack(packed))
        _response(root, us, them, now)
        assertion = signatures.believed(sealed.opened(root, pair, them.certificates), them.certificates)
        return _statement(assertion, root, us, them, now)
    except Bad as bad:
        log.warning("SAML answer of %s refused: %s", them.entity, bad)
        raise Refused(str(bad)) from bad


def _response(root: etree._Element, us: Ourselves, them: Partner, now: datetime) -> None:
    if root.tag != signatures.RESPONSE or root.get("Version") != "2.0":
        raise Bad("not a response")
    issuer = root.find(f"{{{SAML}}}Issuer")
    if issuer is not None and secure_text(issuer) != them.entity:
        raise Bad("issuer")
    if root.get("Destination") != us.address:
        raise Bad("destination")
    if not root.get("InResponseTo"):
        raise Bad("unsolicited")
    _recent(root.get("IssueInstant"), now)
    allowed = ["Issuer", "Signature", "Extensions", "Status", "Assertion", "EncryptedAssertion"]
    if any(etree.QName(child).localname not in allowed for child in root):
        raise Bad("stray element")
    _status(root)


def _status(root: etree._Element) -> None:
    """Success, or how it ended instead. Bad ends give nothing to anybody, so they need no signature."""
    found = root.findall(f"{{{SAMLP}}}Status")
    code = found[0].find(f"{{{SAMLP}}}StatusCode") if len(found) == 1 else None
    if code is None:
        raise Bad("status")
    if code.get("Value") == f"{STATUS}Success":
        if len(code):
            raise Bad("status")
        return
    inner = code.find(f"{{{SAMLP}}}StatusCode")
    word = str(inner.get("Value") if inner is not None else "").removeprefix(STATUS)
    said = " ".join(str(text) for text in found[0].itertext()).lower()
    if "timeout" in said or "abgelaufen" in said:
        raise TimedOut
    if word == "NoAuthnContext":
        raise WrongLevel
    if word in ("AuthnFailed", "RequestDenied") or "cancel" in said or "abgebrochen" in said:
        raise Cancelled
    raise Bad("status")


def _statement(node: etree._Element, root: etree._Element, us: Ourselves, them: Partner, now: datetime) -> Statement:
    if node.get("Version") != "2.0" or not node.get("ID"):
        raise Bad("assertion")
    if secure_text(_one(node, "Issuer")) != them.entity:
        raise Bad("issuer")
    _recent(node.get("IssueInstant"), now)
    question = str(root.get("InResponseTo"))
    until = _confirmed(_one(node, "Subject"), question, us, now)
    _conditions(_one(node, "Conditions"), us, now)
    authn = _one(node, "AuthnStatement")
    if (over := authn.get("SessionNotOnOrAfter")) and _moment(over) + SKEW <= now:
        raise Bad("expired")
    context = secure_text(authn.find(f"{{{SAML}}}AuthnContext/{{{SAML}}}AuthnContextClassRef"))
    name_id = secure_text(node.find(f"{{{SAML}}}Subject/{{{SAML}}}NameID"))
    attributes = _attributes(node.iterfind(f"{{{SAML}}}AttributeStatement/{{{SAML}}}Attribute"))
    return Statement(str(node.get("ID")), them.entity, question, context, attributes, name_id, until + SKEW)


def _one(node: etree._Element, name: str) -> etree._Element:
    found = node.findall(f"{{{SAML}}}{name}")
    if len(found) != 1:
        raise Bad(f"one {name}")
    return found[0]


def _confirmed(subject: etree._Element, question: str, us: Ourselves, now: datetime) -> datetime:
    """Somebody holds it who was asked by us, here, just now; returns until when it could be shown again."""
    confirmations = subject.findall(f"{{{SAML}}}SubjectConfirmation")
    if len(confirmations) != 1 or confirmations[0].get("Method") != BEARER:
        raise Bad("confirmation")
    data = confirmations[0].find(f"{{{SAML}}}SubjectConfirmationData")
    if data is None:
        raise Bad("confirmation")
    if data.get("Recipient") != us.address:
        raise Bad("recipient")
    if data.get("InResponseTo") != question:
        raise Bad("question")
    if data.get("NotBefore"):  # the profile forbids it
        raise Bad("confirmation")
    until = _moment(data.get("NotOnOrAfter"))
    if until + SKEW <= now:
        raise Bad("expired")
    if until > now + timedelta(hours=1):
        raise Bad("too long")
    return until


def _conditions(node: etree._Element, us: Ourselves, now: datetime) -> None:
    if (begins := node.get("NotBefore")) and _moment(begins) - SKEW > now:
        raise Bad("not yet")
    if _moment(node.get("NotOnOrAfter")) + SKEW <= now:
        raise Bad("expired")
    audiences = node.findall(f"{{{SAML}}}AudienceRestriction")
    if not audiences:
        raise Bad("audience")
    for restriction in audiences:
        if us.entity not in [secure_text(one) for one in restriction.iterfind(f"{{{SAML}}}Audience")]:
            raise Bad("audience")
    if any(etree.QName(one).localname not in ("AudienceRestriction", "OneTimeUse") for one in node):
        raise Bad("condition")


def _attributes(nodes: Iterable[etree._Element]) -> dict[str, Value]:
    """By name, without the blanks that some published lists carry inside the numbers."""
    found: dict[str, Value] = {}
    for node in nodes:
        name = "".join(str(node.get("Name") or "").split())
        values = node.findall(f"{{{SAML}}}AttributeValue")
        if not name or name in found or len(values) > 1:
            raise Bad("attribute")
        if not values:
            continue
        parts = tuple((etree.QName(part).localname, secure_text(part)) for part in values[0])
        trust = node.get(f"{{{AKDB}}}TrustLevel") or values[0].get(f"{{{AKDB}}}TrustLevel") or ""
        found[name] = Value("" if parts else secure_text(values[0]), trust, parts)
    return found


def _recent(text: str | None, now: datetime) -> None:
    issued = _moment(text)
    if issued - SKEW > now:
        raise Bad("not yet")
    if issued + LONGEST + SKEW < now:
        raise Bad("expired")


def _moment(text: str | None) -> datetime:
    if not text or not _MOMENT.fullmatch(text):
        raise Bad("time")
    try:
        return datetime.fromisoformat(text[:19]).replace(tzinfo=UTC)
    except ValueError as odd:
        raise Bad("time") from odd
