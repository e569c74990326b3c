"""Somebody else's client against our server, unchanged, over HTTP."""

import pytest
from georeport import GeoReport

from stadtkern.domains.participation.actions import reports
from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.city.models import Office

PLACE = {"lat": 51.9624, "long": 8.0338}


@pytest.mark.django_db(transaction=True)
def test_the_client_from_pypi_works_unmodified(live_server):
    Office.objects.create(key="tiefbauamt", title="Tiefbauamt")
    made = [reports.report(Actor(), {"category": kind, **PLACE}).contribution.reference for kind in ("schlagloch", "laterne")]
    for form in ("json", "xml"):
        city = GeoReport(f"{live_server.url}/open311/v2", jurisdiction="musterstadt.example", output_format=form)
        assert {"schlagloch", "laterne"} <= {one["service_code"] for one in city.get_service_list()}
        assert city.get_service_definition("laterne")["service_code"] == "laterne"
        found = city.get_service_requests(status="open")
        assert {one["service_request_id"] for one in found} == set(made)
        one = city.get_service_request(made[0])
        one = one[0] if isinstance(one, list) else one
        assert one["service_request_id"] == made[0]
