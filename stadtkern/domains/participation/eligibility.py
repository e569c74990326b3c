"""Who may do what in a phase: a rule on facts of the account. Facts are asked when a rule needs them, and never shown.

The rule (Phase.who, JSON; all keys optional): account (false: also without one), residents, months (lives here so long),
min_age, max_age, districts (of the main residence), trust ("basic", "substantial", "high"), staff. Support, vote and
signature always need an account: one per person.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.access import SYSTEM, Actor
from stadtkern.kernel.accounts.models import Trust
from stadtkern.kernel.geo.queries import district
from stadtkern.kernel.privacy import actions as privacy
from stadtkern.kernel.registers.evidence import types
from stadtkern.kernel.registers.queries import entries
from stadtkern.ui import words

from .models import Phase, Process
from .templating import ALLOWS

ONE_EACH = ("support", "vote", "sign", "judge")  # need an account, whatever the phase says
FACTS = ("birth_date", "moved_in_date", "district")


@dataclass(frozen=True)
class Verdict:
    """Whether somebody may, and if not, a German sentence that says what to do. It names no fact about the person."""

    ok: bool
    because: str = ""
    sign_in: bool = False  # signing in (or proving more) would help

    def __bool__(self) -> bool:
        return self.ok


@dataclass(frozen=True)
class Facts:
    """What the register says about the actor; None: the actor is not known to be a resident."""

    birth_date: date | None = None
    since: date | None = None
    district: str = ""
    resident: bool = False


YES = Verdict(True)


def current(phases: Iterable[Phase], now: datetime | None = None) -> Phase | None:
    """The phase that runs."""
    now = now or timezone.now()
    return next((phase for phase in phases if phase.starts_at <= now < phase.ends_at), None)


def may(
    actor: Actor, phase: Phase | None, action: str, *, process: Process | None = None, now: datetime | None = None
) -> Verdict:
    """Whether this actor may do this in this phase, now. `process`: phase.process, where it has been read already."""
    now = now or timezone.now()
    process = process or (phase.process if phase else None)
    if process is not None and process.state == Process.State.CLOSED:
        return Verdict(False, _("Das Verfahren ist abgeschlossen."))
    if process is None or phase is None:
        return Verdict(False, _("Zurzeit läuft keine Phase dieses Verfahrens."))
    if process.state == Process.State.DRAFT:
        return Verdict(False, _("Das Verfahren ist noch nicht veröffentlicht."))
    if now < phase.starts_at:
        return Verdict(False, _("Das geht ab dem %s.") % words.moment(phase.starts_at))
    if now >= phase.ends_at:
        return Verdict(False, _("Diese Phase ist seit dem %s zu Ende.") % words.moment(phase.ends_at))
    if action not in phase.allows:
        return Verdict(False, _("In dieser Phase geht das nicht: %s.") % ALLOWS.get(action, action))
    return entitled(actor, phase.who, process, action, timezone.localdate(now))


def rule_of(process: Process, who: dict[str, object]) -> dict[str, object]:
    """The rule of a phase with what the process as a whole is for: young people, or those of one district.

    A phase may be stricter about age; the district is the one of the process.
    """
    if process.audience == Process.Audience.YOUTH:
        least, most = (_number(process.settings.get(key)) or other for key, other in (("youth_from", 10), ("youth_to", 21)))
        return {
            **who, "residents": True, "min_age": max(_number(who.get("min_age")), least),
            "max_age": min(_number(who.get("max_age")) or most, most),
        }  # fmt: skip
    if process.audience == Process.Audience.DISTRICT and process.area:
        found = district(process.area)
        home = found.title if found else process.area
        return {**who, "residents": True, "districts": [home]}
    return who


def entitled(actor: Actor, who: dict[str, object], process: Process, action: str, today: date) -> Verdict:
    """The rule alone, without the clock."""
    who = rule_of(process, who)
    if process.audience == Process.Audience.STAFF or who.get("staff"):
        if actor.staff is None:
            return Verdict(False, _("Hier dürfen nur Beschäftigte der Stadt mitmachen."), sign_in=actor.account is None)
        if set(who) <= {"staff", "account"}:
            return YES
    wants_facts = by_register(who)
    if actor.account is None and (action in ONE_EACH or who.get("account", True) or wants_facts):
        once = _("Bitte melden Sie sich an. So kann jede Person nur einmal mitmachen.")
        because = once if action in ONE_EACH else _("Bitte melden Sie sich dafür an.")
        return Verdict(False, because, sign_in=True)
    wanted = Trust.of(str(who.get("trust") or "none"))
    if actor.trust < wanted:
        return Verdict(False, _("Bitte weisen Sie sich aus. Das geht mit dem Online-Ausweis oder im Bürgeramt."), sign_in=True)
    return _by_facts(facts_of(actor, process), who, today) if wants_facts else YES


def by_register(who: dict[str, object]) -> bool:
    """Whether the rule admits only people of the residents register."""
    return any(who.get(key) for key in ("residents", "months", "min_age", "max_age", "districts"))


def facts_of(actor: Actor, process: Process) -> Facts:
    """Asked of the residents register about the person themselves; they can read in their protocol that it happened."""
    key = actor.register_key
    if key is None or actor.account is None:
        return Facts()
    privacy.note_accesses(
        actor=SYSTEM, person_keys=[key], purpose="participation", legal_basis=types()["residents"].legal_basis,
        source="residents", fields=FACTS, about=str(process),
    )  # fmt: skip
    found = entries("residents", key)
    if not found:
        return Facts()
    born, since = (str(found[0][name]) for name in ("birth_date", "moved_in_date"))
    return Facts(
        date.fromisoformat(born) if born else None,
        date.fromisoformat(since) if since else None,
        str(found[0]["district"]),
        True,
    )


def _by_facts(facts: Facts, who: dict[str, object], today: date) -> Verdict:
    prove = _("Mitmachen darf, wer hier gemeldet ist. Verknüpfen Sie Ihr Konto mit dem Online-Ausweis oder im Bürgeramt.")
    if not facts.resident:
        return Verdict(False, prove, sign_in=True)
    if (months := _number(who.get("months"))) and (facts.since is None or _months(facts.since, today) < months):
        return Verdict(False, _("Mitmachen darf, wer seit mindestens %s Monaten hier gemeldet ist.") % months)
    age = _age(facts.birth_date, today) if facts.birth_date else None
    low, high = _number(who.get("min_age")), _number(who.get("max_age"))
    if low and (age is None or age < low):
        return Verdict(False, _("Mitmachen darf, wer mindestens %s Jahre alt ist.") % low)
    if high and (age is None or age > high):
        return Verdict(False, _("Mitmachen darf, wer höchstens %s Jahre alt ist.") % high)
    districts = who.get("districts")
    if isinstance(districts, list) and districts and facts.district not in districts:
        return Verdict(False, _("Mitmachen darf, wer hier wohnt: %s.") % ", ".join(map(str, districts)))
    return YES


def _number(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def _age(born: date, today: date) -> int:
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def _months(since: date, today: date) -> int:
    return (today.year - since.year) * 12 + today.month - since.month - (today.day < since.day)


def in_words(who: dict[str, object], process: Process) -> str:
    """Who may, for everybody to read."""
    who, parts = rule_of(process, who), []
    if process.audience == Process.Audience.STAFF or who.get("staff"):
        parts.append(_("Beschäftigte der Stadt"))
    elif any(who.get(key) for key in ("residents", "months", "districts")):
        months = _number(who.get("months"))
        parts.append(_("wer seit mindestens %s Monaten hier gemeldet ist") % months if months else _("wer hier gemeldet ist"))
    elif who.get("account", True):
        parts.append(_("alle mit einem Konto"))
    else:
        parts.append(_("alle, auch ohne Konto"))
    if low := _number(who.get("min_age")):
        parts.append(_("ab %s Jahren") % low)
    if high := _number(who.get("max_age")):
        parts.append(_("bis %s Jahre") % high)
    if isinstance(districts := who.get("districts"), list) and districts:
        parts.append(_("aus %s") % ", ".join(map(str, districts)))
    if Trust.of(str(who.get("trust") or "none")) >= Trust.SUBSTANTIAL:
        parts.append(_("mit Nachweis der Identität"))
    return ", ".join(parts)
