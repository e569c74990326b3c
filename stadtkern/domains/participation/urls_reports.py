"""Pages below /maengel/: report something, see what becomes of it, work on it."""

from django.urls import path

from .views import reports, reports_act, reports_contractor, reports_desk, reports_map

urlpatterns = [
    path("", reports.overview, name="reports"),
    path("melden/", reports.new, name="report"),
    path("melden/senden/", reports.send, name="report_send"),
    path("melden/sw.js", reports.worker, name="report_worker"),
    path("melden/app.webmanifest", reports.manifest, name="report_manifest"),
    path("melden/gleich.json", reports_map.same, name="report_same"),
    path("melden/vorschlag.json", reports_map.suggestion, name="report_suggestion"),
    path("punkte.geojson", reports_map.points, name="report_points"),
    path("dichte.geojson", reports_map.heat, name="report_heat"),
    path("gebiet/", reports_act.watch, name="report_watch"),
    path("gebiet/<int:pk>/beenden/", reports_act.unwatch, name="report_unwatch"),
    path("abo/<str:token>/", reports_act.subscription, name="report_subscription"),
    path("bild/<uuid:key>/", reports_map.picture, name="report_picture"),
    path("bild/<uuid:key>/<slug:size>/", reports_map.picture, name="report_picture_small"),
    path("schreibtisch/", reports_desk.desk, name="report_desk"),
    path("schreibtisch/zahlen/", reports_desk.figures, name="report_figures"),
    path("schreibtisch/alle/", reports_desk.many, name="report_many"),
    path("schreibtisch/firmen/<int:pk>/link/", reports_desk.contractor_link, name="report_contractor_link"),
    path("schreibtisch/bild/<uuid:key>/", reports_desk.blur, name="report_blur"),
    path("schreibtisch/<reference:reference>/", reports_desk.one, name="report_work"),
    path("vorgang/<reference:reference>/", reports_desk.case, name="report_case"),
    path("auftrag/<str:secret>/", reports_contractor.orders, name="report_orders"),
    path("auftrag/<str:secret>/bild/<uuid:key>/", reports_contractor.picture, name="report_order_picture"),
    path("auftrag/<str:secret>/<reference:reference>/", reports_contractor.done, name="report_order_done"),
    path("<reference:reference>/", reports.page, name="report_page"),
    path("<reference:reference>/folgen/", reports_act.follow, name="report_follow"),
    path("<reference:reference>/wieder-offen/", reports_act.reopen, name="report_reopen"),
]
