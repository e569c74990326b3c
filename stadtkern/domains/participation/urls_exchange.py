"""Exchange with other cities: the public list and feed; the clerk's pages."""

from django.urls import path

from .views import exchange, exchange_desk

urlpatterns = [
    path("austausch/", exchange.listed, name="exchange_list"),
    path("austausch/feed.json", exchange.feed, name="exchange_feed"),
    path("austausch/paket/<int:pk>.json", exchange.package, name="exchange_package"),
    path("austausch/daten/<int:pk>.csv", exchange.data, name="exchange_data"),
    path("austausch/verwaltung/", exchange_desk.desk, name="exchange_desk"),
    path("austausch/verwaltung/annehmen/", exchange_desk.upload, name="exchange_upload"),
    path("austausch/verwaltung/veroeffentlichen/", exchange_desk.publish, name="exchange_publish"),
    path("austausch/verwaltung/paket/<int:pk>/", exchange_desk.preview, name="exchange_preview"),
    path("austausch/verwaltung/zurueckziehen/<int:pk>/", exchange_desk.withdraw, name="exchange_withdraw"),
    path("austausch/verwaltung/stadt/<int:pk>/", exchange_desk.city, name="exchange_city"),
    path("austausch/verwaltung/abholen/<slug:key>/", exchange_desk.fetch, name="exchange_fetch"),
]
