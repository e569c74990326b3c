"""Addresses below /mobil/: the journey planner, stops, alerts, the office's sources, open data."""

from django.urls import path

from .trips import desk, feature_api, features, open_data, pages, reach, stops, watching

urlpatterns = [
    path("", pages.planner, name="planner"),
    path("verbindung/", pages.trip, name="trip"),
    path("verbindung/karte.geojson", pages.trip_map, name="trip_map"),
    path("orte.json", pages.places, name="places"),
    path("haltestellen/", stops.stops, name="stops"),
    path("haltestelle/<path:ref>/", stops.stop, name="stop"),
    path("erreichbar/", reach.page, name="reach"),
    path("erreichbar/karte.geojson", reach.areas, name="reach_areas"),
    path("stoerungen/", watching.alerts, name="alerts"),
    path("meine/", watching.watches, name="watches"),
    path("meine/beobachten/", watching.watch, name="watch"),
    path("meine/<int:pk>/beenden/", watching.unwatch, name="unwatch"),
    path("meine/orte/", watching.keep_place, name="keep_place"),
    path("meine/orte/<int:pk>/loeschen/", watching.drop_place, name="drop_place"),
    path("quellen/", desk.sources, name="sources"),
    path("quellen/neu/", desk.new_source, name="source_new"),
    path("quellen/<slug:key>/", desk.source, name="source"),
    path("quellen/<slug:key>/aendern/", desk.change, name="source_change"),
    path("quellen/<slug:key>/lesen/", desk.read_now, name="source_read"),
    path("quellen/<slug:key>/hochladen/", desk.upload, name="source_upload"),
    path("quellen/<slug:key>/zurueck/", desk.go_back, name="source_back"),
    path("daten/", open_data.overview, name="open_data"),
    path("daten/datei/<slug:key>/", open_data.file, name="open_file"),
    path("daten/gbfs/<slug:key>/<slug:name>.json", open_data.gbfs, name="open_gbfs"),
    path("daten/stoerungen.geojson", open_data.alerts_geojson, name="open_alerts"),
    path("daten/ogc/", features.landing, name="features"),
    path("daten/ogc/api", feature_api.description, name="features_api"),
    path("daten/ogc/conformance", features.conformance, name="conformance"),
    path("daten/ogc/collections", features.collections, name="collections"),
    path("daten/ogc/collections/<slug:name>", features.collection, name="collection"),
    path("daten/ogc/collections/<slug:name>/items", features.items, name="items"),
    path("daten/ogc/collections/<slug:name>/items/<path:ref>", features.feature, name="feature"),
]
