"""What lies in the vault of the person who asks for their report (Art. 15 GDPR)."""

from typing import Any

from stadtkern.kernel.accounts.access import Actor

from .models import Item, Share, Use


def report(actor: Actor) -> dict[str, Any]:
    """Own documents, shares and who used them."""
    items = ("kind", "title", "valid_until", "created_at", "upload__file_name")
    shares = ("fact", "recipient", "purpose", "created_at", "expires_at", "most_uses", "uses", "revoked_at")
    uses = ("share__recipient", "at", "device", "network")
    return {
        "items": list(Item.objects.visible_to(actor).order_by("-id").values(*items)),
        "shares": list(Share.objects.visible_to(actor).order_by("-id").values(*shares)[:5000]),
        "uses": list(Use.objects.filter(share__account=actor.account).order_by("-id").values(*uses)[:5000]),
    }
