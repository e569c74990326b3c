"""Tables of mobility; each part has a file of its own."""

from .alerts import Alert, AlertQuerySet, SavedPlace, Told, Watch
from .feeds import Feed, FeedQuerySet, FeedVersion
from .inspections import InspectionBatch, InspectionCount, InspectionFinding, InspectionSeen
from .plates import LIVE, Plate, PlateQuerySet
from .sharing import Ride, RideQuerySet
from .tickets import (
    FareCredit,
    FareRight,
    Order,
    Subscription,
    Ticket,
    TicketCopy,
    TicketTransfer,
)
from .traffic import (
    Count,
    CountImport,
    Detector,
    Forecast,
    Incident,
    IncidentQuerySet,
    Scenario,
    SignalPlan,
    SignalStudy,
    Work,
)

__all__ = [
    "LIVE",
    "Alert",
    "AlertQuerySet",
    "Count",
    "CountImport",
    "Detector",
    "FareCredit",
    "FareRight",
    "Feed",
    "FeedQuerySet",
    "FeedVersion",
    "Forecast",
    "Incident",
    "IncidentQuerySet",
    "InspectionBatch",
    "InspectionCount",
    "InspectionFinding",
    "InspectionSeen",
    "Order",
    "Plate",
    "PlateQuerySet",
    "Ride",
    "RideQuerySet",
    "SavedPlace",
    "Scenario",
    "SignalPlan",
    "SignalStudy",
    "Subscription",
    "Ticket",
    "TicketCopy",
    "TicketTransfer",
    "Told",
    "Watch",
    "Work",
]
