"""Who may use a way of OpenStreetMap, and how fast: tags -> metres per second in both directions, for every profile."""

from __future__ import annotations

from collections.abc import Mapping

from .graph import LIFT, PUSHED, ROUGH, STEPS

Tags = Mapping[str, str]
Speeds = tuple[tuple[float, float], ...]  # profile x (forward, backward); 0 = forbidden

NO = {"no", "private", "agricultural", "forestry", "military", "emergency", "restricted"}
ONLY_GUESTS = {"destination", "customers", "delivery", "permit", "residents"}
ON_FOOT, ON_WHEELS, PUSHING = 4.8 / 3.6, 3.6 / 3.6, 4.0 / 3.6
STAIRS_UP, STAIRS_DOWN = 0.5, 0.65  # metres of the map per second
LIFT_SPEED = 0.15  # the few metres of a lift's way stand for waiting and riding
GUEST = 10 / 3.6  # by car in streets for residents only: slow, so that nobody is sent through them

FOOT_WAYS = {"footway", "pedestrian", "path", "steps", "corridor", "elevator", "platform", "bridleway", "track", "cycleway"}
ROADS = {  # km/h of a car under way in a town, signals and junctions included; of a bike
    "motorway": (95, 0), "motorway_link": (55, 0), "trunk": (60, 0), "trunk_link": (45, 0), "primary": (33, 15),
    "primary_link": (30, 15),
    "secondary": (31, 15), "secondary_link": (28, 15), "tertiary": (28, 15), "tertiary_link": (26, 15),
    "unclassified": (25, 15), "residential": (21, 15), "living_street": (9, 11), "service": (12, 13), "road": (20, 14),
}  # fmt: skip
PATHS_BY_BIKE = {"cycleway": 16, "path": 11, "track": 11}  # km/h; others only where a sign allows it
BAD = {
    "sand",
    "gravel",
    "mud",
    "grass",
    "earth",
    "ground",
    "dirt",
    "unhewn_cobblestone",
    "cobblestone",
    "pebblestone",
    "woodchips",
}
JOLTING = {"sett", "fine_gravel", "compacted", "unpaved", "grass_paver", "wood"}
SMOOTH_ENOUGH = {"excellent", "good", "intermediate"}
SCOOTER = 1.1  # of a bike's speed


def passable(tags: Tags) -> bool:
    """Whether anybody moves here at all."""
    highway = tags.get("highway", "")
    if highway in ROADS or highway in FOOT_WAYS:
        return tags.get("area") != "yes" or highway in FOOT_WAYS
    return tags.get("public_transport") == "platform" or tags.get("railway") == "platform"


def _allowed(tags: Tags, keys: tuple[str, ...], usual: bool) -> bool:
    """The most exact tag decides."""
    for key in keys:
        value = tags.get(key)
        if value is not None:
            return value not in NO and value != "use_sidepath"
    return usual


def _number(text: str) -> float | None:
    try:
        return float(text.strip().rstrip("%°").replace(",", ".").split()[0])
    except (ValueError, IndexError):
        return None


def walking(tags: Tags) -> tuple[float, float]:
    highway = tags.get("highway", "platform")
    usual = highway in FOOT_WAYS or (highway in ROADS and not highway.startswith(("motorway", "trunk")))
    if tags.get("motorroad") == "yes" and "foot" not in tags:
        usual = False
    if not _allowed(tags, ("foot", "access"), usual):
        return 0.0, 0.0
    if highway == "elevator":
        return LIFT_SPEED, LIFT_SPEED
    if highway == "steps":
        return _stairs(tags)
    return _one_way_on_foot(tags, ON_FOOT)


def _one_way_on_foot(tags: Tags, speed: float) -> tuple[float, float]:
    if tags.get("oneway:foot") in {"yes", "1"} or tags.get("foot:backward") == "no":
        return speed, 0.0
    if tags.get("oneway:foot") == "-1" or tags.get("foot:forward") == "no":
        return 0.0, speed
    return speed, speed


def _stairs(tags: Tags) -> tuple[float, float]:
    """Slower up than down; escalators run one way."""
    conveying = tags.get("conveying", "no")
    if conveying in {"forward", "backward", "reversible", "yes"}:
        both = STAIRS_DOWN, STAIRS_DOWN
        return (both[0], 0.0) if conveying == "forward" else (0.0, both[1]) if conveying == "backward" else both
    incline = tags.get("incline", "")
    if incline == "down" or incline.startswith("-"):
        return STAIRS_DOWN, STAIRS_UP
    return (STAIRS_UP, STAIRS_DOWN) if incline else (STAIRS_UP, STAIRS_UP)


def rolling(tags: Tags) -> tuple[float, float]:
    """In a wheelchair: no stairs, no deep ground, at most six percent, unless a tag says it is fine."""
    said = tags.get("wheelchair", "")
    if said == "no" or walking(tags) == (0.0, 0.0):
        return 0.0, 0.0
    if tags.get("highway") == "elevator":
        return LIFT_SPEED, LIFT_SPEED
    if tags.get("highway") == "steps" and tags.get("ramp:wheelchair") != "yes" and said not in {"yes", "designated"}:
        return 0.0, 0.0
    if said not in {"yes", "designated"} and _too_hard(tags):
        return 0.0, 0.0
    slow = tags.get("surface") in JOLTING or said == "limited"
    return _one_way_on_foot(tags, ON_WHEELS * (0.6 if slow else 1.0))


