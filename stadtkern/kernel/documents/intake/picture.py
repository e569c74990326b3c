"""Pictures are painted anew (lib/pictures): what is not picture (place, camera, hidden files, code) does not come along."""

from django.utils.translation import gettext as _

from stadtkern.lib.pictures import NotAPicture, clean

from .refused import Refused


def clean_picture(data: bytes) -> bytes:
    """The first frame, upright, in sRGB, without metadata, in the same format. Raises Refused."""
    try:
        return clean(data).bytes
    except NotAPicture as problem:
        if problem.key == "large":
            raise Refused(_("Das Bild hat zu viele Bildpunkte. Speichern Sie es kleiner, höchstens 50 Megapixel.")) from problem
        raise Refused(
            _("Das Bild ist beschädigt. Öffnen Sie es auf Ihrem Gerät und speichern Sie es noch einmal.")
        ) from problem
