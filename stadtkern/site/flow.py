"""The demo's traffic: ten weeks of invented counts on streets of the town, and what is expected of the next days."""

import random
from datetime import datetime, timedelta

from django.utils import timezone

from stadtkern.domains.mobility.actions import counts, flows, incidents
from stadtkern.domains.mobility.models import Detector
from stadtkern.domains.mobility.traffic import OFFICE
from stadtkern.domains.mobility.traffic.series import calendar
from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Staff, Trust
from stadtkern.kernel.geo import queries as geo
from stadtkern.lib.traffic.reading import Read

WEEKS = 10
PLACES = [  # street, house, vehicles in the busiest hour
    ("Königsallee", 20, 620), ("Bahnhofstraße", 12, 540), ("Lindenstraße", 30, 480), ("Brückenstraße", 8, 510),
    ("Marktstraße", 6, 350), ("Nordring", 40, 460), ("Südring", 25, 430), ("Äußere Brücker Straße", 18, 390),
]  # fmt: skip
OTHERS = [  # street, house, kind, people in the busiest hour: beside the cars of the same street
    ("Königsallee", 20, "Rad", 210), ("Marktstraße", 6, "Rad", 160), ("Marktstraße", 6, "Fuß", 420),
    ("Brückenstraße", 8, "Rad", 120), ("Marktstraße", 6, "Einsteiger", 180),
]  # fmt: skip
TITLES = {"Rad": "Radweg", "Fuß": "Gehweg", "Einsteiger": "Einstiege, Haltestelle"}
INCIDENTS = [  # days from today, length, what, where
    (-12, 40, "WORKS", "Fernwärme wird erneuert", "Lindenstraße", "Eine Spur ist frei, eine Ampel regelt den Verkehr.", False),
    (-3, 17, "WORKS", "Kanalbau", "Färbergasse", "Umleitung über die Marktstraße.", True),
    (0, 1, "DAMAGE", "Ampel ausgefallen", "Bahnhofstraße 2", "Bitte langsam fahren; rechts vor links.", False),
]
WORKDAY = (6, 4, 3, 3, 6, 20, 55, 100, 92, 68, 62, 64, 68, 70, 72, 80, 94, 96, 76, 54, 38, 28, 20, 12)
SATURDAY = (14, 9, 6, 5, 5, 9, 18, 30, 48, 66, 78, 80, 76, 70, 66, 62, 58, 54, 46, 38, 32, 28, 26, 22)
SUNDAY = (18, 12, 8, 6, 5, 6, 9, 13, 20, 32, 44, 50, 52, 54, 56, 56, 52, 48, 42, 34, 26, 20, 14, 9)


def play() -> int:
    """Counts where there are none yet; returns how many detectors there are."""
    if Detector.objects.exists():
        return Detector.objects.count()
    now = timezone.localtime()
    told = _told(now)
    counts.take(told)
    counts.check(now.date())
    counts.expect(now.date())
    flows.estimate(now.date() - timedelta(days=1), 28)
    _incidents(now)
    return Detector.objects.count()


def _told(now: datetime) -> Read:
    rng, days, told = random.Random(7), calendar(), Read()  # noqa: S311  the same town every time
    for street, number, kind, most in [*((*place[:2], "", place[2]) for place in PLACES), *OTHERS]:
        if not (found := geo.find_address(f"{street} {number}", 1)):
            continue
        lat, long = found[0].point
        key = f"MS-{len(told.detectors) + 1:02d}"
        title = f"{TITLES[kind]} {street}" if kind else f"{street} {number}"
        told.detectors[key] = {"title": title, "street": street, "kind": kind, "lat": str(lat), "long": str(long)}
        for back in range(7 * WEEKS, -1, -1):
            day = now.date() - timedelta(days=back)
            sort = days.kind(day)
            shape = SUNDAY if sort == 6 else SATURDAY if sort == 5 else WORKDAY
            level = rng.gauss(1, 0.05) * (0.88 if days.is_vacation(day) else 1)
            hours = range(24 if back else now.hour)
            flow = [max(0, round(most * level * shape[hour] / 100 * rng.gauss(1, 0.06))) for hour in hours]
            told.rows += [(key, day, hour, flow[hour]) for hour in hours]
    return told


def _incidents(now: datetime) -> None:
    clerk = Staff.objects.select_related("account", "office").filter(office__key=OFFICE, role="CLERK").first()
    if clerk is None:
        return
    actor = Actor(account=clerk.account, staff=clerk, trust=Trust.BASIC)
    for days, length, kind, title, street, text, closed in INCIDENTS:
        begins = now.date() + timedelta(days=days)
        values = {"kind": kind, "title": title, "street": street, "text": text, "closed": closed}
        values |= {"begins": begins, "ends": begins + timedelta(days=length)}
        incidents.enter(actor, values)
