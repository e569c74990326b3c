"""Pictures of a contribution: written anew before the first byte is kept, so that nothing the camera added is stored."""

from collections.abc import Sequence
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.events.actions import record
from stadtkern.lib.pictures import NotAPicture, clean

from ..models import Attachment, Contribution
from .guard import Refused, locked

MOST, MOST_BYTES, SIDE, SMALL = 5, 15_000_000, 1600, 400


def read(files: Sequence["UploadedFile[Any]"]) -> list[Attachment]:
    """Uploaded files as pictures of ours; nothing is written yet. Raises Refused with the name of the one that is none."""
    if len(files) > MOST:
        raise Refused(_("Bitte höchstens %s Bilder.") % MOST)
    made = []
    for file in files:
        data = file.read(MOST_BYTES + 1)
        if len(data) > MOST_BYTES:
            raise Refused(_("Ein Bild ist größer als 15 MB. Bitte nehmen Sie ein kleineres."))
        try:
            big, small = clean(data, longest_side=SIDE), clean(data, longest_side=SMALL)
        except NotAPicture as error:
            raise Refused(str(error)) from error
        made.append(
            Attachment(
                media_type=big.media_type,
                width=big.width,
                height=big.height,
                size=len(big.bytes),
                data=big.bytes,
                small=small.bytes,
            )
        )
    return made


@transaction.atomic
def add(actor: Actor, contribution: Contribution, pictures: Sequence[Attachment], alt: str = "") -> None:
    """Put them to the own contribution; five at most in all."""
    if not pictures:
        return
    row = locked(contribution.pk, Contribution.objects.of_author(actor))
    have = Attachment.objects.filter(contribution=row).count()
    for picture in pictures[: max(0, MOST - have)]:
        picture.contribution, picture.alt = row, alt[:300]
        picture.save(force_insert=True)
    record("contribution.pictured", subject=str(row), actor=actor.key, data={"pictures": len(pictures)})
