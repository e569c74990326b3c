"""Keys of papers and files: destroyed with the last of their matter; and bytes from before there were keys."""

from django.db import transaction
from django.db.models import BinaryField
from django.db.models.functions import Substr

from stadtkern.kernel.accounts.access import SYSTEM
from stadtkern.kernel.documents.models import Content, UploadContent, owner_of
from stadtkern.kernel.events.actions import record
from stadtkern.kernel.privacy import keys
from stadtkern.kernel.privacy.sealing import actions as sealing

BATCH = 100


def end_matter(about: str) -> None:
    """When nothing of one matter is left here, its keys go, and with them the copies in every archive."""
    if (
        not Content.objects.filter(document__about=about).exists()
        and not UploadContent.objects.filter(upload__about=about).exists()
    ):
        sealing.shred_matter(about, actor_key=SYSTEM)


@transaction.atomic
def seal_old(batch: int = BATCH) -> int:
    """Seal what was stored before there were keys; returns how many. Diary: `document.sealed`."""
    done = 0
    head = Substr("sealed", 1, len(keys.HEAD), output_field=BinaryField())
    for content in Content.objects.select_related("document").annotate(head=head).exclude(head=keys.HEAD)[:batch]:
        paper = content.document
        owner = owner_of(paper.account_id, paper.company_id, paper.about)
        content.sealed = keys.seal(owner, bytes(content.sealed), about=paper.about, place=str(content))
        content.save(update_fields=["sealed"])
        done += 1
    for kept in UploadContent.objects.select_related("upload").annotate(head=head).exclude(head=keys.HEAD)[:batch]:
        owner = owner_of(kept.upload.account_id, None, kept.upload.about)
        kept.sealed = keys.seal(owner, bytes(kept.sealed), about=kept.upload.about, place=str(kept))
        kept.save(update_fields=["sealed"])
        done += 1
    if done:
        record("document.sealed", subject="documents", actor=SYSTEM, data={"contents": done})
    return done
