"""What somebody posts: every field checked, everything wrong named at once, then handed to the actions."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.signing import BadSignature, Signer
from django.utils.datastructures import MultiValueDict

from stadtkern.kernel.geo import queries as geo
from stadtkern.lib.earth import readable
from stadtkern.lib.georeport import moments
from stadtkern.lib.georeport.shapes import Attribute, number_of

from ..models import Report
from ..reports.categories import Kind, plan
from .configuration import Jurisdiction
from .faults import Faulty

DESCRIPTION = 4000
_ATTRIBUTE = re.compile(r"attribute\[([^\]]{1,60})\](\[\])?\Z")
_MARKUP = re.compile(r"<\s*/?\s*[a-zA-Z!][^>]*>")
_SIGNER = Signer(salt="participation.open311.token")


def token_of(report: Report) -> str:
    """Instead of a number, until somebody has looked; says nothing and cannot be guessed."""
    return _SIGNER.sign(str(report.pk)).replace(":", "-", 1)


def behind(token: str) -> int | None:
    """The report a token stands for."""
    number, _dash, proof = token.partition("-")
    try:
        pk = _SIGNER.unsign(f"{number}:{proof}")
    except BadSignature:
        return None
    return int(pk) if pk.isdigit() and len(pk) < 18 else None


def values_of(post: "MultiValueDict[str, str]", area: Jurisdiction) -> tuple[Kind, dict[str, Any]]:
    """Category and what the action wants. Raises Faulty with everything that is wrong."""
    told = {name: _plain(post.get(name)) for name in post}
    code = told.get("service_code", "")
    kind = plan().kinds.get(code) if code else None
    if code and (kind is None or kind.hidden):
        raise Faulty(404, f"service_code {code[:100]} was not found")
    wrong = [] if code else ["service_code was not provided"]
    place = _place(told, wrong)
    if len(told.get("description", "")) > DESCRIPTION:
        wrong.append(f"description has more than {DESCRIPTION} characters")
    answers, lines = _attributes(kind, post, wrong) if kind else ({}, [])
    if wrong or kind is None:
        raise Faulty(400, *wrong)
    _inside(place, area)
    name = " ".join(part for part in (told.get("first_name", ""), told.get("last_name", "")) if part)
    contact = {"name": name, "email": told.get("email", ""), "phone": told.get("phone", "")}
    return kind, {
        "category": kind.key, "text": without_markup(told.get("description", "")), **place, "contact": contact,
        "attributes": answers, "lines": lines, "look": kind.receipt != "realtime",
    }  # fmt: skip


def without_markup(text: str) -> str:
    """The standard allows none; "a < b" is text and stays."""
    return _MARKUP.sub("", text)


def _plain(value: object) -> str:
    return str(value or "").replace("\x00", "").encode("utf-8", "ignore").decode().replace("\r\n", "\n").strip()


def _place(told: Mapping[str, str], wrong: list[str]) -> dict[str, Any]:
    lat, long = told.get("lat", ""), told.get("long", told.get("lon", ""))
    address = told.get("address_string", "") or told.get("address", "") or told.get("address_id", "")
    if lat or long:
        if not (lat and long):
            wrong.append("lat and long must be provided together")
        elif readable(lat, long) is None:
            wrong.append("lat and long must be numbers in degrees (WGS 84)")
    elif not address:
        wrong.append("a location was not provided: lat and long, address_string, or address_id")
    elif not geo.find_address(address, 1):
        wrong.append("the address was not found; provide street and number, or lat and long")
    return {"lat": lat or None, "long": long or None, "address": address[:200]}


def _inside(place: Mapping[str, Any], area: Jurisdiction) -> None:
    if not area.districts:
        return
    point = readable(place["lat"], place["long"]) or geo.find_address(place["address"], 1)[0].point
    there = geo.district_of(*point)
    if there is None or there.key not in area.districts:
        raise Faulty(400, f"the location is not in the jurisdiction {area.id}")


def _attributes(kind: Kind, post: "MultiValueDict[str, str]", wrong: list[str]) -> tuple[dict[str, Any], list[str]]:
    given: dict[str, list[str]] = {}
    for name in post:
        if found := _ATTRIBUTE.match(name):
            given.setdefault(found[1], []).extend(text for text in map(_plain, post.getlist(name)) if text)
    return answered(kind, given, wrong)


def answered(
    kind: Kind, given: Mapping[str, Sequence[str]], wrong: list[str], *, ours: bool = False
) -> tuple[dict[str, Any], list[str]]:
    """Answers by code, and as lines for the office; `wrong` grows by what does not fit. `ours`: our own page asks, and there
    nobody has to know an answer."""
    answers: dict[str, Any] = {}
    lines = []
    for one in kind.attributes:
        values = list(given.get(one.code, []))
        if one.variable and one.required and not values and not ours:
            wrong.append(f"attribute[{one.code}] is required: {one.description}")
        elif one.variable and values and not _fault(one, values, wrong):
            answers[one.code] = values if one.datatype == "multivaluelist" else values[0]
            names = dict(one.values)
            lines.append(f"{one.description}: {', '.join(names.get(value, value) for value in values)}")
    return answers, lines


def _fault(one: Attribute, values: Sequence[str], wrong: list[str]) -> bool:
    said = ""
    if one.datatype != "multivaluelist" and len(values) > 1:
        said = "takes one value"
    elif one.values and [value for value in values if value not in dict(one.values)]:
        said = "must be one of " + ", ".join(key for key, _name in one.values)
    elif one.datatype == "number" and number_of(values[0]) is None:
        said = "must be a number"
    elif one.datatype == "datetime" and moments.read(values[0]) is None:
        said = "must be a date in ISO 8601"
    elif max(map(len, values)) > 1000 or len(values) > 100:
        said = "is too long"
    if said:
        wrong.append(f"attribute[{one.code}] {said}")
    return bool(said)
