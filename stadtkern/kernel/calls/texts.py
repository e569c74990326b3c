"""What the page of a call says while it runs, in the reader's language; the script has no words of its own."""

from django.utils.translation import gettext as _


def spoken(is_staff: bool) -> dict[str, str]:
    """Sentence by key, for static/calls/*.js."""
    other = _("Die Bürgerin oder der Bürger") if is_staff else _("Das Amt")
    return _common(other) | (_for_staff() if is_staff else _for_citizen())


def _common(other: str) -> dict[str, str]:
    return {
        "no_camera": _("Keine Kamera gefunden oder nicht erlaubt. Sie können ohne Bild teilnehmen."),
        "no_microphone": _(
            "Kein Mikrofon gefunden oder nicht erlaubt. Erlauben Sie es in der Adresszeile des Browsers, oder rufen Sie an."
        ),
        "no_browser": _("Dieser Browser kann keine Videogespräche. Nehmen Sie einen aktuellen Browser, oder rufen Sie an."),
        "heard": _("Ihr Mikrofon hört Sie."),
        "quiet": _("Sprechen Sie ein paar Worte."),
        "played": _("Haben Sie den Ton gehört? Wenn nicht, prüfen Sie Lautstärke und Lautsprecher."),
        "connecting": _("Die Verbindung wird aufgebaut …"),
        "direct": _("Verbunden, direkt von Gerät zu Gerät"),
        "relayed": _("Verbunden über den Vermittlungsserver der Stadt (verschlüsselt)"),
        "again": _("Die Verbindung ist unterbrochen. Wir versuchen es noch einmal …"),
        "failed": _("Es kommt keine Verbindung zustande."),
        "gone": _("%(other)s ist gerade nicht da. Bleiben Sie auf der Seite, es geht von selbst weiter.") % {"other": other},
        "offline": _("Ihr Gerät erreicht die Stadt gerade nicht. Prüfen Sie Ihr Netz, es geht von selbst weiter."),
        "over": _("Das Gespräch ist beendet."),
        "mute": _("Mikrofon aus"),
        "unmute": _("Mikrofon an"),
        "camera_off": _("Kamera aus"),
        "camera_on": _("Kamera an"),
        "share": _("Bildschirm zeigen"),
        "unshare": _("Bildschirm nicht mehr zeigen"),
        "shares": _("%(other)s zeigt den Bildschirm.") % {"other": other},
        "no_share": _("Dieser Browser kann den Bildschirm nicht zeigen."),
        "muted": _("Ihr Mikrofon ist aus."),
        "me": _("Ich"),
        "them": other,
        "minutes": _("seit %(n)s Minuten") % {"n": "{n}"},
        "just": _("seit eben"),
    }


def _for_citizen() -> dict[str, str]:
    return {
        "waiting": _("Sie sind im Warteraum, {since}. Das Amt sieht, dass Sie da sind, und lässt Sie ein."),
        "waiting_alone": _("Sie sind im Warteraum, {since}. Im Amt ist noch niemand im Raum; Ihr Termin beginnt {start}."),
        "waiting_late": _(
            "Sie sind im Warteraum, {since}. Es dauert länger als geplant. Sie können weiter warten oder anrufen."
        ),
        "opened": _("Sie sind eingelassen."),
    }


def _for_staff() -> dict[str, str]:
    return {
        "nobody": _("Es ist noch niemand da. Wer kommt, erscheint hier von selbst."),
        "preparing": _("Die Person prüft gerade Kamera und Mikrofon."),
        "waits": _("Die Person wartet, {since}."),
        "opened": _("Die Person ist eingelassen."),
    }
