"""Whole little worlds straight on the tables: a citizen with everything a citizen can have, each thing with its own secret."""

import hashlib
import json
import uuid
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from allauth.account.models import EmailAddress
from allauth.idp.oidc.models import Client
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from cryptography.hazmat.primitives.asymmetric import ec
from django.utils import timezone
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData

from stadtkern.domains.dataprotection.models import Breach
from stadtkern.domains.mobility.models import Order, Ride, Ticket
from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.actions import create_token
from stadtkern.kernel.accounts.models import Account, Company, ExternalIdentity, Mandate, Membership, Staff, Token
from stadtkern.kernel.appointments import plan
from stadtkern.kernel.appointments.link import code_from
from stadtkern.kernel.appointments.models import Appointment, Counter, Matter, Place, Visit, Waiting
from stadtkern.kernel.cases.models import Case, Decision, Note, Status, search_text
from stadtkern.kernel.city.models import Office
from stadtkern.kernel.credentials.codes import digest
from stadtkern.kernel.credentials.models import Credential, Grant, Query, StatusList
from stadtkern.kernel.documents.actions.paper import CODE
from stadtkern.kernel.documents.models import Content, Document, Upload, UploadContent
from stadtkern.kernel.events.models import Webhook
from stadtkern.kernel.inbox.models import Message
from stadtkern.kernel.payments.actions import Item as BillItem
from stadtkern.kernel.payments.actions import raise_claim
from stadtkern.kernel.payments.models import Payment
from stadtkern.kernel.privacy import keys
from stadtkern.kernel.privacy.models import Access, Consent, Emergency, Erasure
from stadtkern.kernel.provider.models import Connection
from stadtkern.kernel.services import catalogue
from stadtkern.kernel.services.actions import publish
from stadtkern.kernel.vault.models import Item, Share
from stadtkern.lib.ids import ALPHABET

SERVICE = "hundesteuer_anmelden"


def secret(kind: str, name: str) -> str:
    """A word that stands nowhere else: "geheim-message-anna"."""
    return f"geheim-{kind}-{name}"


@dataclass
class World:
    """One citizen, one office, and everything between them."""

    name: str
    account: Account
    clerk: Staff
    things: dict[str, Any] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)  # kind -> word

    def hide(self, kind: str) -> str:
        """The word that must not be read by the wrong people, noted for the test."""
        return self.secrets.setdefault(kind, secret(kind, self.name))

    def is_named_by(self, line: Access) -> bool:
        """Whether a line of the access log is about this person."""
        return self.account.pk in line.accounts or bool({case.pk for case in self._cases()} & set(line.cases))

    def marks(self) -> list[str]:
        """What shows that something of this person is on a page, besides the secret words."""
        money = [self.things[kind].purpose for kind in ("payment", "surplus") if kind in self.things]
        money += [self.things["claim"].reference] if "claim" in self.things else []
        return [*(case.reference for case in self._cases()), *money]

    def _cases(self) -> list[Case]:
        return [thing for thing in self.things.values() if isinstance(thing, Case)]

    def __getattr__(self, kind: str) -> Any:
        try:
            return self.things[kind]
        except KeyError:
            raise AttributeError(kind) from None


def world(name: str, account: Account, clerk: Staff) -> World:
    """A citizen with cases in two states, papers, post, payments, consents, keys and devices."""
    made = World(name, account, clerk)
    _person(made)
    made.things["case"] = case(made, Status.AWAITING_CITIZEN, "case")
    made.things["draft"] = case(made, Status.DRAFT, "draft")
    made.things["closed"] = case(made, Status.CLOSED, "case")
    assisted(made)
    for build in (document, upload, message, payment, vault, private_things, proof, appointment, video, fare, shared_ride):
        build(made)
    delegated(made)
    made.things["webhook"] = Webhook.objects.create(title="Land", url="https://land.example/", names=["case.*"])
    made.things["breach"] = Breach.objects.create(
        title=made.hide("register"), happened=made.hide("register"), noticed_at=timezone.now()
    )
    note = Note.objects.create(case=made.case, staff=clerk, body=made.hide("note"))
    made.things["note"] = note
    return made


def delegated(made: World) -> None:
    """Somebody acts for this citizen, and has handed in one application in their name."""
    agent, _ = Account.objects.get_or_create(email=f"vertretung-{made.name}@example.org", defaults={"name": "Vertretung"})
    mandate = Mandate.objects.create(
        kind="PERSON", proof="OWN", agent=agent, principal=made.account, title=f"Frau {made.name}", accepted_at=timezone.now()
    )
    made.things["mandate"] = mandate
    made.things["delegated"] = row = case(made, Status.AWAITING_CITIZEN, "delegated")
    Case.objects.filter(pk=row.pk).update(mandate=mandate)


