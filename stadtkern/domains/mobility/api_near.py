"""What stands near a point, for programs: vehicles to share with their price, garages, charging points. Without a key."""

from typing import Annotated, Literal

from django.http import HttpRequest
from ninja import Query, Router, Schema
from ninja.decorators import decorate_view
from ninja.errors import Throttled

from .api_examples import SPOT, VEHICLE, answers
from .sharing import offers
from .trips.brake import WINDOW, too_many
from .trips.doors import shared

router = Router(tags=["mobility"])
Lat = Annotated[float, Query(ge=-90, le=90, examples=[51.9606])]
Long = Annotated[float, Query(ge=-180, le=180, examples=[8.0331])]


class VehicleOut(Schema):
    """One vehicle, or the vehicles of a station (`many`); `price` as the operator says it, "" where it says nothing."""

    system: str
    provider: str
    vehicle: str  # the operator's number, "station:…" for any vehicle there
    kind: str  # bike, scooter, moped, car, other
    title: str
    place: str
    lat: float
    long: float
    many: int
    range_km: int | None
    metres: int
    bookable: bool  # can be reserved in the account
    price: str


class SpotOut(Schema):
    """A garage or a place to charge; `free` None: nobody counts there. `source` says whose number it is."""

    title: str
    text: str
    lat: float
    long: float
    metres: int
    capacity: int | None
    free: int | None
    source: str


def _brake(request: HttpRequest) -> None:
    if too_many(request, "api"):
        raise Throttled(int(WINDOW))


@router.get("/vehicles", response=list[VehicleOut], auth=None, url_name="mobility_vehicles", openapi_extra=answers([VEHICLE]))
@decorate_view(shared(20))
def vehicles(
    request: HttpRequest, lat: Lat, long: Long, kind: Literal["", "bike", "scooter", "moped", "car", "other"] = ""
) -> list[offers.Offer]:
    """The 60 nearest within 3 km."""
    _brake(request)
    return offers.near((lat, long), kind)


@router.get("/parking", response=list[SpotOut], auth=None, url_name="mobility_parking", openapi_extra=answers([SPOT]))
@decorate_view(shared(60))
def parking(request: HttpRequest, lat: Lat, long: Long) -> list[offers.Spot]:
    """Garages and lots, the nearest first."""
    _brake(request)
    return offers.parking((lat, long))


@router.get("/charging", response=list[SpotOut], auth=None, url_name="mobility_charging", openapi_extra=answers([SPOT]))
@decorate_view(shared(60))
def charging(request: HttpRequest, lat: Lat, long: Long) -> list[offers.Spot]:
    """Charging points, the nearest first."""
    _brake(request)
    return offers.charging((lat, long))
