"""Giving to other cities: what is published is signed, numbered, and stays as it went out. Trust: a key a person compared."""

from datetime import UTC
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import DESK_ROLES, Staff
from stadtkern.kernel.city.profile import city
from stadtkern.kernel.events.actions import record
from stadtkern.lib import parcel

from ..exchange import content, keys
from ..models import Contribution, Incoming, Outgoing, Process, TrustedCity
from .guard import Refused, tidy

MOST_CHAIN = 20


def at_desk(actor: Actor) -> Staff:
    """A clerk of the office for participation; everybody else learns nothing."""
    staff = actor.staff
    if staff is None or staff.role not in DESK_ROLES or staff.office.key != "beteiligung":
        raise Outgoing.DoesNotExist
    return staff


def prepared(actor: Actor, kind: str, key: str, licence: str = "") -> dict[str, Any]:
    """The package as it would go out now, without version and time: what the clerk reads before saying yes. Raises Refused."""
    staff = at_desk(actor)
    before, told, title = None, dict[str, Any](), ""
    try:
        if kind == "template":
            process = Process.objects.filter(key=key, office=staff.office).first()
            if process is None:
                raise Process.DoesNotExist
            before = Incoming.objects.filter(process=process, state=Incoming.State.ADOPTED).first()
            told, title = content.of_process(process), process.title
        elif kind == "idea":
            row = _idea(staff, key)
            before = Incoming.objects.filter(contribution=row, state=Incoming.State.ADOPTED).order_by("-pk").first()
            told, title = content.of_idea(row), row.title
        elif kind == "dataset" and key in content.DATASETS:
            told = content.of_dataset(key)
            title = told["title"]
        else:
            raise Outgoing.DoesNotExist
    except content.Unfit as unfit:
        raise Refused(str(unfit)) from unfit
    licence = before.package["licence"] if before else licence or "dl-de/by-2-0"
    if licence not in content.LICENCES:
        raise Refused(_("Bitte wählen Sie eine der Lizenzen."), "licence")
    here = city()
    return {
        "kind": kind, "number": f"{here.ags}/{kind}/{key}", "title": content.plain(title, 150), "licence": licence,
        "attribution": before.package["attribution"] if before else here.texts.get("title", here.name),
        "city": {"id": here.ags, "name": here.name, "web": here.contact.get("web", "")},
        "chain": [*before.package.get("chain", []), link_of(before)] if before else [], "content": told,
    }  # fmt: skip


def _idea(staff: Staff, reference: str) -> Contribution:
    kinds = (Contribution.Kind.IDEA, Contribution.Kind.PROPOSAL, Contribution.Kind.PROJECT)
    rows = Contribution.objects.select_related("process", "category").defer("search")
    row = rows.filter(reference=tidy(reference, 20).upper(), process__office=staff.office, kind__in=kinds).first()
    if row is None:
        raise Refused(_("Eine Idee mit dieser Nummer gibt es bei Ihrem Amt nicht. Die Nummer steht auf ihrer Seite."), "key")
    if row.state != Contribution.State.PUBLISHED or row.process is None or row.process.audience == Process.Audience.STAFF:
        raise Refused(_("Diese Idee ist nicht öffentlich. Weitergeben kann man nur, was alle lesen können."), "key")
    if row.account_id is not None and not row.keep_text:
        raise Refused(_("Wer diese Idee schrieb, will sie löschen können. Darum bleibt sie hier."), "key")
    return row


def link_of(row: Incoming) -> dict[str, Any]:
    """One station of the way, as the next city passes it on."""
    told = {name: row.package[name] for name in ("number", "version", "city", "licence", "attribution", "issued")}
    return {**told, "fingerprint": row.city.fingerprint, "digest": row.digest}