def _too_hard(tags: Tags) -> bool:
    incline, width = _number(tags.get("incline", "")), _number(tags.get("width", ""))
    smooth = tags.get("smoothness")
    return (
        tags.get("surface") in BAD
        or (smooth is not None and smooth not in SMOOTH_ENOUGH)
        or (incline is not None and abs(incline) > 6)
        or (width is not None and 0 < width < 0.9)
        or tags.get("tracktype") in {"grade3", "grade4", "grade5"}
        or "sac_scale" in tags
    )


def _directions(tags: Tags, own: str) -> tuple[bool, bool]:
    """Whether one may go forward and backward; `own` is the vehicle's exemption (oneway:bicycle)."""
    value = tags.get(own) or tags.get("oneway", "")
    if not value and (tags.get("junction") in {"roundabout", "circular"} or tags.get("highway", "").startswith("motorway")):
        value = "yes"
    if value in {"yes", "true", "1"}:
        return True, False
    return (False, True) if value in {"-1", "reverse"} else (True, True)


def cycling(tags: Tags, faster: float = 1.0) -> tuple[tuple[float, float], bool]:
    """The speeds, and whether part of it is pushed: where riding is forbidden but walking is not."""
    highway = tags.get("highway", "platform")
    kmh: float = PATHS_BY_BIKE.get(highway) or ROADS.get(highway, (0, 0))[1]
    signed = tags.get("bicycle") in {"yes", "designated", "permissive", "official"}
    if signed and highway != "steps":
        kmh = kmh or 12
    rides = (bool(kmh) and tags.get("bicycle") != "dismount" and tags.get("motorroad") != "yes") or signed
    if tags.get("surface") in BAD | {"sett"}:
        kmh *= 0.7
    speed = kmh / 3.6 * faster if rides and _allowed(tags, ("bicycle", "vehicle", "access"), True) and kmh else 0.0
    forward, backward = _directions(tags, "oneway:bicycle")
    opposite = any(tags.get(key, "").startswith("opposite") for key in ("cycleway", "cycleway:left", "cycleway:right"))
    on_foot = walking(tags)
    push = [0.0 if not way or highway in {"steps", "elevator"} or tags.get("bicycle") == "no" else PUSHING for way in on_foot]
    both = (speed if forward else 0.0) or push[0], (speed if backward or opposite else 0.0) or push[1]
    return both, not speed


def driving(tags: Tags) -> tuple[float, float]:
    highway = tags.get("highway", "")
    kmh = float(ROADS.get(highway, (0, 0))[0])
    if not kmh or not _allowed(tags, ("motorcar", "motor_vehicle", "vehicle", "access"), True):
        return 0.0, 0.0
    limit = _number(tags.get("maxspeed", ""))
    if limit:
        kmh = min(kmh, limit * 0.8) if limit <= 50 or kmh < 50 else min(limit * 0.9, max(kmh, limit * 0.75))
    if highway == "service" and tags.get("service") in {"parking_aisle", "driveway", "drive-through"}:
        kmh = min(kmh, 8.0)
    speed = kmh / 3.6
    if any(tags.get(key) in ONLY_GUESTS for key in ("motorcar", "motor_vehicle", "vehicle", "access")):
        speed = min(speed, GUEST)
    forward, backward = _directions(tags, "oneway:motor_vehicle")
    return (speed if forward else 0.0), (speed if backward else 0.0)


def speeds(tags: Tags) -> tuple[Speeds, int]:
    """For every profile in the order of PROFILES, and the marks."""
    bike, pushed = cycling(tags)
    scooter, _ = cycling(tags, SCOOTER)
    marks = STEPS * (tags.get("highway") == "steps") | PUSHED * pushed | LIFT * (tags.get("highway") == "elevator")
    marks |= ROUGH * (tags.get("surface") in BAD | JOLTING)
    return (walking(tags), rolling(tags), bike, scooter, driving(tags)), marks


def shut(tags: Tags) -> tuple[str, ...]:
    """Which profiles a point stops: gates, bollards, high kerbs."""
    barrier, kerb = tags.get("barrier", ""), tags.get("kerb", "")
    closed: set[str] = set()
    if kerb in {"raised", "yes"} or tags.get("wheelchair") == "no":
        closed.add("wheelchair")
    if barrier and barrier not in {"kerb", "entrance", "toll_booth", "border_control", "height_restrictor", "no"}:
        if barrier in {"bollard", "block", "cycle_barrier", "planter", "jersey_barrier", "log", "chain", "bump_gate"}:
            closed |= {"car"} | ({"wheelchair"} if barrier == "cycle_barrier" else set())
        elif barrier in {"stile", "turnstile", "kissing_gate", "full-height_turnstile"}:
            closed |= {"car", "bike", "scooter", "wheelchair"}
        elif barrier in {"gate", "lift_gate", "swing_gate", "sliding_gate", "wicket_gate"}:
            closed |= {"car"} if tags.get("access") in NO or tags.get("locked") == "yes" else set()
            if barrier == "wicket_gate":
                closed.add("car")
        elif barrier in {"wall", "fence", "debris"}:
            closed |= {"car", "bike", "scooter", "wheelchair", "walk"}
    allowed = {"walk": "foot", "wheelchair": "wheelchair", "bike": "bicycle", "scooter": "bicycle", "car": "motor_vehicle"}
    opened = {profile for profile, key in allowed.items() if tags.get(key) in {"yes", "designated", "permissive"}}
    refused = {profile for profile, key in allowed.items() if tags.get(key) in NO}
    if tags.get("access") in NO and barrier:
        refused |= set(allowed) - opened
    return tuple(sorted((closed - opened) | refused))