def company_world(name: str, account: Account, company: Company, clerk: Staff) -> World:
    """What a citizen has handed in for a company: everybody who acts for it sees it."""
    made = World(name, account, clerk)
    made.things["case"] = case(made, Status.AWAITING_CITIZEN, "case")
    made.things["draft"] = case(made, Status.DRAFT, "draft")
    made.things["closed"] = case(made, Status.CLOSED, "case")
    for build in (document, upload, message, payment):
        build(made)
    for thing in made.things.values():
        if hasattr(thing, "company_id"):
            type(thing).objects.filter(pk=thing.pk).update(company=company)
    return made


def _person(made: World) -> None:
    word = made.hide("person")
    account = made.account
    Account.objects.filter(pk=account.pk).update(name=f"Anna {word}")
    person = account.person
    person.given_names, person.family_name, person.street = "Anna", word, word
    person.save()
    EmailAddress.objects.create(user=account, email=account.email, verified=True, primary=True)
    company = Company.objects.create(name=f"Firma {made.hide('company')}", street=made.hide("company"))
    Membership.objects.create(account=account, company=company)
    made.things["company"] = company


def case(made: World, status: Status, kind: str) -> Case:
    service = catalogue.find(SERVICE)
    word, now = made.hide(kind), timezone.now()
    sent = {} if status == Status.DRAFT else {"submitted_at": now, "due_date": (now + timedelta(days=9)).date()}
    if status == Status.CLOSED:
        sent |= {"decided_at": now, "closed_at": now}
    number = hashlib.sha256(f"{made.name}{kind}{status}".encode()).hexdigest()[:8].upper()
    row = Case.objects.create(
        reference=f"MS-{number[:4]}-{number[4:]}",
        service=SERVICE,
        edition=publish(service),
        status=status,
        account=made.account,
        applicant=f"Anna {word}",
        answers={"dog_name": word, "person/family_name": word},
        office=None if status == Status.DRAFT else made.clerk.office,
        clerk=None if status == Status.DRAFT else made.clerk,
        **sent,
    )
    Case.objects.filter(pk=row.pk).update(search=_vector(f"{row.reference} {row.applicant}"))
    if status == Status.CLOSED:
        Decision.objects.create(case=row, outcome="GRANTED", reason=word, made_by=made.clerk, made_at=now)
    return row


def _vector(text: str) -> Any:
    from django.contrib.postgres.search import SearchVector
    from django.db.models import Value

    return SearchVector(Value(search_text(text)), config="simple")


def assisted(made: World) -> None:
    """A draft the clerk is filling in with somebody on the phone; it belongs to no account yet."""
    row = case(made, Status.DRAFT, "assisted")
    Case.objects.filter(pk=row.pk).update(account=None, assisted_by=made.clerk)
    made.things["assisted"] = row


def document(made: World) -> None:
    word, data = made.hide("document"), b"%PDF-1.7 nothing to see"
    row = Document.objects.create(
        number=f"{made.name.upper()}-1", about=f"case:{made.closed.pk}", account=made.account, title=word, kind="Bescheid",
        size=len(data), sha256=hashlib.sha256(data).hexdigest(), verify_code=verify_code(made.name), office="Bürgeramt",
    )  # fmt: skip
    content = Content(document=row)
    content.sealed = keys.seal(f"account:{made.account.pk}", data + word.encode(), about=row.about, place=str(content))
    content.save()
    made.things["document"] = row


def verify_code(name: str) -> str:
    """As printed under the QR code; the same for the same name."""
    digest = hashlib.sha256(name.encode()).digest()
    return "".join(ALPHABET[byte % len(ALPHABET)] for byte in digest[:CODE])


def upload(made: World) -> None:
    word = made.hide("upload")
    row = Upload.objects.create(
        about=f"case:{made.case.pk}", path="proof", account=made.account, file_name=f"{word}.pdf", media_type="application/pdf",
        size=9, sha256="0" * 64, state=Upload.State.CLEAN,
    )  # fmt: skip
    content = UploadContent(upload=row)
    content.sealed = keys.seal(f"account:{made.account.pk}", b"%PDF-1.7 " + word.encode(), about=row.about, place=str(content))
    content.save()
    made.things["upload"] = row


def vault(made: World) -> None:
    """A document of one's own, and something shared with somebody."""
    word = made.hide("item")
    upload = Upload.objects.create(
        about=f"vault:{made.name}", account=made.account, file_name=f"{word}.pdf", media_type="application/pdf", size=9,
        sha256="0" * 64, state=Upload.State.CLEAN,
    )  # fmt: skip
    made.things["item"] = Item.objects.create(account=made.account, upload=upload, title=word)
    word = made.hide("share")
    made.things["share"] = Share.objects.create(
        account=made.account, digest=made.name * 8, code_digest="x", fact="ITEM", item=made.item, recipient=word, purpose=word,
        expires_at=timezone.now() + timedelta(days=1),
    )  # fmt: skip


