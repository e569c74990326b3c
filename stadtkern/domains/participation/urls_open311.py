"""Open311: the doors of the standard."""

from django.urls import path

from .views import open311

urlpatterns = [
    path("bild/<uuid:key>", open311.picture, name="open311_picture"),
    path("v2/<path:rest>", open311.door, name="open311"),
    path("discovery.xml", open311.door, {"rest": "discovery.xml"}, name="open311_discovery_xml"),
    path("discovery.json", open311.door, {"rest": "discovery.json"}, name="open311_discovery_json"),
]
