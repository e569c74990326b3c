"""The directory for programs: page by page, searched, one entry with its office; no query, clear errors."""

import shutil

import pytest
from django.test import Client

from stadtkern.kernel.services.directory import search


def get(client: Client, path: str, **query):
    return client.get(f"/api/v1/directory{path}", query)


def test_the_whole_directory_comes_page_by_page(db, client: Client, django_assert_num_queries):
    keys: list[str] = []
    after = ""
    with django_assert_num_queries(0):
        while True:
            page = get(client, "", limit=200, after=after).json()
            keys += [item["key"] for item in page["items"]]
            if not (after := page["next"]):
                break
    assert len(keys) == len(set(keys)) == 5806


def test_filters(client: Client):
    page = get(client, "", situation="umzug", kind="ozg").json()
    assert {item["situation"] for item in page["items"]} == {"umzug"}
    assert len(page["items"]) == 16 and page["next"] is None
    assert {item["ozg"] for item in get(client, "", ozg="10124").json()["items"]} == {"10124"}
    assert get(client, "", situation="gibtsnicht").json() == {"items": [], "next": None}


def test_search(db, client: Client, django_assert_num_queries):
    with django_assert_num_queries(0):
        hits = get(client, "/search", q="Hund anmelden").json()
    assert (hits[0]["kind"], hits[0]["key"]) == ("service", "hundesteuer_anmelden")
    assert hits[0]["url"] == "/leistungen/hundesteuer_anmelden/"
    assert get(client, "/search", q="ich ziehe um", limit=1).json()[0]["key"] == "10124"
    assert get(client, "/search", q="\0").json() == []


def test_one_entry_and_its_office(client: Client):
    entry = get(client, "/10092").json()
    assert (entry["office"], entry["application"], entry["offer"]) == ("bauamt", "antrag_10092", "general")
    entry = get(client, "/10124").json()
    assert entry["office"] is None and entry["application"] is None
    assert entry["offices"] == ["buergeramt", "buergerbuero_hohenbrueck"]
    entry = get(client, "/10124", place="Dorfstr. 5").json()
    assert entry["application"] == "antrag_10124__buergerbuero_hohenbrueck"
    entry = get(client, "/10532").json()
    assert (entry["offer"], entry["body"], entry["body_level"], entry["office"]) == ("elsewhere", "das Gericht", "state", None)
    assert get(client, "/99089017000000").json()["services"] == ["fundsache_melden"]


@pytest.mark.parametrize("path", ["/gibtsnicht", "/99999999999999", "/..%2F..", "/%00", "/" + "9" * 300])
def test_unknown_entries(client: Client, path):
    assert get(client, path).status_code in (404, 422)


@pytest.mark.parametrize("query", [{"limit": 0}, {"limit": 1000}, {"kind": "x"}, {"after": "a" * 50}])
def test_wrong_questions_are_told(client: Client, query):
    assert get(client, "", **query).status_code == 422


def test_the_lagen(client: Client):
    found = get(client, "/situations").json()
    assert len(found) == 55
    assert sum(one["count"] for one in found) == 557


def test_the_words_of_the_city_are_found_at_once(settings, tmp_path):
    folder = tmp_path / "stadt"
    shutil.copytree(settings.CITY_FOLDER, folder, ignore=shutil.ignore_patterns("seed", "directory"))
    settings.CITY_FOLDER = folder
    assert search.find("Quarkplatzerl") == []
    (folder / "directory").mkdir()
    (folder / "directory" / "10092.toml").write_text('[de]\nsynonyms = ["Quarkplatzerl"]\n', encoding="utf-8")
    assert search.find("Quarkplatzerl")[0].key == "10092"


@pytest.mark.parametrize(
    "path", ["lage/umzug/", "lage/gruenden/", "verzeichnis/10160/", "verzeichnis/10077-01/", "verzeichnis/99089003000000/"]
)
def test_pages_have_one_heading_and_ask_once_at_most(offices, client: Client, path, django_assert_max_num_queries):
    with django_assert_max_num_queries(1):
        html = client.get(f"/leistungen/{path}").content.decode()
    assert html.count("<h1") == 1
    assert html.count("kern-btn--primary") <= 1


@pytest.mark.parametrize("path", ["lage/gibtsnicht/", "verzeichnis/gibtsnicht/", "verzeichnis/%00/", "lage/" + "a" * 300 + "/"])
def test_pages_that_do_not_exist(offices, client: Client, path):
    assert client.get(f"/leistungen/{path}").status_code == 404