def message(made: World) -> None:
    word = made.hide("message")
    for direction in (Message.Direction.TO_OFFICE, Message.Direction.TO_PERSON):
        row = Message.objects.create(
            account=made.account, office=made.clerk.office, direction=direction, about=f"case:{made.case.pk}", title=word,
            body=word,
        )  # fmt: skip
    row.documents.add(made.document)
    row.uploads.add(made.upload)
    made.things["message"] = row


def payment(made: World) -> None:
    word = made.hide("payment")
    for kind, status in (("payment", Payment.Status.OPEN), ("surplus", Payment.Status.SURPLUS)):
        made.things[kind] = Payment.objects.create(
            about=f"case:{made.case.pk}", account=made.account, amount_cents=1200, purpose=f"{made.name}{kind}".upper(),
            description=word, items=[{"label": word, "cents": 1200}], status=status,
        )  # fmt: skip
    made.things["claim"] = raise_claim(
        about=f"case:{made.case.pk}", account=made.account, items=[BillItem(word, 1200)], description=word, actor_key="system"
    )


def appointment(made: World) -> None:
    """One at the clerk's office in a week, one person on the waiting list."""
    word, name = made.hide("appointment"), made.name.lower()
    place = Place.objects.create(key=f"place_{name}", title=f"Haus {name}", office=made.clerk.office, state="NW")
    matter = Matter.objects.create(key=f"matter_{name}", title=f"Anliegen {name}")
    counter = Counter.objects.create(place=place, key="one", name="Schalter 1")
    counter.matters.add(matter)
    date = timezone.localdate() + timedelta(days=7)
    seed, starts_at = f"seed-{name}", plan.moment(date, 108)
    made.things["appointment"] = Appointment.objects.create(
        number=f"T-{hashlib.sha256(name.encode()).hexdigest()[:8].upper()}", counter=counter, place=place, matter=matter,
        matters=[[matter.key, 1]], channel="desk", date=date, starts_at=starts_at, ends_at=starts_at + timedelta(minutes=15),
        first_cell=108, cells=3, status="BOOKED", account=made.account, name=word, email=f"{name}@example.org",
        booked_at=timezone.now(), seed=seed, code_digest=digest(code_from(seed)),
    )  # fmt: skip
    made.things["visit"] = Visit.objects.create(
        place=place, date=timezone.localdate(), kind="TICKET", number=1, label="001", matter=matter,
        code_digest=digest(f"nummer-von-{name}-hier"),
    )  # fmt: skip
    made.things["ticket"] = f"nummer-von-{name}-hier"
    made.things["waiting"] = Waiting.objects.create(
        matters=[[matter.key, 1]], channel="desk", first=date, last=date, account=made.account, name=made.hide("waiting"),
        limit_key=name, seed=f"seed-w-{name}", code_digest=digest(code_from(f"seed-w-{name}")),
    )  # fmt: skip


def video(made: World) -> None:
    """One on video that begins about now, at the same place."""
    name, now = made.name.lower(), timezone.localtime()
    booked = made.appointment
    cell = min((now.hour * 60 + now.minute) // 5, 282)  # it ends before midnight
    seed, starts_at = f"seed-video-{name}", plan.moment(now.date(), cell)
    made.things["video"] = Appointment.objects.create(
        number=f"T-{hashlib.sha256(seed.encode()).hexdigest()[:8].upper()}", counter=booked.counter, place=booked.place,
        matter=booked.matter,
        matters=booked.matters, channel="video", date=now.date(), starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=15), first_cell=cell, cells=3, status="BOOKED", account=made.account,
        name=made.hide("video"), booked_at=timezone.now(), seed=seed, code_digest=digest(code_from(seed)),
    )  # fmt: skip


def proof(made: World) -> None:
    """A credential for the wallet, a way open into one, and a question the clerk of the case has put."""
    word, later = made.hide("private"), timezone.now() + timedelta(days=1)
    row = Credential.objects.create(
        account=made.account, about=f"case:{made.closed.pk}", kind="meldebescheinigung", vct="urn:x", title=word,
        open_until=later, document=made.document, claims=b"x",
    )  # fmt: skip
    key = f"way-{made.name}"
    Grant.objects.create(credential=row, key_digest=digest(key), code_digest=digest(word), expires_at=later)
    made.things |= {"proof": row, "way": key}
    made.things["query"] = Query.objects.create(
        account=made.clerk.account, staff=made.clerk, question="anschrift", purpose="Frage", legal_basis="-",
        nonce="n", expires_at=later,
    )  # fmt: skip
    made.things["status_list"] = StatusList.objects.create(bits=bytes(16), taken=bytes(16))


