"""Pages of the data protection office."""

from django.urls import path

from .views import breaches, corrections, desk, letters, public, record, requests

app_name = "dataprotection"
urlpatterns = [
    path("", public.rights, name="rights"),
    path("verzeichnis/", record.table, name="record"),
    path("verzeichnis.csv", record.as_csv, name="record_csv"),
    path("verzeichnis.json", record.as_json, name="record_json"),
    path("schreibtisch/", desk.home, name="desk"),
    path("melden/", breaches.report, name="report"),
    path("berichtigungen/", corrections.listing, name="corrections"),
    path("berichtigungen/<int:pk>/", corrections.answer, name="correction"),
    path("antrag/<reference:reference>/", requests.request_page, name="request"),
    path("antrag/<reference:reference>/amt/", requests.ask_office, name="ask_office"),
    path("antrag/<reference:reference>/loeschen/", requests.erase, name="erase"),
    path("antrag/<reference:reference>/panne/", requests.to_breach, name="to_breach"),
    path("anlass/<slug:kind>/<int:number>/", breaches.occasion, name="occasion"),
    path("einschraenkung/<int:pk>/aufheben/", requests.lift, name="lift"),
    path("pannen/", breaches.listing, name="breaches"),
    path("pannen/neu/", breaches.new, name="breach_new"),
    path("pannen/<int:pk>/", breaches.show, name="breach"),
    path("pannen/<int:pk>/beschreibung/", breaches.describe, name="breach_describe"),
    path("pannen/<int:pk>/schwere/", breaches.weigh, name="breach_weigh"),
    path("pannen/<int:pk>/aufsicht/", breaches.authority, name="breach_authority"),
    path("pannen/<int:pk>/gemeldet/", breaches.notified, name="breach_notified"),
    path("pannen/<int:pk>/meldung.pdf", breaches.paper, name="breach_paper"),
    path("pannen/<int:pk>/meldung.json", breaches.export, name="breach_export"),
    path("pannen/<int:pk>/betroffene/", letters.persons, name="breach_persons"),
    path("pannen/<int:pk>/betroffene/nennen/", letters.name_affected, name="breach_affected"),
    path("pannen/<int:pk>/brief/", letters.write, name="breach_letter"),
    path("pannen/<int:pk>/brief/senden/", letters.send, name="breach_send"),
    path("pannen/<int:pk>/abschliessen/", breaches.close, name="breach_close"),
    path("pannen/<int:pk>/oeffnen/", breaches.reopen, name="breach_reopen"),
]
