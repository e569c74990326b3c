"""Open311: the doors of the standard, and the clerk's pages for keys and neighbouring cities."""

from django.urls import path

from .views import open311, partners

urlpatterns = [
    path("schluessel/", partners.keys, name="open311_keys"),
    path("schluessel/<int:pk>/sperren/", partners.revoke, name="open311_revoke"),
    path("nachbarn/", partners.neighbours, name="neighbours"),
    path("nachbarn/weitergeben/", partners.hand_over, name="hand_over"),
    path("nachbarn/weitergegeben/<int:pk>/", partners.retry, name="handover_retry"),
    path("nachbarn/<slug:key>/abholen/", partners.pull, name="neighbour_pull"),
    path("bild/<uuid:key>", open311.picture, name="open311_picture"),
    path("v2/<path:rest>", open311.door, name="open311"),
    path("discovery.xml", open311.door, {"rest": "discovery.xml"}, name="open311_discovery_xml"),
    path("discovery.json", open311.door, {"rest": "discovery.json"}, name="open311_discovery_json"),
]
