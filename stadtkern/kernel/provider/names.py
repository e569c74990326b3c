"""What apps are called, for rooms below that know only their key."""

from allauth.idp.oidc.models import Client


def client_name(key: str) -> str:
    """`"client:abc"` as people know it; "" for anything else."""
    kind, _, number = key.partition(":")
    if kind != "client":
        return ""
    return Client.objects.filter(pk=number).values_list("name", flat=True).first() or ""
