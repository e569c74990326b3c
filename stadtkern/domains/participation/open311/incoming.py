"""Posts of other systems: who sends it (key, brake), what is sent, pictures; then the action."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from stadtkern.kernel.accounts import throttle
from stadtkern.lib.georeport import moments

from ..actions import partners
from ..models import Report, SenderKey
from . import asking, media, sending
from .configuration import chosen
from .faults import Faulty

HOUR = 3600
DOOR = "participation.open311.key"
MOST_WRONG = 30


def sender(request: HttpRequest, *, updates: bool = False) -> SenderKey:
    """The key behind api_key (field, address, or header); guessing is braked, sending too much as well."""
    if throttle.misses(request, DOOR) > MOST_WRONG:
        raise Faulty(429, "too many wrong keys from here; wait a minute", retry=60)
    secret = request.POST.get("api_key") or request.GET.get("api_key") or request.headers.get("X-Api-Key") or ""
    if not secret:
        raise Faulty(403, "api_key was not provided")
    key = partners.key_of(secret)
    if key is None:
        throttle.miss(request, DOOR)
        raise Faulty(403, "api_key is not valid")
    if updates and not key.updates:
        raise Faulty(403, "this api_key may not send updates")
    if throttle.count(f"{DOOR}:{key.pk}", HOUR) > (key.per_hour or chosen().per_hour):
        raise Faulty(429, "too many requests with this api_key in an hour", retry=HOUR)
    return key


def request(request: HttpRequest) -> list[dict[str, Any]]:
    """POST requests: one row with the number, a token, or neither."""
    key = sender(request)
    area = asking.jurisdiction(asking.asked(request.POST) | _of_address(request))
    kind, values = sending.values_of(request.POST, area)
    photos, notices = _pictures(request)
    once = request.headers.get("Idempotency-Key", "")[:100]
    made = partners.receive(key, values, photos, once)
    return [_receipt(made, kind.receipt, [*notices, *_said(made, bool(values["text"] or photos))])]


def _of_address(request: HttpRequest) -> dict[str, str]:
    return {name: value for name, value in asking.asked(request.GET).items() if name == "jurisdiction_id"}


def _receipt(made: Report, kind: str, notices: list[str]) -> dict[str, Any]:
    row: dict[str, Any] = {}
    if kind == "realtime":
        row["service_request_id"] = made.contribution.reference
    elif kind == "batch":
        row["token"] = sending.token_of(made)
    return row | {"service_notice": " ".join(notices) or None, "account_id": None}


def _said(made: Report, something: bool) -> list[str]:
    return ["Text und Bilder erscheinen, sobald jemand sie angesehen hat."] if something and not made.shown else []


def _pictures(request: HttpRequest) -> tuple[list[bytes], list[str]]:
    """Files win over an address; an address is only followed to hosts the operator names."""
    files = [one for name in ("media", "media[]", "media_url") for one in request.FILES.getlist(name)]
    address = request.POST.get("media_url", "").strip()
    if files:
        if len(files) > partners.MOST_PICTURES:
            raise Faulty(400, f"at most {partners.MOST_PICTURES} files")
        read = [one.read(media.MOST_BYTES + 1) for one in files]
        if any(len(one) > media.MOST_BYTES for one in read):
            raise Faulty(400, "a file is larger than 15 MB")
        return [one for one in read if one], []
    if not address:
        return [], []
    if not media.may_fetch(address):
        return [], ["Das Bild unter media_url haben wir nicht geholt. Senden Sie es als Datei im Feld media."]
    found = media.fetch(address)
    return ([found], []) if found else ([], ["Das Bild unter media_url war nicht zu bekommen."])


def update(request: HttpRequest) -> list[dict[str, Any]]:
    """POST servicerequestupdates, as FixMyStreet does."""
    key = sender(request, updates=True)
    told = asking.asked(request.POST)
    area = asking.jurisdiction(told | _of_address(request))
    wrong = [f"{name} was not provided" for name in ("service_request_id",) if name not in told]
    if not told.get("description") and not told.get("status"):
        wrong.append("description or status must be provided")
    if len(told.get("description", "")) > sending.DESCRIPTION:
        wrong.append(f"description has more than {sending.DESCRIPTION} characters")
    if "updated_datetime" in told and moments.read(told["updated_datetime"], timezone.get_default_timezone()) is None:
        wrong.append("updated_datetime is no date in ISO 8601")
    if wrong:
        raise Faulty(400, *wrong)
    reference = told["service_request_id"].upper()[:20]
    if not asking.public(area).filter(contribution__reference=reference).exists():
        raise Faulty(404, f"service_request_id {reference} was not found")
    step = partners.receive_update(key, reference, told | {"description": sending.without_markup(told.get("description", ""))})
    return [{"update_id": str(step.pk), "service_request_id": reference, "account_id": None}]
