"""Taking from other cities: checked, kept as it came, adopted by a person, with origin and licence."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.city.profile import city
from stadtkern.kernel.events.actions import record
from stadtkern.lib import parcel

from ..exchange import content
from ..models import Contribution, Incoming, Link, Milestone, Phase, Process, TrustedCity
from ..templating import template
from .contributing import store_new
from .exchanging import MOST_CHAIN, at_desk, note_key
from .guard import Refused, owned, tidy
from .linking import free_reference
from .planning import checked_rule, set_categories
from .running import create_process

State = Incoming.State
AHEAD = timedelta(minutes=10)  # clocks differ
_NAMES = {"kind", "number", "title", "licence", "attribution", "city", "chain", "content", "version", "issued"}


class UnknownCity(Refused):
    """Signed by a key nobody here has confirmed; the key is noted, so that somebody can."""


def receive(actor_key: str, data: bytes, feed: str = "") -> Incoming:
    """A package from a file or a feed, checked in this order: form, signature, whose key, sender, order, content.

    Raises Refused with a sentence; nothing is kept of what is refused but an unknown key. Diary: `exchange.received`."""
    try:
        package, key = parcel.opened(data)
    except parcel.NotAParcel:
        raise Refused(_("Das ist kein Paket einer anderen Stadt, oder es ist beschädigt.")) from None
    except parcel.NotGenuine:
        raise Refused(
            _("Die Unterschrift passt nicht zum Inhalt: Das Paket wurde verändert. Holen Sie es noch einmal.")
        ) from None
    sender = _sender(actor_key, package, key, feed)
    _whole(package, sender)
    try:
        told = content.checked(package["kind"], package["content"])
    except content.Unfit as unfit:
        raise Refused(str(unfit)) from unfit
    try:
        with transaction.atomic():
            return _kept(actor_key, sender, {**package, "content": told}, package, data)
    except IntegrityError:
        raise Refused(_("Dieses Paket ist schon da.")) from None


def _sender(actor_key: str, package: dict[str, Any], key: str, feed: str) -> TrustedCity:
    told = package.get("city")
    if not isinstance(told, dict):
        raise Refused(_("Das Paket sagt nicht, von welcher Stadt es ist."))
    row = TrustedCity.objects.filter(key=key).first()
    if row is None or not row.believed:
        row = row or note_key(actor_key, tidy(told.get("id"), 8), tidy(told.get("name"), 120), key, feed)
        if row.revoked_at is not None:
            raise Refused(_("Der Schlüssel dieser Stadt ist gesperrt. Das Paket wird nicht angenommen."))
        raise UnknownCity(
            _("Diesen Schlüssel hat bei uns noch niemand bestätigt. Vergleichen Sie unter „Städte“ den Fingerabdruck %s.")
            % row.fingerprint
        )
    if told.get("id") != row.city_id:
        raise Refused(_("Der Schlüssel gehört %s, das Paket nennt eine andere Stadt als Absender.") % row.title)
    return row


def _whole(package: dict[str, Any], sender: TrustedCity) -> None:
    """Everything there in its type; the sender numbers its own, and not in the future."""
    if not set(package) >= _NAMES:
        raise Refused(_("Im Paket fehlen Angaben."))
    texts = [package[name] for name in ("kind", "number", "title", "licence", "attribution", "issued")]
    version, chain = package["version"], package["chain"]
    if any(not isinstance(text, str) or not text or len(text) > 150 or tidy(text, 150) != text for text in texts):
        raise Refused(_("Eine Angabe im Paket fehlt oder ist zu lang."))
    if isinstance(version, bool) or not isinstance(version, int) or not 0 < version < 10**6:
        raise Refused(_("Die Fassung des Pakets ist keine Zahl, mit der wir rechnen können."))
    if not package["number"].startswith(f"{sender.city_id}/{package['kind']}/"):
        raise Refused(_("Die Nummer des Pakets gehört nicht zu %s.") % sender.title)
    if package["licence"] not in content.LICENCES:
        raise Refused(
            _("Die Lizenz „%s“ kennen wir nicht. Wir übernehmen nur, was wir auch weitergeben dürfen.") % package["licence"]
        )
    if _moment(package["issued"]) > timezone.now() + AHEAD:
        raise Refused(_("Das Paket ist aus der Zukunft datiert. Eine der Uhren geht falsch."))
    if not isinstance(chain, list) or len(chain) > MOST_CHAIN or not all(_station(one) for one in chain):
        raise Refused(_("Der Weg des Pakets durch andere Städte ist nicht zu lesen."))
    if any(one["city"]["id"] == city().ags for one in chain):
        raise Refused(_("Das kommt ursprünglich von uns selbst. Sie müssen es nicht übernehmen."))
    if chain and chain[0]["licence"] != package["licence"]:
        raise Refused(_("Unterwegs wurde die Lizenz geändert. Das darf nur, wer es geschrieben hat."))


def _station(one: Any) -> bool:
    names = ("number", "licence", "attribution", "issued", "fingerprint", "digest")
    if not isinstance(one, dict) or not all(isinstance(one.get(name), str) and len(one[name]) <= 150 for name in names):
        return False
    where = one.get("city")
    return isinstance(where, dict) and all(
        isinstance(where.get(name), str) and len(where[name]) <= 150 for name in ("id", "name")
    )


def _moment(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise Refused(_("Das Paket sagt nicht, von wann es ist.")) from None
    if at.tzinfo is None:
        raise Refused(_("Das Paket sagt nicht, von wann es ist."))
    return at


def _kept(actor_key: str, sender: TrustedCity, package: dict[str, Any], signed: dict[str, Any], data: bytes) -> Incoming:
    version, known = package["version"], Incoming.objects.filter(city=sender, number=package["number"])
    digest = parcel.digest(signed)
    newest = known.select_for_update().order_by("-version").first()
    if newest is not None:
        if (same := known.filter(version=version).first()) is not None:
            if same.digest == digest:
                raise Refused(_("Dieses Paket ist schon da."))
            raise Refused(_("Von dieser Fassung gibt es schon ein anderes Paket. Fragen Sie bei %s nach.") % sender.title)
        if version < newest.version:
            raise Refused(_("Das ist eine ältere Fassung. Wir haben schon Fassung %s.") % newest.version)
    row = Incoming.objects.create(
        city=sender, number=package["number"], version=version, kind=package["kind"], title=package["title"], package=package,
        sealed=data, digest=digest,
    )  # fmt: skip
    record("exchange.received", subject=str(row), actor=actor_key, data={"kind": row.kind, "version": version})
    return row


def decline(actor: Actor, pk: int) -> Incoming:
    """Not for us. Diary: `exchange.declined`."""
    with transaction.atomic():
        row = _open(actor, pk)
        _settle(actor, row, State.DECLINED)
        record("exchange.declined", subject=str(row), actor=actor.key)
        return row


def _open(actor: Actor, pk: int) -> Incoming:
    at_desk(actor)
    row = Incoming.objects.select_for_update(of=("self",)).select_related("city").get(pk=pk)
    if row.state != State.NEW:
        raise Refused(_("Darüber ist schon entschieden. Laden Sie die Seite neu."))
    return row


def _settle(actor: Actor, row: Incoming, state: State) -> None:
    row.state, row.settled_at, row.settled_by = state, timezone.now(), actor.staff
    row.save(update_fields=["state", "settled_at", "settled_by", "process", "contribution"])


def adopt(actor: Actor, pk: int, process: Process | None = None) -> Incoming:
    """A template becomes a draft of ours, an idea a contribution of `process`, a dataset is shown.

    Diary: `exchange.adopted`."""
    with transaction.atomic():
        row = _open(actor, pk)
        if not row.city.believed:
            raise Refused(_("Der Schlüssel dieser Stadt ist gesperrt. Das Paket wird nicht angenommen."))
        newer = Incoming.objects.filter(city=row.city, number=row.number, version__gt=row.version)
        if newer.exists():
            raise Refused(_("Es gibt schon eine neuere Fassung. Übernehmen Sie diese."))
        if row.kind == "template":
            row.process = _as_process(actor, row.package["content"])
        elif row.kind == "idea":
            if process is None:
                raise Refused(_("Wählen Sie das Verfahren, in dem die Idee stehen soll."), "process")
            row.contribution = _as_idea(actor, row, process)
        _settle(actor, row, State.ADOPTED)
        record("exchange.adopted", subject=str(row), actor=actor.key, data={"kind": row.kind, "version": row.version})
        return row


def _as_process(actor: Actor, told: dict[str, Any]) -> Process:
    made = create_process(actor, told["process_kind"], told["title"])
    made.summary, made.text = told["summary"], told["text"]
    made.settings = template(made.kind).clean(told["settings"])[0]
    made.save(update_fields=["summary", "text", "settings"])
    first = Phase.objects.filter(process=made).order_by("starts_at").first()
    start = first.starts_at if first else timezone.now()
    Phase.objects.filter(process=made).delete()
    for number, plan in enumerate(told["phases"], 1):
        end = start + timedelta(days=plan["days"])
        Phase.objects.create(
            process=made, key=f"phase-{number}", title=plan["title"], text=plan["text"], starts_at=start, ends_at=end,
            allows=plan["allows"], who=checked_rule(plan["who"]),
        )  # fmt: skip
        start = end
    if told["categories"]:
        set_categories(actor, made, told["categories"])
    return made


def _as_idea(actor: Actor, row: Incoming, process: Process) -> Contribution:
    owned(actor, process)
    kind = template(process.kind).contribution
    if kind not in (Contribution.Kind.IDEA, Contribution.Kind.PROPOSAL) or process.state != Process.State.PUBLISHED:
        raise Refused(
            _("In diesem Verfahren kann keine Idee stehen. Wählen Sie eines, das läuft und Ideen sammelt."), "process"
        )
    told = row.package["content"]
    made = _row(row, process, kind, told["title"], told["text"], told["cost_cents"])
    made.category = next((one for one in process.categories.all() if one.title == told["category"]), None)
    store_new(made)
    for one in told["results"]:
        result = _row(row, process, Contribution.Kind.RESULT, one["title"], one["text"], one["cost_cents"])
        store_new(result)
        steps = [(step["title"], _date(step["due"]), _date(step["done"])) for step in one["steps"]]
        Milestone.objects.bulk_create(
            Milestone(contribution=result, title=title, due_date=due, done_date=done) for title, due, done in steps
        )
        Link.objects.create(source=made, target=result, kind=Link.Kind.ADOPTED_FROM)
    data = {"process": process.pk, "kind": made.kind}
    record("contribution.published", subject=str(made), actor=actor.key, data=data)
    return made


def _row(row: Incoming, process: Process, kind: str, title: str, text: str, cents: int | None) -> Contribution:
    now, origin = timezone.now(), row.origin
    told: Any = origin["city"]
    return Contribution(
        process=process, kind=kind, state=Contribution.State.PUBLISHED, title=title, text=text, cost_cents=cents,
        author_shown=tidy(told["name"], 120), reference=free_reference(), submitted_at=now, published_at=now, checked_at=now,
        origin={
            "city": told["name"], "city_id": told["id"], "number": origin["number"], "licence": row.package["licence"],
            "attribution": row.package["attribution"], "incoming": row.pk,
            "chain": [one["city"]["name"] for one in row.package["chain"]] + [row.package["city"]["name"]],
        },
    )  # fmt: skip


def _date(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
