"""Where things are: districts, addresses, distances; and what the doors say to nonsense."""

import json
import shutil

import pytest
from django.urls import reverse

from stadtkern.kernel.geo import checks, ground, queries
from stadtkern.lib.earth import box, from_lv95, inside, metres, readable


def test_swiss_coordinates_as_swisstopo_computes_them_by_hand():
    """The example in the published formulas: E 2 700 000, N 1 100 000."""
    latitude, longitude = from_lv95(2_700_000, 1_100_000)
    assert latitude == pytest.approx(46 + 2 / 60 + 38.87 / 3600, abs=0.08 / 3600)
    assert longitude == pytest.approx(8 + 43 / 60 + 49.79 / 3600, abs=0.12 / 3600)


def test_distances():
    assert metres((52.0, 13.0), (53.0, 13.0)) == pytest.approx(111_195, abs=1)
    assert metres((52.0, 13.0), (52.0, 13.0)) == 0
    south, west, north, east = box((52.0, 13.0), 50)
    for corner in ((north, 13.0), (52.0, east)):
        assert metres((52.0, 13.0), corner) == pytest.approx(50, rel=0.01)
    assert south < 52 < north and west < 13 < east


@pytest.mark.parametrize(
    ("told", "point"),
    [(("52.5", "13,4"), (52.5, 13.4)), (("nan", "1"), None), (("91", "1"), None), ((None, ""), None), (("1e999", "1"), None),
     (("10" * 30, "5"), None), (("\0", "5"), None)],
)  # fmt: skip
def test_readable(told, point):
    assert readable(*told) == point


def test_a_hole_is_outside():
    square = [[0, 0], [4, 0], [4, 4], [0, 4], [0, 0]]
    hole = [[1, 1], [3, 1], [3, 3], [1, 3], [1, 1]]
    assert inside((0.5, 0.5), [square, hole]) and not inside((2, 2), [square, hole]) and not inside((5, 5), [square])


def test_every_house_lies_in_the_district_of_its_street():
    """Data of the invented town: its seed's people live where the map says they do."""
    streets = {
        one["properties"]["name"]: one["properties"]["district"] for one in ground.features(ground.folder() / "streets.geojson")
    }
    wrong = [str(house) for house in ground.ground().addresses
             if getattr(queries.district_of(*house.point), "key", "") != streets[house.street]]  # fmt: skip
    assert len(ground.ground().addresses) > 4000 and wrong == []


def test_addresses_as_people_type_them():
    for typed in ("Lindenstraße 12a", "lindenstr. 12 a", "LINDENSTRASSE 12A, 12345 Musterstadt", "Lindenstrase 12a"):
        found = queries.find_address(typed)
        assert found and found[0].street == "Lindenstraße" and found[0].number.startswith("12"), typed
    assert [str(one) for one in queries.find_address("Annette-von")] == ["Annette-von-Droste-Straße"]
    assert queries.find_address("x") == queries.find_address("\0") == queries.find_address("Zzzzzzz 5") == []
    house = queries.find_address("Am Deich 40")[0]
    assert queries.nearest_address(*house.point) == house
    assert queries.nearest_address(0, 0) is None and queries.district_of(0, 0) is None and not queries.in_city(0, 0)


def test_a_street_is_not_another_because_both_are_streets():
    """What sounds alike is found; "Hauptstraße" is not "Marktstraße"."""
    for typed, street in (("Lindnstraße", "Lindenstraße"), ("Rosnweg", "Rosenweg"), ("Marktstrasse", "Marktstraße")):
        assert queries.find_address(typed)[0].street == street
    assert queries.find_address("Hauptstraße 5") == []


def test_districts_and_parks_have_a_point_of_their_own():
    named = {title: (point, what) for title, point, what in queries.named_places()}
    assert {one.title for one in queries.districts()} <= set(named)
    for one in queries.districts():
        assert queries.district_of(*named[one.title][0]) == one
    assert named["Auwiesen"][1] == "Grünfläche"


def test_a_city_may_bring_its_own_list_of_addresses(tmp_path, settings):
    shutil.copytree(ground.folder(), tmp_path / "geo")
    (tmp_path / "geo" / "addresses.csv").write_text("street;number;latitude;longitude\nLindenstraße;7 b;51.962;8.034\n")
    settings.CITY_FOLDER = tmp_path
    assert [str(one) for one in queries.find_address("lindenstr 7b")] == ["Lindenstraße 7b"]
    assert "Rosenweg" in queries.streets() and queries.find_address("Rosenweg 1") == []
    (tmp_path / "geo" / "districts.geojson").write_text(json.dumps({"features": [{"properties": {}}]}))
    assert [one.id for one in checks.geometry(None)] == ["geo.E001"]


def test_a_city_without_geometry(tmp_path, settings):
    settings.CITY_FOLDER = tmp_path
    assert queries.districts() == () and queries.in_city(1, 1) and queries.find_address("Rosenweg 1") == []
    assert checks.geometry(None) == [] and queries.centre() == (51.16, 10.45)


def test_doors(client, db):
    layer = client.get(reverse("geo:layer", args=["streets"]))
    assert layer.status_code == 200 and json.loads(layer.content)["features"]
    again = client.get(reverse("geo:layer", args=["streets"]), headers={"If-None-Match": layer["ETag"]})
    assert again.status_code == 304
    assert client.get(reverse("geo:layer", args=["passwords"])).status_code == 404
    found = client.get(reverse("geo:find"), {"q": "Rathausplatz 1"}).json()["addresses"]
    assert found[0]["text"] == "Rathausplatz 1" and found[0]["district_title"] == "Altstadt"
    for query in ({"q": "\0"}, {"lat": "nan", "long": "1"}, {"lat": "1" * 40, "long": "2"}, {}, {"q": "a" * 9000}):
        assert client.get(reverse("geo:find"), query).json() == {"addresses": []}