def fare(made: World) -> None:
    """A ticket for public transport that holds now."""
    word, now = made.hide("private"), timezone.now()
    order = Order.objects.create(
        account=made.account, once=f"once-{made.name}", product="einzel", title=word, kind="ride", zones=["A"], full_cents=220,
        due_cents=220, status=Order.Status.PAID, paid_at=now,
    )  # fmt: skip
    made.things["fare"] = Ticket.objects.create(
        number=f"T{made.name.upper()}"[:12], account=made.account, order=order, title=word, zones=["A"], since=now,
        until=now + timedelta(days=2),
    )  # fmt: skip


def shared_ride(made: World) -> None:
    """A shared vehicle that is reserved, one whose ride is being billed, one whose ride is paid for."""
    word, now = made.hide("private"), timezone.now()
    for kind, state in (("held", "HELD"), ("ended", "ENDED"), ("billed", "BILLED")):
        over = {"began_at": now, "ended_at": now} if kind != "held" else {"until": now + timedelta(minutes=5)}
        made.things[f"ride_{kind}"] = Ride.objects.create(
            account=made.account, provider="flitz", vehicle=f"{made.name}-{kind}", title=word, place=word, booking=f"b-{kind}",
            leg="l", state=state, once=uuid.uuid4(), cents=245 if kind == "billed" else None, **over,
        )  # fmt: skip


def private_things(made: World) -> None:
    """What nobody but the person may see, not even the clerk of the case."""
    word, account = made.hide("private"), made.account
    made.things["consent"] = Consent.objects.create(
        account=account, purpose=word, evidence="residents", fields=["town"], legal_basis=word, about=f"case:{made.case.pk}"
    )
    # Of somebody who has gone: whoever has the number may read the certificate, it names nobody.
    made.things["erasure"] = Erasure.objects.create(account_id=0, asked_by="account:0", finished_at=timezone.now())
    made.things["client"] = app = Client.objects.create(name=f"App von {made.name}", data={"purpose": "Ausleihe"})
    made.things["connection"] = Connection.objects.create(
        account=account, client=app, sub=f"sub-{made.name}", granted=[word], consent=made.consent
    )
    made.things["emergency"] = Emergency.objects.create(
        staff=0,
        office="ordnungsamt",
        case=made.case.pk,
        account=account.pk,
        reason=made.hide("emergency"),
        until=timezone.now(),
    )
    made.things["access"] = Access.objects.create(
        accounts=[account.pk], actor=f"staff:{made.clerk.pk}", office=made.clerk.office.key, purpose=word, legal_basis=word,
        source="residents", fields=["town"],
    )  # fmt: skip
    token, _secret = create_token(Actor(account), word, 30)
    made.things["token"] = Token.objects.get(pk=token.pk)
    made.things["identity"] = ExternalIdentity.objects.create(account=account, means="bundid", subject=word, trust=1)
    made.things["session"] = UserSession.objects.create(
        user=account, ip="203.0.113.7", session_key=f"{made.name}{uuid.uuid4().hex}"[:40], user_agent=word
    )
    made.things["key"] = Authenticator.objects.create(
        user=account, type="webauthn", data={"name": word, "credential": passkey(made.name.encode())}
    )


def passkey(credential_id: bytes) -> dict[str, Any]:
    """What a browser sends when a passkey is made, without attestation."""
    public_key = ES256.from_cryptography_key(ec.generate_private_key(ec.SECP256R1()).public_key())
    credential = AttestedCredentialData.create(b"\0" * 16, credential_id, public_key)
    flags = AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.UV | AuthenticatorData.FLAG.AT
    data = AuthenticatorData.create(hashlib.sha256(b"testserver").digest(), flags, 0, credential)
    client = json.dumps({"type": "webauthn.create", "challenge": "AAAA", "origin": "https://testserver"}).encode()
    response = {
        "clientDataJSON": websafe_encode(client),
        "attestationObject": websafe_encode(AttestationObject.create("none", data, {})),
    }
    name = websafe_encode(credential_id)
    return {"type": "public-key", "id": name, "rawId": name, "response": response,
            "clientExtensionResults": {"credProps": {"rk": True}}}  # fmt: skip


def office_with_clerk(key: str) -> tuple[Office, Staff]:
    office, _ = Office.objects.get_or_create(key=key, defaults={"title": key})
    account = Account.objects.create(email=f"{key}@stadt.example", name=key)
    return office, Staff.objects.create(account=account, office=office, role="CLERK")
