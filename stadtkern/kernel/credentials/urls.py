"""Addresses below /nachweise/."""

from django.urls import path

from .views import asking, checking, issuing, published, wallet

app_name = "credentials"
urlpatterns = [
    path("", wallet.overview, name="list"),
    path("<int:pk>/", wallet.show, name="show"),
    path("<int:pk>/zeigen/", wallet.scan, name="scan"),
    path("<int:pk>/uebernehmen/", wallet.take, name="take"),
    path("<int:pk>/noch-einmal/", wallet.again, name="again"),
    path("<int:pk>/loeschen/", wallet.delete, name="delete"),
    path("uebernehmen/<slug:key>/", wallet.way, name="way"),
    path("pruefen/", checking.check, name="check"),
    path("abfragen/", asking.ask, name="ask"),
    path("abfragen/<int:pk>/", asking.query, name="query"),
    path("anfrage/<uuid:handle>/", asking.request_object, name="request"),
    path("antwort/<uuid:handle>/", asking.answer, name="answer"),
    path("danke/", asking.thanks, name="thanks"),
    path("angebot/<slug:key>/", issuing.offer, name="offer"),
    path("token/", issuing.token, name="token"),
    path("nonce/", issuing.nonce, name="nonce"),
    path("credential/", issuing.credential, name="credential"),
    path("notification/", issuing.notification, name="notification"),
    path("art/<slug:kind>/", published.type_metadata, name="type"),
    path("status/<uuid:key>/", published.status, name="status"),
    path("jwks.json", published.jwks, name="jwks"),
    # Wallets of older drafts look here; the place the specification names is in well_known.py.
    path(".well-known/openid-credential-issuer", published.issuer, name="issuer_below"),
]
