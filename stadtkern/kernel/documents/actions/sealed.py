"""Keys of papers and files: destroyed with the last of their matter."""

from stadtkern.kernel.accounts.access import SYSTEM
from stadtkern.kernel.documents.models import Content, UploadContent
from stadtkern.kernel.privacy.sealing import actions as sealing


def end_matter(about: str) -> None:
    """When nothing of one matter is left here, its keys go, and with them the copies in every archive."""
    if (
        not Content.objects.filter(document__about=about).exists()
        and not UploadContent.objects.filter(upload__about=about).exists()
    ):
        sealing.shred_matter(about, actor_key=SYSTEM)
