"""The frame around every page: the city's look, preferences, files for machines, error pages that need nothing."""

import re

from django.test import Client
from django.urls import reverse

from stadtkern.kernel.city.profile import city
from stadtkern.portal.look import palette
from stadtkern.ui.colour import contrast

# Look


def test_colours_of_any_city_are_readable_in_both_themes():
    yellow, green = {"primary": "#ffff00", "accent": "#ffff00"}, {"primary": "#000000", "accent": "#00ff00"}
    for colours in ({}, yellow, green, city().colours):
        for theme, values in palette(colours).items():
            page, tint, action = values["sk-page"], values["sk-tint"], values["kern-color-action-default"]
            assert contrast(action, page) >= 4.5, (theme, colours)
            assert contrast(action, tint) >= 4.5, (theme, colours)
            assert contrast(values["kern-color-action-on-default"], action) >= 4.5, (theme, colours)
            assert contrast(values["sk-on-band"], values["sk-band"]) >= 4.5, (theme, colours)
            assert contrast(values["kern-color-action-focus-default"], page) >= 3, (theme, colours)


def test_style_sheet_and_arms_may_be_kept_by_browsers(client, db):
    address = re.search(r'href="(/stadt\.css\?[0-9a-f]+)"', client.get("/").content.decode())[1]
    sheet = client.get(address)
    assert sheet["Content-Type"].startswith("text/css") and "max-age=31536000" in sheet["Cache-Control"]
    assert "--kern-color-action-default" in sheet.content.decode()
    assert client.get("/wappen.svg")["Content-Type"] == "image/svg+xml"


def test_theme_is_kept_and_never_leads_elsewhere(client, db):
    response = client.post("/darstellung/", {"theme": "dark", "next": "/suche/"})
    assert response.url == "/suche/" and response.cookies["theme"].value == "dark"
    assert 'data-kern-theme="dark"' in client.get("/seite/hilfe/").content.decode()
    for target in ("https://evil.example/", "//evil.example", "javascript:alert(1)", "\0"):
        assert client.post("/darstellung/", {"theme": "dark", "next": target}).url == "/"
    assert client.post("/darstellung/", {"theme": '"><script>', "next": "/"}).cookies["theme"].value == ""
    assert client.get("/darstellung/").status_code == 405


def test_language_is_chosen_by_post(client, db):
    assert client.post("/sprache/", {"language": "en", "next": "/seite/hilfe/"}).url == "/seite/hilfe/"
    page = client.get("/seite/hilfe/").content.decode()
    assert '<html lang="en"' in page and city().raw["texts_en"]["official"] in page


def test_robots_and_security_contact(client, db):
    assert "Disallow: /vorgang/" in client.get("/robots.txt").content.decode()
    text = client.get("/.well-known/security.txt").content.decode()
    assert text.startswith("Contact: mailto:") and "Expires: 20" in text


# Errors


def test_a_refused_form_says_what_to_do(db):
    response = Client(enforce_csrf_checks=True).post("/konto/login/", {"login": "a@b.example"})
    page = response.content.decode()
    assert response.status_code == 403
    assert "noch einmal" in page and "Cookies" in page


def test_staff_pages_refuse_others_in_words(login, citizen):
    response = login(citizen).get(reverse("cases:desk"))
    assert response.status_code == 403
    assert "nicht für Sie freigegeben" in response.content.decode()


def test_a_failure_is_explained_without_database_session_or_templates(rf, monkeypatch):
    """No `db` fixture: any query raises."""
    from stadtkern.portal import errors

    page = errors.broken(rf.get("/irgendwo/"))
    assert page.status_code == 500
    text = page.content.decode()
    assert "Fehlernummer" in text and city().contact["phone"] in text and "style=" not in text
    monkeypatch.setattr(errors, "render_to_string", lambda *given: 1 / 0)
    assert "Fehlernummer" in errors.broken(rf.get("/irgendwo/")).content.decode()


def test_a_broken_view_answers_with_the_error_page(db, monkeypatch):
    from stadtkern.portal.views import start

    monkeypatch.setattr(start, "find", lambda words: 1 / 0)
    response = Client(raise_request_exception=False).get("/suche/?q=hund")
    assert response.status_code == 500
    assert "Da ist bei uns etwas schiefgegangen" in response.content.decode()


def test_an_unreadable_request_is_answered_before_anyone_is_known(rf):
    from stadtkern.portal import errors

    page = errors.bad_request(rf.get("/"), ValueError())
    assert page.status_code == 400 and "Was Sie tun können" in page.content.decode()


def test_a_foreign_host_name_is_refused_in_words(db, settings):
    settings.ALLOWED_HOSTS = ["stadt.example"]
    response = Client(raise_request_exception=False, headers={"host": "evil.example"}).get("/")
    assert response.status_code == 400
    assert "Das konnten wir nicht lesen" in response.content.decode()
