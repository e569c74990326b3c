"""Addresses below /verkehr/: counts, incidents and plans."""

from django.urls import URLPattern, URLResolver, path

from .sharing import demand
from .traffic import buses, datex, desk, figures, now, signalling, whatif

urlpatterns: list[URLPattern | URLResolver] = [
    path("", now.now, name="traffic"),
    path("punkte.json", now.points, name="traffic_points"),
    path("datex.xml", datex.publication, name="datex"),
    path("kennzahlen/", figures.figures, name="traffic_figures"),
    path("kennzahlen/puenktlichkeit.csv", figures.punctuality_csv, name="punctuality_csv"),
    path("kennzahlen/autoverkehr.csv", figures.flows_csv, name="flows_csv"),
    path("zaehlstelle/<int:pk>/", now.detector, name="detector"),
    path("amt/", desk.desk, name="traffic_desk"),
    path("amt/stoerung/<int:pk>/", desk.settle, name="incident"),
    path("amt/zaehlwerte/", desk.imports, name="counts"),
    path("amt/sperrung/", whatif.ask, name="whatif"),
    path("amt/sperrung/<int:pk>/", whatif.scenario, name="scenario"),
    path("amt/sperrung/<int:pk>/karte.geojson", whatif.scenario_map, name="scenario_map"),
    path("amt/busvorrang/", buses.buses, name="buses"),
    path("amt/busvorrang/karte.geojson", buses.buses_map, name="buses_map"),
    path("amt/teilen/", demand.demand, name="demand"),
    path("amt/teilen/karte.geojson", demand.demand_map, name="demand_map"),
    path("amt/signale/", signalling.studies, name="studies"),
    path("amt/signale/<int:pk>/", signalling.study, name="study"),
    path("amt/signale/plan/<int:pk>/", signalling.decide, name="plan"),
    path("amt/signale/plan/<int:pk>/plan.csv", signalling.plan_csv, name="plan_csv"),
    path("amt/signale/plan/<int:pk>/plan.xml", signalling.plan_xml, name="plan_xml"),
]
