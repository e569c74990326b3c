"""Pages of the portal."""

from django.conf import settings
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from . import look
from .views import gallery, mine, pages, start

app_name = "portal"
urlpatterns = [
    path("", start.start, name="start"),
    path("suche/", start.search, name="search"),
    path("suche/vorschlaege/", start.suggest, name="suggest"),
    path("lebenslage/<slug:key>/", start.life_event, name="life_event"),
    path("fuer/<slug:key>/", start.audience, name="audience"),
    path("meine-stadt/", mine.my_city, name="my_city"),
    path("meine-stadt/vorgaenge/", mine.my_cases, name="my_cases"),
    path("meine-stadt/dokumente/", mine.my_documents, name="my_documents"),
    path("seite/<slug:name>/", pages.page, name="page"),
    path("problem-melden/", pages.problem, name="problem"),
    # Both only set a preference cookie; without a token here, visitors get no cookie at all until they ask for something.
    path("sprache/", csrf_exempt(pages.language), name="language"),
    path("darstellung/", csrf_exempt(pages.theme), name="theme"),
    path("stadt.css", look.look, name="look"),
    path("wappen.svg", look.arms, name="arms"),
    path("favicon.ico", look.arms),
    path("robots.txt", look.robots, name="robots"),
    path(".well-known/security.txt", look.security, name="security"),
]
if settings.MODE in ("demo", "test"):
    urlpatterns.append(path("ui/", gallery.gallery, name="gallery"))
