"""Services for other programs: how properties are named here, which schema it is, where its JSON Schema stands."""

from typing import Any

from django.conf import settings

from stadtkern.kernel.city.profile import city
from stadtkern.lib.forms.export.schema import to_schema
from stadtkern.lib.forms.export.tree import Keys
from stadtkern.lib.forms.export.xml import Origin

from . import catalogue
from .models import Edition
from .service import Service


def keys() -> Keys:
    """The city's style: `[fim] keys = "id"` (as the FIM portal has it, default) or "versioned" in city.toml."""
    said = city().raw.get("fim", {}).get("keys", Keys.ID.value)
    return Keys(said) if said in list(Keys) else Keys.ID


def origin(service: Service) -> Origin:
    """Which form the data belong to: the schema of FIM it was made from, else the service itself."""
    schema, version = service.origin.get("schema", ""), service.origin.get("version", "")
    return Origin(schema, version) if schema and version else Origin(service.key)


def address(service: Service, style: Keys) -> str:
    """Where this very JSON Schema stands and stays: a new edition of the service has another address."""
    house = settings.BASE_URL.rstrip("/")
    return f"{house}/api/v1/services/{service.key}/schema.json?edition={service.digest}&style={style.value}"


def as_published(key: str, edition: str = "") -> Service:
    """The service as offered today, or in the edition with this digest; raises UnknownService."""
    try:
        service = catalogue.find(key)
        if edition in ("", service.digest):
            return service
    except catalogue.UnknownService:  # retired or broken today; what was published stays
        if not edition:
            raise
    row = Edition.objects.only("pk", "service", "digest").filter(service=key, digest=edition).first()
    if row is None:
        raise catalogue.UnknownService(key)
    return catalogue.from_edition(row)


def json_schema(service: Service, style: Keys | None = None) -> dict[str, Any]:
    """The JSON Schema of its data."""
    chosen = style or keys()
    return to_schema(service.form, chosen, address(service, chosen))
