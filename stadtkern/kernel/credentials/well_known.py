"""Addresses the specifications fix: the well-known word stands between the host and "nachweise" (mounted by site/urls.py)."""

from django.urls import path

from .views import published

urlpatterns = [
    path(".well-known/openid-credential-issuer/nachweise", published.issuer, name="credential_issuer"),
    path(".well-known/oauth-authorization-server/nachweise", published.authorization_server, name="credential_server"),
    path(".well-known/jwt-vc-issuer/nachweise", published.vc_issuer, name="credential_keys"),
]
