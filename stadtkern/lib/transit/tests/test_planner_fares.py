"""Fares by the feed's own tables, old and new."""

from datetime import date

import pytest

from stadtkern.lib.transit import at_stop, day, earliest, fare, read_feed

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
