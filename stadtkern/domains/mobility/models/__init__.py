"""Tables of mobility; each part has a file of its own."""

from .alerts import Alert, AlertQuerySet, SavedPlace, Told, Watch
from .feeds import Feed, FeedQuerySet, FeedVersion
from .inspections import InspectionBatch, InspectionCount, InspectionFinding, InspectionSeen
from .measured import FlowDay, LineDay, SectionDay, SharingHour, TripSeen
from .plates import LIVE, Plate, PlateQuerySet
from .sharing import UNSETTLED, Ride, RideQuerySet
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
    "UNSETTLED",
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
    "FlowDay",
    "Forecast",
    "Incident",
    "IncidentQuerySet",
    "InspectionBatch",
    "InspectionCount",
    "InspectionFinding",
    "InspectionSeen",
    "LineDay",
    "Order",
    "Plate",
    "PlateQuerySet",
    "Ride",
    "RideQuerySet",
    "SavedPlace",
    "Scenario",
    "SectionDay",
    "SharingHour",
    "SignalPlan",
    "SignalStudy",
    "Subscription",
    "Ticket",
    "TicketCopy",
    "TicketTransfer",
    "Told",
    "TripSeen",
    "Watch",
    "Work",
]
