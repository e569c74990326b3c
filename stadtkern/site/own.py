"""What a resident of the demo has of their own: proofs, a child, papers in the vault, shared facts, a connected app."""

import hashlib
from datetime import timedelta
from io import BytesIO
from typing import Any

from allauth.idp.oidc.models import Client
from django.utils import timezone
from PIL import Image, ImageDraw

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.actions import mandates
from stadtkern.kernel.accounts.models import Account, Trust
from stadtkern.kernel.cases import actions as cases
from stadtkern.kernel.cases.actions.prefill import waits_for_look
from stadtkern.kernel.cases.models import Case
from stadtkern.kernel.inbox import actions as inbox
from stadtkern.kernel.inbox.models import Message
from stadtkern.kernel.provider import actions as provider
from stadtkern.kernel.provider.views import demo as app
from stadtkern.kernel.registers import children
from stadtkern.kernel.services import catalogue
from stadtkern.kernel.vault import actions as vault
from stadtkern.kernel.vault.facts import show
from stadtkern.kernel.vault.models import Item, Share

from . import looks
from .rehearsal import at_once, citizen, days_ago, send

WISH: dict[str, Any] = {"kind": "simple", "purpose": "rent", "language": "de", "copies": 1}


def _zoe() -> Account | None:
    return Account.objects.select_related("person").filter(email__startswith="zoe.celik").first()


def long_ago() -> None:
    """Before the last weeks: logs and lists keep the order things happened in. Nothing where the demo has no Zoë."""
    account = _zoe()
    if account is None:
        return
    zoe = citizen(account)
    with at_once():
        if "bewohnerparkausweis" in catalogue.all_services():
            with days_ago(331.2):  # may be renewed now
                order(zoe, "bewohnerparkausweis", {})
        papers(zoe)
        connected(zoe)
        for_the_child(zoe)
        with days_ago(16.3):
            order(zoe, "meldebescheinigung", WISH)
        with days_ago(15.9):
            for letter in Message.objects.filter(account=account, read_at=None):
                inbox.mark_read(zoe, letter)


def play() -> None:
    """The last two weeks, after the rehearsal."""
    account = _zoe()
    if account is None:
        return
    with at_once():
        looks.at_the_offices(account)
        shared(citizen(account))
        looks.lately(account)


def order(actor: Actor, key: str, told: dict[str, Any]) -> Case:
    """Apply with what the registers know, pay, get it at once."""
    case, _secret = cases.start(actor, catalogue.find(key))
    if told:
        cases.fill(actor, case, told)
    cases.prefill(actor, case)
    if proof := waits_for_look(actor, case):
        cases.take_proof(actor, case, proof.pk, 0)
    return send(actor, case)


def for_the_child(actor: Actor) -> None:
    """The register knows the child; the mother has confirmed that she acts for it."""
    with days_ago(17.4):
        for child in children.of_parent(actor):
            mandates.confirm_child(actor, child)


def papers(actor: Actor) -> None:
    """Two documents of one's own."""
    today = timezone.localdate()
    with days_ago(45.1):
        vault.add_item(
            actor, kind=Item.Kind.SCHOOL, title="Zeugnis der Ausbildung", valid_until=None,
            file_name="zeugnis.pdf", data=sheet("PDF", "#1d3557"),
        )  # fmt: skip
    with days_ago(12.6):
        vault.add_item(
            actor, kind=Item.Kind.HEALTH, title="Versicherung des Autos", valid_until=today + timedelta(days=210),
            file_name="versicherung.png", data=sheet("PNG", "#7a4419"),
        )  # fmt: skip


def sheet(kind: str, colour: str) -> bytes:
    """A page with a head and lines that nobody has to read."""
    picture = Image.new("RGB", (620, 877), "white")
    pen = ImageDraw.Draw(picture)
    pen.rectangle((70, 80, 380, 104), fill=colour)
    for line in range(13):
        pen.rectangle((70, 190 + line * 44, 550 - line % 4 * 60, 200 + line * 44), fill="#b8bcc4")
    out = BytesIO()
    picture.save(out, kind)
    return out.getvalue()


def shared(actor: Actor) -> None:
    """One fact that is over and was looked at twice, one that is open."""
    with days_ago(8.4):
        row, secret, code = vault.share(
            actor, fact=Share.Fact.ADDRESS, recipient="Wohnungsgenossenschaft Altstadt eG", lasts=timedelta(days=7),
            purpose="Mietvertrag für den Stellplatz",
        )  # fmt: skip
    for days, device in ((8.1, "Firefox, Windows"), (7.2, "Safari, iPhone")):
        with days_ago(days):
            seen, _use = vault.open_share(secret, code, device=device, network="198.51.0.0/16")
            show(seen)
    with days_ago(5.5):
        vault.end_share(actor, row)
    with days_ago(0.2):
        vault.share(
            actor, fact=Share.Fact.RESIDENT, recipient="Stadtsportverein Musterstadt e. V.", lasts=timedelta(days=7),
            purpose="Beitrag für Einheimische", most_uses=3,
        )  # fmt: skip


def connected(actor: Actor) -> None:
    """The transport company's app, which was allowed less than it asked for."""
    application = app.application()
    provider.register_demo(app.CLIENT, application)
    allowed = ["given_name", "family_name", "resident"]
    client = Client.objects.get(pk=app.CLIENT)
    with days_ago(21.3):
        connection = provider.connect(actor, client, list(application.attributes), allowed)
        digest = hashlib.sha256(b"first sign-in of the demo").hexdigest()
        grant = provider.begin(
            connection, digest, trust=Trust.SUBSTANTIAL, signed_in_at=timezone.now(), scopes=["openid", *allowed]
        )
        provider.redeem(grant, tokens=())
        provider.note_release(grant, allowed)
