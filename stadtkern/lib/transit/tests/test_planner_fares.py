"""Fares by the feed's own tables, old and new."""

from datetime import date
from types import SimpleNamespace

import numpy as np
import pytest

from stadtkern.lib.transit import Ride, at_stop, day, earliest, fare, read_feed
from stadtkern.lib.transit.products import totals

from .test_planner_small import MONDAY, VILLAGE, feed_of

ZONED = VILLAGE | {
    "stops.txt": "stop_id,stop_name,stop_lat,stop_lon,zone_id\na,A,50,7,1\nb,B,50.1,7,2\nc,C,50.2,7,3\nd,D,50.2005,7,3\n"
}
OLD = {
    "fare_attributes.txt": (
        "fare_id,price,currency_type,payment_method,transfers\nshort,1.40,EUR,1,\nlong,2.9,EUR,1,\nsingle,1,EUR,0,0\nbad,x,EUR,0,\n"
    ),
    "fare_rules.txt": "fare_id,route_id,origin_id,destination_id\nshort,,1,2\nlong,,1,3\nsingle,2,2,3\nbad,,1,3\n",
}
NEW = {
    "areas.txt": "area_id,area_name\ncity,Stadt\nland,Land\n",
    "stop_areas.txt": "area_id,stop_id\ncity,a\ncity,b\nland,c\nland,d\n",
    "rider_categories.txt": "rider_category_id,rider_category_name\nchild,Kind\n",
    "fare_products.txt": (
        "fare_product_id,fare_product_name,amount,currency,rider_category_id\n"
        "s,Stadt,2.00,EUR,\ns,Stadt,1.00,EUR,child\nl,Land,3.50,EUR,\n"
    ),
    "fare_leg_rules.txt": "leg_group_id,from_area_id,to_area_id,fare_product_id\ng1,city,city,s\ng2,city,land,l\n",
    "fare_transfer_rules.txt": "from_leg_group_id,to_leg_group_id,duration_limit,fare_transfer_type\ng1,g2,7200,0\n",
}


def journeys(folder, files):
    feed = read_feed(feed_of(folder, ZONED | files))
    timetable = day(feed, MONDAY)
    return feed, earliest(timetable, at_stop(timetable, 0), at_stop(timetable, 2, leaving=False), 27_000)


def test_old_fares(tmp_path):
    feed, (changing, direct) = journeys(tmp_path, OLD)
    assert [(o.name, o.cents, o.currency) for o in fare(feed, direct)] == [("long", 290, "EUR")]
    assert [(o.name, o.cents) for o in fare(feed, changing)] == [("long", 290)]


@pytest.mark.parametrize(("kind", "whole"), [("0", 200), ("1", 550)])
def test_new_fares(tmp_path, kind, whole):
    rules = NEW["fare_transfer_rules.txt"].replace(",0\n", f",{kind}\n")
    feed, (changing, direct) = journeys(tmp_path, NEW | {"fare_transfer_rules.txt": rules})
    assert [(o.name, o.cents, o.rider) for o in fare(feed, direct)] == [("Land", 350, ""), ("Land", 350, "Kind")]
    assert min(o.cents for o in fare(feed, changing) if not o.rider) == whole
    assert min(o.cents for o in fare(feed, changing) if o.rider == "Kind") == whole - 100


def test_no_table_no_price(tmp_path):
    feed, (changing, direct) = journeys(tmp_path, {})
    assert fare(feed, changing) == fare(feed, direct) == []
    assert feed.calendar.span(feed.trips_of_service()) == (date(2026, 1, 1), date(2026, 12, 31))


def town(**tables):
    """Three stops, each its own area, and two networks: route 0 is bus, route 1 is tram."""
    own = {
        "stop_areas.txt": [{"stop_id": one, "area_id": one} for one in "abc"],
        "fare_products.txt": [
            {"fare_product_id": key, "fare_product_name": key, "amount": amount, "currency": "EUR"}
            for key, amount in (("A", "2.00"), ("B", "3.00"), ("C", "4.00"), ("ab", "0.50"), ("off", "-1.00"))
        ],
        "fare_leg_rules.txt": [
            {"leg_group_id": "bus", "network_id": "bus", "fare_product_id": "A"},
            {"leg_group_id": "tram", "network_id": "tram", "fare_product_id": "B"},
        ],
    }
    stops = SimpleNamespace(id=["a", "b", "c"], parent=np.array([-1, -1, -1]))
    routes = SimpleNamespace(id=["r0", "r1"], network=["bus", "tram"])
    return SimpleNamespace(fares=own | {f"{name}.txt": rows for name, rows in tables.items()}, stops=stops, routes=routes)


def rides(*told):
    """(route, departure, arrival) along a, b, c, a …"""
    return [
        Ride("t", route, "", at % 3, (at + 1) % 3, departs, arrives, (at % 3, (at + 1) % 3), None, 0, 0, 1)
        for at, (route, departs, arrives) in enumerate(told)
    ]


def paid(feed, taken, day=None):
    return sorted(one.cents for one in totals(feed, taken, day))


THREE = rides((0, 0, 600), (1, 1200, 1800), (0, 2400, 3000))
BOTH = [{"from_leg_group_id": "bus", "to_leg_group_id": "tram"}, {"from_leg_group_id": "tram", "to_leg_group_id": "bus"}]


