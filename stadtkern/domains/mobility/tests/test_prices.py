"""The price beside a trip is that of a grown-up: never a child's, whatever the feed calls its riders."""

import json

import pytest

from stadtkern.domains.mobility.trips.prices import fare_of
from stadtkern.lib.transit import at_stop, day, earliest, read_feed
from stadtkern.lib.transit.tests.test_planner_fares import NEW, ZONED
from stadtkern.lib.transit.tests.test_planner_small import MONDAY, feed_of

PRODUCTS = "fare_product_id,fare_product_name,amount,currency,rider_category_id\n"


@pytest.mark.parametrize(("categories", "rows", "cents"), [
    ("a,Erwachsene,1\nk,Kind,0\n", "l,Land,3.50,EUR,a\nl,Land,1.70,EUR,k\n", 350),
    ("k,Kind,\na,Erwachsene,\n", "l,Land,1.70,EUR,k\nl,Land,3.50,EUR,a\n", 350),  # nobody is called the usual one
    ("k,Kind,\n", "l,Land,3.50,EUR,\nl,Land,1.70,EUR,k\n", 350),
    ("a,Erwachsene,1\n", "l,Land,3.50,EUR,a\nl,Land,3.20,EUR,a\n", 320),  # the cheapest medium
])  # fmt: skip
def test_the_price_of_a_grown_up(tmp_path, categories: str, rows: str, cents: int):
    files = NEW | {
        "rider_categories.txt": f"rider_category_id,rider_category_name,is_default_fare_category\n{categories}",
        "fare_products.txt": PRODUCTS + rows, "fare_leg_rules.txt": "leg_group_id,fare_product_id\ng,l\n",
        "fare_transfer_rules.txt": "from_leg_group_id,to_leg_group_id,fare_transfer_type\n",
    }  # fmt: skip
    feed = read_feed(feed_of(tmp_path, ZONED | files))
    table = day(feed, MONDAY)
    direct = earliest(table, at_stop(table, 0), at_stop(table, 2, leaving=False), 27_000)[-1]
    (tmp_path / "fares.json").write_text(json.dumps({"tables": feed.fares, "agencies": list(feed.agencies)}))
    assert fare_of(tmp_path, table)(direct) == (cents, "EUR")
