"""Pages of the portal."""

from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.i18n import set_language

from . import look, views

app_name = "portal"
urlpatterns = [
    path("", views.start, name="start"),
    path("suche/", views.search, name="search"),
    path("meine-stadt/", views.my_city, name="my_city"),
    path("seite/<slug:name>/", views.page, name="page"),
    path("problem-melden/", views.problem, name="problem"),
    # Both only set a preference cookie; without a token here, visitors get no cookie at all until they ask for something.
    path("sprache/", csrf_exempt(set_language), name="language"),
    path("darstellung/", csrf_exempt(views.theme), name="theme"),
    path("stadt.css", look.look, name="look"),
    path("wappen.svg", look.arms, name="arms"),
    path("favicon.ico", look.arms),
    path("robots.txt", look.robots, name="robots"),
    path(".well-known/security.txt", look.security, name="security"),
]
