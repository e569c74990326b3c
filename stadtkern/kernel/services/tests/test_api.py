"""The catalogue for programs."""

import pytest
from django.test import Client

from stadtkern.kernel.services import catalogue
from stadtkern.lib.forms.json import from_dict

API = "/api/v1/services"


def test_everyone_may_read_the_catalogue_page_by_page(db, client: Client):
    first = client.get(API, {"limit": 4}).json()
    assert [item["key"] for item in first["items"]] == sorted(catalogue.all_services())[:4]
    second = client.get(API, {"limit": 100, "after": first["next"]}).json()
    assert second["next"] is None
    keys = [item["key"] for item in first["items"] + second["items"]]
    assert keys == sorted(catalogue.all_services())


def test_filters_and_search(db, client: Client):
    found = [item["key"] for item in client.get(API, {"audience": "tourists"}).json()["items"]]
    assert {"fundsache_melden", "kurtaxe_gaestekarte"} <= set(found) and "hundesteuer_anmelden" not in found
    assert found == sorted(found) and all("tourists" in catalogue.find(key).audiences for key in found)
    assert client.get(API, {"q": "Hudnesteuer"}).json()["items"][0]["key"].startswith("hundesteuer")
    assert client.get(API, {"q": "xqzvw"}).json() == {"items": [], "next": None}
    assert client.get(API, {"life_event": "nirgends"}).json()["items"] == []


def test_one_service_with_its_form(db, client: Client):
    service = catalogue.find("meldebescheinigung")
    told = client.get(f"{API}/meldebescheinigung").json()
    assert from_dict(told["form"]) == service.form
    assert (told["fee"], told["online"], told["digest"]) == ({"per_copy": 1100}, "full", service.digest)
    assert told["automatic"].startswith("§ 18 BMG")
    english = client.get(f"{API}/meldebescheinigung", headers={"accept-language": "en"}).json()
    assert english["title"] == "Get a certificate of residence"
    assert english["form"]["steps"][0]["title"] == "What you need"


@pytest.mark.parametrize("query", [{"limit": 0}, {"limit": 10**9}, {"limit": "x"}, {"q": "a" * 300}, {"after": "a" * 200}])
def test_wrong_questions_are_told(db, client: Client, query):
    assert client.get(API, query).status_code == 422


@pytest.mark.parametrize("key", ["gibt_es_nicht", "..%2F..%2Fetc", "%00"])
def test_unknown_services_are_404(db, client: Client, key):
    assert client.get(f"{API}/{key}").status_code == 404


def test_reading_the_catalogue_asks_no_database(db, client: Client, django_assert_num_queries):
    with django_assert_num_queries(0):
        client.get(API)
        client.get(f"{API}/hundesteuer_anmelden")