@transaction.atomic
def publish_package(actor: Actor, kind: str, key: str, licence: str, shown: str) -> Outgoing:
    """Signed and fetchable by everybody; `shown`: digest of what the clerk has read. Unchanged: the last version stays.

    Diary: `exchange.published`."""
    staff = at_desk(actor)
    package = prepared(actor, kind, key, licence)
    if parcel.digest(package) != shown:
        raise Refused(_("Inzwischen hat sich etwas geändert. Bitte lesen Sie noch einmal, was hinausgeht."))
    last = Outgoing.objects.select_for_update().filter(number=package["number"]).order_by("-version").first()
    if last is not None and last.withdrawn_at is None:
        known = parcel.opened(bytes(last.sealed))[0]
        if all(known[name] == value for name, value in package.items()):
            raise Refused(_("Seit der letzten Fassung hat sich nichts geändert. Sie ist schon veröffentlicht."))
    now = timezone.now()
    version = last.version + 1 if last else 1
    whole = {**package, "version": version, "issued": now.astimezone(UTC).isoformat(timespec="seconds")}
    made = Outgoing.objects.create(
        number=package["number"], version=version, kind=kind, title=package["title"], licence=package["licence"],
        sealed=parcel.sealed(whole, keys.signing()), digest=parcel.digest(whole), published_at=now, published_by=staff,
    )  # fmt: skip
    record("exchange.published", subject=str(made), actor=actor.key, data={"kind": kind, "version": version})
    return made


@transaction.atomic
def withdraw_package(actor: Actor, pk: int) -> Outgoing:
    """No longer offered; who has it keeps it. Diary: `exchange.withdrawn`."""
    at_desk(actor)
    row = Outgoing.objects.select_for_update().get(pk=pk)
    if row.withdrawn_at is None:
        row.withdrawn_at = timezone.now()
        row.save(update_fields=["withdrawn_at"])
        record("exchange.withdrawn", subject=str(row), actor=actor.key)
    return row


@transaction.atomic
def note_key(actor_key: str, city_id: str, title: str, key: str, feed: str = "") -> TrustedCity:
    """A key that was seen; believed only after `confirm_city`. Diary: `exchange.key_seen` the first time."""
    try:
        parcel.loaded(key)
    except ValueError:
        raise Refused(_("Das ist kein Schlüssel einer Stadt.")) from None
    if not (city_id.isascii() and city_id.isdigit() and len(city_id) == 8):
        raise Refused(_("Im Paket fehlt der Gemeindeschlüssel der Stadt (acht Ziffern)."))
    if city_id == city().ags:
        raise Refused(_("Das Paket nennt unsere eigene Stadt als Absender."))
    row, fresh = TrustedCity.objects.get_or_create(
        key=key,
        defaults={
            "city_id": city_id,
            "title": tidy(title, 120) or city_id,
            "fingerprint": parcel.fingerprint(key),
            "feed": feed,
        },
    )
    if not fresh and feed and not row.feed:
        row.feed = feed
        row.save(update_fields=["feed"])
    if fresh:
        record("exchange.key_seen", subject=str(row), actor=actor_key)
    return row


@transaction.atomic
def confirm_city(actor: Actor, pk: int, typed: str) -> TrustedCity:
    """A person has compared the fingerprint with the other city and types its last two groups. Diary: `exchange.confirmed`."""
    staff = at_desk(actor)
    row = TrustedCity.objects.select_for_update().get(pk=pk)
    if row.believed:
        return row
    if row.revoked_at is not None:
        raise Refused(_("Dieser Schlüssel ist gesperrt und bleibt es. Die andere Stadt braucht einen neuen."))
    letters = "".join(letter for letter in typed.lower() if letter.isalnum())
    if letters != row.fingerprint.replace(" ", "")[-8:]:
        raise Refused(
            _("Das sind nicht die letzten acht Zeichen. Vergleichen Sie den Fingerabdruck am Telefon, nicht per E-Mail.")
        )
    if TrustedCity.objects.filter(city_id=row.city_id, confirmed_at__isnull=False, revoked_at=None).exists():
        raise Refused(_("Für diese Stadt gilt schon ein anderer Schlüssel. Sperren Sie zuerst den alten."))
    row.confirmed_at, row.confirmed_by = timezone.now(), staff
    row.save(update_fields=["confirmed_at", "confirmed_by"])
    record("exchange.confirmed", subject=str(row), actor=actor.key)
    return row


@transaction.atomic
def revoke_city(actor: Actor, pk: int) -> TrustedCity:
    """Nothing by this key is taken any more; what was adopted stays. Diary: `exchange.revoked`."""
    at_desk(actor)
    row = TrustedCity.objects.select_for_update().get(pk=pk)
    if row.revoked_at is None:
        row.revoked_at = timezone.now()
        row.save(update_fields=["revoked_at"])
        record("exchange.revoked", subject=str(row), actor=actor.key)
    return row
