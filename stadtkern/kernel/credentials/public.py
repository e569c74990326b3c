"""What somebody who is shown a proof may read about it, in plain words."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from django.utils.translation import gettext as _

from stadtkern.lib.sdjwt import Reason, Refused, Verified, verify
from stadtkern.lib.sdjwt.issue import OPEN
from stadtkern.ui import words

from . import kinds, places, trust


@dataclass(frozen=True)
class Finding:
    """The outcome of a check; rows are (words, value) of what was shown, empty where nothing is to be believed."""

    state: str  # valid, expired, early, revoked, unsure, unknown, forged, unreadable
    title: str
    text: str
    issuer: str = ""
    kind: str = ""
    valid_until: datetime | None = None
    rows: list[tuple[str, str]] = field(default_factory=list)
    held: str = ""  # whether the person in front has the key

    @property
    def level(self) -> str:
        calm = {"valid": "success", "expired": "warning", "early": "warning", "unsure": "warning", "unreadable": "warning"}
        return calm.get(self.state, "danger")


def finding(text: str) -> Finding:
    """Check a proof somebody pasted, uploaded or scanned. Nothing of it is stored."""
    try:
        seen = verify(text, keys_of=trust.keys_of)
    except Refused as refused:
        return refused_words(refused.reason)
    told: dict[str, Any] = {
        "issuer": trust.issuers()[seen.issuer].title,
        "kind": title_of(seen.vct),
        "valid_until": until(seen.claims.get("exp")),
        "rows": rows_of(seen),
    }
    try:
        trust.demand_valid(seen)
    except Refused as refused:
        if refused.reason == Reason.REVOKED:
            text = _("Er wurde echt ausgestellt, aber seitdem widerrufen oder gelöscht. Verlassen Sie sich nicht darauf.")
            return Finding("revoked", _("Der Nachweis gilt nicht mehr"), text, **{**told, "rows": []})
        text = _("Die Unterschrift stimmt. Ob der Nachweis inzwischen widerrufen wurde, ließ sich gerade nicht feststellen. "
                 "Versuchen Sie es später noch einmal.")  # fmt: skip
        return Finding("unsure", _("Echt, aber nicht zu Ende geprüft"), text, **told)
    text = _("Die Angaben stammen unverändert von der ausstellenden Stelle, und der Nachweis gilt heute.")
    return Finding("valid", _("Echt und gültig"), text, **told, held=_held(seen))


def _held(seen: Verified) -> str:
    """A pasted proof may be a copy: say so."""
    if seen.binding is None:
        return _("Ob der Nachweis der Person gehört, die ihn zeigt, sagt diese Prüfung nicht. Vergleichen Sie mit einem "
                 "Ausweis, oder fragen Sie die Wallet direkt ab.")  # fmt: skip
    at = datetime.fromtimestamp(float(seen.binding["iat"]), UTC)
    text = _("Die Wallet hat diese Vorlage selbst unterschrieben (%(when)s). Sie kann weitergeleitet worden sein: "
             "Vergleichen Sie mit einem Ausweis, oder fragen Sie die Wallet direkt ab.")  # fmt: skip
    return text % {"when": words.moment(at)}


def refused_words(reason: Reason) -> Finding:
    if reason in (Reason.EXPIRED, Reason.NOT_YET):
        state = "expired" if reason == Reason.EXPIRED else "early"
        title = _("Abgelaufen") if state == "expired" else _("Gilt noch nicht")
        return Finding(state, title, _("Der Nachweis ist echt, gilt aber heute nicht."))
    if reason == Reason.UNKNOWN_ISSUER:
        text = _("Diese ausstellende Stelle kennen wir nicht. Ob der Nachweis echt ist, können wir nicht sagen.")
        return Finding("unknown", _("Unbekannte ausstellende Stelle"), text)
    if reason == Reason.STATUS:
        text = _("Die ausstellende Stelle ist gerade nicht zu erreichen. Versuchen Sie es später noch einmal.")
        return Finding("unsure", _("Im Moment nicht zu prüfen"), text)
    if reason in (Reason.MALFORMED, Reason.TOO_LARGE):
        text = _("Das ist kein Nachweis aus einer Wallet, oder es fehlt ein Stück. Kopieren Sie ihn ganz, vom ersten bis zum "
                 "letzten Zeichen.")  # fmt: skip
        return Finding("unreadable", _("Nicht lesbar"), text)
    text = _(
        "Der Nachweis wurde verändert, oder die genannte Stelle hat ihn nicht ausgestellt. Verlassen Sie sich nicht darauf."
    )
    return Finding("forged", _("Nicht echt"), text)


def refused(word: str) -> Finding:
    """The same from the word kept with a question."""
    if word == Reason.BINDING:
        text = _("Die Wallet konnte nicht zeigen, dass ihr der Nachweis gehört, oder die Antwort galt einer anderen Frage.")
        return Finding("forged", _("Nicht nachgewiesen"), text)
    if word == Reason.REVOKED:
        return Finding("revoked", _("Der Nachweis gilt nicht mehr"), _("Er wurde widerrufen oder gelöscht."))
    if word in (Reason.VCT, Reason.DISCLOSURE):
        return Finding("unreadable", _("Nicht das Gefragte"), _("Die Wallet hat etwas anderes gezeigt, als gefragt war."))
    return refused_words(Reason(word))


def title_of(vct: str) -> str:
    """A kind of ours in words; of others its address, so that nobody is deceived by a nice name."""
    for kind in kinds.kinds().values():
        if places.vct(kind.key) == vct:
            return kind.title
    return vct[:200]


def until(expires: Any) -> datetime | None:
    """`exp` as a moment; None where it is missing or beyond the calendar."""
    try:
        return datetime.fromtimestamp(float(expires), UTC) if expires is not None else None
    except (OverflowError, ValueError, OSError):
        return None


def rows_of(seen: Verified) -> list[tuple[str, str]]:
    """What was shown about the person or thing."""
    claims = {name: value for name, value in seen.claims.items() if name not in OPEN}
    kind = next((one for one in kinds.kinds().values() if places.vct(one.key) == seen.vct), None)
    order = {name: place for place, name in enumerate(kind.claims)} if kind else {}
    shown = sorted(flat(claims).items(), key=lambda pair: order.get(pair[0], len(order)))
    return [(kinds.label(name, kind), said(value)) for name, value in shown]


def flat(claims: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Objects taken apart: {"address": {"locality": "X"}} is {"address.locality": "X"}."""
    found: dict[str, Any] = {}
    for name, value in claims.items():
        if isinstance(value, dict):
            found |= flat(value, f"{prefix}{name}.")
        else:
            found[f"{prefix}{name}"] = value
    return found


def said(value: Any) -> str:
    """A value as people write it: days as days, yes and no, lists with commas."""
    if isinstance(value, bool):
        return _("Ja") if value else _("Nein")
    if isinstance(value, list):
        return ", ".join(said(one) for one in value)
    if isinstance(value, dict):
        return ", ".join(said(one) for one in value.values())
    text = str(value)
    try:
        return words.day(date.fromisoformat(text)) if len(text) == 10 else text[:500]
    except ValueError:
        return text[:500]
