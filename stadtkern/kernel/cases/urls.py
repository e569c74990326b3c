"""Addresses of a case, for the applicant and for the desk."""

from django.urls import include, path, register_converter

from .desk import counter
from .views import apply, consent, files, review, track


class Reference:
    """MS-7F3K-9QXM; nothing else reaches the database."""

    regex = "[A-Za-z]{1,6}-[0-9A-Za-z]{4}-[0-9A-Za-z]{4}"

    def to_python(self, value: str) -> str:
        return value.upper()

    def to_url(self, value: str) -> str:
        return value


register_converter(Reference, "reference")

app_name = "cases"
urlpatterns = [
    path("schreibtisch/", include("stadtkern.kernel.cases.desk.urls")),
    path("abholen/", counter.pick_up, name="pick_up"),
    path("neu/<slug:key>/", apply.start, name="start"),
    path("<reference:reference>/", track.track, name="track"),
    path("<reference:reference>/daten/", consent.prefill, name="prefill"),
    path("<reference:reference>/angaben/<slug:step>/", apply.step, name="step"),
    path("<reference:reference>/pruefen/", review.review, name="review"),
    path("<reference:reference>/senden/", review.submit, name="submit"),
    path("<reference:reference>/danke/", review.done, name="done"),
    path("<reference:reference>/beleg/", review.receipt, name="receipt"),
    path("<reference:reference>/verwerfen/", review.discard, name="discard"),
    path("<reference:reference>/nachricht/", track.message, name="message"),
    path("<reference:reference>/zuruecknehmen/", track.withdraw, name="withdraw"),
    path("<reference:reference>/dokument/<slug:number>/", files.document, name="document"),
    path("<reference:reference>/anlage/<uuid:key>/", files.upload, name="upload"),
]
