"""Papers and files of the person who asks for their report (Art. 15 GDPR); the bytes are downloaded one by one."""

from typing import Any

from stadtkern.kernel.accounts.access import Actor

from .models import Document, Upload

MOST = 10_000


def report(actor: Actor) -> dict[str, Any]:
    """Issued papers and handed-in files, newest first."""
    papers = ("number", "title", "office", "issued_at", "valid_until", "revoked_at", "keep_until", "shredded_at")
    files = ("file_name", "media_type", "size", "created_at")
    return {
        "issued": list(Document.objects.filter(account=actor.account).order_by("-id").values(*papers)[:MOST]),
        "handed_in": list(Upload.objects.filter(account=actor.account).order_by("-id").values(*files)[:MOST]),
    }