@pytest.mark.parametrize(
    ("kind", "product", "sum_"),
    [
        ("0", "ab", 200 + 50 + 50),  # A + AB, S + BC
        ("1", "ab", 200 + 50 + 300 + 50 + 200),  # A + AB + B, S + BC + C
        ("2", "ab", 50 + 50),  # AB, S + BC: the second change does not take the first one back
        ("1", "off", 200 - 100 + 300 - 100 + 200),  # a discount
        ("0", "", 200),
    ],
)
def test_changes_are_paid_as_the_reference_says(kind, product, sum_):
    rules = [row | {"fare_transfer_type": kind} | ({"fare_product_id": product} if product else {}) for row in BOTH]
    assert paid(town(fare_transfer_rules=rules), THREE) == [sum_]


def test_of_rules_for_a_change_the_exact_one_and_the_narrowest_count():
    blank = {"fare_transfer_type": "1", "fare_product_id": "ab"}
    exact = BOTH[0] | {"fare_transfer_type": "0"}
    assert paid(town(fare_transfer_rules=[blank, exact]), THREE[:2]) == [200]
    same = {"from_leg_group_id": "bus", "to_leg_group_id": "bus", "fare_transfer_type": "0"}
    twice = rides((0, 0, 600), (0, 1200, 1800), (0, 2400, 3000))
    counted = [same | {"transfer_count": "-1", "fare_product_id": "ab"}, same | {"transfer_count": "1"}]
    assert paid(town(fare_transfer_rules=counted), twice) == [200 + 0 + 50]


@pytest.mark.parametrize(
    ("kind", "limit", "free"), [("0", 1800, 1), ("0", 1799, 0), ("1", 1200, 1), ("2", 600, 1), ("3", 1199, 0)]
)
def test_how_long_a_ticket_lasts(kind, limit, free):
    rule = BOTH[0] | {"fare_transfer_type": "0", "duration_limit": str(limit), "duration_limit_type": kind}
    assert paid(town(fare_transfer_rules=[rule]), THREE[:2]) == [200 if free else 500]


def test_a_blank_stands_for_what_no_rule_names():
    """From b by bus is named; a bus from b to nowhere named has no price, not that of all other buses."""
    rules = [
        {"network_id": "bus", "fare_product_id": "A"},
        {"network_id": "bus", "from_area_id": "b", "to_area_id": "a", "fare_product_id": "B"},
    ]
    feed = town(fare_leg_rules=rules)
    ride = rides((0, 0, 600))[0]
    assert paid(feed, [ride]) == [200]
    assert paid(feed, rides((0, 0, 600), (0, 700, 900))[1:]) == []
    ranked = [rules[0], rules[1] | {"to_area_id": "c", "rule_priority": "2"}]
    assert paid(town(fare_leg_rules=ranked), rides((0, 0, 600), (0, 700, 900))[1:]) == [300]


def test_prices_by_the_time_of_day_need_a_day(tmp_path):
    files = NEW | {
        "fare_leg_rules.txt": (
            "from_area_id,to_area_id,from_timeframe_group_id,fare_product_id\ncity,land,peak,l\ncity,land,calm,s\n"
        ),
        "timeframes.txt": "timeframe_group_id,start_time,end_time,service_id\npeak,07:00:00,08:00:01,w\ncalm,08:00:01,,w\n",
    }
    feed, (_changing, direct) = journeys(tmp_path, files)
    assert fare(feed, direct) == fare(feed, direct, date(2026, 12, 5)) == []  # no day, and a Saturday
    assert {one.cents for one in fare(feed, direct, MONDAY)} == {350}
    assert len(feed.fares["timeframe_days"]) == 261  # weekdays of 2026


def test_legs_that_are_joined_are_paid_once():
    feed = town(fare_leg_join_rules=[{"from_network_id": "bus", "to_network_id": "bus"}])
    assert paid(feed, rides((0, 0, 600), (0, 700, 900))) == [200]
    assert paid(feed, rides((0, 0, 600), (1, 700, 900))) == [500]


def test_the_usual_rider_category_is_known_and_prices_that_are_none_are_said(tmp_path):
    riders = "rider_category_id,rider_category_name,is_default_fare_category\nadult,Erwachsene,1\nchild,Kind,0\n"
    products = NEW["fare_products.txt"].replace("EUR,\n", "EUR,adult\n") + "x,X,gratis,EUR,\n"
    feed, (_changing, direct) = journeys(tmp_path, NEW | {"rider_categories.txt": riders, "fare_products.txt": products})
    assert feed.fares["rider_categories.txt"][0]["is_default_fare_category"] == "1"
    assert [(one.cents, one.rider, one.rider_id) for one in fare(feed, direct)] == [(350, "Erwachsene", "adult")]
    assert [(one.file, one.values["value"]) for one in feed.findings if one.code == "bad_fare"] == [
        ("fare_products.txt", "gratis")
    ]


def test_a_price_without_a_name_is_no_ticket(tmp_path):
    table = OLD["fare_attributes.txt"] + ",0.10,EUR,1,\n"
    feed, (_changing, direct) = journeys(tmp_path, OLD | {"fare_attributes.txt": table})
    assert [one.cents for one in fare(feed, direct)] == [290]
