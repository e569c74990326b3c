"""The demo's reports: a clerk's morning, told through the real actions with a moved clock and small drawings as photos."""

import io
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw

from stadtkern.domains.participation.actions import reports, reports_desk
from stadtkern.domains.participation.models import Contractor, Report
from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import DESK_ROLES, Account, Staff, Trust
from stadtkern.kernel.city.profile import city
from stadtkern.site.rehearsal import at_once, days_ago

SIZE = (640, 480)


def play() -> int:
    """The reports of `seed/reports.toml`, where there are none yet; returns how many there are."""
    file = Path(city().folder) / "seed" / "reports.toml"
    if Report.objects.exists() or not file.is_file():
        return Report.objects.count()
    own = Path(city().folder) / "participation" / "reports.toml"
    firms = tomllib.loads(own.read_text(encoding="utf-8")).get("contractors", []) if own.is_file() else []
    reports_desk.enter_contractors(firms)
    told = tomllib.loads(file.read_text(encoding="utf-8"))["reports"]
    with at_once():
        for number, one in enumerate(sorted(told, key=lambda each: -each["days"])):
            _tell(number, one)
    return Report.objects.count()


def _tell(number: int, one: Mapping[str, Any]) -> None:
    with days_ago(one["days"]):
        values = {"category": one["category"], "address": one["address"], "text": one["text"]}
        photo = drawing(one["category"], number) if one.get("photo") else None
        made = reports.report(_who(one["by"]), values, photo=photo, key=f"seed-{number}")
    clerk = _clerk(made)
    if clerk is None:
        return
    if one["days"] > 2 and not made.shown:
        with days_ago(one["days"]):
            reports_desk.check(clerk, made)
    for days, state, text in one.get("then", ()):
        with days_ago(days):
            reports_desk.assign(clerk, made, clerk.staff.pk if clerk.staff else None)
            reports.set_state(clerk, made, state, text)
    if firm := Contractor.objects.filter(key=one.get("order", "")).first():
        with days_ago(max(0, one["days"] - 1)):
            reports_desk.order(clerk, made, firm, "Bitte instand setzen und ein Foto schicken.")
        if back := one.get("back"):
            with days_ago(max(0, one["days"] - 9)):
                reports_desk.report_back(firm, made, back, drawing(one["category"], number, mended=True))


def _who(by: str | int) -> Actor:
    if by == "":
        return Actor()
    account = Account.objects.filter(email=f"stimme{by}@demo.musterstadt.example").first()
    return Actor(account, trust=Trust.BASIC) if account else Actor()


def _clerk(made: Report) -> Actor | None:
    """Somebody of the office in charge; reports of an office without demo clerks wait."""
    staff = Staff.objects.select_related("account").filter(office=made.office_id, role__in=DESK_ROLES).order_by("pk").first()
    return Actor(staff.account, staff, None, Trust.BASIC) if staff else None


def drawing(category: str, number: int, *, mended: bool = False) -> bytes:
    """A small picture that says what it is: "Beispielbild"."""
    image = Image.new("RGB", SIZE, (196, 212, 222))
    pen = ImageDraw.Draw(image)
    shade = 90 + number * 7 % 40
    pen.rectangle((0, 250, *SIZE), fill=(shade, shade, shade + 6))
    pen.rectangle((0, 235, SIZE[0], 262), fill=(170, 164, 150))
    x, y = 200 + number * 37 % 200, 330
    if category in ("laterne", "ampel", "schild"):
        pen.rectangle((x, 80, x + 14, 300), fill=(60, 66, 72))
        pen.ellipse((x - 24, 46, x + 40, 98), fill=(255, 226, 120) if mended else (72, 74, 80))
    elif category in ("baum", "gruenanlage", "spielplatz"):
        pen.rectangle((x, 150, x + 26, 300), fill=(108, 74, 46))
        pen.ellipse((x - 70, 50, x + 96, 190), fill=(70, 122, 62))
        if not mended:
            pen.line((x + 20, 170, x + 150, 260), fill=(108, 74, 46), width=14)
    elif category in ("muell", "papierkorb", "container", "verschmutzung", "graffiti"):
        for step in range(0 if mended else 4):
            colour = ((44, 44, 52), (150, 60, 52), (212, 212, 220), (52, 84, 132))[step]
            pen.rounded_rectangle((x + step * 52, y - 70 + step * 11, x + step * 52 + 62, y), 14, fill=colour)
    elif not mended:
        pen.ellipse((x - 60, y, x + 120, y + 74), fill=(34, 32, 32), outline=(142, 136, 126), width=6)
    pen.text((14, SIZE[1] - 30), "Beispielbild (gezeichnet)", fill=(255, 255, 255), font_size=20)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=82)
    return out.getvalue()
