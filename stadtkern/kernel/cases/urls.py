"""Addresses of a case, for the applicant and for the desk."""

from django.urls import include, path

from . import address  # noqa: F401  the converter "reference"
from .desk import counter
from .views import apply, consent, data, fetch, files, partner, preview, review, track, visit

app_name = "cases"
urlpatterns = [
    path("schreibtisch/", include("stadtkern.kernel.cases.desk.urls")),
    path("abholen/", counter.pick_up, name="pick_up"),
    path("antwort/", fetch.fetch, name="fetch"),
    path("zustimmen/", partner.enter, name="consent"),
    path("zustimmen/<int:number>/", partner.partner, name="partner"),
    path("<reference:reference>/zustimmung/", partner.invite, name="invite"),
    path("neu/<slug:key>/", apply.start, name="start"),
    path("<reference:reference>/", track.track, name="track"),
    path("<reference:reference>/daten/", consent.prefill, name="prefill"),
    path("<reference:reference>/daten/ansehen/", preview.preview, name="preview"),
    path("<reference:reference>/angaben/<slug:step>/", apply.step, name="step"),
    path("<reference:reference>/termin/", visit.visit, name="visit"),
    path("<reference:reference>/pruefen/", review.review, name="review"),
    path("<reference:reference>/senden/", review.submit, name="submit"),
    path("<reference:reference>/danke/", review.done, name="done"),
    path("<reference:reference>/beleg/", review.receipt, name="receipt"),
    path("<reference:reference>/verwerfen/", review.discard, name="discard"),
    path("<reference:reference>/antrag.json", data.as_json, name="data_json"),
    path("<reference:reference>/antrag.xml", data.as_xml, name="data_xml"),
    path("<reference:reference>/nachricht/", track.message, name="message"),
    path("<reference:reference>/zuruecknehmen/", track.withdraw, name="withdraw"),
    path("<reference:reference>/dokument/<slug:number>/", files.document, name="document"),
    path("<reference:reference>/anlage/<uuid:key>/", files.upload, name="upload"),
]
