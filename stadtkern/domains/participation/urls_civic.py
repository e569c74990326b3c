"""Pages of petitions."""

from django.urls import path

from .views import petition, petition_desk

urlpatterns = [
    path("<slug:key>/<reference:reference>/unterschreiben/", petition.sign, name="sign"),
    path("<slug:key>/<reference:reference>/unterschrift-zuruecknehmen/", petition.unsign, name="unsign"),
    path("<slug:key>/<reference:reference>/anliegen/", petition_desk.desk, name="petition_desk"),
    path("<slug:key>/<reference:reference>/anliegen/zulassung/", petition_desk.check, name="petition_check"),
    path("<slug:key>/<reference:reference>/anliegen/listen/", petition_desk.sheets, name="petition_sheets"),
    path("<slug:key>/<reference:reference>/anliegen/listen/<int:pk>/", petition_desk.recount, name="petition_recount"),
    path("<slug:key>/<reference:reference>/anliegen/auszaehlen/", petition_desk.finish, name="petition_finish"),
    path("<slug:key>/<reference:reference>/anliegen/sitzung/", petition_desk.session, name="petition_session"),
    path("<slug:key>/<reference:reference>/anliegen/entscheidung/", petition_desk.decision, name="petition_decision"),
]
