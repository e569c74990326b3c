"""Service page and list: what they say, in which language, at what cost in queries."""

import pytest
from django.test import Client

from stadtkern.kernel.services import catalogue, views


@pytest.fixture
def page(offices, client: Client):
    return lambda path, **headers: client.get(f"/leistungen/{path}", headers=headers)


def test_the_page_says_everything_before_the_first_question(page):
    html = page("meldebescheinigung/").content.decode()
    said = ["Meldebescheinigung bekommen", "Vollständig", "11,00", "meist sofort", "höchstens 3 Tage", "Bürgeramt", "§ 18 BMG"]
    for text in [*said, "Melderegister", "2 Jahre", "weisen Sie sich online aus", "/vorgang/neu/meldebescheinigung/"]:
        assert text in html, text
    assert html.count("<h1") == 1
    assert html.count("kern-btn--primary") == 1


def test_paper_is_not_called_fully_online(page):
    html = page("geburtsurkunde_bestellen/").content.decode()
    assert "Teilweise" in html
    assert "mit der Post" in html


def test_the_page_speaks_english(page):
    html = page("hundesteuer_anmelden/", accept_language="en").content.decode()
    assert "Register a dog (dog tax)" in html
    assert "€120.00 a year for the first dog" in html
    assert "Hund anmelden" not in html


@pytest.mark.parametrize("path", ["gibt_es_nicht/", "../", "%00/", "a" * 300 + "/"])
def test_unknown_services_are_404(page, path):
    assert page(path).status_code == 404


def test_every_page_shows_and_asks_the_database_once_at_most(page, django_assert_max_num_queries):
    for key in catalogue.all_services():
        with django_assert_max_num_queries(1):
            assert page(f"{key}/").status_code == 200


def test_the_list_needs_no_query_and_filters(page, django_assert_num_queries):
    with django_assert_num_queries(0):
        html = page("").content.decode()
    assert all(service.title in html for service in catalogue.all_services().values())
    html = page("?fuer=tourists").content.decode()
    assert "Gästekarte und Kurtaxe" in html
    assert "Hund anmelden" not in html
    html = page("?lage=tier&fuer=unsinn").content.decode()
    assert "Hund anmelden" in html
    assert "Sperrmüll" not in html


def test_the_list_says_where_nothing_is(page):
    assert "noch keine Online-Leistung" in page("?fuer=tourists&lage=tier").content.decode()


def test_a_clerk_may_fill_in_with_somebody(page, offices, clerk, login):
    assert "beratung=1" in login(clerk.account).get("/leistungen/meldebescheinigung/").content.decode()
    assert "beratung=1" not in page("meldebescheinigung/").content.decode()


def test_visitors_share_a_page_and_nobody_else_gets_it(offices, citizen, login, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(views, "SHARED_SECONDS", 60)
    monkeypatch.setattr(views, "_pages", {})
    visitor, address = Client(), "/leistungen/meldebescheinigung/"
    first = visitor.get(address)
    with django_assert_num_queries(0):
        again = visitor.get(address)
    assert again.content == first.content
    assert "Cookie" in again["Vary"]
    assert "Set-Cookie" not in again
    assert visitor.get(address, headers={"accept-language": "en"}).content != first.content
    assert citizen.name in login(citizen).get(address).content.decode()
    assert citizen.name not in visitor.get(address).content.decode()


def test_only_reading_is_allowed(offices, client):
    assert client.post("/leistungen/meldebescheinigung/").status_code == 405
